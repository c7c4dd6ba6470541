"""The toolbar: what it shows, and what it leaves out where there is no room."""

from datetime import UTC

import pytest

from chatd.wire.commands import Allowance
from client.console.styled import plain
from client.console.times import Zone
from client.console.toolbar import ToolbarState, toolbar
from client.console.wrapping import width_of

NOON = 43_200_000
FULL = ToolbarState(
    "alice",
    True,
    {"general": 12, "carol": 3, "dave": 1},
    Allowance(20, 4, NOON),
    2,
    7,
    "bob is typing…",
)


def text_of(state: ToolbarState, width: int) -> str:
    return plain(toolbar(state, Zone(UTC), NOON - 60_000, width))


def test_wide_screen_shows_everything() -> None:
    assert text_of(FULL, 200) == (
        " alice · connected · 2 pending · new: general 12, carol 3, 1 more"
        " · bob is typing… · 4 left until 12:00 · 7 online"
    )


@pytest.mark.parametrize("width", range(1, 140))
def test_what_matters_most_is_left_out_last(width: int) -> None:
    shown = text_of(FULL, width)
    assert "connected" in shown
    assert width_of(shown) < width or shown == " connected"
    assert ("new: " in shown) <= ("pending" in shown)
    assert ("alice" in shown) <= ("online" in shown) <= ("left" in shown) <= ("typing" in shown)
    assert ("typing" in shown) <= ("new: " in shown)


def test_80_columns_show_what_is_new_and_what_is_pending() -> None:
    shown = text_of(FULL, 80)
    assert "new: general 12" in shown and "2 pending" in shown


def test_lost_connection_is_told_instead() -> None:
    shown = text_of(ToolbarState("alice", connected=False, online=3), 80)
    assert shown == " alice · connecting again…"


def test_renewed_allowance_is_told_as_whole() -> None:
    state = ToolbarState("alice", allowance=Allowance(20, 0, NOON - 60_000))
    assert "20 left" in text_of(state, 80)


def test_no_limit_is_not_told() -> None:
    assert "left" not in text_of(ToolbarState("alice", allowance=Allowance(0, 0, None)), 80)
