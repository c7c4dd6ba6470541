"""To mute rooms, and to mark them as unread. What it changes comes as an entry."""

from chatd.wire import commands as c

from ..arguments import entry_of, room_of
from ..console import Console
from ..typed import Command
from .table import action


@action("mute", "unmute")
async def mute(console: Console, typed: Command) -> None:
    room = room_of(typed.name, typed.rest, console.renderer.me)
    await console.call(c.Mute(room, typed.name == "mute"))


@action("unread-from")
async def unread_from(console: Console, typed: Command) -> None:
    place = entry_of("unread-from", typed.rest, console.renderer.me, console.here)
    await console.call(c.MarkUnread(*place))
