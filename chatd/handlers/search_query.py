"""Queries: words that begin words of a text, in any case.

Where a script has no blanks between words, nobody can tell where one begins without a dictionary:
there each part of a run is found, wherever it stands.
"""

import re
from unicodedata import normalize

from chatd.errors import BadRequest
from chatd.wire.commands import WORDS_MAX
from chatd.wire.entries import Entry, File, Post

FOLDING_COSTS = 4
"""How many ASCII characters take as long as one beyond ASCII."""
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"  # Hangul
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf"  # Tai Le, New Tai Lue, Tai Tham
    "\u1b00-\u1b7f\ua980-\ua9df"  # Balinese, Javanese
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u312f\u31a0-\u31bf\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff"  # Han, Yi
    "\U00016fe0-\U00018d8f\U0001aff0-\U0001b2ff\U00020000-\U0003ffff"  # Han and its kin
)
"""Characters of scripts that part no words by blanks, their marks included; and Hangul, which parts
compounds as the writer likes."""
_WORD = re.compile(rf"[\w{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_BREAKS_INSIDE = str.maketrans("", "", "\u200b\u2060")
"""What may stand between words there, and is not seen."""
_LONG_RUN = re.compile(r"(?<![^\w\s])([^\w\s]{15})[^\w\s]+")
"""To put marks into their order takes the square of their number; letters carry a few of them."""


def fold(text: str) -> str:
    """Return a text as it is compared: without case, composed, long runs of marks cut short."""
    if text.isascii():
        return text.lower()
    folded = text.casefold().translate(_BREAKS_INSIDE)
    return normalize("NFC", _LONG_RUN.sub(r"\1", folded))


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
        self._beginnings = [
            re.compile(rf"(?:(?<!\w)|(?<=[{_UNSPACED}])){re.escape(word)}")
            for word in self._words
            if not _IS_UNSPACED.match(word)
        ]
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
