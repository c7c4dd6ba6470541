"""The codec of framed msgpack: bytes in, envelopes out, and the other way round."""

import pytest

from chatd.errors import NotFound, ProtocolError
from chatd.wire.codec import FrameCodec
from chatd.wire.commands import Bye, Nothing
from chatd.wire.envelope import (
    Notification,
    Request,
    Response,
    encode_notification,
    encode_request,
)


def test_envelopes_come_in_order_and_then_none() -> None:
    codec = FrameCodec()
    codec.feed(encode_request(1, "ping", {}) + encode_notification("pong", {}))
    assert codec.next_event() == Request(1, "ping", {})
    assert codec.next_event() == Notification("pong", {})
    assert codec.next_event() is None


def test_what_goes_out_can_be_read_by_the_other_end() -> None:
    ours, theirs = FrameCodec(), FrameCodec()
    theirs.feed(
        ours.encode_result(1, Nothing())
        + ours.encode_error(2, NotFound("no"))
        + ours.encode_notice(Bye("why"))
    )
    assert theirs.next_event() == Response(1, None, {})
    assert theirs.next_event() == Response(2, {"code": "not_found", "message": "no"}, None)
    assert theirs.next_event() == Notification("bye", {"reason": "why", "logged_out": False})


def test_batch_is_its_frames_and_one_frame_is_not_even_copied() -> None:
    codec = FrameCodec()
    frame = encode_notification("pong", {})
    assert codec.encode_entries([frame, frame]) == frame + frame
    assert codec.encode_entries([frame]) is frame


def test_empty_frame_is_refused() -> None:
    codec = FrameCodec()
    codec.feed(bytes(4))
    with pytest.raises(ProtocolError):
        codec.next_event()
