"""What the self log announces of scheduled texts, in words."""

from collections.abc import Callable
from typing import Any

from chatd.wire import entries as e
from chatd.wire.rooms import title_of

from .safe_text import safe
from .times import Zone

_WHY = {"banned": "you are banned", "rate_limited": "the messages of this period are used up"}


def held_text(by: str, until: str) -> str:
    """Return why a text is held, and until when: a moment in words."""
    return f"{_WHY.get(by, by)} until {until}"


def _scheduled(entry: e.Scheduled, zone: Zone) -> str:
    return f"text {entry.id} is scheduled for {zone.moment(entry.at, entry.ts)}, to {_title(entry)}"


def _cancelled(entry: e.Cancelled, zone: Zone) -> str:
    return f"text {entry.id}, scheduled to {_title(entry)}, is cancelled"


def _held(entry: e.Held, zone: Zone) -> str:
    ids = ", ".join(map(str, entry.ids))
    why = held_text(entry.by, zone.moment(entry.until, entry.ts))
    return f"not posted yet, of what you have scheduled: {ids}; {why}"


def _failed(entry: e.Failed, zone: Zone) -> str:
    head = f"text {entry.id}, scheduled to {_title(entry)}, could not be posted"
    return f"{head}: {safe(entry.reason)}\n{safe(entry.text)}"


def _title(entry: e.Scheduled | e.Cancelled | e.Failed) -> str:
    return title_of(entry.to, entry.room.removeprefix("@"))


SCHEDULE_WORDS: dict[type[e.Entry], Callable[[Any, Zone], str]] = {
    e.Scheduled: _scheduled,
    e.Cancelled: _cancelled,
    e.Held: _held,
    e.Failed: _failed,
}
