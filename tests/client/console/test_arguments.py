"""Arguments: words into parameters, and what makes no sense is told with the usage."""

from pathlib import Path

import pytest

from chatd.wire.commands import TEXT_BYTES_MAX, History
from client.console import arguments as a
from client.errors import UsageError


def test_text_is_kept_but_for_blanks_at_its_end() -> None:
    assert a.text_of("send", "  hi\n there \n ") == "  hi\n there"


@pytest.mark.parametrize("rest", ["", "   ", "\n"])
def test_no_text_is_refused_with_the_usage(rest: str) -> None:
    with pytest.raises(UsageError, match="like this: send <text>"):
        a.text_of("send", rest)


def test_text_is_measured_in_bytes_at_the_bound() -> None:
    assert a.text_of("send", "ä" * (TEXT_BYTES_MAX // 2))
    with pytest.raises(
        UsageError, match=f"has {TEXT_BYTES_MAX + 2} bytes, at most {TEXT_BYTES_MAX}"
    ):
        a.text_of("send", "ä" * (TEXT_BYTES_MAX // 2 + 1))


def test_user_and_text() -> None:
    assert a.user_and_text("@bob  hi there") == ("bob", " hi there")
    for rest in ("", "bob", "bob  "):
        with pytest.raises(UsageError, match="like this: send-to <user> <text>"):
            a.user_and_text(rest)


@pytest.mark.parametrize(
    ("rest", "request_"),
    [
        ("", History("here", limit=20)),
        ("5", History("here", limit=5)),
        ("general", History("general", limit=20)),
        ("general 7", History("general", limit=7)),
        ("before 42", History("here", before=42, limit=20)),
        ("general after 42 3", History("general", after=42, limit=3)),
        ("general#42", History("general", around=42, limit=20)),
    ],
)
def test_history(rest: str, request_: History) -> None:
    assert a.history_of(rest, "me", here="here", limit=20) == request_


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("general before", "before which entry"),
        ("general around x", "around which entry"),
        ("general 0", "not a number of entries"),
        ("general 1 2", "`2` is one argument too many"),
        ("general#x", "around which entry"),
        ("general ١٢", "not a number of entries"),
    ],
)
def test_history_that_makes_no_sense_is_refused(rest: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        a.history_of(rest, "me", limit=20)


@pytest.mark.parametrize(
    ("rest", "parts"),
    [
        ("a.jpg", ("a.jpg", "", "")),
        ("a.jpg my cat", ("a.jpg", "", "my cat")),
        ("a.jpg to bob my cat", ("a.jpg", "bob", "my cat")),
        ("'my cat.jpg' to bob", ("my cat.jpg", "bob", "")),
        ("my\\ cat.jpg it's mine", ("my cat.jpg", "", "it's mine")),
    ],
)
def test_file_to_send(rest: str, parts: tuple[str, str, str]) -> None:
    assert a.file_to_send(rest) == (Path(parts[0]), *parts[1:])


@pytest.mark.parametrize(
    ("rest", "why"), [("", "which file"), ("a to", "to whom"), ("'a", "an unclosed quote")]
)
def test_file_to_send_that_makes_no_sense_is_refused(rest: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        a.file_to_send(rest)


def test_file_to_fetch() -> None:
    assert a.file_to_fetch("#4 x.jpg", "me", here="general") == ("general", 4, Path("x.jpg"))
    for rest in ("", "general", "general#x", "general#1 a b"):
        with pytest.raises(UsageError):
            a.file_to_fetch(rest, "me", here="general")


def test_what_takes_nothing_refuses_anything() -> None:
    a.no_arguments("status", "  ")
    with pytest.raises(UsageError, match="like this: status"):
        a.no_arguments("status", "is good")


def test_number_and_room() -> None:
    assert a.number_of("revoke", " 12 ", "which?") == 12
    for rest in ("", "x", "-1", "9" * 16):
        with pytest.raises(UsageError):
            a.number_of("revoke", rest, "which?")


@pytest.mark.parametrize(
    ("rest", "room"),
    [
        ("", ""),
        ("general", "general"),
        (" Bob ", "alice,bob"),
        ("@bob", "alice,bob"),
        ("alice,bob", "alice,bob"),
        ("+Ops", "+ops"),
        ("+ops:k3f9a2bq", "+ops:k3f9a2bq"),
    ],
)
def test_room_to_talk_to(rest: str, room: str) -> None:
    assert a.room_to_talk(rest, "alice") == room


def test_threads_are_those_of_the_named_room_or_of_this_one() -> None:
    assert a.room_or_here("threads", "", "alice", "alice,bob") == "alice,bob"
    assert a.room_or_here("threads", " Carol ", "alice", "general") == "alice,carol"
    with pytest.raises(UsageError, match="like this: threads"):
        a.room_or_here("threads", "one two", "alice", "general")


@pytest.mark.parametrize("rest", ["bob carol", "alice", "@ALICE", "bob,carol"])
def test_one_talks_neither_to_many_nor_to_oneself_nor_in_rooms_of_others(rest: str) -> None:
    with pytest.raises(UsageError, match="like this: talk"):
        a.room_to_talk(rest, "alice")
