"""The bytes of files: what is hashed, how many stay open, what is removed."""

import errno
import hashlib

import pytest

from chatd.disk.blobs import OPEN_MAX, DiskBlobs
from chatd.errors import StorageFull
from tests.simulation.disk import SimDisk


@pytest.fixture
def disk() -> SimDisk:
    return SimDisk()


@pytest.fixture
def blobs(disk: SimDisk) -> DiskBlobs:
    return DiskBlobs(disk, "chat.db")


def sha256(blobs: DiskBlobs, number: int, size: int) -> bytes:
    assert blobs.catch_up(number, size, size)
    return blobs.sha256(number)


def test_hash_is_that_of_what_was_written_last(blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    blobs.write(1, b"wrong", 3)  # the event that told of it was refused
    blobs.write(1, b"two", 3)
    assert sha256(blobs, 1, 6) == hashlib.sha256(b"onetwo").digest()


def test_hash_is_not_that_of_what_was_written_in_vain_at_the_end(blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    blobs.write(1, b"two", 3)  # the event that told of it was refused
    assert sha256(blobs, 1, 3) == hashlib.sha256(b"one").digest()


def test_hash_after_a_restart_is_read_from_the_disk(disk: SimDisk, blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    again = DiskBlobs(disk, "chat.db")
    again.write(1, b"two", 3)
    assert sha256(again, 1, 6) == hashlib.sha256(b"onetwo").digest()


def test_hash_is_found_out_in_slices_and_known_from_then_on(
    disk: SimDisk, blobs: DiskBlobs
) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    again = DiskBlobs(disk, "chat.db")
    again.write(1, b"two", 3)
    assert [again.catch_up(1, 6, 2) for _ in range(3)] == [False, False, True]
    again.write(1, b"three", 6)  # what comes in its turn is taken up as it comes
    again.sync()
    disk.calls.clear()
    assert sha256(again, 1, 11) == sha256(again, 1, 11)
    assert sha256(again, 1, 11) == hashlib.sha256(b"onetwothree").digest()
    assert disk.calls == []


def test_a_file_that_is_too_short_on_the_disk_has_the_hash_of_what_is_there(
    disk: SimDisk, blobs: DiskBlobs
) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    again = DiskBlobs(disk, "chat.db")
    assert sha256(again, 1, 6) == hashlib.sha256(b"one").digest()


def test_open_files_are_bounded_once_they_are_synced(disk: SimDisk, blobs: DiskBlobs) -> None:
    for number in range(2 * OPEN_MAX):
        blobs.create(number)
        blobs.write(number, b"x", 0)
        blobs.sync()
    assert len(disk.open_paths()) <= OPEN_MAX
    blobs.write(0, b"y", 1)
    assert blobs.read(0, 9, 0) == b"xy"
    blobs.close()
    assert disk.open_paths() == []


def test_complete_file_is_closed_with_the_tick(disk: SimDisk, blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"x", 0)
    blobs.complete(1)
    blobs.sync()
    assert disk.open_paths() == []


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
def test_file_that_is_closed_with_an_error_costs_a_log_line_alone(
    disk: SimDisk, blobs: DiskBlobs, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    for file in range(OPEN_MAX):
        blobs.create(file)
        blobs.write(file, b"x", 0)
    disk.fail_on("close", number)
    blobs.create(OPEN_MAX)  # the one written to longest ago gives way
    disk.fail_on("close", number)
    blobs.complete(1)
    assert blobs.sync() == []
    disk.fail_on("close", number)
    blobs.remove(2)
    assert blobs.read(2, 1, 0) is None
    disk.fail_on("close", number)
    blobs.close()
    assert blobs.read(0, 1, 0) == blobs.read(1, 1, 0) == b"x"
    assert caplog.text.count("was closed with an error") == 4


@pytest.mark.parametrize("call", ["datasync", "sync_folder"])
def test_file_whose_sync_has_failed_is_lost_though_the_next_sync_would_succeed(
    disk: SimDisk, blobs: DiskBlobs, call: str
) -> None:
    blobs.create(1)
    blobs.write(1, b"x", 0)
    disk.fail_on(call, errno.EIO)
    for _ in range(2):  # the system takes for written what it could not write
        with pytest.raises(StorageFull):
            sha256(blobs, 1, 1)
    assert blobs.sync() == [1]
    blobs.remove(1)
    blobs.create(1)  # the number is free for another file
    blobs.write(1, b"y", 0)
    assert sha256(blobs, 1, 1) == hashlib.sha256(b"y").digest() and blobs.sync() == []


def test_removing_what_is_not_there_is_no_error(blobs: DiskBlobs, disk: SimDisk) -> None:
    blobs.create(1)
    blobs.remove(1)
    blobs.remove(1)
    assert disk.open_paths() == [] and blobs.read(1, 1, 0) is None


def test_missing_files_are_told(blobs: DiskBlobs) -> None:
    assert blobs.missing({1, 2}) == [1, 2]
    blobs.create(2)
    assert blobs.missing({1, 2}) == [1]
