"""Removal: administrators take away what anybody said, and everybody hears that they did."""

import hashlib
from collections.abc import Callable

import pytest

from tests.simulation.peer import Map, Peer
from tests.simulation.world import World

HOUR_MS = 3_600_000


def history(peer: Peer, room: str = "general") -> dict[int, Map]:
    """Return what a user sees of a room, by number."""
    return {entry["seq"]: entry for entry in peer.call("history", room=room)["entries"]}


def share(peer: Peer, room: str = "general", content: bytes = b"secret bytes") -> int:
    """Post a file; return its number."""
    sha256 = hashlib.sha256(content).digest()
    begun = peer.call("upload", room=room, name="a", size=len(content), sha256=sha256)
    peer.call("upload-chunk", upload=begun["upload"], offset=0, data=content)
    seq: int = peer.call("upload-finish", upload=begun["upload"])["seq"]
    return seq


def fields(entry: Map, *but: str) -> Map:
    """Return what an entry says, without when."""
    return {key: value for key, value in entry.items() if key not in ("ts", *but)}


# -- what becomes of the entry ---------------------------------------------------------------


def test_removed_message_is_gone_everywhere_and_everybody_hears_why() -> None:
    with World(admins=("root",)) as world:
        root, ann = world.user("root"), world.user("ann")
        one, two = world.user("eve"), world.user("eve")
        seq = one.send("buy watches @ann")["seq"]
        comment = ann.call("comment", room="general", seq=seq, text="no")["seq"]
        edit = one.call("edit", room="general", seq=seq, text="buy my watches @ann")["seq"]
        placed = root.call("remove", room="general", seq=seq, reason=" spam ")
        expected = {
            "kind": "delete",
            "room": "general",
            "seq": placed["seq"],
            "author": "root",
            "target": seq,
            "removed": True,
            "reason": "spam",
        }
        for peer in (root, ann, one, two):
            assert fields(peer.of_kind("delete")[-1]) == expected
        for peer in (root, ann, one, world.user("newcomer")):
            seen = history(peer)
            assert fields(seen[seq]) == {
                "kind": "message",
                "room": "general",
                "seq": seq,
                "author": "eve",
                "text": "",
                "deleted": True,
                "removed": True,
                "reason": "spam",
                "comments": 1,
                "last_comment": comment,
            }
            assert "quoted_text" not in seen[comment] and "text" not in seen[edit]
        assert ann.call("search", words="watches")["entries"] == []
        mentions = {room["room"]: room["mentions"] for room in ann.call("rooms")["rooms"]}
        assert mentions["general"] == 0
        world.stop()
        world.restart()
        assert fields(history(world.user("ann"))[seq])["reason"] == "spam"
        assert not world.on_disk("watches")


@pytest.mark.parametrize("kind", ["message", "comment", "file"])
def test_entry_of_every_kind_is_removed_and_its_author_told(kind: str) -> None:
    with World(admins=("root",)) as world:
        root, ann, eve = world.user("root"), world.user("ann"), world.user("eve")
        seq = ann.send("hello")["seq"]
        if kind == "comment":
            seq = eve.call("comment", room="general", seq=seq, text="fool")["seq"]
        else:
            seq = share(eve) if kind == "file" else eve.send("fool")["seq"]
        root.call("remove", room="general", seq=seq)
        entry = history(ann)[seq]
        assert (entry["kind"], entry["removed"], entry.get("reason")) == (kind, True, None)
        for peer in (eve, world.user("eve")):
            (told,) = peer.of_kind("post_removed")
            assert fields(told, "seq") == {
                "kind": "post_removed",
                "room": "@eve",
                "in_room": "general",
                "in_seq": seq,
            }


def test_bytes_of_a_removed_file_are_gone_and_the_quota_is_free() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        seq = share(eve)
        assert world.on_disk("secret bytes")
        root.call("remove", room="general", seq=seq)
        assert world.state.users["eve"].file_bytes == 0
        assert eve.refusal("download", room="general", seq=seq, offset=0)["code"] == "not_found"
        assert not world.on_disk("secret bytes")


def test_place_of_an_edit_stands_for_what_was_edited() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        seq = eve.send("harmless")["seq"]
        edit = eve.call("edit", room="general", seq=seq, text="you fool")["seq"]
        root.call("remove", room="general", seq=edit)
        assert history(root)[seq]["removed"]


