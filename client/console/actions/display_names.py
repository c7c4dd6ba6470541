"""To be called by another name besides one's own. What it changes comes as an entry."""

from chatd.wire import commands as c

from ..arguments import user_of
from ..console import Console
from ..typed import Command
from .table import action


@action("display-name")
async def display_name(console: Console, typed: Command) -> None:
    await console.call(c.ChangeDisplayName(typed.rest.strip()))


@action("clear-name")
async def clear_name(console: Console, typed: Command) -> None:
    await console.call(c.ClearName(user_of("clear-name", typed.rest)))
