"""Times as people type them: all forms, and the days on which clocks are set."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.when import BadTime, When, read_when

BERLIN = ZoneInfo("Europe/Berlin")


def ms(text: str) -> int:
    """Return the stamp of an ISO time with an offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


NOW = "2026-11-25T12:00:00+01:00"


def at(text: str, now: str = NOW, zone: ZoneInfo = BERLIN) -> tuple[int, str]:
    """Return the stamp that a text begins with, and what follows."""
    when, rest = read_when(text, ms(now), zone)
    assert when.remark == ""
    return when.at_ms, rest


def remarked(text: str, now: str = NOW, zone: ZoneInfo = BERLIN) -> When:
    return read_when(text, ms(now), zone)[0]


# -- forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected", "rest"),
    [
        ("2026-12-31 23:59 hello", "2026-12-31T23:59:00+01:00", "hello"),
        ("2026-12-31 23:59:30 hello", "2026-12-31T23:59:30+01:00", "hello"),
        ("2027-07-01 9:05 to bob hello", "2027-07-01T09:05:00+02:00", "to bob hello"),
        ("2026-12-31T23:59 hello", "2026-12-31T23:59:00+01:00", "hello"),
        ("2026-12-31t23:59:30z hello", "2026-12-31T23:59:30+00:00", "hello"),
        ("2026-12-31T23:59-05:00 hello", "2026-12-31T23:59:00-05:00", "hello"),
        ("2026-12-31T23:59+0530 hello", "2026-12-31T23:59:00+05:30", "hello"),
        ("23:59 hello", "2026-11-25T23:59:00+01:00", "hello"),
        ("12:00:01 hello", "2026-11-25T12:00:01+01:00", "hello"),
        ("12:00 hello", "2026-11-26T12:00:00+01:00", "hello"),
        ("0:00 hello", "2026-11-26T00:00:00+01:00", "hello"),
        ("in 10m hello", "2026-11-25T12:10:00+01:00", "hello"),
        ("IN 10M hello", "2026-11-25T12:10:00+01:00", "hello"),
        ("+2h30m hello", "2026-11-25T14:30:00+01:00", "hello"),
        ("+2h 30m hello", "2026-11-25T14:30:00+01:00", "hello"),
        ("in 1w 2d 3h 4m 5s hello", "2026-12-04T15:04:05+01:00", "hello"),
        ("in 10m 5h hello", "2026-11-25T12:10:00+01:00", "5h hello"),
        ("in 10m 5m hello", "2026-11-25T12:10:00+01:00", "5m hello"),
        ("in 90m", "2026-11-25T13:30:00+01:00", ""),
        ("  +1s   two  blanks ", "2026-11-25T12:00:01+01:00", "  two  blanks "),
        ("in 10m line\n  break", "2026-11-25T12:10:00+01:00", "line\n  break"),
        # in words, from now on
        ("in 5 minutes hello", "2026-11-25T12:05:00+01:00", "hello"),
        ("in 5 min hello", "2026-11-25T12:05:00+01:00", "hello"),
        ("in 5min hello", "2026-11-25T12:05:00+01:00", "hello"),
        ("in 1 hour 30 minutes hello", "2026-11-25T13:30:00+01:00", "hello"),
        ("in 2 hours and 5 minutes hello", "2026-11-25T14:05:00+01:00", "hello"),
        ("in 2 hours and then", "2026-11-25T14:00:00+01:00", "and then"),
        ("in an hour hello", "2026-11-25T13:00:00+01:00", "hello"),
        ("in a minute a thing", "2026-11-25T12:01:00+01:00", "a thing"),
        ("in half an hour hello", "2026-11-25T12:30:00+01:00", "hello"),
        ("in 3 Days hello", "2026-11-28T12:00:00+01:00", "hello"),
        ("in 2 weeks hello", "2026-12-09T12:00:00+01:00", "hello"),
        ("in 30 secs 5 apples", "2026-11-25T12:00:30+01:00", "5 apples"),
        ("+5 minutes hello", "2026-11-25T12:05:00+01:00", "hello"),
        # clocks with twelve hours
        ("6pm hello", "2026-11-25T18:00:00+01:00", "hello"),
        ("6 pm hello", "2026-11-25T18:00:00+01:00", "hello"),
        ("6:30pm hello", "2026-11-25T18:30:00+01:00", "hello"),
        ("6:30 PM hello", "2026-11-25T18:30:00+01:00", "hello"),
        ("6 p.m. hello", "2026-11-25T18:00:00+01:00", "hello"),
        ("at 9am hello", "2026-11-26T09:00:00+01:00", "hello"),
        ("12am hello", "2026-11-26T00:00:00+01:00", "hello"),
        ("12:30 pm hello", "2026-11-25T12:30:00+01:00", "hello"),
        ("noon hello", "2026-11-26T12:00:00+01:00", "hello"),
        ("midnight hello", "2026-11-26T00:00:00+01:00", "hello"),
        ("9:00 am I late?", "2026-11-26T09:00:00+01:00", "am I late?"),
        # days by their names; 2026-11-25 is a Wednesday
        ("tomorrow 9:00 hello", "2026-11-26T09:00:00+01:00", "hello"),
        ("Tomorrow at 6 pm hello", "2026-11-26T18:00:00+01:00", "hello"),
        ("today 23:59 hello", "2026-11-25T23:59:00+01:00", "hello"),
        ("tomorrow noon hello", "2026-11-26T12:00:00+01:00", "hello"),
        ("friday 9:00 hello", "2026-11-27T09:00:00+01:00", "hello"),
        ("on Fri at 9am hello", "2026-11-27T09:00:00+01:00", "hello"),
        ("wednesday 13:00 hello", "2026-11-25T13:00:00+01:00", "hello"),
        ("wednesday 11:00 hello", "2026-12-02T11:00:00+01:00", "hello"),
        ("next wed 13:00 hello", "2026-12-02T13:00:00+01:00", "hello"),
        ("next monday 9:00 hello", "2026-11-30T09:00:00+01:00", "hello"),
        ("on 2026-12-31 at 6pm hello", "2026-12-31T18:00:00+01:00", "hello"),
        # ISO 8601
        ("2026-12-31T23:59:30.5Z hello", "2026-12-31T23:59:30.500+00:00", "hello"),
        ("2026-12-31T23:59:30,25 hello", "2026-12-31T23:59:30.250+01:00", "hello"),
        ("2026-12-31T23:59:30.123456789Z hello", "2026-12-31T23:59:30.124+00:00", "hello"),
        ("2026-12-31T23:59+01 hello", "2026-12-31T23:59:00+01:00", "hello"),
        ("2026-12-31T23Z hello", "2026-12-31T23:00:00+00:00", "hello"),
        ("20261231T235930Z hello", "2026-12-31T23:59:30+00:00", "hello"),
        ("20261231T2359-0500 hello", "2026-12-31T23:59:00-05:00", "hello"),
        ("2026-W53-4T23:59 hello", "2026-12-31T23:59:00+01:00", "hello"),
        ("2026W534T2359Z hello", "2026-12-31T23:59:00+00:00", "hello"),
        ("2026-12-31 23:59Z hello", "2026-12-31T23:59:00+00:00", "hello"),
        ("2026-12-31 23:59:30.5+01 hello", "2026-12-31T23:59:30.500+01:00", "hello"),
        ("2026-12-31 23:59:00 +0100 hello", "2026-12-31T23:59:00+01:00", "hello"),
        ("2026-12-31 23:59 UTC hello", "2026-12-31T23:59:00+00:00", "hello"),
        ("2026-12-31 23:59 +1 for this", "2026-12-31T23:59:00+01:00", "+1 for this"),
        ("20261231 23:59 hello", "2026-12-31T23:59:00+01:00", "hello"),
    ],
)
def test_each_form_is_read_and_what_follows_is_left_as_it_is(
    typed: str, expected: str, rest: str
) -> None:
    assert at(typed) == (ms(expected), rest)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hello",
        "in",
        "in a while",
        "in 10",
        "in 10y",
        "+",
        "+5",
        "+2m3h",
        "+ten",
        "25:00 x",
        "24:00 x",
        "12:60 x",
        "12:00:60 x",
        "2026-02-29 12:00 x",
        "2026-13-01 12:00 x",
        "2026-12-31 x",
        "2026-12-31",
        "2026-12-31T25:00 x",
        "2026-12-31T23:59+99:00 x",
        "31.12.2026 23:59 x",
        "-5m x",
        "13pm x",
        "0am x",
        "13:00 pm x",
        "6 x",
        "half an hour x",
        "in half x",
        "in an x",
        "next x",
        "next tomorrow 9:00 x",
        "at x",
        "2026-W54-1T10:00 x",
        "2026-12-31T23:5 x",
        "23:59Z x",
    ],
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(BadTime):
        at(typed)


