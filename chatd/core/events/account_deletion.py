"""Account deletion: nothing is left by which a user could come back, or be waited for."""

from chatd.core.events.base import Event
from chatd.core.events.groups import (
    GroupEnded,
    InvitationEnded,
    LinkRevoked,
    MemberLeft,
    OwnerChanged,
    RequestEnded,
)
from chatd.core.events.moderation import inform_admins
from chatd.core.model import Credentials, Member, Room, User
from chatd.core.state import State
from chatd.core.tick import EndedSessions, TickChanges
from chatd.wire.rooms import GENERAL, RoomKind


class AccountEnded(Event, frozen=True, tag="AccountEnded"):
    """A user is gone, and the name stays reserved. by: the user, or an administrator.

    posts: whether all that the user posted is to be deleted, too. due: when an entry made now is
    gone for its author. admins: the administrators who are informed.
    """

    name: str
    by: str
    posts: bool
    due: int
    admins: list[str]

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        user.ended_ms, user.expires_ms = self.ts, 0
        user.erases_posts = self.posts
        state.forget_person(user.name)
        if self.posts:
            state.erasing[user.name] = None
            changes.timers["erase", ""] = self.ts
        _close_ways_in(state, user)
        state.appearances.change(user.name, user.display_name, "")
        user.display_name = ""
        _drop_plans(state, changes, user, self.ts)
        for room_id in list(user.rooms):
            _leave(state, changes, state.rooms[room_id], user, self)
        state.general.newcomers.pop(user.name, None)
        changes.ended_sessions.append(EndedSessions(user.name, None, "this account was deleted"))
        inform_admins(
            state, changes, self.admins, self.ts, action="deleted", user=user.name, by=self.by
        )


class PostsErased(Event, frozen=True, tag="PostsErased"):
    """All that these users posted is deleted."""

    names: list[str]

    def apply(self, state: State, changes: TickChanges) -> None:
        for name in self.names:
            state.users[name].erases_posts = False
            del state.erasing[name]


def _close_ways_in(state: State, user: User) -> None:
    """Void password, devices and hooks. The look of the credentials stays: see `NameIndex`."""
    looks = user.credentials
    user.credentials = Credentials(bytes(len(looks.salt)), looks.iterations, b"", b"")
    for device in user.devices.values():
        del state.token_owners[device.token_hash]
    for hook in user.hooks.values():
        del state.hook_owners[hook.token_hash]
    user.devices.clear()
    user.hooks.clear()


def _drop_plans(state: State, changes: TickChanges, user: User, ts: int) -> None:
    """Drop what was under way, and what waited for the user."""
    for room_id in list(user.invitations):
        InvitationEnded(ts, room_id, user.name, user.name).apply(state, changes)
    for room_id in list(user.asked.values()):
        RequestEnded(ts, room_id, user.name, user.name).apply(state, changes)
    for number in list(state.uploads_by_owner.get(user.name, ())):
        state.take_upload(number)
        changes.dropped_files.append(number)
        changes.timers["upload", number] = None
    for number in user.scheduled:
        changes.timers["scheduled", (user.name, number)] = None
    for kind in ("held", "ban"):
        changes.timers[kind, user.name] = None
    user.scheduled.clear()
    user.blocked.clear()
    user.reported.clear()
    user.warned.clear()
    user.nonces = user.reached = None
    user.banned_until_ms, user.banned_by, user.ban_reason = 0, "", ""


def _leave(state: State, changes: TickChanges, room: Room, user: User, event: AccountEnded) -> None:
    """Take a user out of a room; one that nobody is left in ends."""
    if room.kind is RoomKind.GROUP:
        _leave_group(state, changes, room, user, event)
    elif room.room != GENERAL and len(room.members) == 1:
        state.end_room(changes, room, event.ts)
    else:
        del room.members[user.name]
        state.leave_room(user.name, room.room)


def _leave_group(
    state: State, changes: TickChanges, room: Room, user: User, event: AccountEnded
) -> None:
    """Hand a room that the user owns to its longest member; end it where there is none."""
    group, ts, name = room.group, event.ts, user.name
    assert group is not None, room.room
    for invited in [n for n, invitation in group.invited.items() if invitation.by == name]:
        InvitationEnded(ts, room.room, invited, name).apply(state, changes)
    if group.owner == name:
        others = {n: member for n, member in room.members.items() if n != name}
        if not others:
            GroupEnded(ts, room.room).apply(state, changes)
            return
        for number in list(group.links):
            LinkRevoked(ts, room.room, number).apply(state, changes)
        seq, reset_at = room.log.last_seq + 1, user.private.reset_at_ms
        heir = _longest(others)
        OwnerChanged(ts, room.room, seq, heir, name, event.due, reset_at).apply(state, changes)
    seq = room.log.last_seq + 1
    MemberLeft(ts, room.room, seq, name, name, event.due).apply(state, changes)


def _longest(members: dict[str, Member]) -> str:
    return min(members, key=lambda name: members[name].joined_ms)
