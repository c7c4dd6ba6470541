"""To pin posts for all in a room, and to see which are."""

from chatd.wire import commands as c
from chatd.wire.rooms import title_of

from ...events import HistoryPage
from ..arguments import entry_of, room_or_here
from ..console import Console
from ..pages import show_entries, show_pages
from ..typed import Command
from .table import action


@action("pin")
async def pin(console: Console, typed: Command) -> None:
    place = entry_of("pin", typed.rest, console.renderer.me, console.here)
    await console.call(c.PinPost(*place))


@action("unpin")
async def unpin(console: Console, typed: Command) -> None:
    place = entry_of("unpin", typed.rest, console.renderer.me, console.here)
    made = await console.call(c.UnpinPost(*place))
    if made.seq is None:
        console.note("that is not pinned")


@action("pins")
async def pins(console: Console, typed: Command) -> None:
    room = room_or_here("pins", typed.rest, console.renderer.me, console.here)

    def show(page: HistoryPage) -> None:
        title = title_of(page.room, console.renderer.me)
        if page.entries:
            show_entries(console, f"pinned in {title}", page)
        else:
            console.note(f"nothing is pinned in {title}")

    await show_pages(console, c.ListPins(room, limit=console.page_rows), show)
