"""To search what was said."""

from msgspec.structs import replace

from chatd.wire import commands as c

from ..arguments import search_of
from ..console import Console
from ..pages import show_entries
from ..typed import Command
from .table import action


@action("search")
async def search(console: Console, typed: Command) -> None:
    me = console.renderer.me
    await _show_found(console, search_of(typed.rest, me, limit=console.page_rows))


async def _show_found(console: Console, request: c.Search) -> None:
    page = await console.call(request)
    while not page.entries and page.next is not None:  # it has looked at much, and found nothing
        request = replace(request, after=page.next)
        page = await console.call(request)
    if not page.entries:
        console.note("nothing (more) was found")
        return
    show_entries(console, f"found: {request.words}", page)
    if page.next is not None:
        further = replace(request, after=page.next)
        console.offer_more(lambda: _show_found(console, further))
