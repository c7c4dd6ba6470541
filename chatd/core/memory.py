"""Memory: the tables that a snapshot holds, and what is derived from them."""

from typing import Any

import msgspec
from msgspec import field

from chatd.core.model import Room, User
from chatd.wire.entries import Entry, encode_entry
from chatd.wire.rooms import GENERAL, self_room

FORMAT = 1
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


class Memory:
    """Everything chatd knows. Only the functions of `chatd.core.changes` write to it.

    grown: rooms with entries that delivery has not seen, each with its first new `seq`.
    token_owners: SHA-256 of a device token to the user's name and the device's number.
    """

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = tables or Tables(rooms={GENERAL: Room(GENERAL)})
        self.users = self.tables.users
        self.rooms = self.tables.rooms
        self.general = self.rooms[GENERAL]
        self.grown: dict[str, int] = {}
        self.token_owners = {
            device.token_hash: (user.name, device.number)
            for user in self.users.values()
            for device in user.devices.values()
        }

    def append(self, room: Room, entry: Entry) -> None:
        """Add the newest entry to a room's log."""
        assert entry.seq == room.log.last_seq + 1, (room.room, entry.seq, room.log.last_seq)
        room.log.append(encode_entry(entry))
        self.grown.setdefault(room.room, entry.seq)

    def tell(self, name: str, entry: type[Entry], ts: int, **fields: Any) -> None:
        """Add an entry to a user's self log, which keeps the newest only."""
        room = self.rooms[self_room(name)]
        seq = room.log.last_seq + 1
        self.append(room, entry(room.room, seq, ts, **fields))
        room.log.trim(seq - SELF_LOG_ENTRIES_MAX)
