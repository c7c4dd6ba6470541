"""Snapshots beside the server, with a simulated disk and with real children."""

import errno
import gc
import os
import signal
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from chatd.disk import Child, RealDisk, SnapshotResult, Snapshotter, fork_child
from chatd.disk.fork import REPORT_BYTES_MAX, ForkedChild
from chatd.disk.snapshot import Snapshot, load_snapshot, temporary_path
from chatd.disk.snapshotter import STALL_S
from tests.disk.store import MARK, PATH, new_disk
from tests.simulation.disk import SimDisk, run_inline

PATIENCE_S = 30


def wait_for_result(poll: Callable[[], SnapshotResult | None]) -> SnapshotResult:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if (result := poll()) is not None:
            return result
        os.sched_yield()
    raise AssertionError("the child doesn't end")


class Spawner:
    """Forks, and remembers the child."""

    def __init__(self) -> None:
        self.child: ForkedChild | None = None

    def __call__(self, work: Callable[[], object], keep: Collection[int]) -> Child:
        self.child = fork_child(work, keep)
        return self.child

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "chat.db")


@pytest.fixture
def spawner() -> Spawner:
    return Spawner()


@pytest.fixture
def snapshotter(path: str, spawner: Spawner) -> Iterator[Snapshotter]:
    snapshotter = Snapshotter(RealDisk(), path, spawner)
    yield snapshotter
    snapshotter.abandon()


def wait_for_ever() -> object:
    signal.pause()
    return None


# Without a process.


def test_result_tells_the_tick_and_the_time_and_is_told_once() -> None:
    times = iter([10.0, 10.25])
    disk = new_disk()
    snapshotter = Snapshotter(disk, PATH, run_inline, now_s=lambda: next(times))
    assert not snapshotter.running and snapshotter.poll() is None
    snapshotter.start(lambda: ["tree"], 7, MARK)
    assert snapshotter.running
    assert snapshotter.poll() == SnapshotResult(last_tick=7, duration_ms=250, error="")
    assert not snapshotter.running and snapshotter.poll() is None
    assert load_snapshot(disk, PATH) == Snapshot(["tree"], 7, MARK)


def test_snapshot_is_in_place_only_after_poll_and_durable_then() -> None:
    disk = new_disk()
    snapshotter = Snapshotter(disk, PATH, run_inline)
    snapshotter.start(lambda: [], 1, MARK)
    assert set(disk.files()) == {temporary_path(PATH)}
    assert snapshotter.poll()
    disk.crash()
    assert set(disk.files()) == {PATH}


@pytest.mark.parametrize("operation", ["create", "write", "sync", "rename", "sync_folder"])
def test_failure_anywhere_is_a_result_and_leaves_no_temporary_file(operation: str) -> None:
    disk = new_disk()
    snapshotter = Snapshotter(disk, PATH, run_inline)
    disk.fail_on(operation, errno.EIO)
    snapshotter.start(lambda: [], 1, MARK)
    result = snapshotter.poll()
    assert result is not None and not result.ok
    assert "Input/output error" in result.error
    assert temporary_path(PATH) not in disk.files()
    assert not disk.open_paths()


def test_failed_snapshot_keeps_the_old_one_and_the_next_works() -> None:
    disk = new_disk()
    snapshotter = Snapshotter(disk, PATH, run_inline)
    for tree, ok in (("old", True), (object(), False), ("new", True)):
        snapshotter.start(lambda tree=tree: tree, 1, MARK)  # type: ignore[misc]
        result = snapshotter.poll()
        assert result is not None and result.ok is ok
        snapshot = load_snapshot(disk, PATH)
        assert snapshot is not None and snapshot.tree == (tree if ok else "old")


def test_child_that_can_not_be_had_is_a_failed_snapshot() -> None:
    def spawn(work: Callable[[], object], keep: Collection[int]) -> Child:
        raise OSError(errno.EAGAIN, "no process")

    disk = new_disk()
    snapshotter = Snapshotter(disk, PATH, spawn)
    snapshotter.start(lambda: [], 1, MARK)
    result = snapshotter.poll()
    assert result is not None and "no process" in result.error
    assert not disk.files() and not disk.open_paths()


