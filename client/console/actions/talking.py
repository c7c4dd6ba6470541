"""Talking: to everyone, to one, into a room, and where plain lines go."""

from chatd.wire import commands as c
from client.console.acquaintance import mapped
from client.console.actions.table import action
from client.console.arguments import room_and_text, room_or_none, text_of, user_and_text
from client.console.book import meant_by
from client.console.console import Console
from client.console.typed import Command
from client.environment import new_nonce


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
    console.talking_to = title = mapped(room_or_none(typed.rest)).removeprefix("@")
    if not title:
        console.note("what you type is a command again")
        return
    console.note(
        f"what you type goes to {title} now; a command needs its slash, "
        "// begins a text with one, /talk alone ends it"
    )
    if console.known.is_stranger(title):
        meant = meant_by(title, console.known.rooms())
        hint = f"; did you mean `/talk {meant}`?" if meant else ""
        console.note(
            f"no {title} is online or among your rooms: the first line shows if there is one{hint}"
        )
