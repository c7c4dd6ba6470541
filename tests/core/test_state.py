"""The state: what each event makes true, and that a dump and a replay give the same."""

import hashlib
from typing import Any

import msgspec
import pytest

from chatd.core import events as e
from chatd.core.events import encode_events
from chatd.core.idempotency import NONCE_KEPT_MS
from chatd.core.model import Credentials
from chatd.core.state import SELF_LOG_ENTRIES_MAX, State
from chatd.core.tick import TickChanges
from chatd.core.transaction import Transaction
from chatd.errors import StorageFull
from chatd.wire.entries import decode_entry
from chatd.wire.envelope import encode_notification

CREDENTIALS = Credentials(b"salt" * 4, 4_096, b"s" * 32, b"k" * 32)
NEW_CREDENTIALS = Credentials(b"pepper" * 2, 5_000, b"n" * 32, b"w" * 32)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def posted(ts: int, room: str, seq: int, author: str, **fields: Any) -> e.MessagePosted:
    given = {"reset_at": ts + 100, "due": 0, "nonce": "", "digest": b"", "text": "text", **fields}
    return e.MessagePosted(ts, room, seq, author, **given)


def life() -> list[e.Event]:
    """Return events as a server could have committed them."""
    return [
        e.StoreCreated(1, "epoch", b"secret" * 5),
        e.ServerStarted(2, True),
        e.UserRegistered(3, "alice", CREDENTIALS),
        e.UserRegistered(4, "bob", CREDENTIALS),
        e.DeviceAdded(5, "alice", 1, "phone", token_hash("one")),
        e.DeviceAdded(6, "alice", 2, "laptop", token_hash("two")),
        e.DeviceRevoked(7, "alice", 1),
        e.MemberStarted(8, "general", "alice", 0),
        posted(9, "general", 1, "alice", nonce="n", digest=b"d" * 8, due=50),
        e.MemberStarted(10, "general", "bob", 1),
        e.DirectRoomOpened(11, "alice,bob", "bob", "alice"),
        posted(11, "alice,bob", 1, "bob", text="private"),
        posted(12, "general", 2, "bob"),
        e.CursorsMoved(13, 60, [("alice", "general", 2), ("alice", "alice,bob", 1)]),
        e.EntriesExpired(14, "general", 1),
        e.LimitsReset(200, "alice"),
        e.PasswordChanged(201, "bob", NEW_CREDENTIALS),
        e.EpochRenewed(202, "another epoch"),
    ]


def state_of(events: list[e.Event]) -> State:
    state = State()
    for event in events:
        state.apply(event, TickChanges())
    return state


def posts_of(state: State, room: str) -> list[tuple[int, str]]:
    entries = [decode_entry(frame) for frame in state.rooms[room].log.frames]
    return [(entry.seq, type(entry).__name__) for entry in entries]


# -- there and back --------------------------------------------------------------------------


def replay(state: State, body: bytes) -> TickChanges:
    """Apply a journal record; return what follows from it."""
    changes = TickChanges()
    for event in e.decode_events(body):
        state.apply(event, changes)
    return changes


def kinds_under(kind: type[e.Event]) -> set[type[e.Event]]:
    """Return the kinds that nothing else is derived from."""
    below = kind.__subclasses__()
    return {kind}.union(*map(kinds_under, below)) - ({kind} if below else set())


def test_every_kind_of_event_says_how_it_applies() -> None:
    assert kinds_under(e.Event) == set(e.EVENTS)
    assert all("apply" in vars(kind) for kind in e.EVENTS)


@pytest.mark.parametrize("count", range(len(life()) + 1))
def test_state_comes_back_from_its_dump(count: int) -> None:
    state = state_of(life()[:count])
    again = State.load(state.dump())
    assert again.digest() == state.digest()
    assert again.token_owners == state.token_owners
    assert again.general is again.rooms["general"]


@pytest.mark.parametrize("count", range(len(life()) + 1))
def test_replay_on_a_dump_gives_the_same_as_going_on(count: int) -> None:
    events = life()
    state = State.load(state_of(events[:count]).dump())
    replay(state, encode_events(events[count:]))
    assert state.digest() == state_of(events).digest()


