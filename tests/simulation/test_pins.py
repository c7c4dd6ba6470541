"""Pins: what is pinned is so for all in a room."""

import pytest

from chatd.handlers.pins import PINS_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.test_comments import comment
from tests.simulation.test_files import share
from tests.simulation.test_revisions import check_byte_counts, delete, edit, history
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def pin(peer: Peer, seq: int, room: str = "general") -> Map:
    return peer.call("pin", room=room, seq=seq)


def unpin(peer: Peer, seq: int, room: str = "general") -> Map:
    return peer.call("unpin", room=room, seq=seq)


def pins(peer: Peer, room: str = "general", **page: object) -> list[int]:
    return [entry["seq"] for entry in peer.call("pins", room=room, **page)["entries"]]


def code(peer: Peer, method: str, seq: int, room: str = "general") -> str:
    return str(peer.refusal(method, room=room, seq=seq)["code"])


def test_pin_is_told_to_every_device_and_shown_by_the_post() -> None:
    with World() as world:
        alice, phone, bob = world.user("alice"), world.user("alice"), world.user("bob")
        alice.send_to("bob", "hello")
        assert pin(bob, 1, "alice") == {"room": "alice,bob", "seq": 2}
        for peer in (alice, phone, bob):
            told = peer.entries[-1]
            assert (told["kind"], told["author"], told["target"]) == ("pin", "bob", 1)
            assert "removed" not in told
        assert history(alice, "bob")[1]["pinned_by"] == "bob"
        assert pins(alice, "bob") == [1]
        check_byte_counts(world)


def test_what_one_member_pinned_another_unpins() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        seq = alice.post(room, "hello")["seq"]
        pin(bob, seq, room)
        unpin(alice, seq, room)
        told = bob.entries[-1]
        assert (told["kind"], told["author"], told["removed"]) == ("pin", "alice", True)
        assert "pinned_by" not in history(bob, room)[seq] and pins(bob, room) == []
        assert world.state.rooms[room].pins == {}


def test_what_is_pinned_or_not_pinned_already_changes_nothing() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "hello")
        alice.send_to("bob", "hello again")
        first = pin(bob, 1, "alice")
        before = world.state.digest()
        assert pin(alice, 1, "bob") == first
        assert unpin(alice, 2, "bob") == {"room": "alice,bob", "seq": None}
        assert world.state.digest() == before


