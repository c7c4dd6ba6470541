"""Mentions: `@name` marks an entry for its user, and unread ones are counted."""

import pytest

from chatd.core import events as e
from chatd.core.unread import COUNTED_MAX as UNREAD_COUNTED_MAX
from chatd.handlers.mentions import MENTIONS_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.test_comments import comment
from tests.simulation.test_files import share
from tests.simulation.test_revisions import delete, edit
from tests.simulation.world import World


def mentions(peer: Peer) -> list[str]:
    """Return whom the last entry that came names."""
    found: list[str] = peer.entries[-1].get("mentions", [])
    return found


def unread(peer: Peer, **params: object) -> dict[str, tuple[int, int]]:
    """Return for each room with anything unread how much of it, and with one's name."""
    rooms: list[Map] = peer.call("unread", **params)["rooms"]
    return {room["room"]: (room["unread"], room["mentions"]) for room in rooms}


# -- what is a mention -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "@bob", "hi @bob!", "hi @BOB, there", "(@bob)", "ask @bob.", "ask @bob...", "@bob-",
        "@bob's", "@@alice @bob @bob", "\n@bob\n", "@nobody @bob",
    ],
)  # fmt: skip
def test_name_behind_an_at_is_a_mention(text: str) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send(text)
        assert mentions(alice) == mentions(bob) == ["bob"]


@pytest.mark.parametrize(
    "text",
    ["bob", "@ bob", "alice@bob", "a.@bob", "@@bob", "@bobby", "@bob.com", "@bo", "@alice", "@"],
)
def test_anything_else_is_none(text: str) -> None:
    with World() as world:
        world.register("bob")
        alice = world.user("alice")
        alice.send(text)
        assert mentions(alice) == []


@pytest.mark.parametrize("name", ["b.o-b_", "žofie", "नमस्ते", "bob.com"])
def test_every_name_can_be_mentioned(name: str) -> None:
    with World() as world:
        world.register(name)
        alice = world.user("alice")
        alice.send(f"hi @{name.upper()}, hi")
        assert mentions(alice) == [name]


def test_mentions_of_one_text_are_bounded() -> None:
    with World() as world:
        alice = world.user("alice")
        names = [f"u{number}" for number in range(MENTIONS_MAX + 1)]
        for name in names:
            world.register(name)
        alice.send(" ".join("@" + name for name in names))
        assert mentions(alice) == names[:-1]


def test_only_users_who_see_the_room_are_mentioned() -> None:
    with World() as world:
        world.register("carol")
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "did you hear of @carol, @bob?")
        assert mentions(bob) == ["bob"]
        bob.send_to("alice", "no, @alice")
        assert mentions(alice) == ["alice"]


def test_scheduled_text_names_who_could_be_named_then_and_sees_it_now() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops", bob, carol)
        at_ms = world.now_ms + 60_000
        alice.call("send-at", to=room, at=at_ms, text="@bob @carol @dave @alice")
        bob.call("leave", room=room)
        world.register("dave")
        world.sleep(60_000)
        assert alice.texts(room) == ["@bob @carol @dave @alice"]
        assert mentions(carol) == ["carol"]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_what_an_older_version_has_scheduled_names_when_it_is_due(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        at_ms = world.now_ms + 60_000
        old = e.PostScheduled(world.now_ms, "alice", 1, at_ms, "general", "hi @bob", "", b"")
        world.database.transaction.commit(old)
        world.settle()
        world.register("bob")
        getattr(world, how)()
        world.restart()
        alice = world.user("alice")
        world.sleep(60_000)
        assert mentions(alice) == ["bob"]


def test_comments_and_captions_mention_too() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        share(alice, caption="look @bob")
        assert mentions(bob) == ["bob"]
        comment(bob, 1, "nice, @alice")
        assert mentions(alice) == ["alice"]


def test_edit_mentions_whom_the_text_before_did_not() -> None:
    with World() as world:
        world.register("carol")
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hi @bob")
        edit(alice, 1, "hi @bob and @carol")
        assert mentions(bob) == ["carol"]
        assert bob.call("history", room="general")["entries"][0]["mentions"] == ["bob", "carol"]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_mentions_survive_a_restart(how: str) -> None:
    with World() as world:
        world.register("bob")
        world.user("alice").send("hi @bob")
        getattr(world, how)()
        world.restart()
        assert mentions(world.user("bob")) == ["bob"]


# -- what is unread --------------------------------------------------------------------------


def test_unread_lists_rooms_with_their_mentions() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        alice.send("hello @bob")
        alice.send_to("bob", "@bob?")
        assert unread(bob) == {"alice,bob": (1, 1), "general": (2, 1)}
        assert unread(alice) == {}
        assert unread(bob, after="alice,bob", limit=1) == {"general": (2, 1)}
        status = {room["room"]: room for room in bob.call("status")["rooms"]}
        assert status["general"]["mentions"] == 1


def test_what_one_device_reads_is_unread_on_no_other() -> None:
    with World() as world:
        alice = world.user("alice")
        phone, laptop = world.user("bob"), world.user("bob")
        alice.send("hello @bob")
        assert unread(phone) == unread(laptop) == {"general": (1, 1)}
        phone.ack("general")
        assert unread(phone) == unread(laptop) == {}


def test_message_and_its_edit_count_as_one_mention() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        edit(alice, 1, "hello @bob")
        assert unread(bob) == {"general": (1, 1)}


def test_edit_that_mentions_counts_when_the_message_was_read() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        bob.ack("general")
        edit(alice, 1, "hello @bob")
        assert unread(bob) == {"general": (0, 1)}


def test_mention_of_an_edit_that_was_edited_again_counts_still() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        bob.ack("general")
        edit(alice, 1, "hello @bbo and @bob")
        edit(alice, 1, "hello @bob")
        assert mentions(bob) == ["bob"]
        assert unread(bob) == {"general": (0, 1)}
        edit(alice, 1, "hello")
        assert unread(bob) == {}


def test_deleted_mention_counts_no_more() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        edit(alice, 1, "hello @bob")
        alice.send("and then")
        delete(alice, 1)
        assert unread(bob) == {"general": (1, 0)}


@pytest.mark.parametrize(("before", "counted"), [(1, 1), (2, 0)])
def test_mentions_are_counted_in_the_latest_thousand(before: int, counted: int) -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello @bob")
        for _ in range(UNREAD_COUNTED_MAX - 2 + before):
            alice.request("send", text="x")
        world.settle()
        total = UNREAD_COUNTED_MAX - 1 + before
        assert unread(bob) == {"general": (total, counted)}