@pytest.mark.parametrize(
    "typed", ["2026-11-25 12:00 x", "2026-11-25 11:59 x", "2026-11-25T11:00Z x", "+0s x"]
)
def test_time_that_is_over_is_refused(typed: str) -> None:
    with pytest.raises(BadTime, match="past"):
        at(typed)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("tomorrow hello", "at what time tomorrow? as in tomorrow 23:59"),
        ("fri hello", "at what time on Friday? as in Friday 23:59"),
        ("2026-12-31 hello", "at what time on 2026-12-31? as in 2026-12-31 23:59"),
        ("today 9:00 hello", "that time is past"),
        ("13pm hello", "there is no time 13pm"),
        ("in a while", "in how long? as in 10m, 2h30m or 5 minutes"),
        ("soon", "when? as in 23:59, 6pm, tomorrow 9:00, 2026-12-31 23:59, in 10m or +2h30m"),
    ],
)
def test_refusal_says_what_is_missing_and_how_it_is_said(typed: str, told: str) -> None:
    with pytest.raises(BadTime) as refused:
        at(typed)
    assert str(refused.value).startswith(told)


def test_day_on_which_clocks_are_set_is_named_like_any_other() -> None:
    when = remarked("tomorrow 2:30 x", BEFORE_SPRING)
    assert when.at_ms == ms("2027-03-28T03:30:00+02:00")
    assert when.remark == "clocks jump over 02:30 that day; 03:30 is meant"
    half_past = remarked("sunday 02:30:00.5 x", BEFORE_AUTUMN)
    assert half_past.at_ms == ms("2026-10-25T02:30:00.500+02:00")


