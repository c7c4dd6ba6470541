"""The state: the tables that a snapshot holds, what is derived from them, and `apply`.

`apply` is a deterministic function of (state, event), the same when an event happens and
when it is replayed.
"""

from bisect import bisect_left, insort
from hashlib import blake2b
from itertools import takewhile
from typing import Any, Protocol

import msgspec
from msgspec import field

from chatd.core.appearances import Appearances
from chatd.core.copies import redact
from chatd.core.migrations import to_builtins
from chatd.core.model import Blob, Report, Room, Upload, User
from chatd.core.name_index import NameIndex
from chatd.core.threads import Threads
from chatd.core.tick import TickChanges
from chatd.core.unread import UnreadIndex
from chatd.wire.entries import Entry, File, check_entry, decode_entry, encode_entry
from chatd.wire.rooms import GENERAL, GROUP_MARK, self_room

SELF_LOG_ENTRIES_MAX = 1_000
ENDED_AT_ONCE_MAX = 20
"""A room with so few entries is gone at once when it ends."""


class Tables(msgspec.Struct, forbid_unknown_fields=True):
    """What a snapshot holds.

    lifetime_ms, update_period_ms: the settings that dates in it were made by; None: not known.
    durable: whether the last server that took up the store synced each tick.
    stopped: whether it let go of it cleanly; only the last snapshot of a stop says so.
    held_until_ms: before that nothing expires, as a start found a clock that may be wrong.
    """

    epoch: str = ""
    secret: bytes = b""
    last_ms: int = 0
    durable: bool = True
    users: dict[str, User] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    files_made: int = 0
    uploads: dict[int, Upload] = field(default_factory=dict)
    blobs: dict[bytes, Blob] = field(default_factory=dict)
    reports_made: int = 0
    reports: dict[int, Report] = field(default_factory=dict)
    lifetime_ms: int | None = None
    update_period_ms: int | None = None
    stopped: bool = False
    held_until_ms: int = 0


class Event(Protocol):
    """An event as far as the state knows it; `chatd.core.events` has them all."""

    @property
    def ts(self) -> int:
        """When it happened (ms UTC)."""

    def apply(self, state: "State", changes: TickChanges) -> None:
        """Make the event true; what follows from it goes to `changes`."""


