"""Event streams and WebSockets: connections like any other, in other words."""

import json
import re
from random import Random

import pytest
from websockets.frames import CloseCode, Frame, Opcode

from chatd.config import load
from chatd.wire import event_stream
from chatd.wire.frames import PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN
from tests.simulation.web import HANDSHAKE, SocketPeer, StreamPeer, replies, request
from tests.simulation.world import World

PROXY_TIMEOUT_S = 60
"""What is quiet for so long is cut by most proxies, unless they are told otherwise."""
SUBPROTOCOLS = ["", "chatd.v1.json", "chatd.v1.msgpack"]


# -- Event streams ---------------------------------------------------------------------------


def test_a_stream_says_what_is_unread_and_then_what_happens() -> None:
    with World() as world:
        alice = world.user("alice")
        token = world.token("bob")
        alice.send("before")
        stream = world.stream(token)
        assert (stream.status, stream.texts()) == (200, ["before"])
        alice.send("now")
        alice.send_to("bob", "to you")
        assert stream.texts() == ["before", "now"]
        assert stream.texts("alice,bob") == ["to you"]
        assert stream.told("live") == [{}]
        entries = [e for e in stream.entries if e["room"] == "general"]
        assert entries == alice.entries[:2]


@pytest.mark.parametrize("start", ["now", "end"])
def test_a_stream_that_starts_at_the_end_passes_over_what_was_before(start: str) -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        alice.send("before")
        stream = world.stream(token, f"?start={start}")
        alice.send("now")
        assert stream.texts() == ["now"]


def test_a_stream_acknowledges_nothing() -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        alice.send("hello")
        for _ in range(2):
            stream = world.stream(token)
            assert stream.texts() == ["hello"]
            stream.close()
            world.sleep(2_000)
        assert world.state.general.members["bob"].read_seq == 0


@pytest.mark.parametrize("query", ["?start=then", "?begin=now", "?start"])
def test_a_stream_with_other_parameters_is_refused(query: str) -> None:
    with World() as world:
        assert world.stream(world.token("bob"), query).status == 400


def test_a_stream_needs_a_token_and_takes_none_from_the_query() -> None:
    with World() as world:
        token = world.token("bob")
        peer = world.web()
        assert peer.ask("GET", "/api/v1/events").status == 401
        assert peer.ask("GET", f"/api/v1/events?token={token}").status == 400
        assert peer.ask("POST", "/api/v1/events", b"").status == 405
        assert peer.ask("GET", "/api/v1/events", accept="application/json").status == 406


def test_what_a_stream_is_told_disturbs_nothing() -> None:
    with World() as world:
        stream = world.stream(world.token("bob"))
        for _ in range(20):
            stream.say(b"GET / HTTP/1.1\r\n" * 1_000)
        world.user("alice").send("hello")
        assert stream.texts() == ["hello"]


def test_a_stream_ends_when_its_token_is_revoked() -> None:
    with World() as world:
        token = world.token("bob")
        stream = world.stream(token)
        bob = world.web(token)
        bob.call("revoke", device=bob.call("status").json["device"])
        assert stream.told("bye") == [{"reason": "this device was revoked", "logged_out": True}]
        assert stream.ended


def test_a_stream_shows_that_it_lives_and_is_not_asked_whether_it_does() -> None:
    with World(idle_ping_ms=10_000, stall_timeout_ms=10_000) as world:
        stream = world.stream(world.token("bob"))
        world.sleep(100_000)
        assert not stream.ended
        assert 7 <= stream.comments <= 10  # the first look is that for a login


@pytest.mark.parametrize("kind", ["stream", "websocket"])
def test_by_default_no_proxy_finds_a_stream_quiet_for_long(kind: str) -> None:
    with World(idle_ping_ms=load(None, {}, {}).idle_ping_ms) as world:
        token = world.token("bob")
        peer = world.stream(token) if kind == "stream" else world.socket().enter(token)
        quiet_s, longest_s = 0, 0
        for _ in range(300):
            before = len(peer.heard)
            world.sleep(1_000)
            quiet_s = quiet_s + 1 if len(peer.heard) == before else 0
            longest_s = max(longest_s, quiet_s)
            if isinstance(peer, SocketPeer) and not quiet_s:
                peer.protocol.send_text(b'[2, "pong", {}]')
                peer.flush()
        assert not peer.ended
        assert longest_s <= PROXY_TIMEOUT_S - 5


