"""Who waits is served in order, and nobody gets more by coming with more connections."""

import socket
from typing import Any

import pytest
from websockets.frames import Opcode

from chatd import service
from chatd.connections import REAPED_PER_TICK
from chatd.core.budget import TICK_NS_MAX
from chatd.net.connection import READ_BYTES
from chatd.service import TURN_NS_MAX
from chatd.wire.envelope import encode_notification, encode_request
from tests.simulation.network import SimSocket
from tests.simulation.peer import Peer
from tests.simulation.web import request
from tests.simulation.world import World

SECOND_MS = 1_000
LOOK_NS = 400_000
"""So long seems each look at the clock to take; there is one at least for each request."""
WITHIN_TICKS = 2
"""The tick in which a request is read is cut short by those who were there before, at most."""
WITHIN_NS = 50_000_000
"""So long may it take where twenty never stop: each of them may have a turn before."""


def busy(**options: Any) -> World:
    """Return a world in which work takes time, and a tick has room for some requests only."""
    return World(tick_bytes_max=1 << 22, **options)


def ticks_until_answered(world: World, peer: Peer) -> int:
    """Let a peer ping; return in how many ticks it is answered while nobody else moves."""
    request_id = peer.request("ping")
    for ticks in range(1, 1_000):
        world.tick()
        peer.pull()
        if peer.answered(request_id):
            return ticks
    raise AssertionError("never answered")


def pour(sock: SimSocket, data: bytes) -> None:
    """Send as much as the kernel takes."""
    try:
        while data:
            data = data[sock.send(data) :]
    except BlockingIOError:
        pass


# -- one queue -------------------------------------------------------------------------------


def test_two_connections_of_a_user_that_ask_much_hold_up_nobody_else() -> None:
    with busy() as world:
        flood = [world.user("eve") for _ in range(2)]
        other = world.user("bob")
        world.clock.reading_ns = LOOK_NS
        for peer in flood:
            for _ in range(60):
                peer.request("rooms")
        assert ticks_until_answered(world, other) <= WITHIN_TICKS
        world.tick()
        for peer in flood:
            peer.pull()
        assert any(not peer.answered(peer._next_id) for peer in flood)
        world.clock.reading_ns = 0
        world.settle()
        assert all(not peer._asked for peer in flood)


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1", "2001:db8::1"])
def test_guests_of_one_address_that_ask_for_health_hold_up_nobody_else(address: str) -> None:
    with busy() as world:
        other = world.user("bob")
        guests = [world.raw(address) for _ in range(60)]
        world.settle()
        world.clock.reading_ns = LOOK_NS
        for guest in guests:
            guest.sock.send(request("GET", "/healthz") * 100)
        assert ticks_until_answered(world, other) <= WITHIN_TICKS
        world.clock.reading_ns = 0


def test_guests_from_a_whole_network_are_one() -> None:
    with busy(requests_per_second=0) as world:
        other = world.user("bob")
        guests = [world.raw(f"2001:db8::{number:x}") for number in range(1, 200)]
        world.settle()
        world.clock.reading_ns = LOOK_NS
        for guest in guests:
            guest.sock.send(request("GET", "/healthz") * 100)
        assert ticks_until_answered(world, other) <= WITHIN_TICKS
        world.clock.reading_ns = 0


@pytest.mark.parametrize("logs_in", [True, False], ids=["users", "addresses"])
def test_of_twenty_who_never_stop_and_one_who_asks_now_and_then_that_one_never_waits(
    logs_in: bool,
) -> None:
    with busy(requests_per_second=0) as world:
        other = world.user("bob")
        if logs_in:
            flood = [world.user(f"eve{number % 20}") for number in range(60)]
        else:
            flood = [world.guest(f"192.0.2.{number % 20}") for number in range(60)]
        world.clock.reading_ns = LOOK_NS
        data = encode_request(1, "ping", {}) * 500
        for _ in range(30):
            for peer in flood:
                pour(peer.sock, data)
                peer.sock.other.other._inbox.clear()  # it takes its answers, and forgets them
            began_ns = world.clock.monotonic_ns()
            ticks_until_answered(world, other)
            assert world.clock.monotonic_ns() - began_ns <= WITHIN_NS
        world.clock.reading_ns = 0


