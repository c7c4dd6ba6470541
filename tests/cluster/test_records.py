"""Records of the log: which have effect, whatever an engine puts between them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.cluster.records import (
    LINK_BYTES,
    OVERHEAD_BYTES_MAX,
    PARTS_MAX,
    REQUEST_BYTES_MAX,
    Chain,
    Head,
    Kind,
    Led,
    PartRead,
    Record,
    RequestId,
    Tick,
    TickWriter,
    Verdict,
    Void,
    decode_record,
    encode_led,
    encode_record,
    first_head,
)
from chatd.errors import EngineError, LogBroken, MessagesMissing

START = first_head(41, b"secret")
SMALL = OVERHEAD_BYTES_MAX + 10
"""Records that take ten bytes of a body, if no request is named."""

request_ids = st.builds(RequestId, st.binary(max_size=16), st.integers(0, 2**63 - 1))


class Log:
    """A log as one reader sees it. payloads: of all records. verdicts: on them."""

    def __init__(self) -> None:
        self.chain = Chain(START)
        self.payloads: list[bytes] = []
        self.verdicts: list[Verdict] = []

    @property
    def head(self) -> Head:
        return self.chain.head

    def append(self, payload: bytes) -> Verdict:
        self.payloads.append(payload)
        self.verdicts.append(self.chain.judge(self.head.seq + 1, payload))
        return self.verdicts[-1]

    def lead(self, node: str) -> "Log":
        assert self.append(encode_led(self.head, node)) == Led(self.head.term, node)
        return self

    def write(self, body: bytes, *requests: RequestId, bytes_max: int = 10**6) -> None:
        """Write a tick as the node that leads, in as many records as it takes."""
        writer = TickWriter(self.head.node, requests, body, bytes_max)
        while not isinstance(self.append(writer.encode(self.head)), Tick):
            pass

    def effects(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if isinstance(verdict, Led | Tick)]


def known(payload: bytes) -> Record:
    """Return what the bytes of a record say."""
    record = decode_record(payload)
    assert record is not None
    return record


def effects_of(payloads: list[bytes]) -> list[Verdict]:
    """Return what has effect for somebody who reads these bytes, up to where that one stops."""
    log = Log()
    try:
        for payload in payloads:
            log.append(payload)
    except LogBroken:
        pass
    return log.effects()


def test_record_comes_out_as_it_went_in_and_one_bit_makes_it_none() -> None:
    request = RequestId(b"run", 7)
    record = Record(Kind.TICK, 42, 3, "n1", bytes(LINK_BYTES), 1, 2, (request,), b"events")
    payload = encode_record(record)
    assert decode_record(payload) == record
    for bit in range(8 * len(payload)):
        flipped = bytearray(payload)
        flipped[bit // 8] ^= 1 << bit % 8
        assert decode_record(bytes(flipped)) is None


@given(st.binary(max_size=80))
def test_bytes_that_are_no_record_are_void(payload: bytes) -> None:
    assert decode_record(payload) is None
    assert isinstance(Log().append(payload), Void)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 3}, {"seq": -1}, {"node": ""}, {"node": "n" * 65}, {"link": b""}, {"part": 0},
        {"parts": PARTS_MAX + 1}, {"requests": ((b"r" * 17, 1),)}, {"body": "text"},
    ],
)  # fmt: skip
def test_record_with_a_field_out_of_its_bounds_is_none(change: dict[str, object]) -> None:
    record = Record(Kind.TICK, 42, 3, "n1", bytes(LINK_BYTES), 1, 2, (), b"events")
    changed = encode_record(msgspec.structs.replace(record, **change))
    assert decode_record(changed) is None


def test_nobody_has_effect_before_somebody_leads() -> None:
    log = Log()
    tick = Record(Kind.TICK, 42, 0, "n1", log.head.link, 1, 1, (), b"events")
    assert isinstance(log.append(encode_record(tick)), Void)
    log.lead("n1").write(b"events", RequestId(b"run", 7))
    assert log.effects() == [Led(1, "n1"), Tick((RequestId(b"run", 7),), b"events")]


def test_record_has_no_effect_in_another_place_or_under_another_leader() -> None:
    log = Log().lead("n1")
    late = TickWriter("n1", (), b"late", 10**6).encode(log.head)
    log.write(b"one")
    assert log.append(late) == Void("it belongs to place 43")
    stale = TickWriter("n1", (), b"stale", 10**6)
    log.lead("n2")
    for term, node in ((1, "n1"), (2, "n1"), (1, "n2"), (3, "n2")):
        head = msgspec.structs.replace(log.head, term=term, node="n1")
        record = known(stale.encode(head))
        payload = encode_record(msgspec.structs.replace(record, node=node))
        assert isinstance(log.append(payload), Void)
    assert log.effects() == [Led(1, "n1"), Tick((), b"one"), Led(2, "n2")]


def test_of_two_that_would_lead_in_one_term_the_first_does() -> None:
    log = Log()
    others = encode_led(log.head, "n2")
    log.lead("n1")
    assert isinstance(log.append(others), Void)
    moved = msgspec.structs.replace(known(others), seq=log.head.seq + 1)
    assert log.append(encode_record(moved)) == Void("to lead in term 1, where 1 is")
    assert log.effects() == [Led(1, "n1")]


def test_who_would_lead_behind_another_past_is_void_and_a_leader_there_breaks_the_log() -> None:
    log, other = Log().lead("n1"), Log().lead("n1")
    log.write(b"one")
    other.write(b"two")
    verdict = log.append(encode_led(other.head, "n2"))
    assert isinstance(verdict, Void) and verdict.forks
    other.append(b"so that the places are the same again")
    before = log.head
    with pytest.raises(LogBroken, match="behind another past") as raised:
        log.append(TickWriter("n1", (), b"three", 10**6).encode(other.head))
    assert raised.value.seq == 45 and log.head == before


def test_bytes_of_a_void_record_are_of_the_past_too() -> None:
    log, other = Log().lead("n1"), Log().lead("n1")
    log.append(b"junk")
    other.append(b"other junk")
    with pytest.raises(LogBroken, match="behind another past"):
        other.append(TickWriter("n1", (), b"one", 10**6).encode(log.head))


def test_record_after_a_gap_is_refused() -> None:
    log = Log().lead("n1")
    with pytest.raises(MessagesMissing) as raised:
        log.chain.judge(45, b"")
    assert (raised.value.first, raised.value.last) == (43, 44)


def test_first_head_is_another_one_for_another_store() -> None:
    payload = encode_led(first_head(41, b"other"), "n1")
    assert isinstance(Log().append(payload), Void)


# -- parts -----------------------------------------------------------------------------------


@given(st.binary(max_size=60), st.lists(request_ids, max_size=3).map(tuple), st.integers(0, 20))
def test_tick_in_parts_has_effect_once_whole_and_no_record_is_too_large(
    body: bytes, requests: tuple[RequestId, ...], size: int
) -> None:
    bytes_max = OVERHEAD_BYTES_MAX + REQUEST_BYTES_MAX * len(requests) + 1 + size
    log = Log().lead("n" * 64)
    log.write(body, *requests, bytes_max=bytes_max)
    assert log.effects()[1:] == [Tick(requests, body)]
    assert len(log.payloads) == 1 + max(1, -(-len(body) // (1 + size)))
    assert all(isinstance(verdict, PartRead) for verdict in log.verdicts[1:-1])
    assert max(map(len, log.payloads)) <= bytes_max


def test_tick_of_the_most_parts_is_taken_and_a_larger_one_is_refused() -> None:
    log = Log().lead("n1")
    log.write(b"x" * 10 * PARTS_MAX, bytes_max=SMALL)
    assert log.effects()[1:] == [Tick((), b"x" * 10 * PARTS_MAX)]
    with pytest.raises(ValueError, match="a tick of"):
        TickWriter("n1", (), b"x" * (10 * PARTS_MAX + 1), SMALL)
    with pytest.raises(ValueError):
        TickWriter("n1", (), b"", OVERHEAD_BYTES_MAX)


def test_parts_go_on_behind_a_void_record_and_end_with_their_leader() -> None:
    log = Log().lead("n1")
    writer = TickWriter("n1", (), b"0123456789ABCDEFGHIJ", SMALL)
    first = writer.encode(log.head)
    assert log.append(b"junk") == Void("no record of ours")
    assert log.append(first) == Void("it belongs to place 43")
    assert log.append(writer.encode(log.head)) == PartRead()
    log.append(b"junk")
    kept = Chain(msgspec.msgpack.decode(msgspec.msgpack.encode(log.head), type=Head))
    second = writer.encode(log.head)
    assert log.append(second) == Tick((), b"0123456789ABCDEFGHIJ")
    assert kept.judge(47, second) == log.verdicts[-1]  # a snapshot keeps what has come
    assert log.append(writer.encode(log.head)) == PartRead()
    log.lead("n2")
    assert not log.head.parts
    log.write(b"whole")
    assert log.effects()[-1] == Tick((), b"whole")


def test_part_that_is_not_the_next_one_breaks_the_log() -> None:
    for part, parts in ((1, 2), (2, 3), (3, 3)):
        log = Log().lead("n1")
        log.append(TickWriter("n1", (), b"0123456789ABC", SMALL).encode(log.head))
        head = log.head
        record = Record(Kind.TICK, head.seq + 1, head.term, "n1", head.link, part, parts, (), b"x")
        with pytest.raises(LogBroken, match="not the next one"):
            log.append(encode_record(record))


# -- any history -----------------------------------------------------------------------------

steps = st.one_of(
    st.tuples(st.just("tick"), st.binary(max_size=30)),
    st.tuples(st.just("lead"), st.sampled_from(["n1", "n2", "n3"])),
    st.tuples(st.just("junk"), st.binary(max_size=20)),
    st.tuples(st.just("again"), st.integers(0, 30)),  # an old record, by an engine that lies
    st.tuples(st.just("stale"), st.integers(0, 30)),  # what a leader of the past still writes
)


def history(chosen: list[tuple[str, object]]) -> tuple[Log, list[Verdict]]:
    """Return a log in which all that happened, and what was to have effect in it."""
    log, wanted, heads = Log(), list[Verdict](), [START]
    for what, value in chosen:
        heads.append(log.head)
        match what, value:
            case "lead", str(node):
                log.lead(node)
                wanted.append(Led(log.head.term, node))
            case "tick", bytes(body) if log.head.node:
                log.write(body, bytes_max=SMALL)
                wanted.append(Tick((), body))
            case "junk", bytes(junk):
                log.append(junk)
            case "again", int(number) if log.payloads:
                log.append(log.payloads[number % len(log.payloads)])
            case "stale", int(number):
                head = heads[number % len(heads)]
                if head.term < log.head.term and head.node:
                    head = msgspec.structs.replace(log.head, term=head.term, node=head.node)
                    log.append(TickWriter(head.node, (), b"stale", 10**6).encode(head))
    return log, wanted


@given(st.lists(steps, max_size=12))
def test_what_was_led_and_written_has_effect_and_nothing_else(
    chosen: list[tuple[str, object]],
) -> None:
    log, wanted = history(chosen)
    assert log.effects() == wanted
    assert effects_of(log.payloads) == wanted  # and so for everybody


@given(st.lists(steps, min_size=1, max_size=12), st.data())
def test_log_that_was_changed_never_has_another_effect_but_only_less(
    chosen: list[tuple[str, object]], data: st.DataObject
) -> None:
    log, wanted = history(chosen)
    payloads = list(log.payloads)
    if not payloads:
        return
    at = data.draw(st.integers(0, len(payloads) - 1))
    match data.draw(st.sampled_from(["flip", "drop", "double", "swap"])):
        case "flip" if payloads[at]:
            bit = data.draw(st.integers(0, 8 * len(payloads[at]) - 1))
            flipped = bytearray(payloads[at])
            flipped[bit // 8] ^= 1 << bit % 8
            payloads[at] = bytes(flipped)
        case "drop":
            del payloads[at]
        case "double":
            payloads.insert(at, payloads[at])
        case "swap":
            payloads[at - 1], payloads[at] = payloads[at], payloads[at - 1]
    effects = effects_of(payloads)
    assert effects == wanted[: len(effects)]


def test_node_that_missed_a_record_stops_at_the_leaders_next_one() -> None:
    log = Log().lead("n1")
    for body in (b"one", b"two", b"three"):
        log.write(body)
    changed = Log()
    for payload in (log.payloads[0], b"changed"):
        changed.append(payload)
    with pytest.raises(EngineError, match="record 44 of the log"):
        changed.append(log.payloads[2])
    assert changed.effects() == [Led(1, "n1")]
