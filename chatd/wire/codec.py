"""The codec of framed msgpack: bytes to envelopes and back, for one connection.

A connection knows its protocol only through this shape; what speaks JSON or HTTP is another
class with the same methods.
"""

from collections.abc import Sequence

from chatd.errors import ChatError
from chatd.wire.commands import Notice, Result, as_notification
from chatd.wire.envelope import (
    Envelope,
    decode_envelope,
    encode_error,
    encode_notification,
    encode_result,
)
from chatd.wire.frames import FrameDecoder


class FrameCodec(FrameDecoder):
    """`feed` bytes, pull envelopes; everything outgoing is returned as bytes."""

    __slots__ = ()

    def next_envelope(self) -> Envelope | None:
        """Return what the peer said next, None until more comes. Raises ProtocolError."""
        payload = self.next_frame()
        return None if payload is None else decode_envelope(payload)

    def result(self, request_id: int, result: Result) -> bytes:
        """Return the response to a request that was done."""
        return encode_result(request_id, result)

    def error(self, request_id: int, error: ChatError) -> bytes:
        """Return the response to a request that was refused."""
        return encode_error(request_id, error)

    def notice(self, notice: Notice) -> bytes:
        """Return a notification."""
        notification = as_notification(notice)
        return encode_notification(notification.method, notification.params)

    def batch(self, frames: Sequence[bytes]) -> bytes:
        """Return the bytes that carry these entries, given as they are kept in the log."""
        return frames[0] if len(frames) == 1 else b"".join(frames)
