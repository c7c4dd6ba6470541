"""The budget of a tick: how long it may work, and how that is shared out.

Requests come first. Of what else waits (due timers, pages for those who lag, files) each
kind has a share kept for it, so that none waits for ever while there are more requests than fit;
what one kind leaves of its time is the next one's.
"""

from collections.abc import Callable

TICK_NS_MAX = 10_000_000
"""After this time a tick begins nothing more; the rest waits for the next."""
SHARE_NS = 2_000_000
"""So much of it is kept for each kind of work besides requests, if there is any of it."""


class Budget:
    """The time of one tick after the other. Nothing counts between `stop` and `begin`.

    deadline_ns: when what is being done now has to stop, by the monotonic clock.
    """

    def __init__(self, monotonic_ns: Callable[[], int]) -> None:
        self._monotonic_ns = monotonic_ns
        self._left_ns = 0
        self._began_ns: int | None = None
        self.deadline_ns = 0

    def open(self) -> None:
        """Begin a tick."""
        self._left_ns = TICK_NS_MAX
        self._began_ns = None

    def begin(self, shares_kept: int) -> None:
        """Begin one kind of work. shares_kept: how many other kinds wait after it."""
        self.stop()
        self._began_ns = now_ns = self._monotonic_ns()
        self.deadline_ns = now_ns + max(0, self._left_ns - shares_kept * SHARE_NS)

    def stop(self) -> None:
        """Count the time of what was begun."""
        if self._began_ns is not None:
            self._left_ns -= self._monotonic_ns() - self._began_ns
            self._began_ns = None

    @property
    def is_spent(self) -> bool:
        """Whether it is time to stop."""
        return self._monotonic_ns() > self.deadline_ns
