"""The store's lock, between real processes and on the simulated disk."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatd.disk import RealDisk, StoreLock
from chatd.disk.lock import lock_path
from chatd.errors import StoreLocked
from tests.disk.store import PATH
from tests.simulation.disk import SimDisk

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from chatd.disk import RealDisk, StoreLock
with StoreLock(RealDisk(), sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run another process that holds the lock until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield process


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "data" / "chat.db")


def test_lock_makes_a_missing_folder_for_its_owner_alone(path: str) -> None:
    StoreLock(RealDisk(), path).close()
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(lock_path(path)).st_mode) == 0o600


def test_lock_says_who_holds_it(path: str) -> None:
    with StoreLock(RealDisk(), path):
        assert Path(lock_path(path)).read_text() == f"{os.getpid()}\n"


def test_second_lock_in_the_same_process_is_refused(path: str) -> None:
    with StoreLock(RealDisk(), path):
        with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
            StoreLock(RealDisk(), path)


def test_lock_held_by_another_process_is_refused_and_names_it(path: str) -> None:
    with holder(path) as process:
        with pytest.raises(StoreLocked, match=f"in use by process {process.pid}$"):
            StoreLock(RealDisk(), path)


def test_lock_is_free_when_its_holder_has_closed_it(path: str) -> None:
    with holder(path):
        pass
    StoreLock(RealDisk(), path).close()


def test_lock_is_free_when_its_holder_was_killed(path: str) -> None:
    with holder(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        StoreLock(RealDisk(), path).close()


def test_lock_of_a_holder_with_a_longer_pid_leaves_none_of_its_digits(path: str) -> None:
    StoreLock(RealDisk(), path, pid=4_000_000).close()
    with StoreLock(RealDisk(), path, pid=7):
        with pytest.raises(StoreLocked, match="process 7$"):
            StoreLock(RealDisk(), path)


def test_locks_of_two_stores_do_not_meet(path: str) -> None:
    with StoreLock(RealDisk(), path), StoreLock(RealDisk(), path + "2"):
        pass


def test_lock_on_a_simulated_disk_is_refused_until_closed_or_the_process_ends() -> None:
    disk = SimDisk()
    lock = StoreLock(disk, PATH, pid=1)
    with pytest.raises(StoreLocked, match="process 1$"):
        StoreLock(disk, PATH, pid=2)
    lock.close()
    StoreLock(disk, PATH, pid=2)
    disk.end_process()
    StoreLock(disk, PATH, pid=3).close()
    assert not disk.open_paths()


class TwoAtOnce(SimDisk):
    """Another server creates the lock file just before we do."""

    def create(self, path: str) -> int:
        if path not in self.files():
            self.put(path, b"")
        return super().create(path)


def test_lock_file_created_by_another_at_the_same_moment_is_used() -> None:
    disk = TwoAtOnce()
    StoreLock(disk, PATH).close()
    assert disk.calls.count("open_write") == 2