def test_second_snapshot_at_the_same_time_is_a_bug() -> None:
    snapshotter = Snapshotter(SimDisk(), "chat.db", run_inline)
    snapshotter.start(lambda: [], 1, MARK)
    with pytest.raises(AssertionError):
        snapshotter.start(lambda: [], 1, MARK)


def test_abandon_removes_the_temporary_file_and_ends_the_run() -> None:
    disk = new_disk()
    snapshotter = Snapshotter(disk, PATH, run_inline)
    snapshotter.abandon()  # nothing to do
    snapshotter.start(lambda: [], 1, MARK)
    snapshotter.abandon()
    assert not snapshotter.running and snapshotter.poll() is None
    assert not disk.files()


@pytest.mark.parametrize("operation", ["unlink", "rename"])
def test_temporary_file_that_can_not_be_removed_is_removed_by_the_next_snapshot(
    operation: str,
) -> None:
    disk = new_disk()
    disk.put(temporary_path(PATH), b"left over")
    snapshotter = Snapshotter(disk, PATH, run_inline)
    disk.fail_on(operation, errno.EROFS)
    for ok in (False, True):
        snapshotter.start(lambda: ["tree"], 1, MARK)
        result = snapshotter.poll()
        assert result is not None and result.ok is ok
    assert set(disk.files()) == {PATH}


# With real children.


