"""The codec of HTTP/1.1: requests in, answers out, over h11 behind the gate.

Both are whole, but for files: their bytes come and go in chunks.

Each request has a parser of its own, and what follows it goes through the gate again, so h11
never sees a head that was not checked. The next request is pulled when this one is answered:
answers come in the order of their requests by themselves.
"""

import gzip
from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus

import h11

from chatd.errors import ChatError, HttpError
from chatd.wire.codec import Close, SendBytes, TransportEvent, Yield
from chatd.wire.commands import CHUNK_BYTES_MAX, Bye
from chatd.wire.http.chunks import ChunkGate
from chatd.wire.http.gate import Gate, Head
from chatd.wire.http.message import BodyChunk, HttpRequest, HttpResponse, accepts_gzip
from chatd.wire.http.problems import problem
from chatd.wire.sizes import size_text

BODY_BYTES_MAX = 96 * 1024
"""The largest body of a request: a chunk of a file in base64, and what stands around it."""
STREAMED_BODIES = frozenset({("POST", "/api/v1/files")})
"""Requests whose bodies may be larger: they are taken in chunks, as they come."""
HOOKS = "/hooks/"
"""Where bodies come in chunks, too, so that an address is looked at before them, and who made it
hears of those that are too large: the path of a POST begins with it."""
BODY_CHUNK_BYTES = CHUNK_BYTES_MAX - 1024
"""Each fits a chunk of an upload, with what a form's parser held back of the one before."""
GZIP_BYTES_MIN = 1024
"""Below, compressing saves no packet."""
GZIP_LEVEL = 1
"""For a page of 48 KiB this takes half a millisecond, and more would save it a few percent."""
TEXTUAL = ("text/", "application/json", "application/problem+json")

Event = HttpRequest | BodyChunk | TransportEvent

