"""Attention and the feed: what is unread, its line, and the turn of days."""

from datetime import UTC

import pytest

from chatd.wire.commands import Read
from client.console.attention import AWAY_SECONDS, COUNTED_MAX, Attention
from client.console.feed import Feed, page_lines
from client.console.render import Renderer
from client.console.styled import Line, plain
from client.console.times import Zone
from tests.client.network import said

DAY_MS = 86_400_000


@pytest.fixture
def renderer() -> Renderer:
    return Renderer("alice", Zone(UTC))


def rules(lines: list[Line]) -> list[str]:
    return [plain(line).strip("─ ") for line in lines if plain(line).startswith("──")]


def test_unread_are_counted_by_room_until_a_key_is_touched() -> None:
    attention = Attention(0.0)
    for entry in (said(1), said(2), said(9, room="bob")):
        attention.heard(entry)
    assert attention.unread == {"general": 2, "bob": 1}
    attention.look(1.0)
    assert attention.unread == {}


def test_what_another_device_read_is_unread_no_more() -> None:
    attention = Attention(0.0)
    for seq in range(1, 6):
        attention.heard(said(seq))
    attention.read(Read("general", 3))
    assert attention.unread == {"general": 2}
    attention.read(Read("general", 5))
    assert attention.unread == {}


def test_count_has_a_bound() -> None:
    attention = Attention(0.0)
    for seq in range(COUNTED_MAX + 1):
        attention.heard(said(seq))
    assert attention.unread == {"general": COUNTED_MAX}


def test_nobody_is_away_before_the_time() -> None:
    attention = Attention(0.0)
    assert not attention.is_away(AWAY_SECONDS - 1)
    assert attention.is_away(AWAY_SECONDS)


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