def test_a_user_with_a_stream_is_online() -> None:
    with World() as world:
        stream = world.stream(world.token("bob"))
        alice = world.user("alice")
        assert "bob" in alice.call("who")["names"]
        stream.close()
        assert "bob" not in alice.call("who")["names"]


def test_a_stream_that_is_not_read_costs_a_bounded_number_of_bytes_and_catches_up() -> None:
    with World(high_water_bytes=64 * 1024, limit_messages=0, requests_per_second=0) as world:
        alice = world.user("alice")
        stream = world.stream(world.token("bob"), kernel_bytes=4096)
        stream.reads = False
        for number in range(200):
            alice.send(f"{number} " + "x" * 1000)
        assert world.queued_bytes(stream) <= 2 * 64 * 1024
        stream.reads = True
        world.settle()
        assert [text.split()[0] for text in stream.texts()] == [str(n) for n in range(200)]


def test_a_stream_that_is_not_read_for_too_long_ends() -> None:
    with World(stall_timeout_ms=10_000, limit_messages=0) as world:
        alice = world.user("alice")
        stream = world.stream(world.token("bob"), kernel_bytes=4096)
        stream.reads = False
        for _ in range(10):
            alice.send("x" * 1000)
        world.sleep(12_000)
        assert len(world.connections) == 1


def test_one_conversion_serves_all_streams_of_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(is_followed=False) as world:
        alice, token = world.user("alice"), world.token("bob")
        streams = [world.stream(token) for _ in range(20)]
        converted: list[bytes] = []

        def convert(frame: bytes) -> bytes:
            converted.append(frame)
            return b"{}"

        monkeypatch.setattr(event_stream, "entry_json", convert)
        alice.send("hello")
        assert len(converted) == 1
        assert all(stream.entries[-1] == {} for stream in streams)


# -- Coming back -----------------------------------------------------------------------------


def again(world: World, stream: StreamPeer, token: str) -> StreamPeer:
    """Return a stream that goes on where another stood."""
    stream.close()
    return world.stream(token, last_id=stream.last_id)


def test_a_stream_goes_on_behind_its_last_event_id() -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        alice.send("one")
        alice.send_to("bob", "private one")
        stream.close()
        alice.send("two")
        alice.send_to("bob", "private two")
        stream = again(world, stream, token)
        assert stream.texts() == ["two"]
        assert stream.texts("alice,bob") == ["private two"]
        assert stream.told("reset") == []
        assert again(world, stream, token).entries == []


def test_an_event_id_is_never_ahead_of_the_general_room_that_is_told_in_turns() -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        others = [world.user(f"other{number}") for number in range(5)]
        stream = world.stream(token)
        alice.request("send", text="hello")
        alice.request("send-to", to="bob", text="private")
        world.tick()
        stream.turn()
        seen = stream.texts() + again(world, stream, token).texts()
        assert seen == ["hello"]
        assert all(other.texts() == ["hello"] for other in others)


def test_entries_of_two_ticks_with_one_stamp_are_told_apart() -> None:
    with World() as world:  # its clock stands still while nobody sleeps
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        seen = []
        for text in ("one", "two", "three"):
            alice.send(text)
            seen.append(stream.last_id)
        alice.send_to("bob", "private")
        assert len({entry["ts"] for entry in stream.entries}) == 1
        stream.close()
        texts = [world.stream(token, last_id=last_id).texts() for last_id in seen]
        assert texts == [["two", "three"], ["three"], []]
        last = world.stream(token, last_id=seen[-1])
        assert last.texts("alice,bob") == ["private"]


