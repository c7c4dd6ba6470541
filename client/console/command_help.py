"""The help of commands: how each is typed and what it does.

What goes to the server comes from the command table, so its usage and help have one home; only
what the console does by itself is written here.

    python -m client.console.command_help > docs/commands.md
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from chatd.wire.commands import COMMANDS, Chapter

NEARLY = 0.75
"""So alike, from 0 to 1, are a word and what was meant by it: `hepl` and `help` are."""


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command. usage: its name, then what follows: <needed>, [if wanted]."""

    usage: str
    help: str
    chapter: Chapter

    @property
    def name(self) -> str:
        """Return the word it starts with."""
        return self.usage.split(" ", 1)[0]

    @property
    def arguments(self) -> list[str]:
        """Return what follows the name, a word of the usage each."""
        return self.usage.split(" ")[1:]


_LOCAL = (
    CommandHelp(
        "talk [room]",
        "send plain lines to a room or a user from now on; alone: to general",
        Chapter.TALKING,
    ),
    CommandHelp(
        "unreact <room#seq> <emoji>",
        "take a reaction of yours back",
        Chapter.TALKING,
    ),
    CommandHelp(
        "send-file <path> [to <room>] [caption]",
        "send a file to a room or a user; if interrupted, the same command resumes it",
        Chapter.FILES,
    ),
    CommandHelp(
        "get-file <room#seq> [path]",
        "download a file; never overwrites one that exists",
        Chapter.FILES,
    ),
    CommandHelp("unmute <room>", "unmute a room on all your devices", Chapter.PEACE),
    CommandHelp("help [command]", "list the commands, or explain one", Chapter.CONSOLE),
    CommandHelp("quit", "quit; so does Ctrl-D on an empty line", Chapter.CONSOLE),
    CommandHelp("exit", "the same as quit", Chapter.CONSOLE),
)

_FROM_TABLE = (
    CommandHelp(row.console, row.help, row.chapter)
    for row in COMMANDS.values()
    if row.console and row.chapter
)
_ORDER = list(Chapter)

ALIASES = {
    "dm": "post",
    "list": "rooms",
    "msg": "post",
    "names": "members",
    "part": "leave",
    "query": "talk",
}
"""What people are used to from other chats, after a slash; bare, these words begin sentences."""

COMMAND_HELP: dict[str, CommandHelp] = {
    entry.name: entry
    for entry in sorted((*_FROM_TABLE, *_LOCAL), key=lambda entry: _ORDER.index(entry.chapter))
}

EXAMPLES: dict[str, tuple[str, ...]] = {
    "comment": ("comment general#42 I agree", "comment 42 so do I"),
    "edit": ("edit general#42 what I meant",),
    "react": ("react general#42 👍", "react 42 :heart:"),
    "send-at": (
        "send-at 23:59 good night",
        "send-at in 10m to bob tea?",
        "send-at tomorrow 9am to bob good morning",
        "send-at 2026-12-31 23:59 to +ops happy new year",
    ),
    "history": ("history bob 50", "history before 42", "history general#42"),
    "send-file": ("send-file ~/photo.jpg to bob look", "send-file 'my report.pdf'"),
    "get-file": ("get-file bob#3", "get-file general#42 ~/Pictures"),
    "link": ("link +ops uses 5 for 7d", "link +ops for 12h"),
    "report": ("report eve sells watches general#42",),
    "ban": ("ban eve 24 sells watches",),
    "remove": ("remove general#42 sells watches", "remove alice,bob#3"),
    "delete-user": ("delete-user eve", "delete-user eve --posts"),
}
"""What shows more than the usage says, of commands whose arguments have a form of their own."""


def chapters() -> dict[str, list[str]]:
    """Return the commands by what they are for."""
    return {
        chapter.value: [name for name, entry in COMMAND_HELP.items() if entry.chapter is chapter]
        for chapter in Chapter
    }


def suggest(word: str, names: Iterable[str] = COMMAND_HELP) -> str:
    """Return the command, or other name, that a mistyped word is nearly, "" for none."""
    return next(iter(get_close_matches(word.lower(), list(names), 1, NEARLY)), "")


INTRODUCTION = """\
# The console's commands

This page is generated from the table of commands by `python -m client.console.command_help`; `help`
in the console lists the same.

At a terminal, a line that is no command goes to the room that the prompt names, which `talk`
changes. A command may have a slash in front, as in `/status`; one without it that makes no sense is
asked about, since it may be the beginning of a sentence. `send` always sends, and `//` begins a
line with a slash. Tab completes commands, names, rooms, places of posts, numbers and local paths.
"""


def page() -> str:
    """Return all commands by chapter, as Markdown."""
    return "\n".join((INTRODUCTION, *(_chapter(*chapter) for chapter in chapters().items())))


def _chapter(title: str, names: Iterable[str]) -> str:
    rows = ["Command | What it does | As in", "--- | --- | ---"]
    rows += (" | ".join(_cells(COMMAND_HELP[name])) for name in names)
    return f"## {title.capitalize()}\n\n" + "".join(f"| {row} |\n" for row in rows)


def _cells(entry: CommandHelp) -> Iterator[str]:
    examples = (f"`{example}`" for example in EXAMPLES.get(entry.name, ()))
    for cell in (f"`{entry.usage}`", entry.help, ", ".join(examples)):
        yield cell.replace("|", r"\|")


if __name__ == "__main__":
    sys.stdout.write(page())