def test_removal_counts_in_no_limit_and_is_no_message_that_waits() -> None:
    with World(admins=("root",), limit_messages=1) as world:
        root, eve = world.user("root"), world.user("eve")
        seq = eve.send("fool")["seq"]
        root.ack("general")
        root.send("my one message")
        root.call("remove", room="general", seq=seq)
        rooms = {room["room"]: room["unread"] for room in root.call("rooms")["rooms"]}
        assert rooms["general"] == 0
        rooms = {room["room"]: room["unread"] for room in eve.call("rooms")["rooms"]}
        assert rooms["general"] == 1


def test_administrators_are_told_of_a_removal_but_who_wrote_it_only_as_its_author() -> None:
    with World(admins=("root", "toor")) as world:
        root, toor = world.user("root"), world.user("toor")
        seq = toor.send("fool")["seq"]
        eve = world.user("eve").send("fool too")["seq"]
        root.call("remove", room="general", seq=seq, reason="rude")
        root.call("remove", room="general", seq=eve)
        expected = {"action": "removed", "by": "root", "in_room": "general"}
        told = [fields(entry, "kind", "room", "seq") for entry in root.of_kind("moderated")]
        assert told == [
            {**expected, "user": "toor", "in_seq": seq, "reason": "rude"},
            {**expected, "user": "eve", "in_seq": eve},
        ]
        assert [entry["user"] for entry in toor.of_kind("moderated")] == ["eve"]
        assert [entry["in_seq"] for entry in toor.of_kind("post_removed")] == [seq]


def test_author_who_has_left_the_room_is_told_too() -> None:
    with World(admins=("root",)) as world:
        root, ann, eve = world.user("root"), world.user("ann"), world.user("eve")
        room = ann.create("ops", eve)
        seq = eve.post(room, "fool")["seq"]
        ann.call("report", user="eve", reason="rude", room=room, seq=seq)
        eve.call("leave", room=room)
        root.call("remove", room=room, seq=seq)
        assert [entry["in_room"] for entry in eve.of_kind("post_removed")] == [room]
        assert eve.of_kind("delete") == []
        assert ann.of_kind("delete")[-1]["target"] == seq


# -- who may remove what ---------------------------------------------------------------------


def test_entry_of_a_private_room_is_removed_only_if_it_was_reported() -> None:
    with World(admins=("root",)) as world:
        root, ann, eve = world.user("root"), world.user("ann"), world.user("eve")
        room = ann.create("ops", eve)
        places = [
            ("ann,eve", eve.send_to("ann", "fool")["seq"], eve.send_to("ann", "idiot")["seq"]),
            (room, eve.post(room, "fool")["seq"], eve.post(room, "idiot")["seq"]),
        ]
        for number, (place, seq, other) in enumerate(places, 1):
            assert world.refusal(root, "remove", room=place, seq=seq)["code"] == "not_found"
            ann.call("report", user="eve", reason="rude", room=place, seq=seq)
            assert world.refusal(root, "remove", room=place, seq=other)["code"] == "not_found"
            root.call("remove", room=place, seq=seq, reason="rude")
            assert history(ann, place)[seq]["removed"] and history(eve, place)[seq]["removed"]
            assert root.refusal("history", room=place)["code"] == "not_found"
            root.call("dismiss", report=number)
            world.sleep(24 * HOUR_MS)
        assert root.seqs("ann,eve") == root.seqs(room) == []


def test_entry_of_a_dismissed_report_is_out_of_reach_again() -> None:
    with World(admins=("root",)) as world:
        root, ann, eve = world.user("root"), world.user("ann"), world.user("eve")
        seq = eve.send_to("ann", "fool")["seq"]
        ann.call("report", user="eve", reason="rude", room="eve", seq=seq)
        root.call("dismiss", report=1)
        assert world.refusal(root, "remove", room="ann,eve", seq=seq)["code"] == "not_found"


def test_administrator_removes_in_private_rooms_of_ones_own() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        root.create("ops", eve)
        seq = eve.post("+ops", "fool")["seq"]
        root.call("remove", room="+ops", seq=seq)
        direct = eve.send_to("root", "fool")["seq"]
        root.call("remove", room="eve", seq=direct)
        assert history(eve, "+ops")[seq]["removed"] and history(eve, "root")[direct]["removed"]


def test_own_entry_that_is_over_for_the_administrator_is_still_ones_own() -> None:
    with World(admins=("root",)) as world:
        root = world.user("root")
        world.user("ann")
        root.call("send-to", to="ann", text="hello")
        world.sleep(2 * HOUR_MS)
        assert root.refusal("remove", room="ann,root", seq=1)["code"] == "forbidden"


