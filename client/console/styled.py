"""Styled text: what the pure parts make and the screen prints.

A fragment is (style, text), as prompt_toolkit takes it; a line is a list of fragments and
holds no line break.
"""

from collections.abc import Iterable

Fragment = tuple[str, str]
Line = list[Fragment]

DIM = "class:dim"
CONTROL = "class:control"
ERROR = "class:error"
RULE = "class:rule"
UNREAD = "class:unread"
OWN = "class:own"
MENTION = "class:mention"


def plain(line: Iterable[Fragment]) -> str:
    """Return a line's text without its styles."""
    return "".join(text for _, text in line)


def joined(lines: Iterable[Line]) -> Line:
    """Return the lines as fragments of one text, each line ended."""
    return [fragment for line in lines for fragment in (*line, ("", "\n"))]
