"""Scheduling in the console: what is typed, and what is shown."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chatd.wire import commands as c
from chatd.wire import entries as e
from client.console.announcements import announcement, is_urgent
from client.console.answers import scheduled_lines
from client.console.arguments import text_at
from client.console.console import now_ms
from client.console.render import Renderer
from client.console.styled import plain
from client.console.times import Zone
from client.errors import UsageError
from client.events import SeenEntry
from tests.client.console.fakes import Answer, FakeConsole

BERLIN = ZoneInfo("Europe/Berlin")
ZONE = Zone(BERLIN)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


NOON_MS = ms("2026-11-25T12:00:00+01:00")
NIGHT_MS = ms("2026-11-25T23:59:00+01:00")


@pytest.mark.parametrize(
    ("typed", "to", "text"),
    [
        ("23:59 hello there", "", "hello there"),
        ("23:59 to bob hello there", "bob", "hello there"),
        ("2026-11-25 23:59 to +ops  two  blanks", "+ops", " two  blanks"),
        ("+11h 59m towards evening", "", "towards evening"),
    ],
)
def test_send_at_takes_a_time_a_room_and_a_text(typed: str, to: str, text: str) -> None:
    when, *rest = text_at(typed, NOON_MS, BERLIN)
    assert when.at_ms == NIGHT_MS and rest == [to, text]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "when"),
        ("hello", "when"),
        ("2026-11-25 11:00 hello", "past"),
        ("23:59", "no text"),
        ("23:59 to", "to whom"),
        ("23:59 to bob", "no text"),
        ("23:59 to bob  ", "no text"),
    ],
)
def test_send_at_without_a_time_or_a_text_is_a_usage_error(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"{why}(.|\n)*send-at <time>"):
        text_at(typed, NOON_MS, BERLIN)


@pytest.mark.parametrize(
    ("entry", "text", "urgent"),
    [
        (
            e.Scheduled("@alice", 1, NOON_MS, 3, NIGHT_MS, "alice,bob"),
            "text 3 is scheduled for 23:59, to bob",
            False,
        ),
        (
            e.Cancelled("@alice", 1, NOON_MS, 3, "+ops:x7"),
            "text 3, scheduled to +ops, is cancelled",
            False,
        ),
        (
            e.Held("@alice", 1, NOON_MS, [3, 5], NIGHT_MS, "banned"),
            "not posted yet, of what you have scheduled: 3, 5; you are banned until 23:59",
            True,
        ),
        (
            e.Held("@alice", 1, NOON_MS, [3], NIGHT_MS, "rate_limited"),
            "not posted yet, of what you have scheduled: 3; "
            "the messages of this period are used up until 23:59",
            True,
        ),
        (
            e.Failed("@alice", 1, NOON_MS, 3, "+ops:x7", "not_found", "no room", "a\x1bb"),
            "text 3, scheduled to +ops, could not be posted: no room\na^[b",
            True,
        ),
    ],
)
def test_announcement_says_what_became_of_it(entry: SeenEntry, text: str, urgent: bool) -> None:
    assert announcement(entry, ZONE) == text
    assert is_urgent(entry) is urgent


def test_list_shows_the_next_first_its_whole_time_and_what_holds_it() -> None:
    posts = [
        c.ScheduledPost(1, NIGHT_MS + 86_400_000, "general", "line\nbreak"),
        c.ScheduledPost(2, NIGHT_MS, "alice,bob", "hi", NIGHT_MS + 3_600_000, "banned"),
    ]
    renderer = Renderer("alice", ZONE, 200)
    lines = [plain(line) for line in scheduled_lines(renderer, posts, NIGHT_MS)]
    assert lines == [
        "  2  Wednesday, 25 November 2026, 23:59:00 (UTC+01:00), to bob: hi",
        "     held: you are banned until Thursday 00:59 (in 60 min)",
        "  1  Thursday, 26 November 2026, 23:59:00 (UTC+01:00), to general: line^Jbreak",
    ]


def test_empty_list_says_so() -> None:
    (line,) = scheduled_lines(Renderer("alice", ZONE), [], NOON_MS)
    assert "nothing is scheduled" in plain(line)


# -- at the prompt ---------------------------------------------------------------------------


def at_a_desk(*typed: str, answers: tuple[Answer, ...]) -> tuple[list[c.AnyParams], str]:
    """Type lines; return what the server was asked, and what stands on the screen then."""

    async def type_them() -> tuple[list[c.AnyParams], str]:
        fake = FakeConsole()
        await fake.types(*typed, answers=answers)
        await fake.console.stop()
        return fake.server.asked, " ".join("".join(fake.screen.lines).split())

    return asyncio.run(type_them())


def test_send_at_goes_where_one_talks_to_and_is_shown_back_in_full() -> None:
    waits = c.ScheduledPost(7, now_ms() + 7_200_000, "alice,bob", "hello")
    asked, screen = at_a_desk("talk Bob", "/send-at +2h hello", answers=(waits,))
    (request,) = asked
    assert isinstance(request, c.SendAt) and request.nonce
    assert (request.to, request.text) == ("bob", "hello")
    assert abs(request.at - waits.at) < 60_000
    assert "7 goes to bob on " in screen and "(UTC" in screen and "in 2 h" in screen
    assert "`cancel 7` takes it back" in screen


def test_scheduled_asks_for_every_page() -> None:
    one = c.ScheduledPost(1, NIGHT_MS, "general", "first page")
    two = c.ScheduledPost(2, NIGHT_MS, "general", "second page")
    pages = (c.ScheduledPosts([one], 1), c.ScheduledPosts([two], None))
    asked, screen = at_a_desk("scheduled", answers=pages)
    assert asked == [c.ListScheduled(), c.ListScheduled(1)]
    assert "first page" in screen and "second page" in screen


def test_cancel_shows_the_text_once_more() -> None:
    was = c.ScheduledPost(3, NIGHT_MS, "general", "dear all")
    asked, screen = at_a_desk("cancel 3", "cancel it", answers=(was,))
    assert asked == [c.CancelScheduled(3)]
    assert "3 was: dear all" in screen
    assert "`scheduled` lists them by number" in screen
