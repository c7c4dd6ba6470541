"""One connection: its bytes, its bounds, its end; and that it costs the others nothing."""

import gc
import json
import logging
import signal
import socket
from dataclasses import replace
from struct import pack

import pytest

from chatd import __version__
from chatd.idle_monitor import DRAIN_MS
from chatd.net.connection import DISCARD_BYTES_MAX, READ_BYTES, Connection
from chatd.wire.envelope import encode_request
from chatd.wire.frames import PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN
from tests.simulation.peer import Peer
from tests.simulation.web import HANDSHAKE, request
from tests.simulation.world import World

SECOND_MS = 1_000
HOSTILE = b"\xff" * 4
"""The length of a frame that nobody may send."""


def reason(peer: Peer) -> str:
    """Return why the server ended a connection, "" if it said nothing."""
    return str(peer.told("bye")[-1]["reason"]) if peer.told("bye") else ""


def codes(peer: Peer) -> list[str]:
    return [error["code"] for error in peer.told("error")]


def frame_of(size: int, request_id: int = 1) -> bytes:
    """Return a request whose payload has exactly this many bytes."""
    spare = size - (len(encode_request(request_id, "x" * 40_000, {})) - 4)
    frame = encode_request(request_id, "x" * (40_000 + spare), {})
    if len(frame) - 4 != size:  # a shorter name has a shorter length in front
        frame = encode_request(request_id, "x" * (40_000 + spare + size - len(frame) + 4), {})
    assert len(frame) - 4 == size
    return frame


# -- requests --------------------------------------------------------------------------------


def test_pipelined_requests_are_answered_in_order_the_bad_ones_too() -> None:
    with World(requests_per_second=0) as world:
        peer = world.user("alice")
        calls = [("ping", {}), ("status", {}), ("nothing", {}), ("send", {"text": 7}), ("who", {})]
        ids = [peer.request(method, **params) for method, params in calls * 20]
        world.settle()
        assert [peer.answered(request_id) for request_id in ids] == [True] * 100


def test_requests_in_single_bytes_are_the_same_as_whole() -> None:
    with World() as world:
        peer = world.guest()
        for byte in encode_request(7, "ping", {}):
            peer.sock.send(bytes([byte]))
            world.tick()
        peer._asked.append(7)
        world.settle()
        assert peer.result(7) == {}


def test_first_request_must_be_hello() -> None:
    with World() as world:
        peer = world.connect()
        assert peer.refusal("ping")["code"] == "bad_request"
        assert peer.refusal("hello", version=2)["version"] == 1
        peer.hello()
        assert peer.refusal("hello", version=1)["code"] == "bad_request"


def test_hello_tells_the_version_the_epoch_and_what_the_server_does() -> None:
    with World() as world:
        world.register("alice")
        told = world.connect().hello()
        assert (told["server"], told["server_version"]) == (f"chatd {__version__}", __version__)
        assert told["epoch"] == world.login("alice").sync()["epoch"] != ""
        assert told["features"] == sorted(told["features"])
        assert {"comments", "files", "groups", "hooks", "search"} <= set(told["features"])


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"txt": "hi"}, "send: no parameter is called 'txt'; there is text, nonce"),
        ({"b": 1, "a": 2}, "send: no parameter is called 'b', 'a'; there is text, nonce"),
        (
            {"text": "hi", **dict.fromkeys("fghijkl")},
            "send: no parameter is called 'f', 'g', 'h', 'i', 'j', …; there is text, nonce",
        ),
    ],
)
def test_unknown_parameters_are_refused_and_named(params: dict[str, object], reason: str) -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.refusal("send", **params)["message"] == reason
        web = world.web(world.token("bob"))
        body = json.dumps(params).encode()
        reply = web.ask("POST", "/api/v1/send", body, content_type="application/json")
        assert (reply.status, reply.json["detail"]) == (400, reason)
        assert alice.texts() == []
        none = alice.refusal("hooks", **params)["message"]
        assert none.startswith("hooks: no parameter is called ") and none.endswith("there is none")


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        ("token-create", {"label": "x" * 65}, "label has more than 64 characters"),
        ("send", {"text": ""}, "text is empty"),
        ("history", {"room": "general", "limit": 201}, "limit is above 200"),
        ("history", {"room": "general", "after": -1}, "after is below 0"),
        (
            "password",
            {"salt": b"x", "iterations": 4096, "stored_key": b"", "server_key": b""},
            "salt has fewer than 12 bytes",
        ),
        ("revoke", {"device": "1"}, "Expected `int`, got `str` - at `$.device`"),
    ],
)
def test_parameters_out_of_bounds_are_refused_in_words(
    method: str, params: dict[str, object], reason: str
) -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.refusal(method, **params)["message"] == f"{method}: {reason}"


