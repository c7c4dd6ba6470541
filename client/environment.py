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
    """What a link needs of a connected socket, encrypted or not."""

    def fileno(self) -> int:
        """Return the descriptor, to wait on."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Let nothing wait for longer."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of it. Raises OSError."""

    def recv(self, size: int, /) -> bytes:
        """Return what has come, b"" at the end. Raises OSError."""

    def shutdown(self, how: int, /) -> None:
        """End it, for whoever waits as well."""

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
