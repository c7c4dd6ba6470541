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
    assert acks.first(9) == [
        ("alice", "general", 3), ("bob", "alice,bob", 2), ("bob", "general", 1),
    ]  # fmt: skip
    assert acks.seq("alice", "alice,bob") == 0


def test_number_0_acknowledges_nothing() -> None:
    acks = Acks()
    acks.add("alice", {"general": 0}, "phone")
    assert not acks and acks.first(9) == []


def test_who_has_waited_longest_comes_first() -> None:
    acks = Acks()
    for name in ("dora", "cay", "bob"):
        acks.add(name, {"general": 5}, "phone")
    acks.add("dora", {"general": 6}, "phone")
    assert acks.first(2) == [("cay", "general", 5), ("dora", "general", 6)]


def test_forgotten_room_is_the_only_one_that_is_forgotten() -> None:
    acks = Acks()
    acks.add("bob", {"general": 1, "+ops:a": 2}, "phone")
    acks.forget("bob", "+ops:a")
    acks.forget("alice", "general")
    assert acks.first(9) == [("bob", "general", 1)]
