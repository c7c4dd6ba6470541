"""The timer wheel, example by example and against a sorted list."""

import gc
import sys
import tracemalloc
from collections.abc import Hashable
from heapq import heapify

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chatd.core.timers import DEAD_MAX, Timer, TimerWheel, _prune

CENTURY_MS = 100 * 365 * 86_400_000
ALL = sys.maxsize


def wheel_of(*deadlines_ms: int, resolution_ms: int = 10) -> TimerWheel:
    """A wheel with a timer "t" for each deadline; its key is its place among them."""
    wheel = TimerWheel(resolution_ms)
    for key, deadline_ms in enumerate(deadlines_ms):
        wheel.set("t", key, deadline_ms)
    return wheel


def keys(timers: list[Timer]) -> list[Hashable]:
    return [timer.key for timer in timers]


# -- rounding ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline_ms", "rounded_ms"),
    [(0, 0), (1, 10), (9, 10), (10, 10), (11, 20), (-1, 0), (-10, -10), (-11, -10)],
)
def test_a_timer_fires_at_its_deadline_rounded_up_and_not_a_ms_before(
    deadline_ms: int, rounded_ms: int
) -> None:
    wheel = wheel_of(deadline_ms)
    assert wheel.next_ms() == rounded_ms
    assert wheel.advance(rounded_ms - 1, ALL) == []
    assert wheel.advance(rounded_ms, ALL) == [Timer(deadline_ms, "t", 0)]


def test_next_ms_is_when_advance_has_work_even_a_century_ahead() -> None:
    wheel = wheel_of(CENTURY_MS, resolution_ms=1)
    assert wheel.next_ms() == CENTURY_MS
    assert wheel.advance(CENTURY_MS - 1, ALL) == []
    assert keys(wheel.advance(CENTURY_MS, ALL)) == [0]
    assert wheel.next_ms() is None


def test_a_clock_that_steps_back_fires_nothing_early() -> None:
    wheel = wheel_of(100, 100, 100)
    assert keys(wheel.advance(100, 1)) == [0]
    assert wheel.advance(50, ALL) == []
    assert keys(wheel.advance(100, ALL)) == [1, 2]


def test_a_resolution_of_1_ms_is_accepted_and_of_0_refused() -> None:
    assert TimerWheel(1).next_ms() is None
    with pytest.raises(ValueError, match="at least 1"):
        TimerWheel(0)


# -- arming, moving, cancelling ---------------------------------------------------------


def test_set_of_an_armed_timer_moves_it() -> None:
    wheel = wheel_of(100)
    wheel.set("t", 0, 205)
    assert (wheel.deadline_ms("t", 0), wheel.next_ms(), len(wheel)) == (205, 210, 1)
    assert wheel.advance(200, ALL) == []
    assert keys(wheel.advance(210, ALL)) == [0]


def test_a_timer_armed_again_while_due_but_unfired_moves() -> None:
    wheel = wheel_of(100, 100, 100)
    assert keys(wheel.advance(100, 1)) == [0]
    wheel.set("t", 1, 500)
    assert keys(wheel.advance(100, ALL)) == [2]
    assert keys(wheel.advance(500, ALL)) == [1]


def test_cancel_of_an_armed_timer_is_true_and_it_never_fires() -> None:
    wheel = wheel_of(100)
    assert wheel.cancel("t", 0)
    assert (wheel.deadline_ms("t", 0), wheel.next_ms(), len(wheel)) == (None, None, 0)
    assert wheel.advance(ALL, ALL) == []


def test_cancel_of_an_unknown_a_cancelled_or_a_fired_timer_is_false() -> None:
    wheel = wheel_of(100, 200)
    wheel.advance(100, ALL)
    wheel.cancel("t", 1)
    assert not wheel.cancel("t", 0)
    assert not wheel.cancel("t", 1)
    assert not wheel.cancel("other", 0)


def test_the_same_key_under_two_kinds_is_two_timers() -> None:
    wheel = TimerWheel()
    wheel.set("a", 1, 100)
    wheel.set("b", 1, 200)
    assert wheel.cancel("a", 1)
    assert wheel.deadline_ms("b", 1) == 200


# -- order and slices -------------------------------------------------------------------


