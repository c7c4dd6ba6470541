"""What a typed line means.

/send hello     a command; send hello is the same
//etc/hosts     a plain line that starts with a slash
anything else   a plain line
"""

import shlex
from collections.abc import Container
from dataclasses import dataclass
from io import StringIO

from .command_help import ALIASES

SLASH = "/"


@dataclass(frozen=True, slots=True)
class Command:
    """A known command.

    rest: everything after the blank that ends its name. line: as it was typed.
    """

    name: str
    rest: str
    line: str

    @property
    def has_slash(self) -> bool:
        """Whether it was typed as a command; a bare word may be one by chance."""
        return self.line.lstrip().startswith(SLASH)


@dataclass(frozen=True, slots=True)
class Plain:
    """A line that is no command: something to say. line: as it was typed."""

    text: str
    line: str


@dataclass(frozen=True, slots=True)
class NoCommand:
    """A slash, and then no known command. line: as it was typed."""

    name: str
    line: str


Typed = Command | Plain | NoCommand | None


def read_line(line: str, names: Container[str], *, slash_only: bool = False) -> Typed:
    """Return what a line means, None for one without anything.

    names: of the commands. slash_only: whether a bare word is none.
    Blanks in front of a slash don't make a command public: it is one all the same.
    """
    bare = line.lstrip()
    if not bare:
        return None
    if bare.startswith(2 * SLASH):
        return Plain(bare[1:], line)
    if bare.startswith(SLASH):
        name, rest = first_word(bare[1:])
        known = ALIASES.get(name.lower(), name.lower())
        return Command(known, rest, line) if known in names else NoCommand(name, line)
    name, rest = first_word(line)
    if slash_only or name.lower() not in names:
        return Plain(line, line)
    return Command(name.lower(), rest, line)


def first_word(text: str) -> tuple[str, str]:
    """Split a text after its first word; one blank is dropped, the rest stays as it is."""
    text = text.lstrip()
    word = text.split(maxsplit=1)[0] if text.strip() else ""
    return word, text[len(word) + 1 :]


def split_path(text: str) -> tuple[str, str]:
    """Return the path that `text` begins with, "" for none, and what follows its blank.

    Raises ValueError where a quote is open or nothing follows a backslash.
    """
    stream = StringIO(text)
    words = shlex.shlex(stream, posix=True)
    words.whitespace_split = True
    words.commenters = ""
    return words.get_token() or "", stream.read()
