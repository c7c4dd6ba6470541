"""What is asked of streams, over a connection: each call is answered by one callback.

    streams.append("chatd", "chatd.log", record, last_seq=41, message_id="…", on_result=appended)

A result is what was asked for, or the EngineError that says why there is none.
"""

from collections.abc import Callable
from typing import TypeVar

from chatd.cluster.connection import EngineConnection, OnOutcome, Outcome
from chatd.cluster.nats import jetstream as js
from chatd.cluster.nats.batch import DirectBatch
from chatd.cluster.nats.headers import Fields
from chatd.cluster.nats.protocol import Message
from chatd.cluster.nats.stored import StoredMessage
from chatd.errors import EngineError

TIMEOUT_MS = 5_000
"""After which an answer is not expected any more: an election of the engine takes as long."""
BATCH_BYTES_MAX = 8 * 1024 * 1024
"""What one direct batch brings at most, unless its first message is larger."""

Answer = TypeVar("Answer")
OnEnd = Callable[[int | EngineError], None]
"""Called with the sequence that comes next, or with why a batch ended before its time."""


class Streams:
    """Asks the engine about streams. Every method raises what `EngineConnection.request` does."""

    def __init__(self, connection: EngineConnection, timeout_ms: int = TIMEOUT_MS) -> None:
        self._connection = connection
        self._timeout_ms = timeout_ms

    def create(
        self, config: js.StreamConfig, on_result: Callable[[js.StreamInfo | EngineError], None]
    ) -> None:
        """Make a stream, unless there is one that is set up like this."""
        self._ask(js.create_stream(config), js.StreamInfo, on_result)

    def update(
        self, config: js.StreamConfig, on_result: Callable[[js.StreamInfo | EngineError], None]
    ) -> None:
        """Set a stream up in another way."""
        self._ask(js.update_stream(config), js.StreamInfo, on_result)

    def info(self, stream: str, on_result: Callable[[js.StreamInfo | EngineError], None]) -> None:
        """Tell how a stream is set up and what it holds, by its leader."""
        self._ask(js.stream_info(stream), js.StreamInfo, on_result)

    def delete(self, stream: str, on_result: Callable[[js.Done | EngineError], None]) -> None:
        """Delete a stream with all that it holds."""
        self._ask(js.delete_stream(stream), js.Done, on_result)

    def purge_through(
        self, stream: str, seq: int, on_result: Callable[[js.Purged | EngineError], None]
    ) -> None:
        """Delete the messages up to `seq`."""
        self._ask(js.purge_through(stream, seq), js.Purged, on_result)

    def append(
        self,
        stream: str,
        subject: str,
        payload: bytes,
        last_seq: int | None,
        message_id: str,
        on_result: Callable[[js.PublishAck | EngineError], None],
    ) -> None:
        """Append a message behind `last_seq`, or wherever the stream is, and nowhere else.

        Several may be under way: they arrive in the order in which they were sent, or not at all.
        """
        fields = js.append_fields(stream, last_seq, message_id)
        self._ask((subject, payload), js.PublishAck, on_result, fields)

    def read(
        self,
        stream: str,
        first_seq: int,
        up_to: int,
        on_message: Callable[[StoredMessage], None],
        on_end: OnEnd,
    ) -> None:
        """Get messages from `first_seq` up to `up_to`, as many as come in one batch.

        Where it ends before, there is more, or whichever server answered has no more yet.
        """
        assert first_seq <= up_to, "a batch of nothing is not what a server reads out of it"
        batch = DirectBatch(first_seq)

        def receive(outcome: Outcome) -> bool:
            if isinstance(outcome, EngineError):
                on_end(outcome)
                return False
            try:
                stored = batch.receive(outcome)
            except EngineError as error:
                on_end(error)
                return False
            if stored is None:
                on_end(batch.next_seq)
                return False
            on_message(stored)
            return True

        asked = js.direct_batch(stream, first_seq, up_to - first_seq + 1, BATCH_BYTES_MAX)
        self._connection.request(*asked, receive, self._timeout_ms)

    def _ask(
        self,
        asked: tuple[str, bytes],
        kind: type[Answer],
        on_result: Callable[[Answer | EngineError], None],
        fields: Fields = (),
    ) -> None:
        self._connection.request(*asked, reading(kind, on_result), self._timeout_ms, fields)


def reading(kind: type[Answer], on_result: Callable[[Answer | EngineError], None]) -> OnOutcome:
    """Return what reads one answer of JetStream's and hands it on, or why there is none."""

    def read(outcome: Outcome) -> bool:
        on_result(_result(kind, outcome))
        return False

    return read


def _result(kind: type[Answer], outcome: Outcome) -> Answer | EngineError:
    if not isinstance(outcome, Message):
        return outcome
    try:
        return js.read_answer(outcome, kind)
    except EngineError as error:
        return error
