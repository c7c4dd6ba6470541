"""Completion with Tab: commands, people, rooms, as the usage of the command says."""

from collections.abc import Callable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from client.console.acquaintance import Acquaintance
from client.console.book import BOOK
from client.console.typed import first_word

_WORDS = "before|after|around"


def candidates(text: str, known: Acquaintance, *, talking: bool) -> tuple[str, list[str]]:
    """Return the word at the end of `text` and what it may become."""
    slash = "/" if text.startswith("/") else ""
    word = "" if not text or text[-1].isspace() else text.split()[-1]
    if slash == "" and talking:
        return _fitting(word, known.people())
    name, rest = first_word(text.removeprefix("/"))
    if name and len(text.removeprefix("/").lstrip()) > len(name):
        return _fitting(word, _arguments(name.lower(), rest, known))
    return _fitting(word, [slash + name for name in BOOK])


def _fitting(word: str, choices: list[str]) -> tuple[str, list[str]]:
    lower = word.lower()
    return word, [choice for choice in choices if choice.lower().startswith(lower)]


def _arguments(name: str, rest: str, known: Acquaintance) -> list[str]:
    """Return what may stand at the end of `rest`, behind a command."""
    if name not in BOOK:
        return []
    usage = BOOK[name].arguments
    at = len(rest.split()) - (1 if rest and not rest[-1].isspace() else 0)
    if at >= len(usage):
        return known.people() if usage and usage[-1] == "<text>" else []
    choices: list[str] = []
    for argument in usage[at:]:
        choices += _choices(argument.strip("<>[]"), known)
        if not (argument.startswith("[") and argument.endswith("]")):
            break
    return choices


def _choices(argument: str, known: Acquaintance) -> list[str]:
    table: dict[str, Callable[[], list[str]]] = {
        "user": known.people,
        "room": known.rooms,
        "room#seq": known.entries,
        "room|link": known.rooms,
        "user|room": known.rooms,
        "text": known.people,
        "command": lambda: list(BOOK),
        "to": lambda: ["to"],
        _WORDS: lambda: _WORDS.split("|"),
    }
    return table.get(argument, lambda: [])()


class ConsoleCompleter(Completer):
    """Completion for prompt_toolkit. talking: whether plain lines go to a room just now."""

    def __init__(self, known: Acquaintance, talking: Callable[[], bool]) -> None:
        self._known = known
        self._talking = talking

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
        """Yield what the word in front of the cursor may become."""
        text = document.text_before_cursor
        word, fitting = candidates(text, self._known, talking=self._talking())
        for choice in fitting:
            yield Completion(choice + " ", -len(word), display=choice)
