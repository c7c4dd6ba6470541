"""One connection to a server, from its greeting to its end, without a socket.

    GREETING ─ INFO ─▶ PROVING ─ PONG ─▶ READY
        └ INFO with TLS ─▶ SECURING ─ secured() ─┘

The PONG to the PING behind our CONNECT says that the server has taken us.
"""

from enum import Enum

import msgspec

from chatd.cluster.nats.protocol import (
    PAYLOAD_BYTES_MAX,
    PING,
    PONG,
    Connect,
    Decoder,
    Err,
    Event,
    Info,
    Message,
    Ok,
    Ping,
    Pong,
    encode_connect,
)
from chatd.errors import EngineProtocolError, EngineRefused


class Phase(Enum):
    GREETING = 1
    SECURING = 2
    PROVING = 3
    READY = 4


class Secure(msgspec.Struct, frozen=True):
    """Do the handshake of TLS, then call `secured`; nothing is said or read before."""


class Ready(msgspec.Struct, frozen=True):
    """The server has taken us; what is published from now on arrives."""


SessionEvent = Secure | Ready | Message | Err


class Session:
    """What a server and we say to each other. info: what it said of itself last."""

    def __init__(self, connect: Connect, encrypted: bool) -> None:
        """encrypted: whether it has to be over TLS."""
        self._connect = connect
        self._encrypted = encrypted
        self._decoder = Decoder()
        self._outgoing: list[bytes] = []
        self.phase = Phase.GREETING
        self.info: Info | None = None

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._decoder.feed(data)

    def next_event(self) -> SessionEvent | None:
        """Return the next event, None until more comes.

        Raises EngineProtocolError, or EngineRefused if the server does not take us.
        """
        while (event := self._decoder.next_event()) is not None:
            told = self._take(event)
            if told is not None:
                return told
        return None

    def data_to_send(self) -> bytes:
        """Return, once, what the session itself has to say."""
        data, self._outgoing = b"".join(self._outgoing), []
        return data

    def secured(self) -> None:
        """What is said and read from now on goes through TLS."""
        assert self.phase is Phase.SECURING
        self._prove()

    def _take(self, event: Event) -> SessionEvent | None:
        match event:
            case Info():
                return self._greeted(event)
            case Ping():
                self._outgoing.append(PONG)
                return None
            case Ok():
                return None
        if self.phase is Phase.READY:
            return None if isinstance(event, Pong) else event
        if isinstance(event, Err):
            raise EngineRefused(event.reason)
        if isinstance(event, Pong) and self.phase is Phase.PROVING:
            self.phase = Phase.READY
            return Ready()
        raise EngineProtocolError("a server that speaks before it has taken us")

    def _greeted(self, info: Info) -> SessionEvent | None:
        self.info = info
        self._decoder.payload_bytes_max = min(info.max_payload, PAYLOAD_BYTES_MAX)
        if self.phase is not Phase.GREETING:
            return None
        if not info.headers:
            raise EngineRefused("this server is too old: it knows no headers")
        if not self._encrypted:
            if info.tls_required:
                raise EngineRefused("this server wants TLS: give its address as tls://…")
            self._prove()
            return None
        if not (info.tls_required or info.tls_available):
            raise EngineRefused("this server has no TLS, which its address (tls://…) asks for")
        if self._decoder.buffered_bytes:  # somebody in between would speak for the server
            raise EngineProtocolError("a server that goes on in the clear where TLS begins")
        self.phase = Phase.SECURING
        return Secure()

    def _prove(self) -> None:
        self.phase = Phase.PROVING
        self._outgoing += [encode_connect(self._connect), PING]
