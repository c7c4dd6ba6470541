"""What each device hears while members come and go: in one tick, behind, resumed, restarted."""

from contextlib import suppress
from typing import Any

import pytest

from chatd.core.tick import TickChanges
from tests.simulation.disk import PowerCut
from tests.simulation.peer import Peer
from tests.simulation.world import World

HOUR_MS = 3_600_000


def test_kick_between_two_posts_of_one_tick_binds_from_its_place_on() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops", bob, carol)
        alice.request("post", room=room, text="before")
        alice.request("kick", room=room, user="bob")
        alice.request("post", room=room, text="after")
        world.settle()
        assert bob.texts(room) == ["before"]
        assert [e["change"] for e in bob.of_kind("member")][-1] == "joined"
        assert [e["group"] for e in bob.of_kind("removed")] == [room]
        for peer in (alice, carol):
            assert peer.texts(room) == ["before", "after"]


def test_joining_between_two_posts_of_one_tick_shows_both_once_and_in_order() -> None:
    with World() as world:
        alice, bob, other = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops")
        bob.call("join", link=alice.call("link", room=room)["link"])
        alice.request("post", room=room, text="before")
        alice.request("approve", room=room, user="bob")
        alice.request("post", room=room, text="after")
        world.settle()
        for peer in (bob, other):
            entries = [e for e in peer.entries if e["room"] == room]
            assert [e["seq"] for e in entries] == [1, 2, 3, 4]
            assert peer.texts(room) == ["before", "after"]


def test_newcomer_of_one_tick_is_shown_no_more_than_newcomers_are() -> None:
    with World(limit_show_messages=2) as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        bob.call("join", link=alice.call("link", room=room)["link"])
        for number in range(5):
            alice.request("post", room=room, text=f"text {number}")
        alice.request("approve", room=room, user="bob")
        world.settle()
        assert bob.texts(room) == ["text 3", "text 4"]
        assert bob.told("gap") == []  # nothing was there that bob could have missed


def test_out_and_in_again_in_one_tick_starts_as_a_newcomer() -> None:
    with World(limit_show_messages=1) as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops", one)
        for text in ("one", "two"):
            alice.post(room, text)
        one.forget()
        two.close()
        alice.request("kick", room=room, user="bob")
        alice.request("invite", room=room, user="bob")
        alice.request("post", room=room, text="three")
        one.jumps.add(room)
        one.request("join", room=room)
        world.settle()
        assert one.texts(room) == ["three"]
        member = world.state.rooms[room].members["bob"]
        assert member.floor >= 4


def test_in_and_out_again_in_one_tick_shows_nothing() -> None:
    with World() as world:
        alice, bob, other = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops")
        alice.post(room, "secret")
        alice.call("invite", room=room, user="bob")
        bob.request("join", room=room)
        bob.request("leave", room=room)
        alice.request("post", room=room, text="another")
        world.settle()
        for peer in (bob, other):
            assert [e for e in peer.entries if e["room"] == room] == []
            assert [e["group"] for e in peer.of_kind("removed")] == [room]


def test_room_that_begins_and_ends_in_one_tick_leaves_no_trace() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.create("first", alice)
        alice.request("create", title="ops")
        alice.request("post", room="+ops", text="to nobody")
        alice.request("leave", room="+ops")
        alice.request("leave", room="+first")
        bob.request("post", room="+first", text="to nobody")
        bob.request("leave", room="+first")
        world.settle()
        assert [e["group"][:5] for e in alice.of_kind("removed")] == ["+ops:", "+firs"]
        assert [e["group"][:5] for e in bob.of_kind("removed")] == ["+firs"]
        assert [room for room in world.state.rooms if room.startswith("+")] == []
        assert world.database.transaction.changes == TickChanges()


def lagging(world: World, peer: Peer, room: str, writer: Peer) -> None:
    """Let a peer fall behind in a room: it takes nothing of what is written there."""
    peer.reads = False
    for number in range(60):
        writer.post(room, f"{number} " + "x" * 4_000)
    assert world.app.delivery.lagging_count == 1


