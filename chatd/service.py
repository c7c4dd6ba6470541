"""Service: takes a connection's requests one by one to the dispatcher, within bounds.

Three things make a connection's requests wait, none loses any: the tick has done enough,
the connection has not taken its answers, or it asked more often than it may. What is not
decoded yet waits in the codec, and what is not read in the kernel.
"""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from chatd.config import Settings
from chatd.core.store import Store
from chatd.errors import ChatError, ProtocolError, StoreError
from chatd.handlers.context import Context, Effects, Session
from chatd.handlers.dispatch import Dispatcher
from chatd.handlers.refusals import Refusals
from chatd.logs import Action, ActionLog, Source
from chatd.net.boundary import ErrorBoundary, internal_error
from chatd.net.connection import OPEN, Connection
from chatd.wire import commands as c
from chatd.wire.codec import More, Over, RefuseTls, Say, StartTls, Switch, Turn
from chatd.wire.envelope import Notification, Request, Response
from chatd.wire.http.message import HttpRequest, Piece

log = logging.getLogger(__name__)

NOTHING = c.Nothing()
BURST_MS = 1_000
"""After a pause, a connection may ask for so long's worth of requests at once."""
TICK_NS_MAX = 20_000_000
"""After so long a tick handles no more requests."""


class Answers(Protocol):
    """Whoever answers requests over HTTP."""

    def answer(self, connection: Connection, request: HttpRequest, now_ms: int) -> None:
        """Queue the answer, or let a stream begin."""

    def take(self, connection: Connection, piece: Piece, now_ms: int) -> None:
        """Take a piece of a request's body, and queue the answer if it is the last."""


