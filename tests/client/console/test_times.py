"""Times as people read them."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from client.console.times import Zone, day_name, duration, zone_for

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (-5, "0 s"),
        (1, "1 s"),
        (89_000, "89 s"),
        (90_000, "2 min"),
        (12 * MINUTE, "12 min"),
        (12 * MINUTE + 1, "13 min"),
        (90 * MINUTE, "2 h"),
        (35 * HOUR, "35 h"),
        (36 * HOUR, "2 days"),
    ],
)
def test_duration_is_rounded_up(ms: int, text: str) -> None:
    assert duration(ms) == text


def test_moment_names_as_much_of_the_day_as_is_needed() -> None:
    zone, now = Zone(UTC), 10 * DAY
    assert zone.moment(now + HOUR, now) == "01:00"
    assert zone.moment(now + DAY, now) == "Monday 00:00"
    assert zone.moment(now - DAY, now) == "Saturday 00:00"
    assert zone.moment(now + 8 * DAY, now) == "1970-01-19 00:00"
    assert zone.deadline(now + HOUR, now) == "01:00 (in 60 min)"


def test_days_turn_at_local_midnight() -> None:
    zone = Zone(ZoneInfo("Europe/Berlin"))
    assert day_name(zone.day(0)) == "Thursday, 1 January 1970"
    assert zone.day(23 * HOUR - 1) != zone.day(23 * HOUR)
    assert zone.clock(0) == "01:00"


@pytest.mark.parametrize(
    ("server_zone", "clock"), [("Europe/Berlin", "01:00"), ("Mars/Base", "00:00"), ("", "00:00")]
)
def test_zone_of_the_server_is_taken_where_this_system_has_none(
    server_zone: str, clock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    assert zone_for(server_zone, tmp_path / "none").clock(0) == clock


def test_zone_of_the_user_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert zone_for("Europe/Berlin", tmp_path / "none").clock(0) != "01:00"
