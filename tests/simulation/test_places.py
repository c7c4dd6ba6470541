"""Places: how many connections there may be, of whom, and who gives way."""

from functools import partial

import pytest

from chatd.config import BY_NAME
from chatd.connections import DRAINING_MAX, FIRST_BYTES_MS_MAX, GOODBYE_MS_MAX
from tests.simulation.account import registration
from tests.simulation.network import SimSocket
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.web import HANDSHAKE, RawPeer, WebPeer, replies, request
from tests.simulation.world import World

SECOND_MS = 1_000
HOUR_MS = 3_600_000
HOSTILE = b"\xff" * 4
"""The length of a frame that nobody may send."""


def refusal(world: World, peer: Peer) -> Map:
    """Return with what a newcomer that says nothing is turned away."""
    world.sleep(FIRST_BYTES_MS_MAX)
    assert peer.ended
    (error,) = peer.told("error")
    return error


def assert_rule(error: Map, setting: str, limit: int, reset_at: int) -> None:
    """Hold a refusal against the rule that it names."""
    assert error["code"] == "rate_limited"
    assert (error["setting"], error["rule"]) == (setting, BY_NAME[setting].help)
    assert (error["limit"], error["reset_at"]) == (limit, reset_at)


def reasons(peer: Peer) -> list[str]:
    return [bye["reason"] for bye in peer.told("bye")]


def enter(world: World, name: str, address: str = "127.0.0.1") -> Peer:
    """Return a connection of a user from an address."""
    if name not in world.state.users:
        world.register(name)
    peer = world.guest(address)
    peer.prove(name)
    return peer


def register(world: World, name: str, address: str) -> None:
    peer = world.guest(address)
    try:
        peer.call("register", name=name, **registration("x"))
    finally:
        peer.close()
        world.settle()


# -- by address ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "elsewhere"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
    ],
)
def test_guests_of_an_address_are_bounded(one: str, other: str, elsewhere: str) -> None:
    with World(guests_per_address=3, login_timeout_ms=30_000) as world:
        peers = [world.guest(address) for address in (one, other, one)]
        came_ms = world.now_ms
        late = world.connect(other)
        error = refusal(world, late)
        assert_rule(error, "GUESTS_PER_ADDRESS", 3, came_ms + 30_000)
        assert not any(peer.ended for peer in peers)
        world.guest(elsewhere)
        peers[0].close()
        world.settle()
        world.guest(one)


def test_guest_that_logs_in_makes_room_for_another() -> None:
    with World(guests_per_address=1) as world:
        for name in ("alice", "bob", "carol"):
            enter(world, name, "192.0.2.1")
        assert len(world.connections) == 3


def test_connections_of_an_address_are_bounded_logged_in_or_not() -> None:
    with World(connections_per_address=2, idle_ping_ms=60_000, stall_timeout_ms=60_000) as world:
        enter(world, "alice", "192.0.2.1")
        bob = enter(world, "bob", "192.0.2.1")
        came_ms = world.now_ms
        error = refusal(world, world.connect("192.0.2.1"))
        assert_rule(error, "CONNECTIONS_PER_ADDRESS", 2, came_ms + 120_000)
        bob.close()
        world.settle()
        world.guest("192.0.2.1")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_not_counted(address: str) -> None:
    with World(guests_per_address=1, connections_per_address=1, registrations_per_hour=1) as world:
        peers = [world.guest(address) for _ in range(5)]
        register(world, "alice", address)
        register(world, "bob", address)
        assert not any(peer.ended for peer in peers)


def test_no_bound_is_no_limit() -> None:
    with World(
        guests_per_address=0, connections_per_address=0, registrations_per_hour=0,
        connections_per_user=0,
    ) as world:  # fmt: skip
        peers = [world.guest("192.0.2.1") for _ in range(5)]
        for number in range(5):
            register(world, f"user{number}", "192.0.2.1")
        users = [enter(world, "alice") for _ in range(70)]
        assert not any(peer.ended for peer in peers + users)


