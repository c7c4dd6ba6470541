"""What was said: to answer it, read its thread, change it, take it back."""

from chatd.wire import commands as c
from chatd.wire.rooms import title_of
from client.console.actions.table import action
from client.console.arguments import entry_and_text, entry_of
from client.console.console import Console
from client.console.feed import page_lines
from client.console.typed import Command
from client.environment import new_nonce
from client.events import HistoryPage


@action("comment")
async def comment(console: Console, typed: Command) -> None:
    place, text = entry_and_text("comment", typed.rest, console.renderer.me, console.here)
    await console.post(c.CommentOn(*place, text, new_nonce()), typed.line)


@action("edit")
async def edit(console: Console, typed: Command) -> None:
    place, text = entry_and_text("edit", typed.rest, console.renderer.me, console.here)
    await console.post(c.EditPost(*place, text, new_nonce()), typed.line)


@action("delete")
async def delete(console: Console, typed: Command) -> None:
    place = entry_of("delete", typed.rest, console.renderer.me, console.here)
    await console.ask(c.DeletePost(*place, new_nonce()), c.Posted)


@action("thread")
async def thread(console: Console, typed: Command) -> None:
    place = entry_of("thread", typed.rest, console.renderer.me, console.here)
    await _thread_after(console, c.Thread(*place, limit=min(console.page_rows, c.PAGE_ITEMS_MAX)))


async def _thread_after(console: Console, request: c.Thread) -> None:
    page = await console.ask(request, HistoryPage)
    title = title_of(page.room, console.renderer.me)
    console.show(console.renderer.heading(f"the thread of {title}#{request.seq}"))
    console.show(page_lines(console.renderer, page.entries))
    console.show(console.renderer.heading("now"))
    if page.next is not None:
        further = c.Thread(request.room, request.seq, page.next, request.limit)
        console.offer_more(lambda: _thread_after(console, further))
