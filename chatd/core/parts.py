"""Parts: a text that is too long for one message, as several."""

import wcwidth

PARTS_MAX = 5
"""Of one text; what is left after them is cut off, and the last part says so."""
MARK_BYTES_MAX = 64
"""Of what stands where a text was cut off."""
GRAPHEME_CHARACTERS_MAX = 64
"""No longer run of characters is kept together; the longest emoji has ten."""


def parts_of(text: str, bytes_max: int, parts_max: int) -> list[str]:
    """Return a text as at most `parts_max` parts of at most `bytes_max` bytes of UTF-8 each.

    A part ends with a line, else with a word, else with what is seen as one character. Blanks
    where one ends and the next begins are left out, and so is a part of nothing else.
    """
    parts: list[str] = []
    rest = text if text.strip() else ""
    while rest and len(parts) < parts_max:
        end = _end_of_part(rest, bytes_max)
        part, rest = rest[:end], rest[end:]
        rest = rest.lstrip("\n" if rest.startswith("\n") else " ")  # a line keeps its indent
        if part.strip():
            parts.append(part.rstrip() if rest else part)
        if not rest.strip():
            return parts
    return [*parts[:-1], _cut(parts[-1], len(rest), bytes_max)] if parts else []


def _cut(part: str, left_out: int, bytes_max: int) -> str:
    """Return the last part with a mark that says how many characters are left out after it."""
    end = _end_of_part(part, bytes_max - MARK_BYTES_MAX)
    left_out += len(part) - end
    return f"{part[:end].rstrip()}\n… cut off, {left_out:,} characters are missing"


def _end_of_part(text: str, bytes_max: int) -> int:
    """Return how many characters of a text are its next part."""
    if len(text) * 4 <= bytes_max:
        return len(text)
    fitting = len(text[:bytes_max].encode()[:bytes_max].decode("utf-8", "ignore"))
    if fitting == len(text):
        return fitting
    for blank in ("\n", " "):
        end = text.rfind(blank, fitting // 2, fitting + 1)
        if end > 0:
            return end
    near = text[max(0, fitting - GRAPHEME_CHARACTERS_MAX) : fitting + 1]
    begin = fitting + 1 - len(near)
    end = begin + wcwidth.grapheme_boundary_before(near, len(near))
    return end if end > begin else fitting
