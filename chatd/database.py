"""The database: an open store. Joins the state of `core` to the files of `disk`."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from chatd.config import Fsync, Settings
from chatd.core import events as e
from chatd.core.blobs import Blobs
from chatd.core.clock import NS_PER_MS, ServerClock, why_not
from chatd.core.journal import Journal
from chatd.core.lifetime import held_until_ms
from chatd.core.migrations import migrated
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.core.transaction import Transaction
from chatd.disk.blobs import DiskBlobs
from chatd.disk.creation import create_store
from chatd.disk.examination import has_files, refuse_newer
from chatd.disk.files import NO_ROOM, Disk
from chatd.disk.fork import Spawn
from chatd.disk.formats import FORMAT
from chatd.disk.journal import DiskJournal
from chatd.disk.lock import StoreLock
from chatd.disk.migration import kept_copies, migrate, remove_copies
from chatd.disk.recovery import Recovered, recover
from chatd.disk.snapshot import write_snapshot
from chatd.disk.snapshotter import SnapshotResult, Snapshotter
from chatd.errors import StoreError, StoreFull, StoreMissing

log = logging.getLogger(__name__)

EPOCH_BYTES = 8
SECRET_BYTES = 32
FAILURE_LOGGED_AGAIN_MS = 86_400_000
TICK_BYTES_BESIDE = 2 * 1024 * 1024
"""What timers, and the names and stamps in events, add to a tick's requests at most."""


def _files_here(journal: Journal, blobs: Blobs) -> tuple[Journal, Blobs]:
    """Keep ticks and bytes of files on the machine's own disk, and nowhere else."""
    return journal, blobs


@dataclass(frozen=True, slots=True)
class Machine:
    """What the world hands in: the only sources of files, time, chance and processes.

    wall_ns, boot_ns: the clocks of `ServerClock`. monotonic_ns: for durations only.
    random: as many random bytes as asked for. spawn: runs a snapshot beside the server.
    clock_is_right: whether somebody vouches for the wall clock, whatever it shows.
    engine: given the journal and the files on the disk, returns what is used in their place.
    """

    disk: Disk
    wall_ns: Callable[[], int]
    boot_ns: Callable[[], int]
    monotonic_ns: Callable[[], int]
    random: Callable[[int], bytes]
    spawn: Spawn
    clock_is_right: bool = False
    engine: Callable[[Journal, Blobs], tuple[Journal, Blobs]] = _files_here


