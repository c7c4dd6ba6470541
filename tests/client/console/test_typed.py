"""What a typed line means."""

import pytest

from client.console.typed import Command, NoCommand, Plain, Typed, first_word, read_line

NAMES = {"send", "talk", "post", "status"}


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("send hello", "send", "hello"),
        ("/send hello", "send", "hello"),
        ("SEND  two  blanks ", "send", " two  blanks "),
        ("send one\ntwo", "send", "one\ntwo"),
        ("\n\tsend one\ntwo", "send", "one\ntwo"),
        (" /send hello", "send", "hello"),
        ("/msg bob hi", "post", "bob hi"),
        ("/QUERY bob", "talk", "bob"),
        ("status of things", "status", "of things"),
    ],
)
def test_line_is_a_command(line: str, name: str, rest: str) -> None:
    command = read_line(line, NAMES)
    assert command == Command(name, rest, line)
    assert command.has_slash == ("/" in line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("hello", "hello"),
        (" indented", " indented"),
        ("msg bob hi", "msg bob hi"),
        ("//send hello", "/send hello"),
        ("  //etc/hosts", "/etc/hosts"),
        ("@bob hello", "@bob hello"),
        ("one\n/quit", "one\n/quit"),
    ],
)
def test_line_is_something_to_say(line: str, text: str) -> None:
    assert read_line(line, NAMES) == Plain(text, line)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("", None),
        ("  \t\n", None),
        ("/", NoCommand("", "/")),
        ("/sned hello", NoCommand("sned", "/sned hello")),
        (" /etc/hosts is gone", NoCommand("etc/hosts", " /etc/hosts is gone")),
    ],
)
def test_line_is_neither(line: str, meaning: Typed) -> None:
    assert read_line(line, NAMES) == meaning


def test_with_slashes_only_a_bare_word_is_no_command() -> None:
    assert read_line("send hello", NAMES, slash_only=True) == Plain("send hello", "send hello")
    assert read_line("/send x", NAMES, slash_only=True) == Command("send", "x", "/send x")


def test_first_word_drops_one_blank_and_keeps_the_rest() -> None:
    assert first_word("bob   hi ") == ("bob", "  hi ")
    assert first_word("bob\nhi") == ("bob", "hi")
    assert first_word("\n\tbob hi") == ("bob", "hi")
    assert first_word("   ") == ("", "")
