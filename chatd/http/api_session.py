"""Sessions of requests over HTTP that make several calls, and take their time."""

from typing import Any, TypeVar, cast

from chatd.calls import Calls
from chatd.core.file_links import FileLink, FileLinks
from chatd.errors import NotFound
from chatd.handlers.context import Session
from chatd.http.sessions import HttpExchange, HttpSessions, RequestLink
from chatd.wire import commands as c

R = TypeVar("R", bound=c.Result)


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
        """Who asks, as far as that is known."""
        return self._session.name

    def enter(self) -> None:
        """Log in by the token. Raises Unauthenticated, AuthFailed."""
        session = Session(self._caller)
        session.phase = c.Phase.GREETED
        self._sessions.enter(session, self.exchange.request)
        self._session = session

    def call(self, command: type[c.Params[R]], params: dict[str, Any]) -> R:
        """Return the result of a call. Raises ChatError, also if the token is good no more."""
        self.enter()
        return self._call(command, params)

    def call_anyway(self, command: type[c.Params[R]], params: dict[str, Any]) -> R:
        """The same for somebody whose token was good before. Raises ChatError."""
        self._session.credentials = None
        return self._call(command, params)

    def _call(self, command: type[c.Params[R]], params: dict[str, Any]) -> R:
        self.method = c.COMMAND_OF[command].method
        return cast(R, self._calls.call(self._session, self.method, params))  # by its handler

    def log(self, outcome: str, result: c.Result | None = None) -> None:
        """Write down how the request ended: `ok`, or the code of an error."""
        self._calls.log(self._caller, self.name, self.method, outcome, self._started_ns, result)


class LinkedSession(ApiSession):
    """Calls by a file link; it has to be good each time, as has the device that it is for."""

    def __init__(
        self,
        sessions: HttpSessions,
        calls: Calls,
        exchange: HttpExchange,
        links: FileLinks,
        capability: str,
    ) -> None:
        super().__init__(sessions, calls, exchange, "file-link")
        self._links = links
        self._capability = capability

    def link(self) -> FileLink:
        """Return what the link opens, and log in as its user, on its device. Raises NotFound."""
        link = self._links.use(self._capability, self._calls.now_ms)
        if link is None or not self._sessions.enter_by_link(self._session, link):
            raise NotFound("this address opens no file, or does so no more")
        return link

    def enter(self) -> None:
        """Log in by the link. Raises NotFound."""
        self.link()
