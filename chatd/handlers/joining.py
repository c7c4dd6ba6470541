"""Joining: by invitation at once, by a link when the owner approves."""

from bisect import bisect_right
from itertools import islice

from chatd.core import events as e
from chatd.core.group import JoinLink
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Conflict, NotFound, RateLimited
from chatd.handlers.blocking import check_blocks, invitations_by
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.memberships import Memberships, group_of
from chatd.handlers.posting import Posting, check_may_send
from chatd.handlers.tokens import TOKEN_BYTES, token_hash
from chatd.handlers.visibility import Visibility, group_meant, groups_of
from chatd.wire import commands as c

LINKS_MAX = 20
"""Links of one room that open something."""
INVITATIONS_MAX = 200
"""Invitations to one room."""
INVITED_MAX = 100
"""Invitations that one user has."""
INVITED_BY_ONE_MAX = 5
"""... and the most of these that one inviter may have made."""
REACHES_MAX = 30
"""How often a day one user may invite the same other, or ask the same owner to be let in."""
REACHED_MAX = 1_000
"""How many others one user may reach like that in a day."""
REQUESTS_MAX = 100
"""Requests to one room."""
ASKED_MAX = 20
"""Requests of one user."""
LINES_PER_PAGE = 100
"""A line with a room and a name takes up to 400 bytes, and a page at most 48 KiB."""


