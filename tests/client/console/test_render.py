"""Entries and notices as lines."""

from datetime import UTC, date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chatd.wire import commands as c
from chatd.wire.entries import Comment, DeviceAdded, File, Message
from chatd.wire.rooms import direct_room
from client.console.palette import NAME_COLOURS, style_of
from client.console.render import Renderer
from client.console.styled import DIM, OWN, Line, plain
from client.console.times import Zone
from client.console.wrapping import width_of
from client.events import UnknownEntry

TS = 34_860_000  # 09:41


@pytest.fixture
def renderer() -> Renderer:
    return Renderer("alice", Zone(UTC), 80)


def shown(lines: list[Line]) -> list[str]:
    return [plain(line) for line in lines]


def test_message_has_its_time_and_place_in_front(renderer: Renderer) -> None:
    (line,) = renderer.entry(Message("general", 42, TS, "bob", "hello"))
    assert plain(line) == "09:41 general#42 bob: hello"
    assert line[0] == (DIM, "09:41 general#42 ")


def test_private_message_says_to_whom(renderer: Renderer) -> None:
    room = direct_room("alice", "bob")
    mine = renderer.entry(Message(room, 3, TS, "alice", "psst"))
    theirs = renderer.entry(Message(room, 4, TS, "bob", "what?"))
    assert shown(mine) == ["09:41 bob#3 alice → bob: psst"]
    assert shown(theirs) == ["09:41 bob#4 bob → alice: what?"]


def test_file_says_how_to_get_it_and_its_caption_stands_below(renderer: Renderer) -> None:
    entry = File("general", 5, TS, "bob", "../a\x1bb.jpg", 1_200_000, "00" * 32, "my\ncat")
    assert shown(renderer.entry(entry)) == [
        "09:41 general#5 bob sends ../a^[b.jpg (1.1 MiB; get-file general#5)",
        "                          my",
        "                          cat",
    ]


@pytest.mark.parametrize(("count", "shown_as"), [(1, " (1 comment)"), (12, " (12 comments)")])
def test_what_began_a_thread_says_how_many_comments_there_are(
    renderer: Renderer, count: int, shown_as: str
) -> None:
    said = Message("general", 5, TS, "bob", "two\nlines", edited=TS, comments=count)
    assert shown(renderer.entry(said))[-1].endswith(f"lines (edited){shown_as}")
    deleted = Message("general", 5, TS, "bob", "", deleted=True, comments=count)
    assert shown(renderer.entry(deleted)) == [f"09:41 general#5 bob: (deleted){shown_as}"]
    file = File("general", 5, TS, "bob", "a", 1, "00" * 32, comments=count)
    assert shown(renderer.entry(file))[0].endswith(f"get-file general#5){shown_as}")


def test_comment_names_its_thread_only_where_that_is_not_what_it_answers(
    renderer: Renderer,
) -> None:
    to_root = Comment("general", 6, TS, "bob", "yes", 5, "alice", "who?", root=5, comments=3)
    to_comment = Comment("general", 7, TS, "bob", "yes", 6, "bob", "yes", root=5, comments=4)
    assert shown(renderer.entry(to_root))[0] == "09:41 general#6 bob: > #5 alice: who?"
    assert shown(renderer.entry(to_comment))[0] == "09:41 general#7 bob: > #6 (thread #5) bob: yes"


@pytest.mark.parametrize(
    ("media", "told"),
    [
        (("image/png", 640, 480), "image/png, 640×480, "),
        (("image/avif", 0, 0), "image/avif, "),
        (("application/octet-stream", 0, 0), ""),
    ],
)
def test_file_says_what_it_is(renderer: Renderer, media: tuple[str, int, int], told: str) -> None:
    media_type, width, height = media
    fields = {"media_type": media_type, "width": width, "height": height}
    entry = replace(File("general", 5, TS, "bob", "a", 12, "00" * 32), **fields)
    (line,) = shown(renderer.entry(entry))
    assert line == f"09:41 general#5 bob sends a ({told}12 B; get-file general#5)"


def test_entry_of_the_self_log_is_told_in_words(renderer: Renderer) -> None:
    entry = DeviceAdded("@alice", 7, TS, 2, "lap\ntop")
    assert shown(renderer.entry(entry)) == ["09:41 @alice#7 new device 2: lap^Jtop"]


def test_entry_of_an_unknown_kind_is_told_as_that(renderer: Renderer) -> None:
    (line,) = shown(renderer.entry(UnknownEntry("general", 8, TS, "po\x1bll")))
    assert line == "09:41 general#8 (po^[ll: this console is too old to show it)"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([40, 80, 200]))
def test_no_text_can_look_like_an_entry(text: str, width: int) -> None:
    renderer = Renderer("alice", Zone(UTC), width)
    first, *more = shown(renderer.entry(Message("general", 1, TS, "bob", text)))
    assert first.startswith("09:41 general#1 bob: ")
    assert all(line.startswith(" " * 13) for line in more)
    for line in (first, *more):
        front, _, last = line.removesuffix(" ").rpartition(" ")
        assert width_of(front) < width  # only a last word may go on at the margin,
        assert width_of(line) < width or not any(map(str.isspace, last))  # and has no blanks


@pytest.mark.parametrize("width", [20, 80, 200])
def test_rules_fit_the_screen(renderer: Renderer, width: int) -> None:
    renderer.width = width
    (line,) = shown(renderer.unread("unread"))
    assert line.startswith("── unread ─") and width_of(line) < width
    assert "Tuesday, 24 November 2026" in shown(renderer.day(date(2026, 11, 24)))[0]


def test_error_says_what_to_do_on_a_line_below(renderer: Renderer) -> None:
    assert shown(renderer.error("no\ndo this\x07")) == ["! no", "  do this^G"]


def test_fields_are_aligned_and_a_long_name_has_its_own_line(renderer: Renderer) -> None:
    rows = renderer.fields([("a", "first"), ("b" * 30, "second"), ("c", "word " * 12)])
    assert shown(rows) == [
        "  a                       first",
        "  " + "b" * 30,
        "                          second",
        "  c                       " + "word " * 10,
        "                          word word ",
    ]


def test_gap_and_reset_are_told_and_what_the_toolbar_shows_is_not(renderer: Renderer) -> None:
    assert "general#3 to general#9 are gone" in shown(renderer.notice(c.Gap("general", 3, 9)))[0]
    assert "goes on where you last read" in shown(renderer.notice(c.Reset("general")))[0]
    assert renderer.notice(c.Live()) == []


def test_names_keep_their_colour_and_the_own_one_is_bold() -> None:
    assert style_of("alice", "alice") == OWN
    assert style_of("bob", "alice") == style_of("bob", "carol") in NAME_COLOURS
    assert len({style_of(f"user{number}", "") for number in range(100)}) == len(NAME_COLOURS)
