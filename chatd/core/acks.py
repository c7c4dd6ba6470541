"""Acknowledgements of the last second, gathered outside the state.

Readers acknowledge far more often than it matters; one event a second says how far they
have come. What a crash loses of it costs a repeated entry, known by its number.
"""

from collections.abc import Mapping
from itertools import islice


class Acks:
    """The highest acknowledged number by user and room, and who said so."""

    def __init__(self) -> None:
        self._seqs: dict[tuple[str, str], int] = {}
        self._readers: dict[tuple[str, str], object] = {}

    def __bool__(self) -> bool:
        return bool(self._seqs)

    def add(self, name: str, seqs: Mapping[str, int], reader: object) -> None:
        """Take what a user has read: room id to number. reader: the connection it came by."""
        for room, seq in seqs.items():
            key = (name, room)
            if seq > self._seqs.get(key, 0):
                self._seqs[key] = seq
                self._readers[key] = reader

    def seq(self, name: str, room: str) -> int:
        """Return what a user has acknowledged in a room in the last second, 0 for nothing."""
        return self._seqs.get((name, room), 0)

    def first(self, count: int) -> list[tuple[str, str, int]]:
        """Return the `count` that have waited longest, in order, as (name, room, seq)."""
        first = islice(self._seqs.items(), count)
        return sorted((name, room, seq) for (name, room), seq in first)

    def reader(self, name: str, room: str) -> object:
        """Return by which connection the number came."""
        return self._readers[name, room]

    def forget(self, name: str, room: str) -> None:
        """Forget what a user has read in a room: it is an event now, or the user has left."""
        self._seqs.pop((name, room), None)
        self._readers.pop((name, room), None)
