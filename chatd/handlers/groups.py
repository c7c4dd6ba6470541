"""Groups: made, left, handed over; who is in them."""

from base64 import b32encode
from bisect import bisect_right

from chatd.core import events as e
from chatd.core.acks import Acks
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Conflict, Forbidden, NotFound
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.memberships import Memberships, group_of
from chatd.handlers.posting import Posting, check_may_send
from chatd.handlers.visibility import Visibility, group_meant, groups_of
from chatd.wire import commands as c
from chatd.wire.names import map_name
from chatd.wire.rooms import GROUP_MARK, group_room, title_of

UNIQUE_BYTES = 5


class GroupHandlers:
    """`create`, `leave`, `kick`, `transfer`, `members`."""

    def __init__(
        self,
        transaction: Transaction,
        visibility: Visibility,
        memberships: Memberships,
        posting: Posting,
        acks: Acks,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._visibility = visibility
        self._memberships = memberships
        self._posting = posting
        self._acks = acks

    @handles(c.Create)
    def create(self, context: Context, request: c.Create) -> c.Group:
        owner = context.user
        check_may_send(owner, context.now_ms)
        title = map_name(request.title.removeprefix(GROUP_MARK))
        if any(title_of(room, owner.name) == GROUP_MARK + title for room in groups_of(owner)):
            raise Conflict(f"you are already in a room called +{title}")
        self._memberships.check_room_for_one_more(owner)
        room = self._new_id(context, title)
        due = self._memberships.due_ms(context.now_ms)
        self._transaction.commit(e.GroupCreated(context.now_ms, room, title, owner.name, due))
        return c.Group(room)

    def _new_id(self, context: Context, title: str) -> str:
        """Return an id that tells nothing of how many other groups there are."""
        while True:
            unique = b32encode(context.random(UNIQUE_BYTES)).decode().lower()
            room = group_room(title, unique)
            if room not in self._state.rooms:
                return room

    @handles(c.Leave)
    def leave(self, context: Context, request: c.Leave) -> c.Nothing:
        user = context.user
        try:
            room = self._visibility.group(user, request.room)
        except NotFound:
            self._decline(context, user, request.room)
        else:
            self._leave(context, user, room)
        return c.Nothing()

    def _leave(self, context: Context, user: User, room: Room) -> None:
        if group_of(room).owner != user.name:
            self._part(context, room, user, user)
        elif len(room.members) > 1:
            raise Forbidden("you own this room and others are in it: `transfer` it first")
        else:
            self._posting.check_may_end(user, room, context.now_ms)
            self._transaction.commit(e.GroupEnded(context.now_ms, room.room))

    def _part(self, context: Context, room: Room, user: User, by: User) -> None:
        """Let a member leave, or be removed."""
        self._transaction.commit(self._memberships.left(room, user, by, context.now_ms))
        self._acks.forget(user.name, room.room)

    def _decline(self, context: Context, user: User, text: str) -> None:
        room = group_meant(text, user.invitations)
        self._transaction.commit(e.InvitationEnded(context.now_ms, room, user.name, user.name))

    @handles(c.Kick)
    def kick(self, context: Context, request: c.Kick) -> c.Nothing:
        owner = context.user
        room, group = self._memberships.owned(owner, request.room)
        user = self._visibility.other_user(request.user)
        if user is owner:
            raise BadRequest("that is you; to leave, `transfer` the room first")
        if user.name in room.members:
            check_may_send(owner, context.now_ms)
            self._part(context, room, user, owner)
        elif user.name in group.invited:
            now_ms = context.now_ms
            self._transaction.commit(e.InvitationEnded(now_ms, room.room, user.name, owner.name))
        else:
            raise NotFound("that user is neither in the room nor invited")
        return c.Nothing()

    @handles(c.Transfer)
    def transfer(self, context: Context, request: c.Transfer) -> c.Nothing:
        owner = context.user
        room, _ = self._memberships.owned(owner, request.room)
        user = self._visibility.other_user(request.user)
        if user is owner:
            raise BadRequest("you already own the room")
        if user.name not in room.members:
            raise NotFound("that user is not in the room")
        now_ms = context.now_ms
        check_may_send(owner, now_ms)
        reset_at = self._posting.spend_private(owner, now_ms)
        self._transaction.commit(self._memberships.handed_over(room, user, owner, now_ms, reset_at))
        return c.Nothing()

    @handles(c.ListMembers)
    def members(self, context: Context, request: c.ListMembers) -> c.Members:
        user = context.user
        room = self._visibility.group(user, request.room)
        group = group_of(room)
        roles = dict.fromkeys(room.members, c.Role.MEMBER)
        if group.owner == user.name:
            roles |= dict.fromkeys(group.invited, c.Role.INVITED)
        roles[group.owner] = c.Role.OWNER
        names = sorted(roles)
        start = bisect_right(names, request.after)
        page = names[start : start + request.limit]
        more = start + len(page) < len(names)
        users = self._state.users
        shown = [c.GroupMember(name, roles[name], users[name].display_name) for name in page]
        return c.Members(room.room, shown, page[-1] if more else None, len(room.members))
