"""Unread: how many posts of others stand after an entry, and how many name a user.

No log is walked for that. Known are, by room, the entries in which nobody says anything, as they
are no posts, or deleted ones; and by room and user, which of the latest entries are the user's own
posts, or name the user. All of it is in memory alone, and made again from the logs at a start. What
does not count as unread for a user is forgotten, and so is what is too old to be counted; what is
left out at a look is what the user's floor has passed. A post that names somebody by its latest
edit counts where that edit is.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping

from chatd.core.log import Log
from chatd.core.model import Room
from chatd.wire.entries import brief_of, is_living
from chatd.wire.rooms import GENERAL, RoomKind

COUNTED_MAX = 1_000
"""Of how many entries, the latest of a room, it is known whose they are and whom they name."""

_ByName = dict[str, "array[int]"]


class UnreadIndex:
    """The numbers of entries that say nothing, are a user's own or name the user, ascending."""

    def __init__(self, rooms: Mapping[str, Room]) -> None:
        self._silent: dict[str, array[int]] = {}
        self._own: dict[str, _ByName] = {}
        self._mentions: dict[str, _ByName] = {}
        for room in rooms.values():
            self._take_silent(room)
            if room.kind is not RoomKind.SELF:
                self._take_room(room)

    # -- what is asked -----------------------------------------------------------------------

    def posts(self, room: Room, name: str, after: int) -> int:
        """Return how many posts that are not deleted stand after `after`.

        A user's own don't count, as far as they are among the latest entries.
        """
        after = max(after, room.log.first_seq - 1)
        silent = self._silent.get(room.room, ())
        not_counted = (
            len(silent) - bisect_right(silent, after) + _count(self._own, room, name, after)
        )
        return room.log.last_seq - after - not_counted

    def latest_post(self, room: Room) -> int:
        """Return the number of the latest post that is not deleted, 0 for none."""
        silent, last = self._silent.get(room.room, ()), room.log.last_seq
        count = len(silent)  # those behind the latest post have numbers without a hole
        first = bisect_left(range(count), last - count + 1, key=lambda i: silent[i] - i)
        seq = last - (count - first)
        return seq if seq >= room.log.first_seq else 0

    def mentions(self, room: Room, name: str, after: int) -> int:
        """Return how many posts name a user in the latest entries after `after`."""
        return _count(self._mentions, room, name, after)

    # -- what happens ------------------------------------------------------------------------

    def add_silent(self, room: str, seq: int) -> None:
        """The newest entry of a room is no post."""
        self._silent.setdefault(room, array("q")).append(seq)

    def delete(self, room: str, name: str, seq: int, mentions: Iterable[str]) -> None:
        """A post of a user, which named others, is deleted."""
        insort(self._silent.setdefault(room, array("q")), seq)
        _drop(self._own, room, name, seq)
        self.drop_mentions(room, mentions, seq)

    def trim(self, room: str, up_to: int) -> None:
        """The entries of a room up to `up_to` have gone."""
        silent = self._silent.get(room)
        if silent is not None:
            del silent[: bisect_right(silent, up_to)]

    def add_own(self, room: str, name: str, seq: int) -> None:
        """The newest entry of a room is a post by a user, who has not read all before it."""
        try:  # a short way for most: each post comes by here
            numbers = self._own[room][name]
        except KeyError:
            _add(self._own, room, name, seq)
        else:
            numbers.append(seq)
            if len(numbers) >= 2 * COUNTED_MAX:
                _forget_old(numbers, seq)

    def add_mentions(self, room: str, names: Iterable[str], seq: int) -> None:
        """The newest entry of a room names users."""
        for name in names:
            _add(self._mentions, room, name, seq)

    def drop_mentions(self, room: str, names: Iterable[str], seq: int) -> None:
        """An entry names these users no more, or another one does it in its place."""
        for name in names:
            _drop(self._mentions, room, name, seq)

    def read(self, room: str, name: str, seq: int) -> None:
        """What a user has of a room up to `seq` counts as read."""
        for rooms in (self._own, self._mentions):
            by_name = rooms.get(room)
            numbers = None if by_name is None else by_name.get(name)
            if by_name is not None and numbers is not None:
                del numbers[: bisect_right(numbers, seq)]
                if not numbers:
                    del by_name[name]

    def enter(self, room: Room, name: str) -> None:
        """A user joined a room, and may have been there before, or wants it to be unread again."""
        after = room.members[name].unread_after
        self.leave(room.room, name)
        self._take_entries(room.log, after, room.room, {name: after})

    def leave(self, room: str, name: str) -> None:
        """A user sees nothing of a room any more."""
        for rooms in (self._own, self._mentions):
            rooms.get(room, {}).pop(name, None)

    def end(self, room: str) -> None:
        """There is no such room any more."""
        self._silent.pop(room, None)
        self._own.pop(room, None)
        self._mentions.pop(room, None)

    # -- from the logs -----------------------------------------------------------------------

    def _take_silent(self, room: Room) -> None:
        """Take up the entries in which nobody says anything."""
        frames = enumerate(room.log.frames, room.log.first_seq)
        silent = array("q", (seq for seq, frame in frames if not is_living(frame)))
        if silent:
            self._silent[room.room] = silent

    def _take_room(self, room: Room) -> None:
        """Take up the entries that somebody has not read."""
        read = {name: member.unread_after for name, member in room.members.items()}
        slowest = 0 if room.room == GENERAL else min(read.values(), default=room.log.last_seq)
        self._take_entries(room.log, slowest, room.room, read, others=room.room == GENERAL)

    def _take_entries(
        self, log: Log, after: int, room: str, read: Mapping[str, int], *, others: bool = False
    ) -> None:
        """Take up the latest entries after `after` as far as they concern whom `read` has.

        others: or anybody else: in the general room are those who have not come yet.
        """
        first = max(after, log.last_seq - COUNTED_MAX, log.first_seq - 1) + 1

        def concerns(name: str, seq: int) -> bool:
            return read.get(name, 0 if others else seq) < seq

        for seq, frame in enumerate(log.after(first - 1), first):
            entry = brief_of(frame)
            if concerns(entry.author, seq) and is_living(frame):
                self.add_own(room, entry.author, seq)
            if entry.mentions:
                names = [name for name in entry.mentions if concerns(name, seq)]
                self.drop_mentions(room, names, entry.target)  # what an edit is of
                self.add_mentions(room, names, seq)


def _add(rooms: dict[str, _ByName], room: str, name: str, seq: int) -> None:
    by_name = rooms.get(room)
    if by_name is None:
        by_name = rooms[room] = {}
    numbers = by_name.get(name)
    if numbers is None:
        by_name[name] = array("q", (seq,))
        return
    numbers.append(seq)
    if len(numbers) >= 2 * COUNTED_MAX:
        _forget_old(numbers, seq)


def _drop(rooms: dict[str, _ByName], room: str, name: str, seq: int) -> None:
    numbers = rooms.get(room, {}).get(name)
    if numbers is not None:
        index = bisect_left(numbers, seq)
        if index < len(numbers) and numbers[index] == seq:
            del numbers[index]


def _forget_old(numbers: "array[int]", last_seq: int) -> None:
    del numbers[: bisect_right(numbers, last_seq - COUNTED_MAX)]


def _count(rooms: dict[str, _ByName], room: Room, name: str, after: int) -> int:
    numbers = rooms.get(room.room, {}).get(name)
    if numbers is None:
        return 0
    return len(numbers) - bisect_right(numbers, max(after, room.log.last_seq - COUNTED_MAX))
