"""A repaired clock: every time in the state is moved, in order, and nothing else is."""

import types
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core import events as e
from chatd.core.events import clock
from chatd.core.idempotency import IdempotencyRecord, IdempotencyRecords
from chatd.core.log import Log
from chatd.core.model import Hook, Member, RateWindow, Room, User
from chatd.core.state import State, Tables
from chatd.core.tick import TickChanges
from chatd.wire import entries
from chatd.wire.entries import AnyEntry, Message, encode_entry, stamp_of
from tests.core.test_model import user

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
YEARS_MS = 30 * 365 * DAY_MS
LAST_MS = NOW_MS + YEARS_MS


def repaired(state: State, right_ms: int = NOW_MS - DAY_MS) -> None:
    state.tables.last_ms = LAST_MS
    state.apply(e.ClockRepaired(NOW_MS, LAST_MS, right_ms), TickChanges())


# -- nothing is forgotten --------------------------------------------------------------------

NO_TIMES = frozenset(
    """
    files_made reports_made number size offset entries seq first_seq byte_count read_seq
    floor count held devices_made rooms_opened file_bytes schedules_made asks_made hooks_made
    iterations uses_left links_made comments edits uses threads latest reactions pins
    first_floor joined_floor newcomers report former unread_from unread_until
    """.split()
)
"""Fields with whole numbers that are no times."""
MADE_WITH_THEIR_OWN_MOVE = frozenset({IdempotencyRecords, Log})


