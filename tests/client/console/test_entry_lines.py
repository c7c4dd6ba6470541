"""Entries as lines: comments with their quotes, what was edited, what was deleted."""

from zoneinfo import ZoneInfo

import pytest

from chatd.wire.entries import Comment, Delete, Edit, Entry, File, Message, Pin, Reaction
from client.console.render import Renderer
from client.console.styled import DIM, MENTION, plain
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


@pytest.mark.parametrize(("removed", "does"), [(False, "pins"), (True, "unpins")])
def test_pin_says_what_it_is_on_one_dim_line(removed: bool, does: str) -> None:
    entry = Pin("general", 45, NOON_MS, "bob", 42, removed)
    assert lines(entry) == [f"12:00 general#45 bob {does} #42"]


def test_pinned_message_says_who_has_pinned_it() -> None:
    message = Message("general", 42, NOON_MS, "bob", "lunch?", comments=1, pinned_by="carol")
    assert lines(message) == ["12:00 general#42 bob: lunch? (1 comment) (pinned by carol)"]


def test_reactions_stand_below_the_text() -> None:
    shown = {"👍": ["alice", "bob"], "🎉": []}
    message = Message(
        "general", 42, NOON_MS, "bob", "lunch?", reactions=shown, more_reactions={"🎉": 3}
    )
    assert lines(message) == [
        "12:00 general#42 bob: lunch?",
        "                      👍 2  🎉 3",
    ]


@pytest.mark.parametrize(
    ("removed", "says"), [(False, "reacts 👍 to #42"), (True, "takes 👍 back from #42")]
)
def test_reaction_says_what_it_is_on_one_dim_line(removed: bool, says: str) -> None:
    entry = Reaction("general", 45, NOON_MS, "bob", 42, "👍", removed, 1)
    assert lines(entry) == [f"12:00 general#45 bob {says}"]


def test_control_characters_in_a_quote_are_shown() -> None:
    comment = Comment("general", 44, NOON_MS, "bob", "yes", 42, "carol", "\x1b[2J")
    assert "^[[2J" in lines(comment)[0]


def test_edit_shows_what_it_changes_and_the_new_text() -> None:
    edit = Edit("general", 45, NOON_MS, "bob", 42, "the new\ntext")
    assert lines(edit) == [
        "12:00 general#45 bob changes #42: the new",
        " " * 26 + "text",
    ]


def test_edit_that_another_one_followed_has_no_text() -> None:
    edit = Edit("alice,bob", 45, NOON_MS, "bob", 42)
    assert lines(edit) == ["12:00 bob#45 bob → alice changes #42: (the text is gone)"]


def test_delete_shows_what_is_gone() -> None:
    assert lines(Delete("general", 46, NOON_MS, "bob", 44)) == ["12:00 general#46 bob deletes #44"]


def test_message_that_was_edited_or_deleted_says_so() -> None:
    edited = Message("general", 42, NOON_MS, "bob", "hello", edited=NOON_MS)
    assert lines(edited) == ["12:00 general#42 bob: hello (edited)"]
    deleted = Message("general", 42, NOON_MS, "bob", "", deleted=True)
    assert lines(deleted) == ["12:00 general#42 bob: (deleted)"]


@pytest.mark.parametrize(
    ("reason", "said"), [("spam\x1b[2J", "administrator: spam^[[2J"), ("", "administrator")]
)
def test_what_an_administrator_removed_says_so_in_its_place_and_where_that_was_done(
    reason: str, said: str
) -> None:
    gone = {"deleted": True, "removed": True, "reason": reason}
    message = Message("general", 42, NOON_MS, "bob", "", **gone)  # type: ignore[arg-type]
    comment = Comment(
        "general",
        42,
        NOON_MS,
        "bob",
        "",
        41,
        "ann",
        **gone,  # type: ignore[arg-type]
    )
    file = File("general", 42, NOON_MS, "bob", "", 0, "", **gone)  # type: ignore[arg-type]
    for entry in (message, comment, file):
        assert lines(entry) == [f"12:00 general#42 bob: (removed by an {said})"]
    delete = Delete("alice,bob", 46, NOON_MS, "root", 44, removed=True, reason=reason)
    shown = f": {said.partition(': ')[2]}" if reason else ""
    assert lines(delete) == [f"12:00 bob#46 an administrator removed #44{shown}"]


def test_file_that_was_deleted_says_so() -> None:
    file = File("general", 42, NOON_MS, "bob", "", 0, "", deleted=True)
    assert lines(file) == ["12:00 general#42 bob: (deleted)"]


def test_entry_with_ones_own_name_stands_out() -> None:
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")), 80)
    named = Message("general", 42, NOON_MS, "bob", "hi @alice", mentions=["alice"])
    other = Message("general", 42, NOON_MS, "bob", "hi @carol", mentions=["carol"])
    assert renderer.entry(named)[0][0][0] == MENTION
    assert renderer.entry(other)[0][0][0] == DIM
