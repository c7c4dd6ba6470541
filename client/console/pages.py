"""Lists that come in pages: one is shown, and Enter shows the next."""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from chatd.wire import commands as c

from ..events import FoundPage, HistoryPage, SeenThread
from .console import Console, now_ms
from .feed import page_lines

Page = TypeVar(
    "Page",
    c.BlockedNames,
    c.Devices,
    c.Invitations,
    c.Members,
    c.Names,
    c.OpenReports,
    c.People,
    c.Requests,
    c.RoomList,
    c.Rooms,
    c.ThreadList,
    HistoryPage,
    SeenThread,
)
"""Answers with `next`, which is `after` in the request for the next page."""


async def show_pages(
    console: Console,
    request: c.AnyParams,
    show: Callable[[Page], object],
    above: Callable[[Page], object] = lambda page: None,
) -> None:
    """Show the page that a request asks for, and let Enter show those after it.

    above: shows what stands above the first page.
    """
    page: Page = await console.call(request)
    above(page)
    show(page)
    if page.next is not None:
        further = replace(request, after=page.next)
        console.offer_more(lambda: show_pages(console, further, show))


def show_entries(console: Console, heading: str, page: HistoryPage | FoundPage) -> None:
    """Show entries of the past between two rules, so that nobody takes them for new.

    What does not fit on the screen comes with Enter.
    """
    renderer = console.renderer
    console.directory.add_page(page.entries)
    console.show(renderer.heading(heading))
    lines = page_lines(renderer, page.entries, renderer.zone.day(now_ms()))
    show = console.show if console.rows_of(lines) <= console.page_rows else console.show_paged
    show([*lines, *renderer.heading("now")])
