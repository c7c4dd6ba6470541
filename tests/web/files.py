"""Images and sounds, made here."""

import struct
import zlib

GREY = (128, 128, 128)


def png(width: int, height: int, colour: tuple[int, int, int] = GREY) -> bytes:
    """Return an image of one colour. width, height: in pixels."""
    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    )


def wav(seconds: int) -> bytes:
    """Return a silence."""
    rate = 8_000
    data = bytes([128]) * rate * seconds
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body