class Service:
    """Serves connections. `begin_tick` opens the budget of each tick.

    exchanges, start_tls: what HTTP and TLS call for; the server hands them in.
    refused: how many requests were refused, by code.
    """

    exchanges: Answers
    start_tls: Callable[[Connection, bytes], None]

    def __init__(
        self,
        dispatcher: Dispatcher,
        store: Store,
        settings: Settings,
        refusals: Refusals,
        boundary: ErrorBoundary,
        monotonic_ns: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._boundary = boundary
        self._refusals = refusals
        self._monotonic_ns = monotonic_ns
        self._random = random
        self._actions = ActionLog()
        self.configure(dispatcher, settings)
        self._now_ms = 0
        self._bytes = 0
        self._deadline_ns = 0
        self._throttled: list[tuple[Connection, int]] = []
        self.refused: Counter[str] = Counter()
        self.effects = Effects()
        self.waiting: dict[Connection, None] = {}
        """Connections with requests that the last tick had no time for at all."""
        self.cut_off: dict[Connection, None] = {}
        """Connections of which the last tick had time for some requests only."""
        self.paused: dict[Connection, None] = {}
        """Connections that are not read until they have taken their answers."""
        self.held: dict[Connection, None] = {}
        """Connections that are not read while an answer is under way to them."""

    def configure(self, dispatcher: Dispatcher, settings: Settings) -> None:
        """Go on with other handlers, bounds and wishes for the log."""
        self._dispatcher = dispatcher
        self._bytes_max = settings.tick_bytes_max
        self._high_water_bytes = settings.high_water_bytes
        rate = settings.requests_per_second
        self._request_ms = 1000 / rate if rate else 0.0
        self._actions.configure()

    def begin_tick(self, now_ms: int) -> None:
        """Open the budget."""
        self._now_ms = now_ms
        self._bytes = 0
        self._deadline_ns = self._monotonic_ns() + TICK_NS_MAX

    @property
    def is_spent(self) -> bool:
        """Whether this tick has done enough."""
        return self._bytes > self._bytes_max or self._monotonic_ns() > self._deadline_ns

    def write_log(self) -> None:
        """Write down the actions of this tick."""
        self._actions.write()

    def take_effects(self) -> Effects:
        """Return what this tick's requests want done, and begin anew."""
        effects, self.effects = self.effects, Effects()
        return effects

    def on_data(self, connection: Connection, byte_count: int) -> None:
        """Serve a connection that has just been fed."""
        self._bytes += byte_count
        connection.heard_ms = self._now_ms
        connection.pinged = False
        self.serve(connection)

    def serve(self, connection: Connection) -> None:
        """Handle a connection's requests until there is none, or one has to wait."""
        served = False
        while connection.life is OPEN and not self._must_wait(connection, served):
            served = True
            if not self._boundary.answer(connection, self._serve_next):
                return

    def _serve_next(self, connection: Connection) -> bool:
        """Handle the next request of a connection; return whether there was one."""
        try:
            turn = connection.codec.next_turn()
            if turn is None:
                if connection.peer_hung_up:  # all that it asked is handled
                    connection.finish()
                return False
            self._handle(connection, turn)
        except ProtocolError as error:
            self.refused[error.code] += 1
            connection.queue(connection.codec.farewell(error))
            connection.finish()
        return True

    def take_throttled(self) -> list[tuple[Connection, int]]:
        """Return who asked too often in this tick, and when each may go on (ms UTC)."""
        throttled, self._throttled = self._throttled, []
        return throttled

    def resume_drained(self) -> None:
        """Read again from those who have taken what waited for them."""
        for connection in [p for p in self.paused if not p.queued_bytes]:
            del self.paused[connection]
            self._boundary.run(connection, self._read_again, connection)

    def unthrottle(self, connection: Connection) -> None:
        """A connection has waited long enough for its next request."""
        self._read_again(connection)

    def hold(self, connection: Connection) -> None:
        """Let the next request of a connection wait, until `release`."""
        self.held[connection] = None

    def release(self, connection: Connection) -> None:
        """The answer to a connection is whole."""
        del self.held[connection]
        self._read_again(connection)

    def forget(self, connection: Connection) -> None:
        """A connection is over."""
        self.held.pop(connection, None)
        self.waiting.pop(connection, None)
        self.cut_off.pop(connection, None)
        self.paused.pop(connection, None)

    def _read_again(self, connection: Connection) -> None:
        connection.reads = True
        self.waiting[connection] = None

    def _must_wait(self, connection: Connection, served: bool) -> bool:
        if connection in self.held:
            connection.reads = False
        elif connection.queued_bytes > self._high_water_bytes:
            connection.reads = False
            self.paused[connection] = None
        elif (until_ms := connection.throttle_ms + self._request_ms - BURST_MS) > self._now_ms:
            connection.reads = False
            self._throttled.append((connection, int(until_ms) + 1))
        elif self.is_spent:
            (self.cut_off if served else self.waiting)[connection] = None
        else:
            return False
        return True

    def _handle(self, connection: Connection, turn: Turn) -> None:
        if self._request_ms and not isinstance(turn, (Switch, StartTls, More)):
            start_ms = max(connection.throttle_ms, self._now_ms)
            connection.throttle_ms = start_ms + self._request_ms
        if isinstance(turn, Request):
            self._answer(connection, turn)
        elif isinstance(turn, Notification):
            self._listen(connection, turn)
        elif isinstance(turn, HttpRequest):
            self.exchanges.answer(connection, turn, self._now_ms)
        elif isinstance(turn, Piece):
            self.exchanges.take(connection, turn, self._now_ms)
        elif isinstance(turn, Response):
            raise ProtocolError("this server asks nothing, so there is nothing to answer")
        else:
            self._turn(connection, turn)

    def _turn(
        self, connection: Connection, turn: Switch | StartTls | RefuseTls | Say | More | Over
    ) -> None:
        """Do what the protocol itself calls for."""
        match turn:
            case Switch(codec, refusal):
                connection.codec = codec
                if refusal is not None:
                    raise refusal
            case StartTls(data):
                self.start_tls(connection, data)
            case RefuseTls(alert):
                where = connection.address
                log.warning("%s begins a TLS handshake, and there is no TLS_CERT here", where)
                connection.queue(alert)
                connection.finish()
            case Say(data):
                connection.queue(data)
            case More():
                pass  # others come first, if this tick has done enough
            case Over():
                connection.finish()

    def _answer(self, connection: Connection, request: Request) -> None:
        started_ns = self._monotonic_ns()
        try:
            result = self.call(_session(connection), request.method, request.params)
        except ChatError as error:
            connection.queue(connection.codec.error(request.id, error))
            self.log(connection, connection.name, request.method, error.code, started_ns)
        else:
            connection.queue(connection.codec.result(request.id, result))
            self.log(connection, connection.name, request.method, "ok", started_ns, result)

    def _listen(self, connection: Connection, notification: Notification) -> None:
        started_ns = self._monotonic_ns()
        outcome = "ok"
        try:
            self.call(_session(connection), notification.method, notification.params)
        except ChatError as error:
            connection.tell(c.Error(error.code, error.message))
            outcome = error.code
        self.log(connection, connection.name, notification.method, outcome, started_ns)

    # -- calls, of this and of other protocols -----------------------------------------------

    def start(self) -> int:
        """Return when a call begins, for `log`."""
        return self._monotonic_ns()

    def log(
        self,
        source: Source,
        name: str,
        method: str,
        outcome: str,
        started_ns: int,
        result: c.Result | None = None,
    ) -> None:
        """Write down how a call of the user `name` ended."""
        if outcome != "ok":
            self.refused[outcome] += 1
        if self._actions.wants(method):
            took_ns = self._monotonic_ns() - started_ns
            place = f"{result.room}#{result.seq}" if isinstance(result, c.Posted) else ""
            address, number = source.address, source.number
            self._actions.add(Action(name, address, number, method, outcome, took_ns, place))

    def call(self, session: Session, method: str, params: Any) -> c.Result:
        """Return the result, or raise ChatError, whatever happens before a commit.

        What happens in or behind a commit ends the process: nothing may leave it then.
        """
        commits = self._store.commits
        context = Context(self._now_ms, self.effects, session, self._random)
        try:
            return self._dispatcher.call(context, method, params) or NOTHING
        except Exception as error:
            refusal = self._refusal(error, session, method, commits)
            if method != "why":  # which would only explain itself
                self._refusals.note(session, method, self._now_ms, refusal)
            raise refusal from None

    def _refusal(
        self, error: Exception, session: Session, method: str, commits: int
    ) -> ChatError:
        """Return what a request is answered that ended in an error, or raise it again."""
        if isinstance(error, ChatError):
            return error
        if isinstance(error, StoreError) or self._store.commits != commits:
            raise error
        self._boundary.report(f"{method[:64]} of {session.name or 'nobody'}", error)
        return internal_error()


def _session(connection: Connection) -> Session:
    session = connection.session
    assert isinstance(session, Session)
    return session
