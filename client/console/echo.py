"""Echoes: what was sent and has not come back as an entry yet, right above the prompt."""

from client.console.safe_text import safe
from client.console.styled import DIM, Line
from client.console.wrapping import cut

ECHOES_MAX = 5


def echo_lines(texts: list[str], width: int) -> list[Line]:
    """Return a line for each text on its way, the newest last; many are told as a number."""
    shown = texts[-ECHOES_MAX:]
    lines: list[Line] = [[(DIM, cut(f"… {safe(text)}", width - 1))] for text in shown]
    if len(texts) > ECHOES_MAX:
        lines.insert(0, [(DIM, f"… and {len(texts) - ECHOES_MAX} before")])
    return lines
