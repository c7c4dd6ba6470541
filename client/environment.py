"""Everything that a client takes from the world, so that a test can hand in another one."""

import random
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SCHEME_PLAIN, SCHEME_TLS = "http", "https"


class Sock(Protocol):
    """What a shell needs of a connected socket that never waits, encrypted or not."""

    def fileno(self) -> int:
        """Return the descriptor, to wait on."""

    def setblocking(self, blocking: bool, /) -> None:
        """False: let nothing wait from now on."""

    def send(self, data: bytes, /) -> int:
        """Send some; return how many bytes. Where none can go now, BlockingIOError.

        Then the next call is to bring the same bytes, or more that begin with them.
        """

    def recv(self, size: int, /) -> bytes:
        """Return what has come, b"" at the end. Raises OSError, BlockingIOError for nothing yet."""

    def shutdown(self, how: int, /) -> None:
        """End it, for a thread that waits as well."""

    def close(self) -> None:
        """Give the descriptor back."""


Connect = Callable[[str, int, float], Sock]


def open_socket(host: str, port: int, timeout_seconds: float) -> socket.socket:
    """Return a connected socket. Raises OSError."""
    sock = socket.create_connection((host, port), timeout_seconds)
    # Requests are small and pipelined: waiting to fill a packet would only delay them.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def new_nonce() -> str:
    """Return a nonce that no other post of any client has."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Environment:
    """The clock, the network and chance; the defaults are the real ones.

    connect: how to reach a server, and scheme what browsers call that way.
    sleep: None sleeps so that closing the client ends it at once.
    uniform: a random float between two bounds.
    """

    connect: Connect = open_socket
    scheme: str = SCHEME_PLAIN
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None
    uniform: Callable[[float, float], float] = random.uniform
    nonce: Callable[[], str] = new_nonce


REAL = Environment()
"""Plain connections over the network that there is."""