def structs_of(kind: Any, found: set[type[msgspec.Struct]]) -> None:
    """Gather the structs that a type is made of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind not in found:
            found.add(kind)
            for field in msgspec.structs.fields(kind):
                structs_of(field.type, found)
        return
    for part in typing.get_args(kind):
        structs_of(part, found)


def has_whole_numbers(kind: Any) -> bool:
    """Whether a field holds whole numbers itself, as values and not as keys."""
    if kind is int:
        return True
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is dict:
        return has_whole_numbers(arguments[1])
    if typing.get_origin(kind) in (list, tuple, typing.Union, types.UnionType):
        return any(map(has_whole_numbers, arguments))
    return False


def test_every_whole_number_of_the_state_is_known_to_be_a_time_or_none() -> None:
    found: set[type[msgspec.Struct]] = set()
    structs_of(Tables, found)
    assert {User, Room, Member, RateWindow, Hook} <= found
    for struct in found - MADE_WITH_THEIR_OWN_MOVE:
        for field in msgspec.structs.fields(struct):
            if has_whole_numbers(field.type):
                name = field.name
                is_time = name in clock.TIMES | clock.SPANS
                assert is_time or name.endswith("_ms") or name in NO_TIMES, (
                    f"is {struct.__name__}.{name} a time? chatd.core.events.clock must know"
                )


NO_TIMES_IN_ENTRIES = frozenset(
    "seq reply_to size target request hook device warnings limit id report in_seq ids "
    "root comments last_comment width height count more_reactions".split()
)


@pytest.mark.parametrize("kind", typing.get_args(AnyEntry), ids=lambda kind: kind.__name__)
def test_every_whole_number_of_an_entry_is_known_to_be_a_time_or_none(
    kind: type[msgspec.Struct],
) -> None:
    for field in msgspec.structs.fields(kind):
        if has_whole_numbers(field.type):
            known = {*clock.TIMES_IN_ENTRIES, *NO_TIMES_IN_ENTRIES}
            assert field.name in known, f"is {field.name} a time?"


# -- what moves, and where to ----------------------------------------------------------------


def test_entries_ahead_come_as_long_before_now_as_before_the_last_stamp() -> None:
    state = State()
    for seq, ts in enumerate((NOW_MS - DAY_MS, LAST_MS - 2 * HOUR_MS, LAST_MS), 1):
        state.general.log.append(encode_entry(Message("general", seq, ts, "alice", "text")))
    repaired(state)
    stamps = [stamp_of(frame) for frame in state.general.log.frames]
    assert stamps == [NOW_MS - DAY_MS, NOW_MS - 2 * HOUR_MS, NOW_MS]
    assert state.last_ms == NOW_MS
    assert state.general.log.byte_count == sum(map(len, state.general.log.frames))


def test_entries_ahead_stay_behind_those_that_are_right() -> None:
    state = State()
    for seq, ts in enumerate((NOW_MS - HOUR_MS, LAST_MS - 2 * HOUR_MS, LAST_MS), 1):
        state.general.log.append(encode_entry(Message("general", seq, ts, "alice", "text")))
    repaired(state, NOW_MS - HOUR_MS)
    stamps = [stamp_of(frame) for frame in state.general.log.frames]
    assert stamps == [NOW_MS - HOUR_MS, NOW_MS - HOUR_MS, NOW_MS]


def test_edit_that_was_ahead_moves_in_an_entry_that_was_not() -> None:
    state = State()
    entry = Message("general", 1, NOW_MS - DAY_MS, "alice", "text", edited=LAST_MS)
    state.general.log.append(encode_entry(entry))
    repaired(state)
    moved = entries.decode_entry(state.general.log.frames[0])
    assert isinstance(moved, Message)
    assert (moved.ts, moved.edited, moved.text) == (NOW_MS - DAY_MS, NOW_MS, "text")


def test_what_was_to_come_is_as_far_ahead_as_it_was_and_what_is_past_stays() -> None:
    state = State()
    alice = state.users["alice"] = user()
    alice.created_ms = NOW_MS - DAY_MS
    alice.general = RateWindow(3, LAST_MS + HOUR_MS)
    alice.private = RateWindow(3, NOW_MS - HOUR_MS)
    alice.banned_until_ms = LAST_MS + DAY_MS
    alice.reported = {"bob": LAST_MS - HOUR_MS, "eve": NOW_MS - HOUR_MS}
    alice.blocked = {"bob": LAST_MS}
    alice.reached = {"bob": (2, LAST_MS + HOUR_MS)}
    alice.hooks[1] = Hook(1, "general", "ci", b"hash", LAST_MS)
    repaired(state)
    assert alice.created_ms == NOW_MS - DAY_MS
    assert alice.general == RateWindow(3, NOW_MS + HOUR_MS)
    assert alice.private == RateWindow(3, NOW_MS - HOUR_MS)
    assert alice.banned_until_ms == NOW_MS + DAY_MS
    assert alice.reported == {"bob": NOW_MS - HOUR_MS, "eve": NOW_MS - HOUR_MS}
    assert alice.blocked == {"bob": NOW_MS}
    assert alice.reached == {"bob": (2, NOW_MS + HOUR_MS)}
    assert alice.hooks[1].created_ms == NOW_MS


def test_text_set_to_a_time_of_day_within_a_year_stays_and_one_beyond_moves() -> None:
    state = State()
    alice = state.users["alice"] = user()
    state.rooms["@alice"] = Room("@alice")
    for number, at_ms in enumerate((NOW_MS + 300 * DAY_MS, LAST_MS + HOUR_MS), 1):
        state.apply(
            e.PostScheduled(NOW_MS, "alice", number, at_ms, "general", "text", "", b""),
            TickChanges(),
        )
    repaired(state)
    assert [p.at_ms for p in alice.scheduled.values()] == [
        NOW_MS + 300 * DAY_MS,
        NOW_MS + HOUR_MS,
    ]


def test_what_is_gone_for_a_reader_stays_gone_and_the_rest_goes_when_it_would_have() -> None:
    state = State()
    member = state.general.members["alice"] = Member()
    member.read(3, NOW_MS - HOUR_MS, NOW_MS)
    member.read(5, LAST_MS - HOUR_MS // 2, LAST_MS + HOUR_MS // 2)
    repaired(state)
    assert member.floor_at(NOW_MS) == 3
    assert member.floor_at(NOW_MS + HOUR_MS // 2 - 1) == 3
    assert member.floor_at(NOW_MS + HOUR_MS // 2) == 5
    assert member.checkpoints[-1].read_ms == NOW_MS - HOUR_MS // 2


def test_nonces_are_remembered_as_long_as_they_would_have_been() -> None:
    state = State()
    alice = state.users["alice"] = user()
    alice.nonces = IdempotencyRecords()
    alice.nonces.add("one", IdempotencyRecord(b"12345678", "general", 1, LAST_MS - HOUR_MS))
    repaired(state)
    record = alice.nonces.get("one", NOW_MS)
    assert record == IdempotencyRecord(b"12345678", "general", 1, NOW_MS - HOUR_MS)


def test_settings_that_tell_how_long_are_left_alone() -> None:
    state = State()
    state.tables.lifetime_ms = state.tables.update_period_ms = 2 * LAST_MS
    repaired(state)
    assert state.tables.lifetime_ms == state.tables.update_period_ms == 2 * LAST_MS


times = st.lists(st.integers(NOW_MS - 9 * DAY_MS, NOW_MS + 9 * DAY_MS), min_size=1, max_size=20)


@given(times)
def test_order_is_kept_and_nothing_that_was_made_is_ahead_any_more(stamps_ms: list[int]) -> None:
    state, stamps_ms = State(), sorted(stamps_ms)
    for seq, ts in enumerate(stamps_ms, 1):
        state.general.log.append(encode_entry(Message("general", seq, ts, "alice", "text")))
    last_ms = state.tables.last_ms = max(NOW_MS + 1, stamps_ms[-1])
    right_ms = max((ms for ms in stamps_ms if ms <= NOW_MS), default=0)
    state.apply(e.ClockRepaired(NOW_MS, last_ms, right_ms), TickChanges())
    moved = [stamp_of(frame) for frame in state.general.log.frames]
    assert moved == sorted(moved) and moved[-1] <= NOW_MS
    assert [ms for ms in stamps_ms if ms <= NOW_MS] == moved[: sum(m <= NOW_MS for m in stamps_ms)]
