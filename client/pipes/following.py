"""Following: what is said, from now or from a place on, each entry once.

Nothing counts as read by this. What was said earlier is fetched after the line follows already,
so nothing falls between the two.
"""

from collections.abc import Iterator
from time import monotonic

from chatd.wire.commands import PAGE_ITEMS_MAX, Gap, Start
from chatd.wire.entries import Entry

from ..events import Connected, Disconnected, Event, HistoryPage, SeenEntry
from ..sync_client import Client
from .failures import complain


class Follower:
    """Events of a client that is logged in. start: from what is unread, or from now."""

    def __init__(self, client: Client, start: Start) -> None:
        self._client = client
        self._seen: dict[str, int] = {}
        client.sync(start=start, peek=True)

    def last(self, room: str, count: int) -> list[SeenEntry]:
        """Return the last entries of a room; they do not come again."""
        return self._fetched(self._client.history(room, limit=count).entries)

    def after(self, room: str, seq: int) -> Iterator[SeenEntry | Gap]:
        """Yield what a room has after an entry, or a gap; it does not come again."""
        page = self._page(room, seq)
        if not page.entries and (last := self._last_seq(page.room)) > seq:
            page = self._page(room, seq)  # it may have been said only now
            if not page.entries:
                yield Gap(page.room, seq + 1, last)
        while True:
            entries = self._fetched(page.entries)
            if entries and entries[0].seq > seq + 1:
                yield Gap(page.room, seq + 1, entries[0].seq - 1)
            yield from entries
            if page.next is None:
                return
            seq = page.next
            page = self._page(room, seq)

    def _page(self, room: str, after: int) -> HistoryPage:
        return self._client.history(room, after=after, limit=PAGE_ITEMS_MAX)

    def _last_seq(self, room: str) -> int:
        """Return the number of the last entry that a room, by its id, ever had."""
        page = self._client.rooms()
        while True:
            for status in page.rooms:
                if status.room == room:
                    return status.last_seq
            if page.next is None:
                return 0
            page = self._client.rooms(page.next)

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event, None after the time; an entry that came before is passed over.

        The time starts again with each that is passed over: there are few of them.
        """
        while (event := self._client.next_event(timeout_seconds)) is not None:
            if not isinstance(event, Entry) or event.seq > self._seen.get(event.room, 0):
                return event
        return None

    def until(self, deadline: float | None) -> Iterator[Event]:
        """Yield what is said until then (of `monotonic`), and tell how the connection fares."""
        while (event := self.next(_left(deadline))) is not None:
            if isinstance(event, Disconnected):
                complain(f"{event.reason}; reconnecting")
            elif isinstance(event, Connected):
                complain("connected again")
            else:
                yield event

    def _fetched(self, entries: list[SeenEntry]) -> list[SeenEntry]:
        if entries:
            room = entries[-1].room  # what was asked for may be a title
            self._seen[room] = max(self._seen.get(room, 0), entries[-1].seq)
        return entries


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - monotonic())
