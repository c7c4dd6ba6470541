"""`rooms`: by their last post, each with what was said there last."""

from itertools import pairwise

import pytest

from tests.simulation.peer import Map, Peer
from tests.simulation.world import World


def rooms_of(peer: Peer, limit: int = 50, after: str = "") -> list[Map]:
    """Return all rooms of a user but the self log, from page to page."""
    rooms: list[Map] = []
    place: str | None = after
    while place is not None:
        page = peer.call("rooms", limit=limit, after=place)
        rooms, place = rooms + page["rooms"], page["next"]
    return [room for room in rooms if not room["room"].startswith("@")]


def overview(peer: Peer, room: str = "general") -> Map:
    (found,) = [each for each in rooms_of(peer) if each["room"] == room]
    return found


def names(rooms: list[Map]) -> list[str]:
    return [room["room"] for room in rooms]


def test_rooms_come_by_their_last_post_and_after_a_restart_too() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        ops = alice.create("ops", bob)
        for room in (None, "bob", ops, None):
            world.sleep(10)
            alice.call("send", text="hi") if room is None else alice.post(room, "hi")
        assert names(rooms_of(bob)) == ["general", ops, "alice,bob"]
        world.sleep(10)
        seq = alice.post("bob", "again")["seq"]
        world.sleep(10)
        alice.call("edit", room=ops, seq=3, text="other")  # which is no news
        expected = ["alice,bob", "general", ops]
        assert names(rooms_of(bob)) == expected
        alice.call("delete", room="bob", seq=seq)  # nothing goes back by that
        assert names(rooms_of(bob)) == expected
        times = [room["last_at"] for room in rooms_of(bob)]
        assert all(later > earlier for later, earlier in pairwise(times))
        for end in (world.stop, world.kill):
            end()
            world.restart()
            assert names(rooms_of(world.user("bob"))) == expected


def test_pages_of_rooms_have_each_once_whatever_is_posted_meanwhile() -> None:
    with World(requests_per_second=0, limit_private=0) as world:
        alice = world.user("alice")
        others = [f"user{number}" for number in range(9)]
        for name in others:
            world.user(name)
            alice.send_to(name, "hi")
            world.sleep(10 if name < "user5" else 0)
        all_rooms = names(rooms_of(alice))
        assert len(all_rooms) == 10 and names(rooms_of(alice, limit=3)) == all_rooms
        first = alice.call("rooms", limit=4)
        late = all_rooms[6]
        alice.post(late, "news")
        rest = names(rooms_of(alice, limit=2, after=first["next"]))
        assert rest == [room for room in all_rooms[4:] if room != late]
        assert names(rooms_of(alice))[0] == late


def test_a_room_tells_what_was_said_last_as_it_is_now() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        assert overview(bob)["last"] is None
        one = alice.send("one")["seq"]
        comment = bob.call("comment", room="general", seq=one, text="two\n lines")
        expected = {"seq": 2, "ts": comment["ts"], "kind": "comment", "author": "bob"}
        assert overview(alice)["last"] == {**expected, "text": "two lines"}
        bob.call("edit", room="general", seq=2, text="x" * 100)
        assert overview(alice)["last"] == {**expected, "text": "x" * 79 + "…"}
        bob.call("delete", room="general", seq=2)
        assert (overview(alice)["last"]["seq"], overview(alice)["last"]["text"]) == (1, "one")
        alice.call("delete", room="general", seq=1)
        assert overview(alice)["last"] is None


def test_what_was_said_last_is_shown_to_nobody_who_may_not_see_it() -> None:
    with World(limit_show_messages=0, lifetime_ms=60_000) as world:
        alice = world.user("alice")
        alice.send("before")
        bob = world.login("bob")
        assert overview(bob)["last"] is None
        assert overview(alice)["last"]["text"] == "before"
        bob.sync()
        alice.send("after")
        assert overview(bob)["last"]["text"] == "after"
        bob.ack("general")
        world.sleep(2_000)
        world.oversleep(120_000)
        assert overview(world.login("bob"))["last"] is None  # its lifetime is over


def test_a_group_tells_its_owner_and_every_room_its_members() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        ops = alice.create("ops", bob)
        alice.send_to("bob", "hi")
        shown = {room["room"]: (room["owner"], room["members"]) for room in rooms_of(bob)}
        assert shown == {ops: ("alice", 2), "alice,bob": ("", 2), "general": ("", 2)}
        alice.call("transfer", room=ops, user="bob")
        alice.call("leave", room=ops)
        assert (overview(bob, ops)["owner"], overview(bob, ops)["members"]) == ("bob", 1)


@pytest.mark.parametrize("after", ["general", "x general", "-1 general", "² general"])
def test_a_page_that_begins_nowhere_is_refused(after: str) -> None:
    with World() as world:
        assert world.user("alice").refusal("rooms", after=after)["code"] == "bad_request"
