"""The client protocol of NATS: whatever way bytes are cut, and whatever bytes they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.cluster.nats.headers import NO_HEADERS, Headers, decode_headers, encode_headers
from chatd.cluster.nats.protocol import (
    HEADERS_BYTES_MAX,
    LINE_BYTES_MAX,
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
    encode_publish,
    encode_subscribe,
    encode_unsubscribe,
)
from chatd.errors import EngineProtocolError

INFO = b'INFO {"server_id":"A","server_name":"n1","version":"2.12.0","max_payload":64} \r\n'

subjects = st.text("abc$_-.9ж", min_size=1, max_size=12)
names = st.text("AbZ-_9", min_size=1, max_size=8)
values = st.text(max_size=12).map(
    lambda text: " ".join(text.split()).replace("\x1c", "").encode("utf-8", "ignore").decode()
)
fields = st.lists(st.tuples(names, values.filter(lambda v: v == v.strip())), max_size=4).map(tuple)
messages = st.builds(
    Message,
    st.integers(0, 999_999),
    subjects,
    subjects | st.just(""),
    st.builds(Headers, fields=fields),
    st.binary(max_size=40),
)
events = st.one_of(
    messages,
    st.sampled_from([Ping(), Pong(), Ok(), Err("Stale Connection")]),
    st.builds(Info, names, names, names, st.integers(1, 2**31)),
)


def as_sent(event: Event) -> bytes:
    """Return an event as a server sends it."""
    match event:
        case Ping() | Pong():
            return type(event).__name__.upper().encode() + b"\r\n"
        case Ok():
            return b"+OK\r\n"
        case Err():
            return f"-ERR '{event.reason}'\r\n".encode()
        case Info():
            told = f'"server_id":"{event.server_id}","server_name":"{event.server_name}"'
            rest = f'"version":"{event.version}","max_payload":{event.max_payload},"new":[1]'
            return f"INFO {{{told},{rest}}} \r\n".encode()
    block = encode_headers(event.headers.fields)
    total = len(block) + len(event.payload)
    sizes = f"{len(block)} {total}" if block else f"{total}"
    line = f"{'HMSG' if block else 'MSG'} {event.subject} {event.sid} {event.reply} {sizes}\r\n"
    return line.encode() + block + event.payload + b"\r\n"


def pulled(decoder: Decoder) -> list[Event]:
    came = []
    while (event := decoder.next_event()) is not None:
        came.append(event)
    return came


@given(st.lists(events, max_size=5), st.data())
def test_events_come_out_as_they_went_in_however_they_are_cut(
    sent: list[Event], data: st.DataObject
) -> None:
    stream = b"".join(map(as_sent, sent))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
    for places in (cuts, range(len(stream))):  # by chance, and at every byte
        decoder, came, start = Decoder(), [], 0
        for end in (*places, len(stream)):
            decoder.feed(stream[start:end])
            came += pulled(decoder)
            start = end
        assert came == sent
        assert decoder.buffered_bytes == 0


@given(st.lists(st.sampled_from([b"MSG a 1 ", b"HMSG", b"\r\n", b"9", b" 3", b"INFO {", b"\xff"])
                | st.binary(max_size=6)).map(b"".join))  # fmt: skip
def test_hostile_bytes_are_events_or_one_kind_of_error_that_stays(stream: bytes) -> None:
    decoder = Decoder()
    decoder.feed(stream)
    try:
        pulled(decoder)
    except EngineProtocolError as error:
        decoder.feed(b"PING\r\n")
        with pytest.raises(EngineProtocolError) as again:
            decoder.next_event()
        assert again.value is error


@pytest.mark.parametrize(
    "line",
    [
        b"HELLO", b"", b"MSG a 1", b"MSG a b 1", b"MSG a 1 r 2 3", b"MSG a 1 -1", b"MSG a 1 1e3",
        b"MSG a 1 9999999999", b"HMSG a 1 5", b"HMSG a 1 5 4", b"MSG \xff 1 0", b"INFO",
        b"INFO []", b"INFO {}", b"INFO " + b"[" * 20_000, b"-ERR '\xff'", INFO[:-8] + b"0}",
    ],
)  # fmt: skip
def test_line_that_no_server_sends_is_refused(line: bytes) -> None:
    decoder = Decoder()
    decoder.feed(line + b"\r\n")
    with pytest.raises(EngineProtocolError):
        decoder.next_event()


def test_message_that_does_not_end_where_its_line_says_is_refused() -> None:
    decoder = Decoder()
    decoder.feed(b"MSG a 1 2\r\nabcd")
    with pytest.raises(EngineProtocolError, match="longer or shorter"):
        decoder.next_event()


def test_line_at_the_bound_comes_and_one_byte_over_is_refused_before_its_end() -> None:
    decoder = Decoder()
    decoder.feed(b"-ERR '" + b"x" * (LINE_BYTES_MAX - 7) + b"'\r\n")
    assert isinstance(decoder.next_event(), Err)
    decoder.feed(b"x" * LINE_BYTES_MAX)
    assert decoder.next_event() is None
    decoder.feed(b"x")
    with pytest.raises(EngineProtocolError, match="a line of more than"):
        decoder.next_event()


def test_message_at_the_bound_is_waited_for_and_one_byte_over_is_refused_by_its_line() -> None:
    decoder = Decoder()
    decoder.payload_bytes_max = 10
    decoder.feed(f"MSG a 1 {10 + HEADERS_BYTES_MAX}\r\n".encode())
    assert decoder.next_event() is None
    decoder.feed(b"x" * (10 + HEADERS_BYTES_MAX) + b"\r\n")
    assert isinstance(decoder.next_event(), Message)
    decoder.feed(f"MSG a 1 {11 + HEADERS_BYTES_MAX}\r\n".encode())
    with pytest.raises(EngineProtocolError, match="at most 10"):
        decoder.next_event()


# -- headers ---------------------------------------------------------------------------------


def test_status_and_fields_of_a_server_are_read() -> None:
    block = b"NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Stream: 5\r\nA:x\r\nA: y:z \r\n\r\n"
    headers = decode_headers(block)
    assert (headers.status, headers.description) == (100, "Idle Heartbeat")
    assert headers.fields == (("Nats-Last-Stream", "5"), ("A", "x"), ("A", "y:z"))
    assert headers.last("A") == "y:z"
    assert headers.number("Nats-Last-Stream") == 5


@pytest.mark.parametrize("value", ["", "-1", "1.0", "٣", "9" * 21])
def test_value_that_is_no_number_is_none(value: str) -> None:
    assert Headers(fields=(("N", value),)).number("N") is None


@pytest.mark.parametrize("status", [b"20", b"2044", b"2x4", "٢٠٤".encode()])
def test_status_that_is_no_number_of_three_digits_is_none(status: bytes) -> None:
    assert decode_headers(b"NATS/1.0 " + status + b" EOB\r\n\r\n") == NO_HEADERS


@given(st.binary(max_size=60))
def test_junk_in_the_place_of_headers_hides_nothing_that_stands_behind_it(junk: bytes) -> None:
    # As a server adds its own to what a publisher wrote.
    headers = decode_headers(junk + b"\r\nNats-Sequence: 4\r\n\r\n")
    assert headers.number("Nats-Sequence") == 4
    decoder = Decoder()
    decoder.feed(b"HMSG a 1 %d %d\r\n%sx\r\n" % (len(junk), len(junk) + 1, junk))
    event = decoder.next_event()
    assert isinstance(event, Message) and event.payload == b"x"


# -- what a client says ----------------------------------------------------------------------


def test_what_a_client_says_is_as_the_protocol_has_it() -> None:
    assert encode_publish("a.b", b"hi") == b"PUB a.b 2\r\nhi\r\n"
    assert encode_publish("a", b"", "r") == b"PUB a r 0\r\n\r\n"
    block = encode_headers([("N", "v")])
    assert block == b"NATS/1.0\r\nN: v\r\n\r\n"
    assert encode_publish("a", b"hi", "r", block) == b"HPUB a r 18 20\r\n" + block + b"hi\r\n"
    assert encode_subscribe("a.*", 7) == b"SUB a.* 7\r\n"
    assert encode_unsubscribe(7) == b"UNSUB 7\r\n"
    said = encode_connect(Connect("n", "1", user="u", password="p"))
    assert said.startswith(b"CONNECT {") and said.endswith(b"}\r\n")
    assert b'"user":"u"' in said and b'"pass":"p"' in said and b"auth_token" not in said


@pytest.mark.parametrize("subject", ["", "a b", "a\r\nPUB b 0", "a\tb"])
def test_subject_that_would_be_more_than_one_word_is_a_bug(subject: str) -> None:
    with pytest.raises(AssertionError):
        encode_publish(subject, b"")


@pytest.mark.parametrize("field", [("N", "a\r\nM: b"), ("N:", "a"), ("", "a"), ("N", " a")])
def test_field_that_would_be_another_one_is_a_bug(field: tuple[str, str]) -> None:
    with pytest.raises(AssertionError):
        encode_headers([field])