@pytest.mark.parametrize("method", ["send", "sync", "status", "who", "revoke", "logout"])
def test_command_before_login_is_unauthenticated(method: str) -> None:
    with World() as world:
        before = world.state.digest()
        assert world.guest().refusal(method)["code"] == "unauthenticated"
        assert world.state.digest() == before


def test_bad_frame_gets_one_error_and_the_end_and_nobody_else_notices() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.send_bytes(b"GET / HTTP/1.1\r\n\r\n")
        world.settle()
        assert bob.ended and codes(bob) == ["bad_frame"]
        alice.send("still here")
        assert alice.texts() == ["still here"]


def test_requests_before_a_bad_frame_are_done_and_those_behind_it_are_not() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.send_bytes(
            encode_request(1, "send", {"text": "before"})
            + pack(">I", 1)
            + b"\xc1"
            + encode_request(2, "send", {"text": "behind"})
        )
        bob._asked.append(1)
        world.settle()
        assert alice.texts() == ["before"]
        assert bob.ended


def test_refusal_of_a_huge_parameter_is_a_small_frame() -> None:
    with World() as world:
        peer = world.user("alice")
        for params in ({"x" * 60_000: 1}, {"start": "y" * 60_000}):
            error = peer.refusal("sync" if "start" in params else "send", **params)
            assert error["code"] == "bad_request"
            assert len(error["message"]) < 1_000


def test_half_closed_connection_still_gets_its_answers() -> None:
    with World() as world:
        peer = world.user("alice")
        ids = [peer.request("send", text=f"text {n}") for n in range(3)]
        peer.sock.shutdown(socket.SHUT_WR)
        world.settle()
        assert [peer.result(request_id)["seq"] for request_id in ids] == [1, 2, 3]
        assert peer.ended


def test_throttled_requests_of_a_half_closed_connection_are_done_all_the_same() -> None:
    with World(requests_per_second=10, limit_messages=0) as world:
        peer, bob = world.user("alice"), world.user("bob")
        for number in range(30):
            peer.request("send", text=f"text {number}")
        peer.sock.shutdown(socket.SHUT_WR)
        world.sleep(5 * SECOND_MS)
        assert len(bob.texts()) == 30
        assert peer.ended


