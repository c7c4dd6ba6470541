"""Delays before the next try: random, doubling, bounded."""

import random

from hypothesis import given
from hypothesis import strategies as st

from client.backoff import BASE_SECONDS, CAP_SECONDS, Backoff


def test_bounds_double_up_to_the_cap_and_begin_again_after_a_reset() -> None:
    backoff = Backoff(lambda low, high: high)
    delays = [backoff.next_seconds() for _ in range(9)]
    assert delays == [0.5, 1, 2, 4, 8, 16, CAP_SECONDS, CAP_SECONDS, CAP_SECONDS]
    backoff.reset()
    assert backoff.next_seconds() == BASE_SECONDS


def test_each_delay_is_drawn_from_nothing_up_to_the_bound() -> None:
    assert Backoff(lambda low, high: low).next_seconds() == 0


@given(st.integers(), st.integers(1, 50))
def test_no_delay_is_negative_or_over_the_cap(seed: int, count: int) -> None:
    backoff = Backoff(random.Random(seed).uniform)
    assert all(0 <= backoff.next_seconds() <= CAP_SECONDS for _ in range(count))
