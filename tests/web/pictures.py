"""Pictures to post."""

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """Return a grey image."""
    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width * 3 for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [(b"IHDR", head), (b"IDAT", pixels), (b"IEND", b"")]
    )
