"""Delivery: moves every follower's position towards the end of every room.

Once in a tick. A live connection stands at the end of all its rooms, so the new entries of a
room are joined once and the same bytes object goes to everyone; this is what makes a busy
room cheap. A connection whose unsent bytes would pass the high-water mark is lagging: its
positions are written down, nothing more is queued, and when it has drained it is pumped from
the logs, page by page, until it is live again. Delivery never changes state.

The general room, which everybody hears, is sent from a queue (`chatd.net.broadcast_queue`), after
the answers of the tick.

A change of membership closes the room's batch. Who left gets what came before that in the
tick, if live, and nothing more; who joined is lagging, from where the newcomer starts to see.
"""

from collections.abc import Callable, Hashable
from math import inf

from chatd.config import Settings
from chatd.core.budget import Budget
from chatd.core.copies import Repeats
from chatd.core.fairness import FairQueue
from chatd.core.model import Room
from chatd.core.presence import Presence
from chatd.core.resume_token import ResumeToken
from chatd.core.tick import Move, TickChanges
from chatd.core.transaction import Transaction
from chatd.net.batches import Batch
from chatd.net.boundary import ErrorBoundary
from chatd.net.broadcast_queue import BroadcastQueue
from chatd.net.connection import Connection
from chatd.net.notice_queue import NoticeQueue
from chatd.wire.codec import PushCodec
from chatd.wire.commands import Gap, Live, Notice
from chatd.wire.entries import stamp_of
from chatd.wire.rooms import GENERAL

PAGE_BYTES = 64 * 1024
PAGE_ITEMS = 250
ROOMS_PER_TURN = 100
"""So many rooms of one connection are looked at, then others come first."""


