"""Moderation in the console: what is typed, and what is shown."""

import asyncio
from zoneinfo import ZoneInfo

import pytest

from chatd.wire import commands as c
from chatd.wire import entries as e
from client.console.announcements import announcement
from client.console.answers import reports_lines
from client.console.arguments import ban_of, number_of, posts_or_not, removal_of, report_of, user_of
from client.console.render import Renderer
from client.console.styled import plain
from client.console.times import Zone
from client.errors import UsageError
from client.events import SeenEntry, UnknownEntry
from tests.client.console.fakes import FakeConsole

NOON_MS = 1_790_000_000_000 - 1_790_000_000_000 % 86_400_000 + 43_200_000
ZONE = Zone(ZoneInfo("Europe/Berlin"))  # two hours ahead in September


# -- what is typed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("eve spam", c.Report("eve", "spam")),
        ("@eve  sells  things ", c.Report("eve", " sells  things")),
        ("eve spam general#42", c.Report("eve", "spam", "general", 42)),
        ("eve she insults me eve#3", c.Report("eve", "she insults me", "ann,eve", 3)),
        ("eve spam #7", c.Report("eve", "spam", "general", 7)),
        ("eve spam #7 and more", c.Report("eve", "spam #7 and more")),
        ("eve is no #one", c.Report("eve", "is no #one")),
    ],
)
def test_report_takes_a_user_a_reason_and_a_place_at_its_end(
    typed: str, request_: c.Report
) -> None:
    assert report_of(typed, "ann", here="general") == request_


@pytest.mark.parametrize("typed", ["", " ", "eve", "eve  ", "eve general#42", "eve " + "x" * 501])
def test_report_without_a_user_or_a_reason_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="report <user> <reason>"):
        report_of(typed, "ann", here="general")


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("eve", c.Ban("eve")),
        ("@eve 12", c.Ban("eve", 12)),
        ("eve 12 enough now", c.Ban("eve", 12, "enough now")),
        ("eve enough for 12 hours", c.Ban("eve", None, "enough for 12 hours")),
        ("eve 3rd time", c.Ban("eve", None, "3rd time")),
    ],
)
def test_ban_takes_a_user_hours_and_a_reason(typed: str, request_: c.Ban) -> None:
    assert ban_of(typed) == request_


@pytest.mark.parametrize(
    "typed", ["", "eve 0", "eve 8761", "eve 0.5 x", "eve 2h", "eve -1 x", "eve " + "x" * 501]
)
def test_ban_out_of_bounds_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="ban <user>"):
        ban_of(typed)


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("general#42", c.RemovePost("general", 42)),
        ("General#42 sells  watches ", c.RemovePost("general", 42, "sells  watches")),
        ("42 spam", c.RemovePost("bob,root", 42, "spam")),
        ("ann,eve#3", c.RemovePost("ann,eve", 3)),
        ("+ops:k3f9a2bq#3 spam", c.RemovePost("+ops:k3f9a2bq", 3, "spam")),
    ],
)
def test_removal_takes_a_place_and_a_reason(typed: str, request_: c.RemovePost) -> None:
    assert removal_of(typed, "root", here="bob,root") == request_


@pytest.mark.parametrize("typed", ["", "general", "spam general#42", "general#42 " + "x" * 501])
def test_removal_without_a_place_or_with_too_long_a_reason_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="remove <room#seq>"):
        removal_of(typed, "root", here="general")


def test_one_user_and_one_number_are_taken_and_nothing_else() -> None:
    assert user_of("unban", " @eve ") == "eve"
    assert number_of("dismiss", " 5 ", "which?") == 5
    for typed in ("", "eve bob"):
        with pytest.raises(UsageError):
            user_of("unban", typed)
    for typed in ("", "five", "5 6", "-1"):
        with pytest.raises(UsageError, match="which?"):
            number_of("dismiss", typed, "which?")


