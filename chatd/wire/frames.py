"""Frames: a 4-byte big-endian length, then that many bytes of payload."""

from collections.abc import Callable
from struct import Struct
from typing import Any, Generic, TypeVar, overload

from chatd.errors import ProtocolError

T = TypeVar("T")
Decode = Callable[[bytes | bytearray], T]

HEADER = Struct(">I")
HEADER_BYTES = HEADER.size
_unpack_header = HEADER.unpack_from
PAYLOAD_BYTES_MAX = 64 * 1024
"""The largest payload in either direction, once a connection is logged in."""
PAYLOAD_BYTES_MAX_BEFORE_LOGIN = 8 * 1024


def encode_frame(payload: bytes) -> bytes:
    """Return `payload` with its length in front."""
    return HEADER.pack(len(payload)) + payload


class FrameDecoder(Generic[T]):
    """Cuts a byte stream into payloads: `feed` stores, `next_frame` pulls, as `decode` reads it.

    It never holds more than what was fed and not yet pulled; a frame that announces more
    than `payload_bytes_max` is refused before any of it is waited for.
    """

    __slots__ = ("payload_bytes_max", "_decode", "_buffer", "_start")

    @overload
    def __init__(self: "FrameDecoder[bytes]", payload_bytes_max: int = ...) -> None: ...

    @overload
    def __init__(self, payload_bytes_max: int = ..., *, decode: Decode[T]) -> None: ...

    def __init__(
        self, payload_bytes_max: int = PAYLOAD_BYTES_MAX, *, decode: Decode[Any] = bytes
    ) -> None:
        self.payload_bytes_max = payload_bytes_max
        self._decode: Decode[T] = decode
        self._buffer: bytes | bytearray = b""
        self._start = 0

    def feed(self, data: bytes) -> None:
        """Store what came from the peer."""
        buffer, start = self._buffer, self._start
        if start == len(buffer):
            self._buffer = data
        else:  # added to in place: a frame may come in as many parts as it has bytes
            if not isinstance(buffer, bytearray):
                buffer = self._buffer = bytearray(buffer)
            del buffer[:start]
            buffer += data
        self._start = 0

    def next_frame(self) -> T | None:
        """Return what the next whole payload says, or None until more bytes come.

        Raises ProtocolError if the announced length is over the bound, and what `decode` does.
        """
        buffer, start = self._buffer, self._start
        fed, payload_start = len(buffer), start + HEADER_BYTES
        if payload_start <= fed:
            (size,) = _unpack_header(buffer, start)
            if size > self.payload_bytes_max:
                raise ProtocolError(
                    f"a frame of {size} bytes; at most {self.payload_bytes_max} are allowed"
                )
            end = payload_start + size
            if end <= fed:
                self._start = end
                return self._decode(buffer[payload_start:end])
        if start:  # forget what was pulled, so that an idle connection holds nothing
            self._buffer, self._start = buffer[start:] or b"", 0
        return None

    @property
    def buffered_bytes(self) -> int:
        """Bytes that were fed and not pulled yet."""
        return len(self._buffer) - self._start
