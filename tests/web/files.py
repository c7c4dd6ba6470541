"""Files for rooms: made here, and sent by a client."""

import struct
import zlib

from tests.e2e.client import Client

GREY = (128, 128, 128)


def png(width: int, height: int, colour: tuple[int, int, int] = GREY) -> bytes:
    """Return an image of one colour. width, height: in pixels."""
    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    )


def send_file(client: Client, room: str, name: str, content: bytes, caption: str = "") -> int:
    """Post a file that fits a chunk, and return its number. Raises Refused."""
    begun = client.call("upload", room=room, name=name, size=len(content), caption=caption)
    upload = begun["upload"]
    client.call("upload-chunk", upload=upload, offset=0, data=content)
    seq: int = client.call("upload-finish", upload=upload)["seq"]
    return seq
