"""The honest: twenty users who ping, and write to one another now and then."""

import time

from bench.connections import Network, Peer
from bench.dialects.chatd import ChatdDialect
from bench.figures import percentile
from bench.servers import Running

USERS = [f"h{number:03d}" for number in range(20)]
PAUSE_S = 0.02
"""From an answer to the next ping."""


class Pinger:
    """One honest user's connection: pings, one at a time."""

    def __init__(self, peer: Peer, dialect: ChatdDialect) -> None:
        self.waits_ns: list[int] = []
        self.peer = peer
        self._dialect = dialect
        self._sent_ns = time.perf_counter_ns()
        self._waiting = False

    def step(self, now_ns: int) -> None:
        """Take an answer if there is one, ask again if it is time."""
        if self._waiting and self._dialect.pinged in self.peer.heard:
            self._waiting = False
            self.waits_ns.append(now_ns - self._sent_ns)
            self._sent_ns = now_ns
        if self.peer.heard and not self._waiting:
            self.peer.heard.clear()
        if not self._waiting and now_ns - self._sent_ns > PAUSE_S * 1e9:
            self.peer.sock.sendall(self._dialect.ping())
            self._sent_ns = now_ns
            self._waiting = True

    @property
    def longest_ns(self) -> int:
        """The longest wait, that for an answer which has not come yet included."""
        waits_ns = [time.perf_counter_ns() - self._sent_ns] if self._waiting else []
        return max(waits_ns + self.waits_ns, default=0)


class Honest:
    """All of them, at one server."""

    def __init__(self, server: Running, net: Network) -> None:
        dialect = ChatdDialect()
        self._net = net
        peers = net.open([dialect.follower(name, "general") for name in USERS])
        net.settle()
        self._pingers = [Pinger(peer, dialect) for peer in peers]

    def run(self, until_s: float) -> None:
        """Ping until then (by the monotonic clock)."""
        while time.monotonic() < until_s:
            if self._net.epoll.poll(0.001):
                self._net.hear(0)
            now_ns = time.perf_counter_ns()
            for pinger in self._pingers:
                pinger.step(now_ns)

    def take_waits_ms(self) -> tuple[int, float, float]:
        """Return how many pings were answered, p99 and the longest wait in ms; begin anew."""
        waits_ns = sorted(wait for pinger in self._pingers for wait in pinger.waits_ns)
        longest_ns = max(pinger.longest_ns for pinger in self._pingers)
        for pinger in self._pingers:
            pinger.waits_ns.clear()
        p99_ns = percentile(waits_ns, 99) if waits_ns else longest_ns
        return len(waits_ns), p99_ns / 1e6, longest_ns / 1e6
