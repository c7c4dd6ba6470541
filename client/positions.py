"""Positions: how far a client has come in each room, to go on from there."""

from chatd.wire.commands import Gap, Reset

from .events import SeenEntry

SENT_MAX = 200
"""Positions that fit a frame whatever the rooms are called; others start where one has read."""


class Positions:
    """The last entry taken from each room, in one epoch of the server's store.

    of_room: the rooms in the order in which they moved last.
    """

    def __init__(self) -> None:
        self.epoch = ""
        self.of_room: dict[str, int] = {}

    def take(self, entry: SeenEntry) -> bool:
        """Move to an entry; False if it was taken before, which a resumed line may repeat."""
        if entry.seq <= self.of_room.get(entry.room, 0):
            return False
        self._move(entry.room, entry.seq)
        return True

    def skip(self, gap: Gap) -> None:
        """Move past entries that are gone."""
        self._move(gap.room, max(gap.to, self.of_room.get(gap.room, 0)))

    def forget(self, reset: Reset) -> None:
        """Have no position in a room any more: its numbers may mean other entries now."""
        self.of_room.pop(reset.room, None)

    def begin(self, epoch: str) -> None:
        """Have no positions in another epoch yet."""
        self.epoch = epoch
        self.of_room.clear()

    def latest(self) -> dict[str, int]:
        """Return the positions to bring along: those of the rooms that moved last."""
        return dict(list(self.of_room.items())[-SENT_MAX:])

    def _move(self, room: str, seq: int) -> None:
        self.of_room.pop(room, None)
        self.of_room[room] = seq
