"""Housekeeping: everything that happens because time has passed, by kind of timer.

A timer that changes the state does so through a handler's event; when the disk is full, it
is put off instead. What is armed here can always be armed again from the state, so no timer
is ever stored.
"""

import logging
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from chatd.config import Fsync, Settings
from chatd.core.acks import Acks
from chatd.core.budget import Budget
from chatd.core.lifetime import is_doubtful
from chatd.core.model import User
from chatd.core.presence import Presence
from chatd.core.timers import Timer, TimerWheel
from chatd.errors import StorageFull
from chatd.handlers.context import Effects, Turn
from chatd.handlers.families import Handlers
from chatd.handlers.timed import WORK_PER_TICK
from chatd.net.boundary import ErrorBoundary
from chatd.storage import Storage

log = logging.getLogger(__name__)

GATHER_MS = 1_000
"""So long are acknowledgements and comings and goings gathered."""
RETRY_MS = 1_000
FAILED_RETRY_MS = 60_000
"""A timer whose action failed by a bug is tried again after so long."""
OF_THE_STORE = frozenset({"snapshot", "snapshot-poll", "storage", "sync"})
"""Timers that work on the files: if one of them fails, the process must end."""
SNAPSHOT_POLL_MS = 100
SNAPSHOT_REST = 20
"""A snapshot may take a twentieth of the time at most."""
SNAPSHOT_RETRY_MS = 60_000
"""So long after a failed snapshot comes the next, then twice as long, up to the usual time."""
SNAPSHOT_DOUBLINGS_MAX = 16
MINUTE_MS = 60_000
DAY_MS = 86_400_000


Action = Callable[[Any, int], int | None]
"""Called with a timer's key and the time; returns when to be called again (ms UTC), or None."""


