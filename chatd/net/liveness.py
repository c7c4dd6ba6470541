"""Liveness by pings, and by the login that has to come first."""

from chatd.net.connection import Connection
from chatd.net.protocol import Limits
from chatd.wire.commands import Bye, PingNotice


class Pings:
    """Pings a quiet peer, once it has logged in. answers: whether the peer can show that it lives.

    One that can't is found to be gone when it takes no more bytes.
    """

    def __init__(self, answers: bool = True) -> None:
        self._answers = answers

    def check(self, connection: Connection, now_ms: int, limits: Limits) -> int:
        """Close a connection that has to be, ping a quiet one; return when to check again."""
        if not connection.name:
            login_until_ms = connection.made_ms + limits.login_ms
            if now_ms >= login_until_ms:
                connection.close_with(Bye("no login in time"))
            return min(now_ms + limits.ping_ms, login_until_ms)
        self._ping(connection, now_ms, limits)
        next_ms = now_ms + limits.ping_ms
        if connection.pinged:
            return min(next_ms, connection.heard_ms + limits.ping_ms + limits.stall_ms)
        due_ms = connection.heard_ms + limits.ping_ms
        return min(next_ms, due_ms) if due_ms > now_ms else next_ms

    def excuse(self, connection: Connection, ms: int) -> None:
        """All that it goes by is dated at the connection."""

    def _ping(self, connection: Connection, now_ms: int, limits: Limits) -> None:
        quiet_ms = now_ms - connection.heard_ms
        if quiet_ms < limits.ping_ms or not connection.reads:
            return
        if not self._answers:
            connection.heard_ms = now_ms
            connection.send_notice(PingNotice())
        elif not connection.pinged:
            connection.pinged = True
            connection.send_notice(PingNotice())
        elif quiet_ms >= limits.ping_ms + limits.stall_ms:
            connection.abort()
