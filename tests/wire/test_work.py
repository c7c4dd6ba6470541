"""Parsers of what peers send: twice the bytes take at most twice the work, counted in steps."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chatd
from chatd.core.parts import parts_of
from chatd.core.resume_token import parse_resume_token
from chatd.errors import ChatError, ProtocolError
from chatd.handlers.search_query import Query
from chatd.wire.codec import Close, FrameCodec
from chatd.wire.entries import Message
from chatd.wire.envelope import encode_notification
from chatd.wire.frames import FrameDecoder, encode_frame
from chatd.wire.http.codec import HttpCodec
from chatd.wire.http.form import Form
from chatd.wire.http.message import JSON, BodyChunk, HttpRequest, HttpResponse, accepts
from chatd.wire.http.ranges import is_known, range_of
from chatd.wire.http.slack import FORM, hook_text
from chatd.wire.names import map_name
from chatd.wire.surrogates import mended_json
from chatd.wire.websocket import open_websocket
from tests.simulation.web import HANDSHAKE, request
from tests.wire.backtracking import Steps, hostile
from tests.work import lines_of


@pytest.fixture(autouse=True)
def deep_matching() -> Iterator[None]:
    """Let the matcher of `backtracking` go deep: a step is a call or two."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(limit)


# -- patterns --------------------------------------------------------------------------------

NO_PEER = ("chatd.config", "chatd.disk", "chatd.wire.reference", "chatd.maintenance")
"""What operators write, and our own files and pages: nobody else's bytes come there."""

SEARCHED = {
    "chatd.handlers.mentions._AT": "a @bob",
    "chatd.handlers.search_query._IS_UNSPACED": "午",
    "chatd.handlers.search_query._LONG_RUN": "!" * 17,
    "chatd.handlers.search_query._WORD": "word",
    "chatd.http.commands.FULL_NONCE": "a,r=xy",
    "chatd.wire.emoji._PICTURE_WANTED": "❤",
    "chatd.wire.http.attachment._UNSAFE": "%",
    "chatd.wire.http.ranges._TAG": '"a", W/"b" , "c"',
    "chatd.wire.http.form._EXTENDED": "; filename*=UTF-8''a",
    "chatd.wire.http.form._QUOTED": '="a"',
    "chatd.wire.http.mrkdwn._ENTITY": "&amp;",
    "chatd.wire.http.mrkdwn._MARKUP": "<https://a|b>",
    "chatd.wire.http.slack_blocks._WORD": "word",
    "chatd.wire.steering._NEEDED": "\u0e01\u200b",
    "chatd.wire.surrogates._ESCAPES": r"\ud83d\udc00",
}
"""Patterns that are looked for everywhere in a text, and something that each takes."""
WHOLE = {
    "chatd.handlers.accounts.CLIENT_FIRST": "n,,n=bob,r=x",
    "chatd.handlers.dispatch._OUT_OF_BOUNDS": "Expected `str` of length <= 64 - at `$.a`",
    "chatd.handlers.search.CURSOR": "a 1:2:a",
    "chatd.http.downloads.SEQ": "12",
    "chatd.http.uploads.SHA256": "0" * 64,
    "chatd.http.commands.KEY": '"key"',
    "chatd.wire.emoji._EMOJI": "👍🏻\u200d👍",
    "chatd.wire.http.chunks._SIZE_LINE": "a;b\r\n",
    "chatd.wire.http.gate._FIELD": "A: b c ",
    "chatd.wire.http.gate._LENGTH": "12",
    "chatd.wire.http.gate._REQUEST_LINE": "GET /a HTTP/1.1",
    "chatd.wire.http.gate._TARGET": "http://a/b?c",
    "chatd.wire.http.mrkdwn._SCHEME": "https://",
    "chatd.wire.http.mrkdwn._SECONDS": "12.5",
    "chatd.wire.http.ranges._RANGE": "bytes = 1 - 2",
    "chatd.wire.http.slack_blocks._CODE_POINTS": "1f44b-1f3fb",
}
"""Patterns that are to be all of a text."""
SAMPLES = SEARCHED | WHOLE
"""Every pattern of ours that a peer's bytes meet."""


def patterns() -> dict[str, re.Pattern[Any]]:
    """Return every pattern that stands in a module of the server, but for `NO_PEER`."""
    found = {}
    for info in pkgutil.walk_packages(chatd.__path__, "chatd."):
        if info.name.startswith(NO_PEER) or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                found[f"{info.name}.{name}"] = value
    return found


