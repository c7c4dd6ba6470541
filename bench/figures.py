"""Figures: what one run measured, and the median of several."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from statistics import median


@dataclass(frozen=True)
class Figures:
    """What is known of a server in a scenario; None: it was not measured there.

    deliveries_per_s, messages_per_s: over the whole run, draining included.
    cpu_us_…: processor time of the server, kernel included.
    deliveries_per_cpu_s: the same told the other way round. latency_…: from send to receipt.
    memory_bytes: of the server at the end. load_cpu: share of a core the load itself used;
    near 1 it, and not the server, may be what is measured.
    """

    messages_per_s: float | None = None
    deliveries_per_s: float | None = None
    cpu_us_per_message: float | None = None
    cpu_us_per_delivery: float | None = None
    deliveries_per_cpu_s: float | None = None
    server_cpu: float | None = None
    load_cpu: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    latency_max_ms: float | None = None
    memory_bytes: float | None = None
    logins_per_s: float | None = None
    cpu_us_per_login: float | None = None
    bytes_per_connection: float | None = None
    connections: float | None = None
    stored_messages: float | None = None

    def as_dict(self) -> dict[str, float]:
        """Return what was measured."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def median_of(runs: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    medians: dict[str, float | None] = {}
    for field in fields(Figures):
        values = [value for run in runs if (value := getattr(run, field.name)) is not None]
        medians[field.name] = median(values) if values else None
    return Figures(**medians)


def with_yield(figures: Figures) -> Figures:
    """Return figures of a fan-out, deliveries_per_cpu_s among them."""
    assert figures.cpu_us_per_delivery is not None
    return replace(figures, deliveries_per_cpu_s=1e6 / figures.cpu_us_per_delivery)


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Return the smallest value that so many percent of all do not exceed (nearest rank)."""
    rank = -int(-len(ordered) * percent // 100)
    return ordered[max(0, rank - 1)]


def latencies_ms(latencies_ns: Iterable[int]) -> tuple[float, float]:
    """Return p50 and p99."""
    ordered = sorted(latencies_ns)
    return percentile(ordered, 50) / 1e6, percentile(ordered, 99) / 1e6


def arrivals(ends: Sequence[int], log: Iterable[tuple[int, int]]) -> list[int]:
    """Return when each text had wholly arrived.

    ends: the offset behind each text, ascending. log: position reached, and when (ns).
    """
    times: list[int] = []
    for position, ns in log:
        while len(times) < len(ends) and ends[len(times)] <= position:
            times.append(ns)
    return times