def test_timers_of_one_slot_fire_by_exact_deadline_then_kind_then_key() -> None:
    wheel = TimerWheel(1_000)
    for timer in (Timer(7, "b", 1), Timer(7, "a", "x"), Timer(6, "b", 2), Timer(7, "b", 0)):
        wheel.set(timer.kind, timer.key, timer.deadline_ms)
    fired = wheel.advance(1_000, ALL)
    assert fired == [Timer(6, "b", 2), Timer(7, "a", "x"), Timer(7, "b", 0), Timer(7, "b", 1)]


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_advance_hands_out_at_most_the_limit(limit: int, count: int) -> None:
    assert len(wheel_of(100, 100, 100).advance(100, limit)) == count
    assert len(wheel_of(100, 200, 300).advance(300, limit)) == count


def test_slices_of_a_mass_of_due_timers_keep_the_order_and_lose_none() -> None:
    wheel = TimerWheel()
    for key in range(10_000):
        wheel.set("t", key, key * 7_919 % 10_000 % 20)  # two slots, both over the limit
    fired: list[Timer] = []
    while slice_ := wheel.advance(20, 99):
        fired += slice_
    assert len(fired) == 10_000
    assert fired == sorted(fired)


def test_timers_armed_in_the_past_between_slices_come_first_in_order() -> None:
    wheel = wheel_of(100, 100, 100)
    assert keys(wheel.advance(100, 1)) == [0]
    wheel.set("t", -1, 100)  # in the slot that is being handed out
    wheel.set("t", 9, 5)  # in one before it
    wheel.set("t", 8, 101)  # in one behind it
    assert keys(wheel.advance(110, 2)) == [9, -1]
    assert keys(wheel.advance(110, ALL)) == [1, 2, 8]


def test_a_timer_cancelled_and_armed_again_between_slices_fires_once() -> None:
    wheel = wheel_of(100, 100, 100, 100)
    wheel.advance(100, 1)
    wheel.cancel("t", 2)
    wheel.set("t", 2, 100)
    assert keys(wheel.advance(100, 2)) == [1, 2]
    assert keys(wheel.advance(100, 2)) == [3]


# -- bounds -----------------------------------------------------------------------------


def test_a_heap_with_as_many_dead_as_allowed_stands_and_with_one_more_is_cleaned() -> None:
    alive = {0, 1, 2}
    heap = list(range(2 * len(alive) + DEAD_MAX))
    heapify(heap)
    _prune(heap, alive)
    assert len(heap) == 2 * len(alive) + DEAD_MAX
    heap.append(len(heap))
    _prune(heap, alive)
    assert sorted(heap) == [0, 1, 2]


def test_slots_emptied_by_cancel_and_move_do_not_pile_up() -> None:
    wheel = wheel_of(0)
    for deadline_ms in range(0, 100_000, 10):
        wheel.set("moved", 0, deadline_ms)
        wheel.set("cancelled", 0, deadline_ms + 5)
        wheel.cancel("cancelled", 0)
        assert len(wheel._occupied) <= 2 * len(wheel._slots) + DEAD_MAX


def test_timers_cancelled_out_of_a_slot_handed_out_in_part_do_not_pile_up() -> None:
    wheel = wheel_of(*[100] * 10)
    wheel.advance(100, 1)
    for key in range(10, 1_000):
        wheel.set("t", key, 100)
        wheel.cancel("t", key)
        ((number, order),) = wheel._orders.items()
        assert number == 10
        assert len(order) <= 2 * 9 + DEAD_MAX


def test_an_emptied_wheel_holds_no_slot_and_no_order() -> None:
    wheel = wheel_of(100, 100, 100, 200, 300)
    wheel.advance(100, 1)
    for key in range(5):
        wheel.cancel("t", key)
    assert not (wheel._slots or wheel._occupied or wheel._orders)


@pytest.mark.parametrize("spread_ms", [1, 60_000, 3_600_000])
def test_one_of_10_000_timers_takes_less_than_300_bytes(spread_ms: int) -> None:
    keys = list(range(10_000))
    gc.collect()
    tracemalloc.start()
    wheel = TimerWheel()
    for key in keys:
        wheel.set("idle", key, 1_000_000 + key * 7_919 % spread_ms)
    used_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used_bytes / len(wheel) < 300


# -- against a sorted list --------------------------------------------------------------

