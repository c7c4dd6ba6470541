"""Users delete their accounts, administrators those of others; posts may go with them."""

from dataclasses import dataclass

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.copies import post_at
from chatd.core.lifetime import Lifetime
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Forbidden
from chatd.handlers.administrators import admins_of
from chatd.handlers.context import Context, Turn
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import NO_KEY, PostHeader, Posting, check_may_send, fields_of
from chatd.handlers.proofs import check_fresh_proof
from chatd.handlers.timed import on_timer
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL, RoomKind

LOOKED_AT_PER_SLICE = 300
"""Entries, and rooms, that one step of deleting somebody's posts looks at."""
DELETED_PER_SLICE = 20
"""... and posts and reactions that it deletes: each is an entry of its own."""


class AccountDeletionHandlers:
    """`delete-account`, `delete-user`, and what is done about posts behind them."""

    def __init__(
        self,
        transaction: Transaction,
        settings: Settings,
        visibility: Visibility,
        posting: Posting,
        lifetime: Lifetime,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._visibility = visibility
        self._posting = posting
        self._lifetime = lifetime
        self._admins = admins_of(settings)
        self._erasure: Erasure | None = None

    @handles(c.DeleteAccount)
    def delete_account(self, context: Context, request: c.DeleteAccount) -> c.Nothing:
        check_fresh_proof(context)
        user = context.user
        self._check_evidence(user, request.posts, context.now_ms)
        self._end(context, user, user.name, request.posts)
        return c.Nothing()

    @handles(c.DeleteUser)
    def delete_user(self, context: Context, request: c.DeleteUser) -> c.Nothing:
        admin = context.user
        if admin.name not in self._admins:
            raise Forbidden("only administrators may do that")
        user = self._visibility.other_user(request.user)
        if user is admin:
            raise BadRequest("that is you: `delete-account` deletes your own account")
        check_may_send(admin, context.now_ms)
        if user.name in self._admins:
            raise Forbidden(
                f"{user.name} is an administrator: remove the name from ADMINS first",
                setting="ADMINS",
            )
        self._end(context, user, admin.name, request.posts)
        return c.Nothing()

    def _check_evidence(self, user: User, posts: bool, now_ms: int) -> None:
        """Let a banned user take nothing along that was reported. Raises Banned."""
        for report in self._state.tables.reports.values() if posts else ():
            if report.user == user.name and report.room:
                self._posting.check_may_take_back(user, report.room, report.seq, now_ms)
        for room in self._ending_rooms(user):
            self._posting.check_may_end(user, room, now_ms)

    def _ending_rooms(self, user: User) -> list[Room]:
        """Return the rooms that nobody else is in."""
        rooms = [self._state.rooms[room] for room in user.rooms if room != GENERAL]
        return [room for room in rooms if len(room.members) == 1]

    def _end(self, context: Context, user: User, by: str, posts: bool) -> None:
        told = sorted(self._admins & self._state.users.keys() - {user.name})
        due = self._lifetime.due_ms(context.now_ms)
        self._transaction.commit(e.AccountEnded(context.now_ms, user.name, by, posts, due, told))

    # -- posts -------------------------------------------------------------------------------

    @on_timer("erase")
    def erase(self, turn: Turn, key: str) -> int | None:
        """Delete some posts of those whose posts are to go; return when to go on.

        After a start the walk through all rooms begins again, and finds what is left.
        """
        if self._erasure is None:
            if not self._state.erasing:
                return None
            self._erasure = Erasure(frozenset(self._state.erasing), list(self._state.rooms))
        if not self._slice(turn, self._erasure):
            self._transaction.commit(e.PostsErased(turn.now_ms, sorted(self._erasure.names)))
            self._erasure = None
        return turn.now_ms

    def _slice(self, turn: Turn, erasure: "Erasure") -> bool:
        """Go some way through the rooms; return whether there is more to go."""
        deleted = 0
        turn.effects.timed_work += LOOKED_AT_PER_SLICE // 10 + 3 * DELETED_PER_SLICE
        for _ in range(LOOKED_AT_PER_SLICE):
            room = self._state.rooms.get(erasure.room)  # it may have ended
            if room is None or room.has_ended or erasure.seq > erasure.last_seq:
                if not erasure.rooms:
                    return False
                self._enter_next_room(erasure)
                continue
            deleted += self._erase_at(turn, erasure, room, DELETED_PER_SLICE - deleted)
            if deleted == DELETED_PER_SLICE:
                break  # there may be more at this place
            erasure.seq += 1
        return True

    def _erase_at(self, turn: Turn, erasure: "Erasure", room: Room, count_max: int) -> int:
        """Delete a post, or what was done to it, a part of that if it is too much for a slice.

        Returns how many entries that took.
        """
        seq = erasure.seq
        said = post_at(room, seq)
        if said is None or said.deleted:
            return 0
        if said.author in erasure.names:
            header = self._header(turn, said.author, room)
            self._transaction.commit(e.PostDeleted(*fields_of(header), seq))
            return 1
        reactions = room.reactions.get(seq, {}).items()
        found = [(emoji, n) for emoji, names in reactions for n in erasure.names & names.keys()]
        found = sorted(found)[:count_max]
        for emoji, name in found:
            header = self._header(turn, name, room)
            self._transaction.commit(e.ReactionChanged(*fields_of(header), seq, emoji, True, 0))
        return len(found)

    def _header(self, turn: Turn, author: str, room: Room) -> PostHeader:
        user = self._state.users[author]
        return self._posting.uncounted_header(user, room, NO_KEY, turn.now_ms)

    def _enter_next_room(self, erasure: "Erasure") -> None:
        erasure.room = erasure.rooms.pop()
        room = self._state.rooms.get(erasure.room)
        if room is not None and room.kind is not RoomKind.SELF:
            erasure.seq, erasure.last_seq = room.log.first_seq, room.log.last_seq


@dataclass(slots=True)
class Erasure:
    """A walk through all rooms. names: whose posts go; rooms: those that are yet to come.

    room: the one that it is in, from `seq` to `last_seq`; what comes there later is not theirs.
    """

    names: frozenset[str]
    rooms: list[str]
    room: str = ""
    seq: int = 1
    last_seq: int = 0