def test_every_pattern_that_peers_meet_is_known_here() -> None:
    assert patterns().keys() == SAMPLES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_counter_finds_what_the_real_matcher_finds(name: str) -> None:
    pattern = patterns()[name]
    steps = Steps(pattern)
    for front, pump, back in hostile(pattern, SAMPLES[name]):
        text = front + pump * 3 + back
        real: Any = text.encode("latin-1") if isinstance(pattern.pattern, bytes) else text
        assert steps.fullmatch(text) == (pattern.fullmatch(real) is not None), text
        assert steps.spans(text) == [found.span() for found in pattern.finditer(real)], text


def test_the_counter_sees_what_goes_back_and_forth() -> None:
    pattern = re.compile(r"[a-z]+: *([a-z ]*?) *")
    few, many = (steps_of(pattern, "a:" + " " * count + "\x01", False) for count in (20, 40))
    assert many > 6 * few


@pytest.mark.parametrize("name", SAMPLES)
def test_twice_the_characters_take_a_pattern_at_most_twice_the_steps(name: str) -> None:
    pattern = patterns()[name]
    for front, pump, back in hostile(pattern, SAMPLES[name]):
        texts = (front + pump * count + back for count in (20, 40))
        few, many = (steps_of(pattern, text, name in SEARCHED) for text in texts)
        assert many <= 2 * few + 8, (front, pump, back, few, many)


def steps_of(pattern: re.Pattern[Any], text: str, is_searched: bool) -> int:
    """Return the steps of looking for a pattern everywhere in a text, or of its being all."""
    steps = Steps(pattern)
    if is_searched:
        steps.spans(text)
    else:
        steps.fullmatch(text)
    return steps.taken


# -- parsers ---------------------------------------------------------------------------------


def read_http(data: bytes, part_bytes: int = 1 << 20) -> None:
    codec = HttpCodec()
    try:
        for start in range(0, len(data), part_bytes):
            codec.feed(data[start : start + part_bytes])
            while (event := codec.next_event()) is not None and not isinstance(event, Close):
                chunks = isinstance(event, HttpRequest) and event.path == "/api/v1/files"
                if isinstance(event, HttpRequest) and not chunks:
                    codec.encode_response(HttpResponse(200), 0)
                elif isinstance(event, BodyChunk) and event.is_last:
                    codec.encode_response(HttpResponse(201), 0)
    except ProtocolError as error:
        codec.encode_fatal(error)


def read_frames(data: bytes, part_bytes: int = 1 << 20) -> None:
    codec = FrameCodec()
    for start in range(0, len(data), part_bytes):
        codec.feed(data[start : start + part_bytes])
        while codec.next_event() is not None:
            pass


def read_socket(data: bytes) -> None:
    _, codec = open_websocket(request("GET", "/ws", None, **HANDSHAKE))
    codec.payload_bytes_max = 1 << 20
    codec.feed(data)
    while (event := codec.next_event()) is not None and not isinstance(event, Close):
        pass


def read_form(data: bytes) -> None:
    Form(form_request()).feed(data)


def form_request() -> HttpRequest:
    fields = {"content-type": "multipart/form-data; boundary=x"}
    return HttpRequest("POST", "/api/v1/files", "", fields)


def read_hook(body: bytes, kind: str = JSON) -> None:
    hook_text(HttpRequest("POST", "/hooks/x", "", {"content-type": kind}, body))


LIST = b'{"type":"rich_text_list","elements":['


def with_field(**fields: str) -> HttpRequest:
    return HttpRequest("GET", "/", "", {n.replace("_", "-"): v for n, v in fields.items()})


def heads(count: int) -> bytes:
    return request("GET", "/") * count


def frame_of(opcode: int, payload: bytes) -> bytes:
    """Return a short frame of a client, masked with zeros, the last of its message."""
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload


PING = encode_notification("pong", {})

