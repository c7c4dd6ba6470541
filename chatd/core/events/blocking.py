"""Blocking: users who want nothing from another."""

from chatd.core.events.base import Event
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class UserBlocked(Event, frozen=True, tag="UserBlocked"):
    """A user wants no direct messages or invitations from another."""

    name: str
    other: str

    def apply(self, state: State, changes: TickChanges) -> None:
        state.users[self.name].blocked[self.other] = self.ts
        state.append_to_self(changes, self.name, entries.Blocked, self.ts, user=self.other)


class UserUnblocked(Event, frozen=True, tag="UserUnblocked"):
    """A user wants them again."""

    name: str
    other: str

    def apply(self, state: State, changes: TickChanges) -> None:
        del state.users[self.name].blocked[self.other]
        state.append_to_self(changes, self.name, entries.Unblocked, self.ts, user=self.other)
