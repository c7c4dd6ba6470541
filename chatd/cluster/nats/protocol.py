"""The NATS client protocol: bytes of a server to events, and what a client says to bytes.

    server  INFO {…} · MSG <subject> <sid> [reply] <bytes> · HMSG … <header bytes> <bytes>
            PING · PONG · +OK · -ERR '<reason>'
    client  CONNECT {…} · PUB <subject> [reply] <bytes> · HPUB … <header bytes> <bytes>
            SUB <subject> <sid> · UNSUB <sid> [maximum] · PING · PONG

A line ends with CR LF, and a payload too. Source: docs.nats.io, "Client Protocol", and ADR-4 for
headers.
"""

import msgspec

from chatd.cluster.nats.headers import NO_HEADERS, Headers, decode_headers
from chatd.errors import EngineProtocolError

LINE_END = b"\r\n"
PING = b"PING\r\n"
PONG = b"PONG\r\n"

LINE_BYTES_MAX = 32 * 1024
"""An INFO names all servers of a cluster; every other line is far below that."""
PAYLOAD_BYTES_MAX = 8 * 1024 * 1024
"""What a server may say that it takes: eight times what it takes unless told otherwise."""
HEADERS_BYTES_MAX = 64 * 1024
"""By how much a message may be longer than a publisher's: a server adds headers of its own."""
NUMBER_DIGITS_MAX = 9


class Info(msgspec.Struct, frozen=True):
    """What a server says of itself, at the beginning and when it changes.

    tls_required: encryption follows this, before anything else.
    """

    server_id: str
    server_name: str
    version: str
    max_payload: int
    headers: bool = False
    jetstream: bool = False
    auth_required: bool = False
    tls_required: bool = False
    tls_available: bool = False
    client_id: int = 0
    cluster: str = ""


class Message(msgspec.Struct, frozen=True):
    """A message for the subscription `sid`. reply: where an answer is expected; "" if nowhere."""

    sid: int
    subject: str
    reply: str
    headers: Headers
    payload: bytes


class Ping(msgspec.Struct, frozen=True):
    """The server wants a `PONG`."""


class Pong(msgspec.Struct, frozen=True):
    """All that was sent before our `PING` has been taken."""


class Ok(msgspec.Struct, frozen=True):
    """The server took something; only a verbose one says so."""


class Err(msgspec.Struct, frozen=True):
    """The server did not take something; mostly it hangs up then."""

    reason: str


Event = Info | Message | Ping | Pong | Ok | Err


class _Head(msgspec.Struct, frozen=True):
    """The line before a message that has not come whole."""

    sid: int
    subject: str
    reply: str
    header_bytes: int
    total_bytes: int


