"""Colours: a style sheet that reads on dark and light screens, and one colour for each name."""

from zlib import crc32

from .styled import OWN

# Middle tones, so that none of them drowns in a black or a white background.
NAME_COLOURS = (
    "#d75f5f",
    "#af8700",
    "#5f8700",
    "#00875f",
    "#0087af",
    "#5f87d7",
    "#875fd7",
    "#af5faf",
    "#d75f87",
    "#d7733a",
)

STYLES = {
    "dim": "dim",
    "control": "reverse",
    "error": "bold #d75f5f",
    "rule": "dim",
    "unread": "bold #d75f5f",
    "own": "bold",
    "mention": "bold #d75f5f",
    "prompt": "bold",
    "bottom-toolbar": "reverse",
    "bottom-toolbar.bad": "bold",
}


def style_of(name: str, me: str) -> str:
    """Return the style of a name: one's own is bold, another's has its colour everywhere."""
    if name == me:
        return OWN
    # Not hash(): that one differs from run to run.
    return NAME_COLOURS[crc32(name.encode("utf-8", "replace")) % len(NAME_COLOURS)]
