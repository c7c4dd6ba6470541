"""Pauses: what a large store makes others wait, while a snapshot of it is written.

A probe asks for a sign of life, again and again; the longest that it waits is at least as
long as the longest tick. A writer and readers keep a trickle of messages going meanwhile.
"""

import time

from bench.connections import Network, Peer, network
from bench.dialects import ROOM
from bench.dialects.chatd import ChatdDialect
from bench.figures import Figures, percentile
from bench.meter import measuring
from bench.process import memory_bytes
from bench.servers import Running, running
from bench.settings import PAUSES
from bench.texts import VerificationError
from bench.writing import Writer

READERS = 100
RATE = 100
PROBE_S = 0.0005
AFTER_S = 2.0
SNAPSHOT_S_MAX = 120.0
WRITER, PROBE = "w000", "p000"
USERS = [f"r{i:05d}" for i in range(READERS)] + [WRITER, PROBE]


def measure_pauses(messages: int) -> Figures:
    """Return how long a probe waits at a store of so many messages."""
    # The child that writes the snapshot needs a core, too, so nothing is pinned.
    with running("chatd", USERS, messages=messages, settings=PAUSES, pinned=False) as server:
        with network(server) as net:
            return Trickle(server, net).run(messages)


class Probe:
    """A connection that pings, one at a time."""

    def __init__(self, peer: Peer) -> None:
        self.waits_ns: list[int] = []
        self._dialect = ChatdDialect()
        self._peer = peer
        self._sent_ns = 0
        self._waiting = False

    def step(self) -> None:
        """Take an answer if there is one, ask again if it is time."""
        now_ns = time.perf_counter_ns()
        if self._waiting and self._dialect.pinged in self._peer.heard:
            self._peer.heard.clear()
            self._waiting = False
            self.waits_ns.append(now_ns - self._sent_ns)
        elif not self._waiting and now_ns - self._sent_ns > PROBE_S * 1e9:
            self._peer.sock.sendall(self._dialect.ping())
            self._sent_ns = now_ns
            self._waiting = True


class Trickle:
    """Readers, a writer and a probe at one server."""

    def __init__(self, server: Running, net: Network) -> None:
        self._server = server
        self._net = net
        dialect = server.dialect
        self._readers = net.open([dialect.follower(name, ROOM) for name in USERS[:READERS]])
        posters = net.open([dialect.poster(name, False) for name in (WRITER, PROBE)])
        self._writer = Writer(0, posters[0], dialect, ROOM)
        self._probe = Probe(posters[1])
        net.settle()

    def run(self, messages: int) -> Figures:
        """Go on until a snapshot has been in place for a while."""
        with measuring(self._server.pid) as meter:
            self._until_snapshot_rests()
        self._check()
        elapsed_ns, server_ns, load_ns = meter.spans_ns
        waits_ns = sorted(self._probe.waits_ns)
        return Figures(
            stored_messages=messages,
            latency_p50_ms=percentile(waits_ns, 50) / 1e6,
            latency_p99_ms=percentile(waits_ns, 99) / 1e6,
            latency_max_ms=waits_ns[-1] / 1e6,
            memory_bytes=memory_bytes(self._server.pid),
            server_cpu=server_ns / elapsed_ns,
            load_cpu=load_ns / elapsed_ns,
        )

    def _until_snapshot_rests(self) -> None:
        start = now = time.monotonic()
        ends = start + SNAPSHOT_S_MAX
        found = False
        while now < ends:
            self._step(start)
            now = time.monotonic()
            if not found and self._server.store_path.exists():
                found, ends = True, now + AFTER_S
        if not found:
            raise VerificationError(f"no snapshot in {SNAPSHOT_S_MAX} s")

    def _step(self, start: float) -> None:
        if self._net.epoll.poll(PROBE_S):
            self._net.hear(1.0)
        self._probe.step()
        if time.monotonic() - start > self._writer.sent / RATE:
            self._writer.post(1)

    def _check(self) -> None:
        """Hold that every reader has heard all that was posted."""
        self._net.hear_out()
        for reader in self._readers:
            heard = self._server.dialect.heard(bytes(reader.heard))
            if len(heard.texts) != self._writer.sent:
                raise VerificationError(
                    f"{self._writer.sent} texts were sent, {len(heard.texts)} heard"
                )
