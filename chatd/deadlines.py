"""Deadlines: arms what the state calls for: texts that expire, periods and bans that end.

What is gathered for a second, acknowledgements and comings and goings, is among them.
"""

import logging
from collections.abc import Callable

from chatd.config import Settings
from chatd.core.acks import Acks
from chatd.core.events import arm_all
from chatd.core.lifetime import is_doubtful
from chatd.core.presence import Presence
from chatd.core.tick import TickChanges
from chatd.core.timers import TimerWheel
from chatd.database import Database
from chatd.errors import StorageFull
from chatd.handlers.context import Effects, Turn
from chatd.handlers.families import Handlers

log = logging.getLogger(__name__)

RULES = "rules"
"""The kind of timer that lets the settings hold for what others dated."""
GATHER_MS = 1_000
"""How long acknowledgements and presence are gathered."""
MINUTE_MS = 60_000
DAY_MS = 86_400_000


class Deadlines:
    """Knows which timers the state calls for, at the start and by what each tick changes."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        wheel: TimerWheel,
        handlers: Handlers,
        acks: Acks,
        presence: Presence,
    ) -> None:
        self._settings = settings
        self._database = database
        self._state = database.state
        self._wheel = wheel
        self._handlers = handlers
        self._acks = acks
        self._presence = presence

    def timers(self) -> dict[str, Callable[[str, int], int | None]]:
        """Return what timers call, by their kind."""
        return {RULES: self._take_up_rules}

    def configure(self, settings: Settings) -> None:
        """Go on with other settings. `RULES` lets them hold for what there is already."""
        self._settings = settings

    def begin(self, now_ms: int) -> None:
        """Arm what the state and the settings call for at the start."""
        if now_ms < self._handlers.current.lifetime.held_until_ms:
            self._warn_of_the_clock()
        self._take_up_rules("", now_ms)
        changes = TickChanges()
        arm_all(self._state, now_ms, changes)
        self._set_all(changes)
        for number in self._state.uploads:
            self._wheel.set("hash", number, now_ms)

    def _warn_of_the_clock(self) -> None:
        clock = self._database.clock
        if not is_doubtful(clock):
            log.warning(
                "an earlier start was more than a day away from the last stamp in the store: "
                "nothing expires for %d minutes",
                -(-(self._database.held_until_ms - clock.now_ms) // MINUTE_MS),
            )
        elif clock.behind_ms:
            log.warning(
                "the last stamp in the store is %.1f days ahead of the clock: if the clock is "
                "right, stop the server and run repair-clock; nothing expires for an hour",
                clock.behind_ms / DAY_MS,
            )
        else:
            log.warning(
                "this start is %.1f days away from the last stamp in the store: if the "
                "clock is wrong, stop and set it; nothing expires for an hour",
                clock.away_ms / DAY_MS,
            )

    def _take_up_rules(self, key: str, now_ms: int) -> None:
        """Let the settings hold for what others dated, and arm what that calls for."""
        self._handlers.current.expiry.take_up_rules(now_ms)
        fronts_ms = max(now_ms, self._handlers.current.lifetime.held_until_ms)
        for room in self._state.rooms.values():
            if room.log.frames:
                too_large = room.log.byte_count > self._settings.log_bytes_max
                self._wheel.set("front", room.room, now_ms if too_large else fronts_ms)
        for user in self._state.users.values():
            if user.held_until_ms is not None:  # what held it may have ended meanwhile
                self._wheel.set("held", user.name, now_ms)

    # -- what a tick calls for ---------------------------------------------------------------

    def flush(self, now_ms: int) -> None:
        """Write what is being gathered, for the last time."""
        try:
            while self._acks:
                self._handlers.current.expiry.move_cursors(Turn(now_ms, Effects()))
        except StorageFull:
            log.warning("no room to save how far users have read; they may see entries again")

    def arm(self, now_ms: int, changes: TickChanges, effects: Effects) -> None:
        """Arm what a tick calls for."""
        for room in changes.grown:
            self._grew(room, now_ms)
        self._set_all(changes)
        for number in effects.to_hash:
            self._wheel.set("hash", number, now_ms)
        for kind, is_any in (("cursors", self._acks), ("presence", self._presence.changed)):
            if is_any and self._wheel.deadline_ms(kind, "") is None:
                self._wheel.set(kind, "", now_ms + GATHER_MS)

    def _grew(self, room_id: str, now_ms: int) -> None:
        """A room has new entries, which will be over some time, or make it too large."""
        room = self._state.rooms[room_id]
        too_large = room.log.byte_count > self._settings.log_bytes_max
        if too_large or self._wheel.deadline_ms("front", room_id) is None:
            look_again_ms = self._handlers.current.lifetime.look_again_ms(room, now_ms)
            if look_again_ms is not None:
                self._wheel.set("front", room_id, look_again_ms)

    def _set_all(self, changes: TickChanges) -> None:
        """Arm, move and disarm the timers that follow from events."""
        for (kind, key), deadline_ms in changes.timers.items():
            if deadline_ms is None:
                self._wheel.cancel(kind, key)
            else:
                self._wheel.set(kind, key, deadline_ms)
