"""Time."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory


@changes(e.LimitsReset)
def limits_reset(memory: Memory, event: e.LimitsReset) -> None:
    user = memory.users[event.name]
    for window in (user.general, user.private):
        if window.reset_at_ms <= event.ts:
            window.count = window.held = 0


@changes(e.NoncesForgotten)
def nonces_forgotten(memory: Memory, event: e.NoncesForgotten) -> None:
    user = memory.users[event.name]
    if user.receipts is not None:
        user.receipts.forget(event.ts)
        user.receipts = user.receipts if len(user.receipts) else None


@changes(e.EntriesExpired)
def entries_expired(memory: Memory, event: e.EntriesExpired) -> None:
    memory.trim(memory.rooms[event.room], event.up_to)
