"""The budget of a tick: what is kept for whom, and what counts."""

from chatd.core.budget import SHARE_NS, TICK_NS_MAX, Budget


class Clock:
    now_ns = 5_000_000_000

    def __call__(self) -> int:
        return self.now_ns


def opened() -> tuple[Budget, Clock]:
    clock = Clock()
    budget = Budget(clock)
    budget.open()
    return budget, clock


def test_all_of_a_tick_is_for_requests_where_nothing_else_waits() -> None:
    budget, clock = opened()
    budget.begin(0)
    clock.now_ns += TICK_NS_MAX
    assert not budget.is_spent
    clock.now_ns += 1
    assert budget.is_spent


def test_shares_are_kept_for_what_else_waits() -> None:
    budget, clock = opened()
    budget.begin(2)
    clock.now_ns += TICK_NS_MAX - 2 * SHARE_NS + 1
    assert budget.is_spent
    budget.begin(1)
    assert not budget.is_spent
    clock.now_ns += SHARE_NS
    assert budget.is_spent


def test_what_one_kind_leaves_is_the_next_ones() -> None:
    budget, clock = opened()
    budget.begin(1)
    clock.now_ns += 1_000
    budget.begin(0)
    clock.now_ns += TICK_NS_MAX - 1_000
    assert not budget.is_spent
    clock.now_ns += 1
    assert budget.is_spent


def test_time_between_stop_and_begin_is_not_counted() -> None:
    budget, clock = opened()
    budget.begin(0)
    budget.stop()
    clock.now_ns += 10 * TICK_NS_MAX
    budget.begin(0)
    assert not budget.is_spent


def test_who_overran_leaves_nothing_and_the_next_tick_has_all_again() -> None:
    budget, clock = opened()
    budget.begin(0)
    clock.now_ns += 2 * TICK_NS_MAX
    budget.begin(0)
    clock.now_ns += 1
    assert budget.is_spent
    budget.open()
    budget.begin(0)
    clock.now_ns += TICK_NS_MAX
    assert not budget.is_spent
