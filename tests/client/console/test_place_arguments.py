"""Arguments that name an entry, and what to search for."""

import pytest

from chatd.wire.emoji import emoji_in
from client.console.arguments import entry_and_emoji, entry_and_text, entry_of, search_of
from client.console.emoji import EMOJI
from client.errors import UsageError


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
def test_what_names_no_entry_is_a_usage_error(rest: str) -> None:
    with pytest.raises(UsageError, match="like this: delete <room#seq>"):
        entry_of("delete", rest, "alice", "general")


@pytest.mark.parametrize(
    ("rest", "emoji"), [("bob#3 👍", "👍"), ("bob#3  ❤ ", "❤️"), ("bob#3 :HEART:", "❤️")]
)
def test_emoji_is_given_as_it_is_or_by_its_name(rest: str, emoji: str) -> None:
    assert entry_and_emoji("react", rest, "alice", "general") == (("alice,bob", 3), emoji)


@pytest.mark.parametrize("rest", ["3", "3 a", "3 :nothing:", "3 👍 🎉", "3 👍🎉", "👍", ""])
def test_what_is_no_entry_and_one_emoji_is_a_usage_error(rest: str) -> None:
    with pytest.raises(UsageError, match="like this: unreact <room#seq> <emoji>"):
        entry_and_emoji("unreact", rest, "alice", "general")


def test_every_emoji_with_a_name_is_one_for_the_server() -> None:
    assert {name: emoji_in(emoji) for name, emoji in EMOJI.items()} == EMOJI


def test_entry_and_text_keeps_the_text_as_it_is() -> None:
    place, text = entry_and_text("comment", "bob#3  two  blanks", "alice", "general")
    assert (place, text) == (("alice,bob", 3), " two  blanks")


@pytest.mark.parametrize("rest", ["bob#3", "bob#3  ", ""])
def test_entry_without_a_text_is_a_usage_error(rest: str) -> None:
    with pytest.raises(UsageError):
        entry_and_text("edit", rest, "alice", "general")


@pytest.mark.parametrize(
    ("rest", "words", "room", "author"),
    [
        ("deploy", "deploy", None, None),
        ("the deploy in general", "the deploy", "general", None),
        ("deploy from @bob in bob", "deploy", "alice,bob", "bob"),
        ("deploy in Bob from carol", "deploy", "alice,bob", "carol"),
        ("in general", "in general", None, None),
        ("from here in", "from here in", None, None),
        ("a in b in c", "a in b", "alice,c", None),
    ],
)
def test_search_takes_a_room_and_a_user_at_the_end(
    rest: str, words: str, room: str | None, author: str | None
) -> None:
    request = search_of(rest, "alice", limit=10)
    assert (request.words, request.room, request.author) == (words, room, author)


@pytest.mark.parametrize("rest", ["", "  ", "x" * 257])
def test_search_for_nothing_or_too_much_is_a_usage_error(rest: str) -> None:
    with pytest.raises(UsageError):
        search_of(rest, "alice", limit=10)
