"""What changes by time alone. Timers commit events like everything else."""

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.acks import Acks
from chatd.core.copies import QUOTING_MAX
from chatd.core.lifetime import Lifetime
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.handlers.context import Turn
from chatd.handlers.timed import on_timer
from chatd.handlers.visibility import is_by

MOVES_PER_SLICE = 1_000
MOVES_PER_WORK = 4
"""The most acknowledgements written at a time, and how many make a unit of work."""
OWN_PER_SLICE = 2_000
"""The most of their own entries that are passed over, for all readers together."""
STEPS_PER_SLICE = 2_000
STEPS_PER_WORK = 5
STEPS_OF_A_QUOTE = 4
STEPS_OF_A_FILE = 100
"""How much of a log leaves at a time. A step is an entry, about two microseconds; to take an entry
out of a comment's quote or its file from the disk takes longer."""
NONCES_FORGOTTEN_EACH_MS = 3_600_000
"""How often expired nonces are forgotten: one at a time would be an event for each."""
LOOK_AT_UNUSED_EACH_MS = 86_400_000
"""How often an unused account that is still needed is checked again."""


class ExpiryHandlers:
    """Expiry, limits and gathered acknowledgements, each called by a timer."""

    def __init__(
        self, transaction: Transaction, settings: Settings, lifetime: Lifetime, acks: Acks
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._rules = (settings.lifetime_ms, settings.update_period_ms)
        self._lifetime = lifetime
        self._acks = acks

    def take_up_rules(self, now_ms: int) -> None:
        """Let the settings hold for what was dated by others."""
        tables = self._state.tables
        if (tables.lifetime_ms, tables.update_period_ms) != self._rules:
            self._transaction.commit(e.RulesChanged(now_ms, *self._rules))

    @on_timer("front")
    def expire(self, turn: Turn, room_id: str) -> int | None:
        """Drop the expired entries at the front of a room, a slice at a time.

        Returns when to look again (ms UTC), None when nothing there will be over by itself.
        """
        room = self._state.rooms.get(room_id)
        if room is None:  # it has ended
            return None
        up_to = self._lifetime.over_up_to(room, turn.now_ms)
        if up_to:
            up_to, steps = _slice(room, up_to)
            turn.effects.timed_work += steps // STEPS_PER_WORK
            self._transaction.commit(e.EntriesExpired(turn.now_ms, room_id, up_to))
        return self._lifetime.look_again_ms(room, turn.now_ms)

    @on_timer("limits")
    def reset_limits(self, turn: Turn, name: str) -> int | None:
        """Reset the counts of the periods that have ended; return when the next one ends."""
        user = self._state.users[name]
        windows = user.windows
        if any(window.count and window.reset_at_ms <= turn.now_ms for window in windows):
            self._transaction.commit(e.LimitsReset(turn.now_ms, name))
        return min((w.reset_at_ms for w in windows if w.used(turn.now_ms)), default=None)

    @on_timer("nonces")
    def forget_nonces(self, turn: Turn, name: str) -> int | None:
        """Forget expired nonces of a user; return when to check again."""
        user, now_ms = self._state.users.get(name), turn.now_ms
        if now_ms < self._lifetime.held_until_ms:
            return self._lifetime.held_until_ms
        if user is None or user.nonces is None or user.nonces.oldest_expires_ms is None:
            return None
        if user.nonces.oldest_expires_ms <= now_ms:
            self._transaction.commit(e.NoncesForgotten(now_ms, name))
        oldest_expires_ms = None if user.nonces is None else user.nonces.oldest_expires_ms
        if oldest_expires_ms is None or oldest_expires_ms <= now_ms:
            return oldest_expires_ms
        return oldest_expires_ms + NONCES_FORGOTTEN_EACH_MS

    @on_timer("unused")
    def drop_unused(self, turn: Turn, name: str) -> int | None:
        """Let an account go that nobody has ever logged in to; return when to look again.

        Not while something of others would be lost with it, or come to the next user of that name.
        """
        user, now_ms = self._state.users.get(name), turn.now_ms
        if user is None or not user.expires_ms:
            return None
        due_ms = max(user.expires_ms, self._lifetime.held_until_ms)
        if now_ms < due_ms:
            return due_ms
        turn.effects.timed_work += len(self._state.tables.reports) // STEPS_PER_WORK
        if self._is_needed(user, now_ms):
            return now_ms + LOOK_AT_UNUSED_EACH_MS
        declined = [e.InvitationEnded(now_ms, room, name, name) for room in user.invitations]
        self._transaction.commit(*declined, e.UserExpired(now_ms, name))
        return None

    def _is_needed(self, user: User, now_ms: int) -> bool:
        """Whether others have written to a user, or something is held against the user."""
        if len(user.rooms) > 1 or user.warnings_at(now_ms) or user.banned_until_ms:
            return True
        return any(report.user == user.name for report in self._state.tables.reports.values())

    @on_timer("cursors")
    def move_cursors(self, turn: Turn, key: str = "") -> int | None:
        """Make the acknowledgements of the last second an event; keep them if that is refused.

        Returns when to go on, if there were too many for one slice. For each it is told to the
        user's other devices.
        """
        acks = self._acks.first(MOVES_PER_SLICE)
        moves, steps_left = [], OWN_PER_SLICE
        for name, room, seq in acks:
            if self._is_news(name, room, seq):
                last = self._over_own(name, room, seq, steps_left)
                steps_left -= last - seq
                moves.append((name, room, last))
        if moves:
            due_ms = self._lifetime.due_ms(turn.now_ms)
            self._transaction.commit(e.CursorsMoved(turn.now_ms, due_ms, moves))
        readers = {(name, room): self._acks.reader(name, room) for name, room, _ in acks}
        for name, room, _ in acks:
            self._acks.forget(name, room)
        for name, room, seq in moves:
            reader = readers[name, room]
            turn.effects.readers[name, room] = reader
            if steps_left <= 0 and self._is_own(name, room, seq + 1):
                self._acks.add(name, {room: seq + 1}, reader)  # to go on from there
        turn.effects.timed_work += len(acks) // MOVES_PER_WORK
        return turn.now_ms if self._acks else None

    def _is_news(self, name: str, room_id: str, seq: int) -> bool:
        """Whether a user has read further than is known; who has left a room since has not."""
        room = self._state.rooms.get(room_id)
        member = None if room is None else room.members.get(name)
        return member is not None and seq > member.read_seq

    def _over_own(self, name: str, room: str, seq: int, steps_max: int) -> int:
        """Return how far a reader has come: what one wrote oneself is never unread."""
        last = seq
        while last - seq < steps_max and self._is_own(name, room, last + 1):
            last += 1
        return last

    def _is_own(self, name: str, room: str, seq: int) -> bool:
        frame = self._state.rooms[room].log.get(seq)
        return frame is not None and is_by(name, frame)


def _slice(room: Room, up_to: int) -> tuple[int, int]:
    """Return up to where entries may leave at once, and the steps that it takes."""
    steps = 0
    for seq in range(room.log.first_seq, up_to + 1):
        steps += 1 + STEPS_OF_A_QUOTE * min(QUOTING_MAX, len(room.comments.get(seq, ())))
        steps += STEPS_OF_A_FILE * (seq in room.files)
        if steps >= STEPS_PER_SLICE:
            return seq, steps
    return up_to, steps