class Database:
    """An open store. While it is open no other process can open it."""

    def __init__(self, settings: Settings, machine: Machine, *, create: bool = True) -> None:
        """Take the lock, recover, and go on; without a store, begin one.

        create: False if there must be one. Raises StoreError if the files can't be used, and
        OSError if the disk can't.
        """
        self._path = str(settings.db_path)
        self._disk = machine.disk
        if not create and not has_files(machine.disk, self._path):
            raise StoreMissing(self._path)
        refuse_newer(machine.disk, self._path)  # before the lock, which is written
        self._lock = StoreLock(machine.disk, self._path)
        blobs = DiskBlobs(machine.disk, self._path)
        tick_bytes_max = settings.tick_bytes_max + TICK_BYTES_BESIDE
        self._fsync = settings.fsync
        self._segment_bytes = max(settings.journal_segment_bytes, 2 * tick_bytes_max)
        self._reserve_bytes = tick_bytes_max
        try:
            blobs.check_access()
            recovered = recover(machine.disk, self._path)
            if recovered is not None:
                state, journal = self._go_on(recovered, machine)
            elif not create:
                raise StoreMissing(self._path)
            elif blobs.exist():
                raise StoreMissing(self._path, "but its files are there; restore it from a backup")
            else:
                state, journal = self._create(machine)
            self._journal, self.blobs = machine.engine(journal, blobs)
        except BaseException:
            self._lock.close()
            raise
        self.state = state
        self.transaction = Transaction(state)
        self.clock = ServerClock(machine.wall_ns, machine.boot_ns, state.last_ms)
        self.held_until_ms = max(state.tables.held_until_ms, held_until_ms(self.clock))
        """Before that nothing expires (server time); 0 or past if nothing is held."""
        self._snapshotter = Snapshotter(
            machine.disk, self._path, machine.spawn, lambda: machine.monotonic_ns() / 1e9
        )
        self._machine = machine
        self._dropped_files: deque[tuple[int, int]] = deque()
        self.last_snapshot_ms = self.snapshot_ended_ms = self.clock.now_ms
        self.snapshot_took_ms = 0
        self.snapshot_failures = 0
        self._failure_logged: tuple[str, int] | None = None
        self._replaced_tick = 0
        self._has_served = False
        self._look_at_files()
        if recovered is None:
            return
        _report(recovered)
        if not (state.durable or state.stopped and recovered.nothing_behind):
            self.renew_epoch()

    def _create(self, machine: Machine) -> tuple[State, DiskJournal]:
        """Begin a store, durably."""
        _check_clock(machine, 0)
        now_ms = machine.wall_ns() // NS_PER_MS
        epoch, secret = machine.random(EPOCH_BYTES).hex(), machine.random(SECRET_BYTES)
        state = State()
        state.apply(e.StoreCreated(now_ms, epoch, secret), TickChanges())
        journal = create_store(
            self._disk,
            self._path,
            state.dump(),
            fsync=self._fsync,
            segment_bytes=self._segment_bytes,
            reserve_bytes=self._reserve_bytes,
        )
        log.info("a new store at %s", self._path)
        return state, journal

    def _go_on(self, recovered: Recovered, machine: Machine) -> tuple[State, DiskJournal]:
        """Go on with a store that is there, in today's format."""
        state = replay(recovered, self._path)
        _check_clock(machine, state.last_ms)
        journal = DiskJournal(
            self._disk,
            self._path,
            fsync=self._fsync,
            tail=recovered.tail,
            segment_bytes=self._segment_bytes,
            reserve_bytes=self._reserve_bytes,
        )
        if recovered.foreign_format is not None:
            tree = state.dump(stopped=state.stopped and recovered.nothing_behind)
            migrate(self._disk, self._path, journal, tree, recovered.foreign_format)
            found = recovered.foreign_format
            log.warning("%s: migrated from format %d to %d", self._path, found, FORMAT)
        if recovered.tail.header.format != FORMAT:
            _drop_segments(journal, journal.rotate())
        for copy in kept_copies(self._disk, self._path):
            log.warning("the store as it was is in %s until a server has stopped cleanly", copy)
        return state, journal

    # -- a tick's worth ----------------------------------------------------------------------

    def reserve(self) -> bool:
        """Make sure that a whole tick has room; remember and return whether it has."""
        self.transaction.writable = self._journal.reserve()
        return self.transaction.writable

    @property
    def shortage(self) -> str:
        """What there was none of when `reserve` failed last, in words."""
        return self._journal.shortage

    def submit(self) -> TickChanges | None:
        """Give the tick's events to the journal; return what follows from them, None without any.

        Raises StoreError, which is the end: after a failed sync the page cache can't be
        trusted any more, and nothing of this tick may leave.
        """
        if not self.transaction.is_pending:
            return None
        self._note_hold()
        self._drop_lost(self.blobs.sync())  # the bytes before the record that tells of them
        taken = self.transaction.take()
        assert taken is not None
        body, changes = taken
        with self._journal_failures():
            tick = self._journal.append(body)
        self._dropped_files.extend((tick, number) for number in changes.dropped_files)
        return changes

    @property
    def is_durable(self) -> bool:
        """Whether what was submitted may be seen outside."""
        return self._journal.durable_tick == self._journal.last_tick

    def _note_hold(self) -> None:
        """Write down with the first stamp of a doubtful clock that it is one.

        A start after this one finds the stamp near, and would let everything expire.
        """
        if self.held_until_ms > self.state.tables.held_until_ms:
            self.transaction.commit(e.ExpiryHeld(self.state.last_ms, self.held_until_ms))

    def _drop_lost(self, lost: list[int]) -> None:
        """Give up the uploads whose bytes the disk did not take."""
        for number in lost:
            if number in self.state.uploads:
                self.transaction.commit(e.UploadDropped(self.clock.now_ms, number))

    def remove_dropped_files(self) -> None:
        """Remove the files that durable ticks gave up: a power failure brings back others."""
        dropped = self._dropped_files
        while dropped and dropped[0][0] <= self._journal.synced_tick:
            _, number = dropped.popleft()
            try:
                self.blobs.remove(number)
            except OSError as error:
                log.warning("an unused file stays until the next start: %s", error)

    def sync(self) -> None:
        """Make everything durable that `fsync = everysec` has put off."""
        with self._journal_failures():
            self._journal.sync()
        self.remove_dropped_files()

    @contextmanager
    def _journal_failures(self) -> Iterator[None]:
        """Turn what the disk says of the journal into the end, with a line that names it."""
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self._path}: the journal can't be written: {error}") from error

    # -- beginnings and ends -----------------------------------------------------------------

    def begin_service(self) -> None:
        """Write down that a server has taken up the store, durably in every mode."""
        durable = self._fsync is Fsync.ALWAYS
        self.transaction.commit(e.ServerStarted(self.clock.now_ms, durable))
        self.submit()
        self.sync()
        self._has_served = True

    def renew_epoch(self, now_ms: int | None = None) -> None:
        """Make all positions that clients keep void, as after a restore.

        now_ms: where it is not server time.
        """
        epoch = self._machine.random(EPOCH_BYTES).hex()
        at_ms = self.clock.now_ms if now_ms is None else now_ms
        self.transaction.commit(e.EpochRenewed(at_ms, epoch))

    def close(self) -> None:
        """Commit, write a last snapshot, and let go."""
        try:
            self.submit()
            self._snapshotter.abandon()
            self._write_last_snapshot()
            self._journal.close()
        finally:
            self.blobs.close()
            self._lock.close()

    def _look_at_files(self) -> None:
        needed = self.state.files_needed
        try:
            orphans, missing = self.blobs.remove_orphans(needed), self.blobs.missing(needed)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            log.warning("unused files stay until the next start: %s", error)
            return
        if orphans:
            log.info("removed %d unused files", orphans)
        for number in missing:
            log.error("file %d is missing beside the store: restore it from a backup", number)

    def _write_last_snapshot(self) -> None:
        """Write that the store was let go of cleanly, with everything that is in it.

        A failure here costs a longer next start; one of the journal itself is fatal.
        """
        last_tick = self._durable_tick()
        try:
            tree = self.state.dump(stopped=True)
            write_snapshot(self._disk, self._path, tree, last_tick, self._journal.mark)
        except OSError as error:
            log.error("no final snapshot (%s); the journal has everything", error)
            return
        try:
            with self._journal_failures():
                self._journal.rotate()  # only now: a failed snapshot leaves no further segment
        except StoreFull:
            log.warning("the journal keeps its last segment, because there is no room for another")
        _drop_segments(self._journal, last_tick)
        self.remove_dropped_files()
        if self._has_served:
            self._remove_copies()

    def _remove_copies(self) -> None:
        """Remove the files of the store as they were before it was migrated."""
        try:
            for copy in remove_copies(self._disk, self._path):
                log.info("removed %s: this server has stopped cleanly", copy)
        except OSError as error:
            log.warning("a copy of the store as it was stays until the next stop: %s", error)

    # -- snapshots beside the server ---------------------------------------------------------

    @property
    def journal_bytes(self) -> int:
        """The bytes that the next snapshot will replace."""
        return self._journal.bytes_since_snapshot

    @property
    def snapshot_running(self) -> bool:
        """Whether a snapshot is being written, or what it replaces still deleted."""
        return self._snapshotter.running or bool(self._replaced_tick)

    def start_snapshot(self) -> None:
        """Begin a snapshot of everything that is in the journal, which has to be everything."""
        assert not self.transaction.is_pending, "the journal would repeat what the snapshot holds"
        last_tick = self._begin_segment()
        self.remove_dropped_files()
        self._snapshotter.start(self.state.dump, last_tick, self._journal.mark)

    def _begin_segment(self) -> int:
        """Begin a segment behind all that a snapshot will hold; return its last tick.

        Not again after a snapshot that failed, lest segments pile up, and not on a full disk,
        where the snapshot may make room: then the one that has been begun stays until the next.
        """
        if not self.snapshot_failures:
            try:
                with self._journal_failures():
                    return self._journal.rotate()
            except StoreFull as error:
                log.warning("%s: writing a snapshot anyway", error)
        return self._durable_tick()

    def _durable_tick(self) -> int:
        """Make the journal durable, which must never end before a snapshot; return its end."""
        self.sync()
        return self._journal.last_tick

    def poll_snapshot(self) -> None:
        """See whether the snapshot is done; if so, drop the journal that it replaces.

        A segment at a time: a tick that freed the blocks of all would be a long one.
        """
        if self._replaced_tick:
            if _drop_segments(self._journal, self._replaced_tick, segments_max=1):
                self._replaced_tick = 0
            return
        result = self._snapshotter.poll()
        if result is None:
            return
        self.snapshot_ended_ms = self.clock.now_ms
        if not result.ok:
            self.snapshot_failures += 1
            self._log_failure(result)
            return
        self.last_snapshot_ms = self.clock.now_ms
        self.snapshot_took_ms = result.duration_ms
        self.snapshot_failures = 0
        self._failure_logged = None
        self._replaced_tick = result.last_tick
        log.info("snapshot of tick %d in %d ms", result.last_tick, result.duration_ms)

    def _log_failure(self, result: SnapshotResult) -> None:
        """Say why a snapshot failed, and the same thing again after a day only."""
        now_ms = self.clock.now_ms
        if self._failure_logged is not None:
            error, logged_ms = self._failure_logged
            if error == result.error and now_ms - logged_ms < FAILURE_LOGGED_AGAIN_MS:
                return
        self._failure_logged = (result.error, now_ms)
        log.error(
            "snapshot failed after %d ms, will try again: %s", result.duration_ms, result.error
        )


