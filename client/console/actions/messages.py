"""To send messages: to everyone, to one, into a room; and where plain lines go."""

from chatd.wire import commands as c
from chatd.wire.rooms import RoomKind, kind_of

from ...environment import new_nonce
from ..arguments import room_and_text, room_to_talk, text_of, user_and_text
from ..command_help import suggest
from ..console import Console
from ..typed import Command
from .table import action


@action("send")
async def send(console: Console, typed: Command) -> None:
    text = text_of("send", typed.rest)
    await console.post(c.Send(text, new_nonce()), typed.line)


@action("send-to")
async def send_to(console: Console, typed: Command) -> None:
    user, text = user_and_text(typed.rest)
    await console.post(c.SendTo(user, text, new_nonce()), typed.line)


@action("post")
async def post(console: Console, typed: Command) -> None:
    room, text = room_and_text(typed.rest)
    await console.say(room, text, typed.line)


@action("talk")
async def talk(console: Console, typed: Command) -> None:
    room = room_to_talk(typed.rest, console.renderer.me) or console.destination.home
    if kind_of(room) is RoomKind.GROUP:
        console.destination.doubt()
        room = await _group(console, room)
    console.destination.change(room)
    console.editor.redraw()
    console.note(f"plain lines go to {console.destination} now")
    title = console.destination.title
    if room and console.directory.is_stranger(title):
        meant = suggest(title, console.directory.rooms())
        hint = f"; did you mean `/talk {meant}`?" if meant else ""
        console.note(
            f"no {title} is online or among your rooms: the first line shows if there is one{hint}"
        )


async def _group(console: Console, title: str) -> str:
    """Return the id of one of the user's groups. Raises what the server refuses."""
    room = console.directory.group_id(title)
    if not room:
        room = (await console.call(c.ListMembers(title, limit=1))).room
        console.directory.add_room(room)
    return room
