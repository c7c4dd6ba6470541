"""What WebSockets have in common, from the client's side (RFC 6455)."""

from collections.abc import Iterator
from struct import Struct

from bench.dialects import Login
from bench.texts import VerificationError

HANDSHAKE = """\
GET {path} HTTP/1.1\r
Host: localhost\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
\r
"""
ACCEPTED = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""What answers that key, both as in section 1.3."""

SHORT, LONG = Struct(">BB"), Struct(">BBH")
TEXT, MASKED, LENGTH_FOLLOWS = 0x81, 0x80, 126
MASK = bytes(4)
"""Zeros leave a text as it is, so that it need not be masked anew for each connection, and cost
the one who unmasks it the same as any others."""


def behind_handshake(path: str, login: Login) -> Login:
    """Return what opens a WebSocket first: nothing may be sent on it before it is accepted."""
    return Login(HANDSHAKE.format(path=path).encode(), ACCEPTED, login)


def text_frame(text: bytes) -> bytes:
    """Return the frame by which a client sends a text."""
    if len(text) < LENGTH_FOLLOWS:
        head = SHORT.pack(TEXT, MASKED | len(text))
    else:
        head = LONG.pack(TEXT, MASKED | LENGTH_FOLLOWS, len(text))
    return head + MASK + text


def texts(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the text of each of a server's frames, and the offset after it.

    Raises VerificationError for anything but whole texts of less than 64 KiB.
    """
    start = 0
    while start < len(stream):
        text_at, end = _bounds(stream, start)
        if end > len(stream):
            raise VerificationError("the stream ends in the middle of a frame")
        yield end, stream[text_at:end]
        start = end


def _bounds(stream: bytes, start: int) -> tuple[int, int]:
    """Return where the text of a frame begins and ends."""
    head = stream[start : start + LONG.size].ljust(LONG.size, b"\0")
    opcode, size, long_size = LONG.unpack(head)
    if opcode != TEXT or size > LENGTH_FOLLOWS:
        raise VerificationError(f"this has no place in the stream: {stream[start : start + 80]!r}")
    if size < LENGTH_FOLLOWS:
        text_at = start + SHORT.size
        return text_at, text_at + size
    text_at = start + LONG.size
    return text_at, text_at + long_size
