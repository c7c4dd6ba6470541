"""Lines to servers: a non-blocking socket, which may go on over TLS."""

import errno
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from chatd.net.loop import READ, WRITE

PORT = 4222
SCHEMES = {"nats": False, "tls": True}
UNDER_WAY = frozenset({0, errno.EINPROGRESS})


class EngineServer(NamedTuple):
    """Where a server of the engine is. encrypted: whether we speak TLS to it."""

    host: str
    port: int
    encrypted: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tls' if self.encrypted else 'nats'}://{host}:{self.port}"


def parse_server(url: str) -> EngineServer:
    """Return the server that nats://host:port or tls://host:port stands for.

    Raises ValueError, which says what is wrong. A login has settings of its own, so that it is in
    no log that names a server.
    """
    parts = urlsplit(url)
    encrypted = SCHEMES.get(parts.scheme)
    if encrypted is None or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"no address of a server, such as nats://host:{PORT}: {url}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"nothing follows the port in the address of a server: {url}")
    return EngineServer(parts.hostname, parts.port or PORT, encrypted)


def load_client_tls(
    authority: Path | None, cert: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Return what encrypts lines to servers. Raises OSError, which says what is wrong.

    authority: who vouches for servers; None for those that the system trusts. cert, key: what we
    prove ourselves by to servers that ask for it.
    """
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert is not None:
        context.load_cert_chain(cert, key, password=lambda: "")
    return context


class Dialer:
    """Opens lines. Names are looked up once, here: looking up waits, and nothing may wait later."""

    def __init__(self, servers: Sequence[EngineServer], tls: ssl.SSLContext | None) -> None:
        """tls: None for that of the system. Raises OSError, which says whose name is not known."""
        needs_tls = tls is None and any(server.encrypted for server in servers)
        self._tls = load_client_tls(None) if needs_tls else tls
        self._addresses = {server: _look_up(server) for server in servers}

    def dial(self, server: EngineServer) -> "Line":
        """Begin to connect. Raises OSError."""
        family, address = self._addresses[server]
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            failure = sock.connect_ex(address)
            if failure not in UNDER_WAY:
                raise OSError(failure, errno.errorcode.get(failure, "no connection"))
        except BaseException:
            sock.close()
            raise
        return Line(sock, server.host, self._tls)


def _look_up(server: EngineServer) -> tuple[int, Any]:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM
        )[0]
    except OSError as error:
        raise OSError(f"{server}: {error.strerror}") from error
    return family, address


class Line:
    """A socket that is connecting, connected, or encrypted."""

    def __init__(self, sock: socket.socket, host: str, tls: ssl.SSLContext | None) -> None:
        self._sock = sock
        self._host = host
        self._tls = tls
        self._encrypting: ssl.SSLSocket | None = None

    def fileno(self) -> int:
        return self._sock.fileno()

    def check_connected(self) -> None:
        """Raise OSError if connecting has failed."""
        failure = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise OSError(failure, errno.errorcode.get(failure, "no connection"))

    def encrypt(self) -> None:
        """Go on over TLS, as soon as `shake` is done."""
        assert self._tls is not None, "the server's address does not ask for it"
        self._sock = self._encrypting = self._tls.wrap_socket(
            self._sock, server_hostname=self._host, do_handshake_on_connect=False
        )

    def shake(self) -> int:
        """Go on with the handshake; return what it waits for: READ, WRITE, 0 when it is done.

        Raises OSError, of which ssl.SSLError is one.
        """
        assert self._encrypting is not None
        try:
            self._encrypting.do_handshake()
        except ssl.SSLWantReadError:
            return READ
        except ssl.SSLWantWriteError:
            return WRITE
        return 0

    @property
    def has_more(self) -> bool:
        """Whether something is decrypted already, of which no selector knows."""
        return self._encrypting is not None and self._encrypting.pending() > 0

    def recv(self, size: int) -> bytes:
        """Return what has come, b"" at the end. Raises BlockingIOError if nothing has, OSError."""
        try:
            return self._sock.recv(size)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError(errno.EAGAIN, "no whole record yet") from None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def send(self, data: bytes) -> int:
        """Take some of the bytes and return how many; the rest comes again, in front."""
        try:
            return self._sock.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError(errno.EAGAIN, "the socket takes nothing") from None

    def close(self) -> None:
        """Give the descriptor back; a snapshot's child may hold it too, so end it for both."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it never was connected, or is no longer
        self._sock.close()