def test_class_of_a_hundred_behind_one_address_gets_in_with_the_defaults() -> None:
    with World() as world:
        pupils = [world.connect("192.0.2.1") for _ in range(300)]
        for peer in pupils:
            peer.request("hello", version=1)
        for number, peer in enumerate(pupils[:100]):
            peer.request("register", name=f"pupil{number}", **registration("pencil"))
        world.sleep(2 * SECOND_MS)
        for number, peer in enumerate(pupils[:100]):
            peer._settle = partial(world.sleep, 20)  # so many behind one address wait a little
            peer.prove(f"pupil{number}", "pencil")
        assert not any(peer.ended for peer in pupils)


def test_trusted_proxy_is_not_counted_and_what_stands_behind_it_is() -> None:
    with World(guests_per_address=2, trusted_proxies=("192.0.2.0/24",)) as world:
        token = world.token("bob")
        lines = [world.web(address="192.0.2.7") for _ in range(5)]
        fields = {**HANDSHAKE, "x_forwarded_for": "203.0.113.9"}
        for line in lines[:2]:
            assert line.say(request("GET", "/ws", None, **fields)).startswith(b"HTTP/1.1 101 ")
        reply = lines[2].ask("GET", "/ws", None, **fields)
        assert reply.status == 429 and "retry-after" in reply.fields
        assert_rule(reply.json, "GUESTS_PER_ADDRESS", 2, world.now_ms + 30_000)
        fields["x_forwarded_for"] = "203.0.113.10"
        assert lines[3].say(request("GET", "/ws", None, **fields)).startswith(b"HTTP/1.1 101 ")
        assert lines[4].ask("GET", "/healthz", authorization=f"Bearer {token}").status == 200


def test_another_proxy_is_counted_whatever_it_says() -> None:
    with World(guests_per_address=1) as world:
        world.web(address="192.0.2.7").ask("GET", "/healthz", x_forwarded_for="203.0.113.9")
        assert refusal(world, world.connect("192.0.2.7"))["setting"] == "GUESTS_PER_ADDRESS"


def test_refusal_of_a_newcomer_is_in_the_protocol_that_it_speaks() -> None:
    with World(guests_per_address=1, login_timeout_ms=30_000) as world:
        world.guest("192.0.2.1")
        web = world.raw("192.0.2.1")
        (reply,) = replies(web.say(request("GET", "/healthz")), "GET")
        assert reply.status == 429
        assert reply.fields["retry-after"] == "30" and reply.fields["connection"] == "close"
        assert_rule(reply.json, "GUESTS_PER_ADDRESS", 1, world.now_ms + 30_000)
        peer = world.connect("192.0.2.1")
        peer.send_bytes(b"\0\0\0\1\xc0")
        world.settle()
        assert_rule(peer.told("error")[0], "GUESTS_PER_ADDRESS", 1, world.now_ms + 30_000)
        assert peer.ended


def test_newcomers_that_are_turned_away_cost_a_bounded_number_of_connections() -> None:
    with World(guests_per_address=1) as world:
        world.guest("192.0.2.1")
        late = [world.listener.connect("192.0.2.1") for _ in range(DRAINING_MAX + 100)]
        world.settle()
        assert sum(not sock.other.closed for sock in late) == DRAINING_MAX
        assert len(world.connections) == DRAINING_MAX + 1
        world.sleep(FIRST_BYTES_MS_MAX + GOODBYE_MS_MAX)
        assert all(sock.other.closed for sock in late)


# -- registrations ---------------------------------------------------------------------------


def test_registrations_of_an_address_in_an_hour_are_bounded() -> None:
    with World(registrations_per_hour=2) as world:
        register(world, "alice", "192.0.2.1")
        first_ms = world.now_ms
        world.sleep(1_800_000)
        register(world, "bob", "::ffff:192.0.2.1")
        before = world.state.digest()
        with pytest.raises(Refused) as refused:
            register(world, "carol", "192.0.2.1")
        assert_rule(refused.value.detail, "REGISTRATIONS_PER_HOUR", 2, first_ms + HOUR_MS)
        assert world.state.digest() == before
        register(world, "dora", "192.0.2.2")
        world.sleep(1_800_000)
        register(world, "carol", "192.0.2.1")


def test_registration_that_is_refused_for_its_name_does_not_count() -> None:
    with World(registrations_per_hour=1) as world:
        world.register("alice")
        with pytest.raises(Refused, match="conflict"):
            register(world, "alice", "192.0.2.1")
        register(world, "bob", "192.0.2.1")


