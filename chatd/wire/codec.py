"""Codecs: bytes to what a peer asks, and answers back to bytes, for one connection.

A connection knows its protocol only through the shape `Codec`. `FrameCodec` is framed msgpack,
what most speak; `chatd.wire.first_bytes` finds out what a connection speaks. What a codec pulls
from its bytes is an envelope, or one of the events below that are the protocol's own business.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol

from chatd.errors import ChatError
from chatd.wire import envelope
from chatd.wire.commands import Bye, Notice, Result, as_notification
from chatd.wire.envelope import decode_envelope, encode_notification
from chatd.wire.frames import PAYLOAD_BYTES_MAX, FrameDecoder


class SendBytes(NamedTuple):
    """The protocol itself owes the peer these bytes: a pong, say."""

    data: bytes


class NoRequest(NamedTuple):
    """A part of the protocol that asks for nothing: a pong, half a message."""


class Yield(NamedTuple):
    """What has come is not read to its end: there was enough of it for one step."""


class Close(NamedTuple):
    """The peer has taken its leave: send what waits, and hang up."""


TransportEvent = SendBytes | NoRequest | Yield | Close
"""What any protocol may call for, whatever it is about."""


class Codec(Protocol):
    """`feed` bytes, pull events; everything outgoing is returned as bytes.

    What else a codec can, its front knows.
    """

    @property
    def pusher(self) -> "PushCodec | None":
        """The same codec, if its peer takes what it has not asked for."""

    @property
    def buffered_bytes(self) -> int:
        """Bytes that were fed and not pulled yet."""

    def feed(self, data: bytes) -> None:
        """Store what came from the peer."""

    def next_event(self) -> object | None:
        """Return what the peer said next, None until more comes. Raises ProtocolError."""

    def encode_fatal(self, error: ChatError, now_ms: int = 0) -> bytes:
        """Return why the connection closes: the peer's bytes can't be trusted, or we failed.

        now_ms: where the error says until when to wait.
        """

    def encode_bye(self, bye: Bye) -> bytes:
        """Return why the connection closes, though nothing is wrong; nothing follows it."""


class PushCodec(Codec, Protocol):
    """Sends entries and notices as they come.

    view: what its bytes depend on besides the entries. Codecs with equal views turn the same
    entries and notices into the same bytes, which are encoded once for all of them.
    sends_event_ids: whether the peer wants to know how far it has come (see `encode_event_id`).
    """

    sends_event_ids: bool

    @property
    def view(self) -> Hashable:
        """What stands for all codecs that would encode the same bytes."""

    def log_in(self, name: str) -> None:
        """The peer is this user from now on."""

    def encode_notice(self, notice: Notice) -> bytes:
        """Return a notification."""

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        """Return the bytes that carry these entries, given as they are kept in the log."""

    def encode_event_id(self, token: str) -> bytes:
        """Return the bytes that tell how far the peer has come, in all its rooms."""


class RpcCodec(PushCodec, Protocol):
    """Has a response for each request besides, by its id."""

    def encode_result(self, request_id: int, result: Result) -> bytes:
        """Return the response to a request that was done."""

    def encode_error(self, request_id: int, error: ChatError) -> bytes:
        """Return the response to a request that was refused."""


class FrameCodec(FrameDecoder[object]):
    """Framed msgpack."""

    __slots__ = ()

    sends_event_ids = False
    view = "frames"
    next_event = FrameDecoder.next_frame
    encode_result = staticmethod(envelope.encode_result)
    encode_error = staticmethod(envelope.encode_error)

    def __init__(self, payload_bytes_max: int = PAYLOAD_BYTES_MAX) -> None:
        super().__init__(payload_bytes_max, decode=decode_envelope)

    @property
    def pusher(self) -> "FrameCodec":
        return self

    def log_in(self, name: str) -> None:
        self.payload_bytes_max = PAYLOAD_BYTES_MAX

    def encode_notice(self, notice: Notice) -> bytes:
        notification = as_notification(notice)
        return encode_notification(notification.method, notification.params)

    def encode_fatal(self, error: ChatError, now_ms: int = 0) -> bytes:
        return encode_notification("error", error.to_wire())

    def encode_bye(self, bye: Bye) -> bytes:
        return self.encode_notice(bye)

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        return frames[0] if len(frames) == 1 else b"".join(frames)

    def encode_event_id(self, token: str) -> bytes:
        return b""
