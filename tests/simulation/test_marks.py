"""Marks: what users note about their own rooms is the same on all their devices."""

import pytest

from chatd.core.unread import COUNTED_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.test_durability import fill
from tests.simulation.world import World

MINUTE_MS = 60_000


def shown(peer: Peer, room: str = "general") -> Map:
    """Return a room as the server lists it for a user."""
    status: Map
    (status,) = [one for one in peer.call("rooms")["rooms"] if one["room"] == room]
    return status


def told(peer: Peer, kind: str) -> list[Map]:
    """Return the entries of a kind in a user's self log, without what every entry has."""
    common = {"room", "seq", "ts", "kind"}
    return [
        {key: value for key, value in entry.items() if key not in common}
        for entry in peer.entries
        if entry["kind"] == kind
    ]


# -- mute ------------------------------------------------------------------------------------


def test_muted_room_is_muted_on_all_devices_of_the_user_and_for_nobody_else() -> None:
    with World() as world:
        alice, phone, laptop = world.user("alice"), world.user("bob"), world.user("bob")
        alice.send_to("bob", "hello")
        phone.call("mute", room="alice")
        assert told(laptop, "muted") == [{"in_room": "alice,bob", "muted": True}]
        assert shown(laptop, "alice,bob")["muted"] and not shown(laptop)["muted"]
        assert not shown(alice, "alice,bob")["muted"] and told(alice, "muted") == []
        laptop.call("mute", room="alice,bob", muted=False)
        assert told(phone, "muted")[1:] == [{"in_room": "alice,bob", "muted": False}]
        assert not shown(phone, "alice,bob")["muted"]


def test_what_is_unread_in_a_muted_room_is_counted_as_before() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.call("mute", room="general")
        alice.send("hello @bob")
        assert (shown(bob)["unread"], shown(bob)["mentions"]) == (1, 1)
        assert bob.texts() == ["hello @bob"]


def test_muting_what_is_muted_changes_nothing() -> None:
    with World() as world:
        bob = world.user("bob")
        bob.call("mute", room="general")
        before = world.state.digest()
        bob.call("mute", room="general")
        assert world.state.digest() == before
        assert len(told(bob, "muted")) == 1


def test_general_can_be_muted_before_it_was_ever_followed() -> None:
    with World() as world:
        world.register("bob")
        bob = world.login("bob")
        bob.call("mute", room="general")
        bob.sync()
        assert shown(bob)["muted"]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_mute_outlives_the_server(how: str) -> None:
    with World() as world:
        world.user("bob").call("mute", room="general")
        getattr(world, how)()
        world.restart()
        assert shown(world.user("bob"))["muted"]


def test_who_leaves_a_muted_room_and_returns_finds_it_unmuted() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        ops = alice.create("ops")
        for _ in range(2):
            alice.call("invite", room=ops, user="bob")
            bob.call("join", room=ops)
            assert not shown(bob, ops)["muted"]
            bob.call("mute", room=ops)
            bob.call("leave", room=ops)


@pytest.mark.parametrize(
    ("room", "code"), [("+ops", "not_found"), ("carol", "not_found"), ("@bob", "bad_request")]
)
def test_what_is_no_room_of_the_user_can_not_be_muted(room: str, code: str) -> None:
    with World() as world:
        world.user("alice").create("ops")
        world.register("carol")
        bob = world.user("bob")
        before = world.state.digest()
        assert bob.refusal("mute", room=room)["code"] == code
        assert world.state.digest() == before


# -- unread-from -----------------------------------------------------------------------------


def counts(peer: Peer, room: str = "general") -> tuple[int, int, int]:
    """Return how much is unread, mentions the user, and where the room is marked."""
    status = shown(peer, room)
    return status["unread"], status["mentions"], status["unread_from"]


def read_conversation(world: World) -> tuple[Peer, Peer, Peer]:
    """Let alice say #1, #2 that mentions bob, and #4, bob #3; his phone has read it all."""
    alice, phone, laptop = world.user("alice"), world.user("bob"), world.user("bob")
    alice.send("one")
    alice.send("two, @bob")
    phone.send("three")
    alice.send("four")
    phone.ack("general")
    world.sleep(2_000)
    assert counts(laptop) == (0, 0, 0)
    return alice, phone, laptop


def test_room_counts_as_unread_from_the_mark_on_and_what_was_read_stays_read() -> None:
    with World() as world:
        alice, phone, laptop = read_conversation(world)
        phone.call("unread-from", room="general", seq=2)
        assert told(laptop, "unread_from") == [{"in_room": "general", "in_seq": 2}]
        assert counts(laptop) == counts(phone) == (2, 1, 2)
        assert shown(laptop)["read_seq"] == 4
        listed = laptop.call("unread")["rooms"]
        assert ("general", 2) in [(room["room"], room["unread"]) for room in listed]
        assert laptop.call("status")["rooms"][0]["unread"] == 2
        laptop.call("unread-from", room="general", seq=4)
        assert counts(phone) == (1, 0, 4)
        assert counts(alice) == (1, 0, 0)
        late = world.user("bob")
        assert late.texts() == []  # nothing of it is sent again


def test_mark_ends_by_zero_and_all_is_read_again() -> None:
    with World() as world:
        _, phone, laptop = read_conversation(world)
        phone.call("unread-from", room="general", seq=1)
        laptop.call("unread-from", room="general", seq=0)
        assert told(phone, "unread_from")[1:] == [{"in_room": "general", "in_seq": 0}]
        assert counts(phone) == (0, 0, 0)