def test_who_asks_much_gets_the_rest_of_every_tick() -> None:
    with busy(requests_per_second=0) as world:
        flood = world.user("eve")
        world.clock.reading_ns = LOOK_NS
        for _ in range(1_000):
            flood.request("ping")
        began_ns = world.clock.monotonic_ns()
        world.tick()
        took_ns = world.clock.monotonic_ns() - began_ns
        flood.pull()
        answered = sum(map(flood.answered, range(flood._next_id + 1)))
        assert answered > 3 * TURN_NS_MAX // LOOK_NS  # more than a turn could do, or three
        assert took_ns > TICK_NS_MAX
        world.clock.reading_ns = 0
        world.settle()
        assert flood._asked == []


def test_what_is_to_be_sent_to_many_connections_is_work_of_the_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "SEND_NS", TICK_NS_MAX // 10)
    with busy() as world:
        peers = [world.guest(f"192.0.2.{number}") for number in range(30)]
        asked = [(peer, peer.request("ping")) for peer in peers]
        answered = []
        for _ in range(3):
            world.tick()
            for peer in peers:
                peer.pull()
            answered.append(sum(peer.answered(request_id) for peer, request_id in asked))
        assert answered == [11, 22, 30]


def test_who_waits_is_not_told_as_ready_in_every_tick() -> None:
    with busy(requests_per_second=0) as world:
        flood = [world.raw(f"192.0.2.{number}") for number in range(200)]
        world.settle()
        world.clock.reading_ns = LOOK_NS
        for _ in range(2):
            for peer in flood:
                peer.sock.send(encode_request(1, "ping", {}) * 100)
            for _ in range(3):
                world.tick()
            assert len(world.selector.select(0)) < 100
        world.clock.reading_ns = 0
        world.settle()  # and then each of them is told of again
        assert {peer.heard.count(b"\x94\x01\x01") for peer in flood} == {200}


def test_connections_that_end_together_are_closed_in_several_ticks() -> None:
    with busy() as world:
        peers = [world.raw(f"192.0.2.{number % 200}") for number in range(2 * REAPED_PER_TICK + 1)]
        world.settle()
        for peer in peers:
            peer.close()
        counts = [len(peers)]
        while counts[-1]:
            world.tick()
            counts.append(len(world.connections))
        assert counts[-4:] == [len(peers), REAPED_PER_TICK + 1, 1, 0]


