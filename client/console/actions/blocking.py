"""To block users. What it changes comes as an entry."""

from chatd.wire import commands as c

from ..answers import names_lines
from ..arguments import no_arguments, user_of
from ..console import Console
from ..pages import show_pages
from ..typed import Command
from .table import action


@action("block")
async def block(console: Console, typed: Command) -> None:
    await console.call(c.Block(user_of("block", typed.rest)))


@action("unblock")
async def unblock(console: Console, typed: Command) -> None:
    await console.call(c.Unblock(user_of("unblock", typed.rest)))


@action("blocked")
async def blocked(console: Console, typed: Command) -> None:
    no_arguments("blocked", typed.rest)

    def show(page: c.BlockedNames) -> None:
        console.show_paged(names_lines(console.renderer, page.names))

    await show_pages(console, c.ListBlocked(), show)
