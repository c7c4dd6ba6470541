"""What there is to type; and how to leave."""

from ...when import FORMS
from ..arguments import ArgumentsError, no_arguments
from ..command_help import ALIASES, COMMAND_HELP, EXAMPLES, chapters, suggest
from ..console import Console
from ..styled import Line
from ..typed import Command
from .table import action

KEYS = "Tab completes, Up and Ctrl-R find earlier lines, Alt-Enter breaks a line"
PLAIN = "other lines go to the room in the prompt; / begins a command, // a slash"


@action("help")
async def help(console: Console, typed: Command) -> None:
    word = typed.rest.strip().removeprefix("/").lower()
    name = ALIASES.get(word, word)
    if name:
        console.show(_about(console, name))
        return
    rows = [(title, ", ".join(names)) for title, names in chapters().items()]
    console.show(console.renderer.fields(rows))
    if console.destination.home:
        console.note(PLAIN)
    console.note(KEYS)
    console.note("`help send` explains one of them")
    console.offer_more(lambda: _all(console), "what each of them does")


async def _all(console: Console) -> None:
    rows = [(entry.usage, entry.help) for entry in COMMAND_HELP.values()]
    console.show_paged(console.renderer.fields(rows))


def _about(console: Console, name: str) -> list[Line]:
    """Return what a command takes and does. Raises ArgumentsError if there is none of that name."""
    if name not in COMMAND_HELP:
        meant = suggest(name)
        hint = f"`help {meant}` explains {meant}; " if meant else ""
        raise ArgumentsError(f"there is no command {name}\n{hint}`help` alone lists them")
    entry = COMMAND_HELP[name]
    examples = [("as in", example) for example in EXAMPLES.get(name, ())]
    forms = FORMS if name == "send-at" else ()
    aliases = [f"/{alias}" for alias, command in ALIASES.items() if command == name]
    others = [("also", ", ".join(aliases))] if aliases else []
    return console.renderer.fields([(entry.usage, entry.help), *examples, *forms, *others])


@action("quit", "exit")
async def leave(console: Console, typed: Command) -> None:
    no_arguments(typed.name, typed.rest)
    console.leave()