def test_mark_ends_when_what_came_after_it_is_acknowledged_and_not_before() -> None:
    with World() as world:
        alice, phone, laptop = read_conversation(world)
        alice.send("five")
        phone.call("unread-from", room="general", seq=2)
        assert counts(laptop) == (3, 1, 2)
        phone.ack("general", 5)  # was there when the mark was made
        assert counts(laptop) == (3, 1, 2)
        world.sleep(2_000)
        assert counts(laptop) == (3, 1, 2)
        alice.send("six")
        assert counts(laptop) == (4, 1, 2)
        laptop.ack("general", 6)
        assert counts(laptop) == (0, 0, 0)
        assert told(phone, "unread_from")[-1] == {"in_room": "general", "in_seq": 0}
        world.sleep(2_000)
        assert counts(laptop) == (0, 0, 0)


def test_mark_ends_when_a_device_starts_at_the_end_behind_it() -> None:
    with World() as world:
        alice, phone, _ = read_conversation(world)
        phone.call("unread-from", room="general", seq=2)
        world.user("bob", start="now")
        assert counts(phone) == (2, 1, 2)
        alice.send("five")
        world.user("bob", start="now", peek=True)
        assert counts(phone)[2] == 2
        bot = world.user("bob", start="now")
        assert counts(phone) == (0, 0, 0) and bot.entries == []


def test_own_posts_behind_a_mark_are_not_unread() -> None:
    with World() as world:
        _, phone, laptop = read_conversation(world)
        phone.call("unread-from", room="general", seq=1)
        phone.send("five")
        assert counts(laptop) == (3, 1, 1)


def test_mark_before_what_was_read_keeps_it_unread_when_it_is() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        for text in ("one", "two", "three"):
            alice.send(text)
        bob.call("unread-from", room="general", seq=2)
        assert counts(bob) == (3, 0, 2)
        bob.ack("general")
        assert counts(bob) == (2, 0, 2)
        world.sleep(2_000)
        assert counts(bob) == (2, 0, 2)


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_mark_outlives_the_server(how: str) -> None:
    with World() as world:
        _, phone, _ = read_conversation(world)
        phone.call("unread-from", room="general", seq=1)
        getattr(world, how)()
        world.restart()
        assert counts(world.user("bob")) == (3, 1, 1)


def test_mark_keeps_nothing_that_is_gone_after_its_lifetime() -> None:
    with World(lifetime_ms=60 * MINUTE_MS) as world:
        alice, phone, _ = read_conversation(world)
        world.sleep(30 * MINUTE_MS)
        phone.call("unread-from", room="general", seq=1)
        world.sleep(40 * MINUTE_MS)
        assert counts(phone)[:2] == (0, 0)
        assert phone.call("history", room="general")["entries"] == []
        assert alice.refusal("unread-from", room="general", seq=1)["code"] == "not_found"


def test_of_a_long_room_that_is_marked_own_posts_count_among_the_latest() -> None:
    with World(limit_messages=0, requests_per_second=0, is_followed=False) as world:
        alice, bob = world.user("alice"), world.user("bob")
        for number in range(COUNTED_MAX + 50):
            (bob if number % 2 else alice).send(f"{number}")
        bob.ack("general")
        bob.call("unread-from", room="general", seq=COUNTED_MAX + 50 - 9)
        assert counts(bob)[0] == 5


def test_comments_behind_a_mark_are_unread_in_their_thread() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")
        for _ in range(2):
            alice.call("comment", room="general", seq=1, text="yes")
        bob.ack("general")
        bob.call("unread-from", room="general", seq=3)
        assert bob.call("thread", room="general", seq=1)["unread"] == 1


def test_marking_the_same_again_changes_nothing() -> None:
    with World() as world:
        _, phone, _ = read_conversation(world)
        for seq in (2, 0):
            phone.call("unread-from", room="general", seq=seq)
            before = world.state.digest()
            phone.call("unread-from", room="general", seq=seq)
            assert world.state.digest() == before


def test_room_is_marked_before_it_was_ever_followed() -> None:
    with World() as world:
        world.user("alice").send("one")
        bob = world.login("bob")
        bob.call("unread-from", room="general", seq=1)
        bob.sync()
        bob.ack("general")
        assert counts(bob) == (1, 0, 1)


@pytest.mark.parametrize(
    ("room", "seq", "code"),
    [
        ("general", 2, "not_found"),
        ("+ops", 1, "not_found"),
        ("carol", 1, "not_found"),
        ("@bob", 1, "bad_request"),
        ("general", -1, "bad_request"),
    ],
)
def test_what_no_user_can_see_can_not_be_marked(room: str, seq: int, code: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.create("ops")
        world.register("carol")
        bob = world.user("bob")
        alice.send("one")
        before = world.state.digest()
        assert bob.refusal("unread-from", room=room, seq=seq)["code"] == code
        assert world.state.digest() == before


def test_full_disk_refuses_marks_and_an_acknowledgement_ends_none() -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alice, phone, _ = read_conversation(world)
        phone.call("unread-from", room="general", seq=2)
        fill(world, alice)
        assert phone.refusal("unread-from", room="general", seq=0)["code"] == "storage_full"
        assert phone.refusal("mute", room="general")["code"] == "storage_full"
        phone.ack("general")
        assert counts(phone)[2] == 2
        world.disk.capacity = None
        world.sleep(3_000)
        alice.send("room again")
        phone.ack("general")
        assert counts(phone) == (0, 0, 0)
