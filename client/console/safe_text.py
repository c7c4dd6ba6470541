"""Other people's text made safe for a terminal: control characters are shown, not obeyed.

Shown are the C0 and C1 controls and DEL, whatever has no glyph but steers what stands around
it (direction, joining, tags: Unicode's Cf), and the line and paragraph separators. Joiners
stay, since emoji and several scripts are wrong without them, and so do the format characters
that do have a glyph.
"""

import unicodedata

from client.console.styled import CONTROL, Fragment, Line

TAB = "    "
"""A tab would end wherever the terminal's stops are, and a wrapped line could not be counted."""

_SHOWN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_WITH_GLYPH = (
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_HARMLESS = frozenset(_JOINERS + _WITH_GLYPH)


def safe_lines(text: str) -> list[Line]:
    """Return a text as its lines, every control character in them shown."""
    lines = text.replace("\r\n", "\n").replace("\t", TAB).split("\n")
    return [_safe_line(line) for line in lines]


def safe(text: str) -> str:
    """Return a text on one line, every control character shown, line breaks too."""
    return "".join(shown(character) for character in text)


def shown(character: str) -> str:
    """Return a character as it may be printed: itself, `^[` and the like, or `<U+202E>`."""
    if unicodedata.category(character) not in _SHOWN_CATEGORIES or character in _HARMLESS:
        return character
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    return f"<U+{code:04X}>"


def _safe_line(text: str) -> Line:
    """Return a line's fragments; what stands for a control character is marked as that."""
    line: Line = []
    for character in text:
        printed = shown(character)
        _append(line, (CONTROL if printed != character else "", printed))
    return line


def _append(line: Line, fragment: Fragment) -> None:
    style, text = fragment
    if line and line[-1][0] == style:
        line[-1] = (style, line[-1][1] + text)
    else:
        line.append(fragment)