COMMON = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class HttpCodec:
    """One connection that carries requests, each with a response of its own.

    active_ms: when the last whole request came, or chunk of one, or was answered (ms UTC); for
    whoever looks after connections.
    """

    __slots__ = (
        "active_ms",
        "_guest_ms",
        "_is_last",
        "_buffer",
        "_gate",
        "_parser",
        "_head",
        "_body",
        "_body_left",
        "_chunks",
        "_request",
        "_streams_body",
        "_has_ended",
        "_said_continue",
        "_is_answering",
        "_over",
    )

    def __init__(self) -> None:
        self.active_ms = 0
        self._guest_ms = 0
        self._is_last = False
        self._buffer = bytearray()
        self._gate = Gate()
        self._begin()
        self._over = False

    def _begin(self) -> None:
        """Make ready for the next request."""
        self._parser: h11.Connection | None = None
        self._head: Head | None = None
        self._body = bytearray()
        self._body_left = 0
        self._chunks = ChunkGate()
        self._request: HttpRequest | None = None
        self._streams_body = False
        self._has_ended = False
        self._said_continue = False
        self._is_answering = False

    @property
    def pusher(self) -> None:
        return None

    # -- reading -----------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next_event(self) -> Event | None:
        if self._over:
            return Close()
        if self._streams_body:
            return self._next_body_chunk()
        if self._request is not None:
            return None  # it has to be answered first
        if self._head is None and not self._read_head():
            return None
        return self._asked(b"") if self._streams_body else self._read_body()

    @property
    def buffered_bytes(self) -> int:
        """Bytes that were fed and not pulled yet."""
        return len(self._buffer) + len(self._body)

    @property
    def rest(self) -> bytes:
        """What came behind the request that was pulled last."""
        return bytes(self._buffer)

    @property
    def raw_head(self) -> bytes:
        """The head of the request that was pulled last, as it came."""
        assert self._head is not None
        return self._head.raw

    def _read_head(self) -> bool:
        head = self._gate.next_head(self._buffer)
        if head is None:
            return False
        self._head = head
        self._body_left = head.length
        self._parser = h11.Connection(h11.SERVER)
        self._parser.receive_data(head.raw)
        self._parse_next()  # the request; the gate has told all of it
        is_hook = head.method == "POST" and head.path.startswith(HOOKS)
        self._streams_body = is_hook or (head.method, head.path) in STREAMED_BODIES
        if head.length > BODY_BYTES_MAX and not self._streams_body:
            raise too_large()
        return True

    def _read_body(self) -> Event | None:
        if not self._pull():
            return self._continue()
        body, self._body = bytes(self._body), bytearray()
        return self._asked(body)

    def _next_body_chunk(self) -> Event | None:
        """Return the next chunk; where chunks end does not depend on how the bytes came."""
        if not self._has_ended:
            self._has_ended = self._pull()
        if not self._has_ended and len(self._body) <= BODY_CHUNK_BYTES:
            return self._continue()
        data = bytes(self._body[:BODY_CHUNK_BYTES])
        del self._body[:BODY_CHUNK_BYTES]
        self._streams_body = bool(self._body) or not self._has_ended
        return BodyChunk(data, not self._streams_body)

    def _asked(self, body: bytes) -> HttpRequest:
        head = self._head
        assert head is not None
        self._request = HttpRequest(head.method, head.path, head.query, head.fields, body)
        return self._request

    def _pull(self) -> bool:
        """Add what has come to the body; return whether that is all of it."""
        assert self._parser is not None
        if self._buffer and self._parser.their_state is h11.SEND_BODY:
            self._feed_parser()
        while True:
            event = self._parse_next()
            if isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > BODY_BYTES_MAX and not self._streams_body:
                    raise too_large()
            elif isinstance(event, h11.EndOfMessage):
                self._buffer[:0] = self._parser.trailing_data[0]
                return True
            else:
                return False

    def _feed_parser(self) -> None:
        """Give the parser what may be body; what is behind it comes back in `_pull`."""
        assert self._parser is not None and self._head is not None
        if self._head.length < 0:
            size = self._chunks.check(self._buffer)
        else:  # and nothing of the requests behind it, which would be copied for each of them
            size = self._body_left
            self._body_left -= min(size, len(self._buffer))
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._parser.receive_data(data)

    def _continue(self) -> SendBytes | Yield | None:
        """Return what there is to do when the body goes on."""
        assert self._parser is not None
        if self._buffer:
            return Yield()
        if self._said_continue or not self._parser.they_are_waiting_for_100_continue:
            return None
        self._said_continue = True
        return SendBytes(self._parser.send(h11.InformationalResponse(status_code=100, headers=[])))

    def _parse_next(self) -> object:
        assert self._parser is not None
        try:
            return self._parser.next_event()
        except h11.RemoteProtocolError:
            raise HttpError(400, "not a well-formed request") from None

    # -- answering ---------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a request was pulled that is not answered yet."""
        return self._request is not None

    def note_guest(self, is_guest: bool, now_ms: int, guest_ms_max: int) -> None:
        """Tell whether the request that was pulled last is a guest's.

        When no user has asked for `guest_ms_max`, its answer is the last.
        """
        if not is_guest:
            self._guest_ms = 0
        elif not self._guest_ms:
            self._guest_ms = now_ms
        elif now_ms - self._guest_ms >= guest_ms_max:
            self._is_last = True

    def encode_response(self, response: HttpResponse, now_ms: int) -> bytes:
        """Return the response to the request that was pulled last."""
        request, parser = self._request, self._parser
        assert request is not None and parser is not None
        if self._is_last:
            response = replace(response, fields={**response.fields, "connection": "close"})
        data = _written(parser, request, response, now_ms)
        self._end()
        return data

    def begin_response(self, response: HttpResponse, length: int, now_ms: int) -> bytes:
        """Return the head of a response whose body comes by `encode_body`, `length` bytes in all.

        To a HEAD request no chunk is sent; `end_response` is called all the same.
        """
        assert self._parser is not None
        self._is_answering = True
        return _head(self._parser, response, {"content-length": str(length)}, now_ms)

    def encode_body(self, data: bytes) -> bytes:
        """Return the next bytes of a response that has begun."""
        assert self._parser is not None
        return self._parser.send(h11.Data(data=data)) or b""

    def end_response(self) -> bytes:
        """Return what ends a response that has begun; the next request may come."""
        assert self._parser is not None
        data = self._parser.send(h11.EndOfMessage()) or b""
        self._end()
        return data

    def _end(self) -> None:
        """Go on with the next request, unless this one was not read to its end, or is the last."""
        parser = self._parser
        assert parser is not None
        self._over = parser.our_state is not h11.DONE or parser.their_state is not h11.DONE
        self._begin()

    def encode_fatal(self, error: ChatError, now_ms: int = 0) -> bytes:
        """Return the answer to what was no request, or to half of one, or to what we failed at.

        By a parser of its own, as nobody knows how far that of the request has come.
        """
        self._over = True
        if self._is_answering:
            return b""
        response = problem(error, now_ms)
        fields = {"content-length": str(len(response.body)), "connection": "close"}
        head = _head(h11.Connection(h11.SERVER), response, fields, None)
        return head if self._gate.is_head else head + response.body

    def encode_bye(self, bye: Bye) -> bytes:
        """HTTP has no place for that, but for why half a request is refused."""
        if self._head is not None or self._gate.has_begun:
            return self.encode_fatal(HttpError(408, bye.reason))
        return b""


def too_large() -> HttpError:
    """Return what a body is refused with that is longer than `BODY_BYTES_MAX`."""
    return HttpError(413, f"the body of a request has at most {size_text(BODY_BYTES_MAX)}")


def _written(
    parser: h11.Connection, request: HttpRequest, response: HttpResponse, now_ms: int
) -> bytes:
    """Return an answer as bytes; the parser knows whether it has a body and ends the line."""
    fields: dict[str, str] = {}
    body = response.body
    if response.gzipped or (len(body) >= GZIP_BYTES_MIN and response.kind.startswith(TEXTUAL)):
        fields["vary"] = "accept-encoding"
        if accepts_gzip(request):
            body = response.gzipped or gzip.compress(body, GZIP_LEVEL, mtime=0)
            fields["content-encoding"] = "gzip"
    if response.status != HTTPStatus.NOT_MODIFIED:  # its length would be the body's
        fields["content-length"] = str(len(body))
    data = _head(parser, response, fields, now_ms)
    if request.method != "HEAD":
        data += parser.send(h11.Data(data=body))
    return data + parser.send(h11.EndOfMessage())


def _head(
    parser: h11.Connection, response: HttpResponse, more: dict[str, str], now_ms: int | None
) -> bytes:
    fields = {"content-type": response.kind, **COMMON, **response.fields, **more}
    if now_ms is not None:
        fields["date"] = formatdate(now_ms // 1000, usegmt=True)
    if parser.their_state is h11.SEND_BODY:
        fields["connection"] = "close"  # what is left of the request is not read
    reason = HTTPStatus(response.status).phrase
    head = h11.Response(status_code=response.status, headers=list(fields.items()), reason=reason)
    return parser.send(head) or b""
