"""The bytes of files: what is hashed, how many stay open, what is removed."""

import hashlib

import pytest

from chatd.disk.blobs import OPEN_MAX, DiskBlobs
from tests.simulation.disk import SimDisk


@pytest.fixture
def disk() -> SimDisk:
    return SimDisk()


@pytest.fixture
def blobs(disk: SimDisk) -> DiskBlobs:
    return DiskBlobs(disk, "chat.db")


def test_hash_is_that_of_what_was_written_last(blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    blobs.write(1, b"wrong", 3)  # the event that told of it was refused
    blobs.write(1, b"two", 3)
    assert blobs.sha256(1, 6) == hashlib.sha256(b"onetwo").digest()


def test_hash_is_not_that_of_what_was_written_in_vain_at_the_end(blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    blobs.write(1, b"two", 3)  # the event that told of it was refused
    assert blobs.sha256(1, 3) == hashlib.sha256(b"one").digest()


def test_hash_after_a_restart_is_read_from_the_disk(disk: SimDisk, blobs: DiskBlobs) -> None:
    blobs.create(1)
    blobs.write(1, b"one", 0)
    again = DiskBlobs(disk, "chat.db")
    again.write(1, b"two", 3)
    assert again.sha256(1, 6) == hashlib.sha256(b"onetwo").digest()


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
    blobs.sha256(1, 1)
    blobs.sync()
    assert disk.open_paths() == []


def test_removing_what_is_not_there_is_no_error(blobs: DiskBlobs, disk: SimDisk) -> None:
    blobs.create(1)
    blobs.remove(1)
    blobs.remove(1)
    assert disk.open_paths() == [] and blobs.read(1, 1, 0) is None


def test_missing_files_are_told(blobs: DiskBlobs) -> None:
    assert blobs.missing({1, 2}) == [1, 2]
    blobs.create(2)
    assert blobs.missing({1, 2}) == [1]