PARSERS: dict[str, Callable[[int], object]] = {
    "requests in one read": lambda n: read_http(heads(n)),
    "a head by bytes": lambda n: read_http(request("GET", "/" + "x" * 20 * n), 1),
    "requests with bodies in one read": lambda n: read_http(request("POST", "/", b"x") * n),
    "a field of blanks": lambda n: read_http(request("GET", "/", x=" " * 30 * n + "\x01")),
    "fields of one name": lambda n: read_http(
        b"GET / HTTP/1.1\r\nhost: x\r\n" + b"a: b\r\n" * n + b"\r\n"
    ),
    "a body of small chunks": lambda n: read_http(
        request("POST", "/", None, transfer_encoding="chunked") + b"1\r\nx\r\n" * n
    ),
    "a file in small chunks": lambda n: read_http(
        request("POST", "/api/v1/files", None, transfer_encoding="chunked") + b"1\r\nx\r\n" * n
    ),
    "a body by bytes": lambda n: read_http(request("POST", "/", b"x" * 20 * n), 1),
    "frames in one read": lambda n: read_frames(PING * n),
    "a frame by bytes": lambda n: read_frames(encode_notification("x", {"a": "b" * 50 * n}), 1),
    "messages of a WebSocket": lambda n: read_socket(frame_of(1, b'[2,"pong",{}]') * n),
    "pings of a WebSocket": lambda n: read_socket(frame_of(9, b"") * n),
    "a message in fragments": lambda n: read_socket(
        bytes([1, 0x80]) + bytes(4) + (bytes([0, 0x80]) + bytes(4)) * n
    ),
    "lines in front of a form": lambda n: read_form(b"x\r\n" * n),
    "a form's field of lines": lambda n: read_form(
        b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n' + b"\r\n-" * n
    ),
    "a form's head": lambda n: read_form(
        b'--x\r\ncontent-disposition: form-data; name="' + b"\\" * n + b'"\r\n\r\n'
    ),
    "a hook's links": lambda n: read_hook(b'{"text":"%b"}' % (b"<a|b>" * n)),
    "a hook's beginnings of links": lambda n: read_hook(b'{"text":"%b"}' % (b"<a|" * n)),
    "a hook's attachments": lambda n: read_hook(
        b'{"attachments":[%b{"text":"a"}]}' % (b'{"fields":[{"title":"a","value":1}]},' * n)
    ),
    "a hook's labels of links": lambda n: read_hook(
        b'{"text":"%b"}' % (b"<https://e.org|a<!date^1^x" * n)
    ),
    "a hook's lists in lists": lambda n: read_hook(
        b'{"blocks":%b%b%b}' % (LIST * 8, b"1," * n + b"1", b"]}" * 8)
    ),
    "a hook's blocks in nothing": lambda n: read_hook(
        b'{"text":"a","blocks":[%b{}]}' % (b"{}," * n)
    ),
    "a hook's text beside its blocks": lambda n: read_hook(
        b'{"text":"%b","blocks":"%b"}' % (b"ab c\\n" * n, b"ab d\\n" * n)
    ),
    "a hook's lone surrogates": lambda n: read_hook(b'{"text":"%b"}' % (rb"\ud83d" * n)),
    "lone surrogates of JSON": lambda n: mended_json(rb"\ud83d\\" * n),
    "a long text": lambda n: parts_of("e\u0301" * n, 200, n),
    "a long text of blanks": lambda n: parts_of("a" + " " * n, 200, n),
    "a hook's form": lambda n: read_hook(b"payload={%b}" % (b"%22a%22" * n), FORM),
    "weights": lambda n: accepts(with_field(accept="a/b;q=0.1," * n), JSON),
    "tags": lambda n: is_known(with_field(if_none_match='"a", ' * n).fields, '"b"'),
    "blanks of a range": lambda n: range_of(
        with_field(range="bytes=" + " " * n + "1-").fields, "", 9
    ),
    "a mark": lambda n: parse_resume_token("a/1" + "/general:1" * n),
    "words of a search": lambda n: Query("word", "").finds(
        Message("general", 1, 1, "bob", "wor " * n)
    ),
    "marks in a search": lambda n: Query("word", "").finds(
        Message("general", 1, 1, "bob", "a\u0301\u0316" * n + "\u0301\u0316" * n)
    ),
    "a name": lambda n: map_name("\u0430" * n),
}


def is_refused(call: Callable[[], object]) -> None:
    try:
        call()
    except ChatError:
        pass


@pytest.mark.parametrize("name", PARSERS)
def test_twice_the_bytes_take_a_parser_at_most_twice_the_steps(name: str) -> None:
    parse = PARSERS[name]
    is_refused(lambda: parse(3))  # what is made once only is made
    few, many = (lines_of(partial(is_refused, partial(parse, count))) for count in (20, 40))
    assert many <= 2 * few, (few, many)
    assert few > 0


def test_the_parser_behind_the_gate_sees_each_byte_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    receive = h11.Connection.receive_data

    def count(parser: h11.Connection, data: bytes) -> None:
        seen.append(len(data))
        receive(parser, data)

    monkeypatch.setattr(h11.Connection, "receive_data", count)
    for asked in (request("POST", "/", b"body"), request("POST", "/api/v1/files", b"file")):
        seen.clear()
        read_http(asked * 100)
        assert sum(seen) == 100 * len(asked)


@given(st.binary(max_size=300), st.lists(st.integers(1, 50), max_size=20))
def test_how_a_frame_is_cut_changes_nothing(payload: bytes, cuts: list[int]) -> None:
    def parts(data: bytes) -> Iterator[bytes]:
        for cut in cuts:
            yield data[:cut]
            data = data[cut:]
        yield data

    decoder = FrameDecoder()
    found = []
    for part in parts(encode_frame(payload) * 3):
        decoder.feed(part)
        while (frame := decoder.next_frame()) is not None:
            assert type(frame) is bytes
            found.append(frame)
    assert found == [payload] * 3
    assert not decoder.buffered_bytes