SLOW: dict[str, Any] = {
    "limit_private": 0,
    "high_water_bytes": 64 * 1024,
    "stall_timeout_ms": HOUR_MS,
}


def test_member_who_is_kicked_while_behind_gets_nothing_more_of_the_room() -> None:
    with World(**SLOW) as world:
        alice = world.user("alice")
        bob = world.login("bob", kernel_bytes=16 * 1024)
        bob.sync()
        room = alice.create("ops", bob)
        lagging(world, bob, room, alice)
        alice.call("kick", room=room, user="bob")
        alice.post(room, "among us")
        alice.send("to all")
        queued = world.queued_bytes(bob)
        bob.reads = True
        world.settle()
        assert bob.texts() == ["to all"]
        assert "among us" not in bob.texts(room)
        assert sum(len(text) for text in bob.texts(room)) <= queued + 3 * 16 * 1024
        assert [e["group"] for e in bob.of_kind("removed")] == [room]
        assert not bob.ended and world.app.delivery.lagging_count == 0


def test_room_that_ends_while_a_device_is_behind_in_it_is_dropped() -> None:
    with World(**SLOW) as world:
        alice = world.user("alice")
        other = world.login("alice", kernel_bytes=16 * 1024)
        other.sync()
        room = alice.create("ops")
        lagging(world, other, room, alice)
        alice.call("leave", room=room)
        alice.send("to all")
        other.reads = True
        world.settle()
        assert other.texts() == ["to all"]
        assert [e["group"] for e in other.of_kind("removed")] == [room]
        assert world.app.delivery.lagging_count == 0


def test_member_who_comes_back_while_behind_starts_as_a_newcomer() -> None:
    with World(**SLOW, limit_show_messages=2) as world:
        alice = world.user("alice")
        bob = world.login("bob", kernel_bytes=16 * 1024)
        bob.sync()
        room = alice.create("ops", bob)
        lagging(world, bob, room, alice)
        before = len(bob.texts(room))
        alice.call("kick", room=room, user="bob")
        for number in range(5):
            alice.post(room, f"meanwhile {number}")
        alice.call("invite", room=room, user="bob")
        again = world.login("bob")
        again.call("join", room=room)
        bob.reads = True
        bob.jumps.add(room)
        world.settle()
        late = [text for text in bob.texts(room)[before:] if text.startswith("meanwhile")]
        assert late == ["meanwhile 3", "meanwhile 4"]


def test_who_joins_while_behind_elsewhere_gets_the_new_room_too() -> None:
    with World(**SLOW, limit_messages=0) as world:
        alice = world.user("alice")
        bob = world.login("bob", kernel_bytes=16 * 1024)
        bob.sync()
        room = alice.create("ops")
        alice.post(room, "welcome")
        alice.call("invite", room=room, user="bob")
        bob.reads = False
        for _ in range(60):
            alice.send("x" * 4_000)
        world.login("bob").call("join", room=room)
        alice.post(room, "hello")
        bob.reads = True
        world.settle()
        assert bob.texts(room) == ["welcome", "hello"]
        assert len(bob.texts()) == 60


def test_live_connection_is_live_again_after_joining() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.create("ops", bob)
        assert world.app.delivery.lagging_count == 0
        assert [method for method, _ in bob.notices].count("live") == 1


@pytest.mark.parametrize("leaves", [True, False])
def test_what_was_read_right_before_leaving_does_not_count_for_who_comes_back(
    leaves: bool,
) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.post(room, "hello")
        bob.ack(room)
        if leaves:
            bob.call("leave", room=room)
        else:
            alice.call("kick", room=room, user="bob")
        alice.call("invite", room=room, user="bob")
        bob.call("join", room=room)
        world.sleep(2_000)
        (shown,) = [r for r in bob.call("rooms")["rooms"] if r["room"] == room]
        assert (shown["read_seq"], shown["last_seq"]) == (0, 5)
        assert world.user("bob").texts(room) == ["hello"]


