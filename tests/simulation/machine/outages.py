"""Outages: a world whose power or disk fails at any call, and that judges what is left then.

What each mode of FSYNC promises is judged by the numbers of ticks. `told_tick` is the last one
of which everything has left the server, `recovered_tick` the last one that came back. Nothing
that left is lost when a process dies, or with `always`; with `everysec` only ticks of the last
second are (of server time, which is slow while it waits for a clock that was set back), and any
with `never`. The epoch is renewed by a start that may have lost something,
and by no other.
"""

import errno
from collections import deque
from collections.abc import Callable
from typing import Any

from chatd.config import Fsync
from chatd.errors import StoreError
from tests.simulation.disk import PowerCut, Survives
from tests.simulation.peer import Lost, Peer
from tests.simulation.world import World

JOURNAL, SNAPSHOT, FILES = "-journal-", "-snapshot", "-files/"
"""What stands in the paths of the store's files."""
SYNC_MS = 60_000
"""What a second is with `everysec` here, as days sleep for hours: see `test_model.py`."""
LATE_MS = 20
"""Timers round up to a hundredth of a second."""


class FragileWorld(World):
    """A world that survives what it is told to suffer, in the middle of whatever happens.

    restarted: called when the server runs again, and nobody is connected. was_told: the
    numbers of the last ticks that a power failure may take away, and when they were told (server
    time).
    is_rewound: whether ticks were lost that had been told. is_unknown: whether a tick survived
    that nobody was told of, and somebody waited for an answer.
    """

    def __init__(self, restarted: Callable[[], None], seed: int, **options: Any) -> None:
        self._restarted = restarted
        self._was_told: deque[tuple[int, int]] = deque()
        self._survives: Survives = lambda: False
        self._is_kill = self._may_fail = self._stops = False
        self.recovered_tick: int | None = None
        self.is_rewound = self.is_unknown = False
        super().__init__(seed, **options)

    @property
    def told_tick(self) -> int:
        return self._was_told[-1][1]

    def note(self, what: str) -> None:
        """Write down what happens, between what is asked."""
        self.transcript.append(what)

    # -- what is to fail ---------------------------------------------------------------------

    def fail(self, fault: str, call: int, is_kill: bool, survives: Survives) -> None:
        """Let the power go at some call to the disk, or the next call of a kind for a file fail.

        fault: "power", or an operation and what stands in the path. is_kill: only the process
        ends, and no machine.
        """
        self.note(f"{fault} is to fail (call {call}, is_kill {is_kill})")
        self.cut_power_at(call)
        if fault != "power":
            self.disk.let_power_be()
            operation, path = fault.split()
            self.disk.fail_on(operation, errno.EIO, path)
        self._may_fail = fault == "power" or JOURNAL in fault
        self._is_kill, self._survives = is_kill, survives

    def mend(self) -> None:
        """Let nothing fail any more."""
        self.tells_left_states = self._may_fail = False
        self.disk.let_power_be()

    def fill_disk(self) -> None:
        """Let no file grow any more."""
        self.disk.capacity = 0

    def make_room(self) -> None:
        self.disk.capacity = None

    @property
    def is_full(self) -> bool:
        return self.disk.capacity is not None

    # -- what happens then -------------------------------------------------------------------

    def step(self) -> bool:
        goes_on = super().step()
        if not self.journal.is_under_way:
            self._note_told()
        return goes_on

    def settle(self) -> bool:
        """As any world does; raises Lost if what was told before is lost."""
        try:
            return super().settle()
        except (PowerCut, StoreError):
            assert self._may_fail, "the store failed by itself"
            if self._stops:
                raise
            self._note_left()
        self.end("kill" if self._is_kill else "crash", self._survives)
        if self.is_rewound:
            raise Lost
        return True

    def end(
        self,
        how: str,
        survives: Survives,
        down_ms: int = 0,
        cut_start_at: int = 0,
        cut_stop_at: int = 0,
    ) -> None:
        """Stop, kill or crash the server, and start it again; at both the power may fail."""
        self.note(
            f"{how}, down for {down_ms} ms, power cut at call {cut_stop_at} of the stop and "
            f"{cut_start_at} of the start"
        )
        waits = any(not isinstance(peer, Peer) or peer.waits for peer in self.peers)
        epoch, is_lazy = self.state.epoch, self.settings.fsync is not Fsync.ALWAYS
        loses_power = how == "crash" or (how == "kill" and cut_start_at)
        least = self.least_tick if loses_power else self.told_tick
        if how == "stop":
            self.mend()
            is_cut = self._cut_stop(survives, cut_stop_at)
            least = self._least_cut if is_cut else self._last_tick()
        elif how == "kill":
            self.kill()
        else:
            self.crash(survives)
        self.mend()
        told = self.told_tick
        self.clock.advance(down_ms)
        self._start_again(survives, cut_start_at)
        assert self.recovered_tick is not None
        assert self.recovered_tick >= least, (how, self.settings.fsync, self.recovered_tick, least)
        is_clean = how == "stop" and not cut_stop_at
        if not cut_stop_at and (not cut_start_at or how != "stop"):
            assert (self.state.epoch != epoch) == (is_lazy and not is_clean), how
        self.is_rewound = self.recovered_tick < told
        assert not self.is_rewound or self.state.epoch != epoch, "lost something, and hides it"
        self.is_unknown = self.recovered_tick > told and waits
        self._restarted()

    def _cut_stop(self, survives: Survives, cut_at: int) -> bool:
        """Stop the server; return whether the power failed before it had."""
        if cut_at:
            self.cut_power_at(cut_at)
        self._may_fail = self._stops = cut_at > 0
        try:
            self.stop()
        except PowerCut:
            self._note_left()
            self._least_cut = self.least_tick
            self.crash(survives)
            return True
        finally:
            self._stops = False
        return False

    def _start_again(self, survives: Survives, cut_at: int) -> None:
        self.recovered_tick = None
        if cut_at:
            self.disk.cut_power_at(cut_at)
        try:
            self.restart()
        except PowerCut:
            if self._runs:
                self.crash(survives)
            else:
                self.disk.crash(survives)
            if self.settings.fsync is not Fsync.ALWAYS:
                self._states_left = None
            self.restart()
        self.mend()

    def _start(self) -> None:
        super()._start()
        self._was_told.clear()
        self._note_told()

    def _compare(self) -> None:
        super()._compare()
        if self.recovered_tick is None:
            self.recovered_tick = self._last_tick()
        assert self._last_tick() >= self.recovered_tick, "a start lost what it had recovered"

    def _last_tick(self) -> int:
        return self.database._journal.last_tick

    @property
    def least_tick(self) -> int:
        """Up to where everything must come back if the power fails now."""
        if self.settings.fsync is Fsync.ALWAYS:
            return self.told_tick
        if self.settings.fsync is Fsync.NEVER:
            return 0
        while len(self._was_told) > 1 and self._was_told[1][0] <= self.now_ms - SYNC_MS - LATE_MS:
            self._was_told.popleft()
        return self._was_told[0][1]

    def _note_left(self) -> None:
        """What left before a failure arrives: a snapshot may fail behind a tick that is told."""
        if self._turn() and self.settings.fsync is not Fsync.ALWAYS:
            self._note_told()

    def _note_told(self) -> None:
        if not self._was_told or self._last_tick() != self.told_tick:
            self._was_told.append((self.now_ms, self._last_tick()))
