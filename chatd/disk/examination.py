"""Reads and verifies a whole store, and writes nothing.

The journal that counts begins with the last segment whose first tick is not behind the
tick after the snapshot. Older segments were covered by the snapshot and are left over from
a crash before their deletion; nobody reads them.

A bad record is taken as torn, which a crash explains, only at the very end of the last
segment; anywhere else it is damage (segment.py says how the two are told apart).

A store has a snapshot. What has none is no store, but for a journal that goes back to tick 1:
stores of the first version had no snapshot until they were ten minutes old.
"""

import os
from dataclasses import dataclass, field

from chatd.disk.access import check_folder, open_guarded
from chatd.disk.files import Disk, folder_of
from chatd.disk.formats import FORMAT, PREFIX_BYTES, format_of
from chatd.disk.journal import OldSegment, Tail
from chatd.disk.segment import (
    HEADER_BYTES,
    SegmentHeader,
    decode_header,
    find_proof,
    read_records,
    segment_number,
    segment_path,
)
from chatd.disk.segment import MAGIC as SEGMENT_MAGIC
from chatd.disk.snapshot import MAGIC as SNAPSHOT_MAGIC
from chatd.disk.snapshot import Snapshot, load_snapshot, temporary_path
from chatd.errors import StoreCorrupt, StoreMissing

SEGMENT_BYTES_MAX = 2 * 1024 * 1024 * 1024
"""The largest JOURNAL_SEGMENT, and as much again. A larger file was written by nobody here."""


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A segment that counts, by its header."""

    path: str
    header: SegmentHeader

    @property
    def first_tick(self) -> int:
        """The tick of its first record, written or still to come."""
        return self.header.first_tick


@dataclass(slots=True)
class Findings:
    """What reading a store has yielded so far.

    next_tick: the tick after the snapshot, and in the end the one after the journal.
    bodies: the ticks between. formats: of the snapshot and of these ticks. cut: a sentence on a
    torn tail. rubbish: the paths of files that a crash left over.
    """

    snapshot: Snapshot | None
    next_tick: int
    bodies: list[bytes] = field(default_factory=list)
    formats: set[int] = field(default_factory=set)
    live: list[LiveSegment] = field(default_factory=list)
    older: list[OldSegment] = field(default_factory=list)
    tail: Tail | None = None
    cut: str | None = None
    rubbish: list[str] = field(default_factory=list)

    @property
    def exists(self) -> bool:
        """Whether there is a store at all; if not, all its files are rubbish."""
        return self.snapshot is not None or bool(self.live)

    @property
    def snapshot_tick(self) -> int:
        """The last tick in the snapshot, 0 without one."""
        return self.snapshot.last_tick if self.snapshot else 0

    @property
    def format(self) -> int:
        """The format of the snapshot, or of the journal where there is none yet."""
        return self.snapshot.format if self.snapshot else self.live[0].header.format

    @property
    def foreign_format(self) -> int | None:
        """A format of what counts that is not today's, None if there is none."""
        return min(self.formats - {FORMAT}, default=None)

    @property
    def is_linked(self) -> bool:
        """Whether the journal goes back to the snapshot, or to the first tick of all."""
        return bool(self.live) and self.live[0].first_tick <= self.snapshot_tick + 1


def examine(disk: Disk, path: str) -> Findings:
    """Return what the store holds, which may be none.

    Raises StoreCorrupt, StoreUnsafe, StoreTooNew and OSError; StoreMissing if files stand there
    that are no store, and that nobody may overwrite unasked.
    """
    refuse_newer(disk, path)
    names = _names_beside(disk, path)
    snapshot = load_snapshot(disk, path)
    if snapshot is None and os.path.basename(path) in names:
        raise StoreMissing(path, "it is a dangling link")
    if snapshot and snapshot.tree is None:
        raise StoreCorrupt(path, 0, "the snapshot is empty")
    found = Findings(snapshot, next_tick=snapshot.last_tick + 1 if snapshot else 1)
    if snapshot:
        found.formats.add(snapshot.format)
    if os.path.basename(temporary_path(path)) in names:
        found.rubbish.append(temporary_path(path))
    if is_unfinished(disk, path, names, found):
        found.rubbish.insert(0, segment_path(path, 1))  # the snapshot goes last: see creation.py
        return found
    _find_segments(disk, path, names, found)
    if found.live:
        _check_tie(found)
        _read_segments(disk, found)
    elif snapshot:
        raise StoreCorrupt(path, 0, "the journal that belongs to this snapshot is missing")
    if not snapshot and _numbers(path, names) and not found.bodies:
        raise StoreMissing(path, f"no snapshot, and no tick in {segment_path(path, 1)}")
    return found