BUILTINS = (dict, list, tuple, str, bytes, bytearray, int, bool)


def test_dump_holds_builtins_only() -> None:
    def check(value: object) -> None:
        assert value is None or type(value) in BUILTINS, type(value)
        if isinstance(value, dict):
            check(list(value))
            check(list(value.values()))
        elif isinstance(value, list | tuple):
            for item in value:
                check(item)

    check(state_of(life()).dump())


def test_digest_tells_states_apart_and_not_the_order_of_their_keys() -> None:
    seen = {state_of(life()[:count]).digest() for count in range(len(life()) + 1)}
    assert len(seen) == len(life()) + 1
    a, b = (e.UserRegistered(3, name, CREDENTIALS) for name in ("alice", "bob"))
    assert state_of([a, b]).digest() == state_of([b, a]).digest()


@pytest.mark.parametrize("tree", [None, [], {"epoch": 1}, {"users": {"alice": {}}}], ids=repr)
def test_dump_of_another_shape_is_refused(tree: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        State.load(tree)


def test_field_that_is_unknown_is_refused_wherever_it_stands_in_a_dump() -> None:
    tree = state_of(life()).dump()
    places = [tree, *tree["users"].values(), *tree["rooms"].values()]
    places += [user["devices"][2] for user in places if "alice" == user.get("name")]
    places += [room["log"] for room in tree["rooms"].values()]
    places += [tree["rooms"]["general"]["members"]["alice"]]
    places += [tree["users"]["alice"]["general"], tree["users"]["alice"]["receipts"]]
    for place in places:
        place["added_later"] = 1
        with pytest.raises(msgspec.ValidationError, match="added_later"):
            State.load(tree)
        del place["added_later"]
    State.load(tree)


@pytest.mark.parametrize(
    "entry",
    [{"kind": "message", "added_later": 1}, {"kind": "poll"}, {"kind": "message", "text": 1}],
)
def test_entry_of_an_unknown_kind_or_with_an_unknown_field_is_refused(
    entry: dict[str, Any],
) -> None:
    state = state_of(life())
    known = {"room": "general", "seq": 3, "ts": 13, "author": "bob", "text": "text"}
    state.general.log.append(encode_notification("entry", {**known, **entry}))
    with pytest.raises(msgspec.ValidationError):
        State.load(state.dump())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x80",
        b"\x91\x92\xa7Unknown\x01",
        b"\x91\x91\xacEpochRenewed",
        b"\x91\xc0",
        b"\x91\x94\xacEpochRenewed\x01\xa1e\x01",  # one field more than there are
    ],
)
def test_record_of_another_version_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        e.decode_events(body)


# -- what each event makes true --------------------------------------------------------------


def test_every_event_leaves_its_stamp() -> None:
    for count, event in enumerate(life(), 1):
        assert state_of(life()[:count]).last_ms == event.ts


def test_store_has_an_epoch_a_secret_and_its_last_servers_word() -> None:
    state = state_of(life())
    assert (state.epoch, state.secret) == ("another epoch", b"secret" * 5)
    assert state.durable
    state.apply(e.ServerStarted(300, False), TickChanges())
    assert not state.durable


def test_token_opens_until_it_is_revoked_or_the_password_changes() -> None:
    state = state_of(life())
    assert state.token_owners == {token_hash("two"): ("alice", 2)}
    state.apply(e.PasswordChanged(300, "alice", NEW_CREDENTIALS), TickChanges())
    assert state.token_owners == {}
    assert state.users["alice"].credentials == NEW_CREDENTIALS
    state.apply(e.DeviceAdded(301, "alice", 3, "new", token_hash("three")), TickChanges())
    assert list(state.users["alice"].devices) == [3]


def test_self_log_tells_of_devices_and_passwords() -> None:
    state = state_of(life())
    kinds = ["DeviceAdded", "DeviceAdded", "DeviceRevoked"]
    assert posts_of(state, "@alice") == list(enumerate(kinds, 1))
    assert posts_of(state, "@bob") == [(1, "PasswordChanged")]


