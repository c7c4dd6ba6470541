"""Accounts."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory
from chatd.core.model import DeviceToken, Member, Room, User
from chatd.wire import entries
from chatd.wire.rooms import self_room


@changes(e.UserRegistered)
def user_registered(memory: Memory, event: e.UserRegistered) -> None:
    user = User(event.name, event.ts, event.credentials, network=event.network)
    user.expires_ms = event.expires_at
    memory.users[event.name] = user
    memory.names.add(event.name)
    room = self_room(event.name)
    memory.rooms[room] = Room(room, event.ts, {event.name: Member()})
    memory.rooms_by_name[event.name] = []
    memory.enter_room(event.name, room)


@changes(e.UserEntered)
def user_entered(memory: Memory, event: e.UserEntered) -> None:
    memory.users[event.name].expires_ms = 0


@changes(e.UserExpired)
def user_expired(memory: Memory, event: e.UserExpired) -> None:
    room = self_room(event.name)
    del memory.rooms[room]
    memory.grown.pop(room, None)
    del memory.rooms_by_name[event.name]
    del memory.users[event.name]
    memory.names.remove(event.name)


@changes(e.PasswordChanged)
def password_changed(memory: Memory, event: e.PasswordChanged) -> None:
    user = memory.users[event.name]
    user.credentials = event.credentials
    user.expires_ms = 0
    for device in user.devices.values():
        del memory.token_owners[device.token_hash]
    user.devices.clear()
    memory.tell(event.name, entries.PasswordChanged, event.ts)


@changes(e.DeviceAdded)
def device_added(memory: Memory, event: e.DeviceAdded) -> None:
    user = memory.users[event.name]
    user.expires_ms = 0  # only somebody who has logged in gets one
    user.devices_made = event.number
    user.devices[event.number] = DeviceToken(event.number, event.label, event.token_hash, event.ts)
    memory.token_owners[event.token_hash] = (event.name, event.number)
    memory.tell(event.name, entries.DeviceAdded, event.ts, device=event.number, label=event.label)


@changes(e.DeviceRevoked)
def device_revoked(memory: Memory, event: e.DeviceRevoked) -> None:
    device = memory.users[event.name].devices.pop(event.number)
    del memory.token_owners[device.token_hash]
    memory.tell(
        event.name, entries.DeviceRevoked, event.ts, device=event.number, label=device.label
    )
