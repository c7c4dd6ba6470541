"""Notices to the devices of a user: each tells how things are now, and only the latest counts.

A connection that has enough to take already hears it when it has drained.
"""

from chatd.config import Settings
from chatd.net.connection import Connection
from chatd.wire.commands import Notice

Kind = tuple[type[Notice], str]
"""What a later notice takes the place of: one of the same class, about the same room, if any."""


class Notices:
    """What is sent at once, and what waits. high_water_bytes: more than that unsent is enough."""

    def __init__(self, high_water_bytes: int) -> None:
        self._high_water_bytes = high_water_bytes
        self._waiting: dict[Connection, dict[Kind, Notice]] = {}

    def configure(self, settings: Settings) -> None:
        """Go on with another mark."""
        self._high_water_bytes = settings.high_water_bytes

    def tell(self, connection: Connection, notice: Notice) -> None:
        """Tell a connection, as soon as it has room."""
        kind = type(notice), str(getattr(notice, "room", ""))
        if connection.queued_bytes > self._high_water_bytes:
            self._waiting.setdefault(connection, {})[kind] = notice
            return
        if connection in self._waiting:
            self._waiting[connection].pop(kind, None)
        connection.send_notice(notice)

    def tell_now(self, connection: Connection, notice: Notice) -> None:
        """Tell a connection what none of the later takes the place of, if it has room now."""
        if connection.queued_bytes <= self._high_water_bytes:
            connection.send_notice(notice)

    def forget(self, connection: Connection) -> None:
        """A connection has closed."""
        self._waiting.pop(connection, None)

    def drained(self) -> list[Connection]:
        """Return those for whom something waits, and who have room for it now."""
        return [connection for connection in self._waiting if not connection.queued_bytes]

    def send_late(self, connection: Connection, now_ms: int) -> bool:
        """Send what waits for one who has drained; return whether the peer left a rest."""
        for notice in self._waiting.pop(connection).values():
            connection.send_notice(notice)
        return connection.flush(now_ms)
