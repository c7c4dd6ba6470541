"""Keeper: lets no connection stay that does not log in, take its bytes, or live any more."""

from chatd.config import Settings
from chatd.net.connection import Connection, Life
from chatd.wire.commands import Bye, PingNotice


class Keeper:
    """Looks at a connection when its timer fires, and says when to look again."""

    def __init__(self, settings: Settings) -> None:
        self._login_ms = settings.login_timeout_ms
        self._ping_ms = settings.idle_ping_ms
        self._stall_ms = settings.stall_timeout_ms

    def first_look_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that has just come."""
        return now_ms + self._login_ms

    def stall_look_ms(self, connection: Connection) -> int:
        """Return when to look at a connection whose peer does not take its bytes."""
        return connection.blocked_ms + self._stall_ms

    def look(self, connection: Connection, now_ms: int) -> int | None:
        """End a connection that has to, ping one that is quiet; return when to look again."""
        if connection.blocked_ms and now_ms >= self.stall_look_ms(connection):
            connection.drop()
        elif not connection.name and connection.life is Life.OPEN:
            connection.tell(Bye("no login in time"))
            connection.finish()
        elif connection.life is Life.OPEN:
            self._look_for_life(connection, now_ms)
        return None if connection.life is Life.DEAD else self._next_look_ms(connection, now_ms)

    def _look_for_life(self, connection: Connection, now_ms: int) -> None:
        quiet_ms = now_ms - connection.heard_ms
        if quiet_ms < self._ping_ms or not connection.reads:
            return
        if not connection.pinged:
            connection.pinged = True
            connection.tell(PingNotice())
        elif quiet_ms >= self._ping_ms + self._stall_ms:
            connection.drop()

    def _next_look_ms(self, connection: Connection, now_ms: int) -> int:
        if connection.life is Life.ENDING:
            return now_ms + self._stall_ms
        looks = [now_ms + self._ping_ms]
        if connection.blocked_ms:
            looks.append(self.stall_look_ms(connection))
        if connection.pinged:
            looks.append(connection.heard_ms + self._ping_ms + self._stall_ms)
        elif connection.heard_ms + self._ping_ms > now_ms:
            looks.append(connection.heard_ms + self._ping_ms)
        return min(looks)
