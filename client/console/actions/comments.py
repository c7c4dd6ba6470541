"""To comment on entries, and to read the threads that comments make."""

from chatd.wire import commands as c
from chatd.wire.rooms import title_of

from ...environment import new_nonce
from ...events import HistoryPage
from ..arguments import entry_and_text, entry_of
from ..console import Console
from ..pages import show_entries, show_pages
from ..typed import Command
from .table import action


@action("comment")
async def comment(console: Console, typed: Command) -> None:
    place, text = entry_and_text("comment", typed.rest, console.renderer.me, console.here)
    await console.post(c.CommentOn(*place, text, new_nonce()), typed.line)


@action("thread")
async def thread(console: Console, typed: Command) -> None:
    place = entry_of("thread", typed.rest, console.renderer.me, console.here)

    def show(page: HistoryPage) -> None:
        title = title_of(page.room, console.renderer.me)
        show_entries(console, f"the thread of {title}#{place.seq}", page)

    await show_pages(console, c.Thread(*place, limit=console.page_rows), show)