NAMES = st.one_of(
    st.tuples(st.just("number"), st.integers(0, 20)),
    st.tuples(st.just("pair"), st.tuples(st.integers(0, 2), st.integers(0, 2))),
    st.tuples(st.just("text"), st.sampled_from("abcdef")),
)
"""Kind and key. Keys of different kinds can't be compared, so a comparison would raise."""

SPANS_MS = st.one_of(
    st.integers(0, 40),
    st.integers(0, 10_000),
    st.integers(0, CENTURY_MS),
)


class AgainstASortedList(RuleBasedStateMachine):
    """Any history gives what a sorted list of all armed timers gives."""

    @initialize(resolution_ms=st.sampled_from([1, 7, 10, 1_000]), now_ms=SPANS_MS)
    def start(self, resolution_ms: int, now_ms: int) -> None:
        self.resolution_ms = resolution_ms
        self.now_ms = now_ms
        self.wheel = TimerWheel(resolution_ms)
        self.model: dict[tuple[str, Hashable], int] = {}

    def rounded_ms(self, deadline_ms: int) -> int:
        late_ms = deadline_ms % self.resolution_ms
        return deadline_ms + (self.resolution_ms - late_ms if late_ms else 0)

    @rule(name=NAMES, ahead_ms=SPANS_MS)
    def set_ahead(self, name: tuple[str, Hashable], ahead_ms: int) -> None:
        self.set(name, self.now_ms + ahead_ms)

    @rule(name=NAMES, ago_ms=SPANS_MS)
    def set_in_the_past(self, name: tuple[str, Hashable], ago_ms: int) -> None:
        self.set(name, self.now_ms - ago_ms)

    @rule(names=st.lists(NAMES, min_size=5), ahead_ms=st.integers(-20, 20))
    def set_many_at_once(self, names: list[tuple[str, Hashable]], ahead_ms: int) -> None:
        for name in names:
            self.set(name, self.now_ms + ahead_ms)

    def set(self, name: tuple[str, Hashable], deadline_ms: int) -> None:
        self.wheel.set(*name, deadline_ms)
        self.model[name] = deadline_ms

    @rule(name=NAMES)
    def cancel(self, name: tuple[str, Hashable]) -> None:
        assert self.wheel.cancel(*name) == (self.model.pop(name, None) is not None)

    @rule(name=NAMES)
    def look_up(self, name: tuple[str, Hashable]) -> None:
        assert self.wheel.deadline_ms(*name) == self.model.get(name)

    @rule(passed_ms=SPANS_MS, limit=st.integers(1, 8))
    def advance(self, passed_ms: int, limit: int) -> None:
        self.now_ms += passed_ms
        self.expect_slice(limit)

    @rule(limit=st.integers(0, 8))
    def go_on(self, limit: int) -> None:
        self.expect_slice(limit)

    @rule(back_ms=st.integers(0, 2_000))
    def step_back(self, back_ms: int) -> None:
        self.now_ms -= back_ms
        self.expect_slice(1)

    @rule()
    def advance_to_the_next(self) -> None:
        next_ms = self.wheel.next_ms()
        if next_ms is not None:
            self.now_ms = max(self.now_ms, next_ms)
            assert self.expect_slice(1)

    def expect_slice(self, limit: int) -> list[Timer]:
        armed = sorted(Timer(deadline_ms, *name) for name, deadline_ms in self.model.items())
        due = [timer for timer in armed if self.rounded_ms(timer.deadline_ms) <= self.now_ms]
        fired = self.wheel.advance(self.now_ms, limit)
        assert fired == due[:limit]
        for timer in fired:
            del self.model[timer.kind, timer.key]
        return fired

    @invariant()
    def it_knows_how_many_and_when_next(self) -> None:
        assert len(self.wheel) == len(self.model)
        deadlines_ms = map(self.rounded_ms, self.model.values())
        assert self.wheel.next_ms() == min(deadlines_ms, default=None)

    @invariant()
    def its_garbage_is_bounded(self) -> None:
        slots = {self.rounded_ms(deadline_ms) for deadline_ms in self.model.values()}
        assert len(self.wheel._slots) == len(slots)
        assert len(self.wheel._occupied) <= 2 * len(slots) + DEAD_MAX
        assert self.wheel._orders.keys() <= self.wheel._slots.keys()


TestAgainstASortedList = AgainstASortedList.TestCase
TestAgainstASortedList.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
