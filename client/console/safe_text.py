"""Other people's text made safe for a terminal: control characters are shown, not obeyed.

Shown are the controls, line separators, and what has no glyph but steers what stands around it
(`chatd.wire.steering`). What a script or an emoji is wrong without is printed.
"""

from chatd.wire.steering import steering_in

from .styled import CONTROL, Fragment, Line

TAB = "    "
"""A tab would end wherever the terminal's stops are, and a wrapped line could not be counted."""


def safe_lines(text: str) -> list[Line]:
    """Return a text as its lines, every control character in them shown."""
    lines = text.replace("\r\n", "\n").replace("\t", TAB).split("\n")
    return [_safe_line(line) for line in lines]


def safe(text: str) -> str:
    """Return a text on one line, every control character shown, line breaks too."""
    steering = steering_in(text)
    if not steering:
        return text
    return "".join(_shown(one) if at in steering else one for at, one in enumerate(text))


def shown(character: str) -> str:
    """Return a character by itself as it may be printed: itself, `^[` and such, or `<U+202E>`."""
    return safe(character)


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    return f"<U+{code:04X}>"


def _safe_line(text: str) -> Line:
    """Return a line's fragments; what stands for a control character is marked as that."""
    steering = steering_in(text)
    if not steering:
        return [("", text)] if text else []
    line: Line = []
    for at, character in enumerate(text):
        is_shown = at in steering
        _append(line, (CONTROL, _shown(character)) if is_shown else ("", character))
    return line


def _append(line: Line, fragment: Fragment) -> None:
    style, text = fragment
    if line and line[-1][0] == style:
        line[-1] = (style, line[-1][1] + text)
    else:
        line.append(fragment)
