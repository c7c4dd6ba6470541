"""An ordered consumer: every message of a stream from a sequence on, once each, in order.

A server that sends keeps nothing that matters. When one of its messages is missing, when it falls
silent or says that it ends, it is replaced by another consumer, which begins at the next message.
"""

from enum import Enum

import msgspec

from chatd.cluster.nats.protocol import Message
from chatd.cluster.nats.stored import StoredMessage, place_of
from chatd.errors import EngineProtocolError, MessagesMissing

CONTROL = 100
"""The status of heartbeats and of flow control."""
SILENT_HEARTBEATS = 3
"""After so many that did not come, the server is no longer there."""


class Answer(msgspec.Struct, frozen=True):
    """Send an empty message to `subject`: we have taken what came so far."""

    subject: str


class Alive(Enum):
    """Nothing new; the server lives."""

    ALIVE = 0


class Replace(msgspec.Struct, frozen=True):
    """Let another consumer begin at `first_seq`."""

    first_seq: int
    reason: str


Step = StoredMessage | Answer | Alive | Replace


class OrderedConsumer:
    """Judges what one consumer sends. Times are ms of any one clock.

    next_seq: of the message that has to come next. silent_at_ms: when it has been silent too long.
    """

    def __init__(self, first_seq: int, heartbeat_ms: int, now_ms: int) -> None:
        self.next_seq = first_seq
        self._delivered = 0
        self._silence_ms = SILENT_HEARTBEATS * heartbeat_ms
        self.silent_at_ms = now_ms + self._silence_ms

    def receive(self, message: Message, now_ms: int) -> Step:
        """Return what a message means.

        Raises MessagesMissing if the stream itself lacks some, and EngineProtocolError.
        """
        self.silent_at_ms = now_ms + self._silence_ms
        status = message.headers.status
        if not status or message.reply.startswith("$JS.ACK."):
            return self._stored(message)
        if status == CONTROL:
            return self._control(message)
        return Replace(self.next_seq, f"{status} {message.headers.description}")

    def _stored(self, message: Message) -> StoredMessage | Replace:
        place = place_of(message)
        if place.delivered != self._delivered + 1:
            return Replace(self.next_seq, "a message was lost on its way")
        if place.seq < self.next_seq:
            raise EngineProtocolError(f"message {place.seq} where {self.next_seq} should come")
        if place.seq > self.next_seq:
            raise MessagesMissing(self.next_seq, place.seq - 1)
        self._delivered += 1
        self.next_seq += 1
        return StoredMessage(place.seq, message.headers, message.payload)

    def _control(self, message: Message) -> Step:
        delivered = message.headers.number("Nats-Last-Consumer")
        if delivered is not None and delivered != self._delivered:
            return Replace(self.next_seq, "a message was lost on its way")
        subject = message.reply or message.headers.last("Nats-Consumer-Stalled")
        return Answer(subject) if subject else Alive.ALIVE