def test_a_stream_goes_on_after_a_restart() -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        alice.send("one")
        world.sleep(1_000)
        world.crash()
        world.restart()
        world.resume(alice).send("two")
        assert again(world, stream, token).texts() == ["two"]


def test_an_event_id_of_another_epoch_or_of_no_server_is_reset() -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        alice.send("one")
        _, _, rest = stream.last_id.partition("/")
        for last_id in ("0000/" + rest, "nonsense", "/", "a/b", "a/1/b"):
            back = world.stream(token, last_id=last_id)
            assert {"room": "general"} in back.told("reset"), last_id
            assert back.texts() == ["one"]


@pytest.mark.parametrize("is_told_by_time", [False, True])
def test_what_is_gone_since_the_event_id_is_not_passed_over_in_silence(
    is_told_by_time: bool,
) -> None:
    with World(lifetime_ms=60_000, keep_unread_ms=120_000) as world:
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        alice.send("one")
        if is_told_by_time:  # the id names another room, and general by its stamp only
            world.sleep(1_000)
            alice.send_to("bob", "private")
        alice.ack("general")
        stream.close()
        world.sleep(1_000)
        alice.send("lost")
        alice.ack("general")
        world.sleep(300_000)
        alice.send("two")
        stream = again(world, stream, token)
        assert stream.texts() == ["two"]
        assert ({"room": "general"} in stream.told("reset")) is is_told_by_time
        assert [gap["to"] for gap in stream.told("gap") if gap["room"] == "general"] == [2]


# -- WebSockets ------------------------------------------------------------------------------


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
def test_a_websocket_does_what_framed_msgpack_does(subprotocol: str) -> None:
    with World() as world:
        alice = world.user("alice")
        bob = world.socket(subprotocol).enter(world.token("bob"))
        assert bob.protocol.subprotocol == (subprotocol or None)
        assert bob.call("sync")[3]["name"] == "bob"
        alice.send("hello")
        assert bob.texts() == ["hello"]
        assert bob.call("send", text="hello yourself")[3]["seq"] == 2
        assert alice.texts() == bob.texts() == ["hello", "hello yourself"]
        assert bob.call("history", room="general")[3]["entries"] == alice.entries
        assert bob.call("nonsense")[2]["code"] == "unknown_method"
        opcode = Opcode.BINARY if subprotocol.endswith("msgpack") else Opcode.TEXT
        assert {frame.opcode for frame in bob.frames} == {opcode}


@pytest.mark.parametrize("text", ["a\ud83d", "\udc00", "\ude00\ud83d b"])
def test_a_lone_surrogate_in_a_message_is_a_character_that_cannot_be_shown(text: str) -> None:
    with World() as world:
        bob = world.socket("chatd.v1.json").enter(world.token("bob"))
        bob.call("sync")
        assert bob.call("send", text=text)[2] is None
        assert bob.texts() == [re.sub("[\ud800-\udfff]", "\ufffd", text)]


def test_a_websocket_chooses_the_first_subprotocol_that_is_spoken_here() -> None:
    with World() as world:
        assert world.socket("graphql").protocol.subprotocol is None


def test_the_handshake_is_that_of_the_standard() -> None:
    with World() as world:
        said = world.raw().say(request("GET", "/ws", None, **HANDSHAKE))
        assert said.startswith(b"HTTP/1.1 101 ")
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in said  # RFC 6455, section 1.3


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"upgrade": "h2c"}, 426),
        ({"sec-websocket-version": "8"}, 400),
        ({"sec-websocket-key": "short"}, 400),
        ({"origin": "http://localhost"}, 101),
        ({"origin": "https://localhost"}, 101),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "http://[::1"}, 403),
        ({"origin": "http://[v1.x]"}, 403),
        ({"origin": "//[::g]"}, 403),
        ({"origin": "http://localhost\xbd"}, 403),
        ({"host": "evil.example", "origin": "http://evil.example"}, 421),
    ],
)
def test_a_handshake_that_is_not_right_is_refused(changed: dict[str, str], status: int) -> None:
    with World() as world:
        said = world.raw().say(request("GET", "/ws", None, **{**HANDSHAKE, **changed}))
        assert int(said.split()[1]) == status


