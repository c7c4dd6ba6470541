"""TLS: a connected socket that encrypts, for one thread that reads and one that writes.

OpenSSL must not be used by two threads at once, and Python's own TLS socket holds no lock while
it waits. Here OpenSSL works in memory under a lock, and nobody waits under it.
"""

import socket
import ssl
import threading

from .environment import Connect, open_socket

PIECE_BYTES = 256 * 1024


def connector(ca_file: str | None = None) -> Connect:
    """Return what opens encrypted connections, checked by name.

    ca_file: whom to trust (PEM), None for those that the system trusts. Raises OSError.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2

    def connect(host: str, port: int, timeout_seconds: float) -> TlsSocket:
        sock = open_socket(host, port, timeout_seconds)
        try:
            return TlsSocket(sock, context, host)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise OSError(f"its certificate is not valid: {error.verify_message}") from None
        except ssl.SSLError as error:
            sock.close()
            raise OSError(f"it does not speak TLS: {error.reason}") from None
        except BaseException:
            sock.close()
            raise

    return connect


class TlsSocket:
    """Shakes hands, then behaves as the socket inside."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        """Raises OSError if the peer is not who it should be, or does not answer in time."""
        self._sock = sock
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._lock = threading.Lock()
        self._sealed, self._sealed_of = b"", 0  # what is on its way, and of how many bytes
        self._shake()

    def _shake(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._sock.sendall(self._outgoing.read())
                data = self._sock.recv(PIECE_BYTES)
                if not data:
                    raise ConnectionResetError("the server ended the connection") from None
                self._incoming.write(data)
            else:
                self._sock.sendall(self._outgoing.read())
                return

    def fileno(self) -> int:
        return self._sock.fileno()

    def setblocking(self, blocking: bool, /) -> None:
        self._sock.setblocking(blocking)

    def send(self, data: bytes, /) -> int:
        """Send a part of the data; it counts as sent when all that it was sealed into is."""
        with self._lock:
            if not self._sealed:
                self._sealed_of = self._tls.write(data[:PIECE_BYTES])
                self._sealed = self._outgoing.read()
            while self._sealed:
                self._sealed = self._sealed[self._sock.send(self._sealed) :]
            return self._sealed_of

    def recv(self, size: int, /) -> bytes:
        """Return everything that came, so that nothing is left which no poll would report."""
        while True:
            sealed = self._sock.recv(size)
            if not sealed:
                return b""
            with self._lock:
                self._incoming.write(sealed)
                data, is_ended = self._opened()
            if data or is_ended:
                return data

    def _opened(self) -> tuple[bytes, bool]:
        pieces: list[bytes] = []
        while True:
            try:
                piece = self._tls.read(PIECE_BYTES)
            except ssl.SSLWantReadError:
                return b"".join(pieces), False
            if not piece:
                return b"".join(pieces), True
            pieces.append(piece)

    def shutdown(self, how: int, /) -> None:
        self._sock.shutdown(how)

    def close(self) -> None:
        self._sock.close()
