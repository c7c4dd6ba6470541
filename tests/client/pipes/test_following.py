"""Following from a place on: what is gone of it is told, and nothing is passed over in silence."""

from typing import Any, cast

from chatd.wire.commands import Gap, Rooms, RoomStatus, Start
from client import Client
from client.events import HistoryPage, SeenEntry
from client.pipes.following import Follower
from tests.client.network import said


class Archive:
    """A client whose server has some entries of a room left, and gives two at a time.

    last: the last number there ever was. late: so often there is nothing when it is asked.
    """

    def __init__(self, *seqs: int, last: int = 0, late: int = 0) -> None:
        self._entries: list[SeenEntry] = [said(seq) for seq in seqs]
        self._last = max(seqs, default=last)
        self._late = late

    def sync(self, **options: Any) -> None:
        pass

    def history(self, room: str, after: int, limit: int) -> HistoryPage:
        self._late -= 1
        left = [entry for entry in self._entries if entry.seq > after and self._late < 0]
        following = left[1].seq if len(left) > 2 else None
        return HistoryPage(room, left[:2], following)

    def rooms(self, after: str = "") -> Rooms:
        if not after:
            return Rooms([RoomStatus("alice,bob", 99, 0, 0, 0)], "alice,bob")
        return Rooms([RoomStatus("general", self._last, 0, 0, 0)], None)


def heard(after: int, *seqs: int, **options: int) -> list[object]:
    follower = Follower(cast(Client, Archive(*seqs, **options)), Start.NOW)
    events = follower.after("general", after)
    return [event if isinstance(event, Gap) else event.seq for event in events]


def test_what_follows_a_place_comes_without_a_gap_when_all_is_there() -> None:
    assert heard(3, 4, 5, 6) == [4, 5, 6]


def test_what_is_gone_behind_a_place_is_told_as_a_gap() -> None:
    assert heard(3, 7, 8, 9) == [Gap("general", 4, 6), 7, 8, 9]


def test_nothing_is_missing_where_nothing_was_said() -> None:
    assert heard(3, last=3) == []


def test_gap_is_told_when_nothing_at_all_is_left_behind_a_place() -> None:
    assert heard(3, last=9) == [Gap("general", 4, 9)]


def test_what_is_said_while_one_looks_is_no_gap() -> None:
    assert heard(3, 4, 5, late=1) == [4, 5]
