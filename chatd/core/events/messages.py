"""Posts: what users put into rooms, and the rooms that come about by it."""

from collections.abc import Sequence

from chatd.core.events.base import Event
from chatd.core.idempotency import IdempotencyRecord, IdempotencyRecords
from chatd.core.model import Member, Room, User
from chatd.core.state import State
from chatd.core.tick import NoncedPost, TickChanges
from chatd.wire import entries
from chatd.wire.rooms import GENERAL


class DirectRoomOpened(Event, frozen=True, tag="DirectRoomOpened"):
    """Two users have a room of their own."""

    room: str
    opened_by: str
    other: str

    def apply(self, state: State, changes: TickChanges) -> None:
        names = dict.fromkeys((self.opened_by, self.other))
        state.rooms[self.room] = Room(self.room, self.ts, {name: Member() for name in names})
        for name in names:
            state.enter_room(name, self.room)
        state.users[self.opened_by].rooms_opened += 1


class Post(Event, frozen=True):
    """A user put an entry into a room.

    reset_at: when the author's period for this kind of room ends; 0 for what does not count.
    due: when the entry is gone for the author, if nothing unread lay before it.
    nonce, digest: what makes the post happen once only; empty if none was given.
    """

    room: str
    seq: int
    author: str
    reset_at: int
    due: int
    nonce: str
    digest: bytes


class MessagePosted(Post, frozen=True, tag="MessagePosted"):
    """A user said something.

    mentions: the users whom the text names. via: the label of the hook that it came by.
    """

    text: str
    mentions: list[str] = []
    via: str = ""

    def apply(self, state: State, changes: TickChanges) -> None:
        entry = entries.Message(
            self.room,
            self.seq,
            self.ts,
            self.author,
            self.text,
            mentions=self.mentions,
            via=self.via,
        )
        post(state, changes, self, entry, self.mentions)


def post(
    state: State,
    changes: TickChanges,
    event: Post,
    entry: entries.Entry,
    mentions: Sequence[str] = (),
) -> None:
    """Append the entry, and do what holds for every post. mentions: whom the entry names."""
    room = state.rooms[event.room]
    state.append(changes, room, entry)
    if entry.is_post:
        room.active_ms = event.ts
    if type(entry) is not entries.Delete:
        room.latest[event.author] = event.seq
    author = state.users[event.author]
    if event.reset_at:
        charge(author, event.room, event.reset_at, changes)
    read_own(state, room, event.author, entry, event.due)
    if mentions:
        state.unread.add_mentions(event.room, mentions, event.seq)
    if event.nonce:
        record = IdempotencyRecord(event.digest, event.room, event.seq, event.ts)
        keep_idempotency_record(author, event.nonce, record, changes)
        changes.posted.append(NoncedPost(event.author, event.room, event.seq, event.nonce))


def read_own(state: State, room: Room, author: str, entry: entries.Entry, due: int) -> None:
    """Let an author have read the own entry, if nothing unread lies before it."""
    member, seq = room.members.get(author), entry.seq
    if member is not None and member.read_seq == seq - 1:
        member.read(seq, entry.ts, due)
        if not member.unread_from:
            return
    if entry.is_post:
        state.unread.add_own(room.room, author, seq)


def charge(user: User, room: str, reset_at_ms: int, changes: TickChanges) -> None:
    """Count what a user did in a room, "" for none, in the period that ends at `reset_at_ms`."""
    is_general = room == GENERAL
    window = user.general if is_general else user.private
    if window.spend(reset_at_ms):
        arm_limits(user, changes)
    if is_general:
        changes.charged.add(user.name)


def arm_limits(user: User, changes: TickChanges) -> None:
    """Set the timer that ends a user's periods, of which the sooner counts."""
    ends = [window.reset_at_ms for window in user.windows if window.count or window.held]
    if ends:
        changes.timers["limits", user.name] = min(ends)


def arm_nonces(user: User, changes: TickChanges) -> None:
    """Set the timer that forgets a user's nonces."""
    if user.nonces is not None:
        changes.timers["nonces", user.name] = user.nonces.oldest_expires_ms


def keep_idempotency_record(
    author: User, nonce: str, record: IdempotencyRecord, changes: TickChanges
) -> None:
    """Remember what came of a nonce."""
    if author.nonces is None:
        author.nonces = IdempotencyRecords()
    author.nonces.add(nonce, record)
    if len(author.nonces) == 1:
        arm_nonces(author, changes)
