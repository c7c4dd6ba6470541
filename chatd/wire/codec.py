"""Codecs: bytes to what a peer asks, and answers back to bytes, for one connection.

A connection knows its protocol only through the shape `Codec`. `FrameCodec` is framed msgpack,
what most speak; `chatd.wire.first_bytes` finds out what a connection speaks. What a codec pulls
from its bytes is an envelope, or one of the events below that are the protocol's own business.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chatd.errors import ChatError
from chatd.wire import envelope
from chatd.wire.commands import Notice, Result, as_notification
from chatd.wire.envelope import Envelope, decode_payload, encode_notification, envelope_of
from chatd.wire.frames import FrameDecoder
from chatd.wire.http.message import BodyChunk, HttpRequest


class Switch(NamedTuple):
    """Another codec takes over, with what was fed and not pulled yet.

    refusal: what the peer is told, and nothing else, where its protocol is not wanted.
    """

    codec: "Codec"
    refusal: ChatError | None = None


class StartTls(NamedTuple):
    """The peer encrypts; these bytes are the first that it sent. refusal: as in `Switch`."""

    data: bytes
    refusal: ChatError | None = None


class RefuseTls(NamedTuple):
    """The peer encrypts, and here nobody does."""


class SendBytes(NamedTuple):
    """The protocol itself owes the peer these bytes: a pong, say."""

    data: bytes


class NoRequest(NamedTuple):
    """A part of the protocol that asks for nothing: a pong, half a message."""


class Yield(NamedTuple):
    """What has come is not read to its end: there was enough of it for one step."""


class Close(NamedTuple):
    """The peer has taken its leave: send what waits, and hang up."""


ProtocolEvent = (
    Envelope
    | HttpRequest
    | BodyChunk
    | Switch
    | StartTls
    | RefuseTls
    | SendBytes
    | NoRequest
    | Yield
    | Close
)


class Codec(Protocol):
    """`feed` bytes, pull events; everything outgoing is returned as bytes.

    Codecs of one class turn the same entries and notices into the same bytes.
    sends_event_ids: whether the peer wants to know how far it has come (see `encode_event_id`).
    """

    payload_bytes_max: int
    sends_event_ids: bool

    @property
    def buffered_bytes(self) -> int:
        """Bytes that were fed and not pulled yet."""

    def feed(self, data: bytes) -> None:
        """Store what came from the peer."""

    def next_event(self) -> ProtocolEvent | None:
        """Return what the peer said next, None until more comes. Raises ProtocolError."""

    def encode_result(self, request_id: int, result: Result) -> bytes:
        """Return the response to a request that was done."""

    def encode_error(self, request_id: int, error: ChatError) -> bytes:
        """Return the response to a request that was refused."""

    def encode_notice(self, notice: Notice) -> bytes:
        """Return a notification."""

    def encode_fatal(self, error: ChatError) -> bytes:
        """Return the last words to a peer: its bytes can't be trusted any more, or we failed."""

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        """Return the bytes that carry these entries, given as they are kept in the log."""

    def encode_event_id(self, token: str) -> bytes:
        """Return the bytes that tell how far the peer has come, in all its rooms."""


class FrameCodec(FrameDecoder):
    """Framed msgpack."""

    __slots__ = ()

    sends_event_ids = False
    encode_result = staticmethod(envelope.encode_result)
    encode_error = staticmethod(envelope.encode_error)

    def next_event(self) -> ProtocolEvent | None:
        payload = self.next_frame()
        return None if payload is None else envelope_of(decode_payload(payload))

    def encode_notice(self, notice: Notice) -> bytes:
        notification = as_notification(notice)
        return encode_notification(notification.method, notification.params)

    def encode_fatal(self, error: ChatError) -> bytes:
        return encode_notification("error", error.to_wire())

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        return frames[0] if len(frames) == 1 else b"".join(frames)

    def encode_event_id(self, token: str) -> bytes:
        return b""
