"""Typing: who is writing shows to the others in a room while it lasts, and is kept nowhere."""

from chatd.handlers.typing import TYPING_INTERVAL_MS, Typists
from chatd.net.notice_queue import ROOM_CONNECTIONS_MAX, WAITING_MAX
from chatd.wire.commands import TypingNotice
from tests.simulation.peer import Map, Peer
from tests.simulation.world import World


def types(world: World, peer: Peer, room: str = "general") -> None:
    peer.tell("typing", room=room)
    world.settle()


def typing(name: str, room: str = "general") -> Map:
    return {"room": room, "name": name}


def test_who_types_shows_to_the_others_who_follow_that_room_and_is_in_no_journal() -> None:
    with World() as world:
        alice, phone, bob = world.user("alice"), world.user("alice"), world.user("bob")
        carol = world.user("carol")
        world.register("dave")
        dave = world.login("dave")  # and does not follow
        before = world.state.digest()
        types(world, alice)
        assert bob.told("typing") == carol.told("typing") == [typing("alice")]
        assert alice.told("typing") == phone.told("typing") == dave.told("typing") == []
        assert world.state.digest() == before


def test_typing_in_private_shows_to_who_is_there_alone() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        ops = alice.create("ops")
        alice.call("invite", room=ops, user="bob")
        bob.call("join", room=ops)
        bob.send_to("carol", "hello")
        types(world, bob, "+ops")
        world.sleep(TYPING_INTERVAL_MS)
        types(world, bob, "carol")
        assert alice.told("typing") == [typing("bob", ops)]
        assert carol.told("typing") == [typing("bob", "bob,carol")]


def test_typing_is_passed_on_once_in_three_seconds_whatever_the_room_and_the_device() -> None:
    with World() as world:
        alice, phone, bob = world.user("alice"), world.user("alice"), world.user("bob")
        alice.send_to("bob", "hello")
        types(world, alice)
        for peer, room in ((alice, "general"), (phone, "general"), (alice, "bob")):
            types(world, peer, room)
        assert bob.told("typing") == [typing("alice")]
        assert alice.told("error") == phone.told("error") == []
        world.sleep(TYPING_INTERVAL_MS)
        types(world, phone, "bob")
        assert bob.told("typing")[1:] == [typing("alice", "alice,bob")]


def test_whoever_is_blocked_or_banned_types_unseen_and_hears_nothing_of_it() -> None:
    with World(admins=("root",)) as world:
        root, alice, bob = world.user("root"), world.user("alice"), world.user("bob")
        alice.send_to("bob", "hello")
        bob.call("block", user="alice")
        types(world, alice, "bob")
        types(world, bob, "alice")
        assert alice.told("typing") == bob.told("typing") == alice.told("error") == []
        root.call("ban", user="alice")
        types(world, alice)
        assert bob.told("typing") == alice.told("error") == []
        root.call("unban", user="alice")
        types(world, alice)
        assert bob.told("typing") == [typing("alice")]  # and nothing of that counted


def test_typing_in_a_room_that_one_may_not_see_is_refused() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        ops = alice.create("ops")
        types(world, bob, ops)
        assert [error["code"] for error in bob.told("error")] == ["not_found"]
        assert alice.told("typing") == []


def test_who_is_removed_in_the_same_tick_hears_of_nobody_who_types() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        ops = alice.create("ops")
        alice.call("invite", room=ops, user="bob")
        bob.call("join", room=ops)
        alice.tell("typing", room=ops)
        alice.call("kick", room=ops, user="bob")
        assert bob.told("typing") == []


def test_who_is_removed_while_a_notice_waits_does_not_hear_it() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        ops = alice.create("ops")
        for peer in (bob, carol):
            alice.call("invite", room=ops, user=peer.name)
            peer.call("join", room=ops)
        world.app.delivery.broadcast_in(ops, TypingNotice(ops, "alice"), but="alice")
        alice.call("kick", room=ops, user="bob")
        assert bob.told("typing") == [] and carol.told("typing") == [typing("alice", ops)]


def test_typing_where_too_many_follow_is_dropped() -> None:
    with World(connections_per_user=0, connections_per_address=0) as world:
        alice = world.user("alice")
        bobs = [world.user("bob") for _ in range(ROOM_CONNECTIONS_MAX)]
        types(world, alice)
        assert [bob.told("typing") for bob in bobs] == [[typing("alice")]] * ROOM_CONNECTIONS_MAX
        bobs.append(world.user("bob"))
        world.sleep(TYPING_INTERVAL_MS)
        types(world, alice)
        assert not any(bob.told("typing")[1:] for bob in bobs)


def test_typing_is_dropped_while_too_many_notices_wait() -> None:
    with World() as world:
        bob = world.user("bob")
        delivery = world.app.delivery
        for _ in range(WAITING_MAX + 1):
            delivery.broadcast_in("general", TypingNotice("general", "alice"), but="alice")
        world.settle()
        assert len(bob.told("typing")) == WAITING_MAX


def test_typists_are_forgotten_when_others_type() -> None:
    typists = Typists()
    for number in range(1_000):
        assert typists.may_pass(f"user{number}", number)
    assert len(typists) == 1_000
    for number in range(1_000):
        assert typists.may_pass("alice", 10_000 + TYPING_INTERVAL_MS * number)
    assert len(typists) == 1


def test_typist_may_again_after_the_interval_and_not_before() -> None:
    typists = Typists()
    assert typists.may_pass("alice", 1)
    assert not typists.may_pass("alice", TYPING_INTERVAL_MS)
    assert typists.may_pass("alice", TYPING_INTERVAL_MS + 1)
