"""Completion with Tab: commands, people, rooms, places, numbers, files, as usages say."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from chatd.wire.commands import NAME_BYTES_MAX
from chatd.wire.surrogates import is_whole

from ..when import BadTime, read_when
from .command_help import ALIASES, COMMAND_HELP
from .directory import Directory, mapped
from .emoji import EMOJI
from .numbers import KINDS
from .paths import HalfPath, half_path
from .typed import first_word, split_path

OWN = frozenset({"edit", "delete"})
"""Commands that take nothing but posts of one's own."""
MANY_WORDS = ("<text>", "[room#seq]")
"""What may still be meant after the last word of a usage: a name in a text, a place after one."""
USERS = frozenset({"user", "room", "user|room"})
"""Arguments that a user may be meant by, since each has a room."""
OF_GROUPS = frozenset(
    {"approve", "deny", "hook", "invite", "join", "kick", "leave", "link", "links", "members"}
    | {"requests", "transfer", "unlink"}
)
"""Commands whose room is no user's."""
SYNTAX = frozenset('#+,/:"')
"""What stands in no user's name."""


_NUMBER = re.compile("#?[0-9]+|#")


def candidates(text: str, known: Directory, *, here: str) -> tuple[str, list[str]]:
    """Return the word at the end of `text` and what it may become.

    here: the title of the room that is meant where none is named.
    """
    slash = "/" if text.startswith("/") else ""
    word = "" if not text or text[-1].isspace() else text.split()[-1]
    command = _command(text)
    if command is None:
        choices = [slash + name for name in COMMAND_HELP]
        choices += [slash + name for name in ALIASES] if slash and word != slash else []
    elif slash or command[0] in COMMAND_HELP:
        name, rest = command
        choices = []
        for argument in _arguments(name, rest):
            choices += _choices(name, argument, known)
        if name != "report" or "#" in word:  # a reason may have numbers in it
            choices += _alone(word, choices, here)
    else:
        choices = known.people()
    if word.startswith("@"):
        choices = [f"@{name}" for name in known.people() if command is None or name in choices]
    return word, [choice for choice in choices if choice.lower().startswith(word.lower())]


def user_prefix(text: str) -> str:
    """Return how the name of a user begins at the end of `text`, "" where none is meant.

    In a text only a word with an @ is meant for one.
    """
    word = "" if not text or text[-1].isspace() else text.split()[-1]
    prefix = mapped(word.removeprefix("@"))
    is_long = len(prefix) > NAME_BYTES_MAX
    if is_long or not is_whole(prefix) or SYNTAX & set(prefix) or path_to_complete(text):
        return ""
    command = _command(text)
    if command is None or (command[0] not in COMMAND_HELP and not text.startswith("/")):
        return prefix if word.startswith("@") else ""
    name, rest = command
    kinds = {argument.strip("<>[]") for argument in _arguments(name, rest)}
    users = {"user"} if name in OF_GROUPS else USERS
    is_mention = "text" in kinds and word.startswith("@")
    return prefix if is_mention or kinds & users else ""


def path_to_complete(text: str) -> tuple[HalfPath, bool] | None:
    """Return the local path at the end of `text` and whether only folders make sense there.

    None where none is meant.
    """
    command = _command(text)
    if command is None or command[0] not in ("send-file", "get-file"):
        return None
    name, rest = command
    if name == "get-file":
        place, behind = first_word(rest)
        if rest.lstrip() == place:
            return None  # which is typed first
        rest = behind
    path = half_path(rest)
    return None if path is None else (path, name == "get-file")


def _command(text: str) -> tuple[str, str] | None:
    """Return the command that `text` begins with and what follows; None while it is typed."""
    slash = text.startswith("/")
    text = text.removeprefix("/").lstrip()
    name, rest = first_word(text)
    if not name or len(text) == len(name):
        return None
    return ALIASES.get(name.lower(), name.lower()) if slash else name.lower(), rest


def _arguments(name: str, rest: str) -> list[str]:
    """Return which arguments may stand at the end of `rest`, after a command, as in its usage."""
    if name not in COMMAND_HELP:
        return []
    usage = COMMAND_HELP[name].arguments
    words = _words(usage, rest)
    given = words if not rest or rest[-1].isspace() else words[:-1]
    asked = _behind_keyword(usage, given)
    if asked is not None:
        return [asked]
    at = min(len(given), 1) if usage[:1] == ["<words>"] else len(given)
    if at >= len(usage):
        return usage[-1:] if usage and usage[-1] in MANY_WORDS else []
    possible: list[str] = []
    is_skipped = False  # the further words of what may be left out
    for argument in usage[at:]:
        if not is_skipped:
            possible.append(argument)
            if not argument.startswith("["):
                break
        is_skipped = not argument.endswith("]")
    return possible


def _alone(word: str, places: list[str], here: str) -> list[str]:
    """Return the places in the room `here` as `word` begins: by their number alone."""
    if not _NUMBER.fullmatch(word):
        return []
    front = f"{here}#"
    mark = "#" if word.startswith("#") else ""
    return [mark + place.removeprefix(front) for place in places if place.startswith(front)]


def _behind_keyword(usage: list[str], given: list[str]) -> str | None:
    """Return the argument that the last given word asks for, if it is such a word."""
    for keywords, argument in pairwise(usage):
        if given and _is_keyword(keywords) and given[-1] in keywords.strip("[").split("|"):
            return argument
    return None


def _is_keyword(argument: str) -> bool:
    """Tell whether an argument of a usage is typed as it stands: `create`, `to`, `uses`."""
    return "<" not in argument and not argument.endswith("]")


def _words(usage: list[str], rest: str) -> list[str]:
    """Return the words of `rest`; a path and a time are one each, whatever blanks they have."""
    try:
        if usage[:1] == ["<path>"]:
            path, behind = split_path(rest)
            return [path, *behind.split()] if path else []
        if usage[:1] == ["<time>"]:
            _, behind = read_when(rest, 0)
            return ["time", *behind.split()]
    except (ValueError, BadTime):
        return []
    return rest.split()


def _choices(name: str, argument: str, known: Directory) -> list[str]:
    if _is_keyword(argument):
        return argument.strip("[").split("|")
    places = known.places
    posts = places.files if name == "get-file" else places.own if name in OWN else places.all
    table: dict[str, Callable[[], list[str]]] = {
        "user": known.people,
        "room": known.rooms,
        "room#seq": lambda: posts,
        "room|link": known.rooms,
        "user|room": known.rooms,
        "text": known.people,
        "command": lambda: list(COMMAND_HELP),
        "emoji": lambda: list(EMOJI),
    }
    word = argument.strip("<>[]")
    return known.numbers.of(word) if word in KINDS else table.get(word, lambda: [])()


class ConsoleCompleter(Completer):
    """Completion for prompt_toolkit. here: returns the title of the room of plain lines."""

    def __init__(self, known: Directory, here: Callable[[], str]) -> None:
        self._known = known
        self._here = here

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        """Yield what the word in front of the cursor may become."""
        text = document.text_before_cursor
        found = path_to_complete(text)
        if found is not None:
            path, folders_only = found
            yield from path.completions(folders_only=folders_only)
            return
        word, fitting = candidates(text, self._known, here=self._here())
        for choice in fitting:
            yield Completion(choice + " ", -len(word), display=choice)
