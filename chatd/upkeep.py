"""Upkeep: what the store's files need as time passes: snapshots, syncs, and room again."""

import logging
from collections.abc import Callable

from chatd.config import Fsync, Settings
from chatd.core.timers import TimerWheel
from chatd.database import Database

log = logging.getLogger(__name__)

SYNC_MS = 500
"""With FSYNC everysec, the journal is synced so long after it has grown, in server time.

That runs at half speed after the wall clock was set back, and then it is a second, as promised.
"""
ROOM_MS = 1_000
"""So often is looked whether a full disk has room again."""
SNAPSHOT_POLL_MS = 100
SNAPSHOT_REST = 20
"""A snapshot may take a twentieth of the time at most."""
SNAPSHOT_RETRY_MS = 60_000
"""So long after a failed snapshot comes the next, then twice as long, up to the usual time."""
SNAPSHOT_DOUBLINGS_MAX = 16


class Upkeep:
    """Looks after the files of an open store."""

    def __init__(self, settings: Settings, database: Database, wheel: TimerWheel) -> None:
        self._settings = settings
        self._database = database
        self._wheel = wheel
        self._snapshot_is_due = False

    def timers(self) -> dict[str, Callable[[str, int], int | None]]:
        """Return what timers call, by their kind."""
        return {
            "snapshot": self._snapshot,
            "snapshot-poll": self._poll_snapshot,
            "storage": self._try_storage,
            "sync": self._sync,
        }

    def begin(self, now_ms: int) -> None:
        """Arm what the settings call for at the start."""
        self._wheel.set("snapshot", "", self._snapshot_due_ms(now_ms))

    def configure(self, settings: Settings) -> None:
        """Let other settings hold for the snapshot that comes next."""
        self._settings, now_ms = settings, self._database.clock.now_ms
        if self._wheel.deadline_ms("snapshot", "") is not None:
            self._wheel.set("snapshot", "", self._snapshot_due_ms(now_ms))
            self._bring_snapshot_forward(now_ms)

    def storage_full(self, now_ms: int) -> None:
        """The disk has no room for a tick: look again each second."""
        shortage = self._database.shortage
        log.error("%s: refusing writes until there is room", shortage)
        self._wheel.set("storage", "", now_ms + ROOM_MS)

    def journal_grew(self, now_ms: int) -> None:
        """The journal has grown: it has to be synced, and replaced by a snapshot."""
        is_put_off = self._settings.fsync is Fsync.EVERYSEC
        if is_put_off and self._wheel.deadline_ms("sync", "") is None:
            self._wheel.set("sync", "", now_ms + SYNC_MS)
        self._bring_snapshot_forward(now_ms)

    def _bring_snapshot_forward(self, now_ms: int) -> None:
        """Past a bound of the journal, let the next snapshot come sooner."""
        if self._database.journal_bytes > self._settings.snapshot_growth_bytes:
            armed_ms = self._wheel.deadline_ms("snapshot", "")
            due_ms = max(now_ms, self._database.snapshot_ended_ms + self._snapshot_rest_ms())
            if armed_ms is not None and due_ms < armed_ms:
                self._wheel.set("snapshot", "", due_ms)

    def _sync(self, key: str, now_ms: int) -> None:
        self._database.sync()

    def _try_storage(self, key: str, now_ms: int) -> int | None:
        if not self._database.reserve():
            return now_ms + ROOM_MS
        log.warning("there is room again: accepting writes")
        return None

    # -- snapshots ---------------------------------------------------------------------------

    def _snapshot(self, key: str, now_ms: int) -> None:
        self._snapshot_is_due = True

    def start_snapshot(self, now_ms: int) -> None:
        """Begin a snapshot if one is due, when the tick's events are in the journal.

        Not when its timer fires: what the state has and the journal has not yet would come
        twice, by the snapshot and by the journal behind it.
        """
        if not self._snapshot_is_due:
            return
        self._snapshot_is_due = False
        if self._database.journal_bytes:
            self._database.start_snapshot()
        if self._database.snapshot_running:
            self._wheel.set("snapshot-poll", "", now_ms + SNAPSHOT_POLL_MS)
        else:
            self._wheel.set("snapshot", "", now_ms + self._settings.snapshot_interval_ms)

    def _poll_snapshot(self, key: str, now_ms: int) -> int | None:
        self._database.poll_snapshot()
        if self._database.snapshot_running:
            return now_ms + SNAPSHOT_POLL_MS
        rest_ms = self._snapshot_rest_ms()
        if not self._database.snapshot_failures:
            rest_ms = max(rest_ms, self._settings.snapshot_interval_ms)
        self._wheel.set("snapshot", "", now_ms + rest_ms)
        return None

    def _snapshot_due_ms(self, now_ms: int) -> int:
        """Return when the next snapshot is due by itself."""
        rest_ms = max(self._settings.snapshot_interval_ms, self._snapshot_rest_ms())
        return max(now_ms, self._database.last_snapshot_ms + rest_ms)

    def _snapshot_rest_ms(self) -> int:
        """Return how long no snapshot begins after one has ended, well or not."""
        failures = self._database.snapshot_failures
        if not failures:
            return SNAPSHOT_REST * self._database.snapshot_took_ms
        doubled_ms = SNAPSHOT_RETRY_MS << min(failures - 1, SNAPSHOT_DOUBLINGS_MAX)
        return min(doubled_ms, self._settings.snapshot_interval_ms)
