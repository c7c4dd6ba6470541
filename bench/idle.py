"""Idle connections: how fast they log in, what each takes, and one text to all of them."""

import time

from bench.connections import Network
from bench.dialects import ROOM
from bench.figures import Figures, latencies_ms
from bench.meter import measuring
from bench.process import memory_bytes
from bench.servers import Running
from bench.streams import Counter
from bench.texts import Sequence, VerificationError
from bench.writing import Writer

WRITER = "w000"


def idle_users(connections: int) -> list[str]:
    """Return the accounts that so many connections need."""
    return [f"i{i:05d}" for i in range(connections)] + [WRITER]


class Idle:
    """So many users, each logged in once, who do nothing."""

    def __init__(self, server: Running, net: Network, connections: int) -> None:
        self._server = server
        self._net = net
        self._connections = connections

    def run(self) -> Figures:
        """Log all of them in; then, if they follow ROOM, send one text to all."""
        dialect, pid = self._server.dialect, self._server.pid
        writer_peer = self._net.open([dialect.poster(WRITER, False)])[0]
        self._net.settle()
        before_bytes = memory_bytes(pid)
        logins = [dialect.idler(f"i{i:05d}") for i in range(self._connections)]
        with measuring(pid) as meter:
            peers = self._net.open(logins)
        elapsed_ns, server_ns, load_ns = meter.spans_ns
        self._net.settle()
        after_bytes = memory_bytes(pid)
        latency_ms: tuple[float | None, float | None] = (None, None)
        delivery_us = None
        if dialect.idlers_follow:
            writer = Writer(0, writer_peer, dialect, ROOM)
            with measuring(pid) as meter:
                latency_ms = self._broadcast(writer, [peer.heard for peer in peers])
            delivery_us = meter.spans_ns[1] / len(peers) / 1e3
        return Figures(
            connections=len(peers),
            logins_per_s=len(peers) / elapsed_ns * 1e9,
            cpu_us_per_login=server_ns / len(peers) / 1e3,
            bytes_per_connection=(after_bytes - before_bytes) / len(peers),
            memory_bytes=after_bytes,
            server_cpu=server_ns / elapsed_ns,
            load_cpu=load_ns / elapsed_ns,
            cpu_us_per_delivery=delivery_us,
            latency_p50_ms=latency_ms[0],
            latency_p99_ms=latency_ms[1],
        )

    def _broadcast(self, writer: Writer, streams: list[bytearray]) -> tuple[float, float]:
        """Send one text; hold that each hears it, and it alone; return the latency."""
        times = []
        writer.post(1)
        unheard = {id(stream) for stream in streams}
        while unheard:
            for peer in self._net.hear(20.0):
                if id(peer.heard) in unheard and Counter(0).count(peer.heard):
                    unheard.remove(id(peer.heard))
                    times.append(time.perf_counter_ns())
        for stream in streams:
            if Sequence().check(self._server.dialect.heard(bytes(stream)).texts) != [(0, 0)]:
                raise VerificationError("not every connection heard the one text")
        return latencies_ms(ns - writer.sent_ns()[0] for ns in times)
