"""How a connection begins: its first codec, which finds out what it speaks, and its TLS."""

import logging
import ssl
from collections.abc import Callable, Sequence
from functools import partial

from chatd.config import Settings
from chatd.errors import ChatError
from chatd.net.connection import Connection
from chatd.net.liveness import Pings
from chatd.net.protocol import ProtocolRow
from chatd.net.tls import TlsSock, load_tls
from chatd.wire.first_bytes import (
    INSIDE_TLS,
    TLS_ALERT,
    TLS_HANDSHAKE,
    FirstBytes,
    FirstData,
    Transports,
)
from chatd.wire.frames import PAYLOAD_BYTES_MAX_BEFORE_LOGIN

log = logging.getLogger(__name__)


class Detection:
    """The front of connections that have not shown what they speak.

    tls: what connections are encrypted with by these settings (`load_tls`), if they are.
    protocols: the first whose `opening` detects a first byte has the connection.
    """

    def __init__(
        self, settings: Settings, tls: ssl.SSLContext | None, protocols: Sequence[ProtocolRow]
    ) -> None:
        self._openings = [(row, row.opening) for row in protocols if row.opening is not None]
        self.protocol = ProtocolRow("unknown", self, Pings(), uncounted=frozenset({FirstData}))
        self._take(settings, tls)

    def prepare(self, settings: Settings) -> Callable[[], None]:
        """Load the certificate of other settings; return what switches to them. Raises OSError.

        They hold for those who come.
        """
        return partial(self._take, settings, load_tls(settings))

    def _take(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._transports = Transports(tls=tls is not None, plain=settings.plain)

    def codec(self, refusal: ChatError | None = None) -> FirstBytes:
        """Return the first codec of a connection.

        refusal: what the peer is told, if that is certain already, in the protocol it speaks.
        """
        return FirstBytes(PAYLOAD_BYTES_MAX_BEFORE_LOGIN, self._transports, refusal)

    def handle(self, connection: Connection, event: FirstData, now_ms: int, began_ns: int) -> bool:
        """Let the protocol take over that its first bytes show. Raises ChatError with a refusal."""
        first = event.data[0]
        if first != TLS_HANDSHAKE:
            unknown: FirstBytes = connection.codec
            row, opening = next(found for found in self._openings if found[1].detects(first))
            codec = opening.codec()
            codec.feed(event.data)
            connection.speak(row, codec)
            if not event.transports.plain:
                raise opening.tls_only()
            refusal = unknown.take_refusal()
            if refusal is not None:
                try:
                    raise refusal
                finally:
                    del refusal  # it would hold this frame, which held it, until a collection
        elif event.transports.tls:
            self._start_tls(connection, event)
        else:
            self._refuse_tls(connection)
        return False

    def _start_tls(self, connection: Connection, event: FirstData) -> None:
        if self._tls is None:  # the certificate went while the peer said nothing
            self._refuse_tls(connection)
            return
        unknown: FirstBytes = connection.codec
        refusal = unknown.take_refusal()
        codec = FirstBytes(PAYLOAD_BYTES_MAX_BEFORE_LOGIN, INSIDE_TLS, refusal)
        connection.encrypt(TlsSock(connection.sock, self._tls, event.data))
        connection.speak(self.protocol, codec)

    def _refuse_tls(self, connection: Connection) -> None:
        """End a connection whose peer encrypts, where nobody does, with an alert of its own."""
        where = connection.address
        log.warning("%s began a TLS handshake, but there is no TLS_CERT", where)
        connection.enqueue(TLS_ALERT)
        connection.close_gracefully()