def test_no_handshake_at_all_is_told_what_is_opened_here() -> None:
    with World() as world:
        peer = world.web()
        reply = peer.ask("GET", "/ws")
        assert (reply.status, reply.fields["upgrade"]) == (426, "websocket")
        assert peer.ask("POST", "/ws", b"").status == 405


def test_compression_is_offered_in_vain() -> None:
    with World() as world:
        offer = {"sec-websocket-extensions": "permessage-deflate; client_max_window_bits"}
        said = world.raw().say(request("GET", "/ws", None, **HANDSHAKE, **offer))
        assert said.startswith(b"HTTP/1.1 101 ")
        assert b"extensions" not in said.lower()


def test_what_comes_with_the_handshake_is_not_lost() -> None:
    with World() as world:
        hello = Frame(Opcode.TEXT, b'[0, 1, "hello", {"version": 1}]').serialize(mask=True)
        said = world.raw().say(request("GET", "/ws", None, **HANDSHAKE) + hello)
        assert b"[1,1,null," in said


def test_a_message_in_fragments_is_one_and_a_ping_between_them_is_answered() -> None:
    with World() as world:
        peer = world.socket()
        text = json.dumps([0, 1, "hello", {"version": 1, "client": "ü"}], ensure_ascii=False)
        data = text.encode()
        cut = data.index(b"\xbc")  # in the middle of a character
        peer.protocol.send_text(data[:cut], fin=False)
        peer.protocol.send_ping(b"are you there")
        peer.protocol.send_continuation(b"", fin=False)
        peer.protocol.send_continuation(data[cut:], fin=True)
        peer.flush()
        assert peer.said[0][:3] == [1, 1, None]
        assert [bytes(f.data) for f in peer.frames if f.opcode is Opcode.PONG] == [b"are you there"]


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
def test_a_message_at_the_bound_is_taken_and_one_over_ends_it(subprotocol: str) -> None:
    is_binary = subprotocol.endswith("msgpack")
    bound = PAYLOAD_BYTES_MAX_BEFORE_LOGIN * (2 if is_binary else 3) // 2
    at_and_over = ((bound, CloseCode.PROTOCOL_ERROR), (bound + 1, CloseCode.MESSAGE_TOO_BIG))
    with World() as world:
        for size, code in at_and_over:
            peer = world.socket(subprotocol)
            (peer.protocol.send_binary if is_binary else peer.protocol.send_text)(b"x" * size)
            peer.flush()
            assert peer.protocol.close_rcvd is not None
            assert peer.protocol.close_rcvd.code == code


