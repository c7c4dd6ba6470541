"""The gate of bodies in chunks: what stands around the chunks, read as strictly as heads are.

    3\r\nabc\r\n0\r\n\r\n

The parser behind it passes over what others may take for an end: control characters behind a
size, and lines without bound. Source: RFC 9112, section 7.1.
"""

import re
from enum import Enum

from chatd.errors import HttpError

LINE_BYTES_MAX = 256
"""A size, and an extension of it that nobody needs."""
CHUNKS_PER_TURN = 16
"""So many chunks are read in one turn, however small: each takes the parser some 40 µs."""

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[\t -~]*)?\r\n")


class _Awaits(Enum):
    """Which line comes next."""

    SIZE = "the size of a chunk"
    CHUNK_END = "the end of a chunk of that size"
    BODY_END = "the end of the body behind the last chunk"
    NOTHING = ""


class ChunkGate:
    """Looks at the bytes of one body as they come, up to its end."""

    def __init__(self) -> None:
        self._line = b""
        self._data_bytes = 0
        self._awaits = _Awaits.SIZE

    def check(self, data: bytearray) -> int:
        """Refuse bytes that are no chunks; return how many of them were looked at.

        What is behind the body is not, and what is too much for one turn is not yet.
        Raises HttpError.
        """
        at, lines_left = 0, 2 * CHUNKS_PER_TURN
        while at < len(data) and self._awaits is not _Awaits.NOTHING and lines_left:
            if self._data_bytes:
                step = min(self._data_bytes, len(data) - at)
                self._data_bytes -= step
            else:
                step = (data.find(b"\n", at) + 1 or len(data)) - at
                self._add_to_line(bytes(data[at : at + step]))
                lines_left -= 1
            at += step
        return at

    def _add_to_line(self, piece: bytes) -> None:
        self._line += piece
        if self._awaits is not _Awaits.SIZE:
            self._take_end()
        elif len(self._line) > LINE_BYTES_MAX:
            raise HttpError(400, f"the size of a chunk takes at most {LINE_BYTES_MAX} bytes")
        elif piece.endswith(b"\n"):
            line, self._line = self._line, b""
            self._awaits = self._size(line)

    def _take_end(self) -> None:
        if not b"\r\n".startswith(self._line):
            raise self._refusal()
        if len(self._line) == 2:
            self._line = b""
            was_chunk = self._awaits is _Awaits.CHUNK_END
            self._awaits = _Awaits.SIZE if was_chunk else _Awaits.NOTHING

    def _size(self, line: bytes) -> _Awaits:
        found = _SIZE_LINE.fullmatch(line)
        if found is None:
            raise self._refusal()
        self._data_bytes = int(found[1], 16)
        if self._data_bytes:
            return _Awaits.CHUNK_END
        if line != b"0\r\n":
            raise HttpError(400, "the last chunk is written as 0 alone")
        return _Awaits.BODY_END

    def _refusal(self) -> HttpError:
        return HttpError(400, f"where {self._awaits.value} should be is something else")
