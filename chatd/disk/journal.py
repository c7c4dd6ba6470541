"""The journal: one record for each tick, durable before anything of the tick leaves.

The records stand in segments, `DB_NAME-journal-000001` and so on, which are preallocated:
that makes a sync cheap, and room for a tick certain before its first handler runs. Three
rules, on which recovery relies:

- Before a segment's header is written, all older segments are durable; and the header is
  durable, name and all, before the segment's first record is written. So only the last
  segment can have been torn by a crash.
- A file without a header is at most one, the newest: it was made ahead of need.
- Segments are removed from the oldest on, once a durable snapshot covers all they hold.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from chatd.config import Fsync
from chatd.disk.files import NO_DESCRIPTOR, NO_ROOM, Disk, folder_of, unlink_if_there
from chatd.disk.formats import FORMAT
from chatd.disk.segment import (
    HEADER_BYTES,
    MARK_BYTES,
    NO_MARK,
    RECORD_BYTES,
    SegmentHeader,
    encode_header,
    encode_record,
    segment_path,
)
from chatd.errors import StoreFull

SEGMENT_BYTES = 16 * 1024 * 1024
RESERVE_BYTES = 6 * 1024 * 1024
"""Room for one tick: TICK_BYTES_MAX of requests, and what its timers and answers add."""


@dataclass(frozen=True, slots=True)
class OldSegment:
    """A segment that is only kept until a snapshot covers its last tick."""

    number: int
    last_tick: int
    size: int


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a recovered journal goes on: its last segment, and the ones before that.

    header: that segment's. end: the offset behind its last record.
    size: bytes allocated. next_tick: the tick of the next record.
    """

    header: SegmentHeader
    end: int
    size: int
    next_tick: int
    older: tuple[OldSegment, ...] = ()


def random_mark() -> bytes:
    """Return a new segment's mark."""
    return os.urandom(MARK_BYTES)


