"""Turns: who is next to hear of the general room, which everybody hears.

A tick tells it to some hundred connections, to those first that have waited longest, and each
gets all that came since its last turn. So no tick is long, however many listen, and the busier
the room is, the more entries share a send, which costs little more for many than for one.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from math import inf
from typing import NamedTuple

from chatd.core.model import Room
from chatd.net.batches import Batch
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection

TURNS_MAX = 1_000
"""So many turns there are in one tick: a few milliseconds of sending."""
LARGE_BYTES = 8 * 1024
TURNS_OF_A_LARGE_BATCH = 4
"""What is so large takes longer to send, and counts as so many turns."""


class _Share(NamedTuple):
    """What one who is due gets. turns: as how many it counts; varies: whether others get others."""

    shared: tuple[bytes]
    byte_count: float
    turns: int
    varies: bool


_GONE = _Share((b"",), inf, 0, False)
"""In place of what is not there any more: too much for anybody."""


class Turns:
    """The live connections that have not heard all of the general room.

    high_water_bytes: who would have more than that unsent has no turn, and falls behind.
    """

    def __init__(self, general: Room, boundary: ErrorBoundary, high_water_bytes: int) -> None:
        self._general = general
        self._log = general.log
        self._boundary = boundary
        self.high_water_bytes = high_water_bytes
        self._due: dict[Connection, type] = {}  # each with the class of its codec
        self._batches: dict[int, Batch] = {}

    @property
    def are_due(self) -> bool:
        """Whether anybody waits for a turn."""
        return bool(self._due)

    def due_of(self, connections: Iterable[Connection]) -> list[Connection]:
        """Return those of the connections that wait for a turn."""
        return [connection for connection in connections if connection in self._due]

    def call(self, live: Mapping[Connection, type]) -> None:
        """There is something new, so all who are live are due; who waits keeps the place."""
        self._due.update(live)

    def cancel(self, connection: Connection) -> None:
        """A connection is over, or behind."""
        self._due.pop(connection, None)

    def take(self, now_ms: int) -> tuple[list[Connection], list[Connection]]:
        """Give as many their turn as fit into the tick, which ends with this.

        Returns those whose peer would not take it all, and those that fall behind.
        """
        blocked, late, turns_left = [], [], TURNS_MAX
        last_seq = self._log.last_seq
        codec, seq = None, -1
        for connection in list(islice(self._due, TURNS_MAX)):
            its_codec = self._due.pop(connection)
            try:
                if connection.general_seq != seq or its_codec is not codec:  # not like the last
                    codec, seq = None, connection.general_seq
                    shared, byte_count, turns, varies = self._share(connection)
                    if not varies:
                        codec = its_codec
                if connection.queued_bytes + byte_count > self.high_water_bytes:
                    late.append(connection)
                    continue
                connection.general_seq = last_seq
                if connection.send_shared(shared, now_ms):
                    blocked.append(connection)
            except Exception as error:
                self._boundary.contain(connection, error)
                turns = 1
            turns_left -= turns
            if turns_left <= 0:
                break
        self._batches.clear()  # by the next tick some of it may have changed, or be gone
        return blocked, late

    def take_one(self, connection: Connection) -> bool:
        """Queue to one who is due what it has not heard; False if it falls behind."""
        del self._due[connection]
        (data,), byte_count, _, _ = self._share(connection)
        if connection.queued_bytes + byte_count > self.high_water_bytes:
            return False
        connection.general_seq = self._log.last_seq
        connection.enqueue(data)
        return True

    def _share(self, connection: Connection) -> _Share:
        """Return what a connection gets; who are equally far share what is put together once."""
        seq = connection.general_seq
        if seq + 1 < self._log.first_seq:
            return _GONE
        batch = self._batches.get(seq)
        if batch is None:
            batch = self._batches[seq] = Batch(self._general, self._log.after(seq))
        shared = batch.shared_with(connection)
        byte_count = len(shared[0])
        turns = TURNS_OF_A_LARGE_BATCH if byte_count > LARGE_BYTES else 1
        return _Share(shared, byte_count, turns, batch.varies)
