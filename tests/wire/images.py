"""Headers of pictures, as short as they can be: what a test needs of a format."""

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """Return a PNG up to the end of its header."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + header + struct.pack(">I", zlib.crc32(header))


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)


def webp(kind: bytes, header: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(header)) + header
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def webp_lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\x30\x01\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


def webp_lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (height - 1) << 14 | (width - 1)))


def webp_extended(width: int, height: int) -> bytes:
    sides = (side.to_bytes(3, "little") for side in (width - 1, height - 1))
    return webp(b"VP8X", bytes(4) + b"".join(sides))


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def exif(orientation: int, order: str = "<") -> bytes:
    """Return the segment of a JPEG that says how it is to be turned, and what made it."""
    tiff = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
    fields = struct.pack(order + "HHIHH", 0x0110, 3, 1, 7, 0)
    fields += struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, b"Exif\0\0" + tiff + struct.pack(order + "H", 2) + fields)


def jpeg(width: int, height: int, *before: bytes, frame: int = 0xC0) -> bytes:
    """Return a JPEG up to where its picture begins, with these segments in front of its size."""
    size = segment(frame, struct.pack(">BHHB", 8, height, width, 3) + bytes(9))
    return b"\xff\xd8" + b"".join(before) + size + segment(0xDA, bytes(10))
