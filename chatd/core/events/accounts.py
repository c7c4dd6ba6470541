"""Accounts: users, passwords, devices."""

from bisect import insort

from chatd.core.events.base import Event
from chatd.core.model import Credentials, DeviceToken, Member, Room, User
from chatd.core.state import State
from chatd.core.tick import EndedSessions, TickChanges
from chatd.wire import entries
from chatd.wire.rooms import self_room


class UserRegistered(Event, frozen=True, tag="UserRegistered"):
    """There is a new account.

    network: a keyed hash of where it was registered from; empty for this machine.
    expires_at: when it goes again if nobody has logged in by then; 0 is never.
    """

    name: str
    credentials: Credentials
    network: bytes = b""
    expires_at: int = 0

    def apply(self, state: State, changes: TickChanges) -> None:
        user = User(self.name, self.ts, self.credentials, network=self.network)
        user.expires_ms = self.expires_at
        state.users[self.name] = user
        state.names.add(self.name)
        insort(state.people, self.name)
        state.appearances.add(self.name)
        room = self_room(self.name)
        state.rooms[room] = Room(room, self.ts, {self.name: Member()})
        state.rooms_by_name[self.name] = []
        state.enter_room(self.name, room)
        arm_unused(user, changes)


class UserEntered(Event, frozen=True, tag="UserEntered"):
    """Somebody has logged in to an account for the first time, with the password alone."""

    name: str

    def apply(self, state: State, changes: TickChanges) -> None:
        state.users[self.name].expires_ms = 0


class UserExpired(Event, frozen=True, tag="UserExpired"):
    """There is no such account any more: nobody has ever logged in."""

    name: str

    def apply(self, state: State, changes: TickChanges) -> None:
        room = self_room(self.name)
        del state.rooms[room]
        changes.forget_room(room)
        state.unread.end(room)
        del state.rooms_by_name[self.name]
        del state.users[self.name]
        state.names.remove(self.name)
        state.forget_person(self.name)
        state.appearances.remove(self.name)


class PasswordChanged(Event, frozen=True, tag="PasswordChanged"):
    """A user has new credentials, and no device token any more."""

    name: str
    credentials: Credentials

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        user.credentials = self.credentials
        user.expires_ms = 0
        for device in user.devices.values():
            del state.token_owners[device.token_hash]
        user.devices.clear()
        state.append_to_self(changes, self.name, entries.PasswordChanged, self.ts)
        ended = EndedSessions(self.name, None, "the password was changed", but_asking=True)
        changes.ended_sessions.append(ended)


class DeviceAdded(Event, frozen=True, tag="DeviceAdded"):
    """A user has one more device token. token_hash: SHA-256 of the token."""

    name: str
    number: int
    label: str
    token_hash: bytes

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        user.expires_ms = 0  # only somebody who has logged in gets one
        user.devices_made = self.number
        user.devices[self.number] = DeviceToken(self.number, self.label, self.token_hash, self.ts)
        state.token_owners[self.token_hash] = (self.name, self.number)
        state.append_to_self(
            changes, self.name, entries.DeviceAdded, self.ts, device=self.number, label=self.label
        )


class DeviceRevoked(Event, frozen=True, tag="DeviceRevoked"):
    """A device token opens nothing any more."""

    name: str
    number: int

    def apply(self, state: State, changes: TickChanges) -> None:
        device = state.users[self.name].devices.pop(self.number)
        del state.token_owners[device.token_hash]
        state.append_to_self(
            changes,
            self.name,
            entries.DeviceRevoked,
            self.ts,
            device=self.number,
            label=device.label,
        )
        ended = EndedSessions(self.name, self.number, "this device was revoked")
        changes.ended_sessions.append(ended)


def arm_unused(user: User, changes: TickChanges) -> None:
    """Set the timer of an account that nobody has logged in to yet."""
    if user.expires_ms:
        changes.timers["unused", user.name] = user.expires_ms
