"""A batch of messages got directly from a stream, in order and without a gap.

Any replica may answer, so the end of the batch need not be the end of the stream.
"""

from chatd.cluster.nats.headers import Headers
from chatd.cluster.nats.protocol import Message
from chatd.cluster.nats.stored import StoredMessage
from chatd.errors import EngineProtocolError, JetStreamError, MessagesMissing, NoResponders

NO_CONTENT, NOT_FOUND, UNAVAILABLE = 204, 404, 503


class DirectBatch:
    """What comes for one request: message after message, then a status.

    next_seq: of the message that has to come next. is_done: nothing more comes.
    """

    def __init__(self, first_seq: int) -> None:
        self.next_seq = first_seq
        self.is_done = False

    def receive(self, message: Message) -> StoredMessage | None:
        """Return the next message, None at the end. Raises EngineError.

        MessagesMissing if the stream begins later, or has lost something.
        """
        headers = message.headers
        seq = headers.number("Nats-Sequence")  # a server's, also where a publisher wrote a status
        if seq is None:
            self._end(headers)
            return None
        if seq < self.next_seq:
            raise EngineProtocolError(f"message {seq} where {self.next_seq} should come")
        if seq > self.next_seq:
            self.is_done = True
            raise MessagesMissing(self.next_seq, seq - 1)
        self.next_seq = seq + 1
        return StoredMessage(seq, headers, message.payload)

    def _end(self, headers: Headers) -> None:
        self.is_done = True
        if headers.status == UNAVAILABLE:
            raise NoResponders(headers.description or "no server has the stream now")
        if headers.status not in (NO_CONTENT, NOT_FOUND):
            raise JetStreamError(headers.status, headers.description or "no message of a stream")
