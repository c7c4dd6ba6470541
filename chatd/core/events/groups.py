"""Groups: who is in, who owns, who may come, who wants to.

reset_at: when the period ends in which the event counts for who caused it.
due: when the event's entry is gone for its author, if nothing unread lay before it.
"""

from chatd.core.events.base import Event
from chatd.core.events.messages import charge, read_own
from chatd.core.group import Group, Invitation, JoinLink, JoinRequest
from chatd.core.model import Member, Room
from chatd.core.state import State
from chatd.core.tick import Move, TickChanges
from chatd.wire import entries
from chatd.wire.entries import Change


class GroupCreated(Event, frozen=True, tag="GroupCreated"):
    """A user made a group, and is its owner and only member."""

    room: str
    title: str
    owner: str
    due: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = Room(self.room, self.ts, group=Group(self.title, self.owner))
        state.rooms[self.room] = room
        joined = MemberJoined(self.ts, self.room, 1, self.owner, self.owner, 0, self.due)
        joined.apply(state, changes)


class MemberInvited(Event, frozen=True, tag="MemberInvited"):
    """A group's owner invited a user."""

    room: str
    name: str
    by: str
    reset_at: int

    def apply(self, state: State, changes: TickChanges) -> None:
        _group(state.rooms[self.room]).invited[self.name] = Invitation(self.by, self.ts)
        state.users[self.name].invitations.append(self.room)
        charge(state.users[self.by], "", self.reset_at, changes)
        state.users[self.by].reach(self.name, self.ts)
        state.append_to_self(
            changes, self.name, entries.Invited, self.ts, group=self.room, by=self.by
        )


class InvitationEnded(Event, frozen=True, tag="InvitationEnded"):
    """An invitation was taken back, or declined."""

    room: str
    name: str
    by: str

    def apply(self, state: State, changes: TickChanges) -> None:
        _forget_invitation(state, state.rooms[self.room], self.name)
        state.append_to_self(
            changes, self.name, entries.Removed, self.ts, group=self.room, by=self.by
        )


class MemberJoined(Event, frozen=True, tag="MemberJoined"):
    """A user is a member now, and sees what comes after `floor`. by: the user, or who approved."""

    room: str
    seq: int
    name: str
    by: str
    floor: int
    due: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        _forget_invitation(state, room, self.name)
        request = _forget_request(state, room, self.name)
        member = room.members[self.name] = Member.newcomer(self.floor, self.ts)
        member.first_floor = _group(room).back(self.name, self.floor)
        state.enter_room(self.name, self.room)
        state.unread.enter(room, self.name)
        changes.moves.append(Move(self.room, self.name, self.seq, joined=True))
        _enter(state, changes, room, self, Change.JOINED)
        if request is not None:
            number = request.number
            state.append_to_self(
                changes, self.name, entries.JoinApproved, self.ts, request=number, group=self.room
            )


class MemberLeft(Event, frozen=True, tag="MemberLeft"):
    """A user is no member any more. by: the user, or who removed them."""

    room: str
    seq: int
    name: str
    by: str
    due: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        member = room.members.pop(self.name)
        _group(room).left_by(self.name, member.first_floor)
        changes.moves.append(Move(self.room, self.name, self.seq, False, member.hidden_up_to))
        _enter(state, changes, room, self, Change.LEFT if self.by == self.name else Change.REMOVED)
        state.leave_room(self.name, self.room)
        state.append_to_self(
            changes, self.name, entries.Removed, self.ts, group=self.room, by=self.by
        )


class OwnerChanged(Event, frozen=True, tag="OwnerChanged"):
    """A group's owner made another member the owner."""

    room: str
    seq: int
    name: str
    by: str
    due: int
    reset_at: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        group = _group(room)
        group.owner = self.name
        charge(state.users[self.by], "", self.reset_at, changes)
        _enter(state, changes, room, self, Change.OWNER)
        for name in group.requests:  # the old owner alone was informed of them
            state.append_to_self(
                changes, self.name, entries.JoinRequested, self.ts, group=self.room, name=name
            )


