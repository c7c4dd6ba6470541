"""Bodies in chunks, in both directions; forms; ranges: the parts under files over HTTP."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.errors import BadRequest, HttpError
from chatd.wire.codec import Close, SendBytes
from chatd.wire.http.attachment import disposition, file_path
from chatd.wire.http.codec import BODY_CHUNK_BYTES, HttpCodec
from chatd.wire.http.form import Form
from chatd.wire.http.message import BodyChunk, HttpRequest, HttpResponse
from chatd.wire.http.ranges import is_known, range_of
from tests.simulation.web import replies, request

NOW_MS = 1_790_000_000_000
PATH = "/api/v1/files"
CHUNKED = request("POST", PATH, None, transfer_encoding="chunked")
TAG = '"tag"'


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return the parts of some bytes between these places."""
    edges = [0, *sorted(cuts), len(data)]
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False) if a < b]


def events_of(parts: list[bytes]) -> list[object]:
    """Return what a codec says of bytes that come like this; each last piece is answered."""
    codec = HttpCodec()
    events: list[object] = []
    for part in parts:
        codec.feed(part)
        while not events or not isinstance(events[-1], Close):
            event = codec.next_event()
            if event is None:
                break
            events.append(event)
            if isinstance(event, BodyChunk) and event.is_last:
                codec.encode_response(HttpResponse(201), NOW_MS)
    return events


def chunks_of(events: list[object]) -> list[bytes]:
    return [event.data for event in events if isinstance(event, BodyChunk)]


# -- What comes ------------------------------------------------------------------------------


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(
    "size", [0, 1, BODY_CHUNK_BYTES, BODY_CHUNK_BYTES + 1, 2 * BODY_CHUNK_BYTES]
)
def test_a_body_comes_behind_its_request_in_chunks_and_the_last_is_marked(
    size: int, is_chunked: bool
) -> None:
    body = b"x" * size
    if is_chunked:
        asked = CHUNKED + (b"%x\r\n%b\r\n" % (size, body) if size else b"") + b"0\r\n\r\n"
    else:
        asked = request("POST", PATH, body)
    events = events_of([asked, asked])
    assert isinstance(events[0], HttpRequest) and events[0].body == b""
    chunks = [event for event in events if isinstance(event, BodyChunk)]
    assert b"".join(chunks_of(events)) == body * 2
    assert all(len(chunk.data) == BODY_CHUNK_BYTES or chunk.is_last for chunk in chunks)
    assert sum(chunk.is_last for chunk in chunks) == 2


@given(st.lists(st.integers(0, 3 * BODY_CHUNK_BYTES), max_size=6))
def test_how_the_bytes_of_a_body_are_split_changes_no_piece(cuts: list[int]) -> None:
    body = bytes(range(256)) * (2 * BODY_CHUNK_BYTES // 256 + 9)
    asked = request("POST", PATH, body) + request("POST", PATH, b"next")
    assert events_of(split(asked, cuts)) == events_of([asked])


def test_who_waits_for_a_go_ahead_gets_it_once_and_not_before_the_request_was_looked_at() -> None:
    codec = HttpCodec()
    codec.feed(request("POST", PATH, None, content_length="3", expect="100-continue"))
    assert isinstance(codec.next_event(), HttpRequest)
    go_ahead = codec.next_event()
    assert isinstance(go_ahead, SendBytes) and go_ahead.data.startswith(b"HTTP/1.1 100 ")
    assert codec.next_event() is None
    codec.feed(b"abc")
    assert codec.next_event() == BodyChunk(b"abc", True)


def test_an_answer_in_the_middle_of_a_body_is_the_last_on_its_line() -> None:
    codec = HttpCodec()
    codec.feed(request("POST", PATH, None, content_length="9") + b"abc")
    assert isinstance(codec.next_event(), HttpRequest)
    (reply,) = replies(codec.encode_response(HttpResponse(413), NOW_MS), "POST")
    assert reply.fields["connection"] == "close"
    codec.feed(b"defghi" + request("GET", "/smuggled"))
    assert isinstance(codec.next_event(), Close)


@pytest.mark.parametrize("asked", [request("POST", "/other", b"x"), request("PUT", PATH, b"x")])
def test_another_request_has_its_body_with_it(asked: bytes) -> None:
    (event,) = events_of([asked])
    assert isinstance(event, HttpRequest) and event.body == b"x"


# -- What goes -------------------------------------------------------------------------------


def test_a_response_in_chunks_holds_the_next_request_back_until_it_ends() -> None:
    codec = HttpCodec()
    codec.feed(request("GET", "/1") + request("HEAD", "/2") + request("GET", "/3"))
    assert isinstance(codec.next_event(), HttpRequest)
    sent = codec.begin_response(HttpResponse(200, b"", "a/b", {"etag": TAG}), 6, NOW_MS)
    sent += codec.encode_body(b"abc") + codec.encode_body(b"def")
    assert codec.next_event() is None
    sent += codec.end_response()
    assert isinstance(codec.next_event(), HttpRequest)
    sent += codec.begin_response(HttpResponse(200, b"", "a/b"), 6, NOW_MS) + codec.end_response()
    assert isinstance(codec.next_event(), HttpRequest)
    sent += codec.begin_response(HttpResponse(304, b"", "a/b"), 6, NOW_MS) + codec.end_response()
    first, second, third = replies(sent, "GET", "HEAD", "GET")
    assert (first.body, second.body, third.body) == (b"abcdef", b"", b"")
    assert first.fields["content-length"] == second.fields["content-length"] == "6"
    assert (first.fields["etag"], first.fields["x-content-type-options"]) == (TAG, "nosniff")


# -- Forms -----------------------------------------------------------------------------------

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="room"\r\n\r\ngeneral\r\n'
    b'--b\r\nContent-Disposition: form-data; name="caption"\r\n\r\n\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a%22b"\r\n\r\n'
    b"one\r\n--\r\n--a\r\n\r\n--\n--b\n\r\ntwo\r\n--b--\r\n"
)
CONTENT = b"one\r\n--\r\n--a\r\n\r\n--\n--b\n\r\ntwo"


