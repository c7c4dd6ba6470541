"""Server time: starts at the wall clock, never goes back, and is in no hurry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.clock import EARLIEST_MS, STEP_MS_MIN, ServerClock, shown, why_not
from tests.simulation.clock import START_MS, SimClock

YEAR_MS = 365 * 86_400_000
MINUTE_MS = 60_000


def started(machine: SimClock, last_stamp_ms: int = 0) -> ServerClock:
    return ServerClock(machine.wall_ns, machine.boot_ns, last_stamp_ms)


def after(clock: ServerClock, machine: SimClock, ms: int, tick_ms: int = 1_000) -> int:
    """Let time go by in ticks; return how far server time moved."""
    before_ms = clock.now_ms
    for _ in range(ms // tick_ms):
        machine.advance(tick_ms)
        clock.advance()
    return clock.now_ms - before_ms


def test_clock_starts_at_the_wall_clock_and_goes_on_with_it() -> None:
    machine = SimClock()
    clock = started(machine)
    assert clock.now_ms == START_MS
    assert after(clock, machine, MINUTE_MS) == MINUTE_MS
    assert (clock.away_ms, clock.behind_ms) == (0, 0)


def test_all_of_a_tick_share_its_stamp() -> None:
    machine = SimClock()
    clock = started(machine)
    machine.advance(500)
    assert clock.now_ms == START_MS
    clock.advance()
    assert clock.now_ms == START_MS + 500


def test_clock_never_starts_under_the_last_stamp_of_the_store() -> None:
    clock = started(SimClock(), START_MS + MINUTE_MS)
    assert clock.now_ms == START_MS + MINUTE_MS
    assert (clock.away_ms, clock.behind_ms) == (0, MINUTE_MS)


def test_clock_says_how_long_the_store_stood_still() -> None:
    clock = started(SimClock(), START_MS - YEAR_MS)
    assert clock.now_ms == START_MS
    assert (clock.away_ms, clock.behind_ms) == (YEAR_MS, 0)


def test_wall_clock_set_ahead_is_followed_at_double_speed() -> None:
    machine = SimClock()
    clock = started(machine)
    machine.set_wall(MINUTE_MS)
    assert after(clock, machine, 30_000) == 60_000
    assert after(clock, machine, 30_000) == 60_000
    assert clock.now_ms == machine.wall_ms
    assert after(clock, machine, 30_000) == 30_000


def test_wall_clock_set_back_is_followed_at_half_speed() -> None:
    machine = SimClock()
    clock = started(machine)
    machine.set_wall(-MINUTE_MS)
    assert after(clock, machine, 2 * MINUTE_MS) == MINUTE_MS
    assert clock.now_ms == machine.wall_ms
    assert after(clock, machine, 30_000) == 30_000


def test_jump_of_a_year_moves_nothing_at_once() -> None:
    for by_ms in (YEAR_MS, -YEAR_MS):
        machine = SimClock()
        clock = started(machine)
        machine.set_wall(by_ms)
        clock.advance()
        assert clock.now_ms == START_MS


@pytest.mark.parametrize(
    ("by_ms", "told_ms"),
    [
        (STEP_MS_MIN - 1, 0),
        (STEP_MS_MIN, STEP_MS_MIN),
        (-STEP_MS_MIN, -STEP_MS_MIN),
        (YEAR_MS, YEAR_MS),
    ],
)
def test_step_of_the_wall_clock_is_told_once(by_ms: int, told_ms: int) -> None:
    machine = SimClock()
    clock = started(machine)
    machine.set_wall(by_ms)
    assert clock.advance() == told_ms
    machine.advance(MINUTE_MS)
    assert clock.advance() == 0


def test_boot_clock_that_stands_still_stops_server_time() -> None:
    machine = SimClock()
    clock = started(machine)
    for _ in range(3):
        clock.advance()
    assert clock.now_ms == START_MS


def test_wall_ms_is_what_the_wall_shows() -> None:
    machine = SimClock()
    clock = started(machine)
    machine.set_wall(-YEAR_MS)
    assert clock.wall_ms == START_MS - YEAR_MS


@given(
    st.lists(
        st.tuples(st.integers(0, 10 * MINUTE_MS), st.just(0) | st.integers(-YEAR_MS, YEAR_MS)),
        max_size=30,
    )
)
def test_time_moves_between_half_and_double_speed_whatever_happens(
    steps: list[tuple[int, int]],
) -> None:
    machine = SimClock()
    clock = started(machine)
    for elapsed_ms, by_ms in steps:
        machine.advance(elapsed_ms)
        machine.set_wall(by_ms)
        before_ms = clock.now_ms
        clock.advance()
        assert elapsed_ms // 2 <= clock.now_ms - before_ms + 1
        assert clock.now_ms - before_ms <= 2 * elapsed_ms


# -- whether it can be believed --------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall_ms", "last_ms", "believed"),
    [
        (START_MS + YEAR_MS, START_MS, True),
        (START_MS + YEAR_MS + 1, START_MS, False),
        (START_MS - 30 * YEAR_MS, START_MS, True),  # server time goes on from the last stamp
        (EARLIEST_MS, 0, True),
        (EARLIEST_MS - 1, 0, False),
        (0, 0, False),
        (START_MS + 200 * YEAR_MS, 0, True),  # nothing tells better
    ],
)
def test_clock_is_believed_unless_it_is_more_than_a_year_after_the_store_or_before_all_time(
    wall_ms: int, last_ms: int, believed: bool
) -> None:
    assert (why_not(wall_ms, last_ms) is None) == believed


def test_both_times_are_named_for_people() -> None:
    doubt = why_not(START_MS + 30 * YEAR_MS, START_MS)
    assert doubt is not None
    assert "2056-09-13 14:13:20 UTC" in doubt and "2026-09-21 14:13:20 UTC" in doubt


def test_time_beyond_all_calendars_is_shown_as_a_number() -> None:
    assert shown(-1) == "-1 ms"
    assert shown(10**18) == "1000000000000000000 ms"
