"""UnreadCounter and the feed: what is unread, its line, and the turn of days."""

from datetime import UTC

import pytest

from chatd.wire.commands import Read
from client.console.feed import Feed, page_lines
from client.console.render import Renderer
from client.console.styled import Line, plain
from client.console.times import Zone
from client.console.unread_counter import AWAY_SECONDS, COUNTED_MAX, UnreadCounter
from tests.client.network import said

DAY_MS = 86_400_000


@pytest.fixture
def renderer() -> Renderer:
    return Renderer("alice", Zone(UTC))


def rules(lines: list[Line]) -> list[str]:
    return [plain(line).strip("─ ") for line in lines if plain(line).startswith("──")]


def away() -> UnreadCounter:
    """Return that of somebody who does something else."""
    counter = UnreadCounter(0.0)
    counter.look_away()
    return counter


@pytest.mark.parametrize(("now", "is_seen"), [(AWAY_SECONDS - 1, True), (AWAY_SECONDS, False)])
def test_without_a_key_for_a_while_nobody_looks(now: float, is_seen: bool) -> None:
    counter = UnreadCounter(0.0)
    assert counter.count(said(1), now) is not is_seen
    assert counter.unseen == ({} if is_seen else {"general": 1})


def test_what_comes_while_nobody_looks_is_counted_by_room_until_somebody_does() -> None:
    counter = away()
    for entry in (said(1), said(2), said(9, room="bob")):
        assert counter.count(entry, 1.0)
    assert counter.unseen == {"general": 2, "bob": 1}
    counter.look(2.0)
    assert counter.unseen == {} and not counter.count(said(3), 3.0)


def test_loss_of_the_focus_is_no_look() -> None:
    counter = UnreadCounter(0.0)
    counter.count(said(1), AWAY_SECONDS)
    counter.look_away()  # the screen locks itself
    assert counter.unseen == {"general": 1}


def test_focus_alone_does_not_look_for_ever() -> None:
    counter = UnreadCounter(0.0)
    counter.look(10.0)
    assert not counter.is_away(AWAY_SECONDS) and counter.is_away(10.0 + AWAY_SECONDS)


def test_what_another_device_read_counts_no_more() -> None:
    counter = away()
    for seq in range(1, 6):
        counter.count(said(seq), 0.0)
    counter.read(Read("general", 3))
    assert counter.unseen == {"general": 2}
    counter.read(Read("general", 5))
    assert counter.unseen == {}


def test_count_has_a_bound() -> None:
    counter = away()
    for seq in range(COUNTED_MAX + 1):
        counter.count(said(seq), 0.0)
    assert counter.unseen == {"general": COUNTED_MAX}


def test_line_of_the_unread_comes_once_and_anew_after_a_look(renderer: Renderer) -> None:
    feed = Feed(renderer, renderer.zone.day(0))
    first = feed.entry(said(1), unread="unread") + feed.entry(said(2), unread="unread")
    assert rules(first) == ["unread"]
    feed.looked()
    assert rules(feed.entry(said(3), unread="unread")) == ["unread"]


def test_own_entries_are_not_unread(renderer: Renderer) -> None:
    feed = Feed(renderer, renderer.zone.day(0))
    assert rules(feed.entry(said(1, author="alice"), unread="unread")) == []


def test_day_is_told_when_it_turns(renderer: Renderer) -> None:
    feed = Feed(renderer, renderer.zone.day(-DAY_MS))
    lines = feed.entry(said(1)) + feed.entry(said(2))
    assert rules(lines) == ["Thursday, 1 January 1970"]


def test_page_begins_with_its_day(renderer: Renderer) -> None:
    assert rules(page_lines(renderer, [said(1), said(2)])) == ["Thursday, 1 January 1970"]
