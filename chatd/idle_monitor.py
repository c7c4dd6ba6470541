"""Idle monitor: closes connections that don't log in, don't take their bytes, or are dead."""

from chatd.config import Settings
from chatd.net.connection import CLOSED, CLOSING, OPEN, Connection
from chatd.net.protocol import Limits, ProtocolRow

DRAIN_MS = 500
"""A peer that is silent for this long after the goodbye is taken to have got it."""


class IdleMonitor:
    """Checks a connection when its timer fires, and says when to check it again."""

    def __init__(self, settings: Settings) -> None:
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._limits = Limits(
            settings.login_timeout_ms, settings.idle_ping_ms, settings.stall_timeout_ms
        )

    def first_check_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that has just come."""
        return now_ms + self._limits.login_ms

    def last_check_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that is closing."""
        return now_ms + DRAIN_MS

    def stall_check_ms(self, connection: Connection) -> int:
        """Return when to look at a connection whose peer does not take its bytes."""
        return connection.blocked_ms + self._limits.stall_ms

    def excuse(self, connection: Connection, ms: int) -> None:
        """Charge a peer with nothing for a time in which nothing was read and nothing sent."""
        connection.made_ms += ms
        connection.heard_ms += ms
        if connection.blocked_ms:
            connection.blocked_ms += ms
        protocol: ProtocolRow = connection.protocol
        protocol.liveness.excuse(connection, ms)

    def check(self, connection: Connection, now_ms: int) -> int | None:
        """Close a connection that has to be, ping one that is quiet; return when to check again."""
        if connection.blocked_ms and now_ms >= self.stall_check_ms(connection):
            connection.abort()
            return None
        next_ms = now_ms
        if connection.state is OPEN:
            protocol: ProtocolRow = connection.protocol
            next_ms = protocol.liveness.check(connection, now_ms, self._limits)
        elif not connection.queued_bytes and now_ms - connection.heard_ms >= DRAIN_MS:
            connection.abort()
        if connection.state is CLOSED:
            return None
        if connection.state is CLOSING:
            return self.last_check_ms(now_ms)
        return min(next_ms, self.stall_check_ms(connection)) if connection.blocked_ms else next_ms
