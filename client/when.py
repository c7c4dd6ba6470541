"""Times as people type them, read in the user's zone.

    2026-12-31 23:59      a local time; so is 2026-12-31T23:59:30
    23:59, 6pm, noon      the next time that a clock shows it
    tomorrow 9:00         on that day; so are today, monday and fri, with `on` and `at` or without
    2026-12-31T23:59Z     ISO 8601: with its own offset or without, to parts of a second, in the
                          basic format (20261231T2359+01) or by weeks (2026-W53-4T23:59)
    in 10m, +2h30m        from now on, in w, d, h, m, s
    in 5 minutes          ... or in words; in an hour and 30 minutes, in half an hour

A local time that clocks jump over moves on by as much as they do; of one that they show twice,
the first counts that is yet to come. Both are said. Stamps are ms UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_UNIT_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNITS = "wdhms"
_UNIT_WORD = re.compile(
    r"(w)(?:ee)?ks?|(d)ays?|(h)(?:ou)?rs?|(m)in(?:ute)?s?|(s)ec(?:ond)?s?", re.IGNORECASE
)
_SPAN = re.compile(r"(?:\d{1,6}[wdhms])+", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}")
_JOINED = re.compile(r"(\d{1,6})([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?([ap]\.?m\.?)?(Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(\d{1,2})([ap]\.?m\.?)", re.IGNORECASE)
_HALF = re.compile(r"[ap]\.?m\.?", re.IGNORECASE)
_OFFSET = re.compile(r"Z|UTC|[+-]\d{2}:?\d{2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")
_ISO = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}-?W\d{2}-?\d)"
    r"T\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_NAMED = {"noon": timedelta(hours=12), "midday": timedelta(hours=12), "midnight": timedelta()}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_SHORT = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORMS = (
    ("23:59, 6pm, noon", "the next time that a clock shows it"),
    ("tomorrow 9:00, on friday at 9am", "on that day"),
    ("2026-12-31 23:59", "your local time"),
    ("2026-12-31T23:59:30.5+01:00", "ISO 8601, with an offset, Z or none"),
    ("in 10m, +2h30m, in 5 minutes", "from now on, in w, d, h, m, s or in words"),
)
"""Forms of time, and what they mean."""
_FORMS = "23:59, 6pm, tomorrow 9:00, 2026-12-31 23:59, in 10m or +2h30m"


class BadTime(Exception):
    """What was typed is no time, or one that has passed; the message says which."""


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
        raise BadTime("that time is past")
    return when, rest


def _first(text: str) -> tuple[str, str]:
    word, _, rest = text.lstrip().partition(" ")
    return word, rest


def _read(word: str, rest: str, now_ms: int, tz: tzinfo | None) -> tuple[When, str]:
    if word.lower() == "in":
        return _read_span(rest, now_ms)
    if word.startswith("+"):
        return _read_span(word[1:] + " " + rest, now_ms)
    if word.lower() in ("at", "on"):
        word, rest = _first(rest)
    if _ISO.fullmatch(word):
        moment = _iso(word)
        return (_local(moment, now_ms, tz) if moment.tzinfo is None else _exact(moment)), rest
    day = _day_of(word, rest, now_ms, tz)
    if day is not None:
        return _read_on(day, now_ms, tz)
    clock = _read_clock(word, rest)
    if clock is None:
        raise BadTime(f"when? as in {_FORMS}")
    if clock.offset is not None:
        raise BadTime(f"on which day? as in 2026-12-31 {word}")
    return _next_at(clock.time, now_ms, tz), clock.rest


# -- from now on -----------------------------------------------------------------------------


def _read_span(text: str, now_ms: int) -> tuple[When, str]:
    """Read `2h30m`, `2h 30m` or `2 hours and 30 minutes`: on as long as the units get smaller."""
    seconds, smallest, found = 0, -1, False
    while True:
        part = _span_part(text, is_first=not found)
        if part is None:
            break
        counts, rest = part
        units = [smallest, *(unit for _, unit in counts)]
        if any(one >= other for one, other in zip(units, units[1:], strict=False)):
            break
        seconds += sum(count * _UNIT_SECONDS[_UNITS[unit]] // 2 for count, unit in counts)
        smallest, text, found = units[-1], rest, True
    if not found:
        raise BadTime(
            "in how long? as in 10m, 2h30m or 5 minutes; the units are weeks, days, h, m, s"
        )
    return When(now_ms + seconds * 1000), text


def _span_part(text: str, *, is_first: bool) -> tuple[list[tuple[int, int]], str] | None:
    """Return halves of units that a text begins with, each with its place in `_UNITS`."""
    word, rest = _first(text)
    if word.lower() == "and" and not is_first:
        word, rest = _first(rest)
    if _SPAN.fullmatch(word):
        parts = re.findall(r"(\d+)([wdhms])", word.lower())
        return [(2 * int(count), _UNITS.index(unit)) for count, unit in parts], rest
    joined = _JOINED.fullmatch(word)  # 5min
    if joined is not None and (unit := _unit_of(joined[2])) is not None:
        return [(2 * int(joined[1]), unit)], rest
    halves = 2 * int(word) if _NUMBER.fullmatch(word) else 0
    if is_first and word.lower() in ("a", "an"):
        halves = 2
    elif is_first and word.lower() == "half":
        article, rest = _first(rest)
        halves = 1 if article.lower() in ("a", "an") else 0
    name, rest = _first(rest)
    unit = _unit_of(name)
    if unit is None or not (halves or word == "0"):
        return None
    return [(halves, unit)], rest


def _unit_of(word: str) -> int | None:
    found = _UNIT_WORD.fullmatch(word)
    if found is not None:
        return _UNITS.index((found[found.lastindex or 0]).lower())
    return _UNITS.index(word.lower()) if len(word) == 1 and word.lower() in _UNITS else None


# -- days and clocks -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Day:
    """A day, how it was called, and what follows. next_week: the same clock time a week later,
    if that of this day has passed."""

    midnight: datetime
    name: str
    rest: str
    next_week: bool = False


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day, with its offset if it has its own, and what follows."""

    time: timedelta
    offset: tzinfo | None
    rest: str


