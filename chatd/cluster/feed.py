"""All messages of a stream from a sequence on, as they come, over any number of lines."""

import logging
from collections.abc import Callable
from functools import partial

from chatd.cluster.connection import EngineConnection
from chatd.cluster.nats import jetstream as js
from chatd.cluster.nats.ordered import Answer, OrderedConsumer, Replace
from chatd.cluster.nats.protocol import Message
from chatd.cluster.nats.stored import StoredMessage
from chatd.cluster.streams import reading
from chatd.errors import EngineError, EngineProtocolError, EngineRefused, StreamNotFound

log = logging.getLogger("chatd.cluster")

HEARTBEAT_MS = 1_000
RETRY_MS = 250
LASTING = (EngineProtocolError, EngineRefused, StreamNotFound)
"""Why no consumer can be made, now or soon. For all else there is another try."""


class StreamFeed:
    """Keeps one ordered consumer at work, and replaces it where it fails.

    next_seq: of the message that comes next. on_failed: called once, when the stream does not hold
    what it should, or can't be read at all; nothing comes after that.
    """

    def __init__(
        self,
        connection: EngineConnection,
        stream: str,
        first_seq: int,
        on_message: Callable[[StoredMessage], None],
        on_failed: Callable[[EngineError], None],
        now_ms: Callable[[], int],
        heartbeat_ms: int = HEARTBEAT_MS,
    ) -> None:
        """now_ms: the connection's clock."""
        self._connection = connection
        self._stream = stream
        self.next_seq = first_seq
        self._on_message = on_message
        self._on_failed = on_failed
        self._now_ms = now_ms
        self._heartbeat_ms = heartbeat_ms
        self._consumer: OrderedConsumer | None = None
        self._name = ""
        self._sid = 0
        self._retry_at_ms: int | None = None
        self._is_closed = False

    def begin(self) -> None:
        """Have a consumer made, in place of the last one. Call this whenever a line is ready."""
        self._drop()
        if self._is_closed or not self._connection.is_ready:
            return
        inbox = self._connection.new_inbox()
        self._name = inbox.lstrip("_").replace(".", "-")
        consumer = OrderedConsumer(self.next_seq, self._heartbeat_ms, self._now_ms())
        self._consumer = consumer
        self._sid = self._connection.subscribe(inbox, partial(self._receive, consumer))
        asked = js.create_ordered_consumer(
            self._stream, self._name, inbox, self.next_seq, self._heartbeat_ms
        )
        made = partial(self._made, consumer)
        try:
            self._connection.request(
                *asked, reading(js.ConsumerCreated, made), 2 * self._heartbeat_ms
            )
        except EngineError as error:
            self._made(consumer, error)

    def next_ms(self) -> int | None:
        """Return when `advance` has something to do, None if never."""
        if self._retry_at_ms is not None or self._consumer is None:
            return self._retry_at_ms
        return self._consumer.silent_at_ms

    def advance(self, now_ms: int) -> None:
        """Replace a consumer that was silent for too long, or could not be made."""
        due_ms = self.next_ms()
        if due_ms is not None and now_ms >= due_ms:
            self.begin()

    def close(self) -> None:
        """End; nothing comes any more."""
        self._is_closed = True
        self._drop()

    def _drop(self) -> None:
        self._retry_at_ms = None
        if self._consumer is None:
            return
        self._consumer = None
        self._connection.unsubscribe(self._sid)
        asked = js.delete_consumer(self._stream, self._name)
        try:
            self._connection.publish(*asked)
        except EngineError:
            pass  # the server forgets it by itself, as nobody listens

    def _made(self, consumer: OrderedConsumer, result: js.ConsumerCreated | EngineError) -> None:
        if consumer is not self._consumer or not isinstance(result, EngineError):
            return
        if isinstance(result, LASTING):
            self._fail(result)
        else:
            self._drop()
            self._retry_at_ms = self._now_ms() + RETRY_MS

    def _fail(self, error: EngineError) -> None:
        self.close()
        self._on_failed(error)

    def _receive(self, consumer: OrderedConsumer, message: Message) -> None:
        if consumer is not self._consumer:
            return  # it was replaced
        try:
            step = consumer.receive(message, self._now_ms())
        except EngineError as error:
            self._fail(error)
            return
        match step:
            case StoredMessage():
                self.next_seq = consumer.next_seq
                self._on_message(step)
            case Answer():
                self._answer(step.subject)
            case Replace():
                log.info("reading %s anew from %d: %s", self._stream, step.first_seq, step.reason)
                self.begin()

    def _answer(self, subject: str) -> None:
        try:
            self._connection.publish(subject, b"")
        except EngineError:
            pass  # it is asked for again, with the next heartbeat
