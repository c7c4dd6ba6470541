"""What came of a user's posts that carried a nonce, so that each happens once only.

They are kept for a week, as up to ten thousand for each user, so each takes few bytes: in order of
time, a key of 8 bytes in one array, what came of it in another beside it, and a room's id once for
all that name it. To look for a key in all of them takes some 20 microseconds.
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from struct import Struct

import msgspec
from msgspec import field

NONCE_KEPT_MS = 7 * 86_400_000
NONCES_MAX = 10_000
"""Nonces of one user; over it new ones are refused, and none is forgotten early."""
FORGOTTEN_AT_ONCE = 100
"""How many expired ones go with each that comes; what has expired is not found anyway."""

DIGEST_BYTES = 8
_KEY_BYTES = 8
_VALUE = Struct("<8sHQQ")  # digest, place of the room, seq, ts


class IdempotencyRecord(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The result of a post that carried a nonce. digest: of its content."""

    digest: bytes
    room: str
    seq: int
    ts: int


class IdempotencyRecords(msgspec.Struct, forbid_unknown_fields=True):
    """One user's, oldest first.

    keys, values: one after the other, each of a fixed size. rooms: ids by their places, "" where
    one is free; uses: how many values name each.
    """

    keys: bytearray = field(default_factory=bytearray)
    values: bytearray = field(default_factory=bytearray)
    rooms: list[str] = field(default_factory=list)
    uses: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.keys) // _KEY_BYTES

    def get(self, nonce: str, now_ms: int) -> IdempotencyRecord | None:
        """Return what came of a nonce, None if it is a new one."""
        index = self._index(_key(nonce))
        if index < 0:
            return None
        record = self._at(index)
        return None if now_ms - record.ts >= NONCE_KEPT_MS else record

    def full_until_ms(self, now_ms: int) -> int | None:
        """Return when there is room for a new nonce, None if there is now."""
        if len(self) < NONCES_MAX:
            return None
        expires_ms = self.oldest_expires_ms
        return expires_ms if expires_ms is not None and expires_ms > now_ms else None

    @property
    def oldest_expires_ms(self) -> int | None:
        """When the oldest expires, None if there is none."""
        return self._at(0).ts + NONCE_KEPT_MS if self.keys else None

    def add(self, nonce: str, record: IdempotencyRecord) -> None:
        """Remember what came of a nonce, and forget some of what has expired by then."""
        self.forget(record.ts)
        place = self._take_place(record.room)
        self.keys += _key(nonce)
        self.values += _VALUE.pack(record.digest, place, record.seq, record.ts)

    def forget(self, now_ms: int) -> None:
        """Forget the oldest of those that have expired, some at a time."""
        count = 0
        while count < min(len(self), FORGOTTEN_AT_ONCE):
            _, place, _, ts = _VALUE.unpack_from(self.values, count * _VALUE.size)
            if now_ms - ts < NONCE_KEPT_MS:
                break
            self._give_place(place)
            count += 1
        del self.keys[: count * _KEY_BYTES]
        del self.values[: count * _VALUE.size]

    def move(self, move: Callable[[int], int]) -> None:
        """Let `move` say when all that is remembered was; their order stays."""
        for place in range(0, len(self.values), _VALUE.size):
            digest, room, seq, ts = _VALUE.unpack_from(self.values, place)
            _VALUE.pack_into(self.values, place, digest, room, seq, move(ts))

    def _index(self, key: bytes) -> int:
        """Return where a key stands last, -1 if it does not."""
        end = len(self.keys)
        while (found := self.keys.rfind(key, 0, end)) >= 0:
            if found % _KEY_BYTES == 0:
                return found // _KEY_BYTES
            end = found + _KEY_BYTES - 1  # the end of one and the beginning of the next
        return -1

    def _at(self, index: int) -> IdempotencyRecord:
        digest, place, seq, ts = _VALUE.unpack_from(self.values, index * _VALUE.size)
        return IdempotencyRecord(digest, self.rooms[place], seq, ts)

    def _take_place(self, room: str) -> int:
        """Return the place of a room's id, which one more names."""
        if room not in self.rooms:
            if "" not in self.rooms:
                self.rooms.append("")
                self.uses.append(0)
            self.rooms[self.rooms.index("")] = room
        place = self.rooms.index(room)
        self.uses[place] += 1
        return place

    def _give_place(self, place: int) -> None:
        self.uses[place] -= 1
        if not self.uses[place]:
            self.rooms[place] = ""
        while self.uses and not self.uses[-1]:
            del self.rooms[-1], self.uses[-1]


def packed(records: Mapping[str, IdempotencyRecord]) -> IdempotencyRecords:
    """Return records by nonce, oldest first, as they were kept once, in the form of today."""
    all_of_them = IdempotencyRecords()
    for nonce, record in records.items():
        all_of_them.add(nonce, record)
    return all_of_them


def _key(nonce: str) -> bytes:
    return blake2b(nonce.encode(), digest_size=_KEY_BYTES).digest()
