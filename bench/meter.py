"""A meter for one run: elapsed time, processor time of the server and of the load."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Figures
from bench.process import cpu_ns, memory_bytes


class Meter:
    """Started by `measuring`; `stop` may be called earlier than its end."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stopped: tuple[int, int, int] | None = None
        self._started = self._now()

    def _now(self) -> tuple[int, int, int]:
        return time.perf_counter_ns(), cpu_ns(self._pid), time.process_time_ns()

    def stop(self) -> None:
        """Measure up to here."""
        if self._stopped is None:
            self._stopped = self._now()

    @property
    def spans_ns(self) -> tuple[int, int, int]:
        """Elapsed; of the server; of the load."""
        assert self._stopped is not None
        elapsed, server, load = (b - a for a, b in zip(self._started, self._stopped, strict=True))
        return elapsed, server, load

    def figures(self, messages: int, deliveries: int, latency_ms: tuple[float, float]) -> Figures:
        """Return the figures of a run in which so much was sent and heard."""
        elapsed, server, load = self.spans_ns
        return Figures(
            messages_per_s=messages / elapsed * 1e9,
            deliveries_per_s=deliveries / elapsed * 1e9,
            cpu_us_per_message=server / messages / 1e3,
            cpu_us_per_delivery=server / deliveries / 1e3,
            server_cpu=server / elapsed,
            load_cpu=load / elapsed,
            latency_p50_ms=latency_ms[0],
            latency_p99_ms=latency_ms[1],
            memory_bytes=memory_bytes(self._pid),
        )


@contextmanager
def measuring(pid: int) -> Iterator[Meter]:
    """Measure a server and this process, whose garbage collector rests meanwhile."""
    gc.collect()
    gc.disable()
    meter = Meter(pid)
    try:
        yield meter
    finally:
        meter.stop()
        gc.enable()
