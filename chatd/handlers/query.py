"""Queries: words that begin words of a text, in any case."""

import re
from unicodedata import normalize

from chatd.errors import BadRequest
from chatd.wire.commands import WORDS_MAX
from chatd.wire.entries import Entry, File, Post

FOLDING_COSTS = 4
"""A character beyond ASCII takes as long as so many others."""
_WORD = re.compile(r"\w+")
_LONG_RUN = re.compile(r"(?<![^\w\s])([^\w\s]{15})[^\w\s]+")
"""To put marks into their order takes the square of their number; letters carry a few of them."""


def fold(text: str) -> str:
    """Return a text as it is compared: without case, composed, long runs of marks cut short."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", _LONG_RUN.sub(r"\1", text.casefold()))


class Query:
    """What somebody looks for. author: "" for anybody.

    looked_at: the characters that were compared, each as often as it was, weighed by its cost.
    """

    def __init__(self, words: str, author: str) -> None:
        """Raises BadRequest for no words, or too many."""
        self._words = list(dict.fromkeys(_WORD.findall(fold(words))))
        if not self._words:
            raise BadRequest("search: for which word?")
        if len(self._words) > WORDS_MAX:
            raise BadRequest(f"search: at most {WORDS_MAX} words")
        self._beginnings = [re.compile(rf"(?<!\w){re.escape(word)}") for word in self._words]
        self._author = author
        self.looked_at = 0

    def finds(self, entry: Entry) -> bool:
        """Tell whether every word begins one in what an entry says; a deleted one says nothing."""
        if not isinstance(entry, Post):
            return False
        if self._author and entry.author != self._author:
            return False
        text = f"{entry.name} {entry.text}" if isinstance(entry, File) else entry.text
        self.looked_at += len(text) if text.isascii() else FOLDING_COSTS * len(text)
        folded = fold(text)
        # Most texts are out by this, which costs a tenth of the next.
        return all(word in folded for word in self._words) and self._begin_words(folded)

    def _begin_words(self, folded: str) -> bool:
        self.looked_at += len(folded) * len(self._beginnings)
        return all(beginning.search(folded) for beginning in self._beginnings)
