"""Visits: the calls that one request over HTTP makes, where it makes several and takes its time."""

from typing import Any

from chatd.handlers.context import Session
from chatd.http.sessions import Calls, HttpExchange, HttpSessions, RequestLink
from chatd.wire import commands as c


class ApiSession:
    """Calls by the token of a request; it has to be good each time.

    method: what was called last, for the log.
    """

    def __init__(
        self, sessions: HttpSessions, calls: Calls, exchange: HttpExchange, method: str
    ) -> None:
        self.exchange = exchange
        self.method = method
        self._sessions = sessions
        self._calls = calls
        self._caller = RequestLink(exchange.connection, sessions.address_of(exchange))
        self._session = Session(self._caller)
        self._started_ns = calls.start()

    @property
    def name(self) -> str:
        """Who visits, as far as that is known."""
        return self._session.name

    def enter(self) -> None:
        """Log in by the token. Raises Unauthenticated, AuthFailed."""
        session = Session(self._caller)
        session.phase = c.Phase.GREETED
        self._sessions.enter(session, self.exchange.request)
        self._session = session

    def call(self, method: str, params: dict[str, Any]) -> c.Result:
        """Return the result of a call. Raises ChatError, also if the token is good no more."""
        self.enter()
        return self._call(method, params)

    def call_anyway(self, method: str, params: dict[str, Any]) -> c.Result:
        """The same for somebody whose token was good before. Raises ChatError."""
        self._session.credentials = None
        return self._call(method, params)

    def _call(self, method: str, params: dict[str, Any]) -> c.Result:
        self.method = method
        return self._calls.call(self._session, method, params)

    def log(self, outcome: str, result: c.Result | None = None) -> None:
        """Write down how the visit ended: `ok`, or the code of an error."""
        self._calls.log(self._caller, self.name, self.method, outcome, self._started_ns, result)