def test_device_that_was_away_over_leaving_and_coming_back_goes_on_as_a_newcomer() -> None:
    with World(limit_show_messages=1) as world:
        alice, phone, laptop = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops", phone)
        alice.post(room, "one")
        laptop.reset()
        phone.call("leave", room=room)
        for text in ("two", "three"):
            alice.post(room, text)
        alice.call("invite", room=room, user="bob")
        phone.call("join", room=room)
        again = world.resume(laptop)
        assert again.texts(room) == ["three"]
        assert [gap["room"] for gap in again.told("gap")] == [room]
        assert [e["group"] for e in again.of_kind("removed")] == [room]


def test_acknowledgement_in_the_tick_of_joining_is_above_what_was_queued() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        alice.post(room, "unread")
        alice.call("invite", room=room, user="bob")
        bob.request("join", room=room)
        bob.tell("ack", room=room, seq=2)
        world.settle()
        world.sleep(2_000)
        assert [error["code"] for error in bob.told("error")] == ["bad_request"]
        assert world.state.rooms[room].members["bob"].read_seq < 2


@pytest.mark.parametrize("call", [1, 2, 3])
def test_power_cut_in_the_tick_of_a_kick_tells_nobody_or_keeps_it(call: int) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        bob.forget()
        world.cut_power_at(call)
        alice.request("post", room=room, text="before")
        alice.request("kick", room=room, user="bob")
        with suppress(PowerCut):
            world.settle()
        heard = bool(bob.of_kind("removed"))
        world.crash()
        world.restart()
        kept = "bob" not in world.state.rooms[room].members
        assert kept or not heard


def test_thousand_messages_among_comings_and_goings_end_the_same_for_all() -> None:
    with World(limit_private=0, requests_per_second=0) as world:
        alice = world.user("alice")
        stays, comes = world.user("stays"), world.user("comes")
        room = alice.create("ops", stays)
        for number in range(200):
            alice.request("post", room=room, text=f"text {number}")
            if number % 10 == 3:
                alice.request("invite", room=room, user="comes")
                comes.request("join", room=room)
            if number % 10 == 8:
                alice.request("kick", room=room, user="comes")
                world.settle()
                comes.last.pop(room, None)
        world.settle()
        assert stays.texts(room) == [f"text {number}" for number in range(200)]
        assert comes.of_kind("removed") and not comes.ended
        assert room not in [r["room"] for r in comes.call("rooms")["rooms"]]


# -- event streams ---------------------------------------------------------------------------


def test_stream_hears_a_room_that_was_joined_while_it_was_away_as_newcomers_do() -> None:
    with World(limit_show_messages=2) as world:
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        room = alice.create("ops")
        for number in range(4):
            alice.post(room, f"text {number}")
            world.sleep(10)
        alice.send("a mark")
        stream.close()
        world.sleep(10)
        alice.call("invite", room=room, user="bob")
        world.login("bob").call("join", room=room)
        again = world.stream(token, last_id=stream.last_id)
        said = [e["text"] for e in again.entries if e["room"] == room and e["kind"] == "message"]
        assert said == ["text 2", "text 3"]
        assert again.told("reset") == [] and again.told("gap") == []
        third = world.stream(token, last_id=again.last_id)
        assert [e for e in third.entries if e["room"] == room] == []


def test_stream_of_who_was_removed_hears_no_more_of_the_room() -> None:
    with World() as world:
        alice, token = world.user("alice"), world.token("bob")
        stream = world.stream(token)
        room = alice.create("ops", world.login("bob"))
        alice.request("post", room=room, text="before")
        alice.request("kick", room=room, user="bob")
        alice.request("post", room=room, text="after")
        world.settle()
        said = [e["text"] for e in stream.entries if e["room"] == room and "text" in e]
        assert said == ["before"]
        again = world.stream(token, last_id=stream.last_id)
        assert [e for e in again.entries if e["room"] == room] == []
