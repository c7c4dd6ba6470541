"""Threads: the comments of each, in order, however they answer one another.

Which thread a comment belongs to stands in its room and in its entry, and stays so when what it
answers has gone. The entry that a thread began with shows how many comments there are. The comments
by thread are in memory alone, made again at a start.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from chatd.core.copies import post_at
from chatd.core.model import Room
from chatd.wire.entries import File, Message, brief_of, encode_entry

COUNTED_MAX = 1_000
"""Of how many comments, the latest of a thread, it is counted whose they are."""
_DELETED = 0


class Thread:
    """One thread. root: the number of the entry that it began with.

    seqs: the numbers of its comments, ascending. authors: who wrote each, as a number; none has
    `_DELETED`.
    living: how many are not deleted.
    """

    __slots__ = ("root", "seqs", "authors", "living")

    def __init__(self, root: int) -> None:
        self.root = root
        self.seqs = array("q")
        self.authors = array("i")
        self.living = 0

    @property
    def last(self) -> int:
        """The number of the latest comment, deleted or not; 0 if there is none."""
        return self.seqs[-1] if self.seqs else 0

    def add(self, seq: int, author: int) -> None:
        """There is one more comment."""
        self.seqs.append(seq)
        self.authors.append(author)
        self.living += author != _DELETED

    def delete(self, seq: int) -> None:
        """A comment, not deleted before, is deleted."""
        self.authors[bisect_left(self.seqs, seq)] = _DELETED
        self.living -= 1

    def trim(self, up_to: int) -> None:
        """The comments up to `up_to` have gone."""
        count = bisect_right(self.seqs, up_to)
        self.living -= count - self.authors[:count].count(_DELETED)
        del self.seqs[:count], self.authors[:count]


class _RoomThreads:
    """The threads of one room. last_comments: the number of the latest in each, ascending."""

    __slots__ = ("by_root", "last_comments")

    def __init__(self) -> None:
        self.by_root: dict[int, Thread] = {}
        self.last_comments = array("q")

    def add(self, root: int, seq: int, author: int) -> Thread:
        thread = self.by_root.get(root)
        if thread is None:
            thread = self.by_root[root] = Thread(root)
        else:
            del self.last_comments[bisect_left(self.last_comments, thread.last)]
        thread.add(seq, author)
        self.last_comments.append(seq)
        return thread


class Threads:
    """The threads of all rooms."""

    def __init__(self, rooms: Mapping[str, Room]) -> None:
        self._rooms: dict[str, _RoomThreads] = {}
        self._authors: dict[str, int] = {}
        for room in rooms.values():
            for seq in sorted(room.threads):
                comment = brief_of(room.log.frame(seq))
                author = _DELETED if comment.deleted else self._number_of(comment.author)
                self._in(room.room).add(room.threads[seq], seq, author)

    # -- what is asked -----------------------------------------------------------------------

    def of(self, room: Room, root: int) -> Thread:
        """Return the thread that an entry began, without comments if there are none."""
        threads = self._rooms.get(room.room)
        thread = None if threads is None else threads.by_root.get(root)
        return Thread(root) if thread is None else thread

    def latest(self, room: Room, before: int, after: int) -> Iterator[Thread]:
        """Yield threads by the number of their latest comment, the newest first.

        before, after: between which numbers that is.
        """
        threads = self._rooms.get(room.room)
        ends = () if threads is None else threads.last_comments
        for index in range(bisect_left(ends, before) - 1, bisect_right(ends, after) - 1, -1):
            yield self.of(room, room.threads[ends[index]])

    def unread(self, thread: Thread, name: str, after: int) -> int:
        """Return how many of a thread's latest comments after `after` are others' and living."""
        start = max(bisect_right(thread.seqs, after), len(thread.seqs) - COUNTED_MAX, 0)
        authors = thread.authors[start:]
        own = self._authors.get(name, _DELETED)
        not_counted = authors.count(_DELETED) + (authors.count(own) if own != _DELETED else 0)
        return len(authors) - not_counted

    # -- what happens ------------------------------------------------------------------------

    def add(self, room: Room, reply_to: int, seq: int, author: str) -> Thread:
        """There is one more comment, on an entry that may be a comment itself; return its thread.

        The entry that the thread began with counts it.
        """
        root = room.threads.get(reply_to, reply_to)
        room.threads[seq] = root
        thread = self._in(room.room).add(root, seq, self._number_of(author))
        show(room, root, thread.living, seq)
        return thread

    def delete(self, room: Room, seq: int) -> Thread | None:
        """A post is deleted; return its thread, if it is a comment."""
        root = room.threads.get(seq)
        if root is None:
            return None
        thread = self._rooms[room.room].by_root[root]
        thread.delete(seq)
        show(room, root, thread.living, thread.last)
        return thread

    def trim(self, room: Room, seqs: Sequence[int]) -> None:
        """Entries have gone from the front of a room."""
        roots = {room.threads.pop(seq) for seq in seqs if seq in room.threads}
        if not roots:
            return
        up_to, threads = seqs[-1], self._rooms[room.room]
        for root in roots:
            thread = threads.by_root[root]
            thread.trim(up_to)
            if not thread.seqs:
                del threads.by_root[root]
        del threads.last_comments[: bisect_right(threads.last_comments, up_to)]

    def end(self, room: str) -> None:
        """There is no such room any more."""
        self._rooms.pop(room, None)

    def _in(self, room: str) -> _RoomThreads:
        return self._rooms.setdefault(room, _RoomThreads())

    def _number_of(self, author: str) -> int:
        return self._authors.setdefault(author, len(self._authors) + 1)


def show(room: Room, root: int, comments: int, last_comment: int) -> None:
    """Let the entry that a thread began with show what comments there are, if it is there."""
    said = post_at(room, root)
    if isinstance(said, Message | File):
        shown = replace(said, comments=comments, last_comment=last_comment)
        room.log.replace(root, encode_entry(shown))
