"""Records of the replicated log: what they say, and which of them have effect.

    record   digest 16 | msgpack [kind, seq, term, node, link, part, parts, requests, body]

The engine is not trusted to keep the order that it promised, or to keep all. So each record names
its place and the *link* of all that stands before it: link(n) = hash of link(n - 1) and of the
bytes of record n, whatever they are. A record has effect if it stands where it says, behind what it
says, and its term and node are those of the last `Led` that has effect, or if it is the next
`Led`. Anything else is *void*: it takes its place, and its bytes count in the link, but it changes
nothing.

Whoever reads the same bytes comes to the same verdicts; nothing else goes into them, no clock and
no lease. A leader has one record under way at a time. Where its place was taken by a void one, it
writes its record again, behind that.
"""

from enum import IntEnum
from hashlib import blake2b
from typing import Annotated

import msgspec

from chatd.errors import LogBroken, MessagesMissing

DIGEST_BYTES = 16
LINK_BYTES = 32
PARTS_MAX = 256
NODE_CHARACTERS_MAX = 64
OVERHEAD_BYTES_MAX = 512
"""What a record has beside its body and the requests that it names."""
REQUEST_BYTES_MAX = 32
"""What a request takes that is named."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Part = Annotated[int, msgspec.Meta(ge=1, le=PARTS_MAX)]
NodeName = Annotated[str, msgspec.Meta(min_length=1, max_length=NODE_CHARACTERS_MAX)]
LinkBytes = Annotated[bytes, msgspec.Meta(min_length=LINK_BYTES, max_length=LINK_BYTES)]


class Kind(IntEnum):
    LED = 1
    TICK = 2


class RequestId(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A forwarded request. run: of the node that forwarded it. counter: its number there."""

    run: Annotated[bytes, msgspec.Meta(max_length=16)]
    counter: Count


Requests = tuple[RequestId, ...]


class Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """kind: of LED the body is empty. part: of `parts`; only the last names requests."""

    kind: Kind
    seq: Count
    term: Count
    node: NodeName
    link: LinkBytes
    part: Part
    parts: Part
    requests: Requests
    body: bytes


def encode_record(record: Record) -> bytes:
    """Return the bytes that are appended to the log."""
    content = msgspec.msgpack.encode(record)
    return _digest(content) + content


def decode_record(payload: bytes) -> Record | None:
    """Return what the bytes of a record say, None if they are none."""
    digest, content = payload[:DIGEST_BYTES], payload[DIGEST_BYTES:]
    if digest != _digest(content):
        return None
    try:
        return msgspec.msgpack.decode(content, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


# -- verdicts --------------------------------------------------------------------------------


class Led(msgspec.Struct, frozen=True):
    """From here on `node` leads."""

    term: int
    node: str


class Tick(msgspec.Struct, frozen=True):
    """A tick has effect. requests: that it did. body: its events, whole."""

    requests: Requests
    body: bytes


class PartRead(msgspec.Struct, frozen=True):
    """A part of a tick, which has effect with its last one."""


class Void(msgspec.Struct, frozen=True):
    """Nothing has effect here. forks: it would lead, behind another past than ours."""

    why: str
    forks: bool = False


Verdict = Led | Tick | PartRead | Void


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The end of a log as far as it was read: what a snapshot has to keep to go on behind it.

    seq, link: of the last record. term, node: of the last `Led` that has effect; 0 and "" if there
    is none. parts: what has come of a tick. parts_count: how many it has.
    """

    seq: int
    link: bytes
    term: int = 0
    node: str = ""
    parts: tuple[bytes, ...] = ()
    parts_count: int = 0


def first_head(seq: int, secret: bytes) -> Head:
    """Return where a log begins that has nothing yet: behind `seq`, the tick of its snapshot.

    secret: of the store, so that the log of another one does not fit.
    """
    return Head(seq, blake2b(secret, digest_size=LINK_BYTES, person=b"chatd log").digest())


class Chain:
    """Judges record after record. head: as of the last one judged."""

    def __init__(self, head: Head) -> None:
        self.head = head

    def judge(self, seq: int, payload: bytes) -> Verdict:
        """Return what the record at `seq` does, and go on behind it.

        Raises MessagesMissing and LogBroken; the chain then stays where it is.
        """
        head = self.head
        if seq != head.seq + 1:
            raise MessagesMissing(head.seq + 1, seq - 1)
        verdict, after = _judge(head, decode_record(payload))
        link = blake2b(head.link, digest_size=LINK_BYTES)
        link.update(payload)
        self.head = msgspec.structs.replace(after, seq=seq, link=link.digest())
        return verdict


def _judge(head: Head, record: Record | None) -> tuple[Verdict, Head]:
    if record is None:
        return Void("no record of ours"), head
    if record.seq != head.seq + 1:
        return Void(f"it belongs to place {record.seq}"), head
    if record.kind is Kind.LED:
        if record.term != head.term + 1:
            return Void(f"to lead in term {record.term}, where {head.term} is"), head
        if record.link != head.link:
            return Void(f"{record.node} would lead behind another past", forks=True), head
        return Led(record.term, record.node), Head(0, b"", record.term, record.node)
    if (record.term, record.node) != (head.term, head.node):
        return Void(f"by {record.node} in term {record.term}"), head
    if record.link != head.link:
        raise LogBroken(record.seq, f"{record.node} wrote it behind another past than ours")
    return _judge_part(head, record)


def _judge_part(head: Head, record: Record) -> tuple[Verdict, Head]:
    if record.part != len(head.parts) + 1 or head.parts_count not in (0, record.parts):
        raise LogBroken(record.seq, f"part {record.part} of {record.parts} is not the next one")
    parts = (*head.parts, record.body)
    if len(parts) < record.parts:
        return PartRead(), Head(0, b"", head.term, head.node, parts, record.parts)
    return Tick(record.requests, b"".join(parts)), Head(0, b"", head.term, head.node)


# -- writing ---------------------------------------------------------------------------------


def encode_led(head: Head, node: str) -> bytes:
    """Return the record by which a node leads, if it gets in right behind `head`."""
    return encode_record(
        Record(Kind.LED, head.seq + 1, head.term + 1, node, head.link, 1, 1, (), b"")
    )


class TickWriter:
    """A tick on its way into the log, in as many records as it needs.

    Each is encoded for the place where it goes, and again for another if that was taken. So call
    `encode` with the head behind which it is to stand, and as long as parts are left.
    """

    def __init__(self, node: str, requests: Requests, body: bytes, record_bytes_max: int) -> None:
        """record_bytes_max: the largest record that the engine takes.

        Raises ValueError if the tick is too large even in parts.
        """
        size = record_bytes_max - OVERHEAD_BYTES_MAX - REQUEST_BYTES_MAX * len(requests)
        if size <= 0 or len(body) > size * PARTS_MAX:
            raise ValueError(f"a tick of {len(body)} bytes, in records of {record_bytes_max}")
        self._node = node
        self._requests = requests
        self._bodies = [body[at : at + size] for at in range(0, len(body), size)] or [b""]

    def encode(self, head: Head) -> bytes:
        """Return the next record, to be appended right behind `head`."""
        part, parts = len(head.parts) + 1, len(self._bodies)
        assert head.node == self._node, "another node leads"
        assert part <= parts and head.parts_count in (0, parts), "another tick is on its way"
        requests = self._requests if part == parts else ()
        return encode_record(
            Record(
                Kind.TICK, head.seq + 1, head.term, self._node, head.link,
                part, parts, requests, self._bodies[part - 1],
            )
        )  # fmt: skip