class GroupEnded(Event, frozen=True, tag="GroupEnded"):
    """The last member has left; there is no such room any more."""

    room: str

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        group = _group(room)
        for name in list(group.invited):
            _forget_invitation(state, room, name)
            state.append_to_self(
                changes, name, entries.Removed, self.ts, group=self.room, by=group.owner
            )
        for name in list(group.requests):
            _end_request(state, changes, room, name, self.ts)
        for number in list(group.links):
            _forget_link(state, group, number)
        for name in room.members:
            state.append_to_self(
                changes, name, entries.Removed, self.ts, group=self.room, by=group.owner
            )
        state.end_room(changes, room, self.ts)


class LinkMade(Event, frozen=True, tag="LinkMade"):
    """A group has a join link. token_hash: SHA-256 of its token; expires_at: 0 is never.

    uses: how often it may be used, None without bound.
    """

    room: str
    number: int
    token_hash: bytes
    expires_at: int
    uses: int | None

    def apply(self, state: State, changes: TickChanges) -> None:
        group = _group(state.rooms[self.room])
        for number in [n for n, link in group.links.items() if not link.opens(self.ts)]:
            _forget_link(state, group, number)
        group.links_made = self.number
        group.links[self.number] = JoinLink(
            self.number, self.token_hash, self.ts, self.expires_at, self.uses
        )
        state.link_owners[self.token_hash] = (self.room, self.number)


class LinkRevoked(Event, frozen=True, tag="LinkRevoked"):
    """A join link opens nothing any more."""

    room: str
    number: int

    def apply(self, state: State, changes: TickChanges) -> None:
        _forget_link(state, _group(state.rooms[self.room]), self.number)


class JoinRequested(Event, frozen=True, tag="JoinRequested"):
    """A user asked to join, by a link, which is used once by that."""

    room: str
    name: str
    link: int
    request: int
    reset_at: int

    def apply(self, state: State, changes: TickChanges) -> None:
        group, user = _group(state.rooms[self.room]), state.users[self.name]
        link = group.links[self.link]
        if link.uses_left is not None:
            link.uses_left -= 1
        group.requests[self.name] = JoinRequest(self.request, self.ts)
        user.asked[self.request] = self.room
        user.asks_made = self.request
        charge(user, "", self.reset_at, changes)
        user.reach(group.owner, self.ts)
        state.append_to_self(changes, self.name, entries.JoinAsked, self.ts, request=self.request)
        state.append_to_self(
            changes, group.owner, entries.JoinRequested, self.ts, group=self.room, name=self.name
        )


class RequestEnded(Event, frozen=True, tag="RequestEnded"):
    """A request was denied, or withdrawn. by: who did."""

    room: str
    name: str
    by: str

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        _end_request(state, changes, room, self.name, self.ts)
        owner = _group(room).owner
        state.append_to_self(
            changes, owner, entries.RequestSettled, self.ts, group=self.room, name=self.name
        )


Membership = MemberJoined | MemberLeft | OwnerChanged


def _enter(
    state: State, changes: TickChanges, room: Room, event: Membership, change: Change
) -> None:
    """Append the entry of a change to the room's log."""
    entry = entries.Membership(room.room, event.seq, event.ts, event.by, event.name, change)
    state.append(changes, room, entry)
    read_own(state, room, event.by, entry, event.due)


def _forget_invitation(state: State, room: Room, name: str) -> None:
    if _group(room).invited.pop(name, None) is not None:
        state.users[name].invitations.remove(room.room)


def _end_request(state: State, changes: TickChanges, room: Room, name: str, ts: int) -> None:
    request = _forget_request(state, room, name)
    assert request is not None, (room.room, name)
    state.append_to_self(changes, name, entries.JoinDenied, ts, request=request.number)


def _forget_request(state: State, room: Room, name: str) -> JoinRequest | None:
    request = _group(room).requests.pop(name, None)
    if request is not None:
        del state.users[name].asked[request.number]
    return request


def _forget_link(state: State, group: Group, number: int) -> None:
    del state.link_owners[group.links.pop(number).token_hash]


def _group(room: Room) -> Group:
    assert room.group is not None, room.room
    return room.group
