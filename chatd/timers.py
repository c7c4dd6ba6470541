"""Timers: one registry of what is called when time has passed, by kind of timer.

Each kind has its home where its feature is: there it is armed, and there is its action. An action
that changes the state does so through a handler's event; when the disk is full, it is put off
instead. What is armed can always be armed again from the state, so no timer is ever stored.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from chatd.calls import Calls
from chatd.config import Settings
from chatd.core.budget import Budget
from chatd.core.clock import ServerClock
from chatd.core.timers import Timer, TimerWheel
from chatd.core.transaction import Transaction
from chatd.deadlines import RULES
from chatd.errors import StorageFull
from chatd.handlers.context import Turn
from chatd.handlers.families import Handlers
from chatd.handlers.timed import WORK_PER_TICK
from chatd.net.boundary import ErrorBoundary

RETRY_MS = 1_000
"""When a timer is tried again for whose action the disk has no room."""
FAILED_RETRY_MS = 60_000
"""When a timer is tried again whose action failed by a bug."""

Action = Callable[[Any, int], int | None]
"""Called with a timer's key and the time; returns when to be called again (ms UTC), or None."""


class Timers:
    """Turns the timer wheel.

    actions: of each part that has timers, what they call. The handlers' come with the handlers.
    vital: kinds that work on the files: if one of them fails, the process must end.
    """

    def __init__(
        self,
        wheel: TimerWheel,
        transaction: Transaction,
        clock: ServerClock,
        calls: Calls,
        handlers: Handlers,
        boundary: ErrorBoundary,
        budget: Budget,
        actions: Collection[Mapping[str, Action]],
        vital: Collection[str],
    ) -> None:
        self._wheel = wheel
        self._transaction = transaction
        self._clock = clock
        self._calls = calls
        self._handlers = handlers
        self._boundary = boundary
        self._budget = budget
        self._vital = vital
        self._actions: dict[str, Action] = {}
        for some in actions:
            taken = handlers.current.timed.keys() | self._actions.keys()
            assert not some.keys() & taken, f"{some.keys() & taken} have two actions"
            self._actions.update(some)

    def configure(self, settings: Settings) -> None:
        """Let new settings hold at once for all that was dated and armed by other ones."""
        now_ms = self._clock.now_ms
        self._wheel.cancel(RULES, "")
        self._arm(RULES, "", self._fire(Timer(now_ms, RULES, ""), now_ms))

    def next_ms(self) -> int | None:
        """Return when the next timer is due (ms UTC)."""
        return self._wheel.next_ms()

    def fire(self, now_ms: int) -> None:
        """Run the timers that are due, until they have done what they may in a tick."""
        effects = self._calls.effects
        at_once: list[tuple[Timer, int]] = []
        while effects.timed_work < WORK_PER_TICK and (due := self._wheel.advance(now_ms, 1)):
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

    def _fire(self, timer: Timer, now_ms: int) -> int | None:
        """Run a timer; return when it is due again, if it is."""
        commits = self._transaction.commits
        try:
            return self._run(timer, now_ms)
        except StorageFull:
            return now_ms + RETRY_MS
        except Exception as error:
            if timer.kind in self._vital:
                raise
            self._boundary.contain(None, error, commits)
            return now_ms + FAILED_RETRY_MS

    def _run(self, timer: Timer, now_ms: int) -> int | None:
        timed = self._handlers.current.timed.get(timer.kind)
        if timed is not None:
            return timed(Turn(now_ms, self._calls.effects), timer.key)
        return self._actions[timer.kind](timer.key, now_ms)

    def _arm(self, kind: str, key: Any, deadline_ms: int | None) -> None:
        if deadline_ms is not None:
            self._wheel.set(kind, key, deadline_ms)