def _day_of(word: str, rest: str, now_ms: int, tz: tzinfo | None) -> _Day | None:
    """Return the day that is meant, None if a word names none."""
    if _DATE.fullmatch(word):
        return _Day(datetime.fromisoformat(word), word, rest)
    today, name = _midnight(now_ms, tz), word.lower()
    if name in ("today", "tomorrow"):
        return _Day(today + timedelta(name == "tomorrow"), name, rest)
    is_next = name == "next"
    if is_next:
        name, rest = _first(rest)
    weekday = _weekday_of(name.lower())
    if weekday is None:
        return None
    days = (weekday - today.weekday()) % 7
    if is_next and days == 0:
        days = 7
    return _Day(today + timedelta(days), _WEEKDAYS[weekday].title(), rest, next_week=not days)


def _weekday_of(name: str) -> int | None:
    for number, weekday in enumerate(_WEEKDAYS):
        if name in (weekday, weekday[:3]):
            return number
    return _WEEKDAY_SHORT.get(name)


def _read_on(day: _Day, now_ms: int, tz: tzinfo | None) -> tuple[When, str]:
    """Read the time of a day."""
    word, rest = _first(day.rest)
    if word.lower() == "at":
        word, rest = _first(rest)
    clock = _read_clock(word, rest)
    if clock is None:
        on = day.name if day.name in ("today", "tomorrow") else f"on {day.name}"
        raise BadTime(f"at what time {on}? as in {day.name} 23:59")
    wanted, rest = day.midnight + clock.time, clock.rest
    offset = clock.offset
    found = _OFFSET.fullmatch(_first(rest)[0]) if day.name[0].isdigit() else None
    if offset is None and found is not None:
        offset, rest = _offset_of(found[0]), _first(rest)[1]
    if offset is not None:
        return _exact(wanted.replace(tzinfo=offset)), rest
    when = _local(wanted, now_ms, tz)
    if day.next_week and when.at_ms <= now_ms:
        when = _local(wanted + timedelta(7), now_ms, tz)
    return when, rest


