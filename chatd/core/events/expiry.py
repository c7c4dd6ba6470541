"""Expiry: what time alone ends."""

from chatd.core.events.base import Event
from chatd.core.events.messages import arm_limits
from chatd.core.state import State
from chatd.core.tick import TickChanges


class LimitsReset(Event, frozen=True, tag="LimitsReset"):
    """The periods of a user that had ended by `ts` count no more."""

    name: str

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        for window in user.windows:
            if window.reset_at_ms <= self.ts:
                window.count = window.held = 0
        changes.limits_reset.add(self.name)


class NoncesForgotten(Event, frozen=True, tag="NoncesForgotten"):
    """The oldest nonces of a user, as many as go at once, that were over by `ts` are forgotten."""

    name: str

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        if user.nonces is not None:
            user.nonces.forget(self.ts)
            user.nonces = user.nonces if len(user.nonces) else None


class EntriesExpired(Event, frozen=True, tag="EntriesExpired"):
    """The entries of a room up to `up_to` are gone for everyone."""

    room: str
    up_to: int

    def apply(self, state: State, changes: TickChanges) -> None:
        state.trim(changes, state.rooms[self.room], self.up_to)


class RulesChanged(Event, frozen=True, tag="RulesChanged"):
    """From now on dates are made by these settings, and those that were made are made again.

    lifetime_ms: 0 is never.
    """

    lifetime_ms: int
    update_period_ms: int

    def apply(self, state: State, changes: TickChanges) -> None:
        tables, now_ms = state.tables, self.ts
        if self.lifetime_ms != tables.lifetime_ms:
            for room in state.rooms.values():
                for member in room.members.values():
                    member.live_by(self.lifetime_ms, tables.lifetime_ms, now_ms)
        if self.update_period_ms != tables.update_period_ms:
            for user in state.users.values():
                for window in user.windows:
                    window.last_for(self.update_period_ms, tables.update_period_ms, now_ms)
                arm_limits(user, changes)
        tables.lifetime_ms, tables.update_period_ms = self.lifetime_ms, self.update_period_ms
