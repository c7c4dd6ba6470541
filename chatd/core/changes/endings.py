"""Endings: nothing is left by which a user could come back, or be waited for."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.changes.groups import (
    group_ended,
    invitation_ended,
    link_revoked,
    member_left,
    owner_changed,
    request_ended,
)
from chatd.core.memory import Memory
from chatd.core.model import Credentials, Member, Room, User
from chatd.wire import entries
from chatd.wire.rooms import GENERAL, RoomKind


@changes(e.AccountEnded)
def account_ended(memory: Memory, event: e.AccountEnded) -> None:
    user = memory.users[event.name]
    user.ended_ms, user.expires_ms = event.ts, 0
    user.erases_posts = event.posts
    if event.posts:
        memory.erasing[user.name] = None
    _close_ways_in(memory, user)
    _drop_plans(memory, user, event.ts)
    for room_id in list(user.rooms):
        _leave(memory, memory.rooms[room_id], user, event)
    memory.general.newcomers.pop(user.name, None)
    for admin in event.admins:
        memory.tell(
            admin, entries.Moderated, event.ts, action="deleted", user=user.name, by=event.by
        )


def _close_ways_in(memory: Memory, user: User) -> None:
    """Void password, devices and hooks. The look of the credentials stays: see `NameIndex`."""
    looks = user.credentials
    user.credentials = Credentials(bytes(len(looks.salt)), looks.iterations, b"", b"")
    for device in user.devices.values():
        del memory.token_owners[device.token_hash]
    for hook in user.hooks.values():
        del memory.hook_owners[hook.token_hash]
    user.devices.clear()
    user.hooks.clear()


def _drop_plans(memory: Memory, user: User, ts: int) -> None:
    """Drop what was under way, and what waited for the user."""
    for room_id in list(user.invitations):
        invitation_ended(memory, e.InvitationEnded(ts, room_id, user.name, user.name))
    for room_id in list(user.asked.values()):
        request_ended(memory, e.RequestEnded(ts, room_id, user.name, user.name))
    for number in list(memory.uploads_by_owner.get(user.name, ())):
        memory.take_upload(number)
        memory.dropped_files.append(number)
    user.scheduled.clear()
    user.blocked.clear()
    user.reported.clear()
    user.warned.clear()
    user.receipts = user.reached = None
    user.banned_until_ms, user.banned_by, user.ban_reason = 0, "", ""


def _leave(memory: Memory, room: Room, user: User, event: e.AccountEnded) -> None:
    """Take a user out of a room; one that nobody is left in ends."""
    if room.kind is RoomKind.GROUP:
        _leave_group(memory, room, user, event)
    elif room.room != GENERAL and len(room.members) == 1:
        memory.end_room(room)
    else:
        del room.members[user.name]
        memory.leave_room(user.name, room.room)


def _leave_group(memory: Memory, room: Room, user: User, event: e.AccountEnded) -> None:
    """Hand a room that the user owns to its longest member; end it where there is none."""
    group, ts, name = room.group, event.ts, user.name
    assert group is not None, room.room
    for invited in [n for n, invitation in group.invited.items() if invitation.by == name]:
        invitation_ended(memory, e.InvitationEnded(ts, room.room, invited, name))
    if group.owner == name:
        others = {n: member for n, member in room.members.items() if n != name}
        if not others:
            group_ended(memory, e.GroupEnded(ts, room.room))
            return
        for number in list(group.links):
            link_revoked(memory, e.LinkRevoked(ts, room.room, number))
        seq, reset_at = room.log.last_seq + 1, user.private.reset_at_ms
        heir = _longest(others)
        owner_changed(memory, e.OwnerChanged(ts, room.room, seq, heir, name, event.due, reset_at))
    seq = room.log.last_seq + 1
    member_left(memory, e.MemberLeft(ts, room.room, seq, name, name, event.due))


def _longest(members: dict[str, Member]) -> str:
    return min(members, key=lambda name: members[name].joined_ms)


@changes(e.PostsErased)
def posts_erased(memory: Memory, event: e.PostsErased) -> None:
    for name in event.names:
        memory.users[name].erases_posts = False
        del memory.erasing[name]
