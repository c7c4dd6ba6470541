"""The format of a journal segment: bytes to records and back, no file touched.

A segment is a header, records one behind the other, and preallocated zeros.

    segment   prefix 20 | number u64 | first tick u64 | previous 8 | mark 8 | crc u32
    record    mark 8 | tick u64 | unsynced u32 | length u32 | body crc u32 | crc u32 | body

All numbers are big endian; each header ends with the CRC-32 of what stands before it. The prefix
tells the format (formats.py); in format 1 `magic 8 | version u32` stands in its place.

Two fields answer the one question that recovery asks about a bad record: was it torn by a
crash, or damaged later? `unsynced` counts the ticks right before this one that were not yet
synced when it was written. So a record whose header is whole proves that every tick before
`tick - unsynced` was durable once, and a bad record among those is damage. With a sync for
every tick that is any earlier record; with a sync each second, power may fail when the
later of two records has reached the disk and the earlier has not, and that is no damage.

`mark` is random, drawn for each segment. It makes the later records findable by one
`bytes.find`, and nobody can plant one: a text that is shaped like a record, written by a
user into a record that a crash then tears, doesn't have the mark. `previous` is the mark of
the segment that holds the tick before the first here, so that segments of two histories can't be
mixed; of the first segment of all it is a mark that the first snapshot has.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from chatd.disk.formats import FIRST_FORMAT, PREFIX_BYTES, encode_prefix, format_of

MAGIC = b"chatjrnl"
MARK_BYTES = 8
NO_MARK = bytes(MARK_BYTES)
"""What stands for the segment before the first where no snapshot does."""

_CRC = Struct(">I")
_HEADER_FIELDS = Struct(f">{PREFIX_BYTES}sQQ8s8s")
_HEADER_FIELDS_1 = Struct(">12sQQ8s8s")
_RECORD_FIELDS = Struct(">8sQIII")
HEADER_BYTES = _HEADER_FIELDS.size + _CRC.size
HEADER_BYTES_1 = _HEADER_FIELDS_1.size + _CRC.size
RECORD_BYTES = _RECORD_FIELDS.size + _CRC.size
"""What a record needs beside its body."""
BODY_BYTES_MAX = 2**32 - 1

_NAME = re.compile(r"-journal-(\d{6,})")


class SegmentHeader(NamedTuple):
    """What a segment says of itself."""

    format: int
    number: int
    first_tick: int
    previous: bytes
    mark: bytes

    @property
    def size(self) -> int:
        """The offset of the first record."""
        return HEADER_BYTES if self.format > FIRST_FORMAT else HEADER_BYTES_1


class RecordHeader(NamedTuple):
    """What stands before a record's body."""

    tick: int
    unsynced: int
    length: int
    body_crc: int

    @property
    def synced_before(self) -> int:
        """The tick before which all were durable when this one was written."""
        return self.tick - self.unsynced


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record and the offset behind it."""

    tick: int
    body: bytes
    end: int


def segment_path(path: str, number: int) -> str:
    """Return the name of the store's segment with this number."""
    return f"{path}-journal-{number:06d}"


def segment_number(path: str, name: str) -> int | None:
    """Return the number of the segment with this name in the folder of the store `path`.

    None if the name is not that of one of this store's segments.
    """
    store = os.path.basename(path)
    match = _NAME.fullmatch(name, len(store)) if name.startswith(store) else None
    number = int(match[1]) if match else 0
    return number if number and segment_path(store, number) == name else None


def encode_header(number: int, first_tick: int, previous: bytes, mark: bytes) -> bytes:
    """Return the header of a segment."""
    fields = _HEADER_FIELDS.pack(encode_prefix(MAGIC), number, first_tick, previous, mark)
    return fields + _CRC.pack(crc32(fields))


def decode_header(data: bytes, path: str) -> SegmentHeader | None:
    """Return the header that `data`, the beginning of a file, has; None if it is not whole.

    Raises StoreTooNew.
    """
    format = format_of(data, MAGIC, path)
    if format is None:
        return None
    layout = _HEADER_FIELDS if format > FIRST_FORMAT else _HEADER_FIELDS_1
    fields = _checked(data, 0, layout)
    return None if fields is None else SegmentHeader(format, *layout.unpack(fields)[1:])


def encode_record(mark: bytes, tick: int, unsynced: int, body: bytes) -> bytes:
    """Return a record."""
    fields = _RECORD_FIELDS.pack(mark, tick, unsynced, len(body), crc32(body))
    return b"".join((fields, _CRC.pack(crc32(fields)), body))


def read_records(data: bytes, header: SegmentHeader) -> Iterator[Record]:
    """Yield the records of a segment's bytes while they are whole and consecutive."""
    offset, tick = header.size, header.first_tick
    while (record := _record_at(data, offset, header.mark, tick)) is not None:
        yield record
        offset = record.end
        tick += 1


def find_proof(data: bytes, offset: int, mark: bytes, tick: int) -> int | None:
    """Return where, from `offset` on, a record proves that `tick` was durable once."""
    while (offset := data.find(mark, offset)) >= 0:
        header = _record_header_at(data, offset, mark)
        if header is not None and header.synced_before > tick:
            return offset
        offset += 1
    return None


def _record_at(data: bytes, offset: int, mark: bytes, tick: int) -> Record | None:
    header = _record_header_at(data, offset, mark)
    if header is None or header.tick != tick:
        return None
    start = offset + RECORD_BYTES
    body = data[start : start + header.length]
    if len(body) != header.length or crc32(body) != header.body_crc:
        return None
    return Record(tick, body, start + len(body))


def _record_header_at(data: bytes, offset: int, mark: bytes) -> RecordHeader | None:
    fields = _checked(data, offset, _RECORD_FIELDS)
    if fields is None or not fields.startswith(mark):
        return None
    return RecordHeader(*_RECORD_FIELDS.unpack(fields)[1:])


def _checked(data: bytes, offset: int, layout: Struct) -> bytes | None:
    """Return the bytes of `layout` at `offset` if the CRC behind them is theirs."""
    end = offset + layout.size
    fields = data[offset:end]
    crc = data[end : end + _CRC.size]
    return fields if crc == _CRC.pack(crc32(fields)) else None
