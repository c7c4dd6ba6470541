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


@changes(e.RulesChanged)
def rules_changed(memory: Memory, event: e.RulesChanged) -> None:
    tables, now_ms = memory.tables, event.ts
    if event.lifetime_ms != tables.lifetime_ms:
        for room in memory.rooms.values():
            for member in room.members.values():
                member.live_by(event.lifetime_ms, tables.lifetime_ms, now_ms)
    if event.update_period_ms != tables.update_period_ms:
        for user in memory.users.values():
            for window in (user.general, user.private):
                window.last_for(event.update_period_ms, tables.update_period_ms, now_ms)
    tables.lifetime_ms, tables.update_period_ms = event.lifetime_ms, event.update_period_ms