class Decoder:
    """Bytes of a server to events.

    What is wrong once stays wrong: where the next line would begin is unknown.
    """

    def __init__(self) -> None:
        self.payload_bytes_max = PAYLOAD_BYTES_MAX
        self._buffer = bytearray()
        self._start = 0  # where in it the line or the message under way begins
        self._searched = 0  # no line ends before this place
        self._head: _Head | None = None
        self._error: EngineProtocolError | None = None

    @property
    def buffered_bytes(self) -> int:
        """Bytes that were fed and not pulled yet."""
        return len(self._buffer) - self._start

    def feed(self, data: bytes) -> None:
        """Take bytes of the server."""
        del self._buffer[: self._start]
        self._searched -= self._start
        self._start = 0
        self._buffer += data

    def next_event(self) -> Event | None:
        """Return the next event, None until more bytes come. Raises EngineProtocolError."""
        if self._error is not None:
            raise self._error
        try:
            if self._head is None:
                line = self._next_line()
                if line is None:
                    return None
                event = self._read(line)
                if event is not None:
                    return event
            return self._message()
        except EngineProtocolError as error:
            self._error = error
            raise

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(LINE_END, max(self._start, self._searched))
        length = (len(self._buffer) if end < 0 else end) - self._start
        if length > LINE_BYTES_MAX:
            raise EngineProtocolError(f"a line of more than {LINE_BYTES_MAX} bytes")
        if end < 0:
            self._searched = max(self._start, len(self._buffer) - 1)  # it may end with the CR
            return None
        line = bytes(memoryview(self._buffer)[self._start : end])
        self._start = self._searched = end + len(LINE_END)
        return line

    def _read(self, line: bytes) -> Event | None:
        """Return what a line says, None if it opens a message."""
        word, _, rest = line.partition(b" ")
        match word.upper():
            case b"MSG":
                self._head = self._head_of(rest, numbers=1)
                return None
            case b"HMSG":
                self._head = self._head_of(rest, numbers=2)
                return None
            case b"PING":
                return Ping()
            case b"PONG":
                return Pong()
            case b"+OK":
                return Ok()
            case b"-ERR":
                return Err(_text(rest.strip().strip(b"'")))
            case b"INFO":
                return _info(rest)
        raise EngineProtocolError(f"no line of a server: {line[:32]!r}")

    def _head_of(self, rest: bytes, numbers: int) -> _Head:
        """numbers: how many end the line: the bytes of all, and before that of its headers."""
        words = rest.split()
        if len(words) not in (2 + numbers, 3 + numbers):
            raise EngineProtocolError(f"no line before a message: {rest[:32]!r}")
        total = _number(words[-1])
        headers = _number(words[-2]) if numbers == 2 else 0
        if headers > total:
            raise EngineProtocolError(f"{headers} bytes of headers in a message of {total}")
        if total > self.payload_bytes_max + HEADERS_BYTES_MAX:
            raise EngineProtocolError(
                f"a message of {total} bytes, at most {self.payload_bytes_max} and its headers"
            )
        reply = _text(words[2]) if len(words) == 3 + numbers else ""
        return _Head(_number(words[1]), _text(words[0]), reply, headers, total)

    def _message(self) -> Message | None:
        """Return the message under way, None if it has not come whole."""
        head = self._head
        assert head is not None
        end = self._start + head.total_bytes
        if len(self._buffer) < end + len(LINE_END):
            return None
        with memoryview(self._buffer) as view:
            if view[end : end + len(LINE_END)] != LINE_END:
                raise EngineProtocolError("a message is longer or shorter than its line says")
            body = self._start + head.header_bytes
            block, payload = bytes(view[self._start : body]), bytes(view[body:end])
        self._start = self._searched = end + len(LINE_END)
        self._head = None
        headers = decode_headers(block) if block else NO_HEADERS
        return Message(head.sid, head.subject, head.reply, headers, payload)


def _info(text: bytes) -> Info:
    try:
        info = msgspec.json.decode(text, type=Info)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EngineProtocolError("no INFO that we understand") from None
    if not 0 < info.max_payload <= 2**31:
        raise EngineProtocolError(f"a server that takes {info.max_payload} bytes")
    return info


def _number(word: bytes) -> int:
    if len(word) > NUMBER_DIGITS_MAX or not word.isdigit():
        raise EngineProtocolError(f"no number: {word[:32]!r}")
    return int(word)


def _text(word: bytes) -> str:
    try:
        return word.decode()
    except UnicodeDecodeError:
        raise EngineProtocolError(f"not UTF-8: {word[:32]!r}") from None


# -- what a client says ----------------------------------------------------------------------


class Connect(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who we are, and how we want to be spoken to. Either a token, or a user and a password."""

    name: str
    version: str
    auth_token: str = ""
    user: str = ""
    password: str = msgspec.field(default="", name="pass")


def encode_connect(connect: Connect) -> bytes:
    """Return the first line of a client."""
    how = {
        "verbose": False,
        "pedantic": False,
        "lang": "python",
        "protocol": 1,
        "headers": True,
        "no_responders": True,
        "echo": True,
    }
    told = msgspec.json.encode(how | msgspec.to_builtins(connect))
    return b"CONNECT " + told + LINE_END


def encode_publish(subject: str, payload: bytes, reply: str = "", block: bytes = b"") -> bytes:
    """Return a message to a subject. block: of headers."""
    to = f"{_subject(subject)} {_subject(reply)}" if reply else _subject(subject)
    if block:
        head = f"HPUB {to} {len(block)} {len(block) + len(payload)}\r\n"
    else:
        head = f"PUB {to} {len(payload)}\r\n"
    return b"".join((head.encode(), block, payload, LINE_END))


def encode_subscribe(subject: str, sid: int) -> bytes:
    """Return what asks for the messages of a subject, which may have wildcards."""
    return f"SUB {_subject(subject)} {sid}\r\n".encode()


def encode_unsubscribe(sid: int) -> bytes:
    """Return what asks for no more of a subscription."""
    return f"UNSUB {sid}\r\n".encode()


def _subject(text: str) -> str:
    assert text and text.isprintable() and " " not in text, text
    return text
