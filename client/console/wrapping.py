"""Wrapping with a hanging indent, so that no text reaches the left margin of the screen.

Left to the terminal, a long text could be padded with blanks until its end stands on a line of
its own and looks like an entry of somebody else. So lines are broken here, one column before
the terminal would, and everything after the first is indented.

Only a word that is longer than a line is left to the terminal: an address stays one that can be
clicked on and copied. Such a word has nothing that looks like a blank, and what follows it begins
a line of its own, so it can't be made to look like an entry either.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from wcwidth import iter_graphemes, wcswidth

from .styled import CONTROL, DIM, Line, plain

WIDTH_MIN = 20
ROWS_MAX = 200
"""An entry is cut after this many rows: 8 KiB of line breaks must not flush the screen."""

_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf]"
)
"""Thai, Lao, Burmese, Khmer and their kin write whole sentences as one word."""
_FILLER = "\uffa0"
"""A letter of no ink."""

_Cell = tuple[str, str, int]  # style, what is seen as one character, columns


def hang(head: Line, body: list[Line], width: int) -> list[Line]:
    """Return `head` followed by the lines of `body`, wrapped at `width` and indented.

    The indent is that of the head, but at most a third of the screen.
    """
    width = max(width, WIDTH_MIN) - 1
    indent = min(sum(cell[2] for cell in _cells(head)), indent_max(width))
    rows = _wrap(_cells(head) + _cells(body[0] if body else []), width, width - indent)
    for line in body[1:]:
        if len(rows) > ROWS_MAX:
            break
        rows += _wrap(_cells(line), width - indent, width - indent)
    lines = [_line(row, 0 if number == 0 else indent) for number, row in enumerate(rows)]
    return lines if len(lines) <= ROWS_MAX else [*lines[:ROWS_MAX], _more(indent)]


def indent_max(width: int) -> int:
    """Return how far lines may be indented, so that there is room for what they say."""
    return width // 3


def width_of(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, iter_graphemes(text)))


def rows_of(lines: list[Line], columns: int) -> int:
    """Return how many rows of a terminal some lines take."""
    return sum(max(1, -(-width_of(plain(line)) // columns)) for line in lines)


def cut(text: str, width: int) -> str:
    """Return as much of a text as fits, with a mark where something is missing."""
    if width_of(text) <= width:
        return text
    used, kept = 1, ""
    for grapheme in iter_graphemes(text):
        used += _columns(grapheme)
        if used > width:
            break
        kept += grapheme
    return kept + "…"


def _columns(grapheme: str) -> int:
    """Return how many columns takes what is seen as one character."""
    return max(0, wcswidth(grapheme))


def _more(indent: int) -> Line:
    return [(DIM, " " * indent + "(the rest of this text is not shown: too many lines)")]


def _cells(line: Line) -> list[_Cell]:
    return [
        (style, grapheme, _columns(grapheme))
        for style, text in line
        for grapheme in iter_graphemes(text)
    ]


def _wrap(cells: list[_Cell], first: int, rest: int) -> list[list[_Cell]]:
    """Break cells into rows of at most `first`, then `rest` columns, at a blank where there is.

    A word of more columns stays whole, and its row ends after it and one blank.
    """
    rows: list[list[_Cell]] = [[]]
    used, room = 0, first
    for word in _words(cells):
        width = _columns_of(word)
        if used > room and _is_blank(word[0]) and not _is_blank(rows[-1][-1]):
            rows[-1].extend(word)
            continue
        while used > room or (used and used + width > room and width <= rest):
            row, tail = _split(rows[-1])
            rows[-1:] = [row, tail]
            used, room = _columns_of(tail), rest
        rows[-1].extend(word)
        used += width
    return rows


def _words(cells: list[_Cell]) -> Iterator[list[_Cell]]:
    """Yield what may not be broken: words, and by itself each cell that is part of none."""
    for is_solid, run in groupby(cells, _is_solid):
        if is_solid:
            yield list(run)
        else:
            yield from ([cell] for cell in run)


def _is_solid(cell: _Cell) -> bool:
    """Tell whether a cell is part of a word, as those of addresses, paths and hashes are."""
    style, grapheme, columns = cell
    character = grapheme[0]
    if style == CONTROL or columns != 1 or character == _FILLER:
        return False
    if character.isascii():
        return character.isprintable() and character != " "
    return character.isalnum() and not _WITHOUT_BLANKS.match(character)


def _is_blank(cell: _Cell) -> bool:
    return cell[1] == " "


def _columns_of(cells: list[_Cell]) -> int:
    return sum(cell[2] for cell in cells)


def _split(row: list[_Cell]) -> tuple[list[_Cell], list[_Cell]]:
    """Break a full row after its last blank, or where it is full.

    A blank in its first half is no good place: a long word would leave the line nearly empty.
    """
    for at in range(len(row) - 1, len(row) // 2, -1):
        if _is_blank(row[at]):
            return row[: at + 1], row[at + 1 :]
    return row, []


def _line(row: list[_Cell], indent: int) -> Line:
    line: Line = [("", " " * indent)] if indent else []
    for style, grapheme, _ in row:
        if line and line[-1][0] == style:
            line[-1] = (style, line[-1][1] + grapheme)
        else:
            line.append((style, grapheme))
    return line
