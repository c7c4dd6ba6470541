"""Spans of time as scripts give them: `90`, `90s`, `5m`, `1h30m`, `2d`."""

import re

SECONDS_OF = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}

_WHOLE = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[dhms])+")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([dhms])")


def seconds_of(text: str) -> float:
    """Return the seconds of a span; a plain number is seconds. Raises ValueError."""
    if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]+)?", text):
        return float(text)
    if not _WHOLE.fullmatch(text) or len(text) > 40:
        raise ValueError(f"`{text}` is not a duration, such as 90, 90s, 5m, 1h30m, 2d")
    return sum(float(number) * SECONDS_OF[unit] for number, unit in _PART.findall(text))
