"""Server time: a clock that never goes back and is in no hurry.

It starts at the wall clock, never under the last stamp in the store, and is carried on by
the boot-time clock. When somebody sets the wall clock, server time follows between half and
double speed, so no stamp repeats and a jump of a year expires nothing.
"""

from collections.abc import Callable

NS_PER_MS = 1_000_000
STEP_MS_MIN = 1_000
"""A wall clock that moved by more than this against the boot clock has been set."""


class ServerClock:
    """Tells ms UTC. `wall_ns` and `boot_ns` are the two clocks of the machine, in ns."""

    def __init__(
        self, wall_ns: Callable[[], int], boot_ns: Callable[[], int], last_stamp_ms: int = 0
    ) -> None:
        self._wall_ns = wall_ns
        self._boot_ns = boot_ns
        self._boot_before = boot_ns()
        self._offset_before = wall_ns() - self._boot_before
        self._now_ns = max(wall_ns(), last_stamp_ms * NS_PER_MS)
        self.away_ms = self._now_ns // NS_PER_MS - last_stamp_ms if last_stamp_ms else 0
        """How long the store stood still before this start, by the clocks."""
        self.behind_ms = max(0, last_stamp_ms - wall_ns() // NS_PER_MS)
        """How far the wall clock was behind the store at this start."""
        self.now_ms = self._now_ns // NS_PER_MS
        """Server time as of the last `advance`: all entries of a tick share it."""

    def advance(self) -> int:
        """Move on to now. Returns by how many ms the wall clock was set since, mostly 0."""
        boot, wall = self._boot_ns(), self._wall_ns()
        elapsed = max(0, boot - self._boot_before)
        self._boot_before = boot
        self._now_ns += elapsed + self._correction(elapsed, wall)
        self.now_ms = self._now_ns // NS_PER_MS
        return self._step_ms(wall - boot)

    @property
    def wall_ms(self) -> int:
        """The wall clock right now, for what a person set to a time of day."""
        return self._wall_ns() // NS_PER_MS

    def _correction(self, elapsed: int, wall: int) -> int:
        error = wall - (self._now_ns + elapsed)
        return min(error, elapsed) if error > 0 else max(error, -(elapsed // 2))

    def _step_ms(self, offset: int) -> int:
        step_ms = (offset - self._offset_before) // NS_PER_MS
        if abs(step_ms) < STEP_MS_MIN:
            return 0
        self._offset_before = offset
        return step_ms
