"""Blocking: no direct message gets through, in either direction and by no detour."""

import hashlib

import pytest

from chatd.handlers.blocking import BLOCKED_MAX
from tests.simulation.test_comments import comment
from tests.simulation.test_files import begin, fill
from tests.simulation.test_revisions import delete, history
from tests.simulation.world import World

CONTENT = b"content"


def test_blocked_user_can_not_open_the_direct_room() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.call("block", user="ALICE")
        before = world.state.digest()
        refusal = alice.refusal("send-to", to="bob", text="hello?")
        assert refusal["code"] == "forbidden" and "block" not in refusal["message"]
        assert alice.refusal("send-to", to="BOB", text="hello?")["code"] == "forbidden"
        assert world.state.digest() == before
        assert "alice,bob" not in world.state.rooms


def test_blocked_user_can_not_use_the_direct_room_by_any_detour() -> None:
    with World() as world:
        alice, phone, bob = world.user("alice"), world.user("alice"), world.user("bob")
        alice.send_to("bob", "hello")
        upload = begin(alice, CONTENT, "bob")["upload"]
        fill(alice, upload, CONTENT)
        bob.call("block", user="alice")
        before = world.state.digest()
        sha256 = hashlib.sha256(b"other").digest()
        tries: list[tuple[str, dict[str, object]]] = [
            ("send-to", {"to": "bob", "text": "hi"}),
            ("comment", {"room": "bob", "seq": 1, "text": "hi"}),
            ("edit", {"room": "alice,bob", "seq": 1, "text": "hi"}),
            ("upload", {"room": "bob", "name": "b", "size": 5, "sha256": sha256}),
            ("upload-finish", {"upload": upload}),
        ]
        for method, params in tries:
            for peer in (alice, phone):
                assert peer.refusal(method, **params)["code"] == "forbidden", method
        assert world.state.digest() == before
        assert bob.texts("alice,bob") == ["hello"]


def test_neither_can_invite_the_other_to_a_room() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        invitations = [(alice, alice.create("ops"), "bob"), (bob, bob.create("mine"), "alice")]
        bob.call("block", user="alice")
        before = world.state.digest()
        for peer, room, other in invitations:
            assert peer.refusal("invite", room=room, user=other)["code"] == "forbidden"
        assert world.state.digest() == before


def test_blocked_user_may_take_back_what_was_said() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "sorry for this")
        bob.call("block", user="alice")
        delete(alice, 1, "bob")
        assert history(bob, "alice")[1]["deleted"]


def test_who_blocks_can_not_send_either_and_is_told_how_to() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("block", user="bob")
        bob.call("block", user="alice")
        refusal = alice.refusal("send-to", to="bob", text="hi")
        assert refusal["code"] == "forbidden" and "unblock" in refusal["message"]


def test_blocked_users_meet_in_general_all_the_same() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.call("block", user="alice")
        alice.send("hello")
        comment(alice, 1, "and hello")
        assert len(bob.entries) == 3  # and that alice is blocked


def test_what_came_before_the_block_stays_readable() -> None:
    with World() as world:
        alice = world.user("alice")
        world.register("bob")
        alice.send_to("bob", "unread")
        bob = world.login("bob")
        bob.call("block", user="alice")
        bob.sync()
        assert bob.texts("alice,bob") == ["unread"]


def test_unblocked_user_may_send_again() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.call("block", user="alice")
        bob.call("unblock", user="alice")
        alice.send_to("bob", "hello")
        assert bob.texts("alice,bob") == ["hello"]
        assert bob.refusal("unblock", user="alice")["code"] == "not_found"


def test_blocks_show_on_all_devices_of_the_user_and_on_no_other() -> None:
    with World() as world:
        alice, phone, laptop = world.user("alice"), world.user("bob"), world.user("bob")
        phone.call("block", user="alice")
        phone.call("block", user="alice")  # once more changes nothing
        phone.call("unblock", user="alice")
        told = [(entry["kind"], entry["user"]) for entry in laptop.entries]
        assert told == [("blocked", "alice"), ("unblocked", "alice")]
        assert alice.entries == []


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_blocks_survive_a_restart(how: str) -> None:
    with World() as world:
        world.user("bob")
        world.user("alice").call("block", user="bob")
        getattr(world, how)()
        world.restart()
        assert world.user("bob").refusal("send-to", to="alice", text="hi")["code"] == "forbidden"


@pytest.mark.parametrize(
    ("user", "code"), [("nobody", "not_found"), ("alice", "bad_request"), ("@bob", "not_found")]
)
def test_who_can_not_be_blocked_is_refused(user: str, code: str) -> None:
    with World() as world:
        world.register("bob")
        alice = world.user("alice")
        assert alice.refusal("block", user=user)["code"] == code
        assert alice.call("blocked") == {"names": [], "next": None}


def test_blocked_users_are_listed_in_pages() -> None:
    with World() as world:
        alice = world.user("alice")
        for name in ("dave", "bob", "carol"):
            world.register(name)
            alice.call("block", user=name)
        assert alice.call("blocked", limit=2) == {"names": ["bob", "carol"], "next": "carol"}
        assert alice.call("blocked", after="carol") == {"names": ["dave"], "next": None}


def test_blocks_of_one_user_are_bounded() -> None:
    with World() as world:
        world.register("bob")
        world.register("carol")
        alice = world.user("alice")
        blocked = world.state.users["alice"].blocked
        blocked.update({f"u{number}": 1 for number in range(BLOCKED_MAX - 1)})
        alice.call("block", user="bob")
        assert alice.refusal("block", user="carol")["code"] == "conflict"
