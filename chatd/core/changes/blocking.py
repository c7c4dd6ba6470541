"""Blocking."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory
from chatd.wire import entries


@changes(e.UserBlocked)
def user_blocked(memory: Memory, event: e.UserBlocked) -> None:
    memory.users[event.name].blocked[event.other] = event.ts
    memory.tell(event.name, entries.Blocked, event.ts, user=event.other)


@changes(e.UserUnblocked)
def user_unblocked(memory: Memory, event: e.UserUnblocked) -> None:
    del memory.users[event.name].blocked[event.other]
    memory.tell(event.name, entries.Unblocked, event.ts, user=event.other)
