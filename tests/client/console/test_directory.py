"""Whom the console has met, and rooms as people name them."""

import pytest

from chatd.wire.commands import Presence
from chatd.wire.rooms import direct_room
from client.console.directory import NAMES_MAX, Directory, room_named
from tests.client.network import said


@pytest.mark.parametrize(
    ("title", "room"),
    [
        ("general", "general"),
        ("GENERAL", "general"),
        ("bob", direct_room("alice", "bob")),
        ("@Bob", direct_room("alice", "bob")),
        ("alice", "@alice"),
        ("@alice", "@alice"),
        ("zoe\u0308", direct_room("alice", "zoë")),
    ],
)
def test_room_is_found_by_its_title(title: str, room: str) -> None:
    assert room_named(title, "alice") == room


def test_people_are_met_by_what_they_say_where_they_are_and_when_they_come() -> None:
    known = Directory("alice")
    known.add_entry(said(1, author="bob"))
    known.add_room(direct_room("alice", "carol"))
    known.update_presence(Presence(online=["dave", "alice"], offline=[], count=2))
    assert known.people() == ["bob", "carol", "dave"]
    assert known.rooms() == ["bob", "carol", "dave", "general"]
    assert known.online_count == 2


def test_who_was_met_first_is_forgotten_over_the_bound() -> None:
    known = Directory("alice")
    known.add(f"user{number}" for number in range(NAMES_MAX))
    known.add(["user0", "one-more"])
    people = known.people()
    assert len(people) == NAMES_MAX and "user0" in people and "user1" not in people
