"""Writers: they send requests that were made in advance, and remember when."""

import time

from bench.connections import Peer
from bench.dialects import Dialect
from bench.texts import NUMBERS, make_text

POSTS_AT_ONCE_MAX = 64


class Writer:
    """A sender with its number, its connection and all its requests, one behind the other."""

    def __init__(self, sender: int, peer: Peer, dialect: Dialect, room: str) -> None:
        self.sender = sender
        self.peer = peer
        requests = [dialect.post(room, make_text(sender, i), i) for i in range(NUMBERS)]
        self._size = len(requests[0])
        assert all(len(request) == self._size for request in requests)
        # The first ones once more at the end, so that a slice never wraps.
        self._requests = memoryview(b"".join(requests + requests[:POSTS_AT_ONCE_MAX]))
        self.sent = self.first = 0
        self._log: list[tuple[int, int]] = []

    def post(self, count: int) -> None:
        """Send the next `count` requests in one go."""
        assert count <= POSTS_AT_ONCE_MAX, count
        start = self.sent % NUMBERS * self._size
        self.sent += count
        self._log.append((self.sent, time.perf_counter_ns()))
        self.peer.sock.sendall(self._requests[start : start + count * self._size])

    def restart(self) -> None:
        """Begin a run: its first text is the next one."""
        self.first = self.sent
        self._log.clear()
        self.peer.heard.clear()

    @property
    def sent_in_run(self) -> int:
        """How many texts were sent since `restart`."""
        return self.sent - self.first

    def sent_ns(self) -> list[int]:
        """Return when each text of the run was sent, from number `first` on."""
        times: list[int] = []
        for upto, ns in self._log:
            times += [ns] * (upto - self.first - len(times))
        return times
