"""Sessions of requests over HTTP: who asks, from which address, each with one of its own.

A token opens the session; a proxy may carry the requests of many users over one connection.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chatd.calls import Calls
from chatd.config import Settings
from chatd.core.fairness import ADDRESS, party_of
from chatd.core.file_links import FileLink, FileLinks
from chatd.core.state import State
from chatd.errors import ChatError, Unauthenticated
from chatd.handlers.context import Session
from chatd.handlers.tokens import token_hash
from chatd.http.host_policy import HostPolicy
from chatd.net.connection import Connection
from chatd.wire import commands as c
from chatd.wire.http.attachment import LINKS, capability_in
from chatd.wire.http.codec import HttpCodec
from chatd.wire.http.message import HttpRequest


class RequestLink:
    """The handlers' `Link` of one request: it stays for none of what happens later."""

    def __init__(self, connection: Connection, address: str) -> None:
        self.connection = connection
        self.address = address
        self.number = connection.number

    def queued_seq(self, room: str) -> int:
        return 0

    def follow(self, positions: dict[str, int]) -> None:
        raise AssertionError("following needs a live connection")

    def check_login(self, name: str) -> None:
        """A request is no connection of its user's; see `Service`."""

    def login(self, name: str) -> None:
        """Nothing changes for the connection."""


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """A request, on which connection, and when."""

    connection: Connection
    request: HttpRequest
    now_ms: int


class HttpSessions:
    """Opens sessions for requests, and knows by the settings whose they are."""

    def __init__(self, calls: Calls, state: State, links: FileLinks, settings: Settings) -> None:
        self._calls = calls
        self._state = state
        self._links = links
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._host_policy = HostPolicy(settings)
        self._guest_ms_max = settings.login_timeout_ms

    # -- whose a request is ------------------------------------------------------------------

    def party_of(self, connection: Connection, request: HttpRequest, now_ms: int) -> str:
        """Return for whom a request is, the last that came; and note whether that is a guest."""
        party = self._party_of(connection, request)
        codec: HttpCodec = connection.codec
        codec.note_guest(party[0] == ADDRESS, now_ms, self._guest_ms_max)
        return party

    def _party_of(self, connection: Connection, request: HttpRequest) -> str:
        """Return the user of a request's token or file link, or the address that asks."""
        token = _bearer(request)
        owner = self._state.token_owners.get(token_hash(token)) if token else None
        if owner is not None:
            return owner[0]
        if request.path.startswith(LINKS):
            name = self._links.owner(capability_in(request.path))
            if name in self._state.users:
                return name
        return party_of(self._host_policy.client_address(connection.address, request))

    def is_shared(self, connection: Connection) -> bool:
        """Whether a connection is a trusted proxy's, and so carries the requests of many."""
        return self._host_policy.is_proxy(connection.address)

    def end_exchange(self, connection: Connection) -> None:
        """What comes next over a proxy's connection may be anybody's."""
        if self.is_shared(connection):
            connection.party = party_of(connection.address)

    def address_of(self, exchange: HttpExchange) -> str:
        """Return the address of who asks, by what a trusted proxy says of it."""
        return self._host_policy.client_address(exchange.connection.address, exchange.request)

    def check_host(self, request: HttpRequest) -> None:
        """Refuse a request that was meant for somebody else. Raises HttpError."""
        self._host_policy.check_host(request)

    def check_origin(self, request: HttpRequest) -> None:
        """Refuse what a page of another server sends. Raises HttpError."""
        self._host_policy.check_origin(request)

    def may_read_metrics(self, exchange: HttpExchange) -> bool:
        """Whether a request comes from where METRICS_FROM names."""
        return self._host_policy.may_read_metrics(exchange.connection.address, exchange.request)

    # -- sessions ----------------------------------------------------------------------------

    def logged(
        self, method: str, exchange: HttpExchange, call: Callable[[Session], c.Result]
    ) -> c.Result:
        """Do a call with a session of its own, and write down how it ended."""
        started_ns = self._calls.start()
        link = RequestLink(exchange.connection, self.address_of(exchange))
        session = Session(link)
        session.phase = c.Phase.GREETED
        try:
            result = call(session)
        except ChatError as error:
            self._calls.log(link, session.name, method, error.code, started_ns)
            raise
        self._calls.log(link, session.name, method, "ok", started_ns, result)
        return result

    def enter(self, session: Session, request: HttpRequest) -> None:
        """Log a session in with the token of a request. Raises Unauthenticated, AuthFailed."""
        token = _bearer(request)
        if not token:
            raise Unauthenticated("a device token is needed: Authorization: Bearer <token>")
        self._calls.call(session, "login-token", {"token": token})

    def enter_by_link(self, session: Session, link: FileLink) -> bool:
        """Log a session in as a file link's device; return whether that is there still."""
        user = self._state.users.get(link.name)
        if user is None or link.device not in user.devices:
            return False
        session.phase, session.name, session.device = c.Phase.READY, link.name, link.device
        session.credentials = user.credentials
        return True


def _bearer(request: HttpRequest) -> str:
    """Return the device token of a request, "" if there is none."""
    scheme, _, token = request.fields.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
