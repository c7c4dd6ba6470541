"""Clockwork: what time alone changes. Timers go through events like everything else."""

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.acks import Acks
from chatd.core.lifetime import Lifetime
from chatd.core.model import Room, User
from chatd.core.store import Store
from chatd.handlers.context import Turn
from chatd.handlers.timed import on_timer
from chatd.handlers.visibility import is_by
from chatd.wire import commands as c


NONCES_FORGOTTEN_EACH_MS = 3_600_000
"""Nonces that are over are forgotten so often: one at a time would be an event for each."""


class ClockworkHandlers:
    """Expiry, limits and gathered acknowledgements, each called by a timer."""

    def __init__(self, store: Store, settings: Settings, lifetime: Lifetime, acks: Acks) -> None:
        self._store = store
        self._state = store.state
        self._rules = (settings.lifetime_ms, settings.update_period_ms)
        self._lifetime = lifetime
        self._acks = acks

    def take_up_rules(self, now_ms: int) -> None:
        """Let the settings hold for what was dated by others."""
        tables = self._state.tables
        if (tables.lifetime_ms, tables.update_period_ms) != self._rules:
            self._store.commit(e.RulesChanged(now_ms, *self._rules))

    def expire(self, room: Room, now_ms: int) -> int | None:
        """Let the front of a room go as far as it is over.

        Returns when to look again (ms UTC), None when nothing there will be over by itself.
        """
        up_to = self._lifetime.over_up_to(room, now_ms)
        if up_to:
            self._store.commit(e.EntriesExpired(now_ms, room.room, up_to))
        return self._lifetime.look_again_ms(room, now_ms)

    def reset_limits(self, user: User, now_ms: int) -> bool:
        """Reset the counts of the periods that are over; return whether there were any."""
        windows = (user.general, user.private)
        over = any(window.count and window.reset_at_ms <= now_ms for window in windows)
        if over:
            self._store.commit(e.LimitsReset(now_ms, user.name))
        return over

    @on_timer("nonces")
    def forget_nonces(self, turn: Turn, name: str) -> int | None:
        """Forget nonces of a user that are over; return when to look again."""
        user, now_ms = self._state.users.get(name), turn.now_ms
        if now_ms < self._lifetime.held_until_ms:
            return self._lifetime.held_until_ms
        if user is None or user.receipts is None or user.receipts.over_ms is None:
            return None
        if user.receipts.over_ms <= now_ms:
            self._store.commit(e.NoncesForgotten(now_ms, name))
        over_ms = None if user.receipts is None else user.receipts.over_ms
        if over_ms is None or over_ms <= now_ms:
            return over_ms
        return over_ms + NONCES_FORGOTTEN_EACH_MS

    def move_cursors(self, now_ms: int) -> list[tuple[str, c.Read, object]]:
        """Make the acknowledgements of the last second an event; keep them if that is refused.

        Returns for each the user, what the other devices hear, and which has read.
        """
        moves = [
            (name, room, self._over_own(name, room, seq))
            for name, room, seq in self._acks.all()
            if self._is_news(name, room, seq)
        ]
        if moves:
            self._store.commit(e.CursorsMoved(now_ms, self._lifetime.due_ms(now_ms), moves))
        reads = [(n, c.Read(room, seq), self._acks.reader(n, room)) for n, room, seq in moves]
        self._acks.clear()
        return reads

    def _is_news(self, name: str, room_id: str, seq: int) -> bool:
        """Whether a user has read further than is known; who has left a room since has not."""
        room = self._state.rooms.get(room_id)
        member = None if room is None else room.members.get(name)
        return member is not None and seq > member.read_seq

    def _over_own(self, name: str, room: str, seq: int) -> int:
        """Return how far a reader has come: what one wrote oneself is never unread."""
        log = self._state.rooms[room].log
        while (frame := log.get(seq + 1)) is not None and is_by(name, frame):
            seq += 1
        return seq
