"""Times as people type them, read in the user's zone.

    2026-12-31 23:59      a local time; so is 2026-12-31T23:59:30
    23:59                 the next time that a clock shows it
    2026-12-31T23:59Z     ISO 8601 with its own offset
    in 10m, +2h30m        from now on, in w, d, h, m, s

A local time that clocks jump over moves on by as much as they do; of one that they show twice,
the first counts that is yet to come. Either is told. Stamps are ms UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_UNIT_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNITS = "wdhms"
_SPAN = re.compile(r"(?:\d{1,6}[wdhms])+", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


class BadTime(Exception):
    """What was typed is no time, or one that is over; the message says which."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment. remark: what had to be decided about it, if anything."""

    at_ms: int
    remark: str = ""


def read_when(text: str, now_ms: int, tz: tzinfo | None = None) -> tuple[When, str]:
    """Return the time that `text` begins with, and what follows it, one blank dropped.

    tz: the user's zone, None for that of this system. Raises BadTime.
    """
    word, rest = _first(text)
    try:
        when, rest = _read(word, rest, now_ms, tz)
    except (ValueError, OverflowError, OSError):  # no such day or hour, or beyond all calendars
        raise BadTime(f"there is no time {word}") from None
    if when.at_ms <= now_ms:
        raise BadTime("that time is over")
    return when, rest


def _first(text: str) -> tuple[str, str]:
    word, _, rest = text.lstrip().partition(" ")
    return word, rest


def _read(word: str, rest: str, now_ms: int, tz: tzinfo | None) -> tuple[When, str]:
    if word.lower() == "in":
        return _read_span(rest, now_ms)
    if word.startswith("+"):
        return _read_span(word[1:] + " " + rest, now_ms)
    if _ISO.fullmatch(word):
        moment = datetime.fromisoformat(word.upper())
        return (_local(moment, now_ms, tz) if moment.tzinfo is None else _exact(moment)), rest
    if _CLOCK.fullmatch(word):
        return _next_at(_time_of(word), now_ms, tz), rest
    if _DATE.fullmatch(word):
        clock, behind = _first(rest)
        if not _CLOCK.fullmatch(clock):
            raise BadTime(f"at what time on {word}? say it as in {word} 23:59")
        day = datetime.fromisoformat(word)
        return _local(day + _time_of(clock), now_ms, tz), behind
    raise BadTime("when? say 23:59, 2026-12-31 23:59, in 10m or +2h30m")


# -- from now on -----------------------------------------------------------------------------


def _read_span(text: str, now_ms: int) -> tuple[When, str]:
    """Read `2h30m` or `2h 30m`: words go on as long as their units get smaller."""
    seconds, smallest, found = 0, -1, False
    word, rest = _first(text)
    while _SPAN.fullmatch(word):
        parts = [(int(n), _UNITS.index(unit)) for n, unit in _parts(word)]
        units = [smallest, *(unit for _, unit in parts)]
        if any(one >= other for one, other in zip(units, units[1:], strict=False)):
            break
        seconds += sum(n * _UNIT_SECONDS[_UNITS[unit]] for n, unit in parts)
        smallest, text, found = units[-1], rest, True
        word, rest = _first(text)
    if not found:
        raise BadTime("in how long? say 10m or 2h30m, in w, d, h, m, s")
    return When(now_ms + seconds * 1000), text


def _parts(word: str) -> list[tuple[str, str]]:
    return re.findall(r"(\d+)([wdhms])", word.lower())


# -- local times -----------------------------------------------------------------------------


def _time_of(clock: str) -> timedelta:
    """Return how far into a day a clock time is. Raises ValueError for 24:00 and beyond."""
    found = _CLOCK.fullmatch(clock)
    assert found is not None, clock
    hour, minute, second = (int(part or 0) for part in found.groups())
    time = datetime(2000, 1, 1, hour, minute, second)
    return time - datetime(2000, 1, 1)


def _next_at(time: timedelta, now_ms: int, tz: tzinfo | None) -> When:
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(tz)
    midnight = datetime(today.year, today.month, today.day)
    when = _local(midnight + time, now_ms, tz)
    return when if when.at_ms > now_ms else _local(midnight + timedelta(1) + time, now_ms, tz)


def _local(wanted: datetime, now_ms: int, tz: tzinfo | None) -> When:
    """Return the moment at which clocks in a zone show `wanted`, which has no zone of its own."""
    first, second = (_stamp(wanted.replace(fold=fold), tz) for fold in (0, 1))
    shown = datetime.fromtimestamp(first / 1000, UTC).astimezone(tz).replace(tzinfo=None)
    if shown.replace(fold=0) != wanted:
        return When(
            first, f"clocks jump over {wanted:%H:%M} that day; {shown:%H:%M} is meant"
        )
    if first == second:
        return When(first)
    which, at_ms = ("first", first) if first > now_ms else ("second", second)
    return When(at_ms, f"clocks show {wanted:%H:%M} twice that day; the {which} is meant")


def _exact(moment: datetime) -> When:
    return When(round(moment.timestamp() * 1000))


def _stamp(local: datetime, tz: tzinfo | None) -> int:
    return round((local if tz is None else local.replace(tzinfo=tz)).timestamp() * 1000)
