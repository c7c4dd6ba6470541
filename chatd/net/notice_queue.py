"""The notices that go to many connections: some in each tick, those that came first first.

They go to who is live; those that lag would only lag more. Where a notice is not worth what it
would cost, since too many would get it or too much waits already, nobody gets it.
"""

from collections import deque
from collections.abc import Container, Hashable, Mapping
from itertools import islice
from typing import NamedTuple

from chatd.core.model import Room
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.wire.commands import Notice

SENDS_PER_TICK = 500
"""Connections to which one tick sends such notices."""
WAITING_MAX = 1_000
"""Notices that wait; with more, rooms get none."""
ROOM_CONNECTIONS_MAX = 100
"""Connections to which a notice goes that is for one room; where there are more, to none."""


class _Waiting(NamedTuple):
    """A notice, to whom it has yet to go, each with its codec's view, and its bytes by that.

    members: to which users of these; None: to all.
    """

    notice: Notice
    connections: dict[Connection, Hashable]
    members: Container[str] | None
    encoded: dict[Hashable, bytes]


class NoticeQueue:
    """What waits. live: the connections that are live, each with its codec's view."""

    def __init__(self, live: Mapping[Connection, Hashable], boundary: ErrorBoundary) -> None:
        self._live = live
        self._boundary = boundary
        self._queue: deque[_Waiting] = deque()

    def __bool__(self) -> bool:
        return bool(self._queue)

    def add(self, notice: Notice) -> None:
        """Let a notice go to all that are live."""
        if self._live:
            self._queue.append(_Waiting(notice, dict(self._live), None, {}))

    def add_for(
        self, room: Room, notice: Notice, online: Mapping[str, dict[Connection, None]], but: str
    ) -> None:
        """Let a notice go to all that are live in a room, those of one user aside.

        online: the connections of each user.
        """
        if len(self._queue) >= WAITING_MAX:
            return
        members = room.members
        few = members if len(members) < len(online) else online
        names = (name for name in few if name in members and name in online and name != but)
        live = (c for name in names for c in online[name] if c in self._live)
        connections = {c: self._live[c] for c in islice(live, ROOM_CONNECTIONS_MAX + 1)}
        if 0 < len(connections) <= ROOM_CONNECTIONS_MAX:
            self._queue.append(_Waiting(notice, connections, members, {}))

    def send_some(self) -> None:
        """Queue some to their connections."""
        left = SENDS_PER_TICK
        while left and self._queue:
            notice, connections, members, encoded = self._queue[0]
            for connection, view in list(islice(connections.items(), left)):
                del connections[connection]
                left -= 1
                if connection not in self._live:  # any more
                    continue
                if members is not None and connection.name not in members:
                    continue
                try:
                    if view not in encoded:
                        assert connection.pusher is not None, notice
                        encoded[view] = connection.pusher.encode_notice(notice)
                    connection.enqueue(encoded[view])
                except Exception as error:
                    self._boundary.contain(connection, error)
            if not connections:
                self._queue.popleft()
