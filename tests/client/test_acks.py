"""Acknowledgements: one for each room, not too often, and again on a new line."""

from client.acks import ACK_INTERVAL_SECONDS, Acks


def test_reading_on_in_a_room_is_one_acknowledgement() -> None:
    acks = Acks()
    for room, seq in [("general", 1), ("general", 3), ("bob", 2), ("general", 2)]:
        acks.read(room, seq)
    assert acks.take(0.0) == [("general", 3), ("bob", 2)]


def test_nothing_read_is_never_due() -> None:
    acks = Acks()
    assert acks.due_at() is None
    acks.read("general", 1)
    acks.take(0.0)
    assert acks.due_at() is None


def test_the_first_is_due_at_once_and_the_next_an_interval_later() -> None:
    acks = Acks()
    acks.read("general", 1)
    assert acks.due_at() == 0.0
    acks.take(50.0)
    acks.read("general", 2)
    assert acks.due_at() == 50.0 + ACK_INTERVAL_SECONDS


def test_what_was_told_is_not_told_again_though_it_comes_again() -> None:
    acks = Acks()
    acks.read("general", 5)
    acks.take(0.0)
    acks.read("general", 4)
    acks.read("general", 5)
    assert acks.take(9.0) == []


def test_what_was_told_on_a_lost_line_is_repeated_unless_there_is_newer() -> None:
    acks = Acks()
    acks.read("general", 5)
    acks.read("bob", 1)
    acks.take(0.0)
    acks.read("general", 6)
    acks.repeat()
    assert dict(acks.take(9.0)) == {"general": 6, "bob": 1}


def test_a_room_that_was_reset_is_acknowledged_from_small_numbers_on() -> None:
    acks = Acks()
    acks.read("general", 5)
    acks.take(0.0)
    acks.forget("general")
    acks.read("general", 1)
    assert acks.take(9.0) == [("general", 1)]
