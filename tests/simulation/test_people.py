"""`people`: all who have an account, by the beginnings of their names."""

import pytest

from tests.simulation.peer import Peer
from tests.simulation.world import World


def names(peer: Peer, prefix: str = "", limit: int = 100) -> list[str]:
    """Return the names that begin so, from page to page."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = peer.call("people", prefix=prefix, after=after, limit=limit)
        assert len(page["people"]) <= limit
        found, after = found + [person["name"] for person in page["people"]], page["next"]
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_people_are_listed_by_the_beginnings_of_their_names(limit: int) -> None:
    with World(requests_per_second=0) as world:
        for name in ("bob", "anna", "ann", "анна", "anton", "émile"):
            world.user(name)
        bob = world.user("bob")
        assert names(bob, limit=limit) == ["ann", "anna", "anton", "bob", "émile", "анна"]
        assert names(bob, "an", limit) == ["ann", "anna", "anton"]
        assert names(bob, "Ann", limit) == ["ann", "anna"]
        assert names(bob, "ÉM", limit) == ["émile"]
        assert names(bob, "E\u0301m", limit) == ["émile"]
        assert names(bob, "АН", limit) == ["анна"]
        assert names(bob, "x", limit) == names(bob, "an na", limit) == []


def test_people_say_who_is_online() -> None:
    with World() as world:
        world.user("alice").close()
        bob = world.user("bob")
        people = bob.call("people")["people"]
        online = {person["name"]: person["online"] for person in people}
        assert online == {"alice": False, "bob": True}


def test_deleted_accounts_are_not_among_people_nor_after_a_restart() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("delete-account")
        assert names(bob) == ["bob"]
        world.stop()
        world.restart()
        assert names(world.user("bob")) == ["bob"]


def test_people_are_asked_for_by_their_names_as_far_as_they_exist() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.user("carol").call("delete-account")
        alice.call("display-name", display_name="Alice A.")
        asked = ["bob", "carol", "nobody", "alice", "bob"]
        assert bob.call("people", names=asked) == {
            "people": [
                {"name": "bob", "online": True, "display_name": ""},
                {"name": "alice", "online": True, "display_name": "Alice A."},
            ],
            "next": None,
        }
        assert bob.call("people", names=[])["people"] == []
        assert len(bob.call("people", names=["alice"] * 100)["people"]) == 1
        assert bob.refusal("people", names=["alice"] * 101)["code"] == "bad_request"


def test_who_is_not_logged_in_learns_no_name() -> None:
    with World() as world:
        world.user("alice")
        assert world.guest().refusal("people")["code"] == "unauthenticated"