def test_registrations_are_counted_by_who_stands_behind_a_proxy() -> None:
    with World(registrations_per_hour=1, trusted_proxies=("192.0.2.7/32",)) as world:

        def codes(*names: str, address: str) -> list[str]:
            peer = world.socket("chatd.v1.msgpack", "192.0.2.7", x_forwarded_for=address)
            peer.call("hello", version=1)
            answers = [peer.call("register", name=name, **registration("x")) for name in names]
            return [error["code"] if error else "ok" for _, _, error, _ in answers]

        assert codes("anna", "bert", address="203.0.113.1") == ["ok", "rate_limited"]
        assert codes("bert", address="203.0.113.2") == ["ok"]


def test_table_of_registrations_forgets_those_that_are_an_hour_old() -> None:
    with World() as world:
        for number in range(5):
            register(world, f"user{number}", f"192.0.2.{number}")
        world.sleep(HOUR_MS)
        register(world, "late", "192.0.2.9")
        assert list(world.app.registrations._windows) == ["192.0.2.9"]


# -- of a user -------------------------------------------------------------------------------


def test_connections_of_a_user_are_bounded_from_all_addresses_together() -> None:
    with World(connections_per_user=2, idle_ping_ms=60_000, stall_timeout_ms=30_000) as world:
        one = enter(world, "eve")
        enter(world, "eve", "192.0.2.1")
        late = world.guest()
        with pytest.raises(Refused) as refused:
            late.prove("eve")
        assert_rule(refused.value.detail, "CONNECTIONS_PER_USER", 2, world.now_ms + 90_000)
        assert not late.ended
        enter(world, "bob")
        one.close()
        world.settle()
        late.prove("eve")


def test_login_that_is_refused_for_the_bound_makes_no_device() -> None:
    with World(connections_per_user=1) as world:
        enter(world, "eve")
        late = world.guest()
        before = world.state.digest()
        with pytest.raises(Refused, match="rate_limited"):
            late.prove("eve", device="another")
        assert world.state.digest() == before


def test_login_by_token_and_streams_are_bounded_too() -> None:
    with World(connections_per_user=1) as world:
        token = world.token("eve")
        world.sleep(SECOND_MS)
        stream = world.stream(token)
        assert stream.status == 200
        assert world.guest().refusal("login-token", token=token)["setting"] == (
            "CONNECTIONS_PER_USER"
        )
        assert world.stream(token).status == 429
        socket = world.socket()
        socket.call("hello", version=1)
        assert socket.call("login-token", token=token)[2]["setting"] == "CONNECTIONS_PER_USER"


def test_connections_over_http_are_their_users_once_a_token_has_come() -> None:
    with World(connections_per_user=2) as world:
        token = world.token("eve")
        world.sleep(SECOND_MS)
        lines = [world.web(token) for _ in range(3)]
        assert [line.ask("GET", "/healthz").status for line in lines] == [200, 200, 429]
        assert [line.ask("GET", "/healthz").status for line in lines] == [200, 200, 429]
        lines[0].close()
        world.settle()
        assert lines[2].ask("GET", "/healthz").status == 200


def test_http_connection_that_changes_its_user_is_the_new_ones() -> None:
    with World(connections_per_user=1) as world:
        eve, bob = world.token("eve"), world.token("bob")
        world.sleep(SECOND_MS)
        one, two = world.web(eve), world.web(eve)
        assert one.ask("GET", "/healthz").status == 200
        one.token = bob
        assert one.ask("GET", "/healthz").status == 200
        assert two.ask("GET", "/healthz").status == 200
        one.token = eve
        assert one.ask("GET", "/healthz").status == 429


def test_proxys_connections_are_nobodys_between_requests() -> None:
    with World(connections_per_user=1, trusted_proxies=("192.0.2.7/32",)) as world:
        token = world.token("eve")
        world.sleep(SECOND_MS)
        lines = [world.web(token, address="192.0.2.7") for _ in range(3)]
        assert [line.ask("GET", "/healthz").status for line in lines] == [200, 200, 200]


# -- when all places are taken ---------------------------------------------------------------


def test_oldest_guest_gives_way_to_a_newcomer() -> None:
    with World(connections_max=3) as world:
        peers = [world.guest() for _ in range(3)]
        late = world.guest()
        assert [peer.ended for peer in peers] == [True, False, False] and not late.ended
        assert len(reasons(peers[0])) == 1
        world.guest()
        assert [peer.ended for peer in peers] == [True, True, False]


