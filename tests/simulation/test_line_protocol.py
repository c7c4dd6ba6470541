"""A protocol that the server knows only by its row: see `tests.simulation.line_protocol`."""

import pytest

from chatd.net import broadcast_queue
from tests.simulation.line_protocol import LINE_BYTES_MAX, LineApp, LineCodec, LineFront
from tests.simulation.web import RawPeer
from tests.simulation.world import World


class LineWorld(World):
    """A world whose server speaks lines."""

    app_class = LineApp


def user(world: World, name: str) -> RawPeer:
    """Return a peer that has logged in by lines."""
    peer = world.raw()
    assert say(peer, f"login {world.token(name)}") == [f"ok: {name}"]
    return peer


def say(peer: RawPeer, line: str) -> list[str]:
    """Send a line; return those that came, and forget them."""
    peer.say(f"{line}\n".encode())
    return heard(peer)


def heard(peer: RawPeer) -> list[str]:
    """Return the lines that came, and forget them."""
    lines, peer.heard = peer.heard.decode().splitlines(), b""
    return lines


def test_lines_of_users_are_posts_and_each_reader_sees_whose_they_are() -> None:
    with LineWorld() as world:
        alice, bob = user(world, "alice"), user(world, "bob")
        again, carol = world.raw(), world.user("carol")
        say(again, f"login {world.token('alice')}")
        assert say(alice, "say hello") == ["ok: general#1", "you general#1 hello"]
        assert heard(again) == ["you general#1 hello"]
        assert heard(bob) == ["alice general#1 hello"]
        assert carol.texts() == ["hello"]
        carol.send("hi")
        assert [heard(peer) for peer in (alice, again, bob)] == [["carol general#2 hi"]] * 3


def test_a_broadcast_to_many_at_once_goes_to_each_in_the_readers_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broadcast_queue, "SENDS_PER_TICK", 1_000)
    with LineWorld() as world:
        peers = [user(world, name) for name in ("alice", "bob", "alice", "bob")]
        framed = world.user("carol")
        say(peers[0], "say hello")
        words = [line.split()[0] for peer in peers[1:] for line in heard(peer)]
        assert words == ["alice", "you", "alice"]
        assert framed.texts() == ["hello"]


def test_private_entries_and_what_was_missed_come_in_the_readers_bytes() -> None:
    with LineWorld() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "one")
        bob.send_to("alice", "two")
        late = world.raw()
        lines = say(late, f"login {world.token('bob')}")
        assert lines[0] == "ok: bob" and lines[1].endswith(" one")
        assert lines[1].startswith("alice ")
        bob.send_to("alice", "three")
        (line,) = heard(late)
        assert line.startswith("you ") and line.endswith(" three")


def test_readers_of_one_view_share_bytes_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[object] = []
    encode = LineCodec.encode_entries

    def noting(codec: LineCodec, frames: list[bytes]) -> bytes:
        encoded.append(codec.view)
        return encode(codec, frames)

    with LineWorld(is_followed=False) as world:
        alice, author = user(world, "alice"), world.user("alice")
        others = [user(world, "bob") for _ in range(3)]
        author.send_to("bob", "the first opens the room")
        for peer in (alice, *others):
            heard(peer)
        monkeypatch.setattr(LineCodec, "encode_entries", noting)
        author.send_to("bob", "hello")
        assert encoded == [("lines", "alice"), ("lines", "bob")]
        assert [line.split()[0] for peer in others for line in heard(peer)] == ["alice"] * 3
        assert heard(alice)[0].startswith("you ")


def test_refused_lines_are_answered_and_the_connection_lives() -> None:
    with LineWorld(limit_messages=1) as world:
        peer = world.raw()
        assert say(peer, "say hello")[0].startswith("error: bad_request ")
        assert say(peer, "login nonsense")[0].startswith("error: auth_failed ")
        assert say(peer, "dance") == ["error: unknown_method there is no dance"]
        alice = user(world, "alice")
        say(alice, "say one")
        assert say(alice, "say two")[0].startswith("error: rate_limited ")
        assert not alice.ended and not peer.ended


def test_line_at_the_bound_is_taken_and_one_byte_over_is_fatal() -> None:
    with LineWorld() as world:
        alice = user(world, "alice")
        text = "x" * (LINE_BYTES_MAX - len("say "))
        assert say(alice, f"say {text}")[0] == "ok: general#1"
        assert say(alice, f"say {text}x") == [
            f"fatal error: bad_frame a line has at most {LINE_BYTES_MAX} bytes"
        ]
        assert alice.ended


def test_a_bug_is_told_in_lines_and_costs_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> bool:
        raise ValueError

    with LineWorld() as world:
        world.expects_errors = True
        alice, bob = user(world, "alice"), user(world, "bob")
        with monkeypatch.context() as patch:
            patch.setattr(LineFront, "handle", broken)
            (line,) = say(alice, "say hello")
        assert line.startswith("fatal error: internal ")
        assert alice.ended and not bob.ended


def test_quiet_reader_is_pinged_and_one_that_never_answers_is_gone() -> None:
    with LineWorld(idle_ping_ms=30_000, stall_timeout_ms=10_000) as world:
        alice, bob = user(world, "alice"), user(world, "bob")
        world.sleep(30_000)
        assert heard(alice) == heard(bob) == ["ping"]
        assert say(alice, "pong") == ["ok: still here"]
        world.sleep(10_000)
        assert bob.ended and not alice.ended


def test_peer_that_does_not_log_in_in_time_is_told_in_lines() -> None:
    with LineWorld(login_timeout_ms=5_000) as world:
        peer = world.raw()
        say(peer, "dance")
        world.sleep(5_000)
        assert heard(peer) == ["bye: no login in time"] and peer.ended


def test_reader_that_takes_nothing_lags_and_catches_up_in_its_own_bytes() -> None:
    with LineWorld(high_water_bytes=16 * 1024, limit_messages=0) as world:
        alice, bob = world.user("alice"), world.raw(kernel_bytes=1024)
        say(bob, f"login {world.token('bob')}")
        bob.reads = False
        for number in range(40):
            alice.send(f"{number} " + "x" * 1_000)
        assert world.queued_bytes(bob) <= 20 * 1024
        bob.reads = True
        world.settle()
        numbers = [line.split()[2] for line in heard(bob)]
        assert numbers == [str(number) for number in range(40)]


def test_stopping_server_says_goodbye_in_lines() -> None:
    with LineWorld() as world:
        alice = user(world, "alice")
        world.stop()
        assert heard(alice)[-1].startswith("bye: the server stops")


def test_lines_are_counted_as_requests_and_quit_closes() -> None:
    with LineWorld(requests_per_second=5) as world:
        alice = user(world, "alice")
        alice.say(b"pong\n" * 20)
        assert 0 < len(heard(alice)) < 20
        world.sleep(10_000)
        assert heard(alice) and not alice.ended
        say(alice, "quit")
        assert alice.ended


def test_lines_are_known_by_their_first_byte_only_where_they_stand_in_the_table() -> None:
    with World() as world:
        peer = world.raw()
        peer.say(b"login x\n")
        assert peer.ended and peer.heard.startswith(b"\x00")