@pytest.mark.parametrize("closes", [False, True])
def test_all_requests_in_front_of_a_fin_are_handled_however_many_ticks_they_take(
    closes: bool,
) -> None:
    with World(requests_per_second=0, limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        others = [world.user(name) for name in ("carol", "dave")]
        world.clock.reading_ns = 1_000_000  # so that a tick has time for some requests only
        for peer in (alice, *others):
            for number in range(200):
                peer.request("send", text=f"{peer.name} {number}")
        if closes:
            world.peers.remove(alice)
            alice.sock.close()
        else:
            alice.sock.shutdown(socket.SHUT_WR)
        world.settle()
        texts = bob.texts()
        for peer in (alice, *others):
            assert [t for t in texts if t.startswith(peer.name)] == [
                f"{peer.name} {number}" for number in range(200)
            ]
        assert closes or (alice._asked == [] and alice.ended)
        world.sleep(2 * SECOND_MS)
        assert len(world.connections) == 3


@pytest.mark.parametrize("closes", [False, True])
def test_all_requests_over_the_rate_in_front_of_a_fin_are_handled(closes: bool) -> None:
    with World(limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        for number in range(200):
            alice.request("send", text=f"text {number}")
        if closes:
            world.peers.remove(alice)
            alice.sock.close()
        else:
            alice.sock.shutdown(socket.SHUT_WR)
        world.sleep(10 * SECOND_MS)
        assert bob.texts() == [f"text {number}" for number in range(200)]
        assert len(world.connections) == 1


def test_all_requests_over_http_in_front_of_a_fin_are_answered() -> None:
    with World(requests_per_second=50) as world:
        peer = world.raw()
        world.clock.reading_ns = 1_000_000
        peer._outbox = request("GET", "/healthz") * 200
        peer.turn()
        peer.sock.shutdown(socket.SHUT_WR)
        world.sleep(10 * SECOND_MS)
        assert peer.heard.count(b"HTTP/1.1 200") == 200
        assert peer.ended


def test_answers_in_front_of_a_fin_wait_for_who_reads_late() -> None:
    with World(requests_per_second=0, high_water_bytes=64 * 1024) as world:
        peer = world.raw()
        peer.reads = False
        peer._outbox = request("GET", "/api/v1/") * 100
        peer.turn()
        peer.sock.shutdown(socket.SHUT_WR)
        world.sleep(10 * SECOND_MS)
        assert world.queued_bytes(peer) <= 2 * 64 * 1024
        peer.reads = True
        world.settle()
        assert peer.heard.count(b"HTTP/1.1 200") == 100
        assert peer.ended


def test_half_a_request_in_front_of_a_fin_is_not_waited_for() -> None:
    with World() as world:
        peer = world.raw()
        peer.say(b"POST /api/v1/send HTTP/1.1\r\nhost: localhost\r\n")
        peer.sock.shutdown(socket.SHUT_WR)
        world.settle()
        assert peer.ended


def test_connection_reset_in_the_middle_of_a_frame_leaves_no_trace() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        before = world.state.digest()
        bob.send_bytes(encode_request(1, "send", {"text": "half"})[:-1])
        world.settle()
        bob.reset()
        world.settle()
        assert world.state.digest() == before
        alice.send("still here")


# -- the size of frames ----------------------------------------------------------------------


@pytest.mark.parametrize("over", [0, 1])
def test_frame_before_login_is_bounded(over: int) -> None:
    with World() as world:
        peer = world.guest()
        size = PAYLOAD_BYTES_MAX_BEFORE_LOGIN + over
        peer.send_bytes(encode_request(9, "x" * (size - 7), {}))
        peer._asked.append(9)
        world.settle()
        assert peer.answered(9) == (not over)
        assert peer.ended == bool(over)
        assert codes(peer) == ["bad_frame"] * over


@pytest.mark.parametrize("over", [0, 1])
def test_frame_after_login_is_bounded(over: int) -> None:
    with World() as world:
        peer = world.user("alice")
        peer.send_bytes(frame_of(PAYLOAD_BYTES_MAX + over, 99))
        peer._asked.append(99)
        world.settle()
        assert peer.answered(99) == (not over)
        assert peer.ended == bool(over)


def test_announced_huge_frame_is_refused_before_any_of_it_comes() -> None:
    with World() as world:
        peer = world.guest()
        peer.send_bytes(pack(">I", 2**24))
        world.settle()
        assert peer.ended


# -- who does not log in, or does not live ---------------------------------------------------


@pytest.mark.parametrize("says_hello", [False, True])
def test_connection_that_does_not_log_in_in_time_is_ended(says_hello: bool) -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.connect()
        if says_hello:
            peer.hello()
        world.sleep(30_000 - 1)
        assert not peer.ended
        world.sleep(10)
        assert peer.ended and reason(peer) == "no login in time"


def test_guest_who_goes_on_asking_has_no_longer_to_log_in() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.guest()
        for _ in range(29):
            world.sleep(1_000)
            peer.call("ping")
        assert not peer.ended
        world.sleep(1_010)
        assert peer.ended and reason(peer) == "no login in time"


def test_connection_that_logs_in_at_the_last_moment_stays() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.guest()
        world.register("alice")
        world.sleep(29_990)
        peer.prove("alice")
        world.sleep(60_000)
        assert not peer.ended


def test_quiet_connection_is_pinged_and_stays_when_it_answers() -> None:
    with World(idle_ping_ms=60_000, stall_timeout_ms=60_000) as world:
        peer = world.user("alice")
        world.sleep(60_000 - 1)
        assert peer.told("ping") == []
        world.sleep(600_000)
        assert not peer.ended
        assert 9 <= len(peer.told("ping")) <= 11


def test_quiet_connection_that_does_not_answer_is_dead() -> None:
    with World(idle_ping_ms=60_000, stall_timeout_ms=30_000) as world:
        peer = world.user("alice")
        peer.answers_pings = False
        world.sleep(90_000 - 1)
        assert len(peer.told("ping")) == 1 and not peer.ended
        world.sleep(100)
        assert peer.ended


def test_connection_that_talks_is_not_pinged() -> None:
    with World(idle_ping_ms=60_000) as world:
        peer = world.user("alice")
        for _ in range(10):
            world.sleep(50_000)
            peer.call("ping")
        assert peer.told("ping") == []


# -- how many ---------------------------------------------------------------------------------


def test_listener_out_of_descriptors_rests_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    with World() as world:
        alice = world.user("alice")
        world.listener.descriptors_max = 1
        with caplog.at_level(logging.ERROR):
            late = world.connect()
            late.request("hello", version=1)
            world.settle()  # which fails if the server spins
            world.sleep(3 * SECOND_MS)
        assert caplog.text.count("out of file descriptors or memory") in (3, 4)
        alice.send("unaffected")
        world.listener.descriptors_max = None
        world.sleep(2 * SECOND_MS)
        assert late.heard == 1


# -- how often and how much ------------------------------------------------------------------


def test_requests_over_the_rate_wait_and_none_is_lost() -> None:
    with World(requests_per_second=10) as world:
        peer = world.user("alice")
        world.sleep(5 * SECOND_MS)
        ids = [peer.request("ping") for _ in range(35)]
        world.settle()
        assert sum(map(peer.answered, ids)) == 10
        world.sleep(SECOND_MS)
        assert sum(map(peer.answered, ids)) in (19, 20)
        world.sleep(2 * SECOND_MS)
        assert all(map(peer.answered, ids))


def test_throttled_connection_that_goes_on_sending_is_not_read() -> None:
    with World(requests_per_second=10) as world:
        peer = world.user("alice")
        (connection,) = world.connections.values()
        for _ in range(50):
            for _ in range(1_000):
                peer.request("ping")
            world.sleep(100)
            assert connection.codec.buffered_bytes <= READ_BYTES + PAYLOAD_BYTES_MAX


def test_throttled_connection_holds_up_nobody_else() -> None:
    with World(requests_per_second=10) as world:
        alice, bob = world.user("alice"), world.user("bob")
        for _ in range(500):
            alice.request("ping")
        world.settle()
        bob.send("hello")
        assert alice.texts() == ["hello"]


def test_no_rate_is_no_limit() -> None:
    with World(requests_per_second=0) as world:
        peer = world.user("alice")
        ids = [peer.request("ping") for _ in range(1_000)]
        world.settle()
        assert all(map(peer.answered, ids))


def test_flood_takes_its_turns_with_everybody_else() -> None:
    with World(requests_per_second=0) as world:
        flood, other = world.user("alice"), world.user("bob")
        world.clock.reading_ns = 1_000_000  # so that a tick has time for some requests only
        for _ in range(2_000):
            flood.request("ping")
        world.tick()
        request_id = other.request("ping")
        for _ in range(3):
            world.tick()
        other.pull()
        assert other.answered(request_id)
        assert sum(map(flood.answered, range(2_000))) < 100
        world.clock.reading_ns = 0
        world.settle()
        assert flood._asked == []


def test_tick_over_its_bytes_serves_the_others_first_in_the_next() -> None:
    with World(requests_per_second=0, tick_bytes_max=64 * 1024, limit_messages=0) as world:
        peers = [world.user(name) for name in ("anna", "bert", "carl", "dora")]
        for peer in peers:
            for _ in range(7):
                peer.request("send", text="x" * 8_000)
        served = []
        for _ in range(4):
            before = len(world.state.general.log.frames)
            world.tick()
            served.append(len(world.state.general.log.frames) - before)
        assert max(served) <= 16  # what fits, and the read that was one too many
        assert sum(served) >= 24
        world.settle()
        assert all(peer._asked == [] for peer in peers)


# -- who reads nothing -----------------------------------------------------------------------

TEXT = "x" * 8_000
HIGH_WATER = 64 * 1024


def lagging_world() -> World:
    return World(limit_messages=0, high_water_bytes=HIGH_WATER, stall_timeout_ms=60_000)


def flood(peer: Peer, count: int) -> list[str]:
    texts = [f"{number} {TEXT}" for number in range(count)]
    for text in texts:
        peer.send(text)
    return texts


def test_peer_that_reads_nothing_costs_at_most_the_high_water_mark() -> None:
    with lagging_world() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.reads = False
        flood(alice, 100)
        assert world.queued_bytes(bob) <= HIGH_WATER
        assert len(alice.texts()) == 100


def test_peer_that_reads_again_has_lost_nothing_and_is_told_live_once() -> None:
    with lagging_world() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.reads = False
        texts = flood(alice, 100)
        alice.send_to("bob", "private")
        world.sleep(30 * SECOND_MS)
        bob.reads = True
        world.settle()
        assert bob.texts() == texts and bob.texts("alice,bob") == ["private"]
        assert len(bob.told("live")) == 1
        alice.send("live again")
        assert bob.texts()[-1] == "live again"


def test_peer_that_reads_slowly_is_never_stalled_out_and_loses_nothing() -> None:
    with lagging_world() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.reads = False
        texts = flood(alice, 40)
        for _ in range(30):
            bob.pull(15_000)
            world.sleep(20 * SECOND_MS)
            assert world.queued_bytes(bob) <= 2 * HIGH_WATER
        assert not bob.ended
        assert bob.texts() == texts


def test_peer_that_takes_nothing_for_the_stall_timeout_is_gone_and_can_resume() -> None:
    with lagging_world() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.reads = False
        texts = flood(alice, 50)
        world.sleep(60_000 - 1)
        assert world.queued_bytes(bob) > 0
        world.sleep(100)
        assert bob.sock.other.closed
        while not bob.ended:
            bob.pull()
        assert 0 < len(bob.texts()) < 50
        again = world.resume(bob)
        assert bob.texts() + again.texts() == texts


def test_peer_that_pipelines_and_reads_no_answer_is_not_read_any_more() -> None:
    with World(requests_per_second=0, high_water_bytes=HIGH_WATER) as world:
        world.user("alice").send("y" * 8_000)
        bob = world.user("bob")
        bob.reads = False
        ids = [bob.request("history", room="general") for _ in range(2_000)]
        world.settle()
        assert world.queued_bytes(bob) <= HIGH_WATER + PAYLOAD_BYTES_MAX
        bob.reads = True
        world.settle()
        assert all(map(bob.answered, ids))


def test_notices_to_a_peer_that_reads_nothing_are_bounded_too() -> None:
    with World(
        limit_messages=1_000_000, requests_per_second=0, high_water_bytes=HIGH_WATER
    ) as world:
        one, two = world.user("alice"), world.user("alice")
        two.reads = False
        for _ in range(2_500):
            one.request("send", text="x")
            world.tick()
            one.pull()
        assert world.queued_bytes(two) <= HIGH_WATER + 1_000


def test_far_behind_newcomer_is_pumped_in_slices_that_hold_up_nobody() -> None:
    with World(limit_messages=0, limit_show_messages=1_000) as world:
        alice = world.user("alice")
        texts = flood(alice, 100)
        bob = world.login("bob", kernel_bytes=1 << 22)
        bob.request("sync")
        request_id = alice.request("ping")
        for _ in range(3):
            world.tick()
            world._turn()
        assert alice.answered(request_id)
        world.settle()
        assert bob.texts() == texts


def test_peer_that_asks_in_every_tick_hears_what_it_missed_meanwhile() -> None:
    with World(limit_messages=0, limit_show_messages=1_000, requests_per_second=0) as world:
        texts = flood(world.user("alice"), 100)
        bob = world.login("bob")
        bob.request("sync")
        for _ in range(100):
            asked = bob.request("ping")
            world.tick()
            bob.turn()
            assert bob.answered(asked)
        assert bob.texts() == texts


def test_device_that_reads_again_is_told_how_things_are_by_then() -> None:
    with World(limit_messages=50, high_water_bytes=1_000) as world:
        phone, bob = world.user("alice"), world.user("bob")
        laptop = world.guest(kernel_bytes=500)
        laptop.prove("alice")
        laptop.sync()
        laptop.reads = False
        for _ in range(6):
            bob.send("x" * 400)
        for seq in (3, 6):
            phone.send("short")
            phone.ack("general", seq)
            world.sleep(2 * SECOND_MS)
        assert world.queued_bytes(laptop) > 1_000
        laptop.reads = True
        world.settle()
        assert laptop.told("limits")[-1]["general"]["left"] == 48
        assert laptop.told("read")[-1] == {"room": "general", "seq": 8}
        assert len(laptop.texts()) == 8


# -- the end ---------------------------------------------------------------------------------


def test_graceful_stop_says_goodbye_and_sends_what_waits() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        request_id = alice.request("send", text="last words")
        world.stop()
        assert alice.result(request_id)["seq"] == 1
        assert bob.texts() == ["last words"]
        assert reason(alice) == reason(bob) == "the server stops; come back soon"
        assert alice.ended and bob.ended
        with pytest.raises(ConnectionRefusedError):
            world.connect()


def test_graceful_stop_waits_five_seconds_for_a_peer_that_reads_nothing() -> None:
    with lagging_world() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.reads = False
        flood(alice, 100)
        before_ms = world.clock.wall_ms
        world.stop()
        assert world.clock.wall_ms - before_ms == 5_000
        world.restart()
        assert len(world.user("bob").texts()) == 100


def test_graceful_stop_with_nobody_there_is_at_once() -> None:
    with World() as world:
        before_ms = world.clock.wall_ms
        world.stop()
        assert world.clock.wall_ms == before_ms


def test_ended_connection_is_closed_when_its_peer_has_been_quiet_for_a_moment() -> None:
    with World() as world:
        sock = world.listener.connect("127.0.0.1")
        sock.send(HOSTILE)
        world.settle()
        assert sock.is_over and not sock.other.closed
        world.sleep(DRAIN_MS)
        assert sock.other.closed


def test_peer_that_hangs_up_too_is_closed_at_once() -> None:
    with World() as world:
        sock = world.listener.connect("127.0.0.1")
        sock.send(HOSTILE)
        world.settle()
        server_end = sock.other
        sock.close()
        world.settle()
        assert server_end.closed


def test_peer_that_goes_on_sending_behind_its_end_is_cut_off() -> None:
    with World() as world:
        sock = world.listener.connect("127.0.0.1")
        sent = sock.send(HOSTILE)
        while not sock.other.closed:
            assert sent <= DISCARD_BYTES_MAX + READ_BYTES
            sent += sock.send(b"x" * READ_BYTES)
            world.settle()
        assert sent > DISCARD_BYTES_MAX


def test_second_server_on_the_store_of_a_running_one_is_refused() -> None:
    with World() as world:
        with pytest.raises(Exception, match="in use by process"):
            World(disk=world.disk)


def test_settings_read_again_count_from_then_on() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        assert alice.refusal("send", text="two")["code"] == "rate_limited"
        world.settings = replace(world.settings, limit_messages=2)
        world.signals.send(signal.SIGHUP)
        world.settle()
        alice.send("two")
        assert alice.refusal("send", text="three")["code"] == "rate_limited"


@pytest.mark.parametrize(
    "opening",
    [
        b"\xff" * 60_000,
        b"\0\0\x1f\xff" + b"x" * 8_000,
        request("GET", "/healthz", connection="close") + b"x" * 60_000,
        request("POST", "/api/v1/login-start", content_length="90000") + b"x" * 60_000,
        request("GET", "/ws", None, **HANDSHAKE) + b"\x81\xfe\x1f\xf0abcd" + b"x" * 8_000,
    ],
    ids=["no frame", "half a frame", "behind the last request", "half a body", "half a message"],
)
def test_what_lay_at_a_connection_goes_with_it_and_waits_for_no_collector(opening: bytes) -> None:
    with World() as world:
        gc.disable()
        try:
            peer = world.raw()
            peer.say(opening)
            peer.close()
            world.sleep(1_000)
            connections = [thing for thing in gc.get_objects() if isinstance(thing, Connection)]
            assert not any(connection._loop is world.server._loop for connection in connections)
        finally:
            gc.enable()
