"""The line at the bottom: connection, what nobody has looked at, what may still be sent."""

from dataclasses import dataclass, field

from chatd.wire.commands import Allowance

from .safe_text import safe
from .styled import Line
from .times import Zone
from .wrapping import width_of

BAD = "class:bottom-toolbar.bad"
SEPARATOR = " · "


@dataclass
class ToolbarState:
    """What the toolbar shows.

    unseen: the keys are titles of rooms. typing: who is writing, in words.
    """

    name: str
    connected: bool = True
    unseen: dict[str, int] = field(default_factory=dict)
    allowance: Allowance | None = None
    pending: int = 0
    online: int = 0
    typing: str = ""


def toolbar(state: ToolbarState, zone: Zone, now_ms: int, width: int) -> Line:
    """Return the line, at most `width` columns: what matters least is left out first."""
    parts = _parts(state, zone, now_ms)
    while len(parts) > 1 and _width(parts) > width - 2:
        del parts[max(range(len(parts)), key=lambda at: parts[at][0])]
    line: Line = [("", " ")]
    for number, (_, style, text) in enumerate(parts):
        line += [("", SEPARATOR if number else ""), (style, text)]
    return line


_Part = tuple[int, str, str]  # the higher the number, the sooner it goes; style; text


def _width(parts: list[_Part]) -> int:
    return sum(width_of(text) for _, _, text in parts) + len(SEPARATOR) * (len(parts) - 1)


def _parts(state: ToolbarState, zone: Zone, now_ms: int) -> list[_Part]:
    link = (0, "", "connected") if state.connected else (0, BAD, "connecting again…")
    parts = [
        (6, "", safe(state.name)),
        link,
        (1, BAD, f"{state.pending} pending" if state.pending else ""),
        (2, BAD, _unseen(state.unseen)),
        (3, "", safe(state.typing) if state.connected else ""),
        (4, "", _left(state.allowance, zone, now_ms)),
        (5, "", f"{state.online} online" if state.online and state.connected else ""),
    ]
    return [part for part in parts if part[2]]


def _unseen(unseen: dict[str, int]) -> str:
    """Return the two fullest rooms by name, and how many more there are."""
    fullest = sorted(unseen.items(), key=lambda item: -item[1])
    shown = [f"{safe(title)} {count}" for title, count in fullest[:2]]
    if len(fullest) > 2:
        shown.append(f"{len(fullest) - 2} more")
    return "new: " + ", ".join(shown) if shown else ""


def _left(allowance: Allowance | None, zone: Zone, now_ms: int) -> str:
    """Return what may still be sent, and when that is renewed if little is left."""
    if allowance is None or not allowance.limit:
        return ""
    reset_at = allowance.reset_at
    if reset_at is None or reset_at <= now_ms:
        return f"{allowance.limit} left"
    if allowance.left * 4 > allowance.limit:
        return f"{allowance.left} left"
    return f"{allowance.left} left until {zone.moment(reset_at, now_ms)}"
