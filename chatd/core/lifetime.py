"""How long entries live, and what of a room has expired.

A message is gone for a user one lifetime after it was delivered to that user, and gone from
memory and disk when it is gone for every member.
"""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

from chatd.core.checkpoints import due_ms
from chatd.core.clock import ServerClock
from chatd.core.model import Member, Room
from chatd.wire.entries import stamp_of
from chatd.wire.rooms import RoomKind

AGING = frozenset({RoomKind.GENERAL, RoomKind.GROUP})
"""Where entries go by KEEP_UNREAD; what one user wrote to another waits without limit."""
ENTRIES_PER_SLICE = 2_000
"""How many entries leave at a time: letting go of a million takes a good part of a second."""
SLOWEST_REMEMBERED_FROM = 16
SLOWEST_REMEMBERED_MAX = 10_000
"""From how many members on it is remembered who is slowest, and in how many rooms at most."""
LONG_AWAY_MS = 86_400_000
HOLD_MS = 3_600_000
"""After a start more than a day from the last stamp, nothing expires for an hour."""


def held_until_ms(clock: ServerClock) -> int:
    """Return until when nothing expires after this start: its clock may be wrong."""
    return clock.now_ms + HOLD_MS if is_doubtful(clock) else 0


def is_doubtful(clock: ServerClock) -> bool:
    """Whether this start was so far from the last stamp that its clock may be wrong."""
    return max(clock.away_ms, clock.behind_ms) > LONG_AWAY_MS


class _Slowest(NamedTuple):
    """The slowest of the `members` of a room, of whom `latest` came last."""

    name: str
    slowest: Member
    floor: int
    members: int
    latest: Member

    def holds(self, members: Mapping[str, Member], latest: Member, now_ms: int) -> bool:
        """Whether that is still so."""
        return (
            members.get(self.name) is self.slowest
            and self.slowest.floor_at(now_ms) == self.floor
            and len(members) == self.members
            and latest is self.latest
        )


class Lifetime:
    """The rules, from LIFETIME_MESSAGES, KEEP_UNREAD (both ms, 0 is never) and LOG_BYTES_MAX.

    held_until_ms: before that, entries leave only where a log is too large.
    """

    def __init__(
        self, lifetime_ms: int, keep_unread_ms: int, log_bytes_max: int, held_until_ms: int = 0
    ) -> None:
        self.held_until_ms = held_until_ms
        self._lifetime_ms = lifetime_ms
        self._keep_unread_ms = keep_unread_ms
        self._log_bytes_max = log_bytes_max
        self._known: dict[str, _Slowest] = {}
        self._due = -1, 0  # at which time, and when then

    def due_ms(self, now_ms: int) -> int:
        """Return when an entry read now is gone for its reader; 0 is never."""
        if not self._lifetime_ms:
            return 0
        at_ms, due = self._due
        if at_ms != now_ms:  # all entries of a tick share it
            due = due_ms(now_ms, self._lifetime_ms)
            self._due = now_ms, due
        return due

    def over_up_to(self, room: Room, now_ms: int) -> int:
        """Return up to where entries have to leave the room now; 0 if none has."""
        log, up_to = room.log, self._by_bytes(room)
        if room.has_ended:
            up_to = log.last_seq
        elif self._lifetime_ms and now_ms >= self.held_until_ms:
            up_to = max(up_to, self._by_floors(room, now_ms), self._by_age(room, now_ms))
        up_to = min(up_to, log.last_seq, log.first_seq + ENTRIES_PER_SLICE - 1)
        return up_to if up_to >= log.first_seq else 0

    def look_again_ms(self, room: Room, now_ms: int) -> int | None:
        """Return when something in the room may be over next, None if nothing will be.

        Whoever reads from now on is done a lifetime later, so nothing happens before that
        but what is already on a checkpoint or comes with age.
        """
        if self.over_up_to(room, now_ms):
            return now_ms
        if not room.log.frames or not self._lifetime_ms:
            return None
        if now_ms < self.held_until_ms:
            return self.held_until_ms
        times = [now_ms + self._lifetime_ms]
        slowest = self._slowest(room, now_ms)
        if slowest is not None:
            times += [c.due_ms for c in slowest.checkpoints if c.due_ms > now_ms][:1]
        if self._ages(room):
            times.append(max(now_ms + 1, self._front_over_ms(room)))
        return min(times)

    def _by_floors(self, room: Room, now_ms: int) -> int:
        slowest = self._slowest(room, now_ms)
        return 0 if slowest is None else slowest.floor_at(now_ms)

    def _slowest(self, room: Room, now_ms: int) -> Member | None:
        """Return the member whose floor is the lowest; looked for only when that one has moved.

        Floors never move back, and a user who joins stands after all others in the room's table.
        """
        members = room.members
        if len(members) < SLOWEST_REMEMBERED_FROM:
            return min(members.values(), key=lambda m: m.floor_at(now_ms), default=None)
        latest = next(reversed(members.values()))
        known = self._known.pop(room.room, None)
        if known is not None and known.holds(members, latest, now_ms):
            slowest = known.slowest
        else:
            name, slowest = min(members.items(), key=lambda item: item[1].floor_at(now_ms))
            known = _Slowest(name, slowest, slowest.floor_at(now_ms), len(members), latest)
        self._known[room.room] = known
        if len(self._known) > SLOWEST_REMEMBERED_MAX:
            del self._known[next(iter(self._known))]
        return slowest

    def _by_bytes(self, room: Room) -> int:
        log, over, up_to = room.log, room.log.byte_count - self._log_bytes_max, 0
        for index, frame in enumerate(islice(log.frames, ENTRIES_PER_SLICE)):
            if over <= 0:
                break
            over -= len(frame)
            up_to = log.first_seq + index
        return up_to

    def _by_age(self, room: Room, now_ms: int) -> int:
        if not self._ages(room):
            return 0
        limit_ms = now_ms - max(self._lifetime_ms, self._keep_unread_ms)
        return room.log.first_seq - 1 + bisect_right(room.log.frames, limit_ms, key=stamp_of)

    def _ages(self, room: Room) -> bool:
        return bool(self._keep_unread_ms) and room.kind in AGING

    def _front_over_ms(self, room: Room) -> int:
        return stamp_of(room.log.frames[0]) + max(self._lifetime_ms, self._keep_unread_ms)