def replay(held: Recovered, path: str) -> State:
    """Return the state that a store's files tell of; the snapshot's tree is used up by that.

    Raises StoreError if what they hold is no state.
    """
    try:
        tree = held.snapshot
        state = State() if tree is None else State.load(migrated(tree, held.format))
        for body in held.bodies:
            changes = TickChanges()  # nobody is there yet whom they concern
            for event in e.decode_events(body):
                state.apply(event, changes)
    except msgspec.MsgspecError as error:
        raise StoreError(f"{path} holds what this chatd does not know: {error}") from error
    except Exception as error:  # an event on what is not there can fail with nearly any of them
        log.error("%s: replaying it failed", path, exc_info=error)
        raise StoreError(f"{path}: its content is inconsistent ({error!r})") from error
    return state


def _check_clock(machine: Machine, last_stamp_ms: int) -> None:
    """Refuse to stamp a store by a clock that is likely wrong: stamps never go back."""
    doubt = why_not(machine.wall_ns() // NS_PER_MS, last_stamp_ms)
    if doubt is not None and not machine.clock_is_right:
        raise StoreError(f"{doubt}: set the clock, or pass --accept-clock if it is right")


def _report(recovered: Recovered) -> None:
    if recovered.cut:
        log.warning("%s", recovered.cut)
    log.info(
        "store at tick %d: snapshot of tick %d and %d ticks after it",
        recovered.last_tick,
        recovered.snapshot_tick,
        len(recovered.bodies),
    )


def _drop_segments(journal: Journal, tick: int, segments_max: int | None = None) -> bool:
    """Delete what a snapshot of `tick` replaces; return whether nothing is left to do."""
    try:
        return journal.drop_through(tick, segments_max)
    except OSError as error:
        log.warning("a segment of the journal stays until the next snapshot: %s", error)
        return True
