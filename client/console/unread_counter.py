"""Unread counter: what came in while nobody looked at the screen, in which rooms.

Nobody looks while the terminal says that it has lost the focus, and after a while without a key.
"""

from chatd.wire.commands import Read
from chatd.wire.entries import Entry

AWAY_SECONDS = 300.0
"""After this long without a key nobody is assumed to look at the screen."""
COUNTED_MAX = 999
"""Of each room; nobody reads a longer number."""


class UnreadCounter:
    """Counts by room what nobody has looked at. Time is handed in, in seconds."""

    def __init__(self, now: float) -> None:
        self._looked_at = now
        self._is_elsewhere = False
        self._unseen: dict[str, list[int]] = {}

    def is_away(self, now: float) -> bool:
        """Tell whether nobody is looking."""
        return self._is_elsewhere or now - self._looked_at >= AWAY_SECONDS

    def look(self, now: float) -> None:
        """The focus has come, or a key was touched: all on the screen has been seen."""
        self._looked_at = now
        self._is_elsewhere = False
        self._unseen.clear()

    def look_away(self) -> None:
        """The focus has gone, which is no look: a screen that locks itself takes it, too."""
        self._is_elsewhere = True

    def count(self, entry: Entry, now: float) -> bool:
        """Take note of an entry of somebody else; return whether nobody saw it come."""
        if not self.is_away(now):
            return False
        seqs = self._unseen.setdefault(entry.room, [])
        if len(seqs) < COUNTED_MAX:
            seqs.append(entry.seq)
        return True

    def read(self, notice: Read) -> None:
        """Another device of the user has read a room up to somewhere."""
        left = [seq for seq in self._unseen.pop(notice.room, []) if seq > notice.seq]
        if left:
            self._unseen[notice.room] = left

    def forget(self, room: str) -> None:
        """The user is out of a room."""
        self._unseen.pop(room, None)

    @property
    def unseen(self) -> dict[str, int]:
        """How much that is, by room id."""
        return {room: len(seqs) for room, seqs in self._unseen.items()}
