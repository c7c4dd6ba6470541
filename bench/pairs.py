"""One to one: in each pair one writes to the other, who must hear everything in order."""

import time
from dataclasses import dataclass, field

from bench.connections import Network, Silence, read
from bench.fanout import confirm
from bench.figures import Figures, arrivals, latencies_ms
from bench.meter import measuring
from bench.servers import Running
from bench.streams import Counter
from bench.texts import Sequence, VerificationError
from bench.writing import Writer

PAIRS = 100
READY_AT_ONCE = 64


def pairs_users(pairs: int = PAIRS) -> list[str]:
    """Return the accounts that so many pairs need."""
    return [_sender(i) for i in range(pairs)] + [_receiver(i) for i in range(pairs)]


def _sender(number: int) -> str:
    return f"s{number:03d}"


def _receiver(number: int) -> str:
    return f"t{number:03d}"


@dataclass
class Pair:
    """A writer and what the other one hears. log: bytes heard, and when (ns)."""

    writer: Writer
    counter: Counter
    heard: bytearray
    sequence: Sequence = field(default_factory=Sequence)
    log: list[tuple[int, int]] = field(default_factory=list)

    def restart(self) -> None:
        self.writer.restart()
        self.counter.restart()
        self.heard.clear()
        self.log.clear()


class Pairs:
    """All pairs at one server. Writers hear their own texts too where the server can."""

    def __init__(self, server: Running, net: Network, pairs: int = PAIRS) -> None:
        self._server = server
        self._net = net
        dialect = server.dialect
        receivers = net.open([dialect.follower(_receiver(i), _receiver(i)) for i in range(pairs)])
        senders = net.open([dialect.poster(_sender(i), True) for i in range(pairs)])
        net.settle()
        self._by_receiver = {
            receiver.fd: Pair(Writer(i, sender, dialect, _receiver(i)), Counter(i), receiver.heard)
            for i, (sender, receiver) in enumerate(zip(senders, receivers, strict=True))
        }
        self._pairs = list(self._by_receiver.values())

    def run(self, duration_s: float, window: int) -> Figures:
        """Keep `window` texts of each pair on their way."""
        for pair in self._pairs:
            pair.restart()
        with measuring(self._server.pid) as meter:
            ends = time.monotonic() + duration_s
            for pair in self._pairs:
                pair.writer.post(window)
            while time.monotonic() < ends:
                self._hear(posting=True)
            self._drain()
        messages = sum(pair.writer.sent_in_run for pair in self._pairs)
        latencies_ns = [ns for pair in self._pairs for ns in self._check(pair)]
        return meter.figures(messages, messages, latencies_ms(latencies_ns))

    def _drain(self) -> None:
        silence = Silence()
        while any(pair.counter.total < pair.writer.sent_in_run for pair in self._pairs):
            if self._hear(posting=False):
                silence.broken()
            silence.check()

    def _hear(self, posting: bool) -> bool:
        net, by_receiver = self._net, self._by_receiver
        peers, buffer, view = net.peers, net.buffer, net.view
        ready = net.epoll.poll(1.0, READY_AT_ONCE)
        for fd, _ in ready:
            peer = peers[fd]
            peer.heard += view[: read(peer, buffer)]
            pair = by_receiver.get(fd)
            if pair is None:
                continue
            seen = pair.counter.count(peer.heard)
            pair.log.append((len(peer.heard), time.perf_counter_ns()))
            if seen and posting:
                pair.writer.post(seen)
        return bool(ready)

    def _check(self, pair: Pair) -> list[int]:
        """Hold that all of a pair was delivered and confirmed; return its latencies (ns)."""
        heard = self._server.dialect.heard(bytes(pair.heard))
        told = pair.sequence.check(heard.texts)
        if len(told) != pair.writer.sent_in_run or any(s != pair.writer.sender for s, _ in told):
            raise VerificationError(
                f"{pair.writer.sent_in_run} texts were sent, {len(told)} were heard"
            )
        if self._server.dialect.confirms:
            confirm(self._server.dialect, self._net, pair.writer)
        times = zip(pair.writer.sent_ns(), arrivals(heard.ends, pair.log), strict=True)
        return [end - start for start, end in times]
