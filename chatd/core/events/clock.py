"""The clock: every time in the state, when a store was stamped by a clock that was ahead."""

from collections.abc import Callable
from typing import Any

import msgspec

from chatd.core.events.base import Event
from chatd.core.idempotency import IdempotencyRecords
from chatd.core.log import Log
from chatd.core.model import Scheduled
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire.entries import decode_entry, encode_entry, stamp_of

Move = Callable[[int], int]
TIMES = frozenset({"ts", "reported", "blocked", "reached"})
"""Fields that are times, or tables of them, though their names don't end in `_ms`."""
SPANS = frozenset({"lifetime_ms", "update_period_ms"})
"""Fields that end in `_ms` and are durations."""
TIMES_IN_ENTRIES = ("ts", "edited", "at", "until")
AHEAD_MS_MAX = 366 * 86_400_000
"""So far ahead, and no further, may a person have set a text to a time of day."""


class ClockRepaired(Event, frozen=True, tag="ClockRepaired"):
    """The store was stamped ahead of the clock, up to `last_ms`; from here on `ts` is now.

    right_ms: the newest stamp of an entry that is not ahead.
    """

    last_ms: int
    right_ms: int

    def apply(self, state: State, changes: TickChanges) -> None:
        """Move all that lies ahead of the clock.

        What was stamped ahead comes to stand as far before now as it was before the last stamp,
        but after what was stamped right; what was to come is as far ahead as it was then. So all
        stays in its order.
        """
        ahead_ms = self.last_ms - self.ts

        def move(time_ms: int) -> int:
            if time_ms <= self.ts:
                return time_ms
            moved_ms = time_ms - ahead_ms
            return moved_ms if time_ms > self.last_ms else max(self.right_ms, moved_ms)

        for room in state.rooms.values():
            for member in room.members.values():
                member.floor = member.floor_at(self.last_ms)  # what is gone stays gone
        _moved(state.tables, move, self.ts)


def _moved(value: Any, move: Move, now_ms: int) -> Any:
    """Return a part of the state with its times moved, in place where that can be."""
    if isinstance(value, Log):
        _move_entries(value, move, now_ms)
    elif isinstance(value, IdempotencyRecords):
        value.move(move)
    elif isinstance(value, dict):
        for key, item in value.items():
            value[key] = _moved(item, move, now_ms)
    elif isinstance(value, list):
        value[:] = [_moved(item, move, now_ms) for item in value]
    elif isinstance(value, msgspec.Struct):
        return _moved_struct(value, move, now_ms)
    return value


def _moved_struct(value: msgspec.Struct, move: Move, now_ms: int) -> msgspec.Struct:
    moved = {}
    for name in value.__struct_fields__:
        old = getattr(value, name)
        new = _moved_field(value, name, old, move, now_ms)
        if new is not old:
            moved[name] = new
    if value.__struct_config__.frozen:
        return msgspec.structs.replace(value, **moved) if moved else value
    for name, new in moved.items():
        setattr(value, name, new)
    return value


def _moved_field(value: msgspec.Struct, name: str, old: Any, move: Move, now_ms: int) -> Any:
    if isinstance(value, Scheduled) and name == "at_ms" and old <= now_ms + AHEAD_MS_MAX:
        return old
    if name not in SPANS and (name.endswith("_ms") or name in TIMES):
        return _times(old, move)
    return _moved(old, move, now_ms)


def _times(old: Any, move: Move) -> Any:
    """Return a time moved, or all in a table of times, or of counts that hold until then."""
    if isinstance(old, dict):
        return {key: _times(item, move) for key, item in old.items()}
    if isinstance(old, tuple):
        count, until_ms = old
        return count, move(until_ms)
    return None if old is None else move(old)


def _move_entries(log: Log, move: Move, now_ms: int) -> None:
    for seq, frame in enumerate(list(log.frames), log.first_seq):
        if stamp_of(frame) > now_ms or b"edited" in frame:
            entry = decode_entry(frame)
            times = {n: move(getattr(entry, n)) for n in TIMES_IN_ENTRIES if hasattr(entry, n)}
            log.replace(seq, encode_entry(msgspec.structs.replace(entry, **times)))
