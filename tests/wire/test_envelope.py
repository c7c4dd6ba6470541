"""Envelopes: what is one, what is none, and that garbage costs a bounded amount."""

import tracemalloc
from struct import pack
from typing import Any

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.errors import WIRE_ERRORS, NotFound, ProtocolError, RateLimited
from chatd.wire.envelope import (
    ID_MAX,
    NESTED_ITEMS_MAX,
    Envelope,
    Notification,
    Request,
    Response,
    decode_envelope,
    encode_error,
    encode_notification,
    encode_request,
    encode_result,
)
from chatd.wire.frames import HEADER, PAYLOAD_BYTES_MAX

DECODE_BYTES_MAX = 32 * 1024 * 1024
"""What the worst payload of the largest frame may cost while it is decoded."""

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
maps = st.dictionaries(st.text(max_size=8), values, max_size=5)


def payload_of(frame: bytes) -> bytes:
    (size,) = HEADER.unpack_from(frame)
    assert len(frame) == HEADER.size + size
    return frame[HEADER.size :]


def decode_inside(payload: bytes) -> Any:
    """Return what a value is read as that stands inside an envelope."""
    envelope = decode_envelope(b"\x93\x02\xa1m" + payload)
    assert isinstance(envelope, Notification)
    return envelope.params


# -- there and back --------------------------------------------------------------------------


def test_lone_surrogate_in_a_text_is_a_character_that_cannot_be_shown() -> None:
    texts = ["a\ud83d", "\udc00\udc00", "\U0001f600"]
    payload = msgpack.packb(texts, unicode_errors="surrogatepass")
    assert decode_inside(payload) == ["a\ufffd", "\ufffd\ufffd", "\U0001f600"]


@pytest.mark.parametrize("text", [b"\xff", b"\xed", b"\xed\xa0", b"a\xc3", b"\xed\xa0\xff"])
def test_text_that_is_no_utf_8_is_refused(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_inside(bytes([0xA0 + len(text)]) + text)


@given(st.integers(0, ID_MAX), st.text(max_size=40), maps)
def test_request_comes_back_as_it_was(request_id: int, method: str, params: Any) -> None:
    payload = payload_of(encode_request(request_id, method, params))
    assert decode_envelope(payload) == Request(request_id, method, params)
    assert msgpack.unpackb(payload) == [0, request_id, method, params]


@given(st.text(max_size=40), maps)
def test_notification_comes_back_as_it_was(method: str, params: Any) -> None:
    payload = payload_of(encode_notification(method, params))
    assert decode_envelope(payload) == Notification(method, params)
    assert msgpack.unpackb(payload) == [2, method, params]


@given(st.integers(0, ID_MAX), maps)
def test_result_comes_back_as_it_was(request_id: int, result: Any) -> None:
    payload = payload_of(encode_result(request_id, result))
    assert decode_envelope(payload) == Response(request_id, None, result)
    assert msgpack.unpackb(payload) == [1, request_id, None, result]


def test_error_is_a_map_of_code_message_and_detail() -> None:
    error = RateLimited("too much", limit=20, reset_at=7)
    assert msgpack.unpackb(payload_of(encode_error(3, error))) == [
        1,
        3,
        {"code": "rate_limited", "message": "too much", "limit": 20, "reset_at": 7},
        None,
    ]


def test_every_error_has_a_word_of_its_own() -> None:
    assert len(WIRE_ERRORS) == 16
    assert WIRE_ERRORS["not_found"] is NotFound
    assert all(code == error("why").to_wire()["code"] for code, error in WIRE_ERRORS.items())


# -- what is no envelope ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        {},
        {"id": 1},
        [],
        [None],
        [True, 1, "ping", {}],
        [0.0, 1, "ping", {}],
        ["0", 1, "ping", {}],
        [3, 1, "ping", {}],
        [-1, 1, "ping", {}],
        [0],
        [0, 1, "ping"],
        [0, 1, "ping", {}, None],
        [0, -1, "ping", {}],
        [0, ID_MAX + 1, "ping", {}],
        [0, 1.0, "ping", {}],
        [0, "1", "ping", {}],
        [0, None, "ping", {}],
        [0, 1, b"ping", {}],
        [0, 1, 7, {}],
        [1, 1, None],
        [2, "pong"],
        [2, "pong", {}, {}],
        [2, None, {}],
    ],
    ids=repr,
)
def test_value_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ProtocolError):
        decode_envelope(msgpack.packb(value))


