"""The format of segments."""

from struct import pack
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.disk.formats import FORMAT, OLDEST_READER
from chatd.disk.segment import (
    HEADER_BYTES,
    NO_MARK,
    RECORD_BYTES,
    SegmentHeader,
    decode_header,
    encode_header,
    encode_record,
    find_proof,
    read_records,
    segment_number,
    segment_path,
)
from chatd.errors import StoreTooNew

MARK = b"\xf5markmrk"
TICKS = st.integers(1, 2**64 - 100)
MARKS = st.binary(min_size=8, max_size=8)


HEADER = SegmentHeader(2, 1, 1, NO_MARK, MARK)


def segment(*records: bytes) -> bytes:
    return encode_header(*HEADER[1:]) + b"".join(records)


def header_1(number: int, tick: int, previous: bytes, mark: bytes) -> bytes:
    """Return a header as format 1 had it."""
    fields = pack(">8sIQQ8s8s", b"chatjrnl", 1, number, tick, previous, mark)
    return fields + pack(">I", crc32(fields))


def header_of(format: int, oldest: int) -> bytes:
    """Return a header of a later format that added nothing to it."""
    prefix = pack(">8sII", b"chatjrnl", format, oldest)
    fields = prefix + pack(">IQQ8s8s", crc32(prefix), 3, 7, NO_MARK, MARK)
    return fields + pack(">I", crc32(fields))


@given(number=st.integers(1, 2**64 - 1), tick=TICKS, previous=MARKS, mark=MARKS)
def test_header_of_any_values_comes_back(
    number: int, tick: int, previous: bytes, mark: bytes
) -> None:
    data = encode_header(number, tick, previous, mark)
    header = decode_header(data + b"more", "path")
    assert header == SegmentHeader(FORMAT, number, tick, previous, mark)
    assert header.size == len(data) == HEADER_BYTES
    data = header_1(number, tick, previous, mark)
    header = decode_header(data + b"more", "path")
    assert header == SegmentHeader(1, number, tick, previous, mark) and header.size == len(data)


@pytest.mark.parametrize("data", [header_of(2, 2), header_1(3, 7, NO_MARK, MARK)])
def test_header_with_any_byte_flipped_or_cut_is_none(data: bytes) -> None:
    assert decode_header(data, "path") is not None
    for at in range(len(data)):
        assert decode_header(data[:at], "path") is None
        assert decode_header(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "path") is None


def test_header_of_a_later_format_is_read_if_it_may_be_and_else_refused() -> None:
    assert encode_header(3, 7, NO_MARK, MARK) == header_of(FORMAT, OLDEST_READER)
    later, told = FORMAT + 2, f"know format {FORMAT + 1} .* knows 1 to {FORMAT}"
    readable = decode_header(header_of(later, FORMAT), "path")
    assert readable == SegmentHeader(later, 3, 7, NO_MARK, MARK)
    with pytest.raises(StoreTooNew, match=f"path has format {later}, .* {told}"):
        decode_header(header_of(later, FORMAT + 1), "path")


@given(first=TICKS, bodies=st.lists(st.binary(max_size=60), max_size=5))
def test_records_of_any_bodies_come_back(first: int, bodies: list[bytes]) -> None:
    records = [encode_record(MARK, first + at, 0, body) for at, body in enumerate(bodies)]
    data = segment(*records) + bytes(50)
    found = list(read_records(data, HEADER._replace(first_tick=first)))
    assert [record.body for record in found] == bodies
    assert [record.tick for record in found] == [first + at for at in range(len(bodies))]


def test_a_record_takes_its_body_and_a_fixed_header() -> None:
    assert len(encode_record(MARK, 1, 0, b"abc")) == RECORD_BYTES + 3


def test_preallocated_zeros_are_no_record() -> None:
    assert not list(read_records(segment(bytes(100)), HEADER))


def test_record_with_a_tick_out_of_turn_ends_the_reading() -> None:
    data = segment(encode_record(MARK, 1, 0, b"a"), encode_record(MARK, 3, 0, b"c"))
    assert [record.tick for record in read_records(data, HEADER)] == [1]


def test_record_with_the_mark_of_another_segment_ends_the_reading() -> None:
    data = segment(encode_record(MARK, 1, 0, b"a"), encode_record(b"another!", 2, 0, b"b"))
    assert [record.tick for record in read_records(data, HEADER)] == [1]


def test_proof_is_a_later_record_written_when_the_tick_was_synced() -> None:
    later = encode_record(MARK, 9, 2, b"")  # when it was written, 7 and 8 were not synced
    data = b"junk" + later
    assert find_proof(data, 0, MARK, 6) == 4
    assert find_proof(data, 0, MARK, 7) is None


def test_proof_goes_past_marks_without_a_record() -> None:
    data = MARK + MARK + encode_record(MARK, 9, 0, b"")
    assert find_proof(data, 0, MARK, 8) == 16


@pytest.mark.parametrize("number", [1, 999_999, 1_000_000])
def test_segment_number_is_read_from_its_name(number: int) -> None:
    name = segment_path("chat.db", number)
    assert segment_number("chat.db", name) == number
    assert segment_number("some//folder/chat.db", name) == number


@pytest.mark.parametrize(
    "name",
    [
        "chat.db",
        "chat.db-journal-",
        "chat.db-journal-000000",
        "chat.db-journal-00001",
        "chat.db-journal-0000001",
        "chat.db-journal-000001.bak",
        "chat.db-journal-00000\u0661",
        "other.db-journal-000001",
        "chat.db-journal-000001-journal-000001",
    ],
)
def test_segment_number_of_any_other_name_is_none(name: str) -> None:
    assert segment_number("chat.db", name) is None
