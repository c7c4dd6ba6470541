"""What a typed line means."""

import pytest

from client.console.typed import Command, NoCommand, Plain, Typed, first_word, read_line

NAMES = {"send", "talk"}


@pytest.mark.parametrize(
    ("line", "talking", "meaning"),
    [
        ("", False, None),
        ("  \t", True, None),
        ("send hello", False, Command("send", "hello", "send hello")),
        ("/send hello", False, Command("send", "hello", "/send hello")),
        ("SEND  two  blanks ", False, Command("send", " two  blanks ", "SEND  two  blanks ")),
        ("send hello", True, Plain("send hello")),
        ("/send hello", True, Command("send", "hello", "/send hello")),
        ("//send hello", True, Plain("/send hello")),
        ("//send hello", False, Plain("/send hello")),
        ("/", True, NoCommand("")),
        ("/sned hello", False, NoCommand("sned")),
        ("hello", False, Plain("hello")),
        (" indented", True, Plain(" indented")),
        ("send one\ntwo", False, Command("send", "one\ntwo", "send one\ntwo")),
    ],
)
def test_line_means(line: str, talking: bool, meaning: Typed) -> None:
    assert read_line(line, NAMES, talking=talking) == meaning


def test_first_word_drops_one_blank_and_keeps_the_rest() -> None:
    assert first_word("bob   hi ") == ("bob", "  hi ")
    assert first_word("bob\nhi") == ("bob", "hi")
    assert first_word("   ") == ("", "")
