"""Talking: to everyone, to one, into a room, and where plain lines go."""

from chatd.wire import commands as c
from client.console.acquaintance import mapped
from client.console.actions.table import action
from client.console.arguments import room_and_text, room_or_none, text_of, user_and_text
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
    console.talking_to = mapped(room_or_none(typed.rest)).removeprefix("@")
    if console.talking_to:
        console.note(
            f"what you type goes to {console.talking_to} now; a command needs its slash, "
            "// begins a text with one, /talk alone ends it"
        )
    else:
        console.note("what you type is a command again")
