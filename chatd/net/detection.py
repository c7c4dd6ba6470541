"""How a connection begins: its first codec, which finds out what it speaks, and its TLS."""

import logging
import ssl
from collections.abc import Callable
from functools import partial

from chatd.config import Settings
from chatd.errors import ChatError
from chatd.net.connection import Connection
from chatd.net.tls import TlsSock, load_tls
from chatd.wire.first_bytes import INSIDE_TLS, TLS_ALERT, FirstBytes, Protocols
from chatd.wire.frames import PAYLOAD_BYTES_MAX_BEFORE_LOGIN

log = logging.getLogger(__name__)


class Detection:
    """Makes first codecs, and encrypts by the certificate of the settings.

    Raises OSError, which says what is wrong with that.
    """

    def __init__(self, settings: Settings) -> None:
        self._take(settings, load_tls(settings))

    def prepare(self, settings: Settings) -> Callable[[], None]:
        """Load the certificate of other settings; return what switches to them. Raises OSError.

        They hold for those who come.
        """
        return partial(self._take, settings, load_tls(settings))

    def _take(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._protocols = Protocols(tls=tls is not None, plain=settings.plain)

    def codec(self, refusal: ChatError | None = None) -> FirstBytes:
        """Return the first codec of a connection.

        refusal: what the peer is told, if that is certain already, in the protocol it speaks.
        """
        return FirstBytes(PAYLOAD_BYTES_MAX_BEFORE_LOGIN, self._protocols, refusal)

    def start_tls(self, connection: Connection, data: bytes, refusal: ChatError | None) -> None:
        """Encrypt a connection, whose peer began a handshake with `data`."""
        if self._tls is None:  # the certificate went while the peer said nothing
            self.refuse_tls(connection)
            return
        codec = FirstBytes(PAYLOAD_BYTES_MAX_BEFORE_LOGIN, INSIDE_TLS, refusal)
        connection.encrypt(TlsSock(connection.sock, self._tls, data), codec)

    def refuse_tls(self, connection: Connection) -> None:
        """End a connection whose peer encrypts, where nobody does, with an alert of its own."""
        where = connection.address
        log.warning("%s began a TLS handshake, but there is no TLS_CERT", where)
        connection.enqueue(TLS_ALERT)
        connection.close_gracefully()
