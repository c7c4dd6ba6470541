"""A network in memory: sockets, a listener and a selector that never waits.

The two ends of a connection are `SimSocket`s. What one sends lies in the other's kernel
buffer until it is received, and a full buffer makes `send` take less or nothing. Descriptors
are reused at once, lowest first, as a kernel does. Numbers start high, so that mixing one
up with a real descriptor fails.
"""

import errno
import os
import selectors
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol

from chatd.net.tls import TlsSock

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
FIRST_DESCRIPTOR = 100_000
KERNEL_BYTES = 64 * 1024
"""What a peer that does not read lets the other end send."""


class Ready(Protocol):
    """What the selector can ask."""

    def ready(self) -> int:
        """Return READ, WRITE, both or 0."""


class Descriptors:
    """Gives out numbers, the lowest free one first."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = count(FIRST_DESCRIPTOR)

    def open(self) -> int:
        return heappop(self._free) if self._free else next(self._next)

    def close(self, number: int) -> None:
        heappush(self._free, number)


class SimSocket:
    """One end of a connection; never blocking."""

    def __init__(self, descriptors: Descriptors, kernel_bytes: int) -> None:
        self._descriptors = descriptors
        self._fd = descriptors.open()
        self._inbox = bytearray()
        self._kernel_bytes = kernel_bytes
        self._ended = False  # the other end sends no more
        self._reset = False
        self.other: SimSocket = self
        self.closed = False
        self.on_leaving: Callable[[], None] | None = None  # called before anything is sent

    def ready(self) -> int:
        assert not self.closed, "a closed socket is still watched"
        readable = self._inbox or self._ended or self._reset
        writable = self._reset or self.other.closed or self.other.room
        return (READ if readable else 0) | (WRITE if writable else 0)

    @property
    def room(self) -> int:
        """How many bytes the other end could send now."""
        return self._kernel_bytes - len(self._inbox)

    @property
    def waiting_bytes(self) -> int:
        """How many bytes have come and were not received."""
        return len(self._inbox)

    @property
    def is_over(self) -> bool:
        """Whether the other end has hung up."""
        return self._ended

    # -- what programs call ------------------------------------------------------------------

    def fileno(self) -> int:
        return -1 if self.closed else self._fd

    def setblocking(self, blocking: bool) -> None:
        assert not blocking

    def recv(self, size: int, /) -> bytes:
        self._check()
        if not self._inbox:
            if self._ended:
                return b""
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        data = bytes(self._inbox[:size])
        del self._inbox[:size]
        return data

    def send(self, data: bytes, /) -> int:
        self._check()
        if self.on_leaving is not None:
            self.on_leaving()
        if self.other.closed:
            self._reset = True  # the answer to these bytes
            return len(data)
        taken = data[: self.other.room]
        if not taken:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self.other._inbox += taken
        return len(taken)

    def shutdown(self, how: int, /) -> None:
        """End sending; what was sent still arrives."""
        self._check()
        if self.on_leaving is not None:
            self.on_leaving()
        if self.other.closed:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        self.other._ended = True

    def close(self) -> None:
        """Give the descriptor back; what came and was not received resets the other end."""
        if self.closed:
            return
        self.closed = True
        self._descriptors.close(self._fd)
        self.other._ended = True
        if self._inbox:
            self.other._reset = True

    # -- what a test calls -------------------------------------------------------------------

    def reset(self) -> None:
        """Break the connection: the other end's next call fails."""
        self.other._reset = True
        self.other._inbox.clear()
        if not self.closed:
            self.closed = True
            self._descriptors.close(self._fd)

    def _check(self) -> None:
        if self.closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self._reset:
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


class SimListener:
    """Where peers connect to. descriptors_max: open server ends that the system allows.

    on_leaving: called whenever the server sends something or ends a connection.
    """

    def __init__(
        self, descriptors: Descriptors, on_leaving: Callable[[], None] | None = None
    ) -> None:
        self._descriptors = descriptors
        self._on_leaving = on_leaving
        self._fd = descriptors.open()
        self._queue: list[tuple[SimSocket, str]] = []
        self.accepted: list[SimSocket] = []
        self.descriptors_max: int | None = None
        self.closed = False

    def connect(self, address: str, kernel_bytes: int = KERNEL_BYTES) -> SimSocket:
        """Return a peer's end of a new connection."""
        if self.closed:
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        peer = SimSocket(self._descriptors, kernel_bytes)
        server = SimSocket(self._descriptors, kernel_bytes)
        peer.other, server.other = server, peer
        server.on_leaving = self._on_leaving
        self._queue.append((server, address))
        return peer

    def ready(self) -> int:
        assert not self.closed, "a closed listener is still watched"
        return READ if self._queue else 0

    def fileno(self) -> int:
        return self._fd

    def accept(self) -> tuple[SimSocket, tuple[str, int]]:
        if not self._queue:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self.accepted = [sock for sock in self.accepted if not sock.closed]
        if self.descriptors_max is not None and len(self.accepted) >= self.descriptors_max:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        sock, address = self._queue.pop(0)
        self.accepted.append(sock)
        return sock, (address, 50_000)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._descriptors.close(self._fd)
            for sock, _ in self._queue:
                sock.reset()

    def end_process(self) -> None:
        """Close everything that the server holds, as the system does when it dies."""
        self.close()
        for sock in self.accepted:
            sock.reset()


class SimSelector(selectors.BaseSelector):
    """Tells what is ready and never waits."""

    def __init__(self) -> None:
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._things: dict[int, Ready] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd: int = fileobj.fileno()
        assert fd not in self._keys, f"{fd} is watched already"
        assert events & (READ | WRITE), "watched for nothing"
        self._keys[fd] = key = selectors.SelectorKey(fileobj, fd, events, data)
        thing: Any = fileobj.inside if isinstance(fileobj, TlsSock) else fileobj
        self._things[fd] = thing
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        fd: int = fileobj.fileno()
        del self._things[fd]
        return self._keys.pop(fd)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = []
        for fd, key in self._keys.items():
            events = self._things[fd].ready() & key.events
            if events:
                ready.append((key, events))
        return ready

    @property
    def is_ready(self) -> bool:
        """Whether the next `select` finds something."""
        return any(self._things[fd].ready() & key.events for fd, key in self._keys.items())

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


class SimUrgent(SimSelector):
    """What a server looks at while a tick is under way. on_wait: lets some time go by."""

    def __init__(self, on_wait: Callable[[], None]) -> None:
        super().__init__()
        self._on_wait = on_wait

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._on_wait()
        return super().select(timeout)
