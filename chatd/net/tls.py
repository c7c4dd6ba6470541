"""TLS: a socket around a socket, non-blocking like the one inside.

OpenSSL works on two buffers in memory here and touches no descriptor; what is in them goes in
and out through the socket inside. So the first bytes of a connection, which have been read when
it turns out that they are TLS, are just put in, and a test can hand in any socket.
"""

import errno
import ssl
from pathlib import Path
from struct import Struct

from chatd.config import Settings
from chatd.net.connection import Sock

PIECE_BYTES = 64 * 1024
"""What is encrypted or decrypted at a time: four records of the largest size."""
RECORDS_MAX = 16
"""Records that are decrypted at a time: one that asks for new keys takes some 50 µs."""
UNSENT_BYTES_MAX = 4 * PIECE_BYTES
"""A peer that does not take what TLS itself answers, with new keys, say, is lost."""
HEADER = Struct(">3xH")
"""Of a record: its kind, a version, and its length (RFC 8446, section 5.1)."""


def load_tls(settings: Settings) -> ssl.SSLContext | None:
    """Return what connections are encrypted with, None without a certificate.

    TLS 1.2 and later, by OpenSSL's defaults. Raises OSError, which says what is wrong with
    the files.
    """
    cert, key = settings.tls_cert, settings.tls_key
    if cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    _check_files(cert, key)
    try:
        context.load_cert_chain(cert, key, password=_no_password)
    except ssl.SSLError as error:
        raise OSError(f"TLS_CERT {cert}: {error.reason or 'no certificate'}") from error
    except OSError as error:
        raise OSError(f"TLS_CERT {cert}, TLS_KEY {key or cert}: {error.strerror}") from error
    return context


def _check_files(*paths: Path | None) -> None:
    """Refuse what OpenSSL would wait for, as a pipe, or read without end, as a device."""
    for path in paths:
        if path is not None and path.exists() and not path.is_file():
            raise OSError(f"TLS_CERT or TLS_KEY {path}: not a regular file")


def _no_password() -> str:
    return ""  # nobody is there to be asked


class TlsSock:
    """A `Sock` that encrypts. Made from the socket inside and the bytes read from it so far."""

    __slots__ = (
        "_sock",
        "_incoming",
        "_outgoing",
        "_tls",
        "_shaken",
        "_came",
        "_record_left",
        "_unsent",
        "_taken",
    )

    def __init__(self, sock: Sock, context: ssl.SSLContext, data: bytes) -> None:
        self._sock = sock
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._shaken = False
        self._came = data  # and is not decrypted yet
        self._record_left = 0  # bytes of the record under way that OpenSSL has not seen
        self._unsent = b""
        self._taken = 0  # bytes given to `send` that are encrypted in `_unsent`

    def fileno(self) -> int:
        return self._sock.fileno()

    @property
    def inside(self) -> Sock:
        """The socket whose readiness is ours."""
        return self._sock

    def recv(self, size: int, /) -> bytes:
        """Return what is in the next records; see `has_more`."""
        records = self._next_records()
        if not records:
            data = self._sock.recv(size)
            if not data:
                return b""
            self._came += data
            records = self._next_records()
        self._incoming.write(records)
        try:
            self._shake()
            data = self._read()
        except ssl.SSLError:
            self._push()  # the alert that says what was wrong
            raise ConnectionResetError(errno.ECONNRESET, "not TLS as we speak it") from None
        self._push()
        return data

    @property
    def has_more(self) -> bool:
        """Whether more has come than was decrypted: the selector knows nothing of that."""
        return len(self._came) >= HEADER.size

    def _next_records(self) -> bytes:
        """Take as many records as are decrypted at a time, the last one as far as it has come."""
        came, end, left = self._came, 0, self._record_left
        for _ in range(RECORDS_MAX):
            if not left:
                if len(came) - end < HEADER.size:
                    break
                left = HEADER.size + HEADER.unpack_from(came, end)[0]
            step = min(left, len(came) - end)
            end += step
            left -= step
            if left:
                break
        self._came, self._record_left = came[end:], left
        return came[:end]

    def _shake(self) -> None:
        if self._shaken:
            return
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._push()
            raise BlockingIOError(errno.EAGAIN, "the handshake goes on") from None
        self._shaken = True

    def _read(self) -> bytes:
        """Return what can be decrypted; b"" at the end, BlockingIOError if there is nothing."""
        pieces: list[bytes] = []
        while True:
            try:
                piece = self._tls.read(PIECE_BYTES)
            except ssl.SSLWantReadError:
                break
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b"".join(pieces)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
        if not pieces:
            self._push()
            raise BlockingIOError(errno.EAGAIN, "no whole record yet")
        return b"".join(pieces)

    def send(self, data: bytes, /) -> int:
        """Take some of the bytes and return how many.

        What is not counted comes again, in front, with the next call: so a record that was
        encrypted and not sent whole is counted when it is. Before the handshake is over there
        is nobody who could read anything, so it goes nowhere.
        """
        if not self._shaken:
            return len(data)
        sent = 0
        while self._push():
            sent += self._taken
            self._taken = 0
            piece = data[sent : sent + PIECE_BYTES]
            if not piece:
                break
            try:
                self._tls.write(piece)
            except ssl.SSLError:
                raise ConnectionResetError(errno.ECONNRESET, "TLS is over") from None
            self._taken = len(piece)
        if not sent:
            raise BlockingIOError(errno.EAGAIN, "the socket takes nothing")
        return sent

    def _push(self) -> bool:
        """Send what is encrypted; return whether all of it is gone."""
        if self._outgoing.pending:
            self._unsent += self._outgoing.read()
        if self._unsent:
            try:
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
            except (BlockingIOError, InterruptedError):
                pass
        if len(self._unsent) > UNSENT_BYTES_MAX:
            raise ConnectionResetError(errno.ECONNRESET, "the peer takes nothing")
        return not self._unsent

    def shutdown(self, how: int, /) -> None:
        """Say that nothing follows, and hang up."""
        if self._shaken:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass  # it waits for the peer's goodbye, and we don't
            self._push()
        self._sock.shutdown(how)

    def close(self) -> None:
        self._sock.close()
