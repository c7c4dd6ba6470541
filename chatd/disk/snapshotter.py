"""Snapshots beside the running server: a child writes the file, the parent swaps it in."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from chatd.disk.files import Disk, unlink_if_there
from chatd.disk.fork import Child, Spawn
from chatd.disk.snapshot import fill_snapshot, install_snapshot, temporary_path

log = logging.getLogger(__name__)

STALL_S = 300
"""A child that has written nothing for so long is ended. Before its first byte it turns the
whole state to builtins, which takes some seconds for each gigabyte."""


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """How a snapshot ended. error: "" if it is in place and durable, else what happened."""

    last_tick: int
    duration_ms: int
    error: str

    @property
    def ok(self) -> bool:
        """Whether the journal up to `last_tick` may go."""
        return not self.error


@dataclass(slots=True)
class _Run:
    """The snapshot that is being written; `child` is None if it could not even start.

    written: the bytes of its file when that last grew, at `grew_s`. error: what we know of
    its end and the child does not.
    """

    last_tick: int
    started_s: float
    child: Child | None
    error: str = ""
    written: int = 0
    grew_s: float = 0.0

    def poll(self) -> str | None:
        return self.child.poll() if self.child else self.error


class Snapshotter:
    """Writes one snapshot at a time and never waits for it."""

    def __init__(
        self,
        disk: Disk,
        path: str,
        spawn: Spawn,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._disk = disk
        self._path = path
        self._spawn = spawn
        self._now_s = now_s
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        """Whether `poll` has a result to wait for."""
        return self._run is not None

    def start(self, dump: Callable[[], object], last_tick: int, mark: bytes) -> None:
        """Begin a snapshot of `dump()`, called in the child, which holds all to `last_tick`.

        mark: that of the segment which holds that tick.
        The journal must have been rotated at `last_tick`. Whatever fails is told by `poll`.
        """
        assert self._run is None, "one snapshot at a time"
        now_s = self._now_s()
        try:
            child = self._start_child(dump, last_tick, mark)
            self._run = _Run(last_tick, now_s, child, grew_s=now_s)
        except OSError as error:
            self._run = _Run(last_tick, now_s, None, str(error))

    def poll(self) -> SnapshotResult | None:
        """Return the result once, when the child has ended and its file is in place."""
        run = self._run
        if run is None:
            return None
        error = run.poll()
        if error is None:
            self._end_if_stalled(run)
            return None
        self._run = None
        error = run.error or error or self._install()
        if error:
            self._remove_temporary()
        return SnapshotResult(run.last_tick, round((self._now_s() - run.started_s) * 1000), error)

    def abandon(self) -> None:
        """End a running child and remove its file."""
        if self._run is None:
            return
        run, self._run = self._run, None
        if run.child:
            run.child.kill()
        self._remove_temporary()

    def _end_if_stalled(self, run: _Run) -> None:
        assert run.child is not None
        now_s, written = self._now_s(), self._written()
        if written != run.written:
            run.written, run.grew_s = written, now_s
        elif now_s - run.grew_s >= STALL_S and not run.error:
            run.error = f"ended after {STALL_S} s in which it wrote nothing, at byte {written}"
            run.child.end()

    def _written(self) -> int:
        fd = self._disk.open_read(temporary_path(self._path))
        try:
            return self._disk.info(fd).size
        finally:
            self._disk.close(fd)

    def _remove_temporary(self) -> None:
        """Remove what a failed snapshot left; if that fails, too, the next one does."""
        try:
            unlink_if_there(self._disk, temporary_path(self._path))
        except OSError as error:
            log.warning("%s stays for now: %s", temporary_path(self._path), error.strerror)

    def _start_child(self, dump: Callable[[], object], last_tick: int, mark: bytes) -> Child:
        unlink_if_there(self._disk, temporary_path(self._path))
        fd = self._disk.create(temporary_path(self._path))
        try:
            return self._spawn(lambda: fill_snapshot(self._disk, fd, dump(), last_tick, mark), {fd})
        finally:
            self._disk.close(fd)

    def _install(self) -> str:
        try:
            install_snapshot(self._disk, self._path)
        except OSError as error:
            return str(error)
        return ""
