"""`mute`, `unread-from`."""

from chatd.core import events as e
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, NotFound
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import RoomKind


class MarkHandlers:
    """Keeps what users note about their rooms."""

    def __init__(
        self, transaction: Transaction, visibility: Visibility, newcomers: Newcomers
    ) -> None:
        self._transaction = transaction
        self._visibility = visibility
        self._newcomers = newcomers

    @handles(c.Mute)
    def mute(self, context: Context, request: c.Mute) -> c.Nothing:
        user, now_ms = context.user, context.now_ms
        room = self._room(user, request.room)
        if self._visibility.member(user, room).muted != request.muted:
            muted = e.RoomMuted(now_ms, room.room, user.name, request.muted)
            self._transaction.commit(*self._newcomers.following(user, room, now_ms), muted)
        return c.Nothing()

    @handles(c.MarkUnread)
    def unread_from(self, context: Context, request: c.MarkUnread) -> c.Nothing:
        user, seq, now_ms = context.user, request.seq, context.now_ms
        room = self._room(user, request.room)
        last_seq = room.log.last_seq
        if seq and not self._visibility.floor_of(user, room, now_ms) < seq <= last_seq:
            raise NotFound("there is no entry at that place")
        member, until = self._visibility.member(user, room), last_seq if seq else 0
        if (member.unread_from, member.unread_until) != (seq, until):
            marked = e.UnreadMarked(now_ms, room.room, user.name, seq, until)
            self._transaction.commit(*self._newcomers.following(user, room, now_ms), marked)
        return c.Nothing()

    def _room(self, user: User, text: str) -> Room:
        """Return the room that a user means. Raises NotFound, BadRequest for the self log."""
        room = self._visibility.room(user, text)
        if room.kind is RoomKind.SELF:
            raise BadRequest("that is no room but what concerns you alone; it takes no marks")
        return room
