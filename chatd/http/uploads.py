"""Uploads: files that come over HTTP, through the commands that files come through anyway.

    POST /api/v1/files?room=general&name=a.bin&caption=…    the body is the file
    POST /api/v1/files                                      the body is a form that ends with it

With `sha256` (64 hexadecimal digits) a file is refused whose bytes are others.
A form may say in its fields what stands in the query here; the file has a name of its own there.
Whether the file may be posted is found out before its first byte is taken, and each chunk is as
durable as any other of an upload. Nobody goes on with what was broken off: it is cancelled. Who
repeats a request under the same Idempotency-Key has the file compared, and it is kept nowhere.
"""

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from chatd.calls import Calls
from chatd.config import Settings
from chatd.core.idempotency import IdempotencyRecord
from chatd.core.state import State
from chatd.core.timers import TimerWheel
from chatd.errors import BadRequest, ChatError
from chatd.handlers.files import SentFile, check_file_size
from chatd.handlers.posting import check_new_nonce, record_of, replayed_result
from chatd.http.api import Expect, Route, check_accepts, check_body
from chatd.http.api_session import ApiSession
from chatd.http.commands import add_nonce
from chatd.http.sessions import HttpExchange, HttpSessions
from chatd.net.connection import Connection
from chatd.wire import commands as c
from chatd.wire.file_names import fault_of, harmless
from chatd.wire.http.attachment import file_path
from chatd.wire.http.form import BESIDE_BYTES_MAX, Form
from chatd.wire.http.message import JSON, BodyChunk, HttpResponse, media_type
from chatd.wire.http.openapi import BASE
from chatd.wire.http.query import read_query
from chatd.wire.json import as_json

BROKEN_OFF = "broken-off"
"""The kind of timer that cancels an upload: what it writes belongs to no end of a line."""
PARAMETERS = frozenset({"room", "name", "caption", "sha256"})
"""What is told of a file, in the query or in the form."""

SHA256 = re.compile(r"[0-9a-f]{64}")

Params = dict[str, Any]


class File(Protocol):
    """Where the bytes of a file go."""

    def take(self, data: bytes) -> None:
        """Take the next bytes, as many as a chunk may have. Raises ChatError."""

    def finish(self) -> c.Posted:
        """All have come: return where the file is. Raises ChatError."""

    def drop(self) -> None:
        """The rest does not come. Raises ChatError."""


class NewFile:
    """A file that is to be posted; see `FileHandlers`."""

    def __init__(self, session: ApiSession, told: Params, nonce: str | None) -> None:
        self._session = session
        self._nonce = nonce
        self._number = session.call(c.Upload, told).upload
        self._offset = 0

    def take(self, data: bytes) -> None:
        chunk = {"upload": self._number, "offset": self._offset, "data": data}
        self._session.call(c.UploadChunk, chunk)
        self._offset += len(data)

    def finish(self) -> c.Posted:
        finish = {"upload": self._number, "nonce": self._nonce}
        return self._session.call(c.UploadFinish, finish)

    def drop(self) -> None:
        self._session.call_anyway(c.UploadCancel, {"upload": self._number})


class SameFile:
    """A file whose nonce is known: if it is the same again, it has been posted."""

    def __init__(self, record: IdempotencyRecord, told: Params, nonce: str, size_max: int) -> None:
        self._record = record
        self._told = told
        self._nonce = nonce
        self._size_max = size_max
        self._size = 0
        self._hash = hashlib.sha256()

    def take(self, data: bytes) -> None:
        self._size += len(data)
        check_file_size(self._size, self._size_max)
        self._hash.update(data)

    def finish(self) -> c.Posted:
        room, name, caption = (self._told.get(key, "") for key in ("room", "name", "caption"))
        sent = SentFile(room, name, caption, self._hash.digest(), self._nonce)
        return replayed_result(self._record, sent)

    def drop(self) -> None:
        """Nothing was kept."""


