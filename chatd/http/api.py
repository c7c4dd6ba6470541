"""The API over HTTP: a table of what stands at which path, and the response to each request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chatd.errors import ChatError, HttpError
from chatd.http.sessions import HttpExchange, HttpSessions
from chatd.net.connection import Connection
from chatd.net.protocol import handle_transport
from chatd.wire.http.codec import HttpCodec
from chatd.wire.http.message import (
    JSON,
    BodyChunk,
    HttpRequest,
    HttpResponse,
    accepts,
    media_type,
)
from chatd.wire.http.problems import problem

Take = Callable[[Connection, BodyChunk], HttpResponse | None]
"""Takes the next chunk of a body; the answer comes with the last one, or before."""


@dataclass(frozen=True, slots=True)
class Expect:
    """The body of the request is taken in chunks."""

    take: Take


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The answer has begun; the next request waits until it is whole."""


Outcome = HttpResponse | Expect | UnderWay | None
"""What comes of a request; None if what it asked for goes on without an answer of this kind."""
Respond = Callable[[HttpExchange], Outcome]
RespondBelow = Callable[[str, HttpExchange], Outcome]
"""The same for many paths, with what is behind their common start."""
Refused = Callable[[str, ChatError, int], None]
"""Hears of a refusal: at what behind the start of a branch, why, and when (ms UTC)."""


@dataclass(frozen=True, slots=True)
class Route:
    """What stands at a path, and by which methods it is asked for."""

    path: str
    methods: tuple[str, ...]
    respond: Respond


@dataclass(frozen=True, slots=True)
class Branch:
    """What stands at all paths that begin like this and have no route.

    refused: what is called when a request for one of them was refused.
    """

    start: str
    methods: tuple[str, ...]
    respond: RespondBelow
    refused: Refused | None = None


class HttpApi:
    """Answers every request of connections that speak HTTP."""

    def __init__(self, sessions: HttpSessions, routes: Iterable[Route | Branch]) -> None:
        self._sessions = sessions
        self._takers: dict[Connection, tuple[str, Take]] = {}
        self._routes: dict[str, Route] = {}
        self._branches: list[Branch] = []
        for route in routes:
            if isinstance(route, Branch):
                self._branches.append(route)
            else:
                assert route.path not in self._routes, route.path
                self._routes[route.path] = route

    # -- whose requests are ------------------------------------------------------------------

    def party_of(self, connection: Connection, event: Any, now_ms: int) -> str:
        """Return for whom a request is done; what follows it is for the same."""
        if isinstance(event, HttpRequest):
            return self._sessions.party_of(connection, event, now_ms)
        return connection.party

    def is_shared(self, connection: Connection) -> bool:
        """Whether the requests of a connection are those of many."""
        return self._sessions.is_shared(connection)

    # -- requests ----------------------------------------------------------------------------

    def handle(self, connection: Connection, event: Any, now_ms: int, began_ns: int) -> bool:
        """Respond to a request, or let a stream begin; return whether the response is under way."""
        codec: HttpCodec = connection.codec
        under_way = False
        match event:
            case HttpRequest():
                respond = partial(self._respond, HttpExchange(connection, event, now_ms))
                under_way = self._run(connection, event.path, now_ms, respond)
            case BodyChunk():
                path, take = self._takers[connection]
                self._run(connection, path, now_ms, partial(take, connection, event))
            case _:
                handle_transport(connection, event)
                return False
        if connection.codec is codec and not codec.is_busy:
            self._sessions.end_exchange(connection)
        return under_way

    def refuse(self, connection: Connection, error: ChatError, now_ms: int) -> None:
        """Answer a request with an error."""
        codec: HttpCodec = connection.codec
        codec.active_ms = now_ms
        connection.enqueue(codec.encode_response(problem(error, now_ms), now_ms))

    def forget(self, connection: Connection) -> None:
        """A connection has closed."""
        self._takers.pop(connection, None)

    def _run(
        self, connection: Connection, path: str, now_ms: int, respond: Callable[[], Outcome]
    ) -> bool:
        codec: HttpCodec = connection.codec
        codec.active_ms = now_ms
        outcome: Outcome
        try:
            outcome = respond()
        except ChatError as error:
            outcome = problem(error, now_ms)
            self._tell_refusal(path, error, now_ms)
        if isinstance(outcome, HttpResponse):
            self._takers.pop(connection, None)
            connection.enqueue(codec.encode_response(outcome, now_ms))
        elif isinstance(outcome, Expect):
            self._takers[connection] = (path, outcome.take)
        return isinstance(outcome, UnderWay)

    def _tell_refusal(self, path: str, error: ChatError, now_ms: int) -> None:
        for branch in self._branches:
            if branch.refused is not None and path.startswith(branch.start):
                branch.refused(path.removeprefix(branch.start), error, now_ms)

    def _respond(self, exchange: HttpExchange) -> Outcome:
        request = exchange.request
        self._sessions.check_host(request)
        methods, respond = self._found(request.path)
        if request.method not in methods:
            allowed = ", ".join(methods)
            raise HttpError(405, f"{request.method} is not allowed; use {allowed}", allow=allowed)
        return respond(exchange)

    def _found(self, path: str) -> tuple[tuple[str, ...], Respond]:
        route = self._routes.get(path)
        if route is not None:
            return route.methods, route.respond
        for branch in self._branches:
            if path.startswith(branch.start):
                return branch.methods, partial(branch.respond, path.removeprefix(branch.start))
        raise HttpError(404, "there is nothing at this path")


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
