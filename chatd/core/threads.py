"""Threads: the comments of each, in order, however they answer one another.

Which thread a comment belongs to stands in its room, and stays so when what it answers has gone;
the comments by thread are in memory alone, made again from that at a start.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from chatd.core.model import Room


class Threads:
    """The numbers of comments, ascending, by room and by what their thread began with."""

    def __init__(self, rooms: Mapping[str, Room]) -> None:
        self._rooms: dict[str, dict[int, array[int]]] = {}
        for room in rooms.values():
            if room.comments and not room.threads:
                _assign(room)  # by a version before there were threads
            for seq in sorted(room.threads):
                self._add(room.room, room.threads[seq], seq)

    def of(self, room: Room, root: int) -> Sequence[int]:
        """Return the comments of the thread that an entry began."""
        return self._rooms.get(room.room, {}).get(root, ())

    def add(self, room: Room, reply_to: int, seq: int) -> None:
        """There is one more comment, on an entry that may be a comment itself."""
        root = room.threads.get(reply_to, reply_to)
        room.threads[seq] = root
        self._add(room.room, root, seq)

    def trim(self, room: Room, seqs: Iterable[int]) -> None:
        """Comments have gone from the front of a room."""
        gone: dict[int, int] = {}
        for seq in seqs:
            root = room.threads.pop(seq, None)
            if root is not None:
                gone[root] = seq
        by_root = self._rooms.get(room.room, {})
        for root, last in gone.items():
            comments = by_root[root]
            del comments[: bisect_right(comments, last)]
            if not comments:
                del by_root[root]

    def end(self, room: str) -> None:
        """There is no such room any more."""
        self._rooms.pop(room, None)

    def _add(self, room: str, root: int, seq: int) -> None:
        self._rooms.setdefault(room, {}).setdefault(root, array("q")).append(seq)


def _assign(room: Room) -> None:
    for reply_to in sorted(room.comments):
        root = room.threads.get(reply_to, reply_to)
        for seq in room.comments[reply_to]:
            room.threads[seq] = root
