"""The real disk, and that the simulated one behaves like it."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from chatd.disk import Disk, RealDisk
from chatd.disk.files import folder_of, unlink_if_there
from tests.simulation.disk import SimDisk


@pytest.fixture(params=["real", "real, as on macOS", "simulated"])
def disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Each disk; paths are relative to an empty folder."""
    monkeypatch.chdir(tmp_path)
    if "macOS" in request.param:
        monkeypatch.delattr(os, "posix_fallocate")
        monkeypatch.delattr(os, "fdatasync")
    return SimDisk() if request.param == "simulated" else RealDisk()


def content(disk: Disk, path: str) -> bytes:
    fd = disk.open_read(path)
    try:
        return disk.read(fd, disk.info(fd).size, 0)
    finally:
        disk.close(fd)


def put(disk: Disk, path: str, data: bytes) -> None:
    fd = disk.create(path)
    disk.write(fd, data, 0)
    disk.close(fd)


def test_created_file_is_empty_and_its_owners_alone(disk: Disk) -> None:
    fd = disk.create("file")
    info = disk.info(fd)
    disk.close(fd)
    assert (info.size, info.owner, stat.S_IMODE(info.mode)) == (0, os.geteuid(), 0o600)


def test_create_of_a_file_that_exists_fails(disk: Disk) -> None:
    put(disk, "file", b"")
    with pytest.raises(FileExistsError):
        disk.create("file")


def test_missing_file_and_folder_fail(disk: Disk) -> None:
    operations: list[Callable[[str], object]] = [
        disk.open_read,
        disk.open_write,
        disk.unlink,
        disk.list_folder,
        disk.sync_folder,
        lambda path: disk.create(f"{path}/file"),
        lambda path: disk.rename(path, "new"),
        lambda path: disk.link(path, "new"),
        disk.remove_folder,
    ]
    for operation in operations:
        with pytest.raises(FileNotFoundError):
            operation("missing")


def test_write_past_the_end_leaves_zeros_between(disk: Disk) -> None:
    fd = disk.create("file")
    disk.write(fd, b"ab", 3)
    disk.write(fd, b"c", 1)
    disk.close(fd)
    assert content(disk, "file") == b"\0c\0ab"


def test_read_at_the_end_is_short(disk: Disk) -> None:
    put(disk, "file", b"abc")
    fd = disk.open_read("file")
    assert [disk.read(fd, 2, at) for at in (0, 2, 3, 9)] == [b"ab", b"c", b"", b""]
    disk.close(fd)


def test_allocate_grows_with_zeros_and_never_shrinks(disk: Disk) -> None:
    fd = disk.create("file")
    disk.write(fd, b"abc", 0)
    disk.allocate(fd, 2)
    disk.allocate(fd, 5)
    disk.datasync(fd)
    disk.sync(fd)
    disk.close(fd)
    assert content(disk, "file") == b"abc\0\0"


def test_truncate_cuts_and_grows(disk: Disk) -> None:
    put(disk, "file", b"abc")
    fd = disk.open_write("file")
    disk.truncate(fd, 1)
    disk.truncate(fd, 2)
    disk.close(fd)
    assert content(disk, "file") == b"a\0"


def test_rename_replaces_and_unlink_removes(disk: Disk) -> None:
    put(disk, "one", b"1")
    put(disk, "two", b"2")
    disk.rename("one", "two")
    disk.sync_folder(".")
    assert disk.list_folder(".") == ["two"]
    assert content(disk, "two") == b"1"
    disk.unlink("two")
    unlink_if_there(disk, "two")
    assert disk.list_folder(".") == []


def test_linked_file_has_two_names_and_outlives_one(disk: Disk) -> None:
    put(disk, "one", b"abc")
    disk.make_folder("folder")
    disk.link("one", "folder/two")
    with pytest.raises(FileExistsError):
        disk.link("one", "folder/two")
    disk.unlink("one")
    assert content(disk, "folder/two") == b"abc"


def test_folder_is_listed_and_removed_when_it_is_empty(disk: Disk) -> None:
    disk.make_folder("folder")
    put(disk, "folder/file", b"")
    assert disk.list_folder(".") == ["folder"] and disk.list_folder("folder") == ["file"]
    with pytest.raises(OSError, match="not empty"):
        disk.remove_folder("folder")
    disk.unlink("folder/file")
    disk.remove_folder("folder")
    assert disk.list_folder(".") == []


def test_file_that_is_open_outlives_its_name(disk: Disk) -> None:
    put(disk, "file", b"abc")
    fd = disk.open_read("file")
    disk.unlink("file")
    assert disk.read(fd, 3, 0) == b"abc"
    disk.close(fd)


def test_made_folder_holds_files_and_may_exist_already(disk: Disk) -> None:
    disk.make_folder("folder")
    put(disk, "folder/file", b"")
    disk.make_folder("folder")
    assert disk.list_folder("folder") == ["file"]


def test_lock_is_of_the_open_file_and_ends_with_it(disk: Disk) -> None:
    put(disk, "file", b"")
    one, two = disk.open_write("file"), disk.open_write("file")
    disk.lock(one)
    with pytest.raises(BlockingIOError):
        disk.lock(two)
    disk.close(one)
    disk.lock(two)
    disk.close(two)


def test_descriptors_are_not_handed_to_programs_that_we_start(tmp_path: Path) -> None:
    disk = RealDisk()
    path = str(tmp_path / "file")
    for fd in (disk.create(path), disk.open_read(path), disk.open_write(path)):
        assert not os.get_inheritable(fd)
        disk.close(fd)


def test_folder_that_is_made_is_its_owners_alone_and_an_old_one_is_left(tmp_path: Path) -> None:
    disk = RealDisk()
    path = tmp_path / "new"
    disk.make_folder(str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    path.chmod(0o755)
    disk.make_folder(str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_write_to_a_full_disk_fails() -> None:
    fd = os.open("/dev/full", os.O_RDWR)
    try:
        with pytest.raises(OSError) as caught:
            RealDisk().write(fd, b"a", 0)
    finally:
        os.close(fd)
    assert caught.value.errno == errno.ENOSPC


def test_write_that_the_system_cuts_short_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: whole(fd, bytes(data)[:3], at))
    put(RealDisk(), str(tmp_path / "file"), b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_read_that_the_system_cuts_short_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    whole = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, at: whole(fd, min(size, 3), at))
    assert content(RealDisk(), str(tmp_path / "file")) == b"0123456789"


def test_folder_of_a_bare_name_is_the_current_one() -> None:
    assert (folder_of("file"), folder_of("a/b/file")) == (".", "a/b")
