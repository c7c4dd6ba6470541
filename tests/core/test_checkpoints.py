"""Checkpoints: never early, a little late, by whichever lifetime holds in the end."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.checkpoints import (
    CHECKPOINTS_MAX,
    CHECKPOINTS_PER_LIFETIME,
    NEVER_MS,
    Checkpoint,
    due_ms,
)
from chatd.core.model import Member

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_790_000_000_123

lifetimes = st.sampled_from([0, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, 365 * DAY_MS])


def read_by(member: Member, lifetime_ms: int, seq: int, at_ms: int) -> None:
    member.read(seq, at_ms, due_ms(at_ms, lifetime_ms) if lifetime_ms else 0)


def test_single_read_is_gone_by_the_new_lifetime_to_its_twelfth() -> None:
    for before_ms, after_ms in ((HOUR_MS, 5 * MINUTE_MS), (MINUTE_MS, DAY_MS), (0, HOUR_MS)):
        member = Member()
        read_by(member, before_ms, 3, NOW_MS)
        member.live_by(after_ms, before_ms, NOW_MS + 1)
        assert member.floor_at(NOW_MS + after_ms - 1) == 0, (before_ms, after_ms)
        step_ms = after_ms // CHECKPOINTS_PER_LIFETIME
        assert member.floor_at(NOW_MS + after_ms + step_ms) == 3, (before_ms, after_ms)


def test_what_was_read_longer_ago_than_the_new_lifetime_is_gone_at_once() -> None:
    member = Member()
    read_by(member, DAY_MS, 3, NOW_MS)
    read_by(member, DAY_MS, 5, NOW_MS + 6 * HOUR_MS)
    member.live_by(HOUR_MS, DAY_MS, NOW_MS + 6 * HOUR_MS)
    assert member.floor_at(NOW_MS + 6 * HOUR_MS) == 3


def test_what_is_gone_stays_gone_when_the_lifetime_is_raised_or_ends() -> None:
    for after_ms in (0, DAY_MS):
        member = Member()
        read_by(member, HOUR_MS, 3, NOW_MS)
        member.live_by(after_ms, HOUR_MS, NOW_MS + 2 * HOUR_MS)
        assert member.floor_at(NOW_MS + 2 * HOUR_MS) == member.floor == 3


def test_without_a_lifetime_nothing_goes_and_it_is_known_when_it_was_read() -> None:
    member = Member()
    read_by(member, HOUR_MS, 3, NOW_MS)
    member.live_by(0, HOUR_MS, NOW_MS + 1)
    assert member.floor_at(NOW_MS + NEVER_MS - 1) == 0
    member.live_by(HOUR_MS, 0, NOW_MS + DAY_MS)
    assert member.floor_at(NOW_MS + DAY_MS) == 3


def test_checkpoint_of_an_older_version_counts_from_when_it_was_read_to_a_twelfth() -> None:
    member = Member(3, 0, [Checkpoint(due_ms(NOW_MS, HOUR_MS), 3)])
    member.live_by(3 * HOUR_MS, HOUR_MS, NOW_MS + 1)
    assert member.floor_at(NOW_MS + 3 * HOUR_MS - 1) == 0
    late_ms = (HOUR_MS + 3 * HOUR_MS) // CHECKPOINTS_PER_LIFETIME
    assert member.floor_at(NOW_MS + 3 * HOUR_MS + late_ms) == 3


def test_store_of_an_older_version_keeps_its_dates_but_none_past_a_lifetime() -> None:
    near, far = NOW_MS + MINUTE_MS, NOW_MS + 300 * DAY_MS
    member = Member(5, 0, [Checkpoint(near, 3), Checkpoint(far, 5)])
    member.live_by(HOUR_MS, None, NOW_MS)
    assert [c.due_ms for c in member.checkpoints] == [near, due_ms(NOW_MS, HOUR_MS)]


def test_store_of_an_older_version_without_a_lifetime_counts_from_now() -> None:
    member = Member(read_seq=5)
    member.live_by(0, None, NOW_MS)
    member.live_by(HOUR_MS, 0, NOW_MS + MINUTE_MS)
    assert member.floor_at(NOW_MS + HOUR_MS - 1) == 0
    assert member.floor_at(NOW_MS + HOUR_MS + HOUR_MS // CHECKPOINTS_PER_LIFETIME) == 5


def test_snapshot_of_an_older_version_has_pairs() -> None:
    member = msgspec.convert({"checkpoints": [(7, 3), [9, 4]]}, Member)
    assert member.checkpoints == [Checkpoint(7, 3), Checkpoint(9, 4)]
    tree = msgspec.to_builtins(Member(checkpoints=[Checkpoint(7, 3, 2)]))
    assert msgspec.convert(tree, Member).checkpoints == [Checkpoint(7, 3, 2)]


steps = st.lists(
    st.tuples(
        st.sampled_from([1, 1_000, MINUTE_MS, 7 * MINUTE_MS, HOUR_MS, 9 * HOUR_MS, 40 * DAY_MS]),
        st.integers(0, 3),
        st.none() | lifetimes,
    ),
    max_size=80,
)


@given(lifetimes, steps)
def test_floor_never_moves_back_and_nothing_goes_early_whatever_is_set(
    lifetime_ms: int, days: list[tuple[int, int, int | None]]
) -> None:
    """An entry is gone only when the lifetime of some time had passed since it was read."""
    member, now_ms, floor = Member(), NOW_MS, 0
    read_at: dict[int, int] = {}
    for elapsed_ms, count, setting_ms in days:
        now_ms += elapsed_ms
        before = floor
        floor = member.floor_at(now_ms)
        assert before <= floor <= member.read_seq
        for seq in range(before + 1, floor + 1):
            assert lifetime_ms and now_ms - read_at[seq] >= lifetime_ms, "gone too early"
        if count:
            read_at |= {member.read_seq + more: now_ms for more in range(1, count + 1)}
            read_by(member, lifetime_ms, member.read_seq + count, now_ms)
        if setting_ms is not None:
            member.live_by(setting_ms, lifetime_ms, now_ms)
            lifetime_ms = setting_ms
        assert len(member.checkpoints) <= CHECKPOINTS_MAX
        assert member.checkpoints == sorted(member.checkpoints)
        assert len({c.due_ms for c in member.checkpoints}) == len(member.checkpoints)


def test_reads_of_years_without_a_lifetime_are_few_checkpoints_and_known_roughly() -> None:
    member, read_at, now_ms = Member(), {0: NOW_MS}, NOW_MS
    for seq in range(1, 20_000):
        now_ms += 10 * MINUTE_MS
        read_at[seq] = now_ms
        read_by(member, 0, seq, now_ms)
    assert len(member.checkpoints) == CHECKPOINTS_MAX
    for lifetime_ms in (5 * MINUTE_MS, HOUR_MS, DAY_MS, 30 * DAY_MS):
        then = Member(member.read_seq, 0, list(member.checkpoints))
        then.live_by(lifetime_ms, 0, now_ms)
        floor = then.floor_at(now_ms)
        assert now_ms - read_at[floor] >= lifetime_ms, "gone too early"
        assert now_ms - read_at[floor + 1] <= 2 * lifetime_ms + 20 * MINUTE_MS, "gone too late"