def form() -> Form:
    fields = {"content-type": "multipart/form-data; boundary=b"}
    return Form(HttpRequest("POST", PATH, "", fields))


@given(st.lists(st.integers(0, len(FORM)), max_size=30))
def test_how_a_form_is_split_changes_nothing(cuts: list[int]) -> None:
    read = form()
    content = b"".join(read.feed(part) for part in split(FORM, cuts))
    read.end()
    assert content == CONTENT
    assert (read.fields, read.file_name) == ({"room": "general", "caption": ""}, 'a"b')


@given(st.integers(0, len(FORM) - 1), st.binary(max_size=20))
def test_a_damaged_form_is_refused_or_read_and_nothing_else(place: int, noise: bytes) -> None:
    read = form()
    try:
        read.feed(FORM[:place] + noise + FORM[place + 1 :])
        read.end()
    except (BadRequest, HttpError):
        return
    assert read.file_name is not None


# -- Ranges and names ------------------------------------------------------------------------


@given(st.integers(0, 100), st.integers(0, 120), st.integers(0, 120))
def test_a_range_is_within_the_file_or_refused(size: int, first: int, last: int) -> None:
    for text in (f"{first}-{last}", f"{first}-", f"-{last}"):
        try:
            part = range_of({"range": f"bytes={text}"}, TAG, size)
        except HttpError as error:
            assert error.fields == {"content-range": f"bytes */{size}"}
            continue
        if part is None:
            assert last < first
        else:
            assert 0 <= part.start < part.stop <= size


@given(st.text(max_size=60))
def test_no_field_is_read_as_something_that_it_is_not(text: str) -> None:
    field = text.encode("utf-8", "replace").decode("latin-1")
    assert range_of({"range": field}, TAG, 9) is None or "=" in field
    assert not is_known({"if-none-match": field}, TAG) or field.strip() == "*"


@pytest.mark.parametrize(
    "field", ["a" + " " * 16_000, "\t" * 16_000 + '"', "W/" * 8_000, "," * 16_000]
)
def test_a_field_as_long_as_a_head_is_read_at_once(field: str) -> None:
    before = process_time()
    assert not is_known({"if-none-match": field}, TAG)
    assert range_of({"range": f"bytes={field}"}, TAG, 9) is None
    assert process_time() - before < 0.2  # trying each blank would take seconds


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1))
def test_a_name_is_one_value_of_its_field_and_one_step_of_a_path(name: str) -> None:
    field = disposition(name)
    assert field.isascii() and field.isprintable()
    assert field.count('"') == 2 and "\\" not in field
    assert file_path("a,b", 1, name).count("/") == 4