def test_user_does_not_give_way_while_there_are_guests() -> None:
    with World(connections_max=3) as world:
        users = [enter(world, "eve") for _ in range(2)]
        for _ in range(5):
            world.guest()
        assert not any(peer.ended for peer in users)


def test_where_all_are_logged_in_the_user_with_the_most_loses_the_idlest() -> None:
    with World(connections_max=4) as world:
        bob = enter(world, "bob")
        eves = []
        for _ in range(3):
            eves.append(enter(world, "eve"))
            world.sleep(SECOND_MS)
        eves[0].call("ping")
        alice = enter(world, "alice")
        assert [peer.ended for peer in eves] == [False, True, False]
        assert not bob.ended and not alice.ended
        assert len(reasons(eves[1])) == 1


def test_where_nobody_has_more_than_one_connection_the_newcomer_is_turned_away() -> None:
    with World(connections_max=2) as world:
        users = [enter(world, name) for name in ("alice", "bob")]
        error = refusal(world, world.connect())
        assert (error["code"], error["setting"]) == ("overloaded", "CONNECTIONS_MAX")
        web = world.raw()
        (reply,) = replies(web.say(request("GET", "/healthz")), "GET")
        assert reply.status == 503
        assert not any(peer.ended for peer in users)
        users[0].close()
        world.settle()
        world.guest()


def test_reserve_admits_newcomers_until_they_log_in() -> None:
    with World(connections_max=20, connections_reserved=2) as world:
        eves = [enter(world, "eve") for _ in range(18)]
        assert not any(peer.ended for peer in eves)
        guests = [world.guest() for _ in range(2)]
        assert not any(peer.ended for peer in eves + guests)
        bob = enter(world, "bob")
        assert not bob.ended
        assert sum(peer.ended for peer in eves) == 1


def test_user_who_takes_from_the_reserve_loses_an_own_connection() -> None:
    with World(connections_max=20, connections_reserved=2) as world:
        eves = []
        for _ in range(19):
            eves.append(enter(world, "eve"))
            world.sleep(10)
        assert [peer.ended for peer in eves] == [True] + [False] * 18


def test_login_into_the_reserve_is_refused_where_nobody_has_more_than_one() -> None:
    with World(connections_max=20, connections_reserved=2) as world:
        users = [enter(world, f"user{number}") for number in range(18)]
        world.register("late")
        late = world.guest()
        with pytest.raises(Refused, match="overloaded"):
            late.prove("late")
        assert not any(peer.ended for peer in users) and not late.ended


def test_http_connection_of_a_user_does_not_give_way_before_guests() -> None:
    with World(connections_max=3) as world:
        token = world.token("bob")
        web = world.web(token)
        assert web.ask("GET", "/healthz").status == 200
        guests = [world.guest() for _ in range(2)]
        world.guest()
        assert [peer.ended for peer in guests] == [True, False]
        assert web.ask("GET", "/healthz").status == 200


# -- settings, read again ---------------------------------------------------------------------


def test_other_bounds_hold_from_then_on_and_end_nobody() -> None:
    with World() as world:
        peers = [world.guest("192.0.2.1") for _ in range(3)]
        users = [enter(world, "eve") for _ in range(3)]
        world.reload(guests_per_address=3, connections_per_user=3, registrations_per_hour=1)
        assert not any(peer.ended for peer in peers + users)
        assert refusal(world, world.connect("192.0.2.1"))["setting"] == "GUESTS_PER_ADDRESS"
        with pytest.raises(Refused, match="rate_limited"):
            enter(world, "eve")
        world.reload(guests_per_address=10, connections_per_user=10)
        register(world, "bob", "192.0.2.1")
        with pytest.raises(Refused, match="rate_limited"):
            register(world, "carol", "192.0.2.1")
        enter(world, "eve")


def test_proxies_that_are_trusted_from_then_on_are_not_counted_any_more() -> None:
    with World(guests_per_address=2) as world:
        peers = [world.guest("192.0.2.7") for _ in range(2)]
        world.reload(trusted_proxies=("192.0.2.7/32",))
        peers.append(world.guest("192.0.2.7"))
        world.reload(trusted_proxies=())
        assert refusal(world, world.connect("192.0.2.7"))["setting"] == "GUESTS_PER_ADDRESS"
        for peer in peers:
            peer.close()
        world.settle()
        world.guest("192.0.2.7")


