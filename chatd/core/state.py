"""The state: everything chatd knows, and the one method that changes it.

`apply` is a deterministic function of (state, event), the same when an event happens and
when it is replayed. It never refuses: what an event says has been checked by the handler
that made it, and an exception here is a bug that ends the process before anything leaves.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import field

from chatd.core import events as e
from chatd.core.model import DeviceToken, Member, Receipt, Room, User
from chatd.wire import entries
from chatd.wire.entries import encode_entry
from chatd.wire.rooms import GENERAL, self_room

FORMAT = 1
NONCE_KEPT_MS = 3_600_000
SELF_LOG_ENTRIES_MAX = 1_000


class Tables(msgspec.Struct):
    """What a snapshot holds."""

    format: int = FORMAT
    epoch: str = ""
    secret: bytes = b""
    last_ms: int = 0
    durable: bool = True
    users: dict[str, User] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)


class State:
    """The tables, and what is derived from them.

    grown: rooms with entries that delivery has not seen, each with its first new `seq`.
    token_owners: SHA-256 of a device token to the user's name and the device's number.
    """

    def __init__(self, tables: Tables | None = None) -> None:
        self._tables = tables or Tables(rooms={GENERAL: Room(GENERAL)})
        self.users = self._tables.users
        self.rooms = self._tables.rooms
        self.general = self.rooms[GENERAL]
        self.grown: dict[str, int] = {}
        self.token_owners = {
            device.token_hash: (user.name, device.number)
            for user in self.users.values()
            for device in user.devices.values()
        }

    @property
    def epoch(self) -> str:
        """Goes with every position that a client keeps."""
        return self._tables.epoch

    @property
    def secret(self) -> bytes:
        """32 bytes that never leave the store."""
        return self._tables.secret

    @property
    def last_ms(self) -> int:
        """The stamp of the newest event, ms UTC."""
        return self._tables.last_ms

    @property
    def durable(self) -> bool:
        """Whether the last server that took up the store synced each tick."""
        return self._tables.durable

    def dump(self) -> Any:
        """Return everything as a tree of builtins."""
        return msgspec.to_builtins(self._tables, builtin_types=(bytes,))

    @classmethod
    def load(cls, tree: Any) -> "State":
        """Return the state that `dump` told of.

        Raises msgspec.ValidationError for a tree of another shape.
        """
        return cls(msgspec.convert(tree, Tables))

    def digest(self) -> str:
        """Return a hash that two replicas can compare."""
        tree = msgspec.to_builtins(self._tables, builtin_types=(bytes,), order="sorted")
        return blake2b(msgspec.msgpack.encode(tree), digest_size=16).hexdigest()

    def apply(self, event: e.Event) -> None:
        """Make an event true."""
        self._tables.last_ms = event.ts
        _APPLY[type(event)](self, event)

    # -- the store itself --------------------------------------------------------------------

    def _store_created(self, event: e.StoreCreated) -> None:
        self._tables.epoch = event.epoch
        self._tables.secret = event.secret

    def _epoch_renewed(self, event: e.EpochRenewed) -> None:
        self._tables.epoch = event.epoch

    def _server_started(self, event: e.ServerStarted) -> None:
        self._tables.durable = event.durable

    # -- accounts ----------------------------------------------------------------------------

    def _user_registered(self, event: e.UserRegistered) -> None:
        user = User(event.name, event.ts, event.credentials)
        self.users[event.name] = user
        room = self_room(event.name)
        self.rooms[room] = Room(room, event.ts, {event.name: Member()})
        user.rooms.append(room)

    def _password_changed(self, event: e.PasswordChanged) -> None:
        user = self.users[event.name]
        user.credentials = event.credentials
        for device in user.devices.values():
            del self.token_owners[device.token_hash]
        user.devices.clear()
        self._tell(event.name, entries.PasswordChanged, event.ts)

    def _device_added(self, event: e.DeviceAdded) -> None:
        user = self.users[event.name]
        user.devices_made = event.number
        user.devices[event.number] = DeviceToken(
            event.number, event.label, event.token_hash, event.ts
        )
        self.token_owners[event.token_hash] = (event.name, event.number)
        self._tell(
            event.name, entries.DeviceAdded, event.ts, device=event.number, label=event.label
        )

    def _device_revoked(self, event: e.DeviceRevoked) -> None:
        device = self.users[event.name].devices.pop(event.number)
        del self.token_owners[device.token_hash]
        self._tell(
            event.name,
            entries.DeviceRevoked,
            event.ts,
            device=event.number,
            label=device.label,
        )

    # -- rooms -------------------------------------------------------------------------------

    def _direct_room_opened(self, event: e.DirectRoomOpened) -> None:
        names = dict.fromkeys((event.opened_by, event.other))
        self.rooms[event.room] = Room(event.room, event.ts, {name: Member() for name in names})
        for name in names:
            self.users[name].rooms.append(event.room)
        self.users[event.opened_by].rooms_opened += 1

    def _member_started(self, event: e.MemberStarted) -> None:
        member = Member(read_seq=event.floor, floor=event.floor)
        self.rooms[event.room].members[event.name] = member
        self.users[event.name].rooms.insert(0, event.room)

    def _message_posted(self, event: e.MessagePosted) -> None:
        room = self.rooms[event.room]
        entry = entries.Message(event.room, event.seq, event.ts, event.author, event.text)
        self._append(room, event.seq, encode_entry(entry))
        author = self.users[event.author]
        author.window_for(event.room).spend(event.reset_at)
        member = room.members.get(event.author)
        if member is not None and member.read_seq == event.seq - 1:
            member.read(event.seq, event.ts, event.due)
        if event.nonce:
            self._keep_receipt(author, event)

    def _keep_receipt(self, author: User, event: e.MessagePosted) -> None:
        while author.nonces:
            oldest = next(iter(author.nonces))
            if event.ts - author.nonces[oldest].ts < NONCE_KEPT_MS:
                break
            del author.nonces[oldest]
        author.nonces[event.nonce] = Receipt(event.digest, event.room, event.seq, event.ts)

    def _cursors_moved(self, event: e.CursorsMoved) -> None:
        for name, room, seq in event.moves:
            self.rooms[room].members[name].read(seq, event.ts, event.due)

    # -- time --------------------------------------------------------------------------------

    def _limits_reset(self, event: e.LimitsReset) -> None:
        user = self.users[event.name]
        for window in (user.general, user.private):
            if window.reset_at_ms <= event.ts:
                window.count = 0

    def _entries_expired(self, event: e.EntriesExpired) -> None:
        self.rooms[event.room].log.trim(event.up_to)

    # -- logs --------------------------------------------------------------------------------

    def _append(self, room: Room, seq: int, frame: bytes) -> None:
        assert seq == room.log.last_seq + 1, (room.room, seq, room.log.last_seq)
        room.log.append(frame)
        self.grown.setdefault(room.room, seq)

    def _tell(self, name: str, entry: type[entries.Entry], ts: int, **fields: Any) -> None:
        room = self.rooms[self_room(name)]
        seq = room.log.last_seq + 1
        self._append(room, seq, encode_entry(entry(room.room, seq, ts, **fields)))
        room.log.trim(seq - SELF_LOG_ENTRIES_MAX)


_APPLY: dict[type[e.Event], Callable[[State, Any], None]] = {
    e.StoreCreated: State._store_created,
    e.EpochRenewed: State._epoch_renewed,
    e.ServerStarted: State._server_started,
    e.UserRegistered: State._user_registered,
    e.PasswordChanged: State._password_changed,
    e.DeviceAdded: State._device_added,
    e.DeviceRevoked: State._device_revoked,
    e.DirectRoomOpened: State._direct_room_opened,
    e.MemberStarted: State._member_started,
    e.MessagePosted: State._message_posted,
    e.CursorsMoved: State._cursors_moved,
    e.LimitsReset: State._limits_reset,
    e.EntriesExpired: State._entries_expired,
}
