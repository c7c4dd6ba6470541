"""The simulated disk: what may be lost, what may not, and how it fails when told to."""

import errno

import pytest

from tests.simulation.disk import SECTOR_BYTES, PowerCut, SimDisk, run_inline


def disk_with_a_file(content: bytes = b"") -> tuple[SimDisk, int]:
    """Return a disk with a durable file of this content, open, and no call counted."""
    disk = SimDisk()
    disk.put("file", content)
    fd = disk.open_write("file")
    disk.calls.clear()
    return disk, fd


def test_unsynced_write_is_seen_and_lost_in_a_crash() -> None:
    disk, fd = disk_with_a_file(b"old")
    disk.write(fd, b"new", 0)
    assert disk.files() == {"file": b"new"}
    disk.crash()
    assert disk.files() == {"file": b"old"}


@pytest.mark.parametrize("operation", ["sync", "datasync"])
def test_synced_write_and_truncation_survive(operation: str) -> None:
    disk, fd = disk_with_a_file(b"old")
    disk.write(fd, b"newer", 0)
    disk.truncate(fd, 4)
    getattr(disk, operation)(fd)
    disk.crash()
    assert disk.files() == {"file": b"newe"}


def test_unsynced_write_is_torn_between_aligned_sectors() -> None:
    disk, fd = disk_with_a_file(b"." * 3 * SECTOR_BYTES)
    disk.write(fd, b"x" * (SECTOR_BYTES + 2), SECTOR_BYTES - 1)
    answers = iter([True, False, True])
    disk.crash(lambda: next(answers))
    torn = b"." * (SECTOR_BYTES - 1) + b"x" + b"." * SECTOR_BYTES + b"x"
    assert disk.files()["file"].startswith(torn + b".")


def test_unsynced_create_may_be_lost_though_the_file_was_synced() -> None:
    disk = SimDisk()
    disk.sync(disk.create("file"))
    disk.crash()
    assert disk.files() == {}


def test_names_survive_when_their_folder_was_synced() -> None:
    disk = SimDisk()
    disk.make_folder("other")
    disk.create("file")
    disk.create("other/file")
    disk.sync_folder(".")
    disk.crash()
    assert list(disk.files()) == ["file"]


def test_unsynced_rename_is_lost_or_kept_as_a_whole() -> None:
    for survives in (False, True):
        disk, _ = disk_with_a_file(b"new")
        disk.put("target", b"old")
        disk.rename("file", "target")
        disk.crash(lambda survives=survives: survives)  # type: ignore[misc]
        assert disk.files() == (
            {"target": b"new"} if survives else {"file": b"new", "target": b"old"}
        )


def test_unlinked_file_may_come_back_without_what_was_not_synced() -> None:
    disk = SimDisk()
    disk.write(disk.create("file"), b"data", 0)
    disk.unlink("file")
    answers = iter([False, True, False])  # the bytes, the creation, the removal
    disk.crash(lambda: next(answers))
    assert disk.files() == {"file": b""}


def test_failed_sync_forgets_what_it_should_have_made_durable() -> None:
    disk, fd = disk_with_a_file(b"old")
    disk.write(fd, b"new", 0)
    disk.fail_on("datasync", errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        disk.datasync(fd)
    disk.datasync(fd)
    disk.crash(lambda: True)
    assert disk.files() == {"file": b"old"}


def test_call_told_to_fail_fails_once_and_does_nothing() -> None:
    disk, fd = disk_with_a_file()
    disk.fail_at(2, errno.EROFS)
    disk.write(fd, b"a", 0)
    with pytest.raises(OSError) as caught:
        disk.write(fd, b"b", 0)
    assert caught.value.errno == errno.EROFS
    assert disk.files() == {"file": b"a"}
    disk.write(fd, b"c", 0)
    assert disk.calls == ["write"] * 3


def test_power_is_gone_from_the_call_it_was_cut_at_until_the_crash() -> None:
    disk, fd = disk_with_a_file()
    disk.cut_power_at(2)
    disk.write(fd, b"a", 0)
    for _ in range(2):
        with pytest.raises(PowerCut):
            disk.sync(fd)
    disk.crash()
    assert disk.files() == {"file": b""}
    assert disk.calls == [] and disk.open_paths() == []
    disk.open_read("file")


def test_process_that_ends_loses_its_files_and_nothing_it_wrote() -> None:
    disk, fd = disk_with_a_file()
    disk.write(fd, b"a", 0)
    disk.cut_power_at(2)
    with pytest.raises(PowerCut):
        disk.sync(fd)
    disk.end_process()
    assert disk.open_paths() == []
    assert disk.files() == {"file": b"a"}
    disk.open_read("file")


def test_full_disk_refuses_growth_and_allows_overwriting() -> None:
    disk, fd = disk_with_a_file(b"12345")
    disk.capacity = 6
    disk.allocate(fd, 6)
    disk.write(fd, b"67", 4)
    for grow in (disk.allocate, disk.truncate):
        with pytest.raises(OSError, match="No space left"):
            grow(fd, 7)
    with pytest.raises(OSError, match="No space left"):
        disk.write(fd, b"8", 6)


def test_removed_file_gives_its_room_back_when_it_is_closed() -> None:
    disk, fd = disk_with_a_file(b"12345")
    disk.capacity = 5
    disk.unlink("file")
    other = disk.create("other")
    with pytest.raises(OSError, match="No space left"):
        disk.allocate(other, 5)
    disk.close(fd)
    disk.allocate(other, 5)


def test_inline_work_is_done_on_return_and_a_power_cut_goes_through() -> None:
    def fail() -> None:
        raise ValueError("why")

    def lose_power() -> None:
        raise PowerCut

    assert run_inline(lambda: None, ()).poll() == ""
    assert run_inline(fail, ()).poll() == "ValueError: why"
    with pytest.raises(PowerCut):
        run_inline(lose_power, ())
