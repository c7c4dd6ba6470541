"""Downloads: files over HTTP, a chunk at a time, as fast as who asked takes them.

    GET /files/<room>/<seq>/<name>    the bytes of an entry's file, or a range of them
    GET /f/<capability>/<name>        the same by a link that was asked for, without a token

Each chunk is read when the one before has left, by the command that fetches files anyway, so
the right to see the file is checked each time, and a slow reader holds no memory. What a user may
not see is answered like what does not exist.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from chatd.calls import Calls
from chatd.config import Settings
from chatd.core.budget import Budget
from chatd.core.fairness import FairQueue
from chatd.core.file_links import FileLinks
from chatd.errors import BadRequest, ChatError, NotFound
from chatd.http.api import Branch, UnderWay
from chatd.http.api_session import ApiSession, LinkedSession
from chatd.http.sessions import HttpExchange, HttpSessions
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.wire import commands as c
from chatd.wire.entries import File, read_entry
from chatd.wire.http.attachment import FILES, LINKS, disposition
from chatd.wire.http.codec import HttpCodec
from chatd.wire.http.message import HttpResponse
from chatd.wire.http.ranges import content_range, is_known, range_of
from chatd.wire.media_types import BINARY, INLINE

SEQ = re.compile(r"[1-9][0-9]{0,14}")
NOTHING = "there is no file at this path"
WAITING_BYTES_MAX = c.CHUNK_BYTES_MAX
"""A connection with more than this to take yet gets no further chunk."""
POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of what somebody has put here: it may do nothing."""


@dataclass(slots=True)
class Download:
    """A file on its way to who asked. next: where to go on; end: where to stop, both in bytes."""

    session: ApiSession
    place: dict[str, Any]
    next: int
    end: int

    def next_chunk(self) -> bytes:
        """Return the next bytes. Raises ChatError."""
        chunk = self.session.call(c.Download, {**self.place, "offset": self.next})
        data = chunk.data[: self.end - self.next]
        self.next += len(data)
        return data