def test_fork_that_the_system_refuses_is_a_failed_snapshot_and_leaks_nothing(
    snapshotter: Snapshotter, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise OSError(errno.EAGAIN, "no process")

    monkeypatch.setattr(os, "fork", refuse)
    snapshotter.start(lambda: [], 1, MARK)
    assert "no process" in wait_for_result(snapshotter.poll).error
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    assert not os.listdir(os.path.dirname(path))


def test_child_writes_what_the_state_was_at_the_start(snapshotter: Snapshotter, path: str) -> None:
    state = {"a": 1}
    snapshotter.start(lambda: state, 3, MARK)
    state["a"] = 2
    assert wait_for_result(snapshotter.poll).ok
    assert load_snapshot(RealDisk(), path) == Snapshot({"a": 1}, 3, MARK)
    assert os.listdir(os.path.dirname(path)) == ["chat.db"]


def test_poll_does_not_wait_for_the_child(snapshotter: Snapshotter) -> None:
    snapshotter.start(wait_for_ever, 1, MARK)
    assert snapshotter.poll() is None
    assert snapshotter.running


def test_child_has_no_descriptor_but_its_file_and_its_pipe(
    snapshotter: Snapshotter, path: str
) -> None:
    def descriptors() -> list[str]:
        folder = "/proc/self/fd"
        names = [os.path.join(folder, name) for name in os.listdir(folder)]
        return [os.readlink(name) for name in names if os.path.lexists(name)]

    high = os.dup2(1, 777)
    snapshotter.start(descriptors, 1, MARK)
    os.close(high)
    assert wait_for_result(snapshotter.poll).ok
    snapshot = load_snapshot(RealDisk(), path)
    assert snapshot is not None
    pipe, file = sorted(snapshot.tree, key=lambda name: not name.startswith("pipe:"))
    assert pipe.startswith("pipe:") and file == temporary_path(path)


def test_child_has_no_signal_handler_and_no_wakeup_descriptor_of_the_server(
    snapshotter: Snapshotter, path: str
) -> None:
    def signals() -> object:
        blocked = len(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        default = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        return default, blocked, signal.set_wakeup_fd(-1), gc.isenabled()

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    wakeup_before = signal.set_wakeup_fd(writing)
    try:
        snapshotter.start(signals, 1, MARK)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
        assert wait_for_result(snapshotter.poll).ok
    finally:
        signal.set_wakeup_fd(wakeup_before)
        signal.signal(signal.SIGTERM, before)
        os.close(reading)
        os.close(writing)
    snapshot = load_snapshot(RealDisk(), path)
    assert snapshot is not None and snapshot.tree == (True, 0, -1, False)


def test_child_that_is_killed_is_a_failed_snapshot(
    snapshotter: Snapshotter, spawner: Spawner, path: str
) -> None:
    snapshotter.start(wait_for_ever, 1, MARK)
    os.kill(spawner.pid, signal.SIGKILL)
    result = wait_for_result(snapshotter.poll)
    assert result.error == f"the child ended with status {-signal.SIGKILL}"
    assert not os.listdir(os.path.dirname(path))


def test_child_that_raises_says_why(snapshotter: Snapshotter, path: str) -> None:
    def fail() -> object:
        raise RuntimeError("some reason")

    snapshotter.start(fail, 1, MARK)
    assert wait_for_result(snapshotter.poll).error == "RuntimeError: some reason"
    assert not os.listdir(os.path.dirname(path))


def test_child_with_a_long_reason_is_cut_short_and_never_waits(snapshotter: Snapshotter) -> None:
    def fail() -> object:
        raise RuntimeError("x" * 1_000_000)

    snapshotter.start(fail, 1, MARK)
    assert len(wait_for_result(snapshotter.poll).error) == REPORT_BYTES_MAX


def test_child_that_wants_to_exit_runs_nothing_of_the_server(snapshotter: Snapshotter) -> None:
    def leave() -> object:
        raise SystemExit(0)

    snapshotter.start(leave, 1, MARK)
    assert wait_for_result(snapshotter.poll).error == "SystemExit: 0"


@pytest.mark.parametrize("stopped", [False, True])
def test_child_that_writes_nothing_for_too_long_is_ended(
    path: str, spawner: Spawner, stopped: bool
) -> None:
    now_s = 0.0
    snapshotter = Snapshotter(RealDisk(), path, spawner, now_s=lambda: now_s)
    snapshotter.start(wait_for_ever, 1, MARK)
    if stopped:
        os.kill(spawner.pid, signal.SIGSTOP)
    for elapsed_s in (1.0, STALL_S - 0.1):
        now_s = elapsed_s
        assert snapshotter.poll() is None
    os.kill(spawner.pid, 0)
    now_s = STALL_S
    result = wait_for_result(snapshotter.poll)
    assert result.error == f"ended after {STALL_S} s in which it wrote nothing, at byte 0"
    assert not os.listdir(os.path.dirname(path))
    with pytest.raises(ProcessLookupError):
        os.kill(spawner.pid, 0)


def test_child_that_is_slow_and_goes_on_writing_is_not_ended(path: str, spawner: Spawner) -> None:
    now_s = 0.0
    snapshotter = Snapshotter(RealDisk(), path, spawner, now_s=lambda: now_s)
    snapshotter.start(wait_for_ever, 1, MARK)
    for minute in range(1, 100):
        with open(temporary_path(path), "ab") as file:  # in the child's place
            file.write(b"more")
        now_s = minute * (STALL_S - 1)
        assert snapshotter.poll() is None
    now_s += STALL_S
    assert wait_for_result(snapshotter.poll).error.endswith(f"at byte {99 * len(b'more')}")


def test_abandon_kills_and_reaps_the_child(
    snapshotter: Snapshotter, spawner: Spawner, path: str
) -> None:
    snapshotter.start(wait_for_ever, 1, MARK)
    snapshotter.abandon()
    with pytest.raises(ProcessLookupError):
        os.kill(spawner.pid, 0)
    assert not os.listdir(os.path.dirname(path))


def test_abandon_of_a_child_that_has_ended_reaps_it(
    snapshotter: Snapshotter, spawner: Spawner
) -> None:
    snapshotter.start(lambda: [], 1, MARK)
    os.waitid(os.P_PID, spawner.pid, os.WEXITED | os.WNOWAIT)
    snapshotter.abandon()
    with pytest.raises(ProcessLookupError):
        os.kill(spawner.pid, 0)


@pytest.mark.parametrize("end", ["poll", "abandon"])
def test_child_that_the_system_reaps_is_no_matter(
    snapshotter: Snapshotter, path: str, end: str
) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        snapshotter.start(lambda: ["tree"], 1, MARK)
        if end == "poll":
            assert wait_for_result(snapshotter.poll).ok
            assert load_snapshot(RealDisk(), path) == Snapshot(["tree"], 1, MARK)
        else:
            snapshotter.abandon()
    finally:
        signal.signal(signal.SIGCHLD, before)
