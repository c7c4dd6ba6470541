"""Exchanges: what a request over HTTP asks for, and the answer to it.

Commands of the table are called as `POST /api/v1/<method>`, each with a session of its own that
the token opens; a proxy may carry the requests of many users over one connection. Everything
else has a row in the table of routes.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Protocol

import msgspec

from chatd.config import Settings
from chatd.core.fairness import party_of
from chatd.core.state import State
from chatd.errors import (
    AuthFailed,
    BadRequest,
    ChatError,
    HttpError,
    ProtocolError,
    Unauthenticated,
    UnknownMethod,
)
from chatd.handlers.context import Session
from chatd.handlers.tokens import token_hash
from chatd.http.logins import PendingLogins
from chatd.http.origins import Origins
from chatd.logs import Source
from chatd.net.connection import Connection
from chatd.wire import commands as c
from chatd.wire.http import join_page, openapi, page
from chatd.wire.http.codec import HttpCodec
from chatd.wire.http.message import (
    HTML,
    JSON,
    Answer,
    HttpRequest,
    Piece,
    accepts,
    media_type,
)
from chatd.wire.http.problems import problem
from chatd.wire.json import as_json, read_json

API = openapi.BASE
KEY = re.compile(r'"([!#-~]{1,62})"|([!#-~]{1,64})')
"""An Idempotency-Key, with quotes as its draft has it, or without as most send it."""
FULL_NONCE = re.compile(r"(?:^|,)r=([^,]+)")


class Calls(Protocol):
    """What takes calls to the handlers, and keeps a log of them."""

    def call(self, session: Session, method: str, params: Any) -> c.Result:
        """Return the result, or raise ChatError with nothing changed."""

    def start(self) -> int:
        """Return when a call begins, for `log`."""

    def log(
        self,
        source: Source,
        name: str,
        method: str,
        outcome: str,
        started_ns: int,
        result: c.Result | None = None,
    ) -> None:
        """Write down how a call ended."""


class Caller:
    """The handlers' `Link` of one request: it stays for none of what happens later."""

    def __init__(self, connection: Connection, address: str) -> None:
        self.connection = connection
        self.address = address
        self.number = connection.number

    def queued_seq(self, room: str) -> int:
        return 0

    def follow(self, positions: dict[str, int]) -> None:
        raise AssertionError("to follow makes sense on a live connection only")

    def check_login(self, name: str) -> None:
        """A request is no connection of its user's; see `Service`."""

    def login(self, name: str) -> None:
        """Nothing changes for the connection."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, on which connection, and when."""

    connection: Connection
    request: HttpRequest
    now_ms: int


Respond = Callable[[Asked], Answer | None]
"""Answers a request; None if what it asked for goes on without an answer of this kind."""
Branch = Callable[[str, Asked], Answer | None]
"""The same for many paths, with what is behind their common start."""
Take = Callable[[Connection, Piece], Answer | None]
"""Takes the next piece of a body; the answer comes with the last one, or before."""
Refused = Callable[[str, ChatError, int], None]
"""Hears of a refusal: at what behind the start of a branch, why, and when (ms UTC)."""


@dataclass(frozen=True, slots=True)
class Route:
    """What stands at a path, and by which methods it is asked for."""

    methods: tuple[str, ...]
    respond: Respond


