"""The book of commands: how each is typed and what it does.

What goes to the server comes from the command table, so its usage and help have one home; only
what the console does by itself is written here.
"""

from dataclasses import dataclass

from chatd.wire.commands import COMMANDS


@dataclass(frozen=True, slots=True)
class Entry:
    """One command. usage: its name, then what follows: <needed>, [if wanted]."""

    usage: str
    help: str

    @property
    def name(self) -> str:
        """Return the word it starts with."""
        return self.usage.split(" ", 1)[0]

    @property
    def arguments(self) -> list[str]:
        """Return what follows the name, a word of the usage each."""
        return self.usage.split(" ")[1:]


_LOCAL = (
    Entry("talk [room]", "send plain lines to a room or a user from now on; alone: stop that"),
    Entry(
        "send-file <path> [to <room>] [caption]",
        "send a file to a room or a user; broken off, the same command goes on with it",
    ),
    Entry("get-file <room#seq> [path]", "fetch a file; nothing that exists is replaced"),
    Entry("help [command]", "list the commands, or explain one"),
    Entry("quit", "leave; Ctrl-D on an empty line does the same"),
    Entry("exit", "leave, like quit"),
)

_FROM_TABLE = (Entry(row.console, row.help) for row in COMMANDS.values() if row.console)

_FIRST = ("send", "send-to", "talk", "history")
"""What somebody who has just come wants to know; `help` begins with it."""
_LAST = ("devices", "revoke", "password", "logout", "help", "quit", "exit")


def _place(entry: Entry) -> int:
    if entry.name in _FIRST:
        return _FIRST.index(entry.name) - len(_FIRST)
    return _LAST.index(entry.name) + 1 if entry.name in _LAST else 0


BOOK: dict[str, Entry] = {
    entry.name: entry for entry in sorted((*_FROM_TABLE, *_LOCAL), key=_place)
}