class DiskJournal:
    """`core.journal.Journal` in the segments of one store: what is appended is durable at once.

    shortage: what there was none of when `reserve` failed last, in words.
    Every method may raise `OSError`. After one that `append`, `sync` or `rotate` raised the
    journal must not be used any more: what the page cache holds can't be trusted.
    """

    def __init__(
        self,
        disk: Disk,
        path: str,
        *,
        fsync: Fsync,
        tail: Tail | None = None,
        first_tick: int = 1,
        first_mark: bytes = NO_MARK,
        segment_bytes: int = SEGMENT_BYTES,
        reserve_bytes: int = RESERVE_BYTES,
        new_mark: Callable[[], bytes] = random_mark,
    ) -> None:
        """Go on at `tail`, or begin a new store's journal at `first_tick`.

        path: the store's name; the segments stand beside it. first_mark: what the snapshot of
        the ticks before `first_tick` has. reserve_bytes: what one tick may take, record header
        included.
        """
        if HEADER_BYTES + reserve_bytes > segment_bytes:
            raise ValueError("a tick must fit into a segment")
        self._disk = disk
        self._path = path
        self._fsync = fsync
        self._segment_bytes = segment_bytes
        self._reserve_bytes = reserve_bytes
        self._new_mark = new_mark
        self._spare: int | None = None
        self._folder_changed = False
        self.shortage = ""
        if tail is None:
            self._next_tick = self._synced_before = first_tick
            self._older: list[OldSegment] = []
            self._begin(1, self._create(1), first_mark)
        else:
            self._resume(tail)

    @property
    def last_tick(self) -> int:
        """The number of the last tick appended, 0 if there is none."""
        return self._next_tick - 1

    @property
    def durable_tick(self) -> int:
        """The last tick that is as durable as the mode asks for: the last one always."""
        return self._next_tick - 1

    @property
    def synced_tick(self) -> int:
        """The last tick that a power failure can't take away any more."""
        return self._synced_before - 1

    @property
    def mark(self) -> bytes:
        """That of the segment which holds the last tick; the mark of a snapshot up to there."""
        return self._header.previous if self._is_empty else self._header.mark

    @property
    def bytes_since_snapshot(self) -> int:
        """The bytes in all segments that no snapshot has replaced yet."""
        return self._end - self._header.size + sum(segment.size for segment in self._older)

    def reserve(self) -> bool:
        """Make room for a whole tick; False if the disk has none to give."""
        if self._size - self._end >= self._reserve_bytes or self._spare is not None:
            return True
        try:
            self._spare = self._take_spare()
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            is_disk = error.errno not in NO_DESCRIPTOR
            self.shortage = "the disk is full" if is_disk else "out of file descriptors"
            return False
        return True

    def append(self, body: bytes) -> int:
        """Write the next tick, durable on return if the mode is ALWAYS; return its number."""
        assert self._header.format == FORMAT, "rotate first"
        tick = self._next_tick
        if self._end + RECORD_BYTES + len(body) > self._size and not self._is_empty:
            self._advance()
        record = encode_record(self._header.mark, tick, tick - self._synced_before, body)
        self._disk.write(self._fd, record, self._end)
        self._end += len(record)
        self._next_tick += 1
        if self._fsync is Fsync.ALWAYS:
            self.sync()
        return tick

    def sync(self) -> None:
        """Make all ticks so far durable."""
        if self._synced_before != self._next_tick:
            self._disk.datasync(self._fd)
            self._synced_before = self._next_tick

    def rotate(self) -> int:
        """Begin a new segment and return the last tick before it; a snapshot covers those.

        Raises StoreFull, with nothing changed, if there is no room for the new segment.
        """
        if not self._is_empty or self._header.format != FORMAT:
            self.prepare()
            self._advance()
        return self.last_tick

    def prepare(self) -> None:
        """Have the next segment ready, so that `rotate` finds room. Raises StoreFull."""
        try:
            self._spare = self._take_spare()
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            raise StoreFull(f"no room for a new segment of {self._path}") from error

    def drop_through(self, tick: int, segments_max: int | None = None) -> bool:
        """Delete the segments of which a durable snapshot of `tick` holds everything.

        segments_max: stop after so many, as the system takes a while to free each. Return
        whether none is left, and that is durable.
        """
        covered = [segment for segment in self._older if segment.last_tick <= tick]
        dropped = covered[:segments_max]
        for segment in dropped:
            self._disk.unlink(segment_path(self._path, segment.number))
            self._older.remove(segment)
            self._folder_changed = True
        return self._sync_folder_if_changed() and dropped == covered

    def _sync_folder_if_changed(self) -> bool:
        """Make it durable that segments are gone; False if that has to wait."""
        if self._folder_changed:
            try:
                self._disk.sync_folder(folder_of(self._path))
            except OSError as error:
                if error.errno not in NO_ROOM:
                    raise
                return False
        self._folder_changed = False
        return True

    def close(self) -> None:
        """Sync and close; a segment made ahead of need is removed."""
        self.sync()
        self._disk.close(self._fd)
        if self._spare is not None:
            self._disk.close(self._spare)
            self._disk.unlink(segment_path(self._path, self._header.number + 1))

    @property
    def _is_empty(self) -> bool:
        return self._end == self._header.size

    def _advance(self) -> None:
        """Leave this segment for the next."""
        spare, mark, old = self._take_spare(), self.mark, self._header
        self.sync()
        self._disk.close(self._fd)
        self._older.append(OldSegment(old.number, self.last_tick, self._end - old.size))
        self._spare = None
        self._begin(old.number + 1, spare, mark)

    def _take_spare(self) -> int:
        return self._create(self._header.number + 1) if self._spare is None else self._spare

    def _create(self, number: int) -> int:
        """Create and preallocate a segment's file, its name durable, or leave nothing behind."""
        path = segment_path(self._path, number)
        fd = self._disk.create(path)
        try:
            self._disk.allocate(fd, self._segment_bytes)
            self._disk.sync_folder(folder_of(path))  # here, as it may find no descriptor later
        except OSError:
            self._disk.close(fd)
            unlink_if_there(self._disk, path)
            raise
        return fd

    def _begin(self, number: int, fd: int, previous: bytes) -> None:
        """Make an empty file the current segment, durably; its name is durable already."""
        header = SegmentHeader(FORMAT, number, self._next_tick, previous, self._new_mark())
        self._disk.write(fd, encode_header(*header[1:]), 0)
        self._disk.sync(fd)
        self._header = header
        self._fd = fd
        self._end = header.size
        self._size = self._segment_bytes

    def _resume(self, tail: Tail) -> None:
        self._fd = self._disk.open_write(segment_path(self._path, tail.header.number))
        self._next_tick = self._synced_before = tail.next_tick
        self._older = list(tail.older)
        self._header = tail.header
        self._end = tail.end
        self._size = tail.size
