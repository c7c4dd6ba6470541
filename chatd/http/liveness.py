"""Liveness of connections that carry requests: something whole has to come now and then."""

from chatd.net.connection import Connection
from chatd.net.protocol import Limits
from chatd.wire.commands import Bye
from chatd.wire.http.codec import HttpCodec

QUIET_MS_MIN = 1_000
"""A connection that waits for something else is checked again after this time."""


class WholeRequests:
    """Closes a connection on which nothing whole has come for as long as a login may take.

    That is a request, or the next chunk of a file.
    """

    def check(self, connection: Connection, now_ms: int, limits: Limits) -> int:
        """Close a connection that has to be; return when to check again."""
        codec: HttpCodec = connection.codec
        until_ms = max(codec.active_ms, connection.made_ms) + limits.login_ms
        if connection.reads and now_ms >= until_ms:
            connection.close_with(Bye("no complete request in time"))
        return min(now_ms + limits.ping_ms, max(now_ms + QUIET_MS_MIN, until_ms))

    def excuse(self, connection: Connection, ms: int) -> None:
        """The last whole request was so much later, as far as its peer can be blamed."""
        codec: HttpCodec = connection.codec
        codec.active_ms += ms
