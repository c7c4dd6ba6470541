"""The store itself: its beginning, its epochs, the servers that took it up."""

from chatd.core.events.base import Event


class StoreCreated(Event, frozen=True, tag="StoreCreated"):
    """The first event of every store, which its first snapshot holds.

    secret: 32 bytes that never leave it.
    """

    epoch: str
    secret: bytes


class EpochRenewed(Event, frozen=True, tag="EpochRenewed"):
    """Positions that were told before mean nothing any more."""

    epoch: str


class ServerStarted(Event, frozen=True, tag="ServerStarted"):
    """A server took up the store, which nobody has let go of cleanly from now on.

    durable: whether it syncs each tick, so that a crash loses nothing that was told.
    """

    durable: bool


class ExpiryHeld(Event, frozen=True, tag="ExpiryHeld"):
    """A clock that may be wrong stamps the store: nothing expires before `until`."""

    until: int


class ClockRepaired(Event, frozen=True, tag="ClockRepaired"):
    """The store was stamped ahead of the clock, up to `last_ms`; from here on `ts` is now.

    right_ms: the newest stamp of an entry that is not ahead.
    """

    last_ms: int
    right_ms: int
