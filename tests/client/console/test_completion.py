"""Completion: what the word at the cursor may become."""

import pytest

from client.console.acquaintance import Acquaintance
from client.console.book import BOOK
from client.console.completion import candidates


@pytest.fixture
def known() -> Acquaintance:
    known = Acquaintance("me")
    known.meet(["alice", "albert", "bob", "me"])
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
        ("talk ", ["albert", "alice", "bob", "general"]),
        ("talk g", ["general"]),
        ("talk bob ", []),
        ("history general b", ["before"]),
        ("send-file x.jpg ", ["to"]),
        ("send-file x.jpg to ", ["albert", "alice", "bob", "general"]),
        ("help qu", ["quit"]),
        ("nonsense ", []),
        ("status ", []),
    ],
)
def test_word_becomes_what_the_usage_asks_for(
    known: Acquaintance, text: str, choices: list[str]
) -> None:
    assert sorted(candidates(text, known, talking=False)[1]) == sorted(choices)


def test_empty_line_offers_all_commands(known: Acquaintance) -> None:
    assert candidates("", known, talking=False) == ("", list(BOOK))


def test_plain_lines_complete_names_and_commands_need_their_slash(known: Acquaintance) -> None:
    assert candidates("hello al", known, talking=True) == ("al", ["albert", "alice"])
    assert candidates("/wh", known, talking=True) == ("/wh", ["/who", "/why"])


def test_only_the_last_word_is_replaced(known: Acquaintance) -> None:
    assert candidates("send-to al", known, talking=False)[0] == "al"
    assert candidates("send-to ", known, talking=False)[0] == ""