def test_entry_of_general_that_is_over_for_the_administrator_is_removed_for_the_others() -> None:
    with World(admins=("root",)) as world:
        root, ann, eve = world.user("root"), world.user("ann"), world.user("eve")
        seq = eve.send("fool")["seq"]
        root.ack("general")
        eve.ack("general")
        world.sleep(2 * HOUR_MS)
        assert seq not in history(root)
        root.call("remove", room="general", seq=seq)
        assert history(ann)[seq]["removed"]


Attempt = Callable[[World], Map]
REFUSED: dict[str, tuple[str, Attempt]] = {
    "by who is no administrator": (
        "forbidden",
        lambda world: world.refusal(world.login("ann"), "remove", room="general", seq=1),
    ),
    "an own entry": (
        "forbidden",
        lambda world: world.refusal(world.login("root"), "remove", room="general", seq=2),
    ),
    "what is deleted": (
        "not_found",
        lambda world: world.refusal(world.login("root"), "remove", room="general", seq=3),
    ),
    "that something was deleted": (
        "not_found",
        lambda world: world.refusal(world.login("root"), "remove", room="general", seq=4),
    ),
    "what is not there": (
        "not_found",
        lambda world: world.refusal(world.login("root"), "remove", room="general", seq=9),
    ),
    "in no room": (
        "not_found",
        lambda world: world.refusal(world.login("root"), "remove", room="+none:a", seq=1),
    ),
    "in a self log": (
        "not_found",
        lambda world: world.refusal(world.login("root"), "remove", room="@eve", seq=1),
    ),
    "in the own self log": (
        "not_found",
        lambda world: world.refusal(world.login("root"), "remove", room="@root", seq=1),
    ),
    "with too long a reason": (
        "bad_request",
        lambda world: world.refusal(
            world.login("root"), "remove", room="general", seq=1, reason="x" * 501
        ),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_removal_that_makes_no_sense_is_refused_and_changes_nothing(what: str) -> None:
    with World(admins=("root", "toor")) as world:
        root, eve = world.user("root", device="here"), world.user("eve", device="here")
        world.register("ann")
        eve.send("fool")
        root.send("my own")
        eve.send("sorry")
        eve.call("delete", room="general", seq=3)
        code, attempt = REFUSED[what]
        assert attempt(world)["code"] == code


def test_banned_administrator_removes_nothing() -> None:
    with World(admins=("root", "toor")) as world:
        root, toor = world.user("root"), world.user("toor")
        seq = world.user("eve").send("fool")["seq"]
        toor.call("ban", user="root")
        assert world.refusal(root, "remove", room="general", seq=seq)["code"] == "banned"


def test_administrator_who_was_reported_does_not_reach_the_entry_by_that() -> None:
    with World(admins=("root", "toor")) as world:
        root, toor, ann = world.user("root"), world.user("toor"), world.user("ann")
        room = ann.create("ops", root)
        seq = root.post(room, "fool")["seq"]
        ann.call("report", user="root", reason="rude", room=room, seq=seq)
        ann.call("kick", room=room, user="root")
        assert world.refusal(root, "remove", room=room, seq=seq)["code"] == "not_found"
        toor.call("remove", room=room, seq=seq)


def test_removed_entry_is_removed_once_and_its_author_does_not_change_it_any_more() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        seq = eve.send("fool")["seq"]
        root.call("remove", room="general", seq=seq)
        for peer, method, params in (
            (root, "remove", {}),
            (eve, "delete", {}),
            (eve, "edit", {"text": "fool again"}),
            (eve, "comment", {"text": "why?"}),
        ):
            error = world.refusal(peer, method, room="general", seq=seq, **params)
            assert error["code"] == "not_found"


def test_report_of_a_removed_entry_stays_with_its_quote_until_it_is_dismissed() -> None:
    with World(admins=("root",)) as world:
        root, ann, eve = world.user("root"), world.user("ann"), world.user("eve")
        seq = eve.send("you fool")["seq"]
        ann.call("report", user="eve", reason="rude", room="general", seq=seq)
        root.call("remove", room="general", seq=seq)
        assert [r["quote"] for r in root.call("reports")["reports"]] == ["you fool"]
        assert eve.call("status")["warnings"] == 1
        root.call("dismiss", report=1)
        assert root.call("reports")["reports"] == []


def test_removal_over_http() -> None:
    with World(admins=("root",)) as world:
        token = world.token("root")
        seq = world.user("eve").send("fool")["seq"]
        answer = world.web(token).call("remove", room="general", seq=seq)
        assert answer.status == 200
        assert history(world.user("ann"))[seq]["removed"]