@pytest.mark.parametrize("part_bytes", [1, 100, 8_000])
def test_a_message_in_fragments_is_bounded_like_a_whole_one(part_bytes: int) -> None:
    bound = PAYLOAD_BYTES_MAX_BEFORE_LOGIN * 3 // 2
    with World(requests_per_second=0) as world:
        peer = world.socket()
        peer.protocol.send_text(b"", fin=False)
        for _ in range(bound // part_bytes):
            peer.protocol.send_continuation(b"x" * part_bytes, fin=False)
        peer.flush()
        assert not peer.ended
        (connection,) = world.connections.values()
        assert connection.codec.buffered_bytes == bound // part_bytes * part_bytes
        peer.protocol.send_continuation(b"x" * part_bytes, fin=False)
        peer.flush()
        assert peer.protocol.close_rcvd is not None
        assert peer.protocol.close_rcvd.code == CloseCode.MESSAGE_TOO_BIG
        assert peer.ended


def test_fragments_without_anything_in_them_are_kept_nowhere_and_end_in_time() -> None:
    with World(login_timeout_ms=30_000, requests_per_second=0) as world:
        peer = world.socket()
        peer.protocol.send_text(b"", fin=False)
        for _ in range(10_000):
            peer.protocol.send_continuation(b"", fin=False)
        peer.flush()
        (connection,) = world.connections.values()
        assert connection.codec.buffered_bytes == 0
        world.sleep(62_000)
        assert peer.ended


def test_after_the_login_messages_may_be_as_large_as_frames() -> None:
    with World() as world:
        peer = world.socket("chatd.v1.msgpack").enter(world.token("bob"))
        assert peer.call("send", text="x" * (PAYLOAD_BYTES_MAX - 100))[2]["code"] == "bad_request"


@pytest.mark.parametrize(
    ("subprotocol", "frames", "code"),
    [
        ("chatd.v1.json", [Frame(Opcode.TEXT, b"\xff\xfe")], 1007),
        ("chatd.v1.json", [Frame(Opcode.TEXT, b'[2, "pong", {"a": "\xed\xa0\x80"}]')], 1007),
        ("chatd.v1.json", [Frame(Opcode.TEXT, b"\xc3")], 1007),
        (
            "chatd.v1.json",
            [Frame(Opcode.TEXT, b"\xc3", fin=False), Frame(Opcode.CONT, b"(")],
            1007,
        ),
        ("chatd.v1.json", [Frame(Opcode.CLOSE, b"\x03\xe8\xff")], 1007),
        ("chatd.v1.json", [Frame(Opcode.BINARY, b'[2, "pong", {}]')], 1003),
        ("chatd.v1.json", [Frame(Opcode.BINARY, b"")], 1003),
        ("chatd.v1.msgpack", [Frame(Opcode.TEXT, b'[2, "pong", {}]')], 1003),
        ("chatd.v1.msgpack", [Frame(Opcode.TEXT, b"\xff")], 1003),
        ("chatd.v1.msgpack", [Frame(Opcode.BINARY, b"\xc1")], 1002),
        ("chatd.v1.json", [Frame(Opcode.TEXT, b"[")], 1002),
        ("chatd.v1.json", [Frame(Opcode.CLOSE, b"\x03")], 1002),
        ("chatd.v1.json", [Frame(Opcode.CLOSE, b"\x03\xee")], 1002),
    ],
)
def test_a_websocket_is_closed_with_the_code_that_its_protocol_has_for_that(
    subprotocol: str, frames: list[Frame], code: int
) -> None:
    with World() as world:
        peer = world.socket(subprotocol)
        peer.say(b"".join(frame.serialize(mask=True) for frame in frames))
        assert peer.protocol.close_rcvd is not None
        assert peer.protocol.close_rcvd.code == code
        assert peer.ended


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.TEXT, b"{}"),
        Frame(Opcode.TEXT, b"nonsense"),
        Frame(Opcode.TEXT, b""),
        Frame(Opcode.TEXT, b"[" * 5_000),
    ],
)
def test_a_message_that_says_nothing_ends_it_with_a_reason(frame: Frame) -> None:
    with World() as world:
        peer = world.socket()
        peer.say(frame.serialize(mask=True))
        assert peer.told("error")[0]["code"] == "bad_frame"
        assert peer.protocol.close_rcvd is not None
        assert peer.protocol.close_rcvd.code == CloseCode.PROTOCOL_ERROR
        assert peer.ended


@pytest.mark.parametrize(
    "data",
    [
        b"\x81\x02[]",  # without a mask
        b"\xc1\x80\0\0\0\0",  # compressed, which nobody agreed on
        b"\x80\x82\0\0\0\0[]",  # a continuation of nothing
        b"\x83\x80\0\0\0\0",  # an opcode that there is not
        b"\x09\x80\0\0\0\0",  # a ping in fragments
        b"\x89\xfe\0\x7e\0\0\0\0" + b"x" * 126,  # a ping that is too long
    ],
)
def test_a_frame_against_the_standard_ends_it(data: bytes) -> None:
    with World() as world:
        peer = world.socket()
        peer.say(data)
        assert peer.protocol.close_rcvd is not None
        assert peer.protocol.close_rcvd.code == CloseCode.PROTOCOL_ERROR
        assert peer.ended


