"""Wrapping with a hanging indent, so that no text reaches the left margin of the screen.

Left to the terminal, a long text could be padded with blanks until its end stands on a line of
its own and looks like an entry of somebody else. So lines are broken here, one column before
the terminal would, and everything behind the first is indented.
"""

from wcwidth import iter_graphemes, wcswidth

from client.console.styled import DIM, Line

WIDTH_MIN = 20
ROWS_MAX = 200
"""An entry is cut after so many rows: 8 KiB of line breaks must not flush the screen."""

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
    """Break cells into rows of at most `first`, then `rest` columns, at a blank where there is."""
    rows: list[list[_Cell]] = []
    row: list[_Cell] = []
    used, room = 0, first
    for cell in cells:
        if used + cell[2] > room and row:
            row, tail = _split(row)
            rows.append(row)
            row, used, room = tail, sum(c[2] for c in tail), rest
        row.append(cell)
        used += cell[2]
    return [*rows, row]


def _split(row: list[_Cell]) -> tuple[list[_Cell], list[_Cell]]:
    """Break a full row behind its last blank, or where it is full.

    A blank in its first half is no good place: a long word would leave the line nearly empty.
    """
    for at in range(len(row) - 1, len(row) // 2, -1):
        if row[at][1] == " ":
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
