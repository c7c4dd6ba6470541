"""Numbers: what commands can name, as far as the console has met it."""

import pytest

from chatd.wire import commands as c
from chatd.wire import entries as e
from client.console.completion import candidates
from client.console.directory import Directory
from client.console.numbers import KINDS, NUMBERS_MAX, Numbers
from tests.client.console.fakes import FakeConsole, in_loop

LOG = ("@me", 1, 0)

LIVES: list[tuple[str, e.AnyEntry, e.AnyEntry]] = [
    ("cancel", e.Scheduled(*LOG, 7, 0, "general"), e.Cancelled(*LOG, 7, "general")),
    ("cancel", e.Scheduled(*LOG, 7, 0, "general"), e.Failed(*LOG, 7, "bob", "blocked", "", "")),
    ("unhook", e.HookMade(*LOG, 7, "general", "ci"), e.HookRevoked(*LOG, 7, "general", "ci")),
    ("revoke", e.DeviceAdded(*LOG, 7, "phone"), e.DeviceRevoked(*LOG, 7, "phone")),
    (
        "dismiss",
        e.Reported(*LOG, 7, "bob", "eve", "spam"),
        e.Moderated(*LOG, "dismissed", "eve", report=7),
    ),
    ("withdraw", e.JoinAsked(*LOG, 7), e.JoinApproved(*LOG, 7, "+ops:k3f9a2bq")),
    ("withdraw", e.JoinAsked(*LOG, 7), e.JoinDenied(*LOG, 7)),
]


@pytest.mark.parametrize(("command", "begin", "end"), LIVES)
def test_number_is_offered_from_its_announcement_until_it_is_over(
    command: str, begin: e.AnyEntry, end: e.AnyEntry
) -> None:
    known = Directory("me")
    known.add_entry(begin)
    assert candidates(f"{command} ", known, here="general") == ("", ["7"])
    assert candidates(f"{command} 8", known, here="general") == ("8", [])
    known.add_entry(end)
    assert candidates(f"{command} ", known, here="general") == ("", [])


def test_newest_number_comes_first_and_the_oldest_is_forgotten() -> None:
    numbers = Numbers()
    for number in range(1, NUMBERS_MAX + 2):
        numbers.add(e.DeviceAdded(*LOG, number, "phone"))
    assert numbers.of("device") == [str(number) for number in range(NUMBERS_MAX + 1, 1, -1)]


def test_every_kind_is_met_in_announcements() -> None:
    numbers = Numbers()
    for _, begin, _ in LIVES:
        numbers.add(begin)
    assert all(numbers.of(kind) for kind in KINDS)


@in_loop
async def test_list_takes_the_place_of_what_was_known() -> None:
    fake = FakeConsole()
    fake.console.on_event(e.Scheduled(*LOG, 1, 0, "general"))
    posts = [c.ScheduledPost(number, 0, "general", "text") for number in (3, 2)]
    await fake.types("scheduled", answers=(c.ScheduledPosts(posts, None),))
    assert fake.console.directory.numbers.of("id") == ["3", "2"]
