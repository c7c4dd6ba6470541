"""Blocking: users who want nothing from each other.

A blocked user learns that the other accepts nothing, and not since when or why: a message that
vanished in silence would be worse, for it was acknowledged. Both directions are closed, since
an answer to who has blocked somebody could not be given.
"""

from bisect import bisect_right

from chatd.core import events as e
from chatd.core.model import User
from chatd.core.state import State
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Conflict, Forbidden, NotFound
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c

BLOCKED_MAX = 1_000
"""Users that one user may block."""


def check_blocks(user: User, other: User) -> None:
    """Refuse what `user` wants to reach `other` with, where one has blocked the other."""
    if other.name in user.blocked:
        raise Forbidden(f"you have blocked {other.name}; unblock that user first")
    if user.name in other.blocked:
        raise Forbidden(f"{other.name} does not accept messages or invitations from you")


def invitations_by(state: State, inviter: str, user: User) -> list[str]:
    """Return the ids of the groups that somebody has invited a user to, oldest first."""
    groups = ((room, state.rooms[room].group) for room in user.invitations)
    return [room for room, group in groups if group and group.invited[user.name].by == inviter]


class BlockingHandlers:
    """`block`, `unblock`, `blocked`."""

    def __init__(self, transaction: Transaction, visibility: Visibility) -> None:
        self._transaction = transaction
        self._visibility = visibility

    @handles(c.Block)
    def block(self, context: Context, request: c.Block) -> c.Nothing:
        user = context.user
        other = self._visibility.other_user(request.user)
        if other is user:
            raise BadRequest("you can't block yourself")
        if other.name in user.blocked:
            return c.Nothing()
        if len(user.blocked) >= BLOCKED_MAX:
            raise Conflict("you have blocked too many users; unblock some", limit=BLOCKED_MAX)
        now_ms = context.now_ms
        declined = [
            e.InvitationEnded(now_ms, room, user.name, user.name)
            for room in invitations_by(self._transaction.state, other.name, user)
        ]
        self._transaction.commit(e.UserBlocked(now_ms, user.name, other.name), *declined)
        return c.Nothing()

    @handles(c.Unblock)
    def unblock(self, context: Context, request: c.Unblock) -> c.Nothing:
        user = context.user
        name = request.user  # which may be that of an account that is gone
        if name not in user.blocked:
            name = self._visibility.known_user(name).name
        if name not in user.blocked:
            raise NotFound("you have not blocked that user")
        self._transaction.commit(e.UserUnblocked(context.now_ms, user.name, name))
        return c.Nothing()

    @handles(c.ListBlocked)
    def blocked(self, context: Context, request: c.ListBlocked) -> c.BlockedNames:
        names = sorted(context.user.blocked)
        start = bisect_right(names, request.after) if request.after else 0
        page = names[start : start + request.limit]
        return c.BlockedNames(page, page[-1] if start + len(page) < len(names) else None)
