"""Times as people read them: the user's zone, days, clock times, how long until.

All stamps are ms UTC.
"""

import os
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALTIME = Path("/etc/localtime")

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


class Zone:
    """Turns stamps into local times. tz: None is the zone of this system."""

    def __init__(self, tz: tzinfo | None = None) -> None:
        self.tz = tz

    def local(self, ts_ms: int) -> datetime:
        """Return the local time of a stamp."""
        return datetime.fromtimestamp(ts_ms / 1000, UTC).astimezone(self.tz)

    def day(self, ts_ms: int) -> date:
        """Return the local day of a stamp."""
        return self.local(ts_ms).date()

    def clock(self, ts_ms: int) -> str:
        """Return the hour and minute of a stamp, `09:41`."""
        return f"{self.local(ts_ms):%H:%M}"

    def moment(self, ts_ms: int, now_ms: int) -> str:
        """Return when that is: `14:05`, or `Wednesday 14:05`, or with the whole date."""
        day, today = self.day(ts_ms), self.day(now_ms)
        if day == today:
            return self.clock(ts_ms)
        if abs((day - today).days) < 7:
            return f"{_DAYS[day.weekday()]} {self.clock(ts_ms)}"
        return f"{day.isoformat()} {self.clock(ts_ms)}"

    def full(self, ts_ms: int) -> str:
        """Return when that is, with nothing left open: day, seconds and offset."""
        local = self.local(ts_ms)
        offset = local.isoformat(timespec="seconds")[19:]
        return f"{day_name(local.date())}, {local:%H:%M:%S} (UTC{offset})"

    def deadline(self, ts_ms: int, now_ms: int) -> str:
        """Return when that is and how long until then: `14:05 (in 12 min)`."""
        return f"{self.moment(ts_ms, now_ms)} (in {duration(ts_ms - now_ms)})"


def zone_for(server_zone: str, localtime: Path = LOCALTIME) -> Zone:
    """Return the user's zone: that of TZ or of the system, and where neither is, the server's."""
    if os.environ.get("TZ") or localtime.exists():
        return Zone()
    try:
        return Zone(ZoneInfo(server_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: `Europe` is a folder there
        return Zone(UTC)


def day_name(day: date) -> str:
    """Return a day in words: `Tuesday, 24 November 2026`. The same in every locale."""
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def duration(ms: int) -> str:
    """Return a time span in its largest fitting unit, rounded up: `40 s`, `12 min`, `3 h`."""
    seconds = max(0, -(-ms // 1000))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{-(-seconds // 60)} min"
    if seconds < 36 * 3600:
        return f"{-(-seconds // 3600)} h"
    return f"{-(-seconds // 86400)} days"
