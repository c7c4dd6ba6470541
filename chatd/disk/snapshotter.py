"""Snapshots beside the running server: a child writes the file, the parent swaps it in."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chatd.disk.files import Disk, unlink_if_there
from chatd.disk.fork import Child, Spawn
from chatd.disk.snapshot import fill_snapshot, install_snapshot, temporary_path


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


@dataclass(frozen=True, slots=True)
class _Run:
    """The snapshot that is being written; `child` is None if it could not even start."""

    last_tick: int
    started_s: float
    child: Child | None
    error: str = ""

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

    def start(self, dump: Callable[[], object], last_tick: int) -> None:
        """Begin a snapshot of `dump()`, called in the child, which holds all to `last_tick`.

        The journal must have been rotated at `last_tick`. Whatever fails is told by `poll`.
        """
        assert self._run is None, "one snapshot at a time"
        started_s = self._now_s()
        try:
            self._run = _Run(last_tick, started_s, self._start_child(dump, last_tick))
        except OSError as error:
            self._run = _Run(last_tick, started_s, None, str(error))

    def poll(self) -> SnapshotResult | None:
        """Return the result once, when the child has ended and its file is in place."""
        if self._run is None or (error := self._run.poll()) is None:
            return None
        run, self._run = self._run, None
        error = error or self._install()
        if error:
            unlink_if_there(self._disk, temporary_path(self._path))
        return SnapshotResult(run.last_tick, round((self._now_s() - run.started_s) * 1000), error)

    def abandon(self) -> None:
        """End a running child and remove its file."""
        if self._run is None:
            return
        run, self._run = self._run, None
        if run.child:
            run.child.kill()
        unlink_if_there(self._disk, temporary_path(self._path))

    def _start_child(self, dump: Callable[[], object], last_tick: int) -> Child:
        fd = self._disk.create(temporary_path(self._path))
        try:
            return self._spawn(lambda: fill_snapshot(self._disk, fd, dump(), last_tick), {fd})
        finally:
            self._disk.close(fd)

    def _install(self) -> str:
        try:
            install_snapshot(self._disk, self._path)
        except OSError as error:
            return str(error)
        return ""
