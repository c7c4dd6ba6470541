"""The journal, as the database knows it: what keeps the ticks. Where they go is its own matter."""

from typing import Protocol


class Journal(Protocol):
    """Ticks by number, in order, and a mark that tells one journal's past from another's.

    A tick that was appended may become durable later: until `durable_tick` has reached it nothing
    of it may leave. Whoever serves the journal then waits for what it watches, and appends nothing.
    Every method may raise OSError; after one that `append`, `sync` or `rotate` raised the journal
    must not be used any more.
    """

    @property
    def shortage(self) -> str:
        """What there was none of when `reserve` failed last, in words."""

    @property
    def last_tick(self) -> int:
        """The number of the last tick appended, 0 if there is none."""

    @property
    def durable_tick(self) -> int:
        """The last tick that is as durable as the settings ask for."""

    @property
    def synced_tick(self) -> int:
        """The last tick that a power failure can't take away any more."""

    @property
    def mark(self) -> bytes:
        """Of the ticks up to the last: a snapshot of them has it, too."""

    @property
    def bytes_since_snapshot(self) -> int:
        """The bytes that no snapshot has replaced yet."""

    def reserve(self) -> bool:
        """Make room for a whole tick; False if there is none to be had."""

    def append(self, body: bytes) -> int:
        """Take the next tick; return its number."""

    def sync(self) -> None:
        """Make all ticks so far durable, and wait for that."""

    def rotate(self) -> int:
        """Divide the ticks so far, all durable, from those to come; return the last of them.

        Raises StoreFull, with nothing changed, if there is no room for that.
        """

    def drop_through(self, tick: int, segments_max: int | None = None) -> bool:
        """Delete what a durable snapshot of `tick` replaces, as far as it was divided.

        segments_max: how many pieces to delete at most. Returns whether nothing is left to do.
        """

    def close(self) -> None:
        """Make all ticks durable and let go."""
