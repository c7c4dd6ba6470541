"""Arguments that name an entry."""

import pytest

from client.console.arguments import Misuse, entry_and_text, entry_of


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("general#42", ("general", 42)),
        ("Bob#3", ("alice,bob", 3)),
        ("@alice#7", ("@alice", 7)),
        ("42", ("general", 42)),
        ("#42", ("general", 42)),
    ],
)
def test_entry_is_named_by_room_and_number(word: str, place: tuple[str, int]) -> None:
    assert entry_of("delete", f" {word} ", "alice", "general") == place


@pytest.mark.parametrize("rest", ["", "bob", "bob#", "bob#x", "#", "1 2", "bob#-1", "bob#１"])
def test_what_names_no_entry_is_misuse(rest: str) -> None:
    with pytest.raises(Misuse, match="like this: delete <room#seq>"):
        entry_of("delete", rest, "alice", "general")


def test_entry_and_text_keeps_the_text_as_it_is() -> None:
    place, text = entry_and_text("comment", "bob#3  two  blanks", "alice", "general")
    assert (place, text) == (("alice,bob", 3), " two  blanks")


@pytest.mark.parametrize("rest", ["bob#3", "bob#3  ", ""])
def test_entry_without_a_text_is_misuse(rest: str) -> None:
    with pytest.raises(Misuse):
        entry_and_text("edit", rest, "alice", "general")
