"""Hooks: addresses that users make, and give up."""

from chatd.core.events.base import Event
from chatd.core.model import Hook
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class HookMade(Event, frozen=True, tag="HookMade"):
    """A user has one more hook. token_hash: SHA-256 of its token."""

    name: str
    number: int
    room: str
    label: str
    token_hash: bytes

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        user.hooks_made = self.number
        user.hooks[self.number] = Hook(self.number, self.room, self.label, self.token_hash, self.ts)
        state.hook_owners[self.token_hash] = (self.name, self.number)
        state.append_to_self(
            changes,
            self.name,
            entries.HookMade,
            self.ts,
            hook=self.number,
            in_room=self.room,
            label=self.label,
        )


class HookRevoked(Event, frozen=True, tag="HookRevoked"):
    """Nothing comes by a hook any more."""

    name: str
    number: int

    def apply(self, state: State, changes: TickChanges) -> None:
        hook = state.users[self.name].hooks.pop(self.number)
        del state.hook_owners[hook.token_hash]
        state.append_to_self(
            changes,
            self.name,
            entries.HookRevoked,
            self.ts,
            hook=self.number,
            in_room=hook.room,
            label=hook.label,
        )
