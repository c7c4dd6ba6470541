"""The server: one tick after the other, and each is one transaction.

The loop wakes, requests are handled, due timers fire, what all of them changed is made
durable as one journal record, and only then does any byte leave.
"""

import logging
import signal
from collections.abc import Callable
from typing import NamedTuple, Protocol

from chatd.announcements import Announcements
from chatd.calls import Calls
from chatd.connections import Connections
from chatd.core.budget import Budget
from chatd.core.clock import NS_PER_MS
from chatd.core.tick import TickChanges
from chatd.database import Database
from chatd.deadlines import Deadlines
from chatd.handlers.context import Effects
from chatd.handlers.families import Handlers
from chatd.http.downloads import Downloads
from chatd.metrics import Readings
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.net.delivery import Delivery
from chatd.net.listener import Listener
from chatd.net.loop import Loop, Watcher
from chatd.net.notices import Notices
from chatd.reload import Reload
from chatd.service import Service
from chatd.timers import Timers
from chatd.upkeep import Upkeep

log = logging.getLogger(__name__)

STOP_NS_MAX = 5_000_000_000
"""How long clients may take what waits for them when the server stops, at most."""
EXCUSED_NS_MIN = 1_000_000_000
"""Nothing was read for so long that peers are not charged with it; after less, they hardly are."""


NO_CHANGES = TickChanges()
"""What follows from a tick in which nothing happened."""


class Signals(Protocol):
    """Where signals come from."""

    def take(self) -> list[signal.Signals]:
        """Return the signals since the last time, in order."""


class _Waiting(NamedTuple):
    """Which kinds of work wait besides requests."""

    timers: bool
    pages: bool
    files: bool


class _Tick(NamedTuple):
    """A tick that was handled, and what is to be let out of it when it is durable.

    submitted_ns: when its record went to the journal, if there is one.
    changes: what follows from its events, None if nothing happened.
    """

    now_ms: int
    started_ns: int
    submitted_ns: int
    waiting: _Waiting
    effects: Effects
    changes: TickChanges | None


