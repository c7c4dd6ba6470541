"""The whole server under HTTP and WebSockets gone wrong: it lives, and others talk on."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from chatd.net.connection import READ_BYTES
from chatd.wire.http.codec import BODY_BYTES_MAX
from tests.fuzz.hostile_load import HostileLoad, assert_unchanged, mutated
from tests.simulation.web import HANDSHAKE, replies, request

JSON = "application/json"
KINDS = ["requests", "events", "socket"]


def requests_of(token: str, hook: str) -> bytes:
    """Return what a program might ask, all in one."""
    field = {"authorization": f"Bearer {token}"}
    body = b'{"room": "general"}'
    coded = {"transfer_encoding": "chunked", "content_type": JSON}
    return b"".join(
        (
            request("POST", "/api/v1/status", b"{}", content_type=JSON, **field),
            request("HEAD", "/api/v1/", accept_encoding="gzip"),
            request("POST", "/api/v1/send", b'{"text": "hi"}', content_type=JSON, **field),
            request("POST", "/api/v1/history", None, **coded, **field),
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
            request("POST", f"/hooks/{hook}", b'{"text": "done"}', content_type=JSON),
            request("POST", "/api/v1/files?room=general&name=a", b"bytes", **field),
            request("GET", "/files/general/3/a", None, range="bytes=1-2", **field),
        )
    )


def event_stream_of(token: str) -> bytes:
    """Return the request for a stream, and what nobody asked for behind it."""
    listen = request("GET", "/api/v1/events?start=now", authorization=f"Bearer {token}")
    return listen + request("GET", "/api/v1/")


def socket_of(token: str) -> bytes:
    """Return a WebSocket's bytes."""
    messages = (
        b'[0, 1, "hello", {"version": 1}]',
        b'[0, 2, "login-token", {"token": "%b"}]' % token.encode(),
        b'[0, 3, "sync", {}]',
        b'[0, 4, "send", {"text": "hi"}]',
    )
    frames = [Frame(Opcode.TEXT, message) for message in messages]
    frames[3:3] = [Frame(Opcode.PING, b"are you there")]
    said = b"".join(frame.serialize(mask=True) for frame in frames)
    return request("GET", "/ws", None, **HANDSHAKE) + said


def stream_of(kind: str, attacked: HostileLoad) -> bytes:
    """Return what eve's programs send."""
    token = attacked.world.token("eve")
    if kind == "events":
        return event_stream_of(token)
    if kind == "socket":
        return socket_of(token)
    return requests_of(token, attacked.eve.call("hook", room="general", label="ci")["token"])


def test_unharmed_requests_are_all_done(attacked: HostileLoad) -> None:
    said = attacked.world.raw().say(stream_of("requests", attacked))
    methods = ("POST", "HEAD", "POST", "POST", "POST", "POST", "GET")
    answers = replies(said, *methods)
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 200, 201, 206]


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_stream_gone_wrong_harms_nobody_else(kind: str, data: st.DataObject) -> None:
    with HostileLoad() as attacked:
        stream = data.draw(mutated(stream_of(kind, attacked)))
        others = attacked.others()
        peer = attacked.world.raw()
        cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=4))
        for start, end in pairwise(sorted([0, *cuts, len(stream)])):
            peer.say(stream[start:end])
            assert attacked.buffered_bytes() <= READ_BYTES + BODY_BYTES_MAX
        attacked.check_alive()
        peer.close()
        attacked.world.settle()
        assert len(attacked.world.connections) == 3
        assert_unchanged(attacked, others)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_that_breaks_off_leaves_nothing_behind(attacked: HostileLoad, kind: str) -> None:
    whole = stream_of(kind, attacked)
    for end in range(1, len(whole), 7):
        peer = attacked.world.raw()
        peer.say(whole[:end])
        peer.close()
    attacked.world.settle()
    assert len(attacked.world.connections) == 3
    assert attacked.buffered_bytes() == 0
    attacked.check_alive()