class Delivery:
    """All logged-in connections, and what has yet to be sent to them.

    pump_bytes_max: what one tick pumps in all.
    """

    def __init__(
        self,
        transaction: Transaction,
        presence: Presence,
        boundary: ErrorBoundary,
        budget: Budget,
        high_water_bytes: int,
        pump_bytes_max: int,
    ) -> None:
        self._transaction = transaction
        self._state = state = transaction.state
        self._presence = presence
        self._boundary = boundary
        self._budget = budget
        self._high_water_bytes = high_water_bytes
        self._pump_bytes_max = pump_bytes_max
        self._by_name: dict[str, dict[Connection, None]] = {}
        self._live: dict[Connection, Hashable] = {}  # each with its codec's view
        self._broadcast_queue = BroadcastQueue(state.general, boundary, high_water_bytes)
        self._lagging: dict[Connection, int] = {}  # each with how many rooms in a row had nothing
        self._notice_queue = NoticeQueue(self._live, boundary)
        self._pageable: FairQueue[Connection] = FairQueue()  # of those, who wait for a page
        self._dirty: dict[Connection, None] = {}
        self._undelivered: dict[str, int] = {}
        self._pages: dict[tuple[str, int], tuple[Batch, int]] = {}
        self._streams: dict[Connection, None] = {}
        self._stamp_ms = state.last_ms
        self._stamped = {  # those with entries of the latest stamp
            room.room: room
            for room in state.rooms.values()
            if room.log.frames and stamp_of(room.log.frames[-1]) == state.last_ms
        }

    def configure(self, settings: Settings) -> None:
        """Go on with another high-water mark."""
        self._high_water_bytes = self._broadcast_queue.high_water_bytes = settings.high_water_bytes

    # -- who there is ------------------------------------------------------------------------

    def enter(self, connection: Connection) -> None:
        """A connection has logged in."""
        self._by_name.setdefault(connection.name, {})[connection] = None
        self._presence.enter(connection.name)

    def leave(self, connection: Connection) -> None:
        """A connection that may have logged in is over."""
        self._live.pop(connection, None)
        self._broadcast_queue.discard(connection)
        self._lagging.pop(connection, None)
        self._pageable.discard(connection)
        self._streams.pop(connection, None)
        connections = self._by_name.get(connection.name, {})
        if connection in connections:
            del connections[connection]
            self._presence.leave(connection.name)
        if not connections:
            self._by_name.pop(connection.name, None)

    def of_user(self, name: str) -> list[Connection]:
        """Return a user's connections."""
        return list(self._by_name.get(name, ()))

    @property
    def names(self) -> list[str]:
        """The users who are connected."""
        return list(self._by_name)

    def follow(self, connection: Connection) -> None:
        """Begin to deliver to a connection, from its positions on."""
        connection.following = True
        connection.positions = self._oldest_first(connection.positions or {})
        self._lagging[connection] = 0
        if _pusher(connection).sends_event_ids:
            self._streams[connection] = None

    def queued_seq(self, connection: Connection, room: str) -> int:
        """Return the number of the last entry of a room queued to a connection."""
        if connection.positions is None:
            return self._live_seq(connection, room)
        return connection.positions.get(room, 0)

    @property
    def live_count(self) -> int:
        """How many connections are at the end of everything."""
        return len(self._live)

    @property
    def lagging_count(self) -> int:
        """How many connections are being pumped, or wait to drain."""
        return len(self._lagging)

    @property
    def has_work(self) -> bool:
        """Whether there is something to send right now: entries, a notice, or a page."""
        has_work = self._broadcast_queue.is_waited_in or bool(self._notice_queue)
        return has_work or any(not c.queued_bytes for c in self._lagging)

    # -- what there is to say ----------------------------------------------------------------

    def mark_dirty(self, connection: Connection) -> None:
        """A connection has something to send, or room to send it."""
        self._dirty[connection] = None

    def timers(self) -> dict[str, Callable[[str, int], None]]:
        """Return what timers call, by their kind."""
        return {"presence": self._send_presence}

    def _send_presence(self, key: str, now_ms: int) -> None:
        """Tell all who are live who has come and gone since the last time."""
        notice = self._presence.take_changes()
        if notice is not None:
            self.broadcast(notice)

    def broadcast(self, notice: Notice) -> None:
        """Send to all that are live, some in each tick."""
        self._notice_queue.add(notice)

    def broadcast_in(self, room_id: str, notice: Notice, *, but: str) -> None:
        """Send to all that are live in a room, one user's aside, unless they are too many."""
        room = self._state.rooms.get(room_id)
        if room is not None:
            self._notice_queue.add_for(room, notice, self._by_name, but)

    def deliver(self, changes: TickChanges, now_ms: int) -> None:
        """Queue the new entries of every room to those who are live.

        They only enter the queue of the general room, and are sent it when they are first there.
        """
        self._undelivered = undelivered = {**changes.grown}
        self._follow_moves(changes.moves)
        rooms = [self._state.rooms[room_id] for room_id in undelivered]
        if undelivered.pop(GENERAL, None) is not None:
            self._broadcast_queue.add_all(self._live)
        for room in rooms:
            if room.room in undelivered:
                self._deliver_room(room, undelivered[room.room])
                del undelivered[room.room]
        if rooms:
            self._note_stamp(now_ms)
            for room in rooms:
                self._stamped[room.room] = room
        if rooms and self._streams:
            self._broadcast_now(self._broadcast_queue.waiting_of(self._streams))
            self._send_event_ids(rooms)

    def finish_broadcast(self) -> None:
        """Queue the general room to all that wait for it."""
        self._broadcast_now(self._broadcast_queue.waiting_of(self._live))

    def _broadcast_now(self, connections: list[Connection]) -> None:
        for connection in connections:
            self._boundary.run(connection, self._broadcast_to, connection)

    def _broadcast_to(self, connection: Connection) -> None:
        if not self._broadcast_queue.enqueue_now(connection):
            self._become_lagging(connection)

    def pump(self, now_ms: int) -> None:
        """Queue a page or so of what they missed to those that lag and have drained, by turns.

        Answers of this tick are in nobody's way: who asks in every tick is pumped, too.
        """
        self._notice_queue.send_some()
        self._pages.clear()
        left = self._pump_bytes_max
        for connection in self._lagging:
            if not connection.blocked_ms:
                self._pageable.add(connection.name, connection)
        for connection in self._pageable.turns():
            if connection.blocked_ms:  # since it was added
                continue
            before = connection.queued_bytes
            self._boundary.run(connection, self._pump_one, connection, now_ms)
            left -= connection.queued_bytes - before
            if left <= 0 or self._budget.is_spent:
                break

    def flush(self, now_ms: int) -> list[Connection]:
        """Send what is queued, and the general room; return those whose peer left a rest."""
        dirty, self._dirty = self._dirty, {}
        blocked = []
        for connection in dirty:
            try:
                if connection.flush(now_ms):
                    blocked.append(connection)
            except Exception as error:
                self._boundary.contain(connection, error)
        more_blocked, late = self._broadcast_queue.send_some(now_ms)
        for connection in late:
            self._boundary.run(connection, self._become_lagging, connection)
        return blocked + more_blocked

    # -- live --------------------------------------------------------------------------------

    def _deliver_room(self, room: Room, first: int) -> None:
        frames = room.log.after(first - 1)
        complete = first >= room.log.first_seq  # else some are gone before anybody saw them
        batch = Batch(room, frames)
        late = []
        for connection in self._audience(room):
            if connection.positions is not None:
                continue
            try:
                data = batch.bytes_for(connection)
                if complete and connection.queued_bytes + len(data) <= self._high_water_bytes:
                    connection.enqueue(data)
                else:
                    late.append(connection)
            except Exception as error:
                self._boundary.contain(connection, error)
        for connection in late:
            self._boundary.run(connection, self._become_lagging, connection)

    def _audience(self, room: Room) -> list[Connection]:
        """Return who hears a room that is not everybody's."""
        by_name = self._by_name
        return [
            connection
            for name in room.members
            if name in by_name
            for connection in by_name[name]
            if connection.following
        ]

    def _live_seq(self, connection: Connection, room: str) -> int:
        """Return how far a connection that does not lag is, in a room of its user."""
        came = any(
            move.room == room and move.name == connection.name
            for move in self._transaction.changes.moves
        )
        return 0 if came or not connection.following else self._delivered_seq(room)

    def _become_lagging(self, connection: Connection) -> None:
        rooms = self._state.users[connection.name].rooms
        positions = {room: self._delivered_seq(room) for room in rooms}
        connection.positions = positions | {GENERAL: connection.general_seq}
        self._live.pop(connection, None)
        self._broadcast_queue.discard(connection)
        self._lagging[connection] = 0

    def _delivered_seq(self, room: str) -> int:
        """Return up to where a room was delivered: not what the running tick adds, or added."""
        running = self._transaction.changes.grown
        first = self._undelivered.get(room) or running.get(room)
        return self._state.rooms[room].log.last_seq if first is None else first - 1

    # -- who joined and left -----------------------------------------------------------------

    def _follow_moves(self, moves: list[Move]) -> None:
        """Give those who left their share, and let those who joined begin as newcomers."""
        joined: dict[tuple[str, str], None] = {}
        for move in moves:
            member = (move.room, move.name)
            if move.joined:
                joined[member] = None
            elif member in joined:
                del joined[member]
            else:
                self._share(move)
        for room_id, name in joined:
            floor = self._state.rooms[room_id].members[name].floor
            for connection in self._followers(name):
                self._boundary.run(connection, self._begin_at, connection, room_id, floor)

    def _begin_at(self, connection: Connection, room_id: str, floor: int) -> None:
        if connection.positions is None:
            self._become_lagging(connection)
        assert connection.positions is not None
        connection.positions[room_id] = floor

    def _share(self, move: Move) -> None:
        """Queue what a room got in this tick before a member left, to those who are live."""
        log, first = self._state.rooms[move.room].log, self._undelivered[move.room]
        frames = log.after(first - 1)[: move.seq - first]
        if not frames or first < log.first_seq:
            return
        repeats = Repeats(frames)
        frames = repeats.redacted(repeats.hidden_from(move.name, move.hidden_up_to))
        for connection in self._followers(move.name):
            self._boundary.run(connection, self._queue_share, connection, frames)

    def _queue_share(self, connection: Connection, frames: list[bytes]) -> None:
        batch = _pusher(connection).encode_entries(frames)
        fits = connection.queued_bytes + len(batch) <= self._high_water_bytes
        if connection.positions is None and fits:
            connection.enqueue(batch)

    def _followers(self, name: str) -> list[Connection]:
        return [connection for connection in self.of_user(name) if connection.following]

    # -- event ids ----------------------------------------------------------------------------

    def _note_stamp(self, now_ms: int) -> None:
        """Forget the rooms with entries of an older stamp; the tick before may have this one."""
        if now_ms != self._stamp_ms:
            self._stamp_ms = now_ms
            self._stamped.clear()

    def _send_event_ids(self, rooms: list[Room]) -> None:
        """Send those who want event ids how far they have come, if anything came for them."""
        touched: dict[Connection, None] = {}
        for room in rooms:
            if room.room == GENERAL:
                touched.update((c, None) for c in self._streams if c in self._live)
            else:
                touched.update((c, None) for c in self._audience(room) if c in self._streams)
        for connection in touched:
            if connection.positions is None:
                self._boundary.run(connection, self._send_event_id, connection)

    def _send_event_id(self, connection: Connection) -> None:
        rooms, name = self._state.rooms, connection.name
        seqs = {
            room_id: room.log.last_seq
            for room_id, room in self._stamped.items()
            if room_id in rooms and name in room.members
        }
        token = ResumeToken(self._state.epoch, self._stamp_ms, seqs)
        connection.enqueue(_pusher(connection).encode_event_id(str(token)))

    # -- lagging -----------------------------------------------------------------------------

    def _oldest_first(self, positions: dict[str, int]) -> dict[str, int]:
        """Order rooms by the stamp of the first entry that is due."""

        def stamp(room: str) -> float:
            log = self._state.rooms[room].log
            frame = log.get(max(positions[room] + 1, log.first_seq))
            return inf if frame is None else stamp_of(frame)

        return {room: positions[room] for room in sorted(positions, key=stamp)}

    def _pump_one(self, connection: Connection, now_ms: int) -> None:
        """Queue up to a page; the connection comes last among those that lag, or is live."""
        quiet_rooms = self._lagging.pop(connection)
        self._queue_page(connection, now_ms, quiet_rooms)
        if connection.positions is None and _pusher(connection).sends_event_ids:
            self._note_stamp(now_ms)
            self._send_event_id(connection)

    def _queue_page(self, connection: Connection, now_ms: int, quiet_rooms: int) -> None:
        """quiet_rooms: so many rooms in a row had nothing when they were looked at last."""
        enough_bytes = connection.queued_bytes + PAGE_BYTES  # then the rest is for another time
        positions = connection.positions
        assert positions is not None
        self._match_rooms(connection.name, positions)
        for _ in range(ROOMS_PER_TURN):
            if quiet_rooms >= len(positions) and self._is_at_the_end(positions):
                self._become_live(connection)
                return
            room_id = next(iter(positions))
            if self._pump_room(connection, room_id, positions, now_ms):
                quiet_rooms = 0
                if connection.queued_bytes >= enough_bytes:
                    break
            else:
                positions[room_id] = positions.pop(room_id)  # the next one comes first
                quiet_rooms += 1
        self._lagging[connection] = quiet_rooms

    def _is_at_the_end(self, positions: dict[str, int]) -> bool:
        rooms = self._state.rooms
        return all(rooms[room].log.last_seq <= seq for room, seq in positions.items())

    def _pump_room(
        self, connection: Connection, room_id: str, positions: dict[str, int], now_ms: int
    ) -> bool:
        """Queue one page of a room; False if there was nothing after the position."""
        room = self._state.rooms[room_id]
        floor = max(room.members[connection.name].floor_at(now_ms), room.log.first_seq - 1)
        position = positions[room_id]
        if position < floor:
            connection.send_notice(Gap(room_id, position + 1, floor))
            position = positions[room_id] = floor
        if position >= room.log.last_seq:
            return False
        page, positions[room_id] = self._page(connection, room, position)
        connection.enqueue(page)
        return True

    def _page(self, connection: Connection, room: Room, position: int) -> tuple[bytes, int]:
        """Return the bytes after a position and where they end."""
        page = self._pages.get((room.room, position))
        if page is None:
            frames = room.log.page_after(position, PAGE_BYTES, PAGE_ITEMS)
            page = Batch(room, frames), position + len(frames)
            self._pages[room.room, position] = page
        batch, end = page
        return batch.bytes_for(connection), end

    def _match_rooms(self, name: str, positions: dict[str, int]) -> None:
        """Keep positions in the rooms that a user has now."""
        rooms = self._state.users[name].rooms
        for room in positions.keys() - set(rooms):
            del positions[room]
        for room in rooms:
            if room not in positions:
                positions[room] = self._state.rooms[room].members[name].floor

    def _become_live(self, connection: Connection) -> None:
        connection.positions = None
        connection.general_seq = self._state.general.log.last_seq
        self._live[connection] = _pusher(connection).view
        if not connection.was_live:
            connection.was_live = True
            connection.send_notice(Live())


def _pusher(connection: Connection) -> PushCodec:
    """Return the codec of a connection that follows."""
    codec = connection.pusher
    assert codec is not None, connection.protocol
    return codec
