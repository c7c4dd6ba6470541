"""Hooks in the console: what is typed, and what is shown."""

import asyncio
from datetime import UTC

import pytest

from chatd.wire import commands as c
from chatd.wire import entries as e
from client.console.announcements import announcement
from client.console.answers import hooks_lines
from client.console.arguments import room_and_label
from client.console.completion import candidates
from client.console.directory import Directory
from client.console.render import Renderer
from client.console.styled import plain
from client.console.times import Zone
from client.errors import UsageError
from client.events import SeenEntry
from tests.client.console.fakes import FakeConsole

ZONE = Zone(UTC)
TS = 34_860_000  # 09:41


# -- what is typed ---------------------------------------------------------------------------


def test_a_room_and_a_label_are_taken() -> None:
    assert room_and_label("general ci") == ("general", "ci")
    assert room_and_label(" +ops  builds and tests ") == ("+ops", "builds and tests")


@pytest.mark.parametrize("typed", ["", " ", "general", "general  "])
def test_a_hook_without_room_or_label_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="hook <room> <label>"):
        room_and_label(typed)


def test_rooms_are_completed_and_labels_are_not() -> None:
    known = Directory("me")
    known.add(["bob"])
    assert sorted(candidates("hook ", known, here="general")[1]) == ["bob", "general"]
    assert candidates("hook general b", known, here="general")[1] == []


async def _typed(*lines: str, answers: tuple[c.Result, ...]) -> FakeConsole:
    fake = FakeConsole()
    await fake.types(*lines, answers=answers)
    return fake


def test_hook_shows_its_address_on_one_line_and_unhook_ends_it() -> None:
    token = "t" * 64
    answers = (c.NewHook(1, "general", token), c.Hooks([]), c.Nothing())
    fake = asyncio.run(_typed("hook general ci", "hooks", "unhook 1", answers=answers))
    assert fake.server.asked == [c.MakeHook("general", "ci"), c.ListHooks(), c.Unhook(1)]
    assert f"http://127.0.0.1:8000/hooks/{token}" in fake.screen.lines
    assert fake.shows("you have no hook")
    assert not fake.shows("hook 1 is revoked")  # an entry says so


# -- what is shown ---------------------------------------------------------------------------


def shown(entry: SeenEntry) -> list[str]:
    return [plain(line) for line in Renderer("alice", ZONE).entry(entry)]


def test_what_came_by_a_hook_says_so_where_no_text_can() -> None:
    came = e.Message("general", 42, TS, "bob", "deployed", via="ci\n\x1b")
    said = e.Message("general", 43, TS, "bob", "via ci: deployed")
    assert shown(came) == ["09:41 general#42 bob via ci^J^[: deployed"]
    assert shown(said) == ["09:41 general#43 bob: via ci: deployed"]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (e.HookMade("@alice", 1, TS, 2, "general", "c\x1bi"), "hook 2 posts into general: c^[i"),
        (e.HookMade("@alice", 1, TS, 3, "+ops:k3f9a2bq", "ci"), "hook 3 posts into +ops: ci"),
        (e.HookMade("@alice", 1, TS, 4, "alice,bob", "ci"), "hook 4 posts into bob: ci"),
        (e.HookRevoked("@alice", 1, TS, 2, "general", "c\x1bi"), "hook 2 revoked: c^[i"),
    ],
)
def test_each_kind_is_told_in_words(entry: SeenEntry, text: str) -> None:
    assert announcement(entry, ZONE) == text


def test_hooks_are_listed_with_their_rooms() -> None:
    hooks = [
        c.HookState(1, "general", "ci", TS),
        c.HookState(3, "+ops:k3f9a2bq", "alarms", TS, TS, "you are banned"),
    ]
    lines = hooks_lines(Renderer("alice", ZONE), hooks, TS)
    assert [plain(line) for line in lines] == [
        "  1  ci, into general, since 09:41",
        "  3  alarms, into +ops, since 09:41",
        "     its last post was refused, 09:41: you are banned",
    ]
