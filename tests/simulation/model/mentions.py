"""Mentions: in which words a text names somebody.

A name behind an @ names its user, however it is spelt, with what is usual in front of it and
behind it. Whatever else has an @ or a name in it names nobody.
"""

from collections.abc import Iterable
from functools import cache

FORMS = ("@{}", "@{},", "(@{})", "@{}'s", "@{}.", "!@{}…")
WIDER = 0xFEE0
"""So far behind a letter stands the one that looks like it and takes twice the place."""


def wide(name: str) -> str:
    return "".join(chr(ord(letter) + WIDER) for letter in name)


SPELLINGS = (str, str.upper, str.title, wide)


@cache
def ways_to_name(user: str) -> tuple[str, ...]:
    return tuple(form.format(spelt(user)) for form in FORMS for spelt in SPELLINGS)


def named(text: str, users: Iterable[str]) -> list[str]:
    """Return whom a text names, in its order, each once."""
    meant = {way: user for user in users for way in ways_to_name(user)}
    return list(dict.fromkeys(meant[word] for word in text.split() if word in meant))
