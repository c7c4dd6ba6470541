"""WebSockets: the same requests, responses and notifications, each a message (RFC 6455).

    subprotocol chatd.v1.json       text: `[0, 7, "send", {"text": "hello"}]`; the default
    subprotocol chatd.v1.msgpack    binary: the payload of a frame

What the server says is the same for everyone, frames and all, so a batch is encoded once.
"""

import logging
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from websockets.frames import Close as CloseFrame
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from chatd.errors import ChatError, HttpError, ProtocolError, drop_tracebacks
from chatd.wire.codec import Close, NoRequest, SendBytes, TransportEvent
from chatd.wire.commands import Bye, Error, Notice, Result, as_notification
from chatd.wire.envelope import Envelope, Response, decode_envelope, encode_payload
from chatd.wire.frames import HEADER, PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN
from chatd.wire.json import as_json, entry_notification, read_envelope

JSON_SUBPROTOCOL = Subprotocol("chatd.v1.json")
MSGPACK_SUBPROTOCOL = Subprotocol("chatd.v1.msgpack")
REASON_BYTES_MAX = 123
"""What a close frame has room for (RFC 6455, section 5.5)."""

Event = Envelope | TransportEvent

_log = logging.getLogger("chatd.websocket")
_log.setLevel(logging.WARNING)  # the library tells of every connection; we do that ourselves


def open_websocket(head: bytes) -> tuple[bytes, "WebSocketCodec"]:
    """Return the answer to a handshake, and the codec that speaks from then on.

    head: of the request, as it came. Raises HttpError if it is no handshake.
    """
    protocol = ServerProtocol(
        select_subprotocol=_choose, max_size=PAYLOAD_BYTES_MAX_BEFORE_LOGIN, logger=_log
    )
    protocol.receive_data(head)
    events = protocol.events_received()
    response = None
    if events and isinstance(events[0], Request):
        response = protocol.accept(events[0])
    drop_tracebacks(protocol.handshake_exc)
    if response is None or response.status_code not in (101, 426):
        raise HttpError(400, "not the handshake of a WebSocket")
    if response.status_code == 426:
        raise HttpError(426, "this path opens a WebSocket", upgrade="websocket")
    protocol.send_response(response)
    answer = b"".join(protocol.data_to_send())
    is_binary = protocol.subprotocol == MSGPACK_SUBPROTOCOL
    return answer, (MsgpackSocketCodec if is_binary else JsonSocketCodec)(protocol)


