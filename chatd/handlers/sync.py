"""`sync` starts the stream of entries, `ack` says how far they were read."""

from chatd.core import events as e
from chatd.core.acks import Acks
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Conflict
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.reading import Reading
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c


class SyncHandlers:
    """`sync`, `ack`, and the signs of life."""

    def __init__(
        self,
        transaction: Transaction,
        visibility: Visibility,
        acks: Acks,
        reading: Reading,
        newcomers: Newcomers,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._visibility = visibility
        self._acks = acks
        self._reading = reading
        self._newcomers = newcomers

    @handles(c.Sync)
    def sync(self, context: Context, request: c.Sync) -> c.Synced:
        session = context.session
        if session.synced:
            raise Conflict("this connection already follows")
        user = context.user
        started = self._newcomers.following(user, self._state.general, context.now_ms)
        if started:
            self._transaction.commit(*started)
        rooms = self._visibility.rooms_of(user)
        positions = self._positions(context, request, user, rooms)
        session.synced = True
        session.peek = request.peek
        session.link.follow(positions)
        unread = self._unread(user, rooms, context.now_ms)
        return c.Synced(self._state.epoch, user.name, len(rooms), unread)

    def _unread(self, user: User, rooms: list[Room], now_ms: int) -> int:
        index, unread = self._state.unread, 0
        for room in rooms:
            if self._reading.counted_after(user, room) < room.log.last_seq:  # which goes quicker
                after = self._reading.unread_after(user, room, now_ms)
                unread += index.posts(room, user.name, after)
        return unread

    def _positions(
        self, context: Context, request: c.Sync, user: User, rooms: list[Room]
    ) -> dict[str, int]:
        """Return where the connection starts in each room; say `reset` where that is news."""
        if request.start is c.Start.NOW:
            if not request.peek:
                self._end_marks(context, _ends(rooms))
                self._acks.add(user.name, _ends(rooms), context.session.link)
            return _ends(rooms)
        brought = request.positions or {}
        positions = {}
        for room in rooms:
            seq = brought.get(room.room)
            if seq is None:
                is_end = request.start is c.Start.END
                read_seq = self._reading.read_seq(user, room)
                positions[room.room] = room.log.last_seq if is_end else read_seq
                continue
            usable = request.epoch == self._state.epoch and seq <= room.log.last_seq
            if not usable:
                context.effects.to_link.append((context.session.link, c.Reset(room.room)))
            positions[room.room] = seq if usable else self._reading.read_seq(user, room)
        return positions

    @handles(c.Ack)
    def ack(self, context: Context, request: c.Ack) -> None:
        session = context.session
        if session.peek or not session.synced:
            raise BadRequest("ack: this connection can't acknowledge: it peeks or has not synced")
        room = self._visibility.room(context.user, request.room)
        if request.seq > session.link.queued_seq(room.room):
            raise BadRequest("ack: that entry was not sent to this connection")
        if request.seq > self._reading.read_seq(context.user, room):
            self._acks.add(session.name, {room.room: request.seq}, session.link)
        self._end_marks(context, {room.room: request.seq})

    def _end_marks(self, context: Context, seqs: dict[str, int]) -> None:
        """End the marks of rooms of which something later was acknowledged: room id to number.

        On a full disk they stay until the next time.
        """
        name, ended = context.user.name, []
        for room, seq in seqs.items():
            member = self._state.rooms[room].members.get(name)
            if member is not None and member.unread_from and seq > member.unread_until:
                ended.append(e.UnreadMarked(context.now_ms, room, name, 0, 0))
        if ended and self._transaction.writable:
            self._transaction.commit(*ended)

    @handles(c.Ping)
    def ping(self, context: Context, request: c.Ping) -> c.Nothing:
        return c.Nothing()

    @handles(c.Pong)
    def pong(self, context: Context, request: c.Pong) -> None:
        return None


def _ends(rooms: list[Room]) -> dict[str, int]:
    return {room.room: room.log.last_seq for room in rooms}