class Exchanges:
    """Answers every request of connections that speak HTTP.

    version: of the server, for the OpenAPI document.
    """

    def __init__(self, calls: Calls, state: State, settings: Settings, version: str) -> None:
        self._calls = calls
        self._state = state
        self.configure(settings)
        self._document, self._page = described(version)
        self._join_page = static(join_page.PAGE.encode(), HTML, page.POLICY)
        self._logins = PendingLogins()
        self._takers: dict[Connection, tuple[str, Take]] = {}
        self._routes: dict[str, Route] = {}
        self._branches: dict[str, tuple[tuple[str, ...], Branch]] = {}
        self._listeners: dict[str, Refused] = {}
        for path in ("/", API, API.rstrip("/")):
            self.add(path, ("GET", "HEAD"), self._reference)
        self.add(API + "openapi.json", ("GET", "HEAD"), self._openapi)
        self.add(join_page.PATH, ("GET", "HEAD"), self._join)
        self.add_branch(API, ("POST",), self._command)

    def configure(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._origins = Origins(settings)

    def add(self, path: str, methods: tuple[str, ...], respond: Respond) -> None:
        """Have requests for a path answered."""
        self._routes[path] = Route(methods, respond)

    def add_branch(self, start: str, methods: tuple[str, ...], respond: Branch) -> None:
        """Have requests answered for all paths that begin like this and have no route."""
        self._branches[start] = (methods, respond)

    def on_refusal(self, start: str, refused: Refused) -> None:
        """Have it told why a request was refused whose path begins like this."""
        self._listeners[start] = refused

    def answer(self, connection: Connection, request: HttpRequest, now_ms: int) -> None:
        """Answer a request, or let a stream begin."""
        asked = Asked(connection, request, now_ms)
        self._answer(connection, request.path, now_ms, partial(self._respond, asked))

    def refuse(self, connection: Connection, error: ChatError, now_ms: int) -> None:
        """Answer a request with an error."""
        codec = connection.codec
        assert isinstance(codec, HttpCodec)
        codec.asked_ms = now_ms
        connection.queue(codec.answer(problem(error, now_ms), now_ms))

    def party_of(self, connection: Connection, request: HttpRequest) -> str:
        """Return for whom a request is: the user of its token, or the address that asks."""
        token = _bearer(request)
        owner = self._state.token_owners.get(token_hash(token)) if token else None
        if owner is not None:
            return owner[0]
        return party_of(self._origins.client_address(connection.address, request))

    def is_shared(self, connection: Connection) -> bool:
        """Whether a connection is a trusted proxy's, and so carries the requests of many."""
        return self._origins.is_proxy(connection.address)

    def take(self, connection: Connection, piece: Piece, now_ms: int) -> None:
        """Hand on the next piece of a body; the answer may come with any of them."""
        path, take = self._takers[connection]
        self._answer(connection, path, now_ms, partial(take, connection, piece))

    def expect(self, asked: Asked, take: Take) -> None:
        """Have the body of the request that is being answered taken by pieces."""
        self._takers[asked.connection] = (asked.request.path, take)

    def forget(self, connection: Connection) -> None:
        """A connection is over."""
        self._takers.pop(connection, None)

    def _answer(
        self,
        connection: Connection,
        path: str,
        now_ms: int,
        respond: Callable[[], Answer | None],
    ) -> None:
        codec = connection.codec
        assert isinstance(codec, HttpCodec)
        codec.asked_ms = now_ms
        try:
            answer = respond()
        except ChatError as error:
            answer = problem(error, now_ms)
            for start, refused in self._listeners.items():
                if path.startswith(start):
                    refused(path.removeprefix(start), error, now_ms)
        if answer is not None:
            self._takers.pop(connection, None)
            connection.queue(codec.answer(answer, now_ms))

    def _respond(self, asked: Asked) -> Answer | None:
        request = asked.request
        self._origins.check_host(request)
        route = self._route(request.path)
        if request.method not in route.methods:
            raise HttpError(405, f"not by {request.method}", allow=", ".join(route.methods))
        return route.respond(asked)

    def _route(self, path: str) -> Route:
        route = self._routes.get(path)
        if route is not None:
            return route
        for start, (methods, respond) in self._branches.items():
            if path.startswith(start):
                return Route(methods, partial(respond, path.removeprefix(start)))
        raise HttpError(404, "there is nothing at this path")

    # -- commands ----------------------------------------------------------------------------

    def _command(self, method: str, asked: Asked) -> Answer:
        def call(session: Session) -> c.Result:
            check_form(asked.request)
            command = _offered(method)
            if openapi.needs_token(command):
                self.enter(session, asked.request)
            return self._called(command, session, asked)

        known = method if method in c.COMMANDS else "?"  # what else is in a path may be a secret
        return Answer(200, as_json(self.logged(known, asked, call)), JSON)

    def logged(self, method: str, asked: Asked, call: Callable[[Session], c.Result]) -> c.Result:
        """Do a call with a session of its own, and write down how it ended."""
        started_ns = self._calls.start()
        caller = Caller(asked.connection, self.address_of(asked))
        session = Session(caller)
        session.phase = c.Phase.GREETED
        try:
            result = call(session)
        except ChatError as error:
            self._calls.log(caller, session.name, method, error.code, started_ns)
            raise
        self._calls.log(caller, session.name, method, "ok", started_ns, result)
        return result

    def _called(self, command: c.Command, session: Session, asked: Asked) -> c.Result:
        params = read_params(command, asked.request)
        if command.params is c.LoginFinish:
            session = self._login_of(params, session, asked.now_ms)
        result = self._counted(command, session, params, asked)
        if isinstance(result, c.Challenge):
            self._remember_login(result, session, asked.now_ms)
        return result

    def _counted(
        self, command: c.Command, session: Session, params: Any, asked: Asked
    ) -> c.Result:
        """Return the result of a call. Those who are not logged in have a handful on each line."""
        before = asked.connection.session
        assert isinstance(before, Session)
        if session.link.address != asked.connection.address:  # a proxy's line is everybody's
            return self._calls.call(session, command.method, params)
        session.tries = before.tries
        try:
            return self._calls.call(session, command.method, params)
        finally:
            before.tries = session.tries

    def enter(self, session: Session, request: HttpRequest) -> None:
        """Log a session in with the token of a request. Raises Unauthenticated, AuthFailed."""
        token = _bearer(request)
        if not token:
            raise Unauthenticated("a device token is needed: Authorization: Bearer <token>")
        self._calls.call(session, "login-token", {"token": token})

    def check_origin(self, request: HttpRequest) -> None:
        """Refuse what a page of another server sends. Raises HttpError."""
        self._origins.check_origin(request)

    def may_read_metrics(self, asked: Asked) -> bool:
        """Whether a request comes from where METRICS_FROM names."""
        return self._origins.may_read_metrics(asked.connection.address, asked.request)

    def address_of(self, asked: Asked) -> str:
        """Return the address of who asks, by what a trusted proxy says of it."""
        return self._origins.client_address(asked.connection.address, asked.request)

    # -- logins, in two requests -------------------------------------------------------------

    def _remember_login(self, challenge: c.Challenge, session: Session, now_ms: int) -> None:
        """Keep a login that has begun, under the nonce that its last message will repeat."""
        found = FULL_NONCE.search(challenge.message)
        assert found
        self._logins.add(found[1], session, now_ms)

    def _login_of(self, params: Any, asking: Session, now_ms: int) -> Session:
        """Return the login that a client-final-message ends. Raises BadRequest, AuthFailed."""
        message = params.get("message") if isinstance(params, dict) else None
        found = FULL_NONCE.search(message) if isinstance(message, str) else None
        if found is None:
            raise BadRequest("login-finish: not a client-final-message")
        session = self._logins.take(found[1], now_ms)
        if session is None:
            raise AuthFailed("no login began with this nonce, or too long ago")
        session.link = asking.link
        return session

    # -- pages about all this ----------------------------------------------------------------

    def _reference(self, asked: Asked) -> Answer:
        check_accepts(asked.request, HTML)
        return self._page

    def _join(self, asked: Asked) -> Answer:
        check_accepts(asked.request, HTML)
        return self._join_page

    def _openapi(self, asked: Asked) -> Answer:
        check_accepts(asked.request, JSON)
        return self._document


@cache
def described(version: str) -> tuple[Answer, Answer]:
    """Return the OpenAPI document and the page made of it.

    Made once for all servers of a process, as it takes longer than all else that a start does.
    """
    document = openapi.document(version)
    as_page = static(page.page(document).encode(), HTML, page.POLICY)
    return static(msgspec.json.encode(document), JSON), as_page


def static(body: bytes, kind: str, policy: str = "") -> Answer:
    """Return an answer that is always the same, and so compressed once only.

    policy: the Content-Security-Policy of a page.
    """
    fields = {"content-security-policy": policy} if policy else {}
    return Answer(200, body, kind, fields, gzip.compress(body, mtime=0))


def check_accepts(request: HttpRequest, kind: str) -> None:
    """Refuse a request that takes no answer of this kind."""
    if not accepts(request, kind):
        raise HttpError(406, f"the answer is {kind}")


def check_form(request: HttpRequest) -> None:
    """Refuse what is no JSON, or is answered in no way that its sender takes."""
    check_accepts(request, JSON)
    check_body(request)
    if media_type(request) != JSON:
        raise HttpError(415, f"the body is {JSON}")


def check_body(request: HttpRequest) -> None:
    """Refuse a body whose length was not told, or that is compressed."""
    if "content-length" not in request.fields and "transfer-encoding" not in request.fields:
        raise HttpError(411, "a body is needed")
    if request.fields.get("content-encoding", "identity").lower() != "identity":
        raise HttpError(415, "the body may not be compressed", accept_encoding="identity")


def _bearer(request: HttpRequest) -> str:
    """Return the device token of a request, "" if there is none."""
    scheme, _, token = request.fields.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def read_params(command: c.Command, request: HttpRequest) -> Any:
    """Return the parameters of a command. Raises BadRequest."""
    try:
        params = read_json(request.body)
    except ProtocolError as error:
        raise BadRequest(f"the body is {error.message}") from None
    if isinstance(params, dict) and openapi.takes_nonce(command):
        add_nonce(params, request)
    return params


def add_nonce(params: dict[str, Any], request: HttpRequest) -> None:
    """Take the Idempotency-Key as the nonce, if there is one. Raises BadRequest."""
    key = request.fields.get("idempotency-key")
    if key is None:
        return
    found = KEY.fullmatch(key)
    if found is None:
        raise BadRequest("the Idempotency-Key has 1 to 64 visible ASCII characters")
    nonce = found[1] or found[2]
    if params.setdefault("nonce", nonce) != nonce:
        raise BadRequest("the Idempotency-Key and the nonce say different things")


def _offered(method: str) -> c.Command:
    command = c.COMMANDS.get(method)
    if command is None:
        raise UnknownMethod(f"there is no method {method[:64]!r}")
    if command.live:
        raise UnknownMethod(f"{method} makes sense on a live connection only: see /ws")
    return command