class Upload:
    """A request that brings a file. form: None if the file is all of its body.

    told: what is known of the file; by the query, and then by the form.
    """

    def __init__(
        self,
        session: ApiSession,
        told: Params,
        open: Callable[[Params], File],
        form: Form | None,
    ) -> None:
        """Raises ChatError if the file is not wanted."""
        self.session = session
        self.told = told
        self._open = open
        self._form = form
        self._file: File | None = None
        self._sha256 = hashlib.sha256()
        self._announced: str | None = None
        if form is None:
            self._begin()

    def _begin(self) -> None:
        """Let the bytes of the file come."""
        for name in self.told.keys() - PARAMETERS:
            raise BadRequest(f"a file has room, name, caption and sha256, and no {name[:64]!r}")
        self._announced = self.told.pop("sha256", None)
        if self._announced is not None and not SHA256.fullmatch(self._announced):
            raise BadRequest("the sha256 has 64 hexadecimal digits")
        name = self.told.get("name", "")
        if not fault_of(name):  # else it is refused, and told why
            self.told = {**self.told, "name": harmless(name)}
        self._file = self._open(self.told)

    def take(self, chunk: BodyChunk) -> c.Posted | None:
        """Take the next chunk of the body; return where the file is if it is whole."""
        data = chunk.data if self._form is None else self._file_bytes(self._form, chunk)
        if self._file is None:
            return None  # the form has not come to it
        if data:
            self._file.take(data)
            if self._announced is not None:
                self._sha256.update(data)
        if not chunk.is_last:
            return None
        if self._announced not in (None, self._sha256.hexdigest()):
            raise BadRequest("the bytes don't match the announced sha256; send the file again")
        return self._file.finish()

    def _file_bytes(self, form: Form, chunk: BodyChunk) -> bytes:
        """Return what of a chunk is the file's, and begin with that when all is told of it."""
        data = form.feed(chunk.data) if chunk.data else b""
        if chunk.is_last:
            form.end()
        if self._file is None and form.file_name is not None:
            for name in form.fields.keys() & self.told.keys():
                raise BadRequest(f"{name[:64]!r} stands in the query and in the form")
            self.told = {"name": form.file_name, **self.told, **form.fields}
            self._begin()
        return data

    def drop(self) -> None:
        """The rest does not come: keep nothing."""
        if self._file is not None:
            with suppress(ChatError):  # the disk may be full: then it goes when its time is over
                self._file.drop()


class Uploads:
    """Takes the chunks of what is uploaded."""

    def __init__(
        self,
        sessions: HttpSessions,
        calls: Calls,
        state: State,
        wheel: TimerWheel,
        settings: Settings,
    ) -> None:
        self._sessions = sessions
        self._calls = calls
        self._state = state
        self._wheel = wheel
        self._running: dict[Connection, Upload] = {}
        self._broken_off: dict[int, Upload] = {}
        self.configure(settings)

    def routes(self) -> list[Route]:
        """Return what stands at which paths."""
        return [Route(BASE + "files", ("POST",), self._begin)]

    def timers(self) -> dict[str, Callable[[int, int], None]]:
        """Return what timers call, by their kind."""
        return {BROKEN_OFF: self._cancel}

    def configure(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._file_bytes_max = settings.max_file_size_bytes

    # -- what comes --------------------------------------------------------------------------

    def _begin(self, exchange: HttpExchange) -> Expect:
        session = ApiSession(self._sessions, self._calls, exchange, "upload")
        try:
            self._running[exchange.connection] = self._begun(session)
        except ChatError as error:
            session.log(error.code)
            raise
        return Expect(self._take)

    def _begun(self, session: ApiSession) -> Upload:
        """Return the upload that a request begins, as far as its head tells. Raises ChatError."""
        request = session.exchange.request
        check_accepts(request, JSON)
        check_body(request)
        session.enter()
        keys: Params = {}
        add_nonce(keys, request)
        length = request.fields.get("content-length")
        size = None if length is None else int(length)
        form: Form | None = None
        if media_type(request).startswith("multipart/"):
            form = Form(request)
            check_file_size((size or 0) - BESIDE_BYTES_MAX, self._file_bytes_max)
            size = None
        open = partial(self._open, session, keys.get("nonce"), size)
        return Upload(session, read_query(request.query, PARAMETERS), open, form)

    def _open(self, session: ApiSession, nonce: str | None, size: int | None, told: Params) -> File:
        """Return where the bytes of a file go. Raises ChatError if it is not wanted."""
        user = self._state.users[session.name]
        record = None if nonce is None else record_of(user, nonce, session.exchange.now_ms)
        if nonce is None or record is None:
            if nonce is not None:
                check_new_nonce(user, session.exchange.now_ms)  # before all of it has come
            return NewFile(session, {**told, "size": size}, nonce)
        check_file_size(size or 0, self._file_bytes_max)
        return SameFile(record, told, nonce, self._file_bytes_max)

    def _take(self, connection: Connection, chunk: BodyChunk) -> HttpResponse | None:
        upload = self._running[connection]
        try:
            posted = upload.take(chunk)
        except ChatError as error:
            del self._running[connection]
            upload.drop()
            upload.session.log(error.code)
            raise
        if posted is None:
            return None
        del self._running[connection]
        upload.session.log("ok", posted)
        location = file_path(posted.room, posted.seq, upload.told["name"])
        return HttpResponse(201, as_json(posted), JSON, {"location": location})

    # -- what does not -----------------------------------------------------------------------

    def forget(self, connection: Connection) -> None:
        """A connection has closed; its upload, if it has one, is cancelled by a timer."""
        upload = self._running.pop(connection, None)
        if upload is not None:
            self._broken_off[connection.number] = upload
            at_once_ms = upload.session.exchange.now_ms
            self._wheel.set(BROKEN_OFF, connection.number, at_once_ms)

    def _cancel(self, number: int, now_ms: int) -> None:
        """Cancel the upload of the connection `number`, which is over."""
        upload = self._broken_off.pop(number)
        upload.drop()
        upload.session.log("ok")
