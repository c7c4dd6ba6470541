"""Fan-out: a few write into one room, many read, and each must hear everything."""

import time
from collections.abc import Callable

from bench.connections import Network, Silence, read
from bench.dialects import ROOM, Dialect
from bench.figures import Figures, arrivals, latencies_ms
from bench.meter import measuring
from bench.servers import Running
from bench.streams import Counter, SharedStream
from bench.texts import Sequence, VerificationError
from bench.writing import Writer

WRITERS = 10
READY_AT_ONCE = 32
"""After this many sockets are read, writers may go on. Real writers do not wait for readers: with
larger chunks a whole tick may pass without a text of theirs, in some runs more often.
"""
SAMPLED_READERS = 8
ANSWERS_S_MAX = 5.0


def fan_out_users(readers: int) -> list[str]:
    """Return the accounts that a fan-out needs."""
    return [_reader(i) for i in range(readers)] + [_writer(i) for i in range(WRITERS)]


def _reader(number: int) -> str:
    return f"r{number:05d}"


def _writer(number: int) -> str:
    return f"w{number:03d}"


class FanOut:
    """All readers and writers of one room at one server."""

    def __init__(self, server: Running, net: Network, readers: int) -> None:
        self._server = server
        self._net = net
        dialect = server.dialect
        self._readers = net.open([dialect.follower(_reader(i), ROOM) for i in range(readers)])
        peers = net.open([dialect.poster(_writer(i), False) for i in range(WRITERS)])
        self._writers = [Writer(i, peer, dialect, ROOM) for i, peer in enumerate(peers)]
        net.settle()
        self._stream = SharedStream(readers)
        self._counters = [Counter(i) for i in range(WRITERS)]
        self._sequence = Sequence()
        self._places = {peer.fd: place for place, peer in enumerate(self._readers)}
        sampled = range(0, readers, max(1, readers // SAMPLED_READERS))
        self._logs: dict[int, list[tuple[int, int]]] = {place: [] for place in sampled}

    # -- runs --------------------------------------------------------------------------------

    def saturate(self, duration_s: float, window: int) -> Figures:
        """Keep `window` texts of each writer on their way."""
        return self._run(lambda: self._keep_windows_full(duration_s, window))

    def pace(self, duration_s: float, rate: int) -> Figures:
        """Send `rate` texts a second, evenly."""
        return self._run(lambda: self._keep_pace(duration_s, rate))

    def _run(self, drive: Callable[[], None]) -> Figures:
        self._restart()
        with measuring(self._server.pid) as meter:
            drive()
            self._drain()
        messages = sum(writer.sent_in_run for writer in self._writers)
        latency_ms = self._check(messages)
        return meter.figures(messages, messages * len(self._readers), latency_ms)

    def _restart(self) -> None:
        self._stream.restart()
        for counter, writer in zip(self._counters, self._writers, strict=True):
            counter.restart()
            writer.restart()
        for log in self._logs.values():
            log.clear()

    def _keep_windows_full(self, duration_s: float, window: int) -> None:
        ends = time.monotonic() + duration_s
        for writer in self._writers:
            writer.post(window)
        while time.monotonic() < ends:
            self._hear(1.0)
            for counter, writer in zip(self._counters, self._writers, strict=True):
                seen = counter.count(self._stream.data)
                if seen:
                    writer.post(seen)

    def _keep_pace(self, duration_s: float, rate: int) -> None:
        start = time.monotonic()
        for number in range(int(duration_s * rate)):
            due = start + number / rate
            while (left_s := due - time.monotonic()) > 0:
                self._hear(left_s)
            self._writers[number % WRITERS].post(1)

    def _drain(self) -> None:
        """Hear everything out: what was sent is seen, and everyone has heard what one has."""
        silence = Silence()
        while not self._is_drained():
            if self._hear(1.0):
                silence.broken()
            silence.check()

    def _is_drained(self) -> bool:
        if not self._stream.is_complete:
            return False
        for counter in self._counters:
            counter.count(self._stream.data)
        pairs = zip(self._counters, self._writers, strict=True)
        return all(counter.total >= writer.sent_in_run for counter, writer in pairs)

    def _hear(self, timeout_s: float) -> bool:
        """Read what there is, or comes next; return whether anything was heard.

        Each delivery of a saturated run comes through here, so all is looked up ahead.
        """
        net, take, logs, places = self._net, self._stream.take, self._logs, self._places
        peers, buffer, view = net.peers, net.buffer, net.view
        ready = net.epoll.poll(timeout_s, READY_AT_ONCE)
        for fd, _ in ready:
            count = read(peers[fd], buffer)
            place = places.get(fd)
            if place is None:
                peers[fd].heard += view[:count]
                continue
            position = take(place, view[:count])
            if place in logs:
                logs[place].append((position, time.perf_counter_ns()))
        return bool(ready)

    # -- checks ------------------------------------------------------------------------------

    def _check(self, messages: int) -> tuple[float, float]:
        """Hold that all was delivered and confirmed; return the latency, p50 and p99."""
        heard = self._server.dialect.heard(bytes(self._stream.data))
        told = self._sequence.check(heard.texts)
        if len(told) != messages:
            raise VerificationError(f"{messages} texts were sent, {len(told)} were heard")
        if self._server.dialect.confirms:
            for writer in self._writers:
                confirm(self._server.dialect, self._net, writer)
        sent_ns = [writer.sent_ns() for writer in self._writers]
        first = [writer.first for writer in self._writers]
        starts = [sent_ns[sender][number - first[sender]] for sender, number in told]
        return latencies_ms(
            end - start
            for log in self._logs.values()
            for start, end in zip(starts, arrivals(heard.ends, log), strict=True)
        )


def confirm(dialect: Dialect, net: Network, writer: Writer) -> None:
    """Hold that each post of the run was confirmed, waiting for what is on its way."""
    while (answers := dialect.heard(bytes(writer.peer.heard)).answers) < writer.sent_in_run:
        net.hear(ANSWERS_S_MAX)
    if answers != writer.sent_in_run:
        raise VerificationError(f"{writer.sent_in_run} posts, {answers} confirmations")