def test_requests_of_one_connection_are_answered_in_order_over_all_turns() -> None:
    with busy(requests_per_second=0, limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.clock.reading_ns = LOOK_NS
        for number in range(300):
            alice.request("send", text=f"alice {number}")
            bob.request("send", text=f"bob {number}")
        for _ in range(100):
            world.tick()
            world._turn()
        world.clock.reading_ns = 0
        world.settle()
        for name in ("alice", "bob"):
            said = [text for text in alice.texts() if text.startswith(name)]
            assert said == [f"{name} {number}" for number in range(300)]


def test_reading_is_bounded_by_turns_too() -> None:
    with busy(requests_per_second=0) as world:
        other = world.user("bob")
        half = encode_request(1, "x" * 8_000, {})[:-1]
        flood = [world.raw("192.0.2.1") for _ in range(300)]
        world.settle()
        world.clock.reading_ns = LOOK_NS
        for peer in flood:
            peer.sock.send(half)
        asked = other.request("ping")
        world.tick()
        other.pull()
        unread = sum(peer.sock.other.waiting_bytes > 0 for peer in flood)
        assert other.answered(asked) and unread > 100
        world.clock.reading_ns = 0


def test_bytes_behind_the_end_are_taken_by_turns_too() -> None:
    with busy() as world:
        other = world.user("bob")
        flood = [world.listener.connect("192.0.2.1") for _ in range(200)]
        for sock in flood:
            sock.send(b"\xff" * 4)
        world.settle()
        world.clock.reading_ns = LOOK_NS
        for _ in range(3):
            for sock in flood:
                assert sock.is_over
                pour(sock, b"x" * READ_BYTES)
            assert ticks_until_answered(world, other) <= WITHIN_TICKS
        world.clock.reading_ns = 0


def test_all_requests_in_front_of_a_hang_up_are_done() -> None:
    with busy(requests_per_second=0, limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.clock.reading_ns = LOOK_NS
        for number in range(200):
            alice.request("send", text=f"text {number}")
        alice.sock.shutdown(socket.SHUT_WR)
        for _ in range(100):
            world.tick()
            world._turn()
        world.clock.reading_ns = 0
        world.settle()
        assert bob.texts() == [f"text {number}" for number in range(200)]
        assert alice.ended and not alice._asked


def test_who_comes_back_has_pages_by_turns_of_users() -> None:
    with World(limit_messages=0, limit_show_messages=1_000, tick_bytes_max=1 << 16) as world:
        alice = world.user("alice")
        for _ in range(100):
            alice.send("x" * 8_000)
        world.register("eve")
        flood = [world.login("eve", kernel_bytes=1 << 22) for _ in range(30)]
        bob = world.login("bob", kernel_bytes=1 << 22)
        for peer in flood:
            peer.request("sync")
        world.tick()
        bob.request("sync")
        for _ in range(4):
            world.tick()
        bob.pull()
        assert len(bob.texts()) > 0
        world.settle()


# -- HTTP ------------------------------------------------------------------------------------


def test_requests_over_http_are_their_users() -> None:
    with busy(requests_per_second=10) as world:
        token = world.token("eve")
        peers = [world.web(token) for _ in range(3)]
        world.sleep(2 * SECOND_MS)
        said = request("GET", "/healthz", authorization=f"Bearer {token}") * 10
        for peer in peers:
            peer._outbox = said
        world.settle()
        assert sum(peer.heard.count(b"HTTP/1.1 200") for peer in peers) == 10
        world.sleep(SECOND_MS)
        assert sum(peer.heard.count(b"HTTP/1.1 200") for peer in peers) in (19, 20)
        world.sleep(2 * SECOND_MS)
        assert all(peer.heard.count(b"HTTP/1.1 200") == 10 for peer in peers)


def test_requests_of_a_user_over_http_and_by_frames_are_counted_together() -> None:
    with busy(requests_per_second=10) as world:
        eve = world.login("eve", device="web")
        web = world.web(eve.token)
        world.sleep(2 * SECOND_MS)
        for _ in range(10):
            eve.request("ping")
        world.settle()
        web.say(request("GET", "/healthz", authorization=f"Bearer {eve.token}"))
        assert web.heard == b""
        world.sleep(SECOND_MS)
        assert web.heard.startswith(b"HTTP/1.1 200")


def test_requests_of_a_user_who_has_too_many_connections_wait_for_their_time_too() -> None:
    with busy(requests_per_second=10, connections_per_user=1) as world:
        eve = world.login("eve", device="web")
        web = world.raw("192.0.2.9")
        world.sleep(2 * SECOND_MS)
        web.say(request("GET", "/healthz", authorization=f"Bearer {eve.token}") * 20)
        assert web.heard.count(b"HTTP/1.1 429") == 10
        world.sleep(SECOND_MS // 2)
        assert web.heard.count(b"HTTP/1.1 429") in (14, 15)
        world.sleep(2 * SECOND_MS)
        assert web.heard.count(b"HTTP/1.1 429") == 20


def test_requests_that_a_proxy_passes_on_are_counted_by_who_sends_them() -> None:
    with busy(requests_per_second=10, trusted_proxies=("192.0.2.0/24",)) as world:
        token = world.token("bob")
        flood, proxy = world.raw("192.0.2.1"), world.raw("192.0.2.1")
        world.sleep(2 * SECOND_MS)
        flood.say(request("GET", "/healthz", x_forwarded_for="203.0.113.9") * 100)
        assert flood.heard.count(b"HTTP/1.1 200") == 10
        assert proxy.say(request("GET", "/healthz", x_forwarded_for="203.0.113.9")) == b""
        world.sleep(20 * SECOND_MS)
        proxy.heard = b""
        for number in range(3):
            proxy.say(request("GET", "/healthz", x_forwarded_for=f"203.0.113.{10 + number}"))
        proxy.say(request("GET", "/healthz", authorization=f"Bearer {token}"))
        assert proxy.heard.count(b"HTTP/1.1 200") == 4


def test_address_that_anybody_else_passes_on_is_not_believed() -> None:
    with busy(requests_per_second=10) as world:
        peer = world.raw("192.0.2.1")
        world.sleep(2 * SECOND_MS)
        for number in range(20):
            peer.say(request("GET", "/healthz", x_forwarded_for=f"203.0.113.{number}"))
        assert peer.heard.count(b"HTTP/1.1 200") == 10


# -- requests a second of a user -------------------------------------------------------------


def test_requests_a_second_are_a_users_on_all_connections_together() -> None:
    with busy(requests_per_second=10) as world:
        peers = [world.user("eve") for _ in range(4)]
        bob = world.user("bob")
        world.sleep(2 * SECOND_MS)
        asked = [(peer, peer.request("ping")) for _ in range(10) for peer in peers]
        world.settle()
        assert sum(peer.answered(request_id) for peer, request_id in asked) == 10
        bob.call("ping")
        world.sleep(SECOND_MS)
        assert sum(peer.answered(request_id) for peer, request_id in asked) in (19, 20)
        world.sleep(3 * SECOND_MS)
        assert all(peer.answered(request_id) for peer, request_id in asked)


def test_who_has_asked_as_often_as_allowed_and_has_no_more_to_ask_uses_nothing_up() -> None:
    with busy(requests_per_second=10) as world:
        peers = [world.user("eve") for _ in range(10)]
        world.sleep(2 * SECOND_MS)
        asked = [(peer, peer.request("ping")) for peer in peers]
        world.settle()
        assert all(peer.answered(request_id) for peer, request_id in asked)
        world.sleep(SECOND_MS)
        asked = [(peer, peer.request("ping")) for peer in peers]
        world.settle()
        assert all(peer.answered(request_id) for peer, request_id in asked)


def test_requests_before_the_login_are_an_addresses_together() -> None:
    with busy(requests_per_second=10) as world:
        peers = [world.guest("192.0.2.1") for _ in range(4)]
        world.sleep(2 * SECOND_MS)
        asked = [(peer, peer.request("ping")) for _ in range(10) for peer in peers]
        world.settle()
        assert sum(peer.answered(request_id) for peer, request_id in asked) == 10
        other = world.guest("192.0.2.2")
        assert other.call("ping") == {}


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_requests_of_a_proxy_that_names_nobody_are_counted_by_connection(address: str) -> None:
    with World(requests_per_second=10, trusted_proxies=(address,)) as world:
        lines = [world.web(address=address) for _ in range(30)]
        assert [line.ask("GET", "/healthz").status for line in lines] == [200] * 30


def test_requests_before_the_login_on_loopback_are_counted_by_connection() -> None:
    with busy(requests_per_second=10) as world:
        peers = [world.guest() for _ in range(4)]
        world.sleep(2 * SECOND_MS)
        asked = [(peer, peer.request("ping")) for _ in range(11) for peer in peers]
        world.settle()
        assert sum(peer.answered(request_id) for peer, request_id in asked) == 40


# -- all that a peer can send counts ----------------------------------------------------------


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CONT])
def test_frames_of_a_websocket_that_ask_for_nothing_count_as_requests(opcode: Opcode) -> None:
    with busy(requests_per_second=10) as world:
        other, peer = world.user("bob"), world.socket()
        world.sleep(2 * SECOND_MS)
        head = bytes([(0x00 if opcode is Opcode.CONT else 0x80) | opcode, 0x80, 0, 0, 0, 0])
        start = b"\x01\x80\0\0\0\0" if opcode is Opcode.CONT else b""
        world.peers.remove(peer)
        pour(peer.sock, start + head * 10_900)
        world.clock.reading_ns = LOOK_NS
        assert ticks_until_answered(world, other) <= WITHIN_TICKS
        world.clock.reading_ns = 0
        (connection,) = (c for c in world.connections.values() if not c.name)
        before = connection.codec.buffered_bytes
        world.sleep(10 * SECOND_MS)
        assert (before - connection.codec.buffered_bytes) // 6 in range(98, 103)


def test_pings_and_pongs_by_frames_count_as_requests() -> None:
    with busy(requests_per_second=10) as world:
        eve = world.user("eve")
        world.sleep(2 * SECOND_MS)
        eve.send_bytes(encode_notification("pong", {}) * 100)
        request_id = eve.request("ping")
        world.sleep(8 * SECOND_MS)
        assert not eve.answered(request_id)
        world.sleep(2 * SECOND_MS)
        assert eve.answered(request_id)


def test_body_in_chunks_of_a_byte_holds_up_nobody_else() -> None:
    with busy() as world:
        other, peer = world.user("bob"), world.raw()
        head = request("POST", "/api/v1/send", transfer_encoding="chunked")
        world.settle()
        world.clock.reading_ns = LOOK_NS
        pour(peer.sock, head + b"1\r\nx\r\n" * 20_000)
        assert ticks_until_answered(world, other) <= WITHIN_TICKS
        world.clock.reading_ns = 0


def test_settings_read_again_wake_those_who_wait_for_the_old_rate() -> None:
    with busy() as world:
        eve = world.user("eve")
        world.reload(requests_per_second=1)
        world.sleep(2 * SECOND_MS)
        ids = [eve.request("ping") for _ in range(100)]
        world.settle()
        assert sum(map(eve.answered, ids)) == 1
        world.reload(requests_per_second=0)
        assert all(map(eve.answered, ids))


def test_request_that_is_answered_at_once_changes_nothing_at_the_selector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World() as world:
        alice = world.user("alice")
        with monkeypatch.context() as patch:
            patch.setattr(world.selector, "unregister", None)
            alice.call("ping")
            alice.send("hello")