def refuse_newer(disk: Disk, path: str) -> None:
    """Raise StoreTooNew if a file of the store has a format that this program must not read.

    Nothing else is said of them, but StoreUnsafe where somebody else could have written one.
    """
    names = _names_beside(disk, path)
    magics = {segment_path(path, number): SEGMENT_MAGIC for number in _numbers(path, names)}
    for file, magic in {path: SNAPSHOT_MAGIC, **magics}.items():
        try:
            format_of(_read_beginning(disk, file), magic, file)
        except FileNotFoundError:  # there is none, or the server that runs has just removed it
            pass


def has_files(disk: Disk, path: str) -> bool:
    """Whether anything of a store stands there."""
    names = _names_beside(disk, path)
    return os.path.basename(path) in names or bool(_numbers(path, names))


def is_unfinished(disk: Disk, path: str, names: list[str], found: Findings) -> bool:
    """Whether a crash interrupted the creation of a store, of which nobody knows yet.

    There is the first snapshot under its temporary name, and a segment without a record.
    """
    if found.snapshot or not found.rubbish or _numbers(path, names) != [1]:
        return False
    first = segment_path(path, 1)
    header = decode_header(_read_file(disk, first, HEADER_BYTES), first)
    has_no_record = _is_zero(_read_file(disk, first)[HEADER_BYTES:])
    return has_no_record and (header is None or header.first_tick > 1)


def _numbers(path: str, names: list[str]) -> list[int]:
    """Return the numbers of the segments among these names, in order."""
    return sorted(filter(None, (segment_number(path, name) for name in names)))


def _names_beside(disk: Disk, path: str) -> list[str]:
    """Return the names in the store's folder, none if there is no folder yet."""
    try:
        names = disk.list_folder(folder_of(path))
    except FileNotFoundError:
        return []
    check_folder(disk, folder_of(path))
    return names


def _find_segments(disk: Disk, path: str, names: list[str], found: Findings) -> None:
    """Go back from the newest segment to the one that is linked to the snapshot."""
    numbers = _numbers(path, names)
    expected = newest = numbers[-1] if numbers else 0
    while numbers and not found.is_linked:
        number = numbers.pop()
        if number != expected:
            raise StoreCorrupt(segment_path(path, expected), 0, "this segment is missing")
        _add_segment(disk, segment_path(path, number), number, number == newest, found)
        expected -= 1
    if found.live and not found.is_linked:
        reason = f"begins with tick {found.live[0].first_tick}, tick {found.next_tick} is missing"
        if not found.snapshot:
            reason += f": the snapshot {path} is missing"
        raise StoreCorrupt(found.live[0].path, 0, reason)
    if newest and not found.live and (expected or found.snapshot):
        reason = "the segment's header is missing, and there is no segment before it"
        raise StoreCorrupt(segment_path(path, newest), 0, reason)
    found.rubbish += [segment_path(path, number) for number in numbers]


def _add_segment(disk: Disk, path: str, number: int, is_newest: bool, found: Findings) -> None:
    header = _read_header(disk, path, number)
    if header is not None:
        found.live.insert(0, LiveSegment(path, header))
    elif is_newest:  # made ahead of need, and never begun
        found.rubbish.append(path)
    else:
        raise StoreCorrupt(path, 0, "the segment's header is missing")


