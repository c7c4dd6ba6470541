"""Steering: characters without a glyph that turn, join or part what stands around them.

What a script or an emoji is wrong without is told from what could make a line look like another:
controls, line separators, overrides, embeddings and isolates steer wherever they stand, and so do
the marks below outside of the script that they belong to.
"""

import re
from unicodedata import bidirectional, category

_WITHOUT_GLYPH = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f")
"""Hebrew, Arabic and Persian need them beside digits and signs."""
_NEEDED = re.compile(
    # They have a glyph.
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    # Joiners: emoji, Persian and many Indian scripts.
    "\u200c\u200d]"
    # A place to break the line, between words of Thai, Lao, Burmese, Khmer and their kin.
    "|(?<=[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf])\u200b"
    # The flags of parts of a country, spelt in tags.
    "|(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,8}\U000e007f"
    # Mongolian vowels, hieroglyphs and shorthand, each behind its own.
    "|(?<=[\u1800-\u18af])\u180e"
    "|(?<=[\U00013000-\U0001345f])[\U00013430-\U0001343f]"
    "|(?<=[\U0001bc00-\U0001bc9f])[\U0001bca0-\U0001bca3]"
)
_NOTHING: frozenset[int] = frozenset()


def steering_in(text: str) -> frozenset[int]:
    """Return where in a line there are characters that steer."""
    if text.isprintable():  # which none of them is
        return _NOTHING
    found = {at for at, character in enumerate(text) if category(character) in _WITHOUT_GLYPH}
    for needed in _NEEDED.finditer(text):
        found.difference_update(range(*needed.span()))
    marks = {at for at in found if text[at] in _DIRECTION_MARKS}
    if marks and any(map(_is_right_to_left, text)):
        found -= marks
    return frozenset(found)


def _is_right_to_left(character: str) -> bool:
    return bidirectional(character) in ("R", "AL") and category(character) != "Cf"
