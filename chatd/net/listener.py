"""The listener: accepts, bounded, and survives running out of descriptors."""

import errno
import os
import socket
from collections.abc import Callable
from typing import Any, Protocol

from chatd.net.connection import NETWORK_ERRORS, Sock
from chatd.net.loop import READ, Loop

ACCEPTS_PER_TICK = 128
BACKLOG = 1024

LOST = NETWORK_ERRORS | {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT}
"""What became of a connection before it was accepted: like EAGAIN, says accept(2)."""
NOTHING_LEFT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ENOSR})
"""What the system has none of, for now."""


class ListeningSock(Protocol):
    """What a listener needs of a socket, real or simulated."""

    def fileno(self) -> int:
        """Return the descriptor."""

    def accept(self) -> tuple[Any, Any]:
        """Return a new socket and its peer's address; BlockingIOError if nobody waits."""

    def close(self) -> None:
        """Give the descriptor back."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on the first address that `host` stands for.

    Raises OSError, which says where it can't listen.
    """
    try:
        return _listening(host, port)
    except OSError as error:
        raise OSError(f"can't listen on {host}:{port}: {error.strerror}") from error


def _listening(host: str, port: int) -> socket.socket:
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    sock = socket.socket(family, kind, proto)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it: a tick's bytes go in one send, so there is nothing
        # to wait for, and a client that pipelines would wait for its own kernel's delayed ack.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock


class Listener:
    """Hands every new socket to `on_accept(sock, address)`.

    Out of descriptors, it gives up the one it keeps in reserve to turn one client away
    instead of leaving it hanging. Then it pauses and calls `on_exhausted`, for a listening
    socket stays ready and would make the loop spin.
    """

    def __init__(
        self,
        sock: ListeningSock,
        loop: Loop,
        on_accept: Callable[[Sock, str], None],
        on_exhausted: Callable[[], None],
    ) -> None:
        self._sock = sock
        self._loop = loop
        self._on_accept = on_accept
        self._on_exhausted = on_exhausted
        self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._listens = self._is_stopped = False
        self.resume()

    def timers(self) -> dict[str, Callable[[str, int], None]]:
        """Return what timers call, by their kind."""
        return {"listen": lambda key, now_ms: self.resume()}

    def on_ready(self, events: int) -> None:
        for _ in range(ACCEPTS_PER_TICK):
            try:
                sock, address = self._sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in LOST:
                    continue  # the next may be there
                if error.errno not in NOTHING_LEFT:
                    raise
                self._turn_one_away()
                self.pause()
                self._on_exhausted()
                return
            sock.setblocking(False)
            self._on_accept(sock, address[0] if address else "")

    def pause(self) -> None:
        """Accept nobody until `resume`."""
        if self._listens:
            self._listens = False
            self._loop.forget(self._sock)

    def stop(self) -> None:
        """Accept nobody any more. Who comes now is left waiting, until `close`."""
        self._is_stopped = True
        self.pause()

    def resume(self) -> None:
        """Accept again, unless it was stopped meanwhile."""
        if not (self._listens or self._is_stopped):
            self._listens = True
            self._loop.watch(self._sock, self, READ)

    def close(self) -> None:
        """Stop listening for good."""
        self.pause()
        self._sock.close()
        if self._reserve >= 0:
            os.close(self._reserve)
            self._reserve = -1

    def _turn_one_away(self) -> None:
        if self._reserve < 0:
            return
        os.close(self._reserve)
        self._reserve = -1
        try:
            self._sock.accept()[0].close()
            self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            pass  # somebody else was quicker; the next pause ends with another try
