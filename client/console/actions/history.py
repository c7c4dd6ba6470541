"""To read a room's history."""

from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL, title_of

from ...events import HistoryPage
from ..arguments import history_of
from ..console import Console
from ..pages import show_entries
from ..typed import Command
from .table import action

LATEST = 5
"""Enough entries to show a user who comes back what was talked about."""


@action("history")
async def history(console: Console, typed: Command) -> None:
    request = history_of(
        typed.rest, console.renderer.me, here=console.here, limit=console.page_rows
    )
    await show_page(console, request)


async def show_page(console: Console, request: c.History) -> None:
    """Show a page of a room, and let Enter show the next in the same direction."""
    page = await console.call(request)
    if request.limit == console.page_rows and request.around is None:
        page = _that_fits(console, page, is_onwards=request.after is not None)
    title = title_of(page.room, console.renderer.me)
    if not page.entries:
        console.note(f"there is nothing in {title}")
        return
    show_entries(console, f"{title}, as it was", page)
    if page.next is not None:
        way = "before" if request.after is None else "after"
        further = replace_place(request, way, page.next)
        console.offer_more(lambda: show_page(console, further))


async def show_latest(console: Console, last_seq: int) -> None:
    """Show the last entries of the general room: for a user who comes back and has missed nothing.

    last_seq: of the room, as it was when nothing was unread; what has come since shows itself.
    """
    request = c.History(GENERAL, before=last_seq + 1, limit=LATEST)
    page = await console.call(request)
    if page.entries:
        show_entries(console, "general, as it was", _that_fits(console, page, is_onwards=False))
    else:
        console.note("nothing unread")


def _that_fits(console: Console, page: HistoryPage, *, is_onwards: bool) -> HistoryPage:
    """Return as much of a page as fits on the screen: what lies next to where it began."""
    entries = page.entries if is_onwards else page.entries[::-1]
    rows, count = 0, 0
    for entry in entries:
        rows += console.rows_of(console.renderer.entry(entry))
        if rows > console.page_rows and count:
            break
        count += 1
    if count == len(entries):
        return page
    kept = entries[:count] if is_onwards else entries[:count][::-1]
    return HistoryPage(page.room, kept, entries[count - 1].seq)


def replace_place(request: c.History, way: str, seq: int) -> c.History:
    """Return the request for the page that lies `way` of an entry."""
    before, after = (seq if place == way else None for place in ("before", "after"))
    return c.History(request.room, before, after, limit=request.limit)
