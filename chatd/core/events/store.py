"""The store itself: its beginning, its epochs, the servers that took it up."""

from chatd.core.events.base import Event
from chatd.core.state import State
from chatd.core.tick import TickChanges


class StoreCreated(Event, frozen=True, tag="StoreCreated"):
    """The first event of every store, which its first snapshot holds.

    secret: 32 bytes that never leave it.
    """

    epoch: str
    secret: bytes

    def apply(self, state: State, changes: TickChanges) -> None:
        state.tables.epoch = self.epoch
        state.tables.secret = self.secret
        state.index_names()


class EpochRenewed(Event, frozen=True, tag="EpochRenewed"):
    """Positions that were given out before mean nothing any more."""

    epoch: str

    def apply(self, state: State, changes: TickChanges) -> None:
        state.tables.epoch = self.epoch


class ServerStarted(Event, frozen=True, tag="ServerStarted"):
    """A server took up the store, which nobody has let go of cleanly from now on.

    durable: whether it syncs each tick, so that a crash loses nothing that was sent.
    """

    durable: bool

    def apply(self, state: State, changes: TickChanges) -> None:
        state.tables.durable = self.durable
        state.tables.stopped = False


class ExpiryHeld(Event, frozen=True, tag="ExpiryHeld"):
    """A clock that may be wrong stamps the store: nothing expires before `until`."""

    until: int

    def apply(self, state: State, changes: TickChanges) -> None:
        state.tables.held_until_ms = self.until
