"""Who is online: gathered, cut down to a count, listed in pages."""

from chatd.core.presence import NAMES_MAX
from tests.simulation.world import World


def test_coming_and_going_is_told_once_a_second_as_one_change() -> None:
    with World() as world:
        alice = world.user("alice")
        world.sleep(2_000)
        alice.forget()
        bob, _ = world.user("bob"), world.user("carol")
        world.settle()
        assert alice.told("presence") == []
        world.sleep(1_100)
        assert alice.told("presence") == [{"online": ["bob", "carol"], "offline": [], "count": 3}]
        bob.close()
        world.sleep(1_100)
        assert alice.told("presence")[1:] == [{"online": [], "offline": ["bob"], "count": 2}]


def test_reconnect_within_a_second_is_not_told() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.sleep(2_000)
        alice.forget()
        bob.reset()
        world.settle()
        world.user("bob")
        world.sleep(2_000)
        assert alice.told("presence") == []


def test_who_asked_while_others_reconnected_is_told_that_they_are_back() -> None:
    with World() as world:
        bob = world.user("bob")
        world.sleep(2_000)
        bob.reset()
        world.settle()
        alice = world.user("alice")
        assert alice.call("status")["online_names"] == ["alice"]
        world.user("bob")
        world.sleep(2_000)
        assert alice.told("presence") == [{"online": ["alice", "bob"], "offline": [], "count": 2}]


def test_second_connection_of_a_user_changes_nothing() -> None:
    with World() as world:
        alice, _ = world.user("alice"), world.user("bob")
        world.sleep(2_000)
        alice.forget()
        second = world.user("bob")
        world.sleep(2_000)
        second.close()
        world.sleep(2_000)
        assert alice.told("presence") == []
        assert alice.call("status")["online"] == 2


def test_many_online_are_told_as_a_count_and_listed_in_pages() -> None:
    with World() as world:
        alice = world.user("alice")
        names = [f"user{number:03}" for number in range(NAMES_MAX)]
        for name in names[:-1]:
            world.user(name)
        world.sleep(2_000)
        assert alice.told("presence")[-1]["count"] == NAMES_MAX
        assert len(alice.told("presence")[-1]["online"]) == NAMES_MAX  # all but gathered in one
        alice.forget()
        world.user(names[-1])
        world.sleep(2_000)
        assert alice.told("presence") == [{"online": [], "offline": [], "count": NAMES_MAX + 1}]
        listed, after = [], ""
        for _ in range(3):
            page = alice.call("who", after=after, limit=67)
            listed += page["names"]
            after = page["next"] or ""
            assert page["count"] == NAMES_MAX + 1
        assert listed == ["alice", *names] and not after


def test_status_tells_who_one_is_and_has() -> None:
    with World(limit_messages=3) as world:
        alice, bob = world.user("alice", device="laptop"), world.user("bob")
        bob.send("one")
        bob.send_to("alice", "two")
        alice.send("three")
        status = alice.call("status")
        assert (status["name"], status["device"], status["devices"]) == ("alice", 1, 1)
        assert [(room["room"], room["unread"]) for room in status["rooms"]] == [
            ("general", 1),
            ("alice,bob", 1),
        ]
        assert status["general"]["left"] == 2
        assert status["general"]["reset_at"] == status["now"] + 3_600_000
        assert status["online_names"] == ["alice", "bob"]
