"""Room and durability by the calls that macOS has; here they stand in for those of Linux."""

import errno
import fcntl
import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatd.disk import portable

F_FULLFSYNC = 51
SIZE = 3 * 1024 * 1024 + 1


@pytest.fixture(autouse=True)
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fallocate")
    monkeypatch.delattr(os, "fdatasync")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", F_FULLFSYNC, raising=False)


@pytest.fixture
def fd(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    yield fd
    os.close(fd)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes which call has synced; what fcntl(2) fails with can be put in front."""
    calls: list[str] = []

    def full_sync(fd: int, command: int) -> None:
        assert command == F_FULLFSYNC
        if calls and calls[0].isdigit():
            raise OSError(int(calls.pop()), "no")
        calls.append("F_FULLFSYNC")

    monkeypatch.setattr(fcntl, "fcntl", full_sync)
    monkeypatch.setattr(os, "fsync", lambda fd: calls.append("fsync"))
    return calls


def test_room_is_really_taken_and_what_is_there_stays(fd: int) -> None:
    os.pwrite(fd, b"abc", 0)
    portable.allocate(fd, SIZE)
    assert os.pread(fd, SIZE + 1, 0) == b"abc" + bytes(SIZE - 3)
    assert os.fstat(fd).st_blocks * 512 >= SIZE, "no hole"
    portable.allocate(fd, 10)
    assert os.fstat(fd).st_size == SIZE


def test_room_that_is_not_there_is_refused(fd: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE - 1, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            portable.allocate(fd, SIZE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("sync", [portable.sync, portable.datasync])
def test_bytes_are_synced_to_the_medium(
    sync: Callable[[int], None], fd: int, synced: list[str]
) -> None:
    sync(fd)
    assert synced == ["F_FULLFSYNC"]


@pytest.mark.parametrize("code", [errno.ENOTSUP, errno.ENOTTY, errno.EINVAL])
def test_file_system_that_knows_no_full_sync_is_synced_as_it_can(
    code: int, fd: int, synced: list[str]
) -> None:
    synced.append(str(code))
    portable.sync(fd)
    assert synced == ["fsync"]


def test_disk_that_fails_is_not_synced_by_another_call(fd: int, synced: list[str]) -> None:
    synced.append(str(errno.EIO))
    with pytest.raises(OSError) as raised:
        portable.sync(fd)
    assert raised.value.errno == errno.EIO and synced == []
