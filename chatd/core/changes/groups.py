"""Groups."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.changes.posts import read_own
from chatd.core.group import Group, Invitation, JoinLink, JoinRequest
from chatd.core.memory import Memory, Move
from chatd.core.model import Member, Room
from chatd.wire import entries
from chatd.wire.entries import Change

Membership = e.MemberJoined | e.MemberLeft | e.OwnerChanged


# -- members ---------------------------------------------------------------------------------


@changes(e.GroupCreated)
def group_created(memory: Memory, event: e.GroupCreated) -> None:
    room = Room(event.room, event.ts, group=Group(event.title, event.owner))
    memory.rooms[event.room] = room
    joined = e.MemberJoined(event.ts, event.room, 1, event.owner, event.owner, 0, event.due)
    member_joined(memory, joined)


@changes(e.MemberJoined)
def member_joined(memory: Memory, event: e.MemberJoined) -> None:
    room = memory.rooms[event.room]
    _forget_invitation(memory, room, event.name)
    request = _forget_request(memory, room, event.name)
    member = room.members[event.name] = Member.newcomer(event.floor, event.ts)
    member.first_floor = _group(room).back(event.name, event.floor)
    memory.enter_room(event.name, event.room)
    memory.unread.enter(room, event.name)
    memory.moves.append(Move(event.room, event.name, event.seq, joined=True))
    _enter(memory, room, event, Change.JOINED)
    if request is not None:
        number = request.number
        memory.tell(event.name, entries.JoinApproved, event.ts, request=number, group=event.room)


@changes(e.MemberLeft)
def member_left(memory: Memory, event: e.MemberLeft) -> None:
    room = memory.rooms[event.room]
    member = room.members.pop(event.name)
    _group(room).left_by(event.name, member.first_floor)
    memory.moves.append(Move(event.room, event.name, event.seq, False, member.hidden_up_to))
    _enter(memory, room, event, Change.LEFT if event.by == event.name else Change.REMOVED)
    memory.leave_room(event.name, event.room)
    memory.tell(event.name, entries.Removed, event.ts, group=event.room, by=event.by)


@changes(e.OwnerChanged)
def owner_changed(memory: Memory, event: e.OwnerChanged) -> None:
    room = memory.rooms[event.room]
    group = _group(room)
    group.owner = event.name
    memory.users[event.by].private.spend(event.reset_at)
    _enter(memory, room, event, Change.OWNER)
    for name in group.requests:  # they were told to the old owner only
        memory.tell(event.name, entries.JoinRequested, event.ts, group=event.room, name=name)


@changes(e.GroupEnded)
def group_ended(memory: Memory, event: e.GroupEnded) -> None:
    room = memory.rooms[event.room]
    group = _group(room)
    for name in list(group.invited):
        _forget_invitation(memory, room, name)
        memory.tell(name, entries.Removed, event.ts, group=event.room, by=group.owner)
    for name in list(group.requests):
        _end_request(memory, room, name, event.ts)
    for number in list(group.links):
        _forget_link(memory, group, number)
    for name in room.members:
        memory.tell(name, entries.Removed, event.ts, group=event.room, by=group.owner)
    memory.end_room(room)


def _enter(memory: Memory, room: Room, event: Membership, change: Change) -> None:
    """Append the entry of a change to the room's log."""
    entry = entries.Membership(room.room, event.seq, event.ts, event.by, event.name, change)
    memory.append(room, entry)
    read_own(memory, room, event.by, event.seq, event.ts, event.due)


# -- invitations -----------------------------------------------------------------------------


@changes(e.MemberInvited)
def member_invited(memory: Memory, event: e.MemberInvited) -> None:
    _group(memory.rooms[event.room]).invited[event.name] = Invitation(event.by, event.ts)
    memory.users[event.name].invitations.append(event.room)
    memory.users[event.by].private.spend(event.reset_at)
    memory.users[event.by].reach(event.name, event.ts)
    memory.tell(event.name, entries.Invited, event.ts, group=event.room, by=event.by)


@changes(e.InvitationEnded)
def invitation_ended(memory: Memory, event: e.InvitationEnded) -> None:
    _forget_invitation(memory, memory.rooms[event.room], event.name)
    memory.tell(event.name, entries.Removed, event.ts, group=event.room, by=event.by)


def _forget_invitation(memory: Memory, room: Room, name: str) -> None:
    if _group(room).invited.pop(name, None) is not None:
        memory.users[name].invitations.remove(room.room)


# -- links and requests ----------------------------------------------------------------------


@changes(e.LinkMade)
def link_made(memory: Memory, event: e.LinkMade) -> None:
    group = _group(memory.rooms[event.room])
    for number in [n for n, link in group.links.items() if not link.opens(event.ts)]:
        _forget_link(memory, group, number)
    group.links_made = event.number
    group.links[event.number] = JoinLink(
        event.number, event.token_hash, event.ts, event.expires_at, event.uses
    )
    memory.link_owners[event.token_hash] = (event.room, event.number)


@changes(e.LinkRevoked)
def link_revoked(memory: Memory, event: e.LinkRevoked) -> None:
    _forget_link(memory, _group(memory.rooms[event.room]), event.number)


@changes(e.JoinRequested)
def join_requested(memory: Memory, event: e.JoinRequested) -> None:
    group, user = _group(memory.rooms[event.room]), memory.users[event.name]
    link = group.links[event.link]
    if link.uses_left is not None:
        link.uses_left -= 1
    group.requests[event.name] = JoinRequest(event.request, event.ts)
    user.asked[event.request] = event.room
    user.asks_made = event.request
    user.private.spend(event.reset_at)
    user.reach(group.owner, event.ts)
    memory.tell(event.name, entries.JoinAsked, event.ts, request=event.request)
    memory.tell(group.owner, entries.JoinRequested, event.ts, group=event.room, name=event.name)


@changes(e.RequestEnded)
def request_ended(memory: Memory, event: e.RequestEnded) -> None:
    room = memory.rooms[event.room]
    _end_request(memory, room, event.name, event.ts)
    owner = _group(room).owner
    memory.tell(owner, entries.RequestSettled, event.ts, group=event.room, name=event.name)


def _end_request(memory: Memory, room: Room, name: str, ts: int) -> None:
    request = _forget_request(memory, room, name)
    assert request is not None, (room.room, name)
    memory.tell(name, entries.JoinDenied, ts, request=request.number)


def _forget_request(memory: Memory, room: Room, name: str) -> JoinRequest | None:
    request = _group(room).requests.pop(name, None)
    if request is not None:
        del memory.users[name].asked[request.number]
    return request


def _forget_link(memory: Memory, group: Group, number: int) -> None:
    del memory.link_owners[group.links.pop(number).token_hash]


def _group(room: Room) -> Group:
    assert room.group is not None, room.room
    return room.group