def test_fewer_places_are_kept_by_those_who_come() -> None:
    with World(connections_max=5) as world:
        eves = [enter(world, "eve") for _ in range(5)]
        world.reload(connections_max=3)
        assert not any(peer.ended for peer in eves)
        bob = enter(world, "bob")
        assert not bob.ended


def test_counts_are_back_at_nothing_when_all_have_gone() -> None:
    with World(trusted_proxies=("192.0.2.7/32",)) as world:
        token = world.token("eve")
        world.stream(token)
        world.web(token, "192.0.2.1").ask("GET", "/healthz")
        world.web(token, "192.0.2.7").ask("GET", "/healthz", x_forwarded_for="203.0.113.1")
        world.guest("192.0.2.1")
        enter(world, "bob", "2001:db8::1")
        ws = world.web(address="192.0.2.7")
        ws.say(request("GET", "/ws", None, x_forwarded_for="203.0.113.9", **HANDSHAKE))
        for peer in list(world.peers):
            peer.close()
        world.settle()
        places = world.app.places
        assert not places._guests and not places._only and not places._several
        assert not places._all_of and not places._guests_of and not places._user_places


# -- the end ---------------------------------------------------------------------------------


def closes_within(world: World, sock: SimSocket, ms: int) -> bool:
    """Send a byte each quarter of a second; return whether that ends in time."""
    for _ in range(ms // 250 + 1):
        if sock.other.closed:
            return True
        sock.send(b"x")
        world.sleep(250)
    return False


@pytest.mark.parametrize("opening", [HOSTILE, b"BAD\r\n\r\n"], ids=["frames", "http"])
def test_peer_that_goes_on_behind_the_goodbye_is_closed_after_five_seconds(opening: bytes) -> None:
    with World() as world:
        sock = world.listener.connect("127.0.0.1")
        sock.send(opening)
        world.settle()
        before_ms = world.clock.wall_ms
        assert closes_within(world, sock, 6_000)
        assert GOODBYE_MS_MAX <= world.clock.wall_ms - before_ms <= GOODBYE_MS_MAX + 500


def test_peer_that_does_not_take_the_goodbye_is_closed_after_five_seconds() -> None:
    with World() as world:
        token = world.token("eve")
        eve = world.guest(kernel_bytes=2_000)
        eve.enter(token)
        eve.reads = False
        for _ in range(100):
            eve.request("status")
        world.settle()
        world.user("eve").call("revoke", device=eve.device)
        assert not eve.sock.other.closed
        world.sleep(GOODBYE_MS_MAX - 1)
        assert not eve.sock.other.closed
        world.sleep(500)
        assert eve.sock.other.closed


# -- HTTP without a user ---------------------------------------------------------------------


def ask_each_second(world: World, peer: WebPeer, seconds: int) -> int:
    """Ask for health each second; return how often that went well."""
    for count in range(seconds):
        if peer.ended:
            return count
        peer.ask("GET", "/healthz")
        world.sleep(SECOND_MS)
    return seconds


def test_http_connection_without_a_user_is_closed_in_time_with_an_answer_that_says_so() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.web()
        assert ask_each_second(world, peer, 100) == 31
        (reply,) = replies(peer.heard, "GET")
        assert reply.status == 200 and reply.fields["connection"] == "close"


def test_http_connection_of_a_user_stays() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.web(world.token("bob"))
        assert ask_each_second(world, peer, 100) == 100


def test_http_connection_whose_user_asks_now_and_then_stays() -> None:
    with World(login_timeout_ms=30_000) as world:
        token = world.token("bob")
        peer = world.web()
        for _ in range(5):
            assert ask_each_second(world, peer, 25) == 25
            assert peer.ask("GET", "/healthz", authorization=f"Bearer {token}").status == 200


def test_guests_over_http_are_counted_as_such() -> None:
    with World(guests_per_address=2) as world:
        lines: list[RawPeer] = [world.raw("192.0.2.1") for _ in range(2)]
        for line in lines:
            line.say(request("GET", "/healthz"))
        assert refusal(world, world.connect("192.0.2.1"))["setting"] == "GUESTS_PER_ADDRESS"
