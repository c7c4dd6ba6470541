"""Streams: texts counted without decoding, and all readers held against one stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.streams import Counter, SharedStream
from bench.texts import VerificationError, make_text


@given(st.lists(st.integers(0, 2), max_size=8), st.lists(st.integers(1, 250), max_size=40))
def test_counter_counts_each_text_once_wherever_the_stream_is_cut(
    senders: list[int], cuts: list[int]
) -> None:
    rest = b"".join(make_text(sender, number) for number, sender in enumerate(senders))
    counter, stream = Counter(1), bytearray()
    counted = 0
    for cut in [*cuts, len(rest)]:
        stream += rest[:cut]
        rest = rest[cut:]
        counted += counter.count(stream)
    counted += counter.count(stream + rest)
    assert counted == counter.total == senders.count(1)


def test_restarted_counter_counts_from_the_beginning_of_another_stream() -> None:
    counter = Counter(0)
    counter.count(bytearray(make_text(0, 0)))
    counter.restart()
    assert counter.total == 0
    assert counter.count(bytearray(make_text(0, 0))) == 1


def take(stream: SharedStream, reader: int, chunk: bytes) -> int:
    return stream.take(reader, memoryview(chunk))


def test_shared_stream_is_complete_when_all_have_heard_what_any_has() -> None:
    stream = SharedStream(3)
    assert take(stream, 0, b"abcdef") == 6
    assert take(stream, 1, b"abc") == 3
    assert not stream.is_complete
    assert take(stream, 1, b"defgh") == 8
    assert (take(stream, 0, b"gh"), take(stream, 2, b"abcdefgh")) == (8, 8)
    assert stream.is_complete and stream.data == b"abcdefgh"


@pytest.mark.parametrize("chunk", [b"abX", b"abXd", b"Xbcd"])
def test_shared_stream_refuses_a_reader_who_hears_something_else(chunk: bytes) -> None:
    stream = SharedStream(2)
    take(stream, 0, b"abc")
    with pytest.raises(VerificationError, match="reader 1") as caught:
        take(stream, 1, chunk)
    assert "at 0" in str(caught.value)


def test_restarted_shared_stream_begins_anew_for_everyone() -> None:
    stream = SharedStream(1)
    take(stream, 0, b"abc")
    stream.restart()
    assert (take(stream, 0, b"xyz"), bytes(stream.data)) == (3, b"xyz")