def _read_clock(word: str, rest: str) -> _Clock | None:
    """Return the clock time that a text begins with. Raises ValueError for 24:00 and beyond."""
    if word.lower() in _NAMED:
        return _Clock(_NAMED[word.lower()], None, rest)
    found, hour_only = _CLOCK.fullmatch(word), _HOUR.fullmatch(word)
    behind, after = _first(rest)
    is_half = bool(_HALF.fullmatch(behind)) and not (
        behind.lower() == "am" and _first(after)[0].lower() in ("i", "i'm")  # 9:00 am I late?
    )
    if hour_only is not None:
        return _Clock(_time_of(hour_only[1], half=hour_only[2]), None, rest)
    if found is not None:
        hour, minute, second, fraction, half, offset = found.groups()
        if half is None and is_half:
            half, rest = behind, after
        time = _time_of(hour, minute, second, fraction, half)
        return _Clock(time, None if offset is None else _offset_of(offset), rest)
    if is_half and re.fullmatch(r"\d{1,2}", word):  # 6 pm
        return _Clock(_time_of(word, half=behind), None, after)
    return None


def _time_of(
    hour: str,
    minute: str | None = None,
    second: str | None = None,
    fraction: str | None = None,
    half: str | None = None,
) -> timedelta:
    """Return how far into a day a clock time is. Raises ValueError for what no clock shows."""
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError(f"{hour} {half}")
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    microseconds = int((fraction or "0").ljust(6, "0")[:6])
    time = datetime(2000, 1, 1, hours, int(minute or 0), int(second or 0), microseconds)
    return time - datetime(2000, 1, 1)


def _offset_of(text: str) -> tzinfo:
    zone = "Z" if text.upper() == "UTC" else text.upper()
    offset = datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo
    assert offset is not None, text
    return offset


def _iso(word: str) -> datetime:
    """Return the time of ISO 8601, of which more than six places of a second are cut off."""
    return datetime.fromisoformat(re.sub(r"([.,]\d{6})\d+", r"\1", word.upper()))


# -- local times -----------------------------------------------------------------------------


def _midnight(now_ms: int, tz: tzinfo | None) -> datetime:
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(tz)
    return datetime(today.year, today.month, today.day)


def _next_at(time: timedelta, now_ms: int, tz: tzinfo | None) -> When:
    midnight = _midnight(now_ms, tz)
    when = _local(midnight + time, now_ms, tz)
    return when if when.at_ms > now_ms else _local(midnight + timedelta(1) + time, now_ms, tz)


def _local(wanted: datetime, now_ms: int, tz: tzinfo | None) -> When:
    """Return the moment at which clocks in a zone show `wanted`, which has no zone of its own."""
    more_ms, wanted = -(-wanted.microsecond // 1000), wanted.replace(microsecond=0)
    first, second = (_stamp(wanted.replace(fold=fold), tz) for fold in (0, 1))
    shown = datetime.fromtimestamp(first / 1000, UTC).astimezone(tz).replace(tzinfo=None)
    if shown.replace(fold=0) != wanted:
        remark = f"clocks jump over {wanted:%H:%M} that day; {shown:%H:%M} is meant"
        return When(first + more_ms, remark)
    if first == second:
        return When(first + more_ms)
    which, at_ms = ("first", first) if first + more_ms > now_ms else ("second", second)
    return When(at_ms + more_ms, f"clocks show {wanted:%H:%M} twice that day; the {which} is meant")


def _exact(moment: datetime) -> When:
    return When(-((_EPOCH - moment) // _MS))  # rounded up: early is wrong


def _stamp(local: datetime, tz: tzinfo | None) -> int:
    return round((local if tz is None else local.replace(tzinfo=tz)).timestamp() * 1000)
