"""Completion: what the word at the cursor may become."""

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from chatd.wire.commands import NAME_BYTES_MAX
from chatd.wire.entries import Delete, File
from client.console.command_help import COMMAND_HELP
from client.console.completion import ConsoleCompleter, candidates, user_prefix
from client.console.directory import Directory
from client.console.places import PLACES_MAX
from tests.client.network import said


@pytest.fixture
def known() -> Directory:
    known = Directory("me")
    known.add(["alice", "albert", "bob", "me"])
    known.places.add(said(1, author="bob"))
    known.places.add(said(2, author="me"))
    known.places.add(File("general", 3, 0, "bob", "a.jpg", 1, ""))
    return known


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("sen", ["send", "send-to", "send-at", "send-file"]),
        ("/sta", ["/status"]),
        ("SEND-", ["send-to", "send-at", "send-file"]),
        ("send-to ", ["albert", "alice", "bob"]),
        ("send-to AL", ["albert", "alice"]),
        ("send-to bob hi al", ["albert", "alice"]),
        ("send hello, @al", ["@albert", "@alice"]),
        ("send-to @b", ["@bob"]),
        ("talk @g", []),
        ("talk ", ["albert", "alice", "bob", "general"]),
        ("talk g", ["general"]),
        ("talk bob ", []),
        ("history general b", ["before"]),
        ("send-file x.jpg ", ["to"]),
        ("send-file x.jpg to ", ["albert", "alice", "bob", "general"]),
        ("send-file my\\ x.jpg ", ["to"]),
        ("send-file 'my x.jpg' to a", ["albert", "alice"]),
        ("send-at in 10m ", ["to", "albert", "alice", "bob"]),
        ("send-at 2026-12-31 23:59 to b", ["bob"]),
        ("send-at 2026-12-31 ", []),
        ("comment ", ["general#1", "general#2", "general#3"]),
        ("edit ", ["general#2"]),
        ("comment 1", ["1"]),
        ("react ", ["general#1", "general#2", "general#3"]),
        ("react 1 :thumbs", [":thumbsdown:", ":thumbsup:"]),
        ("comment #", ["#1", "#2", "#3"]),
        ("comment #3", ["#3"]),
        ("edit 1", []),
        ("edit 2", ["2"]),
        ("thread 2", ["2"]),
        ("get-file 3", ["3"]),
        ("report bob sells 2", []),
        ("report bob sells #2", ["#2"]),
        ("get-file ", ["general#3"]),
        ("report bob sells watches ", ["general#1", "general#2", "general#3"]),
        ("link general ", ["uses", "for"]),
        ("link general uses 5 ", ["for"]),
        ("token ", ["create"]),
        ("send-at 23:59 t", ["to"]),
        ("send-at 23:59 to ", ["albert", "alice", "bob", "general"]),
        ("search deploy ", ["in", "from"]),
        ("search deploy now f", ["from"]),
        ("search deploy now in ", ["albert", "alice", "bob", "general"]),
        ("search deploy now in general ", ["in", "from"]),
        ("search deploy now in general from a", ["albert", "alice"]),
        ("link +ops ", ["uses", "for"]),
        ("link +ops uses ", []),
        ("help qu", ["quit"]),
        ("nonsense ", ["albert", "alice", "bob"]),
        ("/nonsense ", []),
        ("status ", []),
    ],
)
def test_word_becomes_what_the_usage_asks_for(
    known: Directory, text: str, choices: list[str]
) -> None:
    assert sorted(candidates(text, known, here="general")[1]) == sorted(choices)


def test_empty_line_offers_all_commands(known: Directory) -> None:
    assert candidates("", known, here="general") == ("", list(COMMAND_HELP))


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("hello al", ["albert", "alice"]),
        ("hello @al", ["@albert", "@alice"]),
        ("@al", ["@albert", "@alice"]),
        ("wh", ["who", "why"]),
        ("/wh", ["/who", "/why"]),
        ("/ms", ["/msg"]),
        ("ms", []),
        ("/msg a", ["albert", "alice"]),
        ("msg a", ["albert", "alice"]),
    ],
)
def test_plain_lines_complete_names_and_a_first_word_commands(
    known: Directory, text: str, choices: list[str]
) -> None:
    assert candidates(text, known, here="general")[1] == choices


def test_only_the_last_word_is_replaced(known: Directory) -> None:
    assert candidates("send-to al", known, here="general")[0] == "al"
    assert candidates("send-to ", known, here="general")[0] == ""


