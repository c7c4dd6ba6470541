"""Hooks."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory
from chatd.core.model import Hook
from chatd.wire import entries


@changes(e.HookMade)
def hook_made(memory: Memory, event: e.HookMade) -> None:
    user = memory.users[event.name]
    user.hooks_made = event.number
    user.hooks[event.number] = Hook(
        event.number, event.room, event.label, event.token_hash, event.ts
    )
    memory.hook_owners[event.token_hash] = (event.name, event.number)
    memory.tell(
        event.name,
        entries.HookMade,
        event.ts,
        hook=event.number,
        in_room=event.room,
        label=event.label,
    )


@changes(e.HookRevoked)
def hook_revoked(memory: Memory, event: e.HookRevoked) -> None:
    hook = memory.users[event.name].hooks.pop(event.number)
    del memory.hook_owners[hook.token_hash]
    memory.tell(
        event.name,
        entries.HookRevoked,
        event.ts,
        hook=event.number,
        in_room=hook.room,
        label=hook.label,
    )
