"""Announcements: what a tick has to say besides entries, when it is durable.

Which rooms were read, what was posted with a nonce, whose limits have changed and which sessions
end follows from its events;
handlers leave in `Effects` what concerns only the connection that asked.
"""

from chatd.config import Settings
from chatd.connections import Connections
from chatd.core.clock import ServerClock
from chatd.core.presence import NAMES_MAX
from chatd.core.state import State
from chatd.core.tick import EndedSessions, NoncedPost, TickChanges
from chatd.handlers.context import Effects, Link
from chatd.handlers.families import Handlers
from chatd.http.sessions import RequestLink
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.net.delivery import Delivery
from chatd.net.notices import Notices
from chatd.wire import commands as c


class Announcements:
    """Carries out effects."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        clock: ServerClock,
        handlers: Handlers,
        boundary: ErrorBoundary,
        delivery: Delivery,
        notices: Notices,
        connections: Connections,
    ) -> None:
        self._state = state
        self._clock = clock
        self._handlers = handlers
        self._boundary = boundary
        self._delivery = delivery
        self._notices = notices
        self._connections = connections
        self._limits = _limits(settings)
        self._concerned: set[str] = set()  # to whom limits have to be sent

    def configure(self, settings: Settings) -> None:
        """Go on with other limits, and send them to all who are connected."""
        if _limits(settings) != self._limits:
            self._limits = _limits(settings)
            self._concerned.update(self._delivery.names)

    def carry_out(self, changes: TickChanges, effects: Effects) -> None:
        """Send notices, and end connections."""
        for link, notice in effects.to_link:
            connection = _connection(link)
            self._boundary.run(connection, connection.send_notice, notice)
        for typing in effects.typing:
            self._delivery.broadcast_in(typing.room, typing, but=typing.name)
        for name, room, seq in changes.reads:
            self._notify_user(name, c.Read(room, seq), effects.readers.get((name, room)))
        for posted in changes.posted:
            self._notify_poster(posted, effects.posters.get((posted.name, posted.nonce)))
        charged = changes.charged if self._limits[0] else frozenset()
        for name in sorted(self._concerned.union(charged, changes.limits_reset)):
            self._boundary.run(None, self._send_limits, name)
        self._concerned.clear()
        if changes.renamed:
            self._announce_renamed(changes.renamed)
        for ended in changes.ended_sessions:
            self._end_sessions(ended, effects)
        for link, reason in effects.ends:
            self._connections.end(_connection(link), reason)

    def _end_sessions(self, ended: EndedSessions, effects: Effects) -> None:
        kept = effects.asking.get(ended.name) if ended.but_asking else None
        for connection in self._sessions(ended):
            if connection is not kept:
                reason = "logged out" if connection in effects.logouts else ended.reason
                self._connections.end(connection, reason, logged_out=True)

    def _announce_renamed(self, names: set[str]) -> None:
        """Send all who are live what users are called now, unless very many are online."""
        if len(self._delivery.names) <= NAMES_MAX:
            for name in sorted(names):
                display_name = self._state.users[name].display_name
                self._delivery.broadcast(c.DisplayName(name, display_name))

    def _send_limits(self, name: str) -> None:
        user, status = self._state.users[name], self._handlers.current.status
        self._notify_user(name, c.Limits(*status.allowances(user, self._clock.now_ms)))

    def _notify_user(self, name: str, notice: c.Notice, but: object = None) -> None:
        for connection in self._delivery.of_user(name):
            if connection is not but:
                self._boundary.run(connection, self._notices.tell, connection, notice)

    def _notify_poster(self, posted: NoncedPost, but: object) -> None:
        """Tell a user's devices that follow, before the entry comes to them."""
        notice = c.OwnPosted(posted.room, posted.seq, posted.nonce)
        for connection in self._delivery.of_user(posted.name):
            if connection.following and connection is not but:
                self._boundary.run(connection, self._notices.tell_now, connection, notice)

    def _sessions(self, ended: EndedSessions) -> list[Connection]:
        return [
            connection
            for connection in self._delivery.of_user(ended.name)
            if ended.device is None or connection.session.device == ended.device
        ]


def _limits(settings: Settings) -> tuple[int, int, int]:
    return settings.limit_messages, settings.limit_private, settings.update_period_ms


def _connection(link: Link) -> Connection:
    if isinstance(link, RequestLink):
        return link.connection
    assert isinstance(link, Connection)
    return link