# -- whom to ask the server for --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("send-to zo", "zo"),
        ("SEND-TO Zo", "zo"),
        ("/msg zo", "zo"),
        ("send-to @zo", "zo"),
        ("send-to ", ""),
        ("send-to @", ""),
        ("send-to zoe he", ""),
        ("send-to zoe ask @fr", "fr"),
        ("talk zo", "zo"),
        ("talk +zo", ""),
        ("talk zoe ", ""),
        ("post zo", "zo"),
        ("history zo", "zo"),
        ("invite zo", ""),
        ("invite +ops zo", "zo"),
        ("kick +ops zo", "zo"),
        ("report zo", "zo"),
        ("report zoe sel", ""),
        ("block zo", "zo"),
        ("unblock zo", "zo"),
        ("ban zo", "zo"),
        ("send-at in 10m to zo", "zo"),
        ("send-file x.jpg to zo", "zo"),
        ("send-file zo", ""),
        ("search deploy now from zo", "zo"),
        ("search zo", ""),
        ("comment zo", ""),
        ("help zo", ""),
        ("zo", ""),
        ("hello zo", ""),
        ("hello @zo", "zo"),
        ("@zo", "zo"),
        ("/nonsense @zo", ""),
        ("send-to a,zo", ""),
        ("send-to zo\udcff", ""),
        ("send-to " + "z" * NAME_BYTES_MAX, "z" * NAME_BYTES_MAX),
        ("send-to " + "z" * (NAME_BYTES_MAX + 1), ""),
    ],
)
def test_server_is_asked_where_a_user_is_meant_and_nowhere_else(text: str, prefix: str) -> None:
    assert user_prefix(text) == prefix


# -- local paths -----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, with some files in it."""
    (tmp_path / "Pictures").mkdir()
    names = ("photo.jpg", "my report.pdf", "it's", ".hidden", "Pictures/cat.jpg", "b\x1b[2J")
    for name in (*names, "9.41\u202fAM.png"):
        (tmp_path / name).touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(known: Directory, text: str) -> list[str]:
    """Return what a line may become."""
    completer = ConsoleCompleter(known, lambda: "general")
    found = completer.get_completions(Document(text), CompleteEvent())
    return [text[: len(text) + one.start_position] + one.text for one in found]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("send-file ph", ["send-file photo.jpg "]),
        ("send-file ~/Pic", ["send-file ~/Pictures/"]),
        ("send-file ~/Pictures/", ["send-file ~/Pictures/cat.jpg "]),
        ("send-file my", ["send-file my\\ report.pdf "]),
        ("send-file my\\ ", ["send-file my\\ report.pdf "]),
        ("send-file 'my r", ["send-file 'my report.pdf' "]),
        ("send-file it", ["send-file it\\'s "]),
        ("send-file 9.", ["send-file 9.41\u202fAM.png "]),
        ("send-file .h", ["send-file .hidden "]),
        ("send-file none", []),
        ("get-file general#3 ", ["get-file general#3 Pictures/"]),
        ("get-file general#3 ~/", ["get-file general#3 ~/Pictures/"]),
        ("get-file gen", ["get-file general#3 "]),
    ],
)
def test_path_becomes_one_that_exists_as_it_has_to_be_typed(
    known: Directory, home: Path, text: str, lines: list[str]
) -> None:
    assert completed(known, text) == lines


def test_hidden_and_unprintable_names_are_not_offered_unasked(known: Directory, home: Path) -> None:
    offered = [line.removeprefix("send-file ") for line in completed(known, "send-file ")]
    names = ["9.41\u202fAM.png ", "Pictures/", "it\\'s ", "my\\ report.pdf ", "photo.jpg "]
    assert sorted(offered) == names


def test_plain_line_about_files_completes_no_path(known: Directory, home: Path) -> None:
    assert completed(known, "a send-file ph") == []
    assert completed(known, "/send-file ph") == ["/send-file photo.jpg "]


def test_deleted_post_is_offered_no_more_and_the_newest_comes_first() -> None:
    known = Directory("me")
    for number in range(1, PLACES_MAX + 3):
        known.places.add(said(number, author="bob"))
    known.places.add(Delete("general", 50, 0, "bob", 22))
    places = candidates("comment ", known, here="general")[1]
    assert places == [f"general#{number}" for number in range(21, 2, -1)]
