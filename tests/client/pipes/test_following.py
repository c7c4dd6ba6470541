"""Following from a place on: what is gone of it is told, and nothing is passed over in silence."""

from typing import Any, cast

from chatd.wire.commands import Gap, Start
from client import Client
from client.events import HistoryPage, SeenEntry
from client.pipes.following import Follower
from tests.client.network import said


class Archive:
    """A client whose server has some entries of a room left, and gives two at a time."""

    def __init__(self, *seqs: int) -> None:
        self._entries: list[SeenEntry] = [said(seq) for seq in seqs]

    def sync(self, **options: Any) -> None:
        pass

    def history(self, room: str, after: int, limit: int) -> HistoryPage:
        left = [entry for entry in self._entries if entry.seq > after]
        following = left[1].seq if len(left) > 2 else None
        return HistoryPage(room, left[:2], following)


def heard(after: int, *seqs: int) -> list[object]:
    follower = Follower(cast(Client, Archive(*seqs)), Start.NOW)
    events = follower.after("general", after)
    return [event if isinstance(event, Gap) else event.seq for event in events]


def test_what_follows_a_place_comes_without_a_gap_when_all_is_there() -> None:
    assert heard(3, 4, 5, 6) == [4, 5, 6]


def test_what_is_gone_behind_a_place_is_told_as_a_gap() -> None:
    assert heard(3, 7, 8, 9) == [Gap("general", 4, 6), 7, 8, 9]


def test_nothing_is_missing_where_nothing_was_said() -> None:
    assert heard(3) == []
