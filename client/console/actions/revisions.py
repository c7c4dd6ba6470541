"""To edit and delete one's own posts."""

from chatd.wire import commands as c

from ...environment import new_nonce
from ..arguments import entry_and_text, entry_of
from ..console import Console
from ..typed import Command
from .table import action


@action("edit")
async def edit(console: Console, typed: Command) -> None:
    place, text = entry_and_text("edit", typed.rest, console.renderer.me, console.here)
    await console.post(c.EditPost(*place, text, new_nonce()), typed.line)


@action("delete")
async def delete(console: Console, typed: Command) -> None:
    place = entry_of("delete", typed.rest, console.renderer.me, console.here)
    await console.call(c.DeletePost(*place, new_nonce()))
