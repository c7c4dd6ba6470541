"""Mentions: whom a text names by `@name`, of those who can see the room it goes to."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from chatd.core.state import State
from chatd.wire.names import CHARACTERS_MAX, PUNCTUATION, looked_up, may_be_inside
from chatd.wire.rooms import GENERAL, is_direct

MENTIONS_MAX = 20
"""The most words after an @ that are looked up in one text; further ones name nobody."""
WORD_CHARACTERS_MAX = 2 * CHARACTERS_MAX
"""A name may be typed with more characters than it is mapped to."""

_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_PUNCTUATION = "".join(sorted(PUNCTUATION))


def mentions_in(state: State, text: str, author: str, room_id: str) -> list[str]:
    """Return the users whom a text names, in its order, its author aside."""
    if "@" not in text:
        return []
    names = (_user_named(state, word) for word in islice(_words(text), MENTIONS_MAX))
    return who_see(state, names, author, room_id)


def who_see(state: State, names: Iterable[str], author: str, room_id: str) -> list[str]:
    """Return those of some users, each once, whom a post can name: who see the room."""
    found = dict.fromkeys(name for name in names if name in state.users and name != author)
    return [name for name in found if _sees(state, name, room_id)]


def _words(text: str) -> Iterator[str]:
    """Yield each word behind an @ once."""
    seen = set()
    for match in _AT.finditer(text):
        following = text[match.end() : match.end() + WORD_CHARACTERS_MAX]
        word = "".join(takewhile(may_be_inside, following))
        if word not in seen:
            seen.add(word)
            yield word


def _user_named(state: State, word: str) -> str:
    """Return the user whom a word names, the end of a sentence left out; "" for nobody."""
    for reading in dict.fromkeys((word, word.rstrip(_PUNCTUATION))):
        name = looked_up(reading)
        if name in state.users and not state.users[name].has_ended:
            return name
    return ""


def _sees(state: State, name: str, room_id: str) -> bool:
    if is_direct(room_id):  # which may yet have to be opened
        return name in room_id.split(",")
    return room_id == GENERAL or name in state.rooms[room_id].members
