"""JetStream's answers, batches and ordered consumers, without a server."""

import msgspec
import pytest

from chatd.cluster.nats import jetstream as js
from chatd.cluster.nats.batch import DirectBatch
from chatd.cluster.nats.headers import NO_HEADERS, Headers
from chatd.cluster.nats.ordered import Alive, Answer, OrderedConsumer, Replace
from chatd.cluster.nats.protocol import Message
from chatd.cluster.nats.stored import StoredMessage, place_of
from chatd.errors import (
    EngineError,
    EngineProtocolError,
    JetStreamError,
    JetStreamUnavailable,
    MessagesMissing,
    NoResponders,
    StreamFull,
    StreamNotFound,
    WrongLastSequence,
)


def message(payload: bytes = b"", reply: str = "", status: int = 0, **fields: str | int) -> Message:
    told = tuple((name.replace("_", "-"), str(value)) for name, value in fields.items())
    headers = Headers(status, "", told) if status or told else NO_HEADERS
    return Message(1, "log", reply, headers, payload)


# -- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "number", "description", "kind"),
    [
        (400, 10071, "wrong last sequence: 41", WrongLastSequence),
        (400, 10164, "wrong last sequence", WrongLastSequence),
        (503, 10077, "maximum bytes exceeded", StreamFull),
        (503, 10077, "write /x: no space left on device", StreamFull),
        (503, 10077, "raft: not leader", JetStreamUnavailable),
        (500, 10047, "insufficient storage resources available", StreamFull),
        (404, 10059, "stream not found", StreamNotFound),
        (503, 10008, "JetStream system temporarily unavailable", JetStreamUnavailable),
        (503, 99, "something new", JetStreamUnavailable),
        (400, 99, "something new", JetStreamError),
    ],
)
def test_refusal_is_an_error_of_its_kind(
    code: int, number: int, description: str, kind: type[JetStreamError]
) -> None:
    refusal = {"code": code, "err_code": number, "description": description}
    answer = message(msgspec.json.encode({"error": refusal, "stream": "S", "seq": 0}))
    with pytest.raises(JetStreamError) as raised:
        js.read_answer(answer, js.PublishAck)
    assert type(raised.value) is kind
    assert (raised.value.number, raised.value.description) == (number, description)
    if isinstance(raised.value, WrongLastSequence):
        assert raised.value.last == (41 if "41" in description else 0)


def test_answer_of_nobody_is_no_responders() -> None:
    with pytest.raises(NoResponders):
        js.read_answer(message(status=503), js.PublishAck)


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"seq":"1"}', b"\xff", b"[" * 20_000])
def test_answer_that_is_none_is_a_protocol_error(payload: bytes) -> None:
    with pytest.raises(EngineProtocolError):
        js.read_answer(message(payload), js.PublishAck)


# -- places ----------------------------------------------------------------------------------


def place(seq: int, delivered: int) -> str:
    return f"$JS.ACK.S.c.1.{seq}.{delivered}.1796073237728380894.3"


def test_place_is_read_with_and_without_a_domain() -> None:
    found = place_of(message(reply=place(7, 3)))
    assert (found.seq, found.delivered) == (7, 3)
    tail = place(7, 3).removeprefix("$JS.ACK.")
    for more in ("", ".abc"):
        assert place_of(message(reply=f"$JS.ACK.hub.HASH.{tail}{more}")) == found


@pytest.mark.parametrize(
    "reply", ["", "a.b", "$JS.ACK.S.c.1.x.1.2.3", "$JS.ACK.S.c.1.٣.1.2.3", "A.B.S.c.1.2.3.4.5"]
)
def test_reply_that_tells_no_place_is_refused(reply: str) -> None:
    with pytest.raises(EngineProtocolError):
        place_of(message(reply=reply))


# -- batches ---------------------------------------------------------------------------------


def test_batch_brings_message_after_message_until_its_end() -> None:
    batch = DirectBatch(5)
    for seq in (5, 6):
        stored = batch.receive(message(b"x", Nats_Sequence=seq))
        assert isinstance(stored, StoredMessage) and stored.seq == seq
    assert batch.receive(message(status=204, Nats_Last_Sequence=6)) is None
    assert batch.is_done and batch.next_seq == 7


def test_batch_where_nothing_is_yet_is_done_at_once() -> None:
    batch = DirectBatch(5)
    assert batch.receive(message(status=404)) is None
    assert batch.is_done and batch.next_seq == 5


def test_publisher_can_write_neither_the_end_nor_the_place_of_a_batch() -> None:
    forged = Headers(204, "EOB", (("Nats-Sequence", "99"), ("Nats-Sequence", "5")))
    stored = DirectBatch(5).receive(Message(1, "log", "", forged, b"x"))
    assert stored is not None and stored.seq == 5


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        (message(Nats_Sequence=7), MessagesMissing),
        (message(Nats_Sequence=4), EngineProtocolError),
        (message(status=408), JetStreamError),
        (message(status=503), NoResponders),
        (message(b"x"), JetStreamError),
    ],
)
def test_batch_with_a_gap_or_an_error_says_so(came: Message, kind: type[EngineError]) -> None:
    with pytest.raises(kind) as raised:
        DirectBatch(5).receive(came)
    if isinstance(raised.value, MessagesMissing):
        assert (raised.value.first, raised.value.last) == (5, 6)


# -- ordered consumers -----------------------------------------------------------------------


def consumer() -> OrderedConsumer:
    return OrderedConsumer(5, heartbeat_ms=100, now_ms=1_000)


def test_ordered_consumer_brings_messages_in_order_and_each_shows_that_it_lives() -> None:
    one = consumer()
    assert one.silent_at_ms == 1_300
    for delivered, seq in enumerate((5, 6), 1):
        step = one.receive(message(b"x", place(seq, delivered)), 1_000 + seq)
        assert isinstance(step, StoredMessage) and step.seq == seq
    assert one.next_seq == 7 and one.silent_at_ms == 1_306
    assert one.receive(message(status=100, Nats_Last_Consumer=2), 2_000) is Alive.ALIVE
    assert one.silent_at_ms == 2_300


def test_lost_message_is_noticed_at_the_next_one_or_the_next_heartbeat() -> None:
    for came in (message(b"x", place(6, 2)), message(status=100, Nats_Last_Consumer=1)):
        step = consumer().receive(came, 1_000)
        assert isinstance(step, Replace) and step.first_seq == 5


def test_flow_control_is_answered_where_it_asks() -> None:
    one = consumer()
    assert one.receive(message(reply="fc.1", status=100), 1_000) == Answer("fc.1")
    stalled = message(status=100, Nats_Last_Consumer=0, Nats_Consumer_Stalled="fc.2")
    assert one.receive(stalled, 1_000) == Answer("fc.2")


def test_consumer_that_ends_is_replaced() -> None:
    step = consumer().receive(message(status=409), 1_000)
    assert isinstance(step, Replace) and step.first_seq == 5


def test_publisher_can_write_no_status_of_a_consumer() -> None:
    step = consumer().receive(message(b"x", place(5, 1), status=409), 1_000)
    assert isinstance(step, StoredMessage)


def test_messages_that_the_stream_itself_lacks_are_an_error() -> None:
    with pytest.raises(MessagesMissing) as raised:
        consumer().receive(message(b"x", place(8, 1)), 1_000)
    assert (raised.value.first, raised.value.last) == (5, 7)


def test_message_that_came_before_is_an_error() -> None:
    with pytest.raises(EngineProtocolError):
        consumer().receive(message(b"x", place(4, 1)), 1_000)
