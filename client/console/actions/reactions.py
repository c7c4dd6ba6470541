"""To react to posts."""

from chatd.wire import commands as c

from ..arguments import entry_and_emoji
from ..console import Console
from ..typed import Command
from .table import action


@action("react")
async def react(console: Console, typed: Command) -> None:
    await _react(console, typed, remove=False)


@action("unreact")
async def unreact(console: Console, typed: Command) -> None:
    await _react(console, typed, remove=True)


async def _react(console: Console, typed: Command, *, remove: bool) -> None:
    place, emoji = entry_and_emoji(typed.name, typed.rest, console.renderer.me, console.here)
    made = await console.call(c.React(*place, emoji, remove))
    if remove and made.seq is None:
        console.note(f"you have not reacted with {emoji} to that")
