"""Pending messages: what was sent and has not come back as an entry yet, above the prompt.

The answer to a post comes before its entry, and where a connection has much to catch up, long
before. So a message stays until the entry has been shown that takes its place.
"""

from chatd.wire.commands import Gap, Posted, Reset
from chatd.wire.entries import Removed

from ..events import SeenEntry
from .safe_text import safe
from .styled import DIM, Line
from .wrapping import cut

SHOWN_MAX = 5


class PendingMessage:
    """A text on its way. posted: the answer to it, once that has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.posted: Posted | None = None


class PendingMessages:
    """All texts on their way, in the order in which they were sent."""

    def __init__(self) -> None:
        self._pending: list[PendingMessage] = []
        self._shown: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """What is to be shown."""
        return [message.text for message in self._pending]

    @property
    def unanswered(self) -> int:
        """How many of them may not have been posted yet."""
        return sum(message.posted is None for message in self._pending)

    def add(self, text: str) -> PendingMessage:
        """Show a text that is sent now."""
        message = PendingMessage(text)
        self._pending.append(message)
        return message

    def posted(self, message: PendingMessage, posted: Posted) -> None:
        """It is posted; on a line that was lost in between, the entry may be here already."""
        message.posted = posted
        self._drop_shown(posted.room)

    def refused(self, message: PendingMessage) -> None:
        """It will never be posted."""
        self._pending.remove(message)

    def take(self, received: SeenEntry | Gap | Reset) -> None:
        """Take away what an entry takes the place of, and what no entry will."""
        if isinstance(received, Reset):
            self._forget(received.room)
        else:
            self._shown[received.room] = received.to if isinstance(received, Gap) else received.seq
            self._drop_shown(received.room)
        if isinstance(received, Removed):
            self._forget(received.group)

    def _drop_shown(self, room: str) -> None:
        shown = self._shown.get(room, 0)
        self._pending = [message for message in self._pending if not _is_in(message, room, shown)]

    def _forget(self, room: str) -> None:
        """Nothing of what was posted there comes any more, or its numbers start again."""
        self._shown.pop(room, None)
        self._pending = [message for message in self._pending if not _is_in(message, room, None)]


def _is_in(message: PendingMessage, room: str, last: int | None) -> bool:
    """Whether a text was posted in a room, among its entries up to `last` if that is given."""
    posted = message.posted
    return posted is not None and posted.room == room and (last is None or posted.seq <= last)


def pending_lines(texts: list[str], width: int) -> list[Line]:
    """Return a line for each text on its way, the newest last; of many only the number."""
    shown = texts[-SHOWN_MAX:]
    lines: list[Line] = [[(DIM, cut(f"… {safe(text)}", width - 1))] for text in shown]
    if len(texts) > SHOWN_MAX:
        lines.insert(0, [(DIM, f"… and {len(texts) - SHOWN_MAX} before")])
    return lines
