"""Stores of every format are opened, migrated, served, snapshotted and opened again."""

import base64
from typing import Any

import pytest

from chatd.disk.examination import examine
from chatd.disk.formats import FIRST_FORMAT, FORMAT
from chatd.maintenance import check_store
from tests.simulation.peer import Peer, Refused
from tests.simulation.world import DB_NAME, World
from tests.stores.golden import NAMES, disk_with, format_of, seen_in, world_with
from tests.stores.views import view

DAY_MS = 86_400_000
SAID = {
    "alice-1": "a first message",
    "bob-1": "a message with a mistaek",
    "carol-1": "a message that is taken back",
}
"""By their nonces, what was said in every store."""

pytestmark = pytest.mark.parametrize("name", NAMES)


def test_there_are_stores_of_every_format_killed_and_stopped(name: str) -> None:
    begin, _, end = name.rpartition("-")
    assert {f"{begin}-killed", f"{begin}-stopped"} <= set(NAMES) and end in ("killed", "stopped")
    assert {format_of(each) for each in NAMES} == set(range(FIRST_FORMAT, FORMAT + 1))
    assert examine(disk_with(name), DB_NAME).format == format_of(name)


def within(old: Any, new: Any, where: str) -> None:
    """Hold what was seen against what is: later versions tell more, and nothing else."""
    if isinstance(old, dict):
        assert isinstance(new, dict), where
        for key, value in old.items():
            assert key in new, f"{where}.{key}"
            within(value, new[key], f"{where}.{key}")
    elif isinstance(old, list):
        assert len(old) == len(new), where
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            within(one, other, f"{where}[{index}]")
    else:
        assert old == new, where


def as_before(seen: dict[str, Any]) -> dict[str, Any]:
    """Return what a user sees without what formats 1 and 2 told in another way.

    All entries counted as unread, the self log's too, and rooms were listed by their ids.
    """
    rooms = [{**room, "unread": 0} for room in seen["rooms"]["rooms"]]
    status = {key: value for key, value in seen["status"].items() if key != "rooms"}
    rooms.sort(key=lambda room: str(room["room"]))
    return {**seen, "rooms": rooms, "unread": [], "status": status}


def user(world: World, name: str, seen: dict[str, Any]) -> Peer:
    peer = world.guest()
    if name in seen["tokens"]:
        peer.enter(seen["tokens"][name])
    else:
        peer.prove(name, seen["passwords"][name])
    return peer


def all_see_what_they_saw(world: World, seen: dict[str, Any]) -> None:
    for name, saw in seen["views"].items():
        peer = user(world, name, seen)
        sees = view(peer.call, name, Refused)
        if seen["format"] < 3:
            saw, sees = as_before(saw), as_before(sees)
        within(saw, sees, name)
        peer.close()


def test_everybody_sees_what_was_seen_before_and_after_a_stop(name: str) -> None:
    seen = seen_in(name)
    with world_with(name) as world:
        all_see_what_they_saw(world, seen)
        world.stop()
        assert examine(world.disk, DB_NAME).format == FORMAT
        assert sorted(path for path in world.disk.files(DB_NAME) if "-journal-" in path)
        world.restart()
        all_see_what_they_saw(world, seen)


def test_doors_open_as_they_did(name: str) -> None:
    """Passwords, tokens, hooks, links; accounts that ended stay so, and their names taken."""
    seen = seen_in(name)
    with world_with(name) as world:
        user(world, "bot", seen)
        for owner, password in seen["passwords"].items():
            world.guest().prove(owner, password)
        with pytest.raises(Refused, match="auth_failed"):
            world.guest().prove("bob", "another password")
        hook = f"/hooks/{seen['tokens']['hook']}"
        assert world.web().ask("POST", hook, b'{"text": "more of it"}').status == 200
        assert user(world, "erin", seen).call("join", link=seen["tokens"]["link"])["request"]
        for ended in seen["ended"]:
            with pytest.raises(Refused, match="auth_failed"):
                world.guest().prove(ended, seen["passwords"]["bob"])
        for taken in ("newbie", "quiet", *seen["ended"]):
            with pytest.raises(Refused, match="conflict"):
                world.register(taken)


def test_what_was_posted_with_a_nonce_is_posted_once(name: str) -> None:
    seen = seen_in(name)
    with world_with(name) as world:
        for nonce, posted in seen["posted"].items():
            again = user(world, nonce.partition("-")[0], seen)
            before = world.state.general.log.last_seq
            assert again.send(SAID[nonce], nonce=nonce) == posted
            with pytest.raises(Refused, match="conflict"):
                again.send("another text", nonce=nonce)
            assert world.state.general.log.last_seq == before
            assert posted["seq"] <= before


def test_upload_goes_on_where_it_was(name: str) -> None:
    seen = seen_in(name)
    file = base64.b64decode(seen["file"])
    with world_with(name) as world:
        bob = user(world, "bob", seen)
        (upload,) = world.state.uploads.values()
        assert upload.offset == len(file) // 2
        rest = file[upload.offset :]
        bob.call("upload-chunk", upload=upload.number, offset=upload.offset, data=rest)
        posted = bob.call("upload-finish", upload=upload.number)
        assert bob.call("download", room=posted["room"], seq=posted["seq"])["data"] == file


def test_what_was_to_come_comes(name: str) -> None:
    """A scheduled text is posted when it is due, and one that was held when the ban has ended."""
    seen = seen_in(name)
    with world_with(name) as world:
        for days, text in (101, "@alice, it is a while ago"), (250, "eve said so before"):
            world.oversleep(days * DAY_MS)
            page = user(world, "bob", seen).call("history", room="general")
            assert text in [entry.get("text") for entry in page["entries"]]
        goes = bool(seen["ended"])  # the first version kept accounts that nobody used
        assert ("newbie" in world.state.users) is not goes


def test_check_says_what_a_start_will_do_and_changes_nothing(name: str) -> None:
    disk = disk_with(name)
    before = disk.files()
    with world_with(name, disk_with(name)) as world:
        settings = world.settings
    report = check_store(settings, disk)
    migrates = f"; a start will migrate it from format {format_of(name)} to {FORMAT}"
    assert (migrates in report) is (format_of(name) != FORMAT)
    assert disk.files() == before