class Downloads:
    """Lets downloads begin, and passes on what is under way."""

    def __init__(
        self,
        sessions: HttpSessions,
        calls: Calls,
        links: FileLinks,
        boundary: ErrorBoundary,
        budget: Budget,
        settings: Settings,
    ) -> None:
        self._sessions = sessions
        self._calls = calls
        self._links = links
        self._boundary = boundary
        self._budget = budget
        self._tick_bytes_max = settings.tick_bytes_max
        self._running: dict[Connection, Download] = {}
        self._waiting: FairQueue[Connection] = FairQueue()  # of those, who wait for a chunk

    def routes(self) -> list[Branch]:
        """Return what stands at which paths."""
        methods = ("GET", "HEAD")
        return [Branch(FILES, methods, self._by_token), Branch(LINKS, methods, self._by_link)]

    def _by_token(self, path: str, exchange: HttpExchange) -> UnderWay | None:
        session = ApiSession(self._sessions, self._calls, exchange, "download")

        def find() -> File:
            session.enter()
            try:
                room, seq, name = (unquote(part, errors="strict") for part in path.split("/"))
                around = int(seq) if SEQ.fullmatch(seq) else -1
                file = _file_at(session, room, around)
            except (ValueError, BadRequest, NotFound):
                raise NotFound(NOTHING) from None
            if (str(file.seq), file.name) != (seq, name):
                raise NotFound(NOTHING)
            return file

        return self._begin(session, find)

    def _by_link(self, path: str, exchange: HttpExchange) -> UnderWay | None:
        capability, _, name = path.partition("/")
        session = LinkedSession(self._sessions, self._calls, exchange, self._links, capability)

        def find() -> File:
            link = session.link()
            file = _file_at(session, link.room, link.seq)
            if quote(file.name, safe="") != name:
                raise NotFound(NOTHING)
            return file

        return self._begin(session, find, is_link=True)

    def _begin(
        self, session: ApiSession, find: Callable[[], File], is_link: bool = False
    ) -> UnderWay | None:
        try:
            outcome = self._begun(session, find(), is_link)
        except ChatError as error:
            session.log(error.code)
            raise
        session.log("ok")
        return outcome

    def _begun(self, session: ApiSession, file: File, is_link: bool) -> UnderWay | None:
        """Queue the head of the answer, and the first chunk. Raises ChatError, HttpError."""
        request = session.exchange.request
        tag = f'"{file.sha256}"'
        is_inline = is_link and file.media_type in INLINE
        kind = file.media_type if is_inline else BINARY
        fields = {
            "accept-ranges": "bytes",
            "cache-control": "private, no-cache",  # kept, and asked for anew each time
            "content-disposition": disposition(file.name, "inline" if is_inline else "attachment"),
            "content-security-policy": POLICY,
            "cross-origin-resource-policy": "same-origin",
            "etag": tag,
        }
        connection, now_ms = session.exchange.connection, session.exchange.now_ms
        codec: HttpCodec = connection.codec
        if is_known(request.fields, tag):
            connection.enqueue(
                codec.begin_response(HttpResponse(304, b"", kind, fields), file.size, now_ms)
            )
            connection.enqueue(codec.end_response())
            return None
        part = range_of(request.fields, tag, file.size) if request.method == "GET" else None
        if part is not None:
            fields["content-range"] = content_range(part, file.size)
        status, part = (200, range(file.size)) if part is None else (206, part)
        place = {"room": file.room, "seq": file.seq}
        download = Download(session, place, part.start, part.stop)
        first = download.next_chunk()  # before anything is said: it may be gone from the disk
        connection.enqueue(
            codec.begin_response(HttpResponse(status, b"", kind, fields), len(part), now_ms)
        )
        if request.method == "HEAD":
            connection.enqueue(codec.end_response())
            return None
        connection.enqueue(codec.encode_body(first))
        self._running[connection] = download
        return UnderWay()

    # -- what is under way -------------------------------------------------------------------

    @property
    def has_work(self) -> bool:
        """Whether a chunk could be passed on right now."""
        return any(not connection.queued_bytes for connection in self._running)

    def pass_on(self, now_ms: int) -> list[Connection]:
        """Queue a chunk to each of those who have taken the one before, by turns.

        Return those whose answers are whole now: the next request may come.
        """
        left = self._tick_bytes_max
        whole: list[Connection] = []
        for connection, download in self._running.items():
            if connection.queued_bytes < WAITING_BYTES_MAX:
                self._waiting.add(download.session.name, connection)
        for connection in self._waiting.turns():
            download = self._running[connection]
            if connection.takes_nothing:
                self._boundary.run(connection, connection.abort)
            elif download.next < download.end:
                left -= c.CHUNK_BYTES_MAX
                self._boundary.run(connection, self._go_on, connection, download)
            elif not connection.queued_bytes:
                if self._boundary.run(connection, self._end, connection, now_ms):
                    whole.append(connection)
            if left <= 0 or self._budget.is_spent:
                break
        return whole

    def _go_on(self, connection: Connection, download: Download) -> None:
        """Queue the next chunk; the connection comes last in the next tick."""
        del self._running[connection]
        try:
            data = download.next_chunk()
        except ChatError as error:
            download.session.log(error.code)
            connection.close_gracefully()  # shorter than announced, so the client can tell
            return
        codec: HttpCodec = connection.codec
        connection.enqueue(codec.encode_body(data))
        self._running[connection] = download

    def _end(self, connection: Connection, now_ms: int) -> bool:
        """All has been taken."""
        del self._running[connection]
        codec: HttpCodec = connection.codec
        connection.enqueue(codec.end_response())
        codec.active_ms = now_ms
        self._sessions.end_exchange(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """A connection has closed."""
        self._running.pop(connection, None)
        self._waiting.discard(connection)


def _file_at(session: ApiSession, room: str, seq: int) -> File:
    """Return the entry of a file that a user sees. Raises NotFound, BadRequest."""
    page = session.call(c.History, {"room": room, "around": seq, "limit": 1})
    entry = read_entry(page.entries[0]) if page.entries else None
    if not isinstance(entry, File) or entry.seq != seq or entry.deleted:
        raise NotFound(NOTHING)
    return entry