def test_self_log_keeps_the_newest_only() -> None:
    state = state_of(life())
    for ts in range(SELF_LOG_ENTRIES_MAX + 7):
        state.apply(e.PasswordChanged(300 + ts, "bob", CREDENTIALS), TickChanges())
    log = state.rooms["@bob"].log
    assert len(log.frames) == SELF_LOG_ENTRIES_MAX
    assert (log.first_seq, log.last_seq) == (9, SELF_LOG_ENTRIES_MAX + 8)


def test_direct_room_has_both_in_it_and_counts_for_who_opened_it() -> None:
    state = state_of(life())
    assert sorted(state.rooms["alice,bob"].members) == ["alice", "bob"]
    assert state.users["bob"].rooms_opened == 1 and state.users["alice"].rooms_opened == 0
    assert state.users["alice"].rooms == ["general", "@alice", "alice,bob"]


def test_direct_room_with_oneself_has_one_member() -> None:
    state = state_of(life())
    state.apply(e.DirectRoomOpened(300, "bob,bob", "bob", "bob"), TickChanges())
    assert list(state.rooms["bob,bob"].members) == ["bob"]
    assert state.users["bob"].rooms.count("bob,bob") == 1


def test_post_moves_its_author_only_if_nothing_unread_lies_before() -> None:
    state = state_of(life())
    state.apply(posted(300, "general", 3, "bob"), TickChanges())  # bob has read 2, his own
    assert state.general.members["bob"].read_seq == 3
    state.apply(posted(301, "general", 4, "alice"), TickChanges())  # alice has not read 3
    assert state.general.members["alice"].read_seq == 2


def test_post_of_an_entry_out_of_order_is_a_bug_that_ends_the_process() -> None:
    state = state_of(life())
    with pytest.raises(AssertionError):
        state.apply(posted(300, "general", 4, "bob"), TickChanges())


def test_post_counts_in_its_period_and_a_reset_before_the_end_changes_nothing() -> None:
    state = state_of(life()[:13])
    alice = state.users["alice"]
    assert (alice.general.count, alice.private.count) == (1, 0)
    state.apply(e.LimitsReset(108, "alice"), TickChanges())
    assert alice.general.count == 1
    state.apply(e.LimitsReset(109, "alice"), TickChanges())
    assert alice.general.count == 0


def test_receipt_is_kept_for_seven_days() -> None:
    state = state_of(life())
    state.apply(
        posted(8 + NONCE_KEPT_MS, "general", 3, "alice", nonce="m", digest=b"e" * 8), TickChanges()
    )
    assert len(state.users["alice"].nonces or ()) == 2
    state.apply(
        posted(9 + NONCE_KEPT_MS, "general", 4, "alice", nonce="o", digest=b"f" * 8), TickChanges()
    )
    assert len(state.users["alice"].nonces or ()) == 2, "the first is over"


def test_grown_says_from_where_on_a_room_is_new() -> None:
    state = state_of(life())
    changes = TickChanges()
    for seq in (3, 4):
        state.apply(posted(300, "general", seq, "bob"), changes)
    assert changes.grown == {"general": 3}


# -- the store -------------------------------------------------------------------------------


def test_events_of_a_tick_are_taken_once_as_one_record() -> None:
    transaction, again = Transaction(State()), State()
    for event in life():
        transaction.commit(event)
    taken = transaction.take()
    assert taken is not None
    body, changes = taken
    assert replay(again, body) == changes
    assert again.digest() == transaction.state.digest()
    assert transaction.take() is None


def test_full_store_changes_nothing() -> None:
    transaction = Transaction(State())
    transaction.commit(*life())
    transaction.take()
    before = transaction.state.digest()
    transaction.writable = False
    with pytest.raises(StorageFull):
        transaction.commit(posted(300, "general", 3, "bob"))
    assert (
        transaction.state.digest() == before
        and transaction.take() is None
        and not transaction.sealed
    )


def test_commit_that_fails_half_way_leaves_the_store_sealed() -> None:
    transaction = Transaction(State())
    transaction.commit(*life())
    with pytest.raises(AssertionError):
        transaction.commit(posted(300, "general", 3, "bob"), posted(300, "general", 9, "bob"))
    assert transaction.sealed
