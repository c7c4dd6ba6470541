"""Acknowledgements of the last second: the highest of each, and who said it."""

from chatd.core.acks import Acks


def test_highest_number_counts_and_its_reader_with_it() -> None:
    acks = Acks()
    acks.add("alice", {"general": 5}, "phone")
    acks.add("alice", {"general": 3}, "laptop")
    acks.add("alice", {"general": 5}, "laptop")
    assert acks.seq("alice", "general") == 5
    assert acks.reader("alice", "general") == "phone"
    acks.add("alice", {"general": 6}, "laptop")
    assert acks.reader("alice", "general") == "laptop"


def test_users_and_rooms_are_apart_and_come_in_order() -> None:
    acks = Acks()
    acks.add("bob", {"general": 1, "alice,bob": 2}, "phone")
    acks.add("alice", {"general": 3}, "phone")
    assert acks.all() == [("alice", "general", 3), ("bob", "alice,bob", 2), ("bob", "general", 1)]
    assert acks.seq("alice", "alice,bob") == 0


def test_number_0_acknowledges_nothing() -> None:
    acks = Acks()
    acks.add("alice", {"general": 0}, "phone")
    assert not acks and acks.all() == []


def test_cleared_acknowledgements_are_forgotten() -> None:
    acks = Acks()
    acks.add("alice", {"general": 5}, "phone")
    assert acks
    acks.clear()
    assert not acks and acks.seq("alice", "general") == 0


def test_forgotten_room_is_the_only_one_that_is_forgotten() -> None:
    acks = Acks()
    acks.add("bob", {"general": 1, "+ops:a": 2}, "phone")
    acks.forget("bob", "+ops:a")
    acks.forget("alice", "general")
    assert acks.all() == [("bob", "general", 1)]
