"""Broadcast queue: which connections get the new entries of the general room next.

A tick sends them to some hundred connections, to those first that have waited longest, and each
gets all that came since the last time. So no tick is long, however many listen, and the busier
the room is, the more entries share a send, which costs little more for many than for one.
"""

from collections.abc import Hashable, Iterable, Mapping
from itertools import islice
from math import inf
from typing import NamedTuple

from chatd.core.model import Room
from chatd.net.batches import Batch
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection

SENDS_PER_TICK = 1_000
"""A few milliseconds of sending."""
LARGE_BYTES = 8 * 1024
SENDS_OF_A_LARGE_BATCH = 4
"""A larger batch takes longer to send, and counts as several."""


class _Share(NamedTuple):
    """What a connection gets. sends: as how many it counts; varies: whether others get others."""

    data: bytes
    byte_count: float
    sends: int
    varies: bool


_GONE = _Share(b"", inf, 0, False)
"""In place of what is not there any more: too much for anybody."""


class BroadcastQueue:
    """The live connections that have not been sent all of the general room.

    high_water_bytes: a connection that would have more than that unsent lags instead.
    """

    def __init__(self, general: Room, boundary: ErrorBoundary, high_water_bytes: int) -> None:
        self._general = general
        self._log = general.log
        self._boundary = boundary
        self.high_water_bytes = high_water_bytes
        self._waiting: dict[Connection, Hashable] = {}  # each with its codec's view
        self._batches: dict[int, Batch] = {}

    @property
    def is_waited_in(self) -> bool:
        """Whether a connection waits."""
        return bool(self._waiting)

    def waiting_of(self, connections: Iterable[Connection]) -> list[Connection]:
        """Return those of the connections that wait."""
        return [connection for connection in connections if connection in self._waiting]

    def add_all(self, live: Mapping[Connection, Hashable]) -> None:
        """There are new entries, so all that are live wait; those that did keep their place."""
        self._waiting.update(live)

    def discard(self, connection: Connection) -> None:
        """A connection has closed, or lags now."""
        self._waiting.pop(connection, None)

    def send_some(self, now_ms: int) -> tuple[list[Connection], list[Connection]]:
        """Send to as many as fit into the tick, which ends with this.

        Returns those whose peer would not take it all, and those that lag now.
        """
        blocked, late, sends_left = [], [], SENDS_PER_TICK
        last_seq = self._log.last_seq
        view: Hashable = None
        seq = -1
        for connection in list(islice(self._waiting, SENDS_PER_TICK)):
            its_view = self._waiting.pop(connection)
            try:
                if connection.general_seq != seq or its_view != view:  # not like the last
                    view, seq = None, connection.general_seq
                    data, byte_count, sends, varies = self._share(connection)
                    if not varies:
                        view = its_view
                if connection.queued_bytes + byte_count > self.high_water_bytes:
                    late.append(connection)
                    continue
                connection.general_seq = last_seq
                if connection.send(data, now_ms):
                    blocked.append(connection)
            except Exception as error:
                self._boundary.contain(connection, error)
                sends = 1
            sends_left -= sends
            if sends_left <= 0:
                break
        self._batches.clear()  # by the next tick some of it may have changed, or be gone
        return blocked, late

    def enqueue_now(self, connection: Connection) -> bool:
        """Queue to one that waits what it has not been sent; False if it lags now."""
        del self._waiting[connection]
        data, byte_count, _, _ = self._share(connection)
        if connection.queued_bytes + byte_count > self.high_water_bytes:
            return False
        connection.general_seq = self._log.last_seq
        connection.enqueue(data)
        return True

    def _share(self, connection: Connection) -> _Share:
        """Return what a connection gets; those that are equally far share what is encoded once."""
        seq = connection.general_seq
        if seq + 1 < self._log.first_seq:
            return _GONE
        batch = self._batches.get(seq)
        if batch is None:
            batch = self._batches[seq] = Batch(self._general, self._log.after(seq))
        data = batch.bytes_for(connection)
        byte_count = len(data)
        sends = SENDS_OF_A_LARGE_BATCH if byte_count > LARGE_BYTES else 1
        return _Share(data, byte_count, sends, batch.varies)
