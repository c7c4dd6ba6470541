"""Idle monitor: closes connections that don't log in, don't take their bytes, or are dead."""

from chatd.config import Settings
from chatd.net.connection import CLOSED, CLOSING, Connection
from chatd.wire.commands import Bye, PingNotice
from chatd.wire.event_stream import EventStreamCodec
from chatd.wire.http.codec import HttpCodec

QUIET_MS_MIN = 1_000
"""A connection that waits for something else is looked at again after so long."""
DRAIN_MS = 500
"""So long after the goodbye may a peer be silent before it is taken to have heard it."""


class IdleMonitor:
    """Checks a connection when its timer fires, and says when to check it again."""

    def __init__(self, settings: Settings) -> None:
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._login_ms = settings.login_timeout_ms
        self._ping_ms = settings.idle_ping_ms
        self._stall_ms = settings.stall_timeout_ms

    def first_check_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that has just come."""
        return now_ms + self._login_ms

    def last_check_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that has been told goodbye."""
        return now_ms + DRAIN_MS

    def stall_check_ms(self, connection: Connection) -> int:
        """Return when to look at a connection whose peer does not take its bytes."""
        return connection.blocked_ms + self._stall_ms

    def check(self, connection: Connection, now_ms: int) -> int | None:
        """End a connection that has to, ping one that is quiet; return when to look again."""
        if connection.blocked_ms and now_ms >= self.stall_check_ms(connection):
            connection.abort()
        elif connection.state is CLOSING:
            self._check_draining(connection, now_ms)
        elif isinstance(connection.codec, HttpCodec):
            self._check_requests(connection, connection.codec, now_ms)
        elif not connection.name:
            self._check_login(connection, now_ms)
        else:
            self._check_liveness(connection, now_ms)
        return None if connection.state is CLOSED else self._next_check_ms(connection, now_ms)

    def _check_draining(self, connection: Connection, now_ms: int) -> None:
        if not connection.queued_bytes and now_ms - connection.heard_ms >= DRAIN_MS:
            connection.abort()

    def _check_login(self, connection: Connection, now_ms: int) -> None:
        if now_ms >= connection.made_ms + self._login_ms:
            connection.send_notice(Bye("no login in time"))
            connection.close_gracefully()

    def _check_requests(self, connection: Connection, codec: HttpCodec, now_ms: int) -> None:
        """End a connection on which nothing whole has come for as long as a login may take.

        That is a request, or the next piece of a file.
        """
        if connection.reads and now_ms >= codec.active_ms + self._login_ms:
            connection.send_notice(Bye("no complete request in time"))
            connection.close_gracefully()

    def _check_liveness(self, connection: Connection, now_ms: int) -> None:
        quiet_ms = now_ms - connection.heard_ms
        if quiet_ms < self._ping_ms or not connection.reads:
            return
        if isinstance(connection.codec, EventStreamCodec):  # it hears, and can't answer
            connection.heard_ms = now_ms
            connection.send_notice(PingNotice())
            return
        if not connection.pinged:
            connection.pinged = True
            connection.send_notice(PingNotice())
        elif quiet_ms >= self._ping_ms + self._stall_ms:
            connection.abort()

    def _next_check_ms(self, connection: Connection, now_ms: int) -> int:
        if connection.state is CLOSING:
            return self.last_check_ms(now_ms)
        checks = [now_ms + self._ping_ms]
        if connection.blocked_ms:
            checks.append(self.stall_check_ms(connection))
        if isinstance(connection.codec, HttpCodec):
            active_ms = connection.codec.active_ms
            checks.append(max(now_ms + QUIET_MS_MIN, active_ms + self._login_ms))
        elif not connection.name:
            checks.append(connection.made_ms + self._login_ms)
        elif connection.pinged:
            checks.append(connection.heard_ms + self._ping_ms + self._stall_ms)
        elif connection.heard_ms + self._ping_ms > now_ms:
            checks.append(connection.heard_ms + self._ping_ms)
        return min(checks)
