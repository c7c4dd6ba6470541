"""Typists: who is shown as writing, until when, and how often the others are told."""

from client.console.typists import SHOWN_SECONDS, TOLD_SECONDS, Typists


def test_who_writes_is_shown_in_that_room_until_it_is_said_or_time_is_over() -> None:
    typists = Typists()
    typists.add("general", "bob", 10.0)
    assert typists.shown("general", 10.0) == "bob is typing…"
    assert typists.shown("alice,bob", 10.0) == ""
    typists.add("general", "carol", 12.0)
    assert typists.shown("general", 12.0) == "bob and carol are typing…"
    assert typists.shown("general", 10.0 + SHOWN_SECONDS) == "carol is typing…"
    typists.end("general", "carol")
    assert typists.shown("general", 13.0) == "bob is typing…"
    assert typists.shown("general", 10.0 + SHOWN_SECONDS) == ""
    typists.end("general", "nobody")


def test_many_who_write_are_several() -> None:
    typists = Typists()
    for number in range(3):
        typists.add("general", f"user{number}", 0.0)
    assert typists.shown("general", 1.0) == "several people are typing…"


def test_others_are_told_once_in_three_seconds() -> None:
    typists = Typists()
    assert typists.may_tell(0.0) and not typists.may_tell(TOLD_SECONDS - 0.1)
    assert typists.may_tell(TOLD_SECONDS)
