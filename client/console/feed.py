"""The feed: entries in the order of the screen, with day rules and a line where new begins."""

from collections.abc import Container
from datetime import date

from chatd.wire import entries as e

from ..events import SeenEntry
from .render import Renderer
from .styled import Line

UNREAD = "unread"
AWAY = "since you last looked"
EARLIER = "what was said before you came"


class Feed:
    """Turns a stream of entries into lines.

    The line of what is new comes once: in front of the first entry by somebody else that
    nobody has looked at yet, until the user looks.
    """

    def __init__(self, renderer: Renderer, today: date) -> None:
        self._renderer = renderer
        self._day = today
        self._marked = False

    def entry(self, entry: SeenEntry, *, unread: str = "") -> list[Line]:
        """Return an entry's lines. unread: what the line in front of new ones says, if any."""
        return [*self._turn_day(entry), *self._mark(entry, unread), *self._renderer.entry(entry)]

    def looked(self) -> None:
        """The user has seen what there is; what comes after that is marked again."""
        self._marked = False

    def _turn_day(self, entry: SeenEntry) -> list[Line]:
        day = self._renderer.zone.day(entry.ts)
        if day == self._day:
            return []
        self._day = day
        return self._renderer.day(day)

    def _mark(self, entry: SeenEntry, unread: str) -> list[Line]:
        if self._marked or not unread or not is_by_other(entry, self._renderer.me):
            return []
        self._marked = True
        return self._renderer.unread(unread)


def is_by_other(entry: SeenEntry, me: str) -> bool:
    """Tell whether somebody else said something, mentions one or wants something: news."""
    if isinstance(entry, e.Invited | e.JoinRequested | e.JoinApproved):
        return True
    return (isinstance(entry, e.Post) and entry.author != me) or me in e.mentioned_in(entry)


def calls(entry: SeenEntry, me: str, muted: Container[str]) -> bool:
    """Tell whether news should be announced: in a muted room only what mentions one is."""
    is_muted = entry.room in muted and me not in e.mentioned_in(entry)
    return is_by_other(entry, me) and not is_muted


def page_lines(
    renderer: Renderer, entries: list[SeenEntry], today: date | None = None
) -> list[Line]:
    """Return a page of history as lines, each day under its own rule.

    today: needs no rule as long as there is no other day.
    """
    lines: list[Line] = []
    day = today
    for entry in entries:
        if renderer.zone.day(entry.ts) != day:
            day = renderer.zone.day(entry.ts)
            lines += renderer.day(day)
        lines += renderer.entry(entry)
    return lines
