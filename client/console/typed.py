"""What a typed line means.

    send hello      a command; /send hello is the same
    //etc/hosts     a plain line that starts with a slash
    anything else   a plain line; while talking to a room, commands need their slash
"""

from collections.abc import Container
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the book.

    rest: all behind the blank that ends its name. line: as it was typed.
    """

    name: str
    rest: str
    line: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A line that is no command: something to say."""

    text: str


@dataclass(frozen=True, slots=True)
class NoCommand:
    """A slash, and then no command of the book."""

    name: str


Typed = Command | Plain | NoCommand | None


def read_line(line: str, names: Container[str], *, talking: bool) -> Typed:
    """Return what a line means, None for one without anything. names: of the commands."""
    if not line.strip():
        return None
    if line.startswith("//"):
        return Plain(line[1:])
    if line.startswith("/"):
        name, rest = first_word(line[1:])
        return Command(name.lower(), rest, line) if name.lower() in names else NoCommand(name)
    name, rest = first_word(line)
    if talking or name.lower() not in names:
        return Plain(line)
    return Command(name.lower(), rest, line)


def first_word(text: str) -> tuple[str, str]:
    """Split a text behind its first word; one blank is dropped, the rest stays as it is."""
    text = text.lstrip(" ")
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    return word, text[len(word) + 1 :]
