"""Image headers: how wide and high a picture is shown, without decoding any of it.

What a file's first bytes say is believed, as it is its sender's picture; what they can cost is
bounded: a PNG, a GIF and a WebP say it at a fixed place, and in a JPEG so many segments are passed
over, and so many bytes read behind the head.

Source: PNG, section 11.2.1; GIF89a, section 18; RFC 9649 (WebP); ITU T.81, appendix B (JPEG); Exif
2.3, section 4.6 (its orientation: a camera held upright takes a picture that lies on its side).
"""

from collections.abc import Callable
from struct import error, unpack_from

PIXELS_MAX = 2**31 - 1
"""The most that a PNG may say; more than that, as nothing at all, is not known."""
SEGMENTS_MAX = 200
"""Segments of a JPEG that are looked at in front of that with its size."""
READS_MAX = 16
"""... and how many of them behind the head: each may be 64 KiB long."""
SEGMENT_BYTES = 16
"""The bytes of a segment that are needed; a whole Exif segment has to be in the head."""
EXIF_FIELDS_MAX = 64

Size = tuple[int, int]
"""Width and height in pixels; 0, 0 if they are not known."""
Read = Callable[[int, int], bytes]
"""Returns up to so many bytes from a place on: (offset, size)."""

UNKNOWN: Size = (0, 0)
_LYING = range(5, 9)
"""Orientations whose rows are shown as columns."""
_EXIF = b"Exif\0\0"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the segments that say how large the picture is."""
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers behind which no length stands."""
_ENDS = frozenset({0xD9, 0xDA})
"""Markers behind which no header comes."""


def image_size(media_type: str, head: bytes, read: Read) -> Size:
    """Return the size of an image as it is shown. head: its first bytes."""
    reader = _READERS.get(media_type)
    if reader is None:
        return UNKNOWN
    try:
        width, height = reader(head, read)
    except (error, IndexError):  # it ends too early
        return UNKNOWN
    is_known = 0 < width <= PIXELS_MAX and 0 < height <= PIXELS_MAX
    return (width, height) if is_known else UNKNOWN


def _png(head: bytes, read: Read) -> Size:
    return unpack_from(">II", head, 16) if head[12:16] == b"IHDR" else UNKNOWN


def _gif(head: bytes, read: Read) -> Size:
    return unpack_from("<HH", head, 6)


def _webp(head: bytes, read: Read) -> Size:
    kind = head[12:16]
    if kind == b"VP8X":
        width, high, height, higher = unpack_from("<HBHB", head, 24)
        return (width | high << 16) + 1, (height | higher << 16) + 1
    if kind == b"VP8L" and head[20] == 0x2F:
        (bits,) = unpack_from("<I", head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return UNKNOWN


def _jpeg(head: bytes, read: Read) -> Size:
    at, reads, is_lying = 2, 0, False
    for _ in range(SEGMENTS_MAX):
        segment = head[at : at + SEGMENT_BYTES]
        if len(segment) < SEGMENT_BYTES and reads < READS_MAX:
            segment, reads = read(at, SEGMENT_BYTES), reads + 1
        start, marker = segment[0], segment[1]
        if start != 0xFF or marker in _ENDS:
            return UNKNOWN
        if marker == 0xFF:  # bytes that fill up
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            height, width = unpack_from(">HH", segment, 5)
            return (height, width) if is_lying else (width, height)
        else:
            (length,) = unpack_from(">H", segment, 2)
            if marker == 0xE1 and segment.startswith(_EXIF, 4):
                is_lying = _orientation(head[at + 10 : at + 2 + length]) in _LYING
            at += 2 + max(2, length)
    return UNKNOWN


def _orientation(exif: bytes) -> int:
    """Return how the picture is to be turned, 1 to 8; 0 if that is not said. exif: its TIFF."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 0
    try:
        (at,) = unpack_from(order + "I", exif, 4)
        (count,) = unpack_from(order + "H", exif, at)
        for field in range(min(count, EXIF_FIELDS_MAX)):
            tag, kind, _, value = unpack_from(order + "HHIH", exif, at + 2 + 12 * field)
            if (tag, kind) == (0x0112, 3):
                return int(value)
    except error:
        pass  # it ends too early
    return 0


_READERS: dict[str, Callable[[bytes, Read], Size]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/jpeg": _jpeg,
}
