"""Attention: what came in since the user last touched a key, in which rooms."""

from chatd.wire.commands import Read
from chatd.wire.entries import Entry

AWAY_SECONDS = 60.0
"""After so long without a key nobody is taken to be looking at the screen."""
COUNTED_MAX = 999
"""Of each room; nobody reads a longer number."""


class Attention:
    """Counts by room what nobody has looked at. Time is handed in, in seconds."""

    def __init__(self, now: float) -> None:
        self._looked_at = now
        self._unread: dict[str, list[int]] = {}

    def is_away(self, now: float) -> bool:
        """Tell whether the user has not touched a key for a while."""
        return now - self._looked_at >= AWAY_SECONDS

    def look(self, now: float) -> None:
        """A key was touched: everything on the screen has been seen."""
        self._looked_at = now
        self._unread.clear()

    def heard(self, entry: Entry) -> None:
        """Count an entry of somebody else."""
        seqs = self._unread.setdefault(entry.room, [])
        if len(seqs) < COUNTED_MAX:
            seqs.append(entry.seq)

    def read(self, notice: Read) -> None:
        """Another device of the user has read a room up to somewhere."""
        left = [seq for seq in self._unread.pop(notice.room, []) if seq > notice.seq]
        if left:
            self._unread[notice.room] = left

    def forget(self, room: str) -> None:
        """The user is out of a room."""
        self._unread.pop(room, None)

    @property
    def unread(self) -> dict[str, int]:
        """How many there are, by room id."""
        return {room: len(seqs) for room, seqs in self._unread.items()}