@given(st.text())
def test_any_text_is_a_time_or_refused(text: str) -> None:
    for typed in (text, "in " + text, "+" + text, "2026-12-31 " + text):
        try:
            when, rest = read_when(typed, ms(NOW), BERLIN)
        except BadTime:
            continue
        assert when.at_ms > ms(NOW) and typed.endswith(rest)


# -- clocks that are set ---------------------------------------------------------------------

BEFORE_SPRING = "2027-03-27T12:00:00+01:00"
BEFORE_AUTUMN = "2026-10-24T12:00:00+02:00"


@pytest.mark.parametrize("typed", ["2027-03-28 02:30 x", "2027-03-28T02:30 x"])
def test_time_that_clocks_jump_over_moves_on_as_they_do(typed: str) -> None:
    when = remarked(typed, BEFORE_SPRING)
    assert when.at_ms == ms("2027-03-28T03:30:00+02:00")
    assert when.remark == "clocks jump over 02:30 that day; 03:30 is meant"


def test_clock_time_that_the_next_night_jumps_over_moves_on_too() -> None:
    when = remarked("2:30 x", BEFORE_SPRING)
    assert when.at_ms == ms("2027-03-28T03:30:00+02:00")
    assert "jump" in when.remark


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2027-03-28 01:59 x", "2027-03-28T01:59:00+01:00"),
        ("2027-03-28 03:00 x", "2027-03-28T03:00:00+02:00"),
    ],
)
def test_times_beside_the_jump_are_themselves(typed: str, expected: str) -> None:
    assert at(typed, BEFORE_SPRING) == (ms(expected), "x")