def test_a_close_is_answered_and_the_line_ends() -> None:
    with World() as world:
        peer = world.socket().enter(world.token("bob"))
        peer.protocol.send_close(CloseCode.NORMAL_CLOSURE, "done")
        peer.flush()
        assert peer.protocol.close_rcvd is not None
        assert peer.protocol.close_rcvd.code == CloseCode.NORMAL_CLOSURE
        assert peer.ended


def test_a_stopping_server_closes_websockets_with_a_word() -> None:
    with World() as world:
        peer = world.socket().enter(world.token("bob"))
        world.stop()
        assert peer.told("bye")
        assert peer.protocol.close_rcvd is not None
        assert peer.protocol.close_rcvd.code == CloseCode.GOING_AWAY


def test_a_websocket_without_a_login_ends_in_time() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.socket()
        world.sleep(62_000)
        assert peer.ended


def test_pings_cost_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(requests_per_second=10) as world:
        peer = world.socket()
        for _ in range(100):
            peer.protocol.send_ping(b"x")
            peer.flush()
        assert sum(frame.opcode is Opcode.PONG for frame in peer.frames) <= 12


def test_how_a_websocket_is_split_changes_nothing() -> None:
    with World() as world:
        token = world.token("bob")
        asked = [
            [0, 1, "hello", {"version": 1}],
            [0, 2, "login-token", {"token": token}],
            [0, 3, "devices", {}],
            [2, "ack", {"room": "general", "seq": 99}],
            [0, 4, "ping", {}],
        ]
        data = request("GET", "/ws", None, **HANDSHAKE) + b"".join(
            Frame(Opcode.TEXT, json.dumps(envelope).encode()).serialize(mask=True)
            for envelope in asked
        )
        at_once = world.raw().say(data).partition(b"\r\n\r\n")[2]
        by_bytes = world.raw().say_by_bytes(data).partition(b"\r\n\r\n")[2]
        assert by_bytes == at_once
        assert b"[1,4,null,{}]" in at_once


# -- Side by side ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_all_kinds_of_connections_see_the_same_entries(seed: int) -> None:
    """One user by frames, events and WebSockets; lines break, servers crash, all come back."""
    random = Random(seed)
    with World(seed=seed, limit_messages=0) as world:
        token = world.token("bob")
        framed = world.user("bob")
        stream = world.stream(token)
        socket = world.socket().enter(token)
        socket.call("sync")
        seen: dict[str, list[tuple[str, int]]] = {"framed": [], "stream": [], "socket": []}

        def gather() -> None:
            for name, peer in (("framed", framed), ("stream", stream), ("socket", socket)):
                seen[name] += [(e["room"], e["seq"]) for e in peer.entries]

        for _ in range(30):
            writer = world.login("alice")
            for _ in range(random.randrange(3)):
                writer.send(f"text {random.random()}")
                if random.random() < 0.5:
                    writer.send_to("bob", "private")
            writer.close()
            world.sleep(random.choice([0, 0, 10]))
            if random.random() < 0.3:
                gather()
                last = dict(framed.last)
                positions = {room: seq for room, seq in last.items()}
                for peer in (framed, stream, socket):
                    peer.close()
                if random.random() < 0.3:
                    world.crash()
                    world.restart()
                world.settle()
                framed, old = world.resume(framed), stream
                stream = world.stream(token, last_id=old.last_id)
                socket = world.socket().enter(token)
                socket.call("sync", positions=positions, epoch=framed.epoch)
        world.settle()
        gather()
        assert len(seen["framed"]) > 20
        for name, entries in seen.items():
            assert sorted(entries) == sorted(set(entries)), f"{name}: something came twice"
        assert set(seen["stream"]) == set(seen["framed"]) == set(seen["socket"])


def test_a_stream_behind_a_pipelined_request_begins_behind_its_answer() -> None:
    with World() as world:
        token = world.token("bob")
        peer = world.raw()
        listen = request("GET", "/api/v1/events", None, authorization=f"Bearer {token}")
        said = peer.say(request("GET", "/api/v1/") + listen)
        assert replies(said, "GET")[0].status == 200
        assert said.rstrip().endswith(b"/general:0") or b"event: live" in said
