"""Help: of all, or of one command, whether it is for the command line or for the console alone."""

import argparse

from ..console.command_help import COMMAND_HELP, EXAMPLES, suggest
from ..errors import UsageError
from ..when import FORMS


def show(arguments: argparse.Namespace) -> None:
    """Print the help of a command, or of the whole. Raises UsageError for what is none.

    arguments: of `help`; with them come the parsers of all commands, and the one of the whole.
    """
    topic: str | None = arguments.topic
    if topic is None:
        arguments.whole.print_help()
        return
    name = topic.removeprefix("/").lower()
    if name in arguments.parsers:
        arguments.parsers[name].print_help()
    elif name in COMMAND_HELP:
        print(of_the_console(name))
    else:
        meant = suggest(name, [*arguments.parsers, *COMMAND_HELP])
        hint = f"`chat help {meant}` explains {meant}; " if meant else ""
        raise UsageError(f"there is no command {topic}\n{hint}`chat help` lists them")


def of_the_console(name: str) -> str:
    """Return what is known of a command that only the console has."""
    entry = COMMAND_HELP[name]
    lines = [f"in the console: {entry.usage}", "", entry.help, *examples(name, "")]
    return "\n".join(lines)


def examples(name: str, before: str) -> list[str]:
    """Return lines that show a command. before: what begins each of them, as the shell takes it."""
    lines = [f"  {before}{example}" for example in EXAMPLES.get(name, ())]
    if lines:
        lines = ["", "examples:", *lines]
    if name == "send-at":
        lines += ["", "forms of time:", *(f"  {form:<32}  {text}" for form, text in FORMS)]
    return lines
