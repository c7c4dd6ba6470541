"""The machine's clocks, which stand still until a test moves them."""

NS_PER_MS = 1_000_000
START_MS = 1_790_000_000_000
"""The wall clock at the beginning, ms UTC."""


class SimClock:
    """Wall, boot and monotonic clock, read in ns.

    reading_ns: how far the monotonic clock moves with each look at it, which makes work
    seem to take time.
    """

    def __init__(self, wall_ms: int = START_MS) -> None:
        self.reading_ns = 0
        self._wall_ns = wall_ms * NS_PER_MS
        self._boot_ns = self._monotonic_ns = 5_000 * NS_PER_MS

    def wall_ns(self) -> int:
        return self._wall_ns

    def boot_ns(self) -> int:
        return self._boot_ns

    def monotonic_ns(self) -> int:
        self._monotonic_ns += self.reading_ns
        return self._monotonic_ns

    @property
    def wall_ms(self) -> int:
        return self._wall_ns // NS_PER_MS

    def advance(self, ms: int) -> None:
        """Let time go by."""
        self._wall_ns += ms * NS_PER_MS
        self._boot_ns += ms * NS_PER_MS
        self._monotonic_ns += ms * NS_PER_MS

    def set_wall(self, by_ms: int) -> None:
        """Let somebody set the wall clock."""
        self._wall_ns += by_ms * NS_PER_MS

    def reboot(self) -> None:
        """Let the machine begin anew: only the wall clock goes on."""
        self._boot_ns = self._monotonic_ns = NS_PER_MS