@pytest.mark.parametrize("request_id", [0, 1, ID_MAX])
def test_request_id_at_its_bounds_is_taken(request_id: int) -> None:
    request = decode_envelope(msgpack.packb([0, request_id, "ping", {}]))
    assert request == Request(request_id, "ping", {})


@pytest.mark.parametrize("params", [None, 7, [1, 2], "text", {"a": [{"b": None}]}], ids=repr)
def test_params_are_anything_that_the_command_will_refuse_by_itself(params: object) -> None:
    assert decode_envelope(msgpack.packb([0, 1, "ping", params])) == Request(1, "ping", params)


# -- what is no value ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",  # never used by msgpack
        b"\x93\x00\x01",  # truncated
        b"\x90\x90",  # two values
        b"\xa1\xff",  # a string that is not UTF-8
        b"\x81\x01\x02",  # a key that is no string
        b"\x81\x90\x02",  # a key that can't be one
        b"\x81\xc0\x02",
        b"\xd4\x05\x00",  # extensions, of one byte, of none, and a time
        b"\xc7\x00\x05",
        b"\xc7\x00\xff",
        b"\xd6\xff\x00\x00\x00\x00",
        b"\xdd\xff\xff\xff\xff",  # announced lengths that never come
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x01",
    ],
    ids=bytes.hex,
)
def test_payload_that_is_not_exactly_one_plain_value_is_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_inside(payload)


@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("kind", ["array", "map"])
def test_array_or_map_is_bounded(kind: str, over: int) -> None:
    count = NESTED_ITEMS_MAX + over
    value: object = [0] * count if kind == "array" else {str(n): n for n in range(count)}
    if over:
        with pytest.raises(ProtocolError):
            decode_inside(msgpack.packb(value))
    else:
        assert decode_inside(msgpack.packb(value)) == value


def nested(opening: bytes, depth: int) -> bytes:
    """Return a payload that opens so many arrays or maps and closes none of them early."""
    return opening * depth + b"\xc0"


@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xa1k"], ids=["arrays", "maps"])
@pytest.mark.parametrize("depth", [100, 500, 1_000, 5_000, 21_000])
def test_deep_nesting_is_a_value_or_refused_and_never_more(opening: bytes, depth: int) -> None:
    payload = b"\x94\x00\x01\xa4ping" + nested(opening, depth)
    assert len(payload) <= PAYLOAD_BYTES_MAX
    try:
        envelope = decode_envelope(payload)
    except ProtocolError:
        assert depth > 100
    else:
        assert isinstance(envelope, Request)


@pytest.mark.parametrize(
    "payload",
    [
        (b"\xdd" + pack(">I", NESTED_ITEMS_MAX)) * (PAYLOAD_BYTES_MAX // 5),
        b"\xdc\x04\x00" + (b"\xdc\x04\x00" + b"\x90" * 1_000) * 60,
        b"\xdc\x04\x00" + b"\x81\xa1k\x90" * 1_024,
        b"\x91" * PAYLOAD_BYTES_MAX,
    ],
    ids=["announced arrays", "empty arrays", "maps", "nesting"],
)
def test_worst_payload_costs_bounded_memory(payload: bytes) -> None:
    tracemalloc.start()
    try:
        try:
            decode_envelope(payload)
        except ProtocolError:
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < DECODE_BYTES_MAX


@given(st.binary(max_size=200))
@example(b"\x94\x00\x01\xa4ping\x80")
def test_garbage_is_an_envelope_or_refused_and_nothing_else(payload: bytes) -> None:
    try:
        envelope = decode_envelope(payload)
    except ProtocolError:
        return
    assert isinstance(envelope, Envelope)


@given(st.integers(0, ID_MAX), st.text(max_size=10), maps, st.data())
def test_mutated_envelope_is_an_envelope_or_refused_and_nothing_else(
    request_id: int, method: str, params: Any, data: st.DataObject
) -> None:
    payload = bytearray(payload_of(encode_request(request_id, method, params)))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(decode_envelope(bytes(payload)), Envelope)
    except ProtocolError:
        pass
