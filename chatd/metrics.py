"""Metrics: what monitoring asks for, in Prometheus' format, and whether all is well.

    GET /metrics    for those whom METRICS_FROM names
    GET /healthz    for anyone: 200 `ok`, or 503 and why

Values are read when somebody asks. What can't be read afterwards, how long things took, is
counted into buckets as it happens, which costs less than a microsecond a tick.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from chatd.core.presence import Presence
from chatd.core.timers import TimerWheel
from chatd.database import Database
from chatd.errors import HttpError, Overloaded
from chatd.http.api import Route
from chatd.http.sessions import HttpExchange, HttpSessions
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.net.delivery import Delivery
from chatd.wire.http.message import TEXT, HttpResponse

KIND = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
NS_PER_S = 1_000_000_000


class Durations:
    """How often something took how long."""

    def __init__(self) -> None:
        self._bounds_ns = [int(bound * NS_PER_S) for bound in BOUNDS_S]
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self._sum_ns = 0

    def add(self, ns: int) -> None:
        """Count one more."""
        self._counts[bisect_left(self._bounds_ns, ns)] += 1
        self._sum_ns += ns

    def family(self, name: str, help: str) -> HistogramMetricFamily:
        """Return all of it under a name that ends in `_seconds`."""
        bounds = [*map(str, BOUNDS_S), "+Inf"]
        buckets = list(zip(bounds, accumulate(self._counts), strict=True))
        return HistogramMetricFamily(name, help, buckets=buckets, sum_value=self._sum_ns / NS_PER_S)


@dataclass(frozen=True, slots=True)
class Readings:
    """Where the values are read. ticks, commits: what the tick counts itself."""

    connections: Mapping[int, Connection]
    delivery: Delivery
    database: Database
    wheel: TimerWheel
    refused: Mapping[str, int]
    boundary: ErrorBoundary
    presence: Presence
    ticks: Durations = field(default_factory=Durations)
    commits: Durations = field(default_factory=Durations)

    @property
    def writable(self) -> bool:
        """Whether the disk has room."""
        return self.database.transaction.writable

    def gauges(self) -> Iterator[tuple[str, str, float]]:
        """Yield what goes up and down: name, explanation, value in base units."""
        state, database = self.database.state, self.database
        connections = list(self.connections.values())
        logs = [room.log for room in state.rooms.values()]
        snapshot_age_ms = database.clock.now_ms - database.last_snapshot_ms
        yield "connections", "Open connections", len(connections)
        live = self.delivery.live_count
        yield "connections_live", "Connections that follow live", live
        yield (
            "connections_lagging",
            "Connections that are catching up",
            self.delivery.lagging_count,
        )
        queued = sum(connection.queued_bytes for connection in connections)
        yield "queue_bytes", "Bytes that wait for clients to read them", queued
        yield "users", "Accounts", len(state.users)
        yield "users_online", "Users with a connection", self.presence.count
        yield "rooms", "Rooms, including users' own logs", len(logs)
        yield "entries", "Entries in memory", sum(len(log.frames) for log in logs)
        yield "entries_bytes", "Bytes of entries in memory", sum(log.byte_count for log in logs)
        yield "timers", "Armed timers", len(self.wheel)
        yield (
            "journal_bytes",
            "Bytes of the journal since the last snapshot",
            database.journal_bytes,
        )
        yield "snapshot_age_seconds", "Time since the last snapshot", snapshot_age_ms / 1000
        yield "disk_writable", "1 if the disk has room for new messages, else 0", self.writable


class _Reader(Collector):
    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        readings = self._readings
        for name, help, value in readings.gauges():
            yield GaugeMetricFamily(f"chatd_{name}", help, value=value)
        refused = CounterMetricFamily(
            "chatd_requests_refused", "Requests that were refused", labels=["code"]
        )
        for code, count in sorted(readings.refused.items()):
            refused.add_metric([code], count)
        yield refused
        yield CounterMetricFamily(
            "chatd_internal_errors",
            "Exceptions that cost a request or a connection; the log has each",
            value=readings.boundary.errors,
        )
        yield readings.ticks.family("chatd_tick_seconds", "Ticks of the loop, without the wait")
        yield readings.commits.family("chatd_commit_seconds", "Writing and syncing the journal")


class Metrics:
    """Answers those who watch over the server."""

    def __init__(self, sessions: HttpSessions, readings: Readings) -> None:
        self._sessions = sessions
        self._readings = readings
        self._registry = CollectorRegistry()
        self._registry.register(_Reader(readings))
        ProcessCollector(registry=self._registry)

    def routes(self) -> list[Route]:
        """Return what stands at which paths."""
        by = ("GET", "HEAD")
        return [Route("/metrics", by, self._metrics), Route("/healthz", by, self._health)]

    def _metrics(self, exchange: HttpExchange) -> HttpResponse:
        if not self._sessions.may_read_metrics(exchange):
            raise HttpError(403, "METRICS_FROM does not name your address")
        return HttpResponse(200, generate_latest(self._registry), KIND)

    def _health(self, exchange: HttpExchange) -> HttpResponse:
        if not self._readings.writable:
            raise Overloaded("the disk is full: serving reads, refusing writes")
        return HttpResponse(200, b"ok\n", TEXT)
