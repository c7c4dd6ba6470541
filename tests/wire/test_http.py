"""The gate and the codec of HTTP: what is one request to all, and what is refused."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.errors import HttpError
from chatd.wire.codec import Close, SendBytes, Yield
from chatd.wire.http.chunks import CHUNKS_PER_TURN, LINE_BYTES_MAX
from chatd.wire.http.codec import BODY_BYTES_MAX, HttpCodec
from chatd.wire.http.gate import FIELDS_MAX, HEAD_BYTES_MAX, REQUEST_LINE_BYTES_MAX
from chatd.wire.http.message import HttpRequest, HttpResponse, accepts, accepts_gzip
from tests.simulation.web import replies, request

NOW_MS = 1_790_000_000_000
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


def conversation(chunks: Iterator[bytes] | list[bytes]) -> tuple[list[HttpRequest], bytes]:
    """Return the requests in some bytes, and what a server that answers each would send."""
    codec = HttpCodec()
    asked: list[HttpRequest] = []
    sent = b""
    for chunk in chunks:
        codec.feed(chunk)
        try:
            while (event := codec.next_event()) is not None:
                if isinstance(event, Close):
                    return asked, sent
                if isinstance(event, HttpRequest):
                    asked.append(event)
                    sent += codec.encode_response(HttpResponse(200, event.body), NOW_MS)
                elif not isinstance(event, Yield):
                    assert isinstance(event, SendBytes) and event.data.startswith(b"HTTP/1.1 100")
        except HttpError as error:
            return asked, sent + codec.encode_fatal(error)
    return asked, sent


def whole(data: bytes) -> tuple[list[HttpRequest], bytes]:
    """Feed everything at once, and see that bytes one by one come to the same."""
    at_once = conversation([data])
    by_bytes = conversation(data[i : i + 1] for i in range(len(data)))
    assert by_bytes == at_once
    return at_once


def status_of(data: bytes) -> int:
    """Return the status of the one answer to bytes that are refused."""
    asked, sent = whole(data)
    assert asked == []
    (reply,) = replies(sent, "POST")
    assert reply.fields["connection"] == "close"
    assert reply.fields["content-type"] == "application/problem+json"
    return reply.status


# -- What is taken ---------------------------------------------------------------------------


def test_a_request_is_read_with_its_fields_and_body() -> None:
    (asked,), _ = whole(request("POST", "/a/b?c=d", b"body", X_Thing=" one ", host="x"))
    assert (asked.method, asked.path, asked.query, asked.body) == (
        "POST",
        "/a/b",
        "c=d",
        b"body",
    )
    assert asked.fields == {"host": "x", "x-thing": "one", "content-length": "4"}


def test_requests_in_one_read_are_answered_one_after_the_other() -> None:
    data = request("POST", "/1", b"one") + request("GET", "/2") + request("POST", "/3", b"three")
    asked, sent = whole(data)
    assert [r.path for r in asked] == ["/1", "/2", "/3"]
    assert [r.body for r in replies(sent, "POST", "GET", "POST")] == [b"one", b"", b"three"]


def test_a_body_in_chunks_is_joined_and_what_follows_it_is_read() -> None:
    body = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    asked, _ = whole(CHUNKED + body + request("GET", "/next"))
    assert [(r.path, r.body) for r in asked] == [("/", b"abcde"), ("/next", b"")]


def test_one_empty_line_may_stand_in_front() -> None:
    (asked,), _ = whole(b"\r\n" + request("GET", "/"))
    assert asked.path == "/"
    assert status_of(b"\r\n\r\n" + request("GET", "/")) == 400


def test_an_absolute_target_names_the_host_of_the_field() -> None:
    (asked,), _ = whole(request("GET", "http://X:80/a?b", host="x:80"))
    assert (asked.path, asked.query) == ("/a", "b")
    assert status_of(request("GET", "http://other/a", host="x")) == 400


def test_another_protocol_is_not_changed_to_and_what_follows_is_read() -> None:
    fields = {"upgrade": "h2c", "connection": "Upgrade, HTTP2-Settings"}
    asked, _ = whole(request("POST", "/1", b"one", **fields) + request("GET", "/2"))
    assert [(r.path, r.body) for r in asked] == [("/1", b"one"), ("/2", b"")]


def test_nothing_is_read_behind_connection_close() -> None:
    asked, sent = whole(request("GET", "/1", connection="close") + request("GET", "/2"))
    assert [r.path for r in asked] == ["/1"]
    assert replies(sent, "GET")[0].fields["connection"] == "close"


def test_expect_is_answered_before_the_body_and_once() -> None:
    codec = HttpCodec()
    head = request("POST", "/", host="x", expect="100-continue", content_length="2")
    codec.feed(head)
    said = codec.next_event()
    assert isinstance(said, SendBytes) and said.data.startswith(b"HTTP/1.1 100 ")
    assert codec.next_event() is None
    codec.feed(b"o")
    assert codec.next_event() is None
    codec.feed(b"k")
    asked = codec.next_event()
    assert isinstance(asked, HttpRequest) and asked.body == b"ok"


def test_expect_is_not_answered_when_the_body_came_along() -> None:
    codec = HttpCodec()
    codec.feed(request("POST", "/", b"ok", host="x", expect="100-continue"))
    assert isinstance(codec.next_event(), HttpRequest)


def test_head_has_the_fields_of_get_and_no_body() -> None:
    response = HttpResponse(200, b"x" * 2000, "text/plain")
    sent = []
    for method in ("GET", "HEAD"):
        codec = HttpCodec()
        codec.feed(request(method, "/", host="x"))
        codec.next_event()
        sent.append(replies(codec.encode_response(response, NOW_MS), method)[0])
    assert sent[0].fields == sent[1].fields
    assert (len(sent[0].body), len(sent[1].body)) == (2000, 0)


# -- What is refused -------------------------------------------------------------------------

CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"

SMUGGLING = {
    "a length beside chunks": CHUNKED.replace(b"host", b"content-length: 3\r\nhost") + CHUNKS,
    "two lengths": request("POST", "/", b"abc", Content_Length="3").replace(
        b"Content-Length", b"content-length: 4\r\ncontent-length"
    ),
    "a list of lengths": request("POST", "/", b"abc", content_length="3, 3"),
    "a signed length": request("POST", "/", b"abc", content_length="+3"),
    "a length in hexadecimal": request("POST", "/", b"abc", content_length="0x3"),
    "a length of other digits": request("POST", "/", b"abc").replace(b": 3", ": ٣".encode()),
    "an endless length": request("POST", "/", b"abc", content_length="9" * 30),
    "a bare line feed": request("GET", "/").replace(b"\r\n", b"\n"),
    "a bare line feed within": b"GET / HTTP/1.1\r\nhost: x\nfoo: bar\r\n\r\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nhost: x\rfoo: bar\r\n\r\n",
    "a folded field": b"GET / HTTP/1.1\r\nhost: x\r\nfoo: a\r\n b\r\n\r\n",
    "a field folded at the start": b"GET / HTTP/1.1\r\n host: x\r\n\r\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\nhost: x\r\n: y\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nhost: x\r\nfoo\r\n\r\n",
    "a zero byte in a field": b"GET / HTTP/1.1\r\nhost: x\r\nfoo: a\0b\r\n\r\n",
    "a control character in a field": b"GET / HTTP/1.1\r\nhost: x\r\nfoo: a\x7fb\r\n\r\n",
    "a zero byte in the target": b"GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
    "two blanks in the request line": b"GET  / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a tab in the request line": b"GET\t/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a method in lower case": b"Get / HTTP/1.1\r\nhost: x\r\n\r\n",
    "no version": b"GET /\r\nhost: x\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\nfoo: bar\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n",
    "a target without a slash": b"GET foo HTTP/1.1\r\nhost: x\r\n\r\n",
    "a chunk that is not of its size": CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n",
    "a chunk of no size": CHUNKED + b"\r\nabc\r\n0\r\n\r\n",
    "a chunk of a signed size": CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n",
    "a chunk with a bare line feed": CHUNKED + b"3\nabc\r\n0\r\n\r\n",
    "a trailer": CHUNKED + b"3\r\nabc\r\n0\r\nfoo: bar\r\n\r\n",
    "an end with bare line feeds": CHUNKED + b"3\r\nabc\r\n0\r\n\n",
    "an end of two zeros": CHUNKED + b"3\r\nabc\r\n00\r\n\r\n",
    "an end with an extension": CHUNKED + b"3\r\nabc\r\n0;x\r\n\r\n",
    "a chunk without its end": CHUNKED + b"3\r\nabc0\r\n\r\n",
    "a chunk of a size in C": CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk of a size in Python": CHUNKED + b"0_3\r\nabc\r\n0\r\n\r\n",
    "a chunk of an endless size": CHUNKED + b"0" * 30 + b"3\r\nabc\r\n0\r\n\r\n",
    "a blank before a size": CHUNKED + b" 3\r\nabc\r\n0\r\n\r\n",
    "a blank behind a size": CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n",
    "an extension with a bare line feed": CHUNKED + b"3;x\ny\r\nabc\r\n0\r\n\r\n",
    "an extension with a bare carriage return": CHUNKED + b"3;x\ry\r\nabc\r\n0\r\n\r\n",
    "an extension with a zero byte": CHUNKED + b"3;x\0y\r\nabc\r\n0\r\n\r\n",
    "two codings": CHUNKED.replace(b"host", b"transfer-encoding: chunked\r\nhost") + CHUNKS,
    "two lengths that agree": request("POST", "/", b"abc", Content_Length="3").replace(
        b"Content-Length", b"content-length: 3\r\ncontent-length"
    ),
    "a vertical tab before a coding": CHUNKED.replace(b": chunked", b":\x0bchunked") + CHUNKS,
    "a target with a fragment": b"GET /a#b HTTP/1.1\r\nhost: x\r\n\r\n",
    "a target with somebody's name": b"GET http://a@x/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "a tunnel": b"CONNECT x:80 HTTP/1.1\r\nhost: x:80\r\n\r\n",
}


@pytest.mark.parametrize("data", SMUGGLING.values(), ids=SMUGGLING.keys())
def test_what_could_be_read_in_two_ways_is_refused(data: bytes) -> None:
    assert status_of(data + request("GET", "/smuggled")) == 400


@pytest.mark.parametrize("coding", ["gzip", "chunked, gzip", "gzip, chunked", "xchunked", ""])
def test_another_transfer_encoding_is_refused(coding: str) -> None:
    data = CHUNKED.replace(b": chunked", b": " + coding.encode())
    assert status_of(data + b"0\r\n\r\n") == 501


@pytest.mark.parametrize("version", ["0.9", "1.0", "1.2", "2.0"])
def test_another_version_is_refused(version: str) -> None:
    assert status_of(request("GET", "/").replace(b"1.1", version.encode())) == 505


def test_another_expectation_is_refused() -> None:
    assert status_of(request("POST", "/", b"", expect="wonders")) == 417


# -- Bounds ----------------------------------------------------------------------------------


def test_a_request_line_at_the_bound_is_taken_and_one_over_is_refused() -> None:
    fits = "/" + "a" * (REQUEST_LINE_BYTES_MAX - len("GET / HTTP/1.1\r\n"))
    (asked,), _ = conversation([request("GET", fits)])
    assert asked.path == fits
    _, sent = conversation([request("GET", fits + "a")])
    assert replies(sent, "GET")[0].status == 414


def test_a_request_line_is_refused_before_it_ends() -> None:
    _, sent = conversation([b"GET /" + b"a" * REQUEST_LINE_BYTES_MAX])
    assert replies(sent, "GET")[0].status == 414


def test_a_head_at_the_bound_is_taken_and_one_over_is_refused() -> None:
    empty = len(request("GET", "/", foo=""))
    value = "a" * (HEAD_BYTES_MAX - empty)
    assert len(conversation([request("GET", "/", foo=value)])[0]) == 1
    _, sent = conversation([request("GET", "/", foo=value + "a")])
    assert replies(sent, "GET")[0].status == 431


def test_a_head_that_does_not_end_is_refused_at_the_bound() -> None:
    _, sent = conversation([b"GET / HTTP/1.1\r\nfoo: " + b"a" * HEAD_BYTES_MAX])
    assert replies(sent, "GET")[0].status == 431


def test_a_megabyte_of_fields_in_one_read_is_refused() -> None:
    _, sent = conversation([b"GET / HTTP/1.1\r\n" + b"foo: bar\r\n" * 100_000])
    assert replies(sent, "GET")[0].status == 431


def test_as_many_fields_as_allowed_are_taken_and_one_more_is_refused() -> None:
    fields = {f"x{i}": "" for i in range(FIELDS_MAX - 1)}  # and the host
    assert len(conversation([request("GET", "/", None, **fields)])[0]) == 1
    _, sent = conversation([request("GET", "/", None, **fields, more="")])
    assert replies(sent, "GET")[0].status == 431


def test_a_body_at_the_bound_is_taken_and_one_over_is_refused_before_it_comes() -> None:
    (asked,), _ = conversation([request("POST", "/", b"a" * BODY_BYTES_MAX)])
    assert len(asked.body) == BODY_BYTES_MAX
    head = request("POST", "/", host="x", content_length=str(BODY_BYTES_MAX + 1))
    _, sent = conversation([head])
    assert replies(sent, "POST")[0].status == 413


def test_many_chunks_are_read_in_many_turns() -> None:
    codec = HttpCodec()
    codec.feed(CHUNKED + b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n")
    events = 0
    while isinstance(event := codec.next_event(), Yield):
        events += 1
    assert events == 10_000 // CHUNKS_PER_TURN
    assert isinstance(event, HttpRequest) and event.body == b"x" * 10_000


def test_a_body_in_chunks_is_refused_at_the_bound() -> None:
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    _, sent = conversation([CHUNKED, *[chunk] * (BODY_BYTES_MAX // 0x4000 + 1)])
    assert replies(sent, "POST")[0].status == 413


def test_the_size_of_a_chunk_at_the_bound_is_taken_and_one_over_is_refused() -> None:
    fits = b"3;".ljust(LINE_BYTES_MAX - 2, b"x") + b"\r\n"
    assert len(fits) == LINE_BYTES_MAX
    rest = b"abc\r\n0\r\n\r\n"
    assert whole(CHUNKED + fits + rest)[0][0].body == b"abc"
    assert status_of(CHUNKED + b"3;x" + fits[2:] + rest) == 400
    assert status_of(CHUNKED + b"3;" + b"x" * LINE_BYTES_MAX) == 400


def test_trailers_without_end_are_refused_at_the_first() -> None:
    assert status_of(CHUNKED + b"0\r\nfoo: bar\r\n") == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_asked_for() -> None:
    head = request("POST", "/", expect="100-continue", content_length=str(BODY_BYTES_MAX + 1))
    assert status_of(head) == 413


# -- Splits ----------------------------------------------------------------------------------

PARTS = [
    request("GET", "/1"),
    request("POST", "/2", b"body"),
    CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
    request("GET", "/4", connection="close"),
    *SMUGGLING.values(),
]


@given(st.lists(st.sampled_from(PARTS), max_size=5), st.data())
def test_how_bytes_are_split_changes_nothing(parts: list[bytes], data: st.DataObject) -> None:
    joined = b"".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(joined)), max_size=8).map(sorted))
    edges = [0, *cuts, len(joined)]
    chunks = [joined[a:b] for a, b in zip(edges, edges[1:], strict=False) if a < b]
    assert conversation(chunks) == conversation([joined])


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_letter_are_refused_or_waited_for(noise: bytes) -> None:
    conversation([b"P", noise])
    conversation([b"POST / HTTP/1.1\r\nhost: x\r\n", noise])
    conversation([CHUNKED, noise])


# -- What a client takes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "taken"),
    [
        ("application/json", True),
        ("application/*", True),
        ("text/html, */*;q=0.1", True),
        ("*/*", True),
        ("text/html", False),
        ("application/json;q=0", False),
        ("application/json;q=0, */*", False),
        ("", False),
        ("application/json;q=much", False),
    ],
)
def test_accept_is_read_with_its_weights(field: str, taken: bool) -> None:
    asked = HttpRequest("GET", "/", "", {"accept": field})
    assert accepts(asked, "application/json") is taken


def test_no_accept_takes_everything_and_no_coding_nothing_but_identity() -> None:
    asked = HttpRequest("GET", "/", "", {})
    assert accepts(asked, "application/json")
    assert not accepts_gzip(asked)
    assert accepts_gzip(HttpRequest("GET", "/", "", {"accept-encoding": "br, gzip;q=0.5"}))
    assert not accepts_gzip(HttpRequest("GET", "/", "", {"accept-encoding": "gzip;q=0, *"}))
