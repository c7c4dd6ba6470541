"""The load's side of the network: connections, opened and logged in, many at a time."""

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.dialects import Login
from bench.servers import HOST, Running
from bench.texts import VerificationError

READ_BYTES = 1024 * 1024
SILENCE_S_MAX = 20.0
"""A server that lets nothing be heard for so long has lost something."""
QUIET_S = 1.3
"""After so long, nothing is on its way that a login caused: some is gathered for a second."""


class Peer:
    """One connection. The sockets block: they are read when there is something, and what is
    written always fits into the kernel's buffers."""

    __slots__ = ("sock", "fd", "login", "heard")

    def __init__(self, port: int, login: Login) -> None:
        self.sock = socket.create_connection((HOST, port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fd = self.sock.fileno()
        self.login = login
        self.heard = bytearray()

    def begin(self) -> None:
        """Ask to be logged in."""
        if self.login.request:
            self.sock.sendall(self.login.request)

    def advance(self) -> bool:
        """Take the next step if the last one is done; return whether it is logged in."""
        while self.login.ready in self.heard:
            if self.login.then is None:
                return True
            self.login = self.login.then
            self.begin()
        return False


class Network:
    """All connections of the load to one server."""

    def __init__(self, port: int, logins_at_once: int) -> None:
        self._port = port
        self._logins_at_once = logins_at_once
        self.epoll = select.epoll()
        self.peers: dict[int, Peer] = {}
        self.buffer = bytearray(READ_BYTES)
        self.view = memoryview(self.buffer)

    def open(self, logins: Sequence[Login]) -> list[Peer]:
        """Connect and log in, some at a time; return them in this order."""
        waiting: dict[int, Peer] = {}
        opened = []
        for login in logins:
            while len(waiting) >= self._logins_at_once:
                self._log_in(waiting)
            peer = Peer(self._port, login)
            opened.append(peer)
            self.peers[peer.fd] = peer
            self.epoll.register(peer.fd, select.EPOLLIN)
            peer.begin()
            if not peer.advance():
                waiting[peer.fd] = peer
        while waiting:
            self._log_in(waiting)
        return opened

    def _log_in(self, waiting: dict[int, Peer]) -> None:
        for peer in self.hear(SILENCE_S_MAX):
            if peer.fd in waiting and peer.advance():
                del waiting[peer.fd]

    def hear(self, timeout_s: float) -> list[Peer]:
        """Read what there is, or comes next; return who heard it.

        Raises VerificationError if nothing comes.
        """
        ready = self.epoll.poll(timeout_s)
        if not ready:
            raise VerificationError(f"nothing was heard for {timeout_s} s")
        peers = [self.peers[fd] for fd, _ in ready]
        for peer in peers:
            peer.heard += self.view[: read(peer, self.buffer)]
        return peers

    def hear_out(self) -> None:
        """Hear all that comes until nothing more does."""
        while self.epoll.poll(QUIET_S):
            self.hear(0)

    def settle(self) -> None:
        """Hear everything out, and forget it."""
        self.hear_out()
        for peer in self.peers.values():
            peer.heard.clear()

    def close(self) -> None:
        """End all connections."""
        self.epoll.close()
        for peer in self.peers.values():
            peer.sock.close()


@contextmanager
def network(server: Running) -> Iterator[Network]:
    """Return a network to a server that is closed at the end."""
    net = Network(server.port, server.dialect.logins_at_once)
    try:
        yield net
    finally:
        net.close()


def read(peer: Peer, buffer: bytearray) -> int:
    """Read into the buffer; return the bytes read. Raises VerificationError at the end."""
    count = peer.sock.recv_into(buffer)
    if not count:
        raise VerificationError(
            f"the server ended a connection; last heard: {bytes(peer.heard[-200:])!r}"
        )
    return count


class Silence:
    """Raises VerificationError when a server has let nothing be heard for too long."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def broken(self) -> None:
        """Something was heard."""
        self._since = time.monotonic()

    def check(self) -> None:
        """See how long it has been."""
        if time.monotonic() - self._since > SILENCE_S_MAX:
            raise VerificationError(
                f"nothing was heard for {SILENCE_S_MAX} s, and more should have been"
            )