def _choose(protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    ours = (JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL)
    return next((name for name in offered if name in ours), None)


class MessageError(ProtocolError):
    """A message that is none of the kind that is spoken here. close_code: by RFC 6455, 7.4.1."""

    def __init__(self, close_code: CloseCode, message: str) -> None:
        super().__init__(message)
        self.close_code = close_code


class WebSocketCodec:
    """What both kinds of messages share."""

    __slots__ = (
        "_protocol", "_buffer", "_start", "_frame_left", "_events", "_message", "_opcode",
        "_bytes_max",
    )  # fmt: skip

    sends_event_ids = False
    view: ClassVar[str]
    OPCODE: ClassVar[Opcode]
    GROWTH: ClassVar[float]
    """How much longer a message is at most than the payload of its frame would be."""

    def __init__(self, protocol: ServerProtocol) -> None:
        self._protocol = protocol
        self._buffer = b""
        self._start = 0  # where in it the next frame, or the rest of one, begins
        self._frame_left = 0  # bytes of the frame under way that the protocol has not seen
        self._events: deque[Event | ProtocolError] = deque()
        self._message = bytearray()  # what has come of one in fragments
        self._opcode = self.OPCODE
        self.payload_bytes_max = PAYLOAD_BYTES_MAX_BEFORE_LOGIN

    @property
    def payload_bytes_max(self) -> int:
        """The largest message that is taken, told as the payload of a frame."""
        return self._bytes_max

    @payload_bytes_max.setter
    def payload_bytes_max(self, value: int) -> None:
        self._bytes_max = value
        self._protocol.max_message_size = int(value * self.GROWTH)

    @property
    def pusher(self) -> "WebSocketCodec":
        return self

    def log_in(self, name: str) -> None:
        self.payload_bytes_max = PAYLOAD_BYTES_MAX

    # -- reading -----------------------------------------------------------------------------

    @property
    def buffered_bytes(self) -> int:
        """Bytes that were fed and not pulled yet."""
        return len(self._buffer) - self._start + len(self._message)

    def feed(self, data: bytes) -> None:
        self._buffer = self._buffer[self._start :] + data
        self._start = 0

    def next_event(self) -> Event | None:
        while not self._events:
            data = self._next_piece()
            if not data:
                return None
            self._read(data)
        event = self._events.popleft()
        if isinstance(event, ProtocolError):
            try:
                raise event
            finally:
                del event  # it would hold this frame, which held it, until a collection
        return event

    def _next_piece(self) -> bytes:
        """Return what has come of one frame and was not read yet.

        Frame by frame, as each of them is work: there are 10,900 empty ones in one read.
        """
        if not self._frame_left:
            self._frame_left = _frame_bytes(self._buffer, self._start)
        data = self._buffer[self._start : self._start + self._frame_left]
        self._start += len(data)
        self._frame_left -= len(data)
        if self._start == len(self._buffer):  # so that an idle connection holds nothing
            self._buffer, self._start = b"", 0
        return data

    def _read(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.receive_data(data)
        drop_tracebacks(protocol.parser_exc)
        for frame in protocol.events_received():
            assert isinstance(frame, Frame)
            self._take(frame)
        answers = b"".join(protocol.data_to_send())
        if answers:
            self._events.append(SendBytes(answers))  # a pong, or why it is over
        if protocol.state is not State.OPEN:
            self._events.append(Close())

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._opcode = frame.opcode
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._message += frame.data
            if frame.fin:
                message, self._message = bytes(self._message), bytearray()
                self._events.append(self._event(message))
                return
        if frame.opcode is not Opcode.PING:  # which has an answer, and counts by that
            self._events.append(NoRequest())

    def _event(self, message: bytes) -> Event | ProtocolError:
        if self._opcode is not self.OPCODE:
            kind = self.OPCODE.name.lower()
            return MessageError(CloseCode.UNSUPPORTED_DATA, f"messages are {kind} here")
        try:
            return self.decode(message)
        except ProtocolError as error:
            return error

    # -- saying ------------------------------------------------------------------------------

    def encode_result(self, request_id: int, result: Result) -> bytes:
        return self.message(Response(request_id, None, result))

    def encode_error(self, request_id: int, error: ChatError) -> bytes:
        return self.message(Response(request_id, error.to_wire(), None))

    def encode_notice(self, notice: Notice) -> bytes:
        return self.message(as_notification(notice))

    def encode_bye(self, bye: Bye) -> bytes:
        return self.encode_notice(bye) + _close(CloseCode.GOING_AWAY, bye.reason)

    def encode_fatal(self, error: ChatError, now_ms: int = 0) -> bytes:
        said = self.message(as_notification(Error(error.code, error.message)))
        return said + _close(_close_code(error), error.message)

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        return b"".join(map(self.entry, frames))

    def encode_event_id(self, token: str) -> bytes:
        return b""

    # -- the two kinds -----------------------------------------------------------------------

    def decode(self, message: bytes) -> Envelope:
        """Return what a message says. Raises ProtocolError."""
        raise NotImplementedError

    def message(self, envelope: Envelope) -> bytes:
        """Return an envelope as a message."""
        raise NotImplementedError

    def entry(self, frame: bytes) -> bytes:
        """Return an entry, as the log keeps it, as a message."""
        raise NotImplementedError


class JsonSocketCodec(WebSocketCodec):
    """Text messages."""

    __slots__ = ()

    view = "JSON messages"
    OPCODE = Opcode.TEXT
    GROWTH = 1.5  # binary fields are base64, which takes a third more

    def decode(self, message: bytes) -> Envelope:
        try:
            message.decode()
        except UnicodeDecodeError:
            raise MessageError(CloseCode.INVALID_DATA, "text is UTF-8") from None
        return read_envelope(message)

    def message(self, envelope: Envelope) -> bytes:
        return _framed(Opcode.TEXT, as_json(envelope))

    def entry(self, frame: bytes) -> bytes:
        return _framed(Opcode.TEXT, entry_notification(frame))


class MsgpackSocketCodec(WebSocketCodec):
    """Binary messages."""

    __slots__ = ()

    view = "msgpack messages"
    OPCODE = Opcode.BINARY
    GROWTH = 1.0

    def decode(self, message: bytes) -> Envelope:
        return decode_envelope(message)

    def message(self, envelope: Envelope) -> bytes:
        return _framed(Opcode.BINARY, encode_payload(envelope))

    def entry(self, frame: bytes) -> bytes:
        return _framed(Opcode.BINARY, frame[HEADER.size :])


def _framed(opcode: Opcode, payload: bytes) -> bytes:
    return Frame(opcode, payload).serialize(mask=False)


def _close_code(error: ChatError) -> CloseCode:
    """Return why a WebSocket ends, as its protocol tells (RFC 6455, section 7.4.1)."""
    if isinstance(error, MessageError):
        return error.close_code
    is_theirs = isinstance(error, ProtocolError)
    return CloseCode.PROTOCOL_ERROR if is_theirs else CloseCode.INTERNAL_ERROR


def _close(code: CloseCode, reason: str) -> bytes:
    short = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
    return _framed(Opcode.CLOSE, CloseFrame(code, short).serialize())


def _frame_bytes(buffer: bytes, start: int) -> int:
    """Return the length of the frame that begins there; 0 if too little of it has come.

    Source: RFC 6455, section 5.2.
    """
    if len(buffer) - start < 2:
        return 0
    masked, short = buffer[start + 1] & 0x80, buffer[start + 1] & 0x7F
    extension = {126: 2, 127: 8}.get(short, 0)
    body = start + 2 + extension
    if len(buffer) < body:
        return 0
    length = int.from_bytes(buffer[start + 2 : body]) if extension else short
    return 2 + extension + (4 if masked else 0) + length
