"""The journal's writing side."""

import errno

import pytest

from chatd.config import Fsync
from chatd.disk import DiskJournal
from chatd.disk.segment import HEADER_BYTES, RECORD_BYTES, segment_path
from chatd.errors import StoreFull
from tests.disk.store import (
    FULL_BODY,
    PATH,
    RESERVE_BYTES,
    SEGMENT_BYTES,
    new_disk,
    open_journal,
    recover_store,
    take_snapshot,
    write_journal,
)
from tests.simulation.disk import SimDisk

NO_ROOM = [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE]


def bodies_after_a_crash(disk: SimDisk) -> list[bytes]:
    disk.crash()
    return recover_store(disk).bodies


def segments(disk: SimDisk) -> list[int]:
    return [number for number in range(1, 10) if segment_path(PATH, number) in disk.files()]


def test_ticks_are_numbered_from_one() -> None:
    journal = open_journal(new_disk())
    assert journal.last_tick == 0
    assert [journal.append(b"a"), journal.append(b"b")] == [1, 2]
    assert journal.last_tick == 2


def test_append_costs_one_write_and_one_sync() -> None:
    disk = new_disk()
    journal = open_journal(disk)
    disk.calls.clear()
    journal.append(b"a")
    assert disk.calls == ["write", "datasync"]


def test_append_with_fsync_always_is_durable_on_return() -> None:
    disk = new_disk()
    open_journal(disk).append(b"a")
    assert bodies_after_a_crash(disk) == [b"a"]


@pytest.mark.parametrize("fsync", [Fsync.EVERYSEC, Fsync.NEVER])
def test_append_in_the_other_modes_is_durable_after_a_sync(fsync: Fsync) -> None:
    disk = new_disk()
    journal = open_journal(disk, fsync=fsync)
    journal.append(b"a")
    journal.sync()
    journal.append(b"b")
    assert bodies_after_a_crash(disk) == [b"a"]


def test_sync_with_nothing_new_costs_nothing() -> None:
    disk = new_disk()
    journal = open_journal(disk)
    journal.append(b"a")
    disk.calls.clear()
    journal.sync()
    assert not disk.calls


def test_process_that_dies_without_a_power_cut_loses_nothing_in_any_mode() -> None:
    disk = new_disk()
    open_journal(disk, fsync=Fsync.NEVER).append(b"a")
    disk.end_process()
    assert recover_store(disk).bodies == [b"a"]


def test_record_that_just_fits_stays_in_the_segment_and_one_byte_more_goes_on() -> None:
    disk = new_disk()
    journal = open_journal(disk)
    journal.append(FULL_BODY)
    journal.append(FULL_BODY)
    assert segments(disk) == [1]
    journal.append(b"")
    assert segments(disk) == [1, 2]
    journal.append(FULL_BODY[:-RECORD_BYTES])
    journal.append(FULL_BODY + b"x")
    assert segments(disk) == [1, 2, 3]
    assert len(disk.files()[segment_path(PATH, 1)]) == SEGMENT_BYTES
    assert len(bodies_after_a_crash(disk)) == 5


def test_record_larger_than_a_segment_has_one_of_its_own() -> None:
    disk = new_disk()
    large = bytes(range(256)) * 4
    write_journal(disk, b"a", large, b"b").close()
    assert segments(disk) == [1, 2, 3]
    assert bodies_after_a_crash(disk) == [b"a", large, b"b"]


def test_a_tick_may_fill_a_segment_and_one_byte_more_is_refused_at_the_start() -> None:
    def journal(reserve_bytes: int) -> DiskJournal:
        return DiskJournal(
            new_disk(),
            PATH,
            fsync=Fsync.ALWAYS,
            segment_bytes=SEGMENT_BYTES,
            reserve_bytes=reserve_bytes,
        )

    assert journal(SEGMENT_BYTES - HEADER_BYTES).reserve()
    with pytest.raises(ValueError, match="fit into a segment"):
        journal(SEGMENT_BYTES - HEADER_BYTES + 1)


def test_reserve_with_exactly_a_tick_left_asks_the_disk_for_nothing() -> None:
    disk = new_disk()
    journal = open_journal(disk)
    journal.append(FULL_BODY)
    disk.calls.clear()
    assert journal.reserve()
    assert not disk.calls


def test_reserve_with_one_byte_less_makes_the_next_segment_once() -> None:
    disk = new_disk()
    journal = open_journal(disk)
    journal.append(FULL_BODY + b"x")
    disk.calls.clear()
    assert journal.reserve()
    assert disk.calls == ["create", "allocate", "sync_folder"]
    assert journal.reserve()
    assert disk.calls == ["create", "allocate", "sync_folder"]


def test_append_after_reserve_needs_no_room_of_the_disk() -> None:
    disk = new_disk()
    journal = open_journal(disk)
    for _ in range(5):
        disk.capacity = None
        assert journal.reserve()
        disk.capacity = 0
        journal.append(FULL_BODY)


@pytest.mark.parametrize("operation", ["create", "allocate", "sync_folder"])
@pytest.mark.parametrize("number", NO_ROOM)
def test_reserve_without_room_says_no_and_leaves_nothing_behind(
    number: int, operation: str
) -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, b"a")
    before, open_before = disk.files(), disk.open_paths()
    disk.fail_on(operation, number)
    assert not journal.reserve()
    assert (disk.files(), disk.open_paths()) == (before, open_before)
    assert journal.reserve()  # later there is room again


