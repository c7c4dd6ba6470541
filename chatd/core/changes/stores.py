"""The store itself."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory


@changes(e.StoreCreated)
def store_created(memory: Memory, event: e.StoreCreated) -> None:
    memory.tables.epoch = event.epoch
    memory.tables.secret = event.secret
    memory.index_names()


@changes(e.EpochRenewed)
def epoch_renewed(memory: Memory, event: e.EpochRenewed) -> None:
    memory.tables.epoch = event.epoch


@changes(e.ServerStarted)
def server_started(memory: Memory, event: e.ServerStarted) -> None:
    memory.tables.durable = event.durable
    memory.tables.stopped = False


@changes(e.ExpiryHeld)
def expiry_held(memory: Memory, event: e.ExpiryHeld) -> None:
    memory.tables.held_until_ms = event.until
