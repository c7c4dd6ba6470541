"""Positions: how far a client has come in each room, to go on from there."""

from chatd.wire.commands import Gap, Reset
from client.events import SeenEntry


class Positions:
    """The last entry taken from each room, in one epoch of the server's store."""

    def __init__(self) -> None:
        self.epoch = ""
        self.of_room: dict[str, int] = {}

    def take(self, entry: SeenEntry) -> bool:
        """Move to an entry; False if it was taken before, which a resumed line may repeat."""
        if entry.seq <= self.of_room.get(entry.room, 0):
            return False
        self.of_room[entry.room] = entry.seq
        return True

    def skip(self, gap: Gap) -> None:
        """Move behind entries that are gone."""
        self.of_room[gap.room] = max(gap.to, self.of_room.get(gap.room, 0))

    def forget(self, reset: Reset) -> None:
        """Have no position in a room any more: its numbers may mean other entries now."""
        self.of_room.pop(reset.room, None)