class Server:
    """Runs the parts that `App` has made; nothing is made here.

    Nothing here knows what a request means, or what a file looks like.
    """

    def __init__(
        self,
        *,
        loop: Loop,
        signals: Signals,
        monotonic_ns: Callable[[], int],
        database: Database,
        budget: Budget,
        boundary: ErrorBoundary,
        handlers: Handlers,
        calls: Calls,
        service: Service,
        downloads: Downloads,
        delivery: Delivery,
        notices: Notices,
        announcements: Announcements,
        connections: Connections,
        listener: Listener,
        timers: Timers,
        deadlines: Deadlines,
        upkeep: Upkeep,
        readings: Readings,
        reload: Reload,
    ) -> None:
        self._loop = loop
        self._signals = signals
        self._monotonic_ns = monotonic_ns
        self._database = database
        self._transaction = database.transaction
        self._clock = database.clock
        self._budget = budget
        self._boundary = boundary
        self._handlers = handlers
        self._calls = calls
        self._service = service
        self._downloads = downloads
        self._delivery = delivery
        self._notices = notices
        self._announcements = announcements
        self._connections = connections
        self._listener = listener
        self._timers = timers
        self._deadlines = deadlines
        self._upkeep = upkeep
        self._readings = readings
        self._reload = reload
        self._reload_wanted = False
        self._stop_at_ns: int | None = None
        self._said_goodbye = False
        self._under_way: _Tick | None = None

    # -- running -----------------------------------------------------------------------------

    def start(self) -> None:
        """Write down that the store is served; before that, nobody is."""
        self._deadlines.begin(self._clock.now_ms)
        self._upkeep.begin(self._clock.now_ms)
        self._database.begin_service()
        self._warn_of_missing_admins()

    def run(self) -> None:
        """Serve until a signal says stop, and everything is told and stored."""
        while self.tick():
            pass
        self.close()

    def close(self) -> None:
        """End every connection and the store, with what was read up to now."""
        self._deadlines.flush(self._clock.now_ms)
        self._listener.close()
        self._connections.abort_all()
        self._database.close()

    def tick(self) -> bool:
        """Take a step; the order of the phases is the server's contract. False: it has ended.

        A step is a whole tick if the journal makes its record durable at once. Else the tick is
        under way, and steps wait for the journal alone, until nothing of the tick can be lost.
        """
        if self._under_way is None:
            self._under_way = self._handle(self._loop.wait(self._wait_s()))
        else:
            self._wait_for_journal()
        if self._database.is_durable:
            tick, self._under_way = self._under_way, None
            self._release(tick)
        return self._goes_on()

    def _handle(self, ready: list[tuple[Watcher, int]]) -> _Tick:
        """Do what there is to do, and give what it changed to the journal: nothing leaves yet."""
        started_ns = self._monotonic_ns()
        now_ms = self._begin()
        waiting = self._waiting(now_ms)
        self._budget.begin(waiting.timers + waiting.pages + waiting.files)
        self._serve(ready)
        self._budget.begin(waiting.pages + waiting.files)
        self._timers.fire(now_ms)
        self._budget.stop()
        effects = self._calls.take_effects()
        submitted_ns = self._monotonic_ns()
        changes = self._database.submit()
        return _Tick(now_ms, started_ns, submitted_ns, waiting, effects, changes)

    def _release(self, tick: _Tick) -> None:
        """Let out what a durable tick has to say, and do what follows from it."""
        now_ms = tick.now_ms
        held_ns = self._note_durable(tick)
        changes = tick.changes or NO_CHANGES
        self._announcements.carry_out(changes, tick.effects)
        self._delivery.deliver(changes, now_ms)
        self._budget.begin(tick.waiting.files)
        self._delivery.pump(now_ms)
        self._budget.begin(0)
        for connection in self._downloads.pass_on(now_ms):
            self._boundary.run(connection, self._service.release, connection)
        self._budget.stop()
        self._take_signals()
        if self._stop_at_ns is not None:  # here, so that a goodbye comes last
            self._say_goodbye()
        self._send(now_ms)
        self._arm(now_ms, changes, tick.effects)
        if tick.changes is not None:
            self._upkeep.journal_grew(now_ms)
        self._upkeep.start_snapshot(now_ms)
        self._calls.write_log()
        if held_ns >= EXCUSED_NS_MIN:
            self._connections.excuse(held_ns // NS_PER_MS)
        self._connections.reap()  # close here only: no descriptor is reused within a tick
        self._readings.ticks.add(self._monotonic_ns() - tick.started_ns)

    def _goes_on(self) -> bool:
        stop_at_ns = self._stop_at_ns
        if stop_at_ns is None:
            return True
        is_done = self._under_way is None and not self._connections.by_number
        return not is_done and self._monotonic_ns() < stop_at_ns

    # -- the phases --------------------------------------------------------------------------

    def _wait_s(self) -> float | None:
        """Return how long to wait for peers: None for as long as nothing is due."""
        if self._reload_wanted or self._service.has_work or self._connections.has_closed:
            return 0.0
        if self._delivery.has_work or self._downloads.has_work:
            return 0.0
        waits = [] if self._stop_at_ns is None else [self._stop_s()]
        due_ms = self._timers.next_ms()
        if due_ms is not None:
            waits.append(max(0.0, (due_ms - self._clock.now_ms) / 1000))
        return min(waits, default=None)

    def _stop_s(self) -> float:
        """Return how long the end may still take."""
        assert self._stop_at_ns is not None
        return max(0.0, (self._stop_at_ns - self._monotonic_ns()) / 1e9)

    def _wait_for_journal(self) -> None:
        """Wait until more is durable, or a signal comes; all else waits, in the kernel."""
        timeout_s = None if self._stop_at_ns is None else self._stop_s()
        for watcher, events in self._loop.wait_urgent(timeout_s):
            watcher.on_ready(events)
        self._take_signals()

    def _begin(self) -> int:
        step_ms = self._clock.advance()
        if step_ms:
            log.warning(
                "the wall clock was set by %+.3f s; server time follows slowly", step_ms / 1000
            )
        now_ms = self._clock.now_ms
        if self._transaction.writable and not self._database.reserve():
            self._upkeep.storage_full(now_ms)
        self._calls.begin_tick(now_ms)
        self._service.begin_tick(now_ms)
        self._budget.open()
        if self._reload_wanted:
            self._reload_wanted = False
            if self._reload.run():
                self._warn_of_missing_admins()
        return now_ms

    def _waiting(self, now_ms: int) -> _Waiting:
        due_ms = self._timers.next_ms()
        return _Waiting(
            timers=due_ms is not None and due_ms <= now_ms,
            pages=self._delivery.has_work,
            files=self._downloads.has_work,
        )

    def _serve(self, ready: list[tuple[Watcher, int]]) -> None:
        """Let those who are ready line up, and handle what there is time for."""
        for watcher, events in ready:
            try:
                watcher.on_ready(events)
            except Exception as error:
                if not isinstance(watcher, Connection):
                    raise
                self._boundary.contain(watcher, error)
        self._service.serve()

    def _note_durable(self, tick: _Tick) -> int:
        """Do what had to wait for the record; return for how long nothing was read (ns)."""
        if tick.changes is None:
            return 0
        held_ns = self._monotonic_ns() - tick.submitted_ns
        self._readings.commits.add(held_ns)
        self._database.remove_dropped_files()
        return held_ns

    def _take_signals(self) -> None:
        """Note what signals ask for; it is done in its place in the tick."""
        for signum in self._signals.take():
            if signum is signal.SIGHUP:
                self._reload_wanted = True  # the next tick begins with it, and records its changes
                continue
            log.info("%s: stopping", signum.name)
            if self._stop_at_ns is None:
                self._stop_at_ns = self._monotonic_ns() + STOP_NS_MAX

    def _say_goodbye(self) -> None:
        """Accept nobody, and let everybody go who has taken what waits."""
        if not self._said_goodbye:
            self._said_goodbye = True
            self._listener.stop()
            self._delivery.finish_broadcast()
            self._connections.close_all("the server stops; come back soon")

    def _warn_of_missing_admins(self) -> None:
        for name in self._handlers.current.moderation.missing_admins():
            log.warning("ADMINS: there is no user %s; `chatd user add` makes that account", name)

    def _send(self, now_ms: int) -> None:
        blocked = self._delivery.flush(now_ms)
        for connection in self._notices.drained():
            if self._boundary.run(connection, self._notices.send_late, connection, now_ms):
                blocked.append(connection)
        for connection in blocked:
            self._connections.check_when_stalled(connection)
        self._service.resume_drained()

    def _arm(self, now_ms: int, changes: TickChanges, effects: Effects) -> None:
        """Set the timers that this tick calls for."""
        self._deadlines.arm(now_ms, changes, effects)
        for connection, until_ms in self._service.take_throttled():
            self._connections.throttle(connection, until_ms)
