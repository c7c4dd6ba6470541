"""Streams: how a connection that speaks HTTP becomes a live one.

    GET /api/v1/events[?start=]       entries as they happen, for as long as one listens
    GET /ws                           everything that framed msgpack does, by messages

From then on it is a connection like any other: it has positions, falls behind and catches up.
"""

from chatd.calls import Calls
from chatd.core.resume_token import parse_resume_token, position_at
from chatd.core.state import State
from chatd.errors import BadRequest, ChatError
from chatd.handlers.context import Link, Session
from chatd.http.api import Route, check_accepts
from chatd.http.sessions import HttpExchange, HttpSessions, RequestLink
from chatd.net.protocol import ProtocolRow
from chatd.wire import commands as c
from chatd.wire.event_stream import HEAD, KIND, EventStreamCodec
from chatd.wire.http.codec import HttpCodec
from chatd.wire.http.message import HttpRequest, HttpResponse
from chatd.wire.http.openapi_events import PATH
from chatd.wire.http.problems import problem
from chatd.wire.http.query import read_query
from chatd.wire.websocket import open_websocket

PARAMETERS = frozenset({"start"})


class Streams:
    """Lets connections become live ones. event_stream, websocket: what they speak from then on."""

    def __init__(
        self,
        sessions: HttpSessions,
        calls: Calls,
        state: State,
        event_stream: ProtocolRow,
        websocket: ProtocolRow,
    ) -> None:
        self._sessions = sessions
        self._calls = calls
        self._state = state
        self._event_stream = event_stream
        self._websocket = websocket

    def routes(self) -> list[Route]:
        """Return what stands at which paths."""
        return [Route(PATH, ("GET",), self._events), Route("/ws", ("GET",), self._open_websocket)]

    # -- events ------------------------------------------------------------------------------

    def _events(self, exchange: HttpExchange) -> HttpResponse | None:
        started_ns = self._calls.start()
        check_accepts(exchange.request, KIND)
        start = _start(exchange.request)
        connection = exchange.connection
        http: HttpCodec = connection.codec
        link = RequestLink(connection, self._sessions.address_of(exchange))
        try:
            connection.check_login(self._enter(link, exchange.request).name)
            connection.relocate(link.address)
        except ChatError as error:
            self._calls.log(link, "", "sync", error.code, started_ns)
            raise
        # From here on the connection is this user's, and can't go on with requests of others.
        connection.session = session = self._enter(connection, exchange.request)
        connection.speak(self._event_stream, EventStreamCodec())
        try:
            self._calls.call(session, "sync", self._sync(session, exchange.request, start))
        except ChatError as error:
            self._calls.log(connection, session.name, "sync", error.code, started_ns)
            connection.enqueue(
                http.encode_response(problem(error, exchange.now_ms), exchange.now_ms)
            )
            connection.close_gracefully()
            return None
        self._calls.log(connection, session.name, "sync", "ok", started_ns)
        connection.enqueue(HEAD)
        return None

    def _enter(self, link: Link, request: HttpRequest) -> Session:
        """Return a session that the token of a request opens. Raises ChatError."""
        session = Session(link)
        session.phase = c.Phase.GREETED
        self._sessions.enter(session, request)
        return session

    def _sync(self, session: Session, request: HttpRequest, start: str) -> dict[str, object]:
        """Return the parameters of `sync`. A stream has no way to acknowledge, so it peeks."""
        params: dict[str, object] = {"start": start, "peek": True}
        last = request.fields.get("last-event-id")
        if last:
            params["epoch"], params["positions"] = self._positions(session.name, last)
            params["start"] = c.Start.UNREAD.value
        return params

    def _positions(self, name: str, last: str) -> tuple[str, dict[str, int]]:
        """Return the positions that a resume token names; past the end, where it can't be told.

        `sync` answers those with `reset`, and all of them if the token is none of ours.
        """
        token = parse_resume_token(last)
        rooms = [self._state.rooms[room] for room in self._state.users[name].rooms]
        if token is None:
            return "", {room.room: 0 for room in rooms}
        positions = {}
        for room in rooms:
            if room.members[name].joined_ms >= token.stamp_ms and room.room not in token.seqs:
                continue  # nothing of it was sent; it starts where a newcomer does
            position = position_at(token, room)
            positions[room.room] = room.log.last_seq + 1 if position is None else position
        return token.epoch, positions

    # -- WebSockets --------------------------------------------------------------------------

    def _open_websocket(self, exchange: HttpExchange) -> None:
        connection = exchange.connection
        http: HttpCodec = connection.codec
        self._sessions.check_origin(exchange.request)
        response, codec = open_websocket(http.raw_head)
        connection.relocate(self._sessions.address_of(exchange))
        codec.feed(http.rest)
        connection.session = Session(connection)  # nothing of what others asked here before
        connection.enqueue(response)
        connection.speak(self._websocket, codec)


def _start(request: HttpRequest) -> str:
    """Return where a stream starts. Raises BadRequest."""
    start = read_query(request.query, PARAMETERS).get("start", c.Start.UNREAD.value)
    if start not in {kind.value for kind in c.Start}:
        raise BadRequest("events: start has to be unread, now or end")
    return start