class State:
    """Everything chatd knows. Only events write to it.

    unread: how many unread posts there are, whose they are, and whom they name.
    threads: the comments of each thread.
    rooms_by_name: the ids of each user's rooms, in their order.
    uploads_by_owner: each user's unfinished uploads by their numbers.
    upload_bytes: what they are charged for, by user; upload_bytes_in_all: and together.
    erasing: the users whose posts are being deleted, in the order in which they went.
    people: the names of all who have an account, in order.
    names: which names there are, by what they look like.
    appearances: what users look like by these and their display names.
    token_owners: SHA-256 of a device token to the user's name and the device's number.
    hook_owners: SHA-256 of a hook's token to its maker's name and its number.
    link_owners: SHA-256 of a join link's token to the group's id and the link's number.
    """

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = tables or Tables(rooms={GENERAL: Room(GENERAL)})
        self.users = self.tables.users
        self.rooms = self.tables.rooms
        self.uploads = self.tables.uploads
        self.blobs = self.tables.blobs
        self.general = self.rooms[GENERAL]
        self.unread = UnreadIndex(self.rooms)
        self.threads = Threads(self.rooms)
        self.rooms_by_name = {user.name: sorted(user.rooms) for user in self.users.values()}
        self.uploads_by_owner: dict[str, dict[int, Upload]] = {}
        self.upload_bytes: dict[str, int] = {}
        self.upload_bytes_in_all = 0
        for upload in self.uploads.values():
            self._index_upload(upload)
        self.erasing = {user.name: None for user in self.users.values() if user.erases_posts}
        self.people = sorted(user.name for user in self.users.values() if not user.has_ended)
        self.index_names()
        self.appearances = Appearances(self.users.values())
        self.token_owners = {
            device.token_hash: (user.name, device.number)
            for user in self.users.values()
            for device in user.devices.values()
        }
        self.hook_owners = {
            hook.token_hash: (user.name, hook.number)
            for user in self.users.values()
            for hook in user.hooks.values()
        }
        self.link_owners = {
            link.token_hash: (room.room, link.number)
            for room in self.rooms.values()
            if room.group is not None
            for link in room.group.links.values()
        }

    @property
    def epoch(self) -> str:
        """Goes with every position that a client keeps."""
        return self.tables.epoch

    @property
    def secret(self) -> bytes:
        """32 bytes that never leave the store."""
        return self.tables.secret

    @property
    def last_ms(self) -> int:
        """The stamp of the newest event, ms UTC."""
        return self.tables.last_ms

    @property
    def durable(self) -> bool:
        """Whether the last server that took up the store synced each tick."""
        return self.tables.durable

    @property
    def stopped(self) -> bool:
        """Whether no server has taken up the store since one let go of it cleanly."""
        return self.tables.stopped

    def dump(self, *, stopped: bool = False) -> Any:
        """Return everything as a tree of builtins.

        stopped: True in the last snapshot of a server that stops, when all is durable.
        """
        tree = to_builtins(self.tables)
        tree["stopped"] = stopped
        return tree

    @classmethod
    def load(cls, tree: Any) -> "State":
        """Return the state that `dump` returned the tree of.

        Raises msgspec.MsgspecError for a tree of another shape, or with anything in it that is
        unknown here: what was dropped now would be lost with the next snapshot.
        """
        tables = msgspec.convert(tree, Tables)
        for room in tables.rooms.values():
            for frame in room.log.frames:
                check_entry(frame)
        return cls(tables)

    def digest(self) -> str:
        """Return a hash that two replicas can compare."""
        tree = to_builtins(self.tables, order="sorted")
        return blake2b(msgspec.msgpack.encode(tree), digest_size=16).hexdigest()

    def apply(self, event: Event, changes: TickChanges) -> None:
        """Make an event true."""
        self.tables.last_ms = event.ts
        event.apply(self, changes)

    # -- what events use ---------------------------------------------------------------------

    def index_names(self) -> None:
        """Rebuild the index of names by the store's secret."""
        self.names = NameIndex(self.tables.secret, self.users)

    def forget_person(self, name: str) -> None:
        """A user has no account any more."""
        del self.people[bisect_left(self.people, name)]

    def append(self, changes: TickChanges, room: Room, entry: Entry) -> None:
        """Add the newest entry to a room's log."""
        seq = room.log.append(encode_entry(entry))
        assert entry.seq == seq, (room.room, entry.seq, seq)
        if not entry.is_post:
            self.unread.add_silent(room.room, seq)
        if room.room not in changes.grown:
            changes.grown[room.room] = seq

    def append_to_self(
        self, changes: TickChanges, name: str, entry: type[Entry], ts: int, /, **fields: Any
    ) -> None:
        """Add an entry to a user's self log, which keeps the newest only.

        A user whose account was deleted has none, and gets nothing.
        """
        if self.users[name].has_ended:
            return
        room = self.rooms[self_room(name)]
        seq = room.log.last_seq + 1
        self.append(changes, room, entry(room.room, seq, ts, **fields))
        room.log.trim(seq - SELF_LOG_ENTRIES_MAX)
        self.unread.trim(room.room, seq - SELF_LOG_ENTRIES_MAX)

    def enter_room(self, name: str, room: str) -> None:
        """Let a user see a room."""
        rooms = self.users[name].rooms
        if room == GENERAL:
            rooms.insert(0, room)
        else:
            rooms.append(room)
        insort(self.rooms_by_name[name], room)

    def groups_of(self, name: str) -> list[str]:
        """Return the ids of a user's groups, in their order: one begins with `+`."""
        ids = self.rooms_by_name[name]
        end = chr(ord(GROUP_MARK) + 1)
        return ids[bisect_left(ids, GROUP_MARK) : bisect_left(ids, end)]

    def leave_room(self, name: str, room: str) -> None:
        """Let a user see a room no more."""
        self.users[name].rooms.remove(room)
        ids = self.rooms_by_name[name]
        del ids[bisect_left(ids, room)]
        self.unread.leave(room, name)

    def end_room(self, changes: TickChanges, room: Room, ts: int) -> None:
        """Let nobody see a room any more; its entries and files leave as any others do."""
        for name in room.members:
            self.leave_room(name, room.room)
        room.members.clear()
        changes.forget_room(room.room)
        changes.timers["front", room.room] = ts
        self.unread.end(room.room)
        if len(room.log.frames) <= ENDED_AT_ONCE_MAX:
            self.trim(changes, room, room.log.last_seq)

    def trim(self, changes: TickChanges, room: Room, up_to: int) -> None:
        """Forget the entries of a room up to `up_to`, their files, and what repeats them."""
        for seq in list(takewhile(lambda seq: seq <= up_to, room.files)):
            self.drop_file(changes, room, seq)
        seqs = range(room.log.first_seq, min(up_to, room.log.last_seq) + 1)
        for seq in seqs:
            redact(room, seq, self.unread)
            room.comments.pop(seq, None)
            room.reactions.pop(seq, None)
            room.pins.pop(seq, None)
        self.threads.trim(room, seqs)
        self.unread.trim(room.room, up_to)
        room.log.trim(up_to)
        if room.has_ended and not room.log.frames:
            del self.rooms[room.room]
            self.threads.end(room.room)

    def reports_on(self, room: str, seq: int) -> list[Report]:
        """Return the open reports that are about an entry."""
        return [r for r in self.tables.reports.values() if r.seq == seq and r.room == room]

    # -- files -------------------------------------------------------------------------------

    def add_upload(self, upload: Upload) -> None:
        """Take up an upload that begins."""
        self.tables.files_made = upload.number
        self.uploads[upload.number] = upload
        self._index_upload(upload)

    def _index_upload(self, upload: Upload) -> None:
        self.uploads_by_owner.setdefault(upload.owner, {})[upload.number] = upload
        self.charge(upload.owner, upload.charged_bytes)

    def charge(self, owner: str, more: int) -> None:
        """Note that a user's unfinished uploads take `more` bytes more."""
        charged = self.upload_bytes.pop(owner, 0) + more
        if charged:
            self.upload_bytes[owner] = charged
        self.upload_bytes_in_all += more

    def take_upload(self, number: int) -> Upload:
        """Remove an upload that has ended, and return it."""
        upload = self.uploads.pop(number)
        mine = self.uploads_by_owner[upload.owner]
        del mine[number]
        if not mine:
            del self.uploads_by_owner[upload.owner]
        self.charge(upload.owner, -upload.charged_bytes)
        return upload

    @property
    def files_made(self) -> int:
        """How many uploads there have ever been."""
        return self.tables.files_made

    @property
    def files_needed(self) -> set[int]:
        """The numbers of the files on disk that something needs."""
        return {*self.uploads, *(blob.number for blob in self.blobs.values())}

    def keep_blob(
        self, changes: TickChanges, room_id: str, seq: int, new: Blob, sha256: bytes
    ) -> None:
        """Let an entry have the bytes of a new file; the same bytes are kept once."""
        blob = self.blobs.setdefault(sha256, new)
        if blob is not new:
            blob.entries += 1
            changes.dropped_files.append(new.number)
        self.rooms[room_id].files[seq] = sha256

    def drop_file(self, changes: TickChanges, room: Room, seq: int) -> None:
        """Take its file from an entry that is still in the log."""
        sha256 = room.files.pop(seq)
        blob = self.blobs[sha256]
        blob.entries -= 1
        if not blob.entries:
            del self.blobs[sha256]
            changes.dropped_files.append(blob.number)
        frame = room.log.get(seq)
        assert frame is not None
        file = decode_entry(frame)
        assert isinstance(file, File)
        self.users[file.author].file_bytes -= file.size