def test_in_general_only_administrators_pin_and_unpin() -> None:
    with World(admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        for text in ("one", "two"):
            alice.send(text)
        pin(root, 1)
        before = world.state.digest()
        assert code(alice, "pin", 2) == "forbidden"
        assert code(alice, "unpin", 1) == "forbidden"
        assert alice.refusal("pin", room="general", seq=2)["setting"] == "ADMINS"
        assert world.state.digest() == before
        assert pins(alice) == [1]


def test_pins_come_newest_post_first_in_pages() -> None:
    with World(admins=("root",), limit_messages=0) as world:
        root = world.user("root")
        for number in range(7):
            root.send(f"{number} " + "x" * 8_000)
        for seq in (2, 7, 1, 4, 3, 6, 5):
            pin(root, seq)
        first = root.call("pins", room="general", limit=3)
        assert ([entry["seq"] for entry in first["entries"]], first["next"]) == ([7, 6, 5], 5)
        rest = root.call("pins", room="general", after=5)
        assert ([entry["seq"] for entry in rest["entries"]], rest["next"]) == ([4, 3, 2, 1], None)
        seen: list[int] = []
        page = root.call("pins", room="general")
        while page["next"] is not None:
            seen += [entry["seq"] for entry in page["entries"]]
            page = root.call("pins", room="general", after=page["next"])
        assert [*seen, *(entry["seq"] for entry in page["entries"])] == [7, 6, 5, 4, 3, 2, 1]
        assert seen, "too much for one page"


def test_comments_and_files_are_pinned_and_an_edit_leaves_them_so() -> None:
    with World(admins=("root",)) as world:
        root = world.user("root")
        root.send("hello")
        comment(root, 1, "hi")
        file = share(root, b"content")["seq"]
        for seq in (1, 2, file):
            pin(root, seq)
        edit(root, 1, "hello!")
        root.call("react", room="general", seq=1, emoji="👍")
        assert pins(root) == [file, 2, 1]
        entry = history(root)[1]
        assert (entry["text"], entry["pinned_by"]) == ("hello!", "root")
        assert entry["reactions"] == {"👍": ["root"]}


def test_deleted_post_is_pinned_no_more() -> None:
    with World(admins=("root",)) as world:
        root = world.user("root")
        root.send("hello")
        pin(root, 1)
        delete(root, 1)
        assert pins(root) == [] and "pinned_by" not in history(root)[1]
        assert world.state.general.pins == {}
        assert code(root, "pin", 1) == "not_found"


def test_expired_post_is_pinned_no_more() -> None:
    with World(admins=("root",), lifetime_ms=HOUR_MS) as world:
        root = world.user("root")
        root.send("hello")
        world.sleep(30 * MINUTE_MS)
        pin(root, 1)
        world.sleep(40 * MINUTE_MS)
        assert pins(root) == [] and world.state.general.pins == {}


def test_newcomer_sees_no_pinned_post_from_before() -> None:
    with World(admins=("root",), limit_show_messages=1) as world:
        root = world.user("root")
        for text in ("before", "after"):
            root.send(text)
        for seq in (1, 2):
            pin(root, seq)
        assert pins(world.user("bob")) == [2]
        assert pins(root) == [2, 1]


def test_pins_outlive_the_server() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob")
        alice.send_to("bob", "hello")
        first = pin(alice, 1, "bob")
        world.kill()
        world.restart()
        alice = world.user("alice")
        assert pins(alice, "bob") == [1] and pin(alice, 1, "bob") == first


def test_room_has_so_many_pins_and_no_more() -> None:
    with World(limit_private=0, limit_reactions=0, requests_per_second=0) as world:
        alice = world.user("alice")
        world.user("bob")
        for number in range(PINS_MAX + 1):
            alice.send_to("bob", str(number))
        for seq in range(1, PINS_MAX + 1):
            pin(alice, seq, "bob")
        before = world.state.digest()
        error = alice.refusal("pin", room="bob", seq=PINS_MAX + 1)
        assert (error["code"], error["limit"]) == ("conflict", PINS_MAX)
        assert world.state.digest() == before
        unpin(alice, 1, "bob")
        pin(alice, PINS_MAX + 1, "bob")


@pytest.mark.parametrize("method", ["pin", "unpin"])
def test_banned_and_blocked_users_pin_and_unpin_nothing(method: str) -> None:
    with World(admins=("root",)) as world:
        alice, bob, root = (world.user(name) for name in ("alice", "bob", "root"))
        alice.send_to("bob", "hello")
        alice.send_to("bob", "hello again")
        pin(bob, 1, "alice")
        seq = 2 if method == "pin" else 1
        root.call("ban", user="bob")
        before = world.state.digest()
        assert code(bob, method, seq, "alice") == "banned"
        assert world.state.digest() == before
        root.call("unban", user="bob")
        alice.call("block", user="bob")
        before = world.state.digest()
        for peer, other in ((alice, "bob"), (bob, "alice")):
            assert code(peer, method, seq, other) == "forbidden"
        assert world.state.digest() == before


def test_pins_count_among_the_reactions() -> None:
    with World(limit_reactions=2) as world:
        alice = world.user("alice")
        world.user("bob")
        alice.send_to("bob", "hello")
        pin(alice, 1, "bob")
        unpin(alice, 1, "bob")
        error = alice.refusal("pin", room="bob", seq=1)
        assert (error["code"], error["setting"]) == ("rate_limited", "LIMIT_REACTIONS")
        assert alice.refusal("react", room="bob", seq=1, emoji="👍")["code"] == "rate_limited"


def test_stranger_learns_nothing_of_the_pins_of_a_room() -> None:
    with World() as world:
        alice, eve = world.user("alice"), world.user("eve")
        room = alice.create("ops")
        seq = alice.post(room, "hello")["seq"]
        pin(alice, seq, room)
        assert eve.refusal("pins", room=room)["code"] == "not_found"
        for method in ("pin", "unpin"):
            assert code(eve, method, seq, room) == "not_found"
