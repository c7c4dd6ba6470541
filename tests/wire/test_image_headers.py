"""Image headers: the size of a picture as it is shown, at a bounded cost whatever was sent."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.wire.image_headers import PIXELS_MAX, READS_MAX, SEGMENTS_MAX, image_size
from chatd.wire.media_types import HEAD_BYTES, media_type_of
from tests.wire.images import (
    exif,
    gif,
    jpeg,
    png,
    segment,
    webp_extended,
    webp_lossless,
    webp_lossy,
)
from tests.work import lines_of

SHORT = segment(0xE0, b"")
LONG = segment(0xE2, bytes(65_533))


class Source:
    """The bytes of a file. reads: how often something behind its head was asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.reads = 0

    def read(self, offset: int, size: int) -> bytes:
        assert offset >= 0 and size <= 16
        self.reads += 1
        return self.content[offset : offset + size]

    def size(self) -> tuple[int, int]:
        head = self.content[:HEAD_BYTES]
        return image_size(media_type_of("a", head), head, self.read)


@pytest.mark.parametrize(
    "make",
    [png, gif, jpeg, webp_lossy, webp_lossless, webp_extended],
    ids=lambda make: make.__name__,
)
def test_size_stands_in_the_header(make: Callable[[int, int], bytes]) -> None:
    assert Source(make(640, 480)).size() == (640, 480)
    assert Source(make(1, 16_383)).size() == (1, 16_383)


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCF])
def test_every_kind_of_jpeg_has_its_size_behind_other_segments(frame: int) -> None:
    tables = segment(0xC4, b"\x08" * 20), segment(0xDB, bytes(65)), segment(0xC8, bytes(9))
    assert Source(jpeg(640, 480, SHORT, *tables, b"\xff\xff", frame=frame)).size() == (640, 480)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(10))
def test_picture_that_lies_on_its_side_is_shown_upright(orientation: int, order: str) -> None:
    shown = (480, 640) if 5 <= orientation <= 8 else (640, 480)
    assert Source(jpeg(640, 480, SHORT, exif(orientation, order))).size() == shown


def test_jpeg_with_its_size_behind_the_head_is_read_on() -> None:
    source = Source(jpeg(640, 480, exif(6), *[LONG] * 5))
    assert source.size() == (480, 640)
    assert source.reads == 5


@pytest.mark.parametrize("over", [0, 1])
def test_jpeg_is_read_on_so_far_and_no_further(over: int) -> None:
    source = Source(jpeg(640, 480, *[LONG] * (READS_MAX + over)))
    assert source.size() == ((0, 0) if over else (640, 480))
    assert source.reads == READS_MAX


@pytest.mark.parametrize("over", [0, 1])
def test_so_many_segments_of_a_jpeg_are_passed_over_and_no_more(over: int) -> None:
    source = Source(jpeg(640, 480, *[SHORT] * (SEGMENTS_MAX - 1 + over)))
    assert source.size() == ((0, 0) if over else (640, 480))


@pytest.mark.parametrize(
    ("width", "height", "is_known"),
    [
        (PIXELS_MAX, PIXELS_MAX, True),
        (PIXELS_MAX + 1, 1, False),
        (1, PIXELS_MAX + 1, False),
        (0, 1, False),
        (1, 0, False),
    ],
)
def test_size_that_no_picture_has_is_unknown(width: int, height: int, is_known: bool) -> None:
    assert Source(png(width, height)).size() == ((width, height) if is_known else (0, 0))


WHOLE = [
    png(640, 480),
    gif(640, 480),
    jpeg(640, 480, exif(6), LONG, LONG),
    jpeg(640, 480, *[SHORT] * 300),
    webp_lossy(640, 480),
    webp_lossless(640, 480),
    webp_extended(640, 480),
]


@pytest.mark.parametrize("content", WHOLE, ids=range(len(WHOLE)))
def test_header_that_ends_too_early_has_no_size(content: bytes) -> None:
    for end in range(min(len(content), 200)):
        assert Source(content[:end]).size() in ((0, 0), (640, 480), (480, 640))


KINDS = ["image/png", "image/gif", "image/webp", "image/jpeg", "image/avif", "text/plain"]


@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 255)), max_size=12),
    st.sampled_from(KINDS),
    st.binary(max_size=60),
)
def test_whatever_was_sent_has_a_size_in_bounds_at_a_bounded_cost(
    content: bytes, changes: list[tuple[int, int]], kind: str, garbage: bytes
) -> None:
    data = bytearray(content)
    for at, byte in changes:
        data[at % len(data)] = byte
    for hostile in (bytes(data), garbage, b"\xff\xd8" + garbage * 40):
        source = Source(hostile)

        def look(source: Source = source) -> None:
            width, height = image_size(kind, source.content[:HEAD_BYTES], source.read)
            assert 0 <= width <= PIXELS_MAX and 0 <= height <= PIXELS_MAX
            assert bool(width) == bool(height)

        assert lines_of(look) < 20 * SEGMENTS_MAX
        assert source.reads <= READS_MAX
