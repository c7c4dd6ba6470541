"""Frames: the same however the stream was cut, and bounded before anything is waited for."""

from itertools import pairwise
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.errors import ProtocolError
from chatd.wire.frames import (
    HEADER,
    PAYLOAD_BYTES_MAX,
    PAYLOAD_BYTES_MAX_BEFORE_LOGIN,
    FrameDecoder,
    encode_frame,
)

payloads = st.lists(st.binary(max_size=300), max_size=8)


def pull(decoder: FrameDecoder[bytes]) -> list[bytes]:
    """Return every payload that is whole."""
    frames = []
    while (frame := decoder.next_frame()) is not None:
        frames.append(frame)
    return frames


def fed(decoder: FrameDecoder[bytes], *pieces: bytes) -> list[bytes]:
    """Return the payloads that come out when a stream arrives in these pieces."""
    frames = []
    for piece in pieces:
        decoder.feed(piece)
        frames += pull(decoder)
    return frames


def stream_of(frames: list[bytes]) -> bytes:
    return b"".join(map(encode_frame, frames))


# -- however it was cut ----------------------------------------------------------------------


@given(payloads)
def test_stream_in_single_bytes_gives_the_same_as_whole(sent: list[bytes]) -> None:
    stream = stream_of(sent)
    assert fed(FrameDecoder(), stream) == sent
    assert fed(FrameDecoder(), *[bytes([byte]) for byte in stream]) == sent


@given(payloads, st.data())
def test_stream_cut_anywhere_gives_the_same_as_whole(
    sent: list[bytes], data: st.DataObject
) -> None:
    stream = stream_of(sent)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20))
    ends = sorted([0, *cuts, len(stream)])
    assert fed(FrameDecoder(), *[stream[a:b] for a, b in pairwise(ends)]) == sent


@given(payloads, st.integers(0, 1_000))
def test_truncated_stream_gives_the_whole_frames_and_keeps_the_rest(
    sent: list[bytes], cut: int
) -> None:
    stream = stream_of(sent)
    truncated = stream[: max(0, len(stream) - cut)]
    decoder = FrameDecoder()
    got = fed(decoder, truncated)
    assert got == sent[: len(got)]
    assert decoder.buffered_bytes == len(truncated) - len(stream_of(got))
    assert fed(decoder, stream[len(truncated) :]) == sent[len(got) :]


def test_frames_that_wait_to_be_pulled_survive_another_feed() -> None:
    decoder = FrameDecoder()
    decoder.feed(stream_of([b"one", b"two", b"three"]))
    assert decoder.next_frame() == b"one"
    decoder.feed(stream_of([b"four"]))
    assert pull(decoder) == [b"two", b"three", b"four"]


def test_empty_payload_is_a_frame() -> None:
    assert fed(FrameDecoder(), bytes(4)) == [b""]


# -- bounds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("bound", [PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN, 0])
def test_frame_at_the_bound_comes_and_one_byte_over_is_refused_by_its_header(bound: int) -> None:
    assert fed(FrameDecoder(bound), encode_frame(bytes(bound))) == [bytes(bound)]
    decoder = FrameDecoder(bound)
    decoder.feed(pack(">I", bound + 1))
    with pytest.raises(ProtocolError, match=f"a frame of {bound + 1} bytes; at most {bound} "):
        decoder.next_frame()


def test_frames_before_one_that_is_too_large_still_come() -> None:
    decoder = FrameDecoder()
    decoder.feed(encode_frame(b"good") + b"\xff\xff\xff\xff" + encode_frame(b"behind"))
    assert decoder.next_frame() == b"good"
    for _ in range(2):  # it stays refused
        with pytest.raises(ProtocolError):
            decoder.next_frame()


def test_bound_that_is_raised_counts_for_the_next_frame() -> None:
    decoder = FrameDecoder(10)
    decoder.feed(stream_of([b"x" * 10, b"y" * 11]))
    assert decoder.next_frame() == b"x" * 10
    decoder.payload_bytes_max = 11
    assert decoder.next_frame() == b"y" * 11


def test_decoder_holds_what_was_fed_and_not_pulled_and_nothing_else() -> None:
    decoder = FrameDecoder()
    for _ in range(100):
        decoder.feed(encode_frame(bytes(1_000)) + b"\x00")
        assert decoder.buffered_bytes == 1_000 + HEADER.size + 1
        assert decoder.next_frame() == bytes(1_000)
        assert decoder.next_frame() is None
        assert decoder.buffered_bytes == len(decoder._buffer) == 1
        decoder = FrameDecoder()


def test_encoded_frame_is_a_big_endian_length_and_the_payload() -> None:
    assert encode_frame(b"abc") == b"\x00\x00\x00\x03abc"
