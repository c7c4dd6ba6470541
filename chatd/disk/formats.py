"""Formats: the forms that the store's files have had, by number, and who may read which.

Snapshot and segments begin alike in every format from 2 on, so that a program that is too old
finds out before it reads any further, let alone writes:

    magic 8 | format u32 | oldest u32 | crc u32

`format` is the writer's, `oldest` the oldest format whose programs may read what it wrote, and
the CRC-32 is of what stands before it. Of this, files of format 1 have the first two fields only.

What is inside belongs to the format, too: `tests/stores/` has a record of each and stores that
were written in it, and `chatd.core.migrations` turns older content into that of today.
"""

from struct import Struct
from zlib import crc32

from chatd.errors import StoreTooNew

FORMAT = 3
"""What this program writes. 1 was written before 0.1.0, 2 by 0.1.0."""
OLDEST_READER = 3
"""The oldest format whose programs may read that."""
FIRST_FORMAT = 1
"""The oldest that this program reads."""

_FIELDS = Struct(">8sII")
_CRC = Struct(">I")
PREFIX_BYTES = _FIELDS.size + _CRC.size


def encode_prefix(magic: bytes) -> bytes:
    """Return what a file of today's format begins with."""
    fields = _FIELDS.pack(magic, FORMAT, OLDEST_READER)
    return fields + _CRC.pack(crc32(fields))


def format_of(data: bytes, magic: bytes, path: str) -> int | None:
    """Return the format of a file that begins with `data`; None if no file of this magic does.

    It may be newer than `FORMAT`, and is read by that then. Raises StoreTooNew if it must not be.
    """
    if len(data) < PREFIX_BYTES or not data.startswith(magic):
        return None
    _, number, oldest = _FIELDS.unpack_from(data)
    if number == FIRST_FORMAT:
        return FIRST_FORMAT
    if _CRC.unpack_from(data, _FIELDS.size)[0] != crc32(data[: _FIELDS.size]):
        return None
    if oldest > FORMAT:
        raise StoreTooNew(path, number, oldest, f"{FIRST_FORMAT} to {FORMAT}")
    return int(number)
