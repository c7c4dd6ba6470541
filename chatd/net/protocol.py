"""A protocol is a row: how it is detected, what its events mean, how its peer is watched.

`App` makes the table of all rows. Delivery, service and monitor know no protocol but by its row.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from chatd.errors import ChatError
from chatd.net.connection import Connection
from chatd.wire.codec import Close, Codec, NoRequest, SendBytes, TransportEvent, Yield


class Front(Protocol):
    """What the events of a protocol mean."""

    def handle(self, connection: Connection, event: Any, now_ms: int, began_ns: int) -> bool:
        """Do what a peer asks for; return whether the next event has to wait for `release`.

        began_ns: when this step began, for the log. A ChatError that comes out of it closes the
        connection, and is what the peer is told.
        """


class Router(Protocol):
    """Finds out for whom an event is, where one connection carries those of many."""

    def party_of(self, connection: Connection, event: Any, now_ms: int) -> str:
        """Return the party that an event is for; most often the connection's."""

    def is_shared(self, connection: Connection) -> bool:
        """Whether the events of a connection are those of many, and it is nobody's own."""

    def refuse(self, connection: Connection, error: ChatError, now_ms: int) -> None:
        """Answer an event whose party may not have this connection."""


class Limits(NamedTuple):
    """How long a peer may take: for its login, between signs of life, and for taking its bytes."""

    login_ms: int
    ping_ms: int
    stall_ms: int


class Liveness(Protocol):
    """How a peer is watched that may be gone, or never say anything."""

    def check(self, connection: Connection, now_ms: int, limits: Limits) -> int:
        """Close a connection that has to be, ping a quiet one; return when to check again."""

    def excuse(self, connection: Connection, ms: int) -> None:
        """Move on what it dates itself, besides the connection: nobody read for so long."""


class Opening(NamedTuple):
    """How a connection begins that speaks a protocol from its first byte on.

    tls_only: what its peer is told where TLS is needed.
    """

    detects: Callable[[int], bool]
    codec: Callable[[], Codec]
    tls_only: Callable[[], ChatError]


class ProtocolRow(NamedTuple):
    """A protocol. opening: None if connections only go over to it. uncounted: no requests."""

    name: str
    front: Front
    liveness: Liveness
    opening: Opening | None = None
    router: Router | None = None
    uncounted: frozenset[type] = frozenset({Yield})


class TransportFront:
    """For protocols whose peers ask for nothing; what they send is thrown away."""

    def handle(self, connection: Connection, event: Any, now_ms: int, began_ns: int) -> bool:
        handle_transport(connection, event)
        return False


def handle_transport(connection: Connection, event: TransportEvent) -> None:
    """Do what a protocol itself calls for."""
    match event:
        case SendBytes(data):
            connection.enqueue(data)
        case Yield() | NoRequest():
            pass  # it counts, and that is all
        case Close():
            connection.close_gracefully()