def _read_header(disk: Disk, path: str, number: int) -> SegmentHeader | None:
    """Return a segment's header, None if there is none and nothing that needed one."""
    header = decode_header(_read_file(disk, path, HEADER_BYTES), path)
    if header is None:
        if not _is_zero(_read_file(disk, path)[HEADER_BYTES:]):
            raise StoreCorrupt(path, 0, "the segment's header is damaged")
        return None
    if header.number != number:
        raise StoreCorrupt(path, 0, f"this is segment {header.number} under another name")
    return header


def _check_tie(found: Findings) -> None:
    """Refuse the journal of another history than the snapshot's."""
    if found.snapshot is None or found.snapshot.mark is None:
        return
    first = found.live[0].header
    holds_last_tick = first.first_tick <= found.snapshot_tick
    if found.snapshot.mark != (first.mark if holds_last_tick else first.previous):
        raise StoreCorrupt(found.live[0].path, 0, "does not belong to the snapshot")


def _read_segments(disk: Disk, found: Findings) -> None:
    """Read the live segments, which must follow one another without a gap."""
    tick, mark = found.live[0].first_tick, found.live[0].header.previous
    for segment in found.live:
        if segment.header.previous != mark:
            raise StoreCorrupt(segment.path, 0, "does not belong to the segment before it")
        if segment.first_tick != tick:
            reason = f"begins with tick {segment.first_tick}, but {tick} comes next"
            raise StoreCorrupt(segment.path, 0, reason)
        tick, mark = _read_segment(disk, segment, found), segment.header.mark
    if tick < found.next_tick:
        reason = f"the journal ends with tick {tick - 1}, before its snapshot"
        raise StoreCorrupt(found.live[-1].path, 0, reason)
    found.next_tick = tick


def _read_segment(disk: Disk, segment: LiveSegment, found: Findings) -> int:
    """Gather a segment's ticks after the snapshot; return the tick after its last."""
    data, header = _read_file(disk, segment.path), segment.header
    end, tick = header.size, header.first_tick
    for record in read_records(data, header):
        if record.tick > found.snapshot_tick:
            found.bodies.append(record.body)
            found.formats.add(header.format)
        end, tick = record.end, record.tick + 1
    is_bad = not _is_zero(data[end:])
    if is_bad:
        _judge_bad_record(segment, data, end, tick, found)
    if segment is found.live[-1]:
        size = end if is_bad else len(data)
        found.tail = Tail(header, end, size, tick, tuple(found.older))
    else:
        found.older.append(OldSegment(header.number, tick - 1, end - header.size))
    return tick


def _judge_bad_record(
    segment: LiveSegment, data: bytes, offset: int, tick: int, found: Findings
) -> None:
    """Note a torn record, refuse a damaged one, which was durable and maybe promised."""
    if segment is not found.live[-1]:
        raise StoreCorrupt(segment.path, offset, f"the record of tick {tick} is damaged")
    proof = find_proof(data, offset, segment.header.mark, tick)
    if proof is not None:
        reason = f"the record of tick {tick} is damaged: one after it is whole, at byte {proof}"
        raise StoreCorrupt(segment.path, offset, reason)
    found.cut = f"{segment.path}, at byte {offset}: the record of tick {tick} was torn"


def _is_zero(data: bytes) -> bool:
    """Whether there is nothing: preallocated zeros are no record."""
    return data == bytes(len(data))  # many times as fast as to strip them


def _read_beginning(disk: Disk, path: str) -> bytes:
    fd = open_guarded(disk, path)
    try:
        return disk.read(fd, PREFIX_BYTES, 0)
    finally:
        disk.close(fd)


def _read_file(disk: Disk, path: str, size: int | None = None) -> bytes:
    fd = open_guarded(disk, path)
    try:
        whole = disk.info(fd).size
        if whole > SEGMENT_BYTES_MAX:
            reason = f"{whole} bytes, a segment has at most {SEGMENT_BYTES_MAX}"
            raise StoreCorrupt(path, 0, reason)
        return disk.read(fd, whole if size is None else size, 0)
    finally:
        disk.close(fd)
