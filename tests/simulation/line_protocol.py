"""A protocol of text lines, for tests: one more row of the table, made by a codec and a front.

    login <token>       ok: alice               or: error: auth_failed …
    say hello           ok: general#7
                        alice general#7 hello   what others get
                        you general#7 hello     what the author's own connections get
    quit

Its bytes depend on the reader, so each user has a view of the entries.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from chatd.app import App
from chatd.calls import Calls
from chatd.errors import ChatError, ProtocolError, UnknownMethod
from chatd.handlers.context import Session
from chatd.net.connection import Connection
from chatd.net.liveness import Pings
from chatd.net.protocol import Opening, ProtocolRow, handle_transport
from chatd.wire import commands as c
from chatd.wire.codec import Close, TransportEvent
from chatd.wire.entries import Message, decode_entry

LINE_BYTES_MAX = 512
LOWER_CASE = range(0x61, 0x7B)


class Line(NamedTuple):
    """A line without its end: a word and what comes after it."""

    word: str
    rest: str


class LineCodec:
    """Lines of UTF-8, in and out."""

    sends_event_ids = False

    def __init__(self) -> None:
        self._buffer = b""
        self._reader = ""

    @property
    def pusher(self) -> "LineCodec":
        return self

    @property
    def view(self) -> Hashable:
        return "lines", self._reader

    @property
    def buffered_bytes(self) -> int:
        return len(self._buffer)

    def log_in(self, name: str) -> None:
        self._reader = name

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next_event(self) -> Line | TransportEvent | None:
        line, end, rest = self._buffer.partition(b"\n")
        if len(line) > LINE_BYTES_MAX:
            raise ProtocolError(f"a line has at most {LINE_BYTES_MAX} bytes")
        if not end:
            return None
        self._buffer = rest
        word, _, rest_of_line = line.decode(errors="replace").strip().partition(" ")
        return Close() if word == "quit" else Line(word, rest_of_line)

    def encode_ok(self, text: str) -> bytes:
        """Return the answer to a line that was done."""
        return f"ok: {text}\n".encode()

    def encode_error(self, error: ChatError) -> bytes:
        """Return the answer to a line that was refused."""
        return f"error: {error.code} {error.message}\n".encode()

    def encode_fatal(self, error: ChatError, now_ms: int = 0) -> bytes:
        return b"fatal " + self.encode_error(error)

    def encode_bye(self, bye: c.Bye) -> bytes:
        return f"bye: {bye.reason}\n".encode()

    def encode_notice(self, notice: c.Notice) -> bytes:
        return b"ping\n" if isinstance(notice, c.PingNotice) else b""

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        return b"".join(map(self._entry, frames))

    def encode_event_id(self, token: str) -> bytes:
        return b""

    def _entry(self, frame: bytes) -> bytes:
        entry = decode_entry(frame)
        if not isinstance(entry, Message):
            return b""
        author = "you" if entry.author == self._reader else entry.author
        return f"{author} {entry.room}#{entry.seq} {entry.text}\n".encode()


class LineFront:
    """Calls the handlers for each line."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def handle(
        self, connection: Connection, event: Line | TransportEvent, now_ms: int, began_ns: int
    ) -> bool:
        if not isinstance(event, Line):
            handle_transport(connection, event)
            return False
        codec: LineCodec = connection.codec
        session: Session = connection.session
        try:
            answer = self._answer(session, event)
        except ChatError as error:
            connection.enqueue(codec.encode_error(error))
            self._calls.log(connection, session.name, event.word, error.code, began_ns)
        else:
            connection.enqueue(codec.encode_ok(answer))
            self._calls.log(connection, session.name, event.word, "ok", began_ns)
        return False

    def _answer(self, session: Session, line: Line) -> str:
        match line.word:
            case "login":
                self._calls.call(session, "hello", {"version": 1, "client": "lines"})
                self._calls.call(session, "login-token", {"token": line.rest})
                self._calls.call(session, "sync", {})
                return session.name
            case "say":
                posted = self._calls.call(session, "send", {"text": line.rest})
                assert isinstance(posted, c.Posted)
                return f"{posted.room}#{posted.seq}"
            case "pong":
                return "still here"
            case word:
                raise UnknownMethod(f"there is no {word}")


class LineApp(App):
    """A server that speaks lines, too."""

    def protocols(self) -> list[ProtocolRow]:
        opening = Opening(
            LOWER_CASE.__contains__, LineCodec, lambda: ProtocolError("this server speaks TLS only")
        )
        lines = ProtocolRow("lines", LineFront(self.calls), Pings(), opening)
        return [lines, *super().protocols()]
