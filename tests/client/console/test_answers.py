"""Answers as lines: why something was refused, and how one stands."""

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from chatd.wire.commands import Explanation, Quota, ThreadStatus
from client.console.answers import status_lines, threads_lines, why_lines
from client.console.render import Renderer
from client.console.styled import plain
from client.console.times import Zone
from tests.client.console.test_console import STATUS

NOON_MS = 1_760_011_200_000  # 12:00 UTC


def lines(why: Explanation, now_ms: int = NOON_MS) -> list[str]:
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")))
    return [plain(line) for line in why_lines(renderer, why, now_ms)]


def test_why_shows_rule_setting_and_end() -> None:
    why = Explanation(
        "send", NOON_MS, "rate_limited", "no more", "So many.", "LIMIT", "20", NOON_MS + 60_000
    )
    refused, rule, setting, until = lines(why)
    assert refused == "  refused  send at 12:00: no more"
    assert rule.split() == ["rule", "So", "many."]
    assert setting.split() == ["setting", "LIMIT", "=", "20"]
    assert "12:01" in until
    assert lines(why, NOON_MS + 60_000)[-1].split() == ["until", "it", "is", "over"]


def test_why_without_a_setting_shows_the_rule_alone() -> None:
    why = Explanation("send", NOON_MS, "not_found", "nobody", "No user.", None, None, None)
    assert len(lines(why)) == 2


def test_why_shows_a_limit_that_no_setting_changes() -> None:
    why = Explanation("send", NOON_MS, "too_large", "too long", "Too long.", None, "8192", None)
    assert lines(why)[-1] == "  limit    8192, which is not a setting"


def test_refusal_of_another_day_says_which() -> None:
    why = Explanation("send", NOON_MS, "not_found", "nobody", "No user.", None, None, None)
    assert lines(why, NOON_MS + 86_400_000)[0] == "  refused  send at Thursday 12:00: nobody"


# -- threads ---------------------------------------------------------------------------------


def test_threads_show_how_they_began_and_what_is_unread() -> None:
    threads = [
        ThreadStatus(5, 12, 40, NOON_MS, 3, "bob", "a \x1b[2J beginning"),
        ThreadStatus(17, 1, 39, NOON_MS - 86_400_000, 0, "", ""),
    ]
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")))
    assert [plain(line) for line in threads_lines(renderer, threads, NOON_MS)] == [
        "  #5   bob: a ^[[2J beginning",
        "       12 comments, 3 unread; the last, #40, 12:00",
        "  #17  (gone)",
        "       1 comment; the last, #39, Wednesday 12:00",
    ]


# -- status ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "reason", "shown"),
    [
        ("warnings", "", "; other users have warned you"),
        ("administrator", "", "; an administrator says so"),
        ("administrator", "spam\x1b[2J", "; an administrator says so: spam^[[2J"),
        ("", "", ""),
    ],
)
def test_status_tells_why_a_user_is_banned(by: str, reason: str, shown: str) -> None:
    status = replace(STATUS, banned_until=60_000, banned_by=by, ban_reason=reason)
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")), 120)
    (row,) = [row for row in map(plain, status_lines(renderer, status)) if "nothing until" in row]
    assert row.partition("can send nothing until 00:01")[2].partition(")")[2] == shown


def test_status_shows_the_whole_ladder() -> None:
    status = replace(
        STATUS,
        device=7,
        devices=2,
        warnings=2,
        banned_until=60_000,
        scheduled=3,
        held=1,
        quotas=[
            Quota("file_bytes", 256 << 20, None),
            Quota("private_rooms", 0, 0),
            Quota("uploads", 1, 8),
            Quota("scheduled", 0, 100),
        ],
    )
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")))
    shown = {line[2:13].strip(): line[13:] for line in map(plain, status_lines(renderer, status))}
    assert shown["you"] == "alice, on device 7; 2 devices, 1 connection in all"
    assert shown["general"] == "20 of 20 messages left"
    assert shown["warnings"] == "2 of 3"
    assert shown["banned"].startswith("you can send nothing until 00:01")
    assert shown["scheduled"] == "3, of which 1 held"
    assert shown["quotas"] == "files 256 MiB, private rooms 0 of 0, uploads 1 of 8"


def test_status_without_warnings_says_how_many_ban() -> None:
    renderer = Renderer("alice", Zone(ZoneInfo("UTC")))
    shown = [plain(line).split() for line in status_lines(renderer, STATUS)]
    assert ["warnings", "0", "of", "3"] in shown
