"""Entries as lines: comments with the quote of what they answer."""

from zoneinfo import ZoneInfo

import pytest

from chatd.wire.entries import Comment, Entry
from client.console.render import Renderer
from client.console.styled import plain
from client.console.times import Zone
from client.console.wrapping import width_of

NOON_MS = 1_760_011_200_000  # 12:00 UTC


def lines(entry: Entry, width: int = 80) -> list[str]:
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")), width)
    return [plain(line) for line in renderer.entry(entry)]  # type: ignore[arg-type]


def test_comment_shows_its_quote_on_one_line_and_the_text_below() -> None:
    comment = Comment("general", 44, NOON_MS, "bob", "yes\nof course", 42, "carol", "lunch?")
    assert lines(comment) == [
        "12:00 general#44 bob: > #42 carol: lunch?",
        "                      yes",
        "                      of course",
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_quote_is_cut_to_one_line(width: int) -> None:
    comment = Comment("general", 44, NOON_MS, "bob", "yes", 42, "carol", "界 " * 100)
    first, second = lines(comment, width)
    assert width_of(first) < width and first.endswith("…")
    assert second.strip() == "yes"


def test_quote_that_is_gone_says_so() -> None:
    comment = Comment("general", 44, NOON_MS, "bob", "yes", 42, "carol")
    assert lines(comment)[0] == "12:00 general#44 bob: > #42 carol: (gone)"


def test_control_characters_in_a_quote_are_shown() -> None:
    comment = Comment("general", 44, NOON_MS, "bob", "yes", 42, "carol", "\x1b[2J")
    assert "^[[2J" in lines(comment)[0]
