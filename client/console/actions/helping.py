"""Helping: what there is to type; and leaving."""

from client.console.actions.table import action
from client.console.arguments import Misuse, no_arguments
from client.console.book import BOOK, EXAMPLES, chapters, meant_by
from client.console.console import Console
from client.console.styled import Line
from client.console.typed import Command

KEYS = (
    "Tab completes, Up and Ctrl-R find what you typed before, Alt-Enter breaks a line, "
    "Ctrl-C clears it and keeps it"
)


@action("help")
async def help(console: Console, typed: Command) -> None:
    name = typed.rest.strip().removeprefix("/").lower()
    if name:
        console.show(_about(console, name))
        return
    rows = [(title, ", ".join(names)) for title, names in chapters().items()]
    console.show(console.renderer.fields(rows))
    console.note(KEYS)
    console.note("`help send` explains one of them")
    console.offer_more(lambda: _all(console), "what each of them does")


async def _all(console: Console) -> None:
    rows = [(entry.usage, entry.help) for entry in BOOK.values()]
    console.show_paged(console.renderer.fields(rows))


def _about(console: Console, name: str) -> list[Line]:
    """Return what a command takes and does. Raises Misuse if there is none of that name."""
    if name not in BOOK:
        meant = meant_by(name)
        hint = f"`help {meant}` explains {meant}; " if meant else ""
        raise Misuse(f"there is no command {name}\n{hint}`help` alone lists them")
    entry = BOOK[name]
    examples = [("as in", example) for example in EXAMPLES.get(name, ())]
    return console.renderer.fields([(entry.usage, entry.help), *examples])


@action("quit", "exit")
async def leave(console: Console, typed: Command) -> None:
    no_arguments(typed.name, typed.rest)
    console.leave()