class Housekeeping:
    """Turns the timer wheel. actions: what is called, by other kinds of timers than the own."""

    def __init__(
        self,
        wheel: TimerWheel,
        storage: Storage,
        acks: Acks,
        presence: Presence,
        settings: Settings,
        handlers: Handlers,
        boundary: ErrorBoundary,
        budget: Budget,
        actions: Mapping[str, Action],
    ) -> None:
        self.wheel = wheel
        self._boundary = boundary
        self._budget = budget
        self._storage = storage
        self._state = storage.store.state
        self._acks = acks
        self._presence = presence
        self._settings = settings
        self._handlers = handlers
        self._effects = Effects()
        self._snapshot_is_due = False
        self._on: dict[str, Action] = {
            **actions,
            "limits": self._reset_limits,
            "rules": self._take_up_rules,
            "snapshot": self._snapshot,
            "snapshot-poll": self._poll_snapshot,
            "storage": self._try_storage,
            "sync": self._sync,
        }

    def configure(self, settings: Settings) -> None:
        """Let new settings hold for all that was dated, armed and held by other ones."""
        self._settings, now_ms = settings, self._storage.clock.now_ms
        self.wheel.cancel("rules", "")
        self._arm("rules", "", self._fire(Timer(now_ms, "rules", ""), now_ms))
        if self.wheel.deadline_ms("snapshot", "") is not None:
            self.wheel.set("snapshot", "", self._snapshot_due_ms(now_ms))
        self.journal_grew(now_ms)

    def begin(self, now_ms: int) -> None:
        """Arm what the state and the settings call for at the start."""
        if now_ms < self._handlers.current.lifetime.held_until_ms:
            self._warn_of_the_clock()
        self._take_up_rules("", now_ms)
        for user in self._state.users.values():
            self._begin_with(user)
        if self._state.erasing:
            self.wheel.set("erase", "", now_ms)
        for upload in self._state.uploads.values():
            self.wheel.set("upload", upload.number, upload.expires_ms)
            self.wheel.set("hash", upload.number, now_ms)
        self.wheel.set("snapshot", "", self._snapshot_due_ms(now_ms))
        if self._settings.fsync is Fsync.EVERYSEC:
            self.wheel.set("sync", "", now_ms + GATHER_MS)

    def _warn_of_the_clock(self) -> None:
        clock = self._storage.clock
        if not is_doubtful(clock):
            log.warning(
                "an earlier start was more than a day away from the last stamp in the store: "
                "nothing expires for %d minutes",
                -(-(self._storage.held_until_ms - clock.now_ms) // MINUTE_MS),
            )
        elif clock.behind_ms:
            log.warning(
                "the last stamp in the store is %.1f days ahead of the clock: if the clock is "
                "right, stop the server and run repair-clock; nothing expires for an hour",
                clock.behind_ms / DAY_MS,
            )
        else:
            log.warning(
                "this start is %.1f days away from the last stamp in the store: if the clock "
                "is wrong, stop and mend it; nothing expires for an hour",
                clock.away_ms / DAY_MS,
            )

    def _take_up_rules(self, key: str, now_ms: int) -> None:
        """Let the settings hold for what others dated, and arm what that calls for."""
        self._handlers.current.clockwork.take_up_rules(now_ms)
        fronts_ms = max(now_ms, self._handlers.current.lifetime.held_until_ms)
        for room in self._state.rooms.values():
            if room.log.frames:
                too_large = room.log.byte_count > self._settings.log_bytes_max
                self.wheel.set("front", room.room, now_ms if too_large else fronts_ms)
        for user in self._state.users.values():
            for window in (user.general, user.private):
                if window.count:
                    self.new_period(user.name, window.reset_at_ms)
            if user.held_until_ms is not None:  # what held it may have ended meanwhile
                self.wheel.set("held", user.name, now_ms)

    def _begin_with(self, user: User) -> None:
        """Arm what a user's ban and scheduled texts call for."""
        if user.banned_until_ms:
            self.wheel.set("ban", user.name, user.banned_until_ms)
        if user.expires_ms:
            self.wheel.set("unused", user.name, user.expires_ms)
        if user.receipts is not None:
            self.set_timer("nonces", user.name, user.receipts.over_ms)
        for post in user.scheduled.values():
            if not post.is_held:
                self.wheel.set("scheduled", (user.name, post.number), post.at_ms)

    # -- what a tick tells -------------------------------------------------------------------

    def next_ms(self) -> int | None:
        """Return when the next timer is due (ms UTC)."""
        return self.wheel.next_ms()

    def fire(self, now_ms: int, effects: Effects) -> None:
        """Run the timers that are due, until they have done what they may in a tick.

        effects: where they leave what is to be told and done when the tick is durable.
        """
        self._effects = effects
        at_once: list[tuple[Timer, int]] = []
        while effects.timed_work < WORK_PER_TICK and (due := self.wheel.advance(now_ms, 1)):
            effects.timed_work += 1
            again_ms = self._fire(due[0], now_ms)
            if again_ms is not None and again_ms <= now_ms:
                at_once.append((due[0], again_ms))  # in the next tick: none fires twice in one
            else:
                self._arm(due[0].kind, due[0].key, again_ms)
            if self._budget.is_spent:
                break
        for timer, again_ms in at_once:
            self._arm(timer.kind, timer.key, again_ms)

    def flush(self, now_ms: int) -> None:
        """Write what is being gathered, for the last time."""
        try:
            while self._acks:
                self._handlers.current.clockwork.move_cursors(Turn(now_ms, Effects()))
        except StorageFull:
            log.warning("no room to write how far users have read; they will see it again")

    def gathered(self, now_ms: int) -> None:
        """See whether there is anything to be written or told within a second."""
        for kind, is_any in (("cursors", self._acks), ("presence", self._presence.changed)):
            if is_any and self.wheel.deadline_ms(kind, "") is None:
                self.wheel.set(kind, "", now_ms + GATHER_MS)

    def grew(self, room_id: str, now_ms: int) -> None:
        """A room has new entries, which will be over some time, or make it too large."""
        room = self._state.rooms[room_id]
        too_large = room.log.byte_count > self._settings.log_bytes_max
        if too_large or self.wheel.deadline_ms("front", room_id) is None:
            self._arm("front", room_id, self._handlers.current.lifetime.look_again_ms(room, now_ms))

    def new_period(self, name: str, reset_at_ms: int) -> None:
        """A user's period began; the wheel ends it. A user has two, the sooner counts."""
        self.wheel.set_sooner("limits", name, reset_at_ms)

    def set_timer(self, kind: str, key: Hashable, deadline_ms: int | None) -> None:
        """Arm or move a timer that a handler wants; with no deadline, disarm it."""
        if deadline_ms is None:
            self.wheel.cancel(kind, key)
        else:
            self.wheel.set(kind, key, deadline_ms)

    def storage_full(self, now_ms: int) -> None:
        """The disk has no room for a tick: look again each second."""
        shortage = self._storage.shortage
        log.error("%s: nothing that writes is accepted until there is room", shortage)
        self.wheel.set("storage", "", now_ms + RETRY_MS)

    def journal_grew(self, now_ms: int) -> None:
        """The journal has grown; past a bound, a snapshot replaces it sooner."""
        if self._storage.journal_bytes > self._settings.snapshot_growth_bytes:
            armed_ms = self.wheel.deadline_ms("snapshot", "")
            due_ms = max(now_ms, self._storage.snapshot_ended_ms + self._snapshot_rest_ms())
            if armed_ms is not None and due_ms < armed_ms:
                self.wheel.set("snapshot", "", due_ms)

    # -- the timers --------------------------------------------------------------------------

    def _fire(self, timer: Timer, now_ms: int) -> int | None:
        """Run a timer; return when it is due again, if it is."""
        commits = self._storage.store.commits
        try:
            return self._run(timer, now_ms)
        except StorageFull:
            return now_ms + RETRY_MS
        except Exception as error:
            if timer.kind in OF_THE_STORE:
                raise
            self._boundary.contain(None, error, commits)
            return now_ms + FAILED_RETRY_MS

    def _run(self, timer: Timer, now_ms: int) -> int | None:
        action = self._handlers.current.timed.get(timer.kind)
        if action is not None:
            return action(Turn(now_ms, self._effects), timer.key)
        return self._on[timer.kind](timer.key, now_ms)

    def _arm(self, kind: str, key: Any, deadline_ms: int | None) -> None:
        if deadline_ms is not None:
            self.wheel.set(kind, key, deadline_ms)

    def _reset_limits(self, key: str, now_ms: int) -> int | None:
        user = self._state.users[key]
        if self._handlers.current.clockwork.reset_limits(user, now_ms):
            self._effects.spenders.add(key)
        ends = [w.reset_at_ms for w in (user.general, user.private) if w.used(now_ms)]
        return min(ends, default=None)

    def _sync(self, key: str, now_ms: int) -> int:
        self._storage.sync()
        return now_ms + GATHER_MS

    def _try_storage(self, key: str, now_ms: int) -> int | None:
        if not self._storage.reserve():
            return now_ms + RETRY_MS
        log.warning("there is room for what writes again")
        return None

    # -- snapshots ---------------------------------------------------------------------------

    def _snapshot(self, key: str, now_ms: int) -> None:
        self._snapshot_is_due = True

    def start_snapshot(self, now_ms: int) -> None:
        """Begin a snapshot if one is due, when the tick's events are in the journal.

        Not when its timer fires: what the state has and the journal has not yet would come
        twice, by the snapshot and by the journal behind it.
        """
        if not self._snapshot_is_due:
            return
        self._snapshot_is_due = False
        if self._storage.journal_bytes:
            self._storage.start_snapshot()
        if self._storage.snapshot_running:
            self.wheel.set("snapshot-poll", "", now_ms + SNAPSHOT_POLL_MS)
        else:
            self.wheel.set("snapshot", "", now_ms + self._settings.snapshot_interval_ms)

    def _poll_snapshot(self, key: str, now_ms: int) -> int | None:
        self._storage.poll_snapshot()
        if self._storage.snapshot_running:
            return now_ms + SNAPSHOT_POLL_MS
        rest_ms = self._snapshot_rest_ms()
        if not self._storage.snapshot_failures:
            rest_ms = max(rest_ms, self._settings.snapshot_interval_ms)
        self.wheel.set("snapshot", "", now_ms + rest_ms)
        return None

    def _snapshot_due_ms(self, now_ms: int) -> int:
        """Return when the next snapshot is due by itself."""
        rest_ms = max(self._settings.snapshot_interval_ms, self._snapshot_rest_ms())
        return max(now_ms, self._storage.last_snapshot_ms + rest_ms)

    def _snapshot_rest_ms(self) -> int:
        """Return how long no snapshot begins after one has ended, well or not."""
        failures = self._storage.snapshot_failures
        if not failures:
            return SNAPSHOT_REST * self._storage.snapshot_took_ms
        doubled_ms = SNAPSHOT_RETRY_MS << min(failures - 1, SNAPSHOT_DOUBLINGS_MAX)
        return min(doubled_ms, self._settings.snapshot_interval_ms)
