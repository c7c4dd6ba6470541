"""Server time: a clock that never goes back and is in no hurry.

It starts at the wall clock, never under the last stamp in the store, and is carried on by
the boot-time clock. When somebody sets the wall clock, server time follows between half and
double speed, so no stamp repeats and a jump of a year expires nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime

NS_PER_MS = 1_000_000
STEP_MS_MIN = 1_000
"""A wall clock that moved by more than this against the boot clock has been set."""


YEAR_MS = 365 * 86_400_000
SHOWN_MS_MAX = 7_000 * YEAR_MS
"""A time further ahead is shown as a number: calendars end."""
EARLIEST_MS = 1_577_836_800_000
"""The beginning of 2020. A clock that shows an earlier time has never been set."""


def why_not(wall_ms: int, last_stamp_ms: int) -> str | None:
    """Return why a clock can't be believed by a store with this last stamp, None if it can.

    last_stamp_ms: 0 for a new store.
    """
    if wall_ms < EARLIEST_MS and not last_stamp_ms:
        return f"the clock says {shown(wall_ms)}, which can't be right"
    if last_stamp_ms and wall_ms - last_stamp_ms > YEAR_MS:
        return (
            f"the clock says {shown(wall_ms)}, more than a year after the last stamp in the "
            f"store, {shown(last_stamp_ms)}"
        )
    return None


def shown(time_ms: int) -> str:
    """Return a time (ms UTC) for people."""
    if not 0 <= time_ms <= SHOWN_MS_MAX:
        return f"{time_ms} ms"
    return f"{datetime.fromtimestamp(time_ms // 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


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
        """How far the wall clock lagged the store at this start."""
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
