"""Positions: each entry once, and how far one has come."""

from chatd.wire.commands import Gap, Reset
from client.positions import SENT_MAX, Positions
from tests.client.network import said


def test_an_entry_is_taken_once_and_an_older_one_not_at_all() -> None:
    positions = Positions()
    taken = [seq for seq in (1, 2, 2, 1, 4) if positions.take(said(seq))]
    assert taken == [1, 2, 4]
    assert positions.latest() == {"general": 4}


def test_a_gap_moves_forward_only() -> None:
    positions = Positions()
    positions.skip(Gap("general", 1, 9))
    positions.skip(Gap("general", 1, 3))
    assert positions.latest() == {"general": 9}


def test_a_room_that_was_reset_begins_anew() -> None:
    positions = Positions()
    positions.take(said(9))
    positions.forget(Reset("general"))
    positions.forget(Reset("never seen"))
    assert positions.take(said(1))


def test_the_rooms_that_moved_last_are_brought_along() -> None:
    positions = Positions()
    for number in range(SENT_MAX + 1):
        positions.take(said(1, room=f"a,u{number}"))
    positions.take(said(2, room="a,u0"))
    latest = positions.latest()
    assert len(latest) == SENT_MAX
    assert latest["a,u0"] == 2 and "a,u1" not in latest