# -- what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (
            e.Warned("@eve", 1, NOON_MS, 2, 3),
            "somebody reported you: warning 2 of 3; with the last one you can send nothing for "
            "hours",
        ),
        (e.Warned("@eve", 1, NOON_MS, 2, 0), "somebody reported you: warning 2"),
        (e.Unwarned("@eve", 1, NOON_MS, 1, 3), "a warning was taken back: you have 1 of 3"),
        (
            e.Banned("@eve", 1, NOON_MS, NOON_MS + 14_400_000, "enough"),
            "you are banned: you can send nothing until 18:00; you can still read\nenough",
        ),
        (e.Unbanned("@eve", 1, NOON_MS), "the ban has ended: you can send again"),
        (
            e.Reported("@root", 1, NOON_MS, 5, "ann", "eve", "spam", "general", 42, "buy this"),
            "report 5: ann reports eve: spam\ngeneral#42 eve: buy this\n"
            "`remove general#42`, `ban eve` or `dismiss 5`; `reports` lists all",
        ),
        (
            e.Reported("@root", 1, NOON_MS, 5, "ann", "eve", "spam"),
            "report 5: ann reports eve: spam\n`ban eve` or `dismiss 5`; `reports` lists all",
        ),
        (
            e.Moderated(
                "@root",
                1,
                NOON_MS,
                "removed",
                "eve",
                "toor",
                reason="spam",
                in_room="ann,eve",
                in_seq=3,
            ),
            "ann,eve#3 of eve was removed by toor: spam",
        ),
        (
            e.PostRemoved("@eve", 1, NOON_MS, "ann,eve", 3, "spam\x1b[2J"),
            "an administrator removed ann#3: spam^[[2J",
        ),
        (
            e.PostRemoved("@eve", 1, NOON_MS, "general", 3),
            "an administrator removed general#3",
        ),
        (
            e.Moderated("@root", 1, NOON_MS, "banned", "eve", "toor", NOON_MS + 86_400_000, "why"),
            "eve was banned by toor until Tuesday 14:00\nwhy",
        ),
        (
            e.Moderated("@root", 1, NOON_MS, "banned", "eve", "", NOON_MS + 3_600_000),
            "eve was banned by warnings until 15:00",
        ),
        (e.Moderated("@root", 1, NOON_MS, "unbanned", "eve", "toor"), "eve was unbanned by toor"),
        (
            e.Moderated("@root", 1, NOON_MS, "dismissed", "eve", "toor", report=5),
            "report 5 on eve was dismissed by toor",
        ),
        (
            e.Moderated("@root", 1, NOON_MS, "deleted", "eve", "toor"),
            "the account of eve was deleted, by toor",
        ),
        (
            e.Moderated("@root", 1, NOON_MS, "deleted", "eve", "eve"),
            "the account of eve was deleted",
        ),
        (
            UnknownEntry("@eve", 1, NOON_MS, "hologram"),
            "(hologram: this console is too old to show it)",
        ),
    ],
)
def test_announcement_says_what_happened(entry: SeenEntry, text: str) -> None:
    assert announcement(entry, ZONE) == text


def test_announcement_shows_what_others_wrote_and_does_not_obey_it() -> None:
    entry = e.Reported("@root", 1, NOON_MS, 5, "ann", "eve", "a\x1b[2Jb", "general", 1, "\x07")
    text = "\n".join(plain(line) for line in Renderer("root", ZONE).entry(entry))
    assert "a^[[2Jb" in text and "\x1b" not in text and "\x07" not in text


def test_reports_are_listed_with_what_they_are_about() -> None:
    reports = [
        c.OpenReport(4, NOON_MS, "ann", "eve", "spam"),
        c.OpenReport(5, NOON_MS, "ben", "eve", "rude", "general", 42, "you fool"),
        c.OpenReport(6, NOON_MS, "cat", "eve", "rude", "general", 43),
    ]
    lines = [plain(line) for line in reports_lines(Renderer("root", ZONE), reports, NOON_MS)]
    assert lines == [
        "  4  ann on eve, 14:00: spam",
        "  5  ben on eve, 14:00: rude",
        "     general#42 eve: you fool",
        "  6  cat on eve, 14:00: rude",
        "     general#43 eve: (gone)",
    ]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ban eve 1 why", c.BannedUntil("eve", NOON_MS)),
        ("unban eve", c.Nothing()),
        ("dismiss 5", c.Nothing()),
        ("delete-user eve", c.Nothing()),
        ("delete-user --posts @eve", c.Nothing()),
    ],
)
def test_what_an_entry_tells_administrators_is_not_told_twice(line: str, answer: c.Result) -> None:
    fake = asyncio.run(_typed(line, answer))
    assert fake.server.asked and fake.screen.lines == [f"> {line}"]


@pytest.mark.parametrize(
    ("typed", "posts", "rest"),
    [
        ("", False, ""),
        ("--posts", True, ""),
        ("eve", False, "eve"),
        ("eve --posts", True, "eve"),
        ("--posts  eve", True, "eve"),
        ("eve --post", False, "eve --post"),
    ],
)
def test_posts_are_to_go_only_where_that_is_said(typed: str, posts: bool, rest: str) -> None:
    assert posts_or_not(typed) == (posts, rest)


@pytest.mark.parametrize("typed", ["delete-user", "delete-user eve dan", "delete-user eve --post"])
def test_deletion_of_anything_but_one_user_is_not_asked_for(typed: str) -> None:
    assert not asyncio.run(_typed(typed, c.Nothing())).server.asked


async def _typed(line: str, answer: c.Result) -> FakeConsole:
    fake = FakeConsole()
    await fake.types(line, answers=(answer,))
    return fake
