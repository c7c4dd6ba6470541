"""The first bytes of a connection tell what it speaks.

0x16                    TLS (RFC 8446, section 5.1); inside it the first bytes tell again;
                        without a certificate its peer gets an alert
an upper-case letter    HTTP: every method begins with one
anything else           framed msgpack: its frames begin with 0x00
"""

from typing import NamedTuple

from chatd.errors import ChatError, HttpError, ProtocolError
from chatd.wire.codec import Codec, FrameCodec, ProtocolEvent, RefuseTls, StartTls, Switch
from chatd.wire.http.codec import HttpCodec

TLS_HANDSHAKE = 0x16
TLS_ALERT = bytes.fromhex("15 0301 0002 02 28")
"""A record with one alert: fatal, handshake_failure (RFC 8446, sections 5.1 and 6.2)."""
UPPER_CASE = range(0x41, 0x5B)


class Protocols(NamedTuple):
    """What a connection may speak. plain: without TLS."""

    tls: bool
    plain: bool


INSIDE_TLS = Protocols(tls=False, plain=True)


class FirstBytes(FrameCodec):
    """Lets another codec take over. Whoever said nothing yet is spoken to in framed msgpack.

    refusal: what the peer is told in place of everything else, if that is certain already.
    """

    __slots__ = ("_protocols", "_refusal")

    def __init__(
        self, payload_bytes_max: int, protocols: Protocols, refusal: ChatError | None = None
    ) -> None:
        super().__init__(payload_bytes_max)
        self._protocols = protocols
        self._refusal = refusal

    def next_event(self) -> ProtocolEvent | None:
        data, self._buffer = bytes(self._buffer), b""
        if not data:
            return None
        if data[0] == TLS_HANDSHAKE:
            return StartTls(data, self._refusal) if self._protocols.tls else RefuseTls()
        refusal = self._refusal
        codec: Codec
        if data[0] in UPPER_CASE:
            codec = HttpCodec()
            if not self._protocols.plain:
                refusal = HttpError(400, "this server speaks HTTPS only")
        else:
            codec = FrameCodec(self.payload_bytes_max)
            if not self._protocols.plain:
                refusal = ProtocolError("this server speaks TLS only")
        codec.feed(data)
        return Switch(codec, refusal)
