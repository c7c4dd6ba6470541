"""The first bytes of a connection tell which protocol it speaks.

0x16 is TLS (RFC 8446, section 5.1); inside it the first bytes tell again. Without a certificate its
peer gets an alert. Anything else is looked up in the table of protocols.
"""

from typing import NamedTuple

from chatd.errors import ChatError
from chatd.wire.codec import FrameCodec

TLS_HANDSHAKE = 0x16
TLS_ALERT = bytes.fromhex("15 0301 0002 02 28")
"""A record with one alert: fatal, handshake_failure (RFC 8446, sections 5.1 and 6.2)."""
UPPER_CASE = range(0x41, 0x5B)


class Transports(NamedTuple):
    """How a connection may be made. plain: without TLS."""

    tls: bool
    plain: bool


INSIDE_TLS = Transports(tls=False, plain=True)


class FirstData(NamedTuple):
    """What came first, and by which transports it may have come."""

    data: bytes
    transports: Transports


class FirstBytes(FrameCodec):
    """Hands out what comes first. A peer that said nothing yet is spoken to in framed msgpack.

    refusal: what the peer is told in place of everything else, if that is certain already.
    """

    __slots__ = ("_transports", "_refusal")

    def __init__(
        self, payload_bytes_max: int, transports: Transports, refusal: ChatError | None = None
    ) -> None:
        super().__init__(payload_bytes_max)
        self._transports = transports
        self._refusal = refusal

    def next_event(self) -> FirstData | None:
        data, self._buffer = bytes(self._buffer), b""
        return FirstData(data, self._transports) if data else None

    def take_refusal(self) -> ChatError | None:
        """Return the refusal, once: who raises it must hold it nowhere."""
        refusal, self._refusal = self._refusal, None
        return refusal