@pytest.mark.parametrize("typed", ["2026-10-25 02:30 x", "02:30 x"])
def test_time_that_clocks_show_twice_is_the_first(typed: str) -> None:
    when = remarked(typed, BEFORE_AUTUMN)
    assert when.at_ms == ms("2026-10-25T02:30:00+02:00")
    assert when.remark == "clocks show 02:30 twice that day; the first is meant"


@pytest.mark.parametrize("typed", ["2026-10-25 02:30 x", "02:30 x"])
@pytest.mark.parametrize("now", ["2026-10-25T02:40:00+02:00", "2026-10-25T02:10:00+01:00"])
def test_time_that_clocks_show_twice_is_the_second_when_the_first_is_over(
    typed: str, now: str
) -> None:
    when = remarked(typed, now)
    assert when.at_ms == ms("2026-10-25T02:30:00+01:00")
    assert when.remark == "clocks show 02:30 twice that day; the second is meant"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-10-25 01:59 x", "2026-10-25T01:59:00+02:00"),
        ("2026-10-25 03:00 x", "2026-10-25T03:00:00+01:00"),
    ],
)
def test_times_beside_the_double_hour_are_themselves(typed: str, expected: str) -> None:
    assert at(typed, BEFORE_AUTUMN) == (ms(expected), "x")


def test_span_is_real_time_whatever_clocks_do() -> None:
    assert at("in 24h x", BEFORE_SPRING)[0] == ms("2027-03-28T13:00:00+02:00")
    assert at("in 1d x", BEFORE_AUTUMN)[0] == ms("2026-10-25T11:00:00+01:00")


def test_iso_time_with_an_offset_is_exact_on_any_day() -> None:
    assert at("2026-10-25T02:30+01:00 x", BEFORE_AUTUMN)[0] == ms("2026-10-25T02:30+01:00")


def test_half_an_hour_of_lord_howe_is_taken_as_it_is() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")  # its clocks are set by half an hour
    when = remarked("2026-10-04 02:15 x", "2026-10-03T12:00:00+10:30", zone)
    assert when.at_ms == ms("2026-10-04T02:45:00+11:00")
    assert when.remark == "clocks jump over 02:15 that day; 02:45 is meant"


@given(st.datetimes(datetime(2026, 12, 1), datetime(2028, 1, 1)), st.sampled_from("Tz"))
def test_any_local_time_is_shown_by_its_stamp_unless_it_is_remarked(
    local: datetime, separator: str
) -> None:
    local = local.replace(microsecond=0)
    text = f"{local:%Y-%m-%d %H:%M:%S}" if separator == "z" else local.isoformat()
    when, _ = read_when(text, ms(NOW), BERLIN)
    shown = datetime.fromtimestamp(when.at_ms / 1000, UTC).astimezone(BERLIN)
    if "jump" in when.remark:
        assert shown.replace(tzinfo=None) - local == timedelta(hours=1)
    else:
        assert shown.replace(tzinfo=None, fold=0) == local


# -- the zone of the system ------------------------------------------------------------------


@pytest.fixture
def system_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the system into Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("typed", "now", "expected"),
    [
        ("2026-12-31 23:59 x", NOW, "2026-12-31T23:59:00+01:00"),
        ("23:59 x", NOW, "2026-11-25T23:59:00+01:00"),
        ("2027-03-28 02:30 x", BEFORE_SPRING, "2027-03-28T03:30:00+02:00"),
        ("02:30 x", "2026-10-25T02:40:00+02:00", "2026-10-25T02:30:00+01:00"),
    ],
)
def test_without_a_zone_that_of_the_system_counts(
    system_zone: None, typed: str, now: str, expected: str
) -> None:
    assert read_when(typed, ms(now))[0].at_ms == ms(expected)
