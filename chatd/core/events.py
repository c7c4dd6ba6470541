"""Events: facts in the past tense, all that ever changes the state.

An event carries everything `State.apply` needs, deadlines included, so that replaying it
needs no handler, no clock and no setting. `ts` and all deadlines are ms UTC; a deadline of 0
is never. On disk the events of a tick are one msgpack array of tagged arrays; a field may be
added at the end of an event, with a default, and nothing else about one may change.
"""

import msgspec

from chatd.core.model import Credentials


class Event(msgspec.Struct, tag=True, array_like=True, frozen=True, gc=False):
    """A fact. `ts`: when the tick was in which it came about."""

    ts: int


class StoreCreated(Event, frozen=True):
    """The first event of every store. secret: 32 bytes that never leave it."""

    epoch: str
    secret: bytes


class EpochRenewed(Event, frozen=True):
    """Positions that were told before mean nothing any more."""

    epoch: str


class ServerStarted(Event, frozen=True):
    """A server took up the store; without a snapshot after it, none let go of it cleanly.

    durable: whether it syncs each tick, so that a crash loses nothing that was told.
    """

    durable: bool


class UserRegistered(Event, frozen=True):
    """There is a new account."""

    name: str
    credentials: Credentials


class PasswordChanged(Event, frozen=True):
    """A user has new credentials, and no device token any more."""

    name: str
    credentials: Credentials


class DeviceAdded(Event, frozen=True):
    """A user has one more device token. token_hash: SHA-256 of the token."""

    name: str
    number: int
    label: str
    token_hash: bytes


class DeviceRevoked(Event, frozen=True):
    """A device token opens nothing any more."""

    name: str
    number: int


class DirectRoomOpened(Event, frozen=True):
    """Two users have a room of their own."""

    room: str
    opened_by: str
    other: str


class MemberStarted(Event, frozen=True):
    """A user follows a room for the first time, and sees what is behind `floor`."""

    room: str
    name: str
    floor: int


class MessagePosted(Event, frozen=True):
    """A user said something.

    reset_at: when the author's period for this kind of room ends.
    due: when the entry is gone for the author, if nothing unread lay before it.
    nonce, digest: what makes the post happen once only; empty if none was given.
    """

    room: str
    seq: int
    author: str
    text: str
    reset_at: int
    due: int
    nonce: str = ""
    digest: bytes = b""


class CursorsMoved(Event, frozen=True):
    """Users have read rooms. moves: (name, room, seq); due: when that is gone for them."""

    due: int
    moves: list[tuple[str, str, int]]


class LimitsReset(Event, frozen=True):
    """The periods of a user that had ended by `ts` are over."""

    name: str


class EntriesExpired(Event, frozen=True):
    """The entries of a room up to `up_to` are gone for everyone."""

    room: str
    up_to: int


AnyEvent = (
    StoreCreated
    | EpochRenewed
    | ServerStarted
    | UserRegistered
    | PasswordChanged
    | DeviceAdded
    | DeviceRevoked
    | DirectRoomOpened
    | MemberStarted
    | MessagePosted
    | CursorsMoved
    | LimitsReset
    | EntriesExpired
)


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[list[AnyEvent]] = msgspec.msgpack.Decoder(list[AnyEvent])


def encode_events(events: list[Event]) -> bytes:
    """Return the body of the journal record that holds a tick's events."""
    return _encoder.encode(events)


def decode_events(body: bytes) -> list[AnyEvent]:
    """Return the events of a journal record.

    Raises msgspec.DecodeError if the body, whole by its checksum, is not of this version.
    """
    return _decoder.decode(body)
