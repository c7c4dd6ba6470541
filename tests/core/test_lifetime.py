"""How long entries live: by floors, by age, by bytes, and when to look again."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.clock import ServerClock
from chatd.core.lifetime import ENTRIES_PER_SLICE, Lifetime, held_until_ms
from chatd.core.log import Log
from chatd.core.model import Member, Room
from chatd.wire.entries import Message, encode_entry
from tests.simulation.clock import SimClock

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_790_000_000_000 // HOUR_MS * HOUR_MS
PLENTY = 2**60


def room_of(*stamps_ms: int, name: str = "general", **members: Member) -> Room:
    """Return a room with an entry for each stamp."""
    room = Room(name, 0, members)
    for seq, ts in enumerate(stamps_ms, 1):
        room.log.append(encode_entry(Message(name, seq, ts, "alice", "text")))
    return room


def read(seq: int, at_ms: int) -> Member:
    """Return a member who read up to `seq` at a time."""
    member = Member()
    member.read(seq, at_ms, Lifetime(HOUR_MS, 0, PLENTY).due_ms(at_ms))
    return member


# -- when what is read now is gone -----------------------------------------------------------


def test_due_is_a_lifetime_ahead_rounded_up_to_a_twelfth() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    assert lifetime.due_ms(NOW_MS) == NOW_MS + HOUR_MS
    assert lifetime.due_ms(NOW_MS + 1) == NOW_MS + HOUR_MS + HOUR_MS // 12
    assert lifetime.due_ms(NOW_MS + HOUR_MS // 12) == NOW_MS + HOUR_MS + HOUR_MS // 12


@given(st.integers(1, DAY_MS), st.integers(0, NOW_MS))
def test_due_is_never_early_and_less_than_a_twelfth_late(lifetime_ms: int, now_ms: int) -> None:
    late_ms = Lifetime(lifetime_ms, 0, PLENTY).due_ms(now_ms) - now_ms - lifetime_ms
    assert 0 <= late_ms < max(1, lifetime_ms / 12)


def test_without_a_lifetime_nothing_is_due() -> None:
    assert Lifetime(0, DAY_MS, PLENTY).due_ms(NOW_MS) == 0


# -- by floors -------------------------------------------------------------------------------


def test_entry_is_over_when_it_is_under_every_floor() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    room = room_of(NOW_MS, NOW_MS, NOW_MS, alice=read(3, NOW_MS), bob=read(2, NOW_MS))
    assert lifetime.over_up_to(room, NOW_MS + HOUR_MS - 1) == 0
    assert lifetime.over_up_to(room, NOW_MS + HOUR_MS) == 2


def test_entry_waits_for_the_slowest() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    room = room_of(NOW_MS, NOW_MS, alice=read(2, NOW_MS), bob=Member())
    assert lifetime.over_up_to(room, NOW_MS + DAY_MS * 1_000) == 0


def test_who_never_came_holds_nothing_back() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    room = room_of(NOW_MS, NOW_MS, alice=read(2, NOW_MS))
    assert lifetime.over_up_to(room, NOW_MS + HOUR_MS) == 2


def test_without_a_lifetime_nothing_is_over_by_itself() -> None:
    lifetime = Lifetime(0, DAY_MS, PLENTY)
    room = room_of(NOW_MS, NOW_MS, alice=read(2, NOW_MS))
    assert lifetime.over_up_to(room, NOW_MS + 1_000 * DAY_MS) == 0
    assert lifetime.look_again_ms(room, NOW_MS) is None


# -- by age ----------------------------------------------------------------------------------


def test_unread_entry_of_general_is_over_when_it_is_too_old() -> None:
    lifetime = Lifetime(HOUR_MS, DAY_MS, PLENTY)
    room = room_of(NOW_MS, NOW_MS + 1, bob=Member())
    assert lifetime.over_up_to(room, NOW_MS + DAY_MS - 1) == 0
    assert lifetime.over_up_to(room, NOW_MS + DAY_MS) == 1
    assert lifetime.over_up_to(room, NOW_MS + DAY_MS + 1) == 2


def test_entry_is_kept_for_a_lifetime_that_is_longer_than_keep_unread() -> None:
    lifetime = Lifetime(2 * DAY_MS, DAY_MS, PLENTY)
    room = room_of(NOW_MS, bob=Member())
    assert lifetime.over_up_to(room, NOW_MS + 2 * DAY_MS - 1) == 0
    assert lifetime.over_up_to(room, NOW_MS + 2 * DAY_MS) == 1


@pytest.mark.parametrize("name", ["alice,bob", "@bob"])
def test_unread_private_entry_waits_without_limit(name: str) -> None:
    lifetime = Lifetime(HOUR_MS, DAY_MS, PLENTY)
    room = room_of(NOW_MS, name=name, bob=Member())
    assert lifetime.over_up_to(room, NOW_MS + 10_000 * DAY_MS) == 0


def test_keep_unread_0_keeps_for_ever() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    room = room_of(NOW_MS, bob=Member())
    assert lifetime.over_up_to(room, NOW_MS + 10_000 * DAY_MS) == 0


# -- by bytes --------------------------------------------------------------------------------


def test_log_at_its_bound_loses_nothing_and_one_byte_over_the_oldest() -> None:
    room = room_of(NOW_MS, NOW_MS, NOW_MS)
    size = room.log.byte_count
    assert Lifetime(0, 0, size).over_up_to(room, NOW_MS) == 0
    assert Lifetime(0, 0, size - 1).over_up_to(room, NOW_MS) == 1
    assert Lifetime(0, 0, 0).over_up_to(room, NOW_MS) == 3


def test_log_of_which_some_is_gone_counts_on_from_there() -> None:
    room = room_of(NOW_MS, NOW_MS, NOW_MS, NOW_MS)
    room.log.trim(2)
    assert Lifetime(0, 0, room.log.byte_count - 1).over_up_to(room, NOW_MS) == 3


# -- slices, and when to look again ----------------------------------------------------------


def test_many_entries_leave_in_slices() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    count = 2 * ENTRIES_PER_SLICE + 1
    room = Room("general", 0, {"alice": read(count, NOW_MS)}, Log(1, [b"x"] * count, count))
    later_ms, left = NOW_MS + HOUR_MS, []
    while up_to := lifetime.over_up_to(room, later_ms):
        assert lifetime.look_again_ms(room, later_ms) == later_ms
        left.append(up_to)
        room.log.trim(up_to)
    assert left == [ENTRIES_PER_SLICE, 2 * ENTRIES_PER_SLICE, count]
    assert lifetime.look_again_ms(room, later_ms) is None


@pytest.mark.parametrize("seed", range(10))
def test_the_slowest_of_many_is_known_whoever_reads_joins_and_leaves(seed: int) -> None:
    random, lifetime, now_ms = Random(seed), Lifetime(HOUR_MS, 0, PLENTY), NOW_MS
    room = room_of(*[NOW_MS] * 300)
    room.members |= {f"user{number}": Member() for number in range(20)}
    for step in range(400):
        now_ms += 60_000
        name = f"user{random.randrange(25)}"
        member = room.members.get(name)
        if member is None:
            seq = random.randrange(300)
            room.members[name] = Member(read_seq=seq, floor=seq)
        elif random.random() < 0.05:
            del room.members[name]
        elif member.read_seq < 300:
            seq = random.randint(member.read_seq, 300)
            member.read(seq, now_ms, lifetime.due_ms(now_ms))
        lowest = min(member.floor_at(now_ms) for member in room.members.values())
        assert lifetime.over_up_to(room, now_ms) == lowest, step


def test_look_again_is_when_the_slowest_is_due() -> None:
    lifetime = Lifetime(HOUR_MS, 0, PLENTY)
    room = room_of(NOW_MS, NOW_MS, alice=read(2, NOW_MS - 1_000), bob=read(1, NOW_MS))
    assert lifetime.look_again_ms(room, NOW_MS) == NOW_MS + HOUR_MS


def test_look_again_is_when_the_front_is_too_old() -> None:
    lifetime = Lifetime(HOUR_MS, 2 * HOUR_MS, PLENTY)
    room = room_of(NOW_MS - HOUR_MS - 1, bob=Member())
    assert lifetime.look_again_ms(room, NOW_MS) == NOW_MS + HOUR_MS - 1


member_reads = st.lists(st.tuples(st.integers(0, 2 * HOUR_MS), st.integers(0, 4)), max_size=12)


@given(member_reads, member_reads, st.sampled_from([0, 2 * HOUR_MS, DAY_MS]))
def test_nothing_is_over_before_it_was_time_to_look_again(
    ones: list[tuple[int, int]], others: list[tuple[int, int]], keep_unread_ms: int
) -> None:
    """Looking only when told to finds everything as soon as looking all the time does."""
    lifetime = Lifetime(HOUR_MS, keep_unread_ms, PLENTY)
    room = room_of(*[NOW_MS - 1] * 60, one=Member(), two=Member())
    look_ms = lifetime.look_again_ms(room, NOW_MS)
    moves = sorted(
        [(ms, "one", count) for ms, count in ones] + [(ms, "two", count) for ms, count in others]
    )
    times_ms = range(0, 4 * HOUR_MS, HOUR_MS // 24)
    for ms, name, count in sorted([*moves, *[(ms, "", 0) for ms in times_ms]]):
        now_ms = NOW_MS + ms
        if name:
            member = room.members[name]
            seq = min(60, member.read_seq + count)
            member.read(seq, now_ms, lifetime.due_ms(now_ms))
        if lifetime.over_up_to(room, now_ms):
            assert look_ms is not None and look_ms <= now_ms
        while look_ms is not None and look_ms <= now_ms:
            room.log.trim(lifetime.over_up_to(room, now_ms))
            look_ms = lifetime.look_again_ms(room, now_ms)
            assert look_ms is None or look_ms > now_ms or lifetime.over_up_to(room, now_ms)


# -- held ------------------------------------------------------------------------------------


def test_what_is_held_leaves_only_where_a_log_is_too_large() -> None:
    late_ms = NOW_MS + 2 * DAY_MS
    room = room_of(NOW_MS, NOW_MS, NOW_MS, alice=read(3, NOW_MS))
    held = Lifetime(HOUR_MS, DAY_MS, PLENTY, late_ms + 1)
    assert held.over_up_to(room, late_ms) == 0
    assert held.look_again_ms(room, late_ms) == late_ms + 1
    assert held.over_up_to(room, late_ms + 1) == 3
    too_large = Lifetime(HOUR_MS, DAY_MS, room.log.byte_count - 1, late_ms + 1)
    assert too_large.over_up_to(room, late_ms) == 1


@pytest.mark.parametrize(("away_ms", "held_ms"), [(DAY_MS, 0), (DAY_MS + 1, HOUR_MS)])
@pytest.mark.parametrize("direction", [1, -1])
def test_start_more_than_a_day_from_the_last_stamp_holds_for_an_hour(
    away_ms: int, held_ms: int, direction: int
) -> None:
    clock = SimClock(NOW_MS)
    started = ServerClock(clock.wall_ns, clock.boot_ns, NOW_MS - direction * away_ms)
    assert held_until_ms(started) == (started.now_ms + held_ms if held_ms else 0)


def test_first_start_of_a_store_holds_nothing() -> None:
    clock = SimClock(NOW_MS)
    assert held_until_ms(ServerClock(clock.wall_ns, clock.boot_ns)) == 0
