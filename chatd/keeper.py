"""Keeper: lets no connection stay that does not log in, take its bytes, or live any more."""

from chatd.config import Settings
from chatd.net.connection import DEAD, ENDING, Connection
from chatd.wire.commands import Bye, PingNotice
from chatd.wire.event_stream import EventStreamCodec
from chatd.wire.http.codec import HttpCodec

QUIET_MS_MIN = 1_000
"""A connection that waits for something else is looked at again after so long."""
LINGER_MS = 500
"""So long after the goodbye may a peer be silent before it is taken to have heard it."""


class Keeper:
    """Looks at a connection when its timer fires, and says when to look again."""

    def __init__(self, settings: Settings) -> None:
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._login_ms = settings.login_timeout_ms
        self._ping_ms = settings.idle_ping_ms
        self._stall_ms = settings.stall_timeout_ms

    def first_look_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that has just come."""
        return now_ms + self._login_ms

    def last_look_ms(self, now_ms: int) -> int:
        """Return when to look at a connection that has been told goodbye."""
        return now_ms + LINGER_MS

    def stall_look_ms(self, connection: Connection) -> int:
        """Return when to look at a connection whose peer does not take its bytes."""
        return connection.blocked_ms + self._stall_ms

    def look(self, connection: Connection, now_ms: int) -> int | None:
        """End a connection that has to, ping one that is quiet; return when to look again."""
        if connection.blocked_ms and now_ms >= self.stall_look_ms(connection):
            connection.drop()
        elif connection.life is ENDING:
            self._look_for_quiet(connection, now_ms)
        elif isinstance(connection.codec, HttpCodec):
            self._look_for_requests(connection, connection.codec, now_ms)
        elif not connection.name:
            self._look_for_login(connection, now_ms)
        else:
            self._look_for_life(connection, now_ms)
        return None if connection.life is DEAD else self._next_look_ms(connection, now_ms)

    def _look_for_quiet(self, connection: Connection, now_ms: int) -> None:
        if not connection.queued_bytes and now_ms - connection.heard_ms >= LINGER_MS:
            connection.drop()

    def _look_for_login(self, connection: Connection, now_ms: int) -> None:
        if now_ms >= connection.made_ms + self._login_ms:
            connection.tell(Bye("no login in time"))
            connection.finish()

    def _look_for_requests(self, connection: Connection, codec: HttpCodec, now_ms: int) -> None:
        """End a connection on which nothing whole has come for as long as a login may take.

        That is a request, or the next piece of a file.
        """
        if connection.reads and now_ms >= codec.asked_ms + self._login_ms:
            connection.tell(Bye("no complete request in time"))
            connection.finish()

    def _look_for_life(self, connection: Connection, now_ms: int) -> None:
        quiet_ms = now_ms - connection.heard_ms
        if quiet_ms < self._ping_ms or not connection.reads:
            return
        if isinstance(connection.codec, EventStreamCodec):  # it hears, and can't answer
            connection.heard_ms = now_ms
            connection.tell(PingNotice())
            return
        if not connection.pinged:
            connection.pinged = True
            connection.tell(PingNotice())
        elif quiet_ms >= self._ping_ms + self._stall_ms:
            connection.drop()

    def _next_look_ms(self, connection: Connection, now_ms: int) -> int:
        if connection.life is ENDING:
            return self.last_look_ms(now_ms)
        looks = [now_ms + self._ping_ms]
        if connection.blocked_ms:
            looks.append(self.stall_look_ms(connection))
        if isinstance(connection.codec, HttpCodec):
            asked_ms = connection.codec.asked_ms
            looks.append(max(now_ms + QUIET_MS_MIN, asked_ms + self._login_ms))
        elif not connection.name:
            looks.append(connection.made_ms + self._login_ms)
        elif connection.pinged:
            looks.append(connection.heard_ms + self._ping_ms + self._stall_ms)
        elif connection.heard_ms + self._ping_ms > now_ms:
            looks.append(connection.heard_ms + self._ping_ms)
        return min(looks)