class JoiningHandlers:
    """Invitations, links and requests."""

    def __init__(
        self,
        transaction: Transaction,
        visibility: Visibility,
        memberships: Memberships,
        posting: Posting,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._visibility = visibility
        self._memberships = memberships
        self._posting = posting

    # -- invitations -------------------------------------------------------------------------

    @handles(c.Invite)
    def invite(self, context: Context, request: c.Invite) -> c.Nothing:
        owner = context.user
        room, group = self._memberships.owned(owner, request.room)
        user = self._visibility.other_user(request.user)
        check_may_send(owner, context.now_ms)
        check_blocks(owner, user)
        if user.name in room.members:
            raise Conflict(f"{user.name} is already in the room")
        if user.name in group.invited:
            raise Conflict(f"{user.name} is already invited")
        if user.name in group.requests:
            raise Conflict(f"{user.name} has asked to join: `approve` it")
        if len(group.invited) >= INVITATIONS_MAX:
            raise Conflict("the room has too many invitations", limit=INVITATIONS_MAX)
        mine = invitations_by(self._state, owner.name, user)
        if len(mine) >= INVITED_BY_ONE_MAX:
            raise Conflict(
                f"{user.name} has not answered your last invitations",
                limit=INVITED_BY_ONE_MAX,
            )
        if len(user.invitations) >= INVITED_MAX:
            raise Conflict(f"{user.name} has too many invitations", limit=INVITED_MAX)
        check_reach(owner, user.name, context.now_ms)
        reset_at = self._posting.spend_private(owner, context.now_ms)
        event = e.MemberInvited(context.now_ms, room.room, user.name, owner.name, reset_at)
        self._transaction.commit(event)
        return c.Nothing()

    @handles(c.ListInvitations)
    def invitations(self, context: Context, request: c.ListInvitations) -> c.Invitations:
        user = context.user
        ids = sorted(user.invitations)
        start = bisect_right(ids, request.after)
        page = ids[start : start + min(request.limit, LINES_PER_PAGE)]
        more = start + len(page) < len(ids)
        asked = [self._asked(user, number) for number in user.asked]
        shown = [self._invitation(user, room) for room in page]
        return c.Invitations(shown, page[-1] if more else None, asked)

    def _invitation(self, user: User, room_id: str) -> c.Invitation:
        invitation = group_of(self._state.rooms[room_id]).invited[user.name]
        return c.Invitation(room_id, invitation.by, invitation.ts)

    def _asked(self, user: User, number: int) -> c.Asked:
        request = group_of(self._state.rooms[user.asked[number]]).requests[user.name]
        return c.Asked(number, request.ts)

    # -- joining -----------------------------------------------------------------------------

    @handles(c.Join)
    def join(self, context: Context, request: c.Join) -> c.Joined:
        user = context.user
        if request.room is not None and request.link is None:
            return self._join_invited(context, user, request.room)
        if request.link is not None and request.room is None:
            return self._join_by_link(context, user, request.link)
        raise BadRequest("join: give either room or link")

    def _join_invited(self, context: Context, user: User, text: str) -> c.Joined:
        try:
            room = self._state.rooms[group_meant(text, user.invitations)]
        except NotFound:
            room_id = group_meant(text, groups_of(user))  # then it is done already
            return c.Joined(room_id, None)
        return self._enter(context, user, room)

    def _join_by_link(self, context: Context, user: User, token: str) -> c.Joined:
        room, link = self._opened(token, context.now_ms)
        group = group_of(room)
        if user.name in room.members:
            return c.Joined(room.room, None)
        if user.name in group.invited:
            return self._enter(context, user, room)
        waiting = group.requests.get(user.name)
        if waiting is not None:
            return c.Joined(None, waiting.number)
        return self._ask(context, user, room, link)

    def _enter(self, context: Context, user: User, room: Room) -> c.Joined:
        self._transaction.commit(self._memberships.joined(room, user, user, context.now_ms))
        return c.Joined(room.room, None)

    def _ask(self, context: Context, user: User, room: Room, link: JoinLink) -> c.Joined:
        check_may_send(user, context.now_ms)
        self._memberships.check_room_for_one_more(user)
        if len(user.asked) >= ASKED_MAX:
            raise Conflict("you have too many open requests: `withdraw` some", limit=ASKED_MAX)
        if len(group_of(room).requests) >= REQUESTS_MAX:
            raise Conflict("too many users have asked to join; try again later", limit=REQUESTS_MAX)
        now_ms, number = context.now_ms, user.asks_made + 1
        check_reach(user, group_of(room).owner, now_ms)
        reset_at = self._posting.spend_private(user, now_ms)
        self._transaction.commit(
            e.JoinRequested(now_ms, room.room, user.name, link.number, number, reset_at)
        )
        return c.Joined(None, number)

    @handles(c.Withdraw)
    def withdraw(self, context: Context, request: c.Withdraw) -> c.Nothing:
        user = context.user
        room = user.asked.get(request.request)
        if room is None:
            raise NotFound("you have no open request with this number")
        self._transaction.commit(e.RequestEnded(context.now_ms, room, user.name, user.name))
        return c.Nothing()

    # -- links -------------------------------------------------------------------------------

    @handles(c.MakeLink)
    def link(self, context: Context, request: c.MakeLink) -> c.Link:
        owner = context.user
        room, group = self._memberships.owned(owner, request.room)
        check_may_send(owner, context.now_ms)
        if request.expires_at is not None and request.expires_at <= context.now_ms:
            raise BadRequest("link: `expires_at` is not in the future")
        if sum(link.opens(context.now_ms) for link in group.links.values()) >= LINKS_MAX:
            raise Conflict("the room has too many links: `unlink` some", limit=LINKS_MAX)
        token = context.random(TOKEN_BYTES).hex()
        number, expires_at = group.links_made + 1, request.expires_at or 0
        self._transaction.commit(
            e.LinkMade(
                context.now_ms, room.room, number, token_hash(token), expires_at, request.uses
            )
        )
        return c.Link(room.room, number, token)

    @handles(c.ListLinks)
    def links(self, context: Context, request: c.ListLinks) -> c.Links:
        owner = context.user
        room, group = self._memberships.owned(owner, request.room)
        living = [link for link in group.links.values() if link.opens(context.now_ms)]
        shown = [
            c.LinkState(link.number, link.created_ms, link.uses_left, link.expires_ms or None)
            for link in living
        ]
        return c.Links(room.room, shown)

    @handles(c.Unlink)
    def unlink(self, context: Context, request: c.Unlink) -> c.Nothing:
        owner = context.user
        room, group = self._memberships.owned(owner, request.room)
        if request.number not in group.links:
            raise NotFound("the room has no link with that number")
        self._transaction.commit(e.LinkRevoked(context.now_ms, room.room, request.number))
        return c.Nothing()

    def _opened(self, token: str, now_ms: int) -> tuple[Room, JoinLink]:
        """Return what a link opens. Raises the same NotFound whatever is wrong with it."""
        found = self._state.link_owners.get(token_hash(token))
        if found is not None:
            room = self._state.rooms[found[0]]
            link = group_of(room).links[found[1]]
            if link.opens(now_ms):
                return room, link
        raise NotFound("this link is not valid")

    # -- requests ----------------------------------------------------------------------------

    @handles(c.ListRequests)
    def requests(self, context: Context, request: c.ListRequests) -> c.Requests:
        owner = context.user
        if request.room is None:
            groups = self._visibility.owned_by(owner)
        else:
            groups = [self._memberships.owned(owner, request.room)]
        after_room = request.after.partition(" ")[0]
        waiting = (
            (f"{room.room} {name}", c.JoinRequest(room.room, name, asked.ts))
            for room, group in groups
            if room.room >= after_room
            for name, asked in sorted(group.requests.items())
        )
        limit = min(request.limit, LINES_PER_PAGE)
        behind = (line for line in waiting if line[0] > request.after)
        page = list(islice(behind, limit + 1))
        shown = page[:limit]
        return c.Requests([line for _, line in shown], shown[-1][0] if page[limit:] else None)

    @handles(c.Approve)
    def approve(self, context: Context, request: c.Approve) -> c.Nothing:
        owner, room, user = self._asker(context, request)
        check_may_send(owner, context.now_ms)
        self._transaction.commit(self._memberships.joined(room, user, owner, context.now_ms))
        return c.Nothing()

    @handles(c.Deny)
    def deny(self, context: Context, request: c.Deny) -> c.Nothing:
        owner, room, user = self._asker(context, request)
        self._transaction.commit(e.RequestEnded(context.now_ms, room.room, user.name, owner.name))
        return c.Nothing()

    def _asker(self, context: Context, request: c.Approve | c.Deny) -> tuple[User, Room, User]:
        """Return the owner, the room, and who has asked to join it."""
        owner = context.user
        room, group = self._memberships.owned(owner, request.room)
        user = self._visibility.other_user(request.user)
        if user.name not in group.requests:
            raise NotFound("that user has not asked to join")
        return owner, room, user


def check_reach(user: User, other: str, now_ms: int) -> None:
    """Refuse what goes into the self log of one who has got enough from this user today.

    What users do to each other in a loop would push out what else stands there.
    """
    today = {name: day for name, day in (user.reached or {}).items() if now_ms < day[1]}
    count, until_ms = today.get(other, (0, 0))
    if count >= REACHES_MAX:
        raise RateLimited(
            "you have asked or invited that user too often today",
            limit=REACHES_MAX,
            reset_at=until_ms,
        )
    if other not in today and len(today) >= REACHED_MAX:
        raise RateLimited(
            "you have asked or invited too many users today",
            limit=REACHED_MAX,
            reset_at=min(until_ms for _, until_ms in today.values()),
        )
