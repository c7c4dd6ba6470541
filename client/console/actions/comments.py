"""To comment on entries, and to read the threads that comments make."""

from chatd.wire import commands as c
from chatd.wire.rooms import title_of

from ...environment import new_nonce
from ...events import SeenThread
from ..answers import threads_lines
from ..arguments import entry_and_text, entry_of, room_or_here
from ..console import Console, now_ms
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

    def show(page: SeenThread) -> None:
        title = title_of(page.room, console.renderer.me)
        show_entries(console, f"the thread of {title}#{place.seq}", page)

    await show_pages(console, c.Thread(*place, limit=console.page_rows), show)


@action("threads")
async def threads(console: Console, typed: Command) -> None:
    room = room_or_here("threads", typed.rest, console.renderer.me, console.here)

    def above(page: c.ThreadList) -> None:
        if not page.threads and page.next is None:
            console.note(f"there are no threads in {title_of(page.room, console.renderer.me)}")

    def show(page: c.ThreadList) -> None:
        console.show(threads_lines(console.renderer, page.threads, now_ms()))

    await show_pages(console, c.ListThreads(room, limit=console.page_rows), show, above)