def test_reserve_on_a_full_disk_says_no_until_there_is_room() -> None:
    disk = new_disk(capacity=2 * SEGMENT_BYTES - 1)
    journal = write_journal(disk, FULL_BODY, FULL_BODY)
    assert not journal.reserve()
    assert not journal.reserve()
    disk.capacity = 2 * SEGMENT_BYTES
    assert journal.reserve()


def test_reserve_on_a_failing_disk_raises() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY)
    disk.fail_on("allocate", errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        journal.reserve()


@pytest.mark.parametrize("operation", ["write", "datasync"])
def test_append_that_fails_raises_and_what_was_durable_stays(operation: str) -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a")
    disk.fail_on(operation, errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        journal.append(b"b")
    assert bodies_after_a_crash(disk) == [b"a"]


def test_rotate_returns_the_last_tick_and_begins_a_segment() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a", b"b")
    assert journal.rotate() == 2
    assert segments(disk) == [1, 2]
    assert journal.append(b"c") == 3
    assert bodies_after_a_crash(disk) == [b"a", b"b", b"c"]


def test_rotate_of_an_empty_segment_keeps_it() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a")
    assert [journal.rotate(), journal.rotate()] == [1, 1]
    assert segments(disk) == [1, 2]
    assert open_journal(new_disk()).rotate() == 0


@pytest.mark.parametrize("fsync", list(Fsync))
def test_rotate_makes_all_ticks_before_it_durable_in_every_mode(fsync: Fsync) -> None:
    disk = new_disk()
    journal = open_journal(disk, fsync=fsync)
    journal.append(b"a")
    journal.rotate()
    assert bodies_after_a_crash(disk) == [b"a"]


@pytest.mark.parametrize("operation", ["create", "allocate", "sync_folder"])
@pytest.mark.parametrize("number", NO_ROOM)
def test_rotate_without_room_is_store_full_and_the_journal_goes_on(
    number: int, operation: str
) -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a")
    disk.fail_on(operation, number)
    with pytest.raises(StoreFull):
        journal.rotate()
    journal.append(b"b")
    assert bodies_after_a_crash(disk) == [b"a", b"b"]


def test_rotate_on_a_failing_disk_raises() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a")
    disk.fail_on("create", errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        journal.rotate()


def test_drop_through_deletes_what_the_snapshot_covers_and_nothing_else() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY, FULL_BODY, FULL_BODY, b"a")
    assert segments(disk) == [1, 2, 3]
    journal.drop_through(1)  # segment 1 has tick 2 as well
    assert segments(disk) == [1, 2, 3]
    journal.drop_through(2)
    assert segments(disk) == [2, 3]
    journal.drop_through(5)
    assert segments(disk) == [3]  # it is written to


def test_drop_through_deletes_the_oldest_so_many_and_says_whether_any_is_left() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY, FULL_BODY, FULL_BODY, b"a")
    assert not journal.drop_through(5, segments_max=1)
    assert segments(disk) == [2, 3]
    assert journal.drop_through(5, segments_max=1)
    assert segments(disk) == [3]
    assert journal.drop_through(5, segments_max=1)


def test_drop_through_is_durable_on_return() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY)
    take_snapshot(disk, journal, [])
    disk.crash()
    assert segments(disk) == [2]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_drop_through_without_a_descriptor_is_durable_when_it_says_so(number: int) -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY, FULL_BODY, FULL_BODY, b"a")
    disk.fail_on("sync_folder", number)
    assert not journal.drop_through(5)
    assert journal.drop_through(5)
    disk.crash()
    assert segments(disk) == [3]


def test_drop_through_nothing_costs_nothing() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a")
    disk.calls.clear()
    journal.drop_through(1)
    assert not disk.calls


def test_bytes_since_snapshot_grow_with_each_record_and_fall_with_the_snapshot() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY, FULL_BODY)
    assert journal.bytes_since_snapshot == 3 * RESERVE_BYTES
    last_tick = journal.rotate()
    journal.append(b"ab")
    assert journal.bytes_since_snapshot == 3 * RESERVE_BYTES + RECORD_BYTES + 2
    journal.drop_through(last_tick)
    assert journal.bytes_since_snapshot == RECORD_BYTES + 2


def test_bytes_since_snapshot_are_the_same_after_a_restart() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY, FULL_BODY)
    journal.close()
    assert write_journal(disk).bytes_since_snapshot == journal.bytes_since_snapshot


def test_restart_goes_on_in_the_same_segment() -> None:
    disk = new_disk()
    write_journal(disk, b"a").close()
    write_journal(disk, b"b").close()
    assert segments(disk) == [1]
    assert bodies_after_a_crash(disk) == [b"a", b"b"]


def test_close_leaves_no_file_open_and_no_segment_made_ahead() -> None:
    disk = new_disk()
    journal = write_journal(disk, FULL_BODY, FULL_BODY)
    assert journal.reserve()
    assert segments(disk) == [1, 2]
    journal.close()
    assert segments(disk) == [1]
    assert not disk.open_paths()


@pytest.mark.parametrize("fsync", list(Fsync))
def test_close_makes_all_durable_in_every_mode(fsync: Fsync) -> None:
    disk = new_disk()
    journal = open_journal(disk, fsync=fsync)
    journal.append(b"a")
    journal.close()
    assert bodies_after_a_crash(disk) == [b"a"]
