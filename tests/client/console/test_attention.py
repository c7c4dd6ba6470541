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


def away() -> Attention:
    """Return that of somebody who does something else."""
    attention = Attention(0.0)
    attention.look_away()
    return attention


@pytest.mark.parametrize(("now", "is_seen"), [(AWAY_SECONDS - 1, True), (AWAY_SECONDS, False)])
def test_without_a_key_for_a_while_nobody_looks(now: float, is_seen: bool) -> None:
    attention = Attention(0.0)
    assert attention.heard(said(1), now) is not is_seen
    assert attention.unseen == ({} if is_seen else {"general": 1})


def test_what_comes_while_nobody_looks_is_counted_by_room_until_somebody_does() -> None:
    attention = away()
    for entry in (said(1), said(2), said(9, room="bob")):
        assert attention.heard(entry, 1.0)
    assert attention.unseen == {"general": 2, "bob": 1}
    attention.look(2.0)
    assert attention.unseen == {} and not attention.heard(said(3), 3.0)


def test_loss_of_the_focus_is_no_look() -> None:
    attention = Attention(0.0)
    attention.heard(said(1), AWAY_SECONDS)
    attention.look_away()  # the screen locks itself
    assert attention.unseen == {"general": 1}


def test_focus_alone_does_not_look_for_ever() -> None:
    attention = Attention(0.0)
    attention.look(10.0)
    assert not attention.is_away(AWAY_SECONDS) and attention.is_away(10.0 + AWAY_SECONDS)


def test_what_another_device_read_counts_no_more() -> None:
    attention = away()
    for seq in range(1, 6):
        attention.heard(said(seq), 0.0)
    attention.read(Read("general", 3))
    assert attention.unseen == {"general": 2}
    attention.read(Read("general", 5))
    assert attention.unseen == {}


def test_count_has_a_bound() -> None:
    attention = away()
    for seq in range(COUNTED_MAX + 1):
        attention.heard(said(seq), 0.0)
    assert attention.unseen == {"general": COUNTED_MAX}


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
