"""Recovery: what crashes explain is repaired, everything else is refused and left alone."""

import os
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.config import Fsync
from chatd.disk import Recovered, check, recover, write_snapshot
from chatd.disk.formats import FORMAT
from chatd.disk.segment import (
    HEADER_BYTES,
    NO_MARK,
    RECORD_BYTES,
    encode_header,
    encode_record,
    segment_path,
)
from chatd.disk.snapshot import temporary_path
from chatd.errors import StoreCorrupt, StoreError, StoreMissing, StoreTooNew, StoreUnsafe
from tests.disk.store import (
    FULL_BODY,
    MARK,
    PATH,
    SEGMENT_BYTES,
    create,
    new_disk,
    open_journal,
    recover_store,
    take_snapshot,
    write_journal,
)
from tests.disk.test_segment import header_of
from tests.simulation.disk import PowerCut, SimDisk, by_chance

FIRST, SECOND, THIRD = (segment_path(PATH, number) for number in (1, 2, 3))
BODIES = [b"one", b"", b"three\0\0", FULL_BODY, b"five"]


def copy_of(files: dict[str, bytes]) -> SimDisk:
    disk = new_disk()
    for path, content in files.items():
        disk.put(path, content)
    return disk


def written(*bodies: bytes) -> dict[str, bytes]:
    """Return the files of a store that was killed after these ticks."""
    disk = new_disk()
    write_journal(disk, *bodies)
    return disk.files()


def refusal(disk: SimDisk) -> StoreCorrupt:
    """Return why the store is refused, by `recover` and `check` alike, and left as it was."""
    disk.end_process()
    before = disk.files()
    with pytest.raises(StoreCorrupt) as by_check:
        check(disk, PATH)
    with pytest.raises(StoreCorrupt) as by_recover:
        recover(disk, PATH)
    assert str(by_check.value) == str(by_recover.value)
    assert disk.files() == before
    assert not disk.open_paths()
    return by_recover.value


def recovered_or_none(files: dict[str, bytes]) -> Recovered | None:
    """Recover these files, append one more tick, and see that it is found again."""
    disk = copy_of(files)
    try:
        recovered = recover_store(disk)
    except StoreError:
        assert disk.files() == files
        return None
    journal = open_journal(disk, recovered)
    assert journal.append(b"next") == recovered.last_tick + 1
    disk.crash()
    assert recover_store(disk).bodies == [*recovered.bodies, b"next"]
    return recovered


def assert_prefix(recovered: Recovered | None, bodies: list[bytes]) -> None:
    if recovered is not None:
        assert recovered.bodies == bodies[: recovered.last_tick]


# A store in order.


def test_store_that_does_not_exist_is_none_and_nothing_is_made() -> None:
    for disk in (new_disk(), SimDisk()):  # without a file, without a folder
        assert recover(disk, PATH) is None
        with pytest.raises(StoreMissing, match=f"there is no store at {PATH}"):
            check(disk, PATH)
        assert not disk.files()


def test_new_store_has_a_snapshot_of_its_first_tick_and_a_journal_behind_it() -> None:
    disk = new_disk()
    assert create(disk, ["first"]).append(b"second") == 2
    disk.crash()
    recovered = recover_store(disk)
    assert (recovered.snapshot, recovered.snapshot_tick) == (["first"], 1)
    assert (recovered.bodies, recovered.last_tick) == ([b"second"], 2)


@pytest.mark.parametrize("survives", [False, True])
def test_creation_that_a_crash_interrupts_is_begun_again(survives: bool) -> None:
    for call in range(1, 100):
        disk = new_disk()
        disk.cut_power_at(call)
        try:
            create(disk, ["first"])
        except PowerCut:
            disk.crash(lambda: survives)
            if recover(disk, PATH) is None:
                assert not disk.files()
                create(disk, ["again"])
            assert recover_store(disk).last_tick == 1
        else:
            return
    raise AssertionError("a creation never ends")


def test_creation_that_crashes_again_and_again_is_begun_again_in_the_end() -> None:
    """Also when power fails while what the first one left over is being removed."""
    for seed in range(300):
        random = Random(seed)
        disk = new_disk()
        for _ in range(4):
            disk.cut_power_at(random.randrange(1, 16))
            try:
                if recover(disk, PATH) is None:
                    create(disk, ["first"])
            except PowerCut:
                pass
            disk.crash(by_chance(random))
        if recover(disk, PATH) is None:
            create(disk, ["first"])
        assert recover_store(disk).snapshot == ["first"]


def test_store_without_a_snapshot_yields_all_its_ticks() -> None:
    recovered = recover_store(copy_of(written(*BODIES)))
    assert recovered.bodies == BODIES
    assert (recovered.snapshot, recovered.last_tick, recovered.cut) == (None, 5, None)
    assert not recovered.nothing_behind


def test_store_with_a_snapshot_yields_it_and_the_ticks_after_it() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a", b"b")
    take_snapshot(disk, journal, {"a": 1})
    journal.append(b"c")
    recovered = recover_store(disk)
    assert (recovered.snapshot, recovered.snapshot_tick) == ({"a": 1}, 2)
    assert (recovered.bodies, recovered.last_tick) == ([b"c"], 3)
    assert not recovered.nothing_behind


def test_store_that_was_stopped_has_nothing_behind_its_snapshot() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a", b"b")
    take_snapshot(disk, journal, ["tree"])
    journal.close()
    recovered = recover_store(disk)
    assert recovered.nothing_behind
    assert (recovered.snapshot, recovered.bodies, recovered.last_tick) == (["tree"], [], 2)


def test_torn_record_is_something_behind_the_snapshot() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a")
    take_snapshot(disk, journal, ["tree"])
    disk.put(SECOND, disk.files()[SECOND][:HEADER_BYTES] + b"torn")
    assert not recover_store(disk).nothing_behind


def test_store_in_the_current_folder_is_found() -> None:
    disk = SimDisk()
    for path, content in written(b"a").items():
        disk.put(path.removeprefix("data/"), content)
    recovered = recover(disk, "chat.db")
    assert recovered is not None and recovered.bodies == [b"a"]


def test_another_store_in_the_folder_is_no_matter() -> None:
    disk = copy_of(written(b"a"))
    disk.put("data/other.db-journal-000007", b"junk")
    disk.put(f"{FIRST}.bak", b"junk")
    assert recover_store(disk).bodies == [b"a"]


def test_check_reports_and_changes_nothing() -> None:
    disk = new_disk()
    journal = write_journal(disk, b"a", b"b")
    take_snapshot(disk, journal, [])
    for _ in range(3):
        journal.append(FULL_BODY)
    disk.put(SECOND, disk.files()[SECOND] + b"torn")
    disk.take(THIRD)
    before = disk.files()
    report = check(disk, PATH)
    assert (report.snapshot_tick, report.last_tick, report.segments) == (2, 4, 1)
    assert len(report.bodies) == 2
    assert report.cut is not None and SECOND in report.cut
    assert disk.files() == before


def test_recovery_makes_what_it_returns_durable() -> None:
    disk = new_disk()
    journal = open_journal(disk, fsync=Fsync.NEVER)
    journal.append(b"a")
    disk.end_process()
    assert recover_store(disk).bodies == [b"a"]
    disk.crash()
    assert recover_store(disk).bodies == [b"a"]


def test_recovery_makes_a_snapshot_that_was_copied_there_durable() -> None:
    disk = snapshot_and_journal()
    content = disk.take(PATH)
    disk.write(disk.create(PATH), content, 0)
    assert recover_store(disk).snapshot == ["a", "b"]
    disk.crash()
    assert recover_store(disk).snapshot == ["a", "b"]


# Cut and flipped, everywhere.


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_journal_cut_anywhere_is_a_prefix_or_refused(name: str) -> None:
    files = written(*BODIES)
    assert set(files) == {FIRST, SECOND}
    for size in range(len(files[name])):
        recovered = recovered_or_none({**files, name: files[name][:size]})
        assert_prefix(recovered, BODIES)


def test_journal_cut_in_its_last_record_loses_that_record_only() -> None:
    files = written(*BODIES)
    start = HEADER_BYTES + RECORD_BYTES + len(BODIES[-2])
    end = start + RECORD_BYTES + len(BODIES[-1])
    for size in range(start, end):
        recovered = recovered_or_none({**files, SECOND: files[SECOND][:size]})
        assert recovered is not None and recovered.bodies == BODIES[:-1]
    for size in range(end, SEGMENT_BYTES):
        recovered = recovered_or_none({**files, SECOND: files[SECOND][:size]})
        assert recovered is not None and recovered.bodies == BODIES


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_journal_with_any_byte_flipped_is_a_prefix_or_refused(name: str, mask: int) -> None:
    files = written(*BODIES)
    for at, byte in enumerate(files[name]):
        data = files[name][:at] + bytes([byte ^ mask]) + files[name][at + 1 :]
        assert_prefix(recovered_or_none({**files, name: data}), BODIES)


def test_flipped_byte_in_any_record_but_the_last_is_refused_at_its_offset() -> None:
    files = written(b"one", b"two", b"three")
    length = RECORD_BYTES + 3
    for at in range(HEADER_BYTES, HEADER_BYTES + 2 * length):
        data = files[FIRST][:at] + bytes([files[FIRST][at] ^ 1]) + files[FIRST][at + 1 :]
        error = refusal(copy_of({FIRST: data}))
        assert error.path == FIRST
        assert error.offset == HEADER_BYTES + (at - HEADER_BYTES) // length * length
        assert "damaged" in error.reason


def test_damaged_last_record_of_a_segment_before_another_is_refused_at_its_offset() -> None:
    files = written(*BODIES)
    files[FIRST] = files[FIRST].replace(b"three", b"THREE")
    error = refusal(copy_of(files))
    assert (error.path, error.offset) == (FIRST, HEADER_BYTES + 2 * RECORD_BYTES + 3)
    assert error.reason == "the record of tick 3 is damaged"


def test_flipped_byte_in_the_last_record_is_cut_off_with_it() -> None:
    files = written(b"one", b"two")
    last = HEADER_BYTES + RECORD_BYTES + 3
    for at in range(last, last + RECORD_BYTES + 3):
        data = files[FIRST][:at] + bytes([files[FIRST][at] ^ 1]) + files[FIRST][at + 1 :]
        recovered = recovered_or_none({FIRST: data})
        assert recovered is not None and recovered.bodies == [b"one"]
        assert recovered.cut == f"{FIRST}, at byte {last}: the record of tick 2 was torn"


@given(
    bodies=st.lists(st.binary(max_size=120), min_size=1, max_size=12),
    damage=st.lists(st.tuples(st.integers(0), st.integers(0), st.integers(1, 255)), max_size=3),
    cut=st.none() | st.integers(0),
)
def test_journal_damaged_at_random_is_a_prefix_or_refused(
    bodies: list[bytes], damage: list[tuple[int, int, int]], cut: int | None
) -> None:
    files = written(*bodies)
    for which, at, mask in damage:
        name = sorted(files)[which % len(files)]
        data = bytearray(files[name])
        data[at % len(data)] ^= mask
        files[name] = bytes(data)
    if cut is not None:
        name = sorted(files)[-1]
        files[name] = files[name][: cut % len(files[name])]
    assert_prefix(recovered_or_none(files), bodies)


# Torn or damaged.


def test_zeroed_block_before_a_whole_record_is_refused() -> None:
    files = written(b"one", b"two", b"three", b"four")
    data = bytearray(files[FIRST])
    end = HEADER_BYTES + 3 * (RECORD_BYTES + 3) + 2
    data[HEADER_BYTES:end] = bytes(end - HEADER_BYTES)
    error = refusal(copy_of({FIRST: bytes(data)}))
    assert (error.path, error.offset) == (FIRST, HEADER_BYTES)


def test_record_torn_to_zeros_at_its_start_is_cut_off() -> None:
    files = written(b"one", b"two")
    data = bytearray(files[FIRST])
    at = HEADER_BYTES + RECORD_BYTES + 3
    data[at : at + RECORD_BYTES] = bytes(RECORD_BYTES)
    recovered = recovered_or_none({FIRST: bytes(data)})
    assert recovered is not None and recovered.bodies == [b"one"]


def test_what_was_cut_off_never_comes_back() -> None:
    """The old third record must not follow a new second one of the same length."""
    mark = b"mark\1\2\3\4"
    disk = new_disk()
    torn = encode_record(mark, 2, 0, b"old")[:-1] + b"?"
    later = encode_record(mark, 3, 1, b"old")  # in a mode without a sync for each tick
    whole = encode_header(1, 1, NO_MARK, mark) + encode_record(mark, 1, 0, b"one")
    disk.put(FIRST, whole + torn + later)
    assert recover_store(disk).bodies == [b"one"]
    write_journal(disk, b"new")
    disk.crash()
    assert recover_store(disk).bodies == [b"one", b"new"]


def test_text_shaped_like_a_record_in_a_torn_one_is_no_proof() -> None:
    """A user knows the format, but not the segment's mark."""
    forged = encode_record(b"guessed!", 3, 0, b"forged")
    mark = b"mark\1\2\3\4"
    whole = encode_header(1, 1, NO_MARK, mark) + encode_record(mark, 1, 0, b"one")
    record = encode_record(mark, 2, 0, b"text " + forged + b" text")
    recovered = recovered_or_none({FIRST: whole + record[:-1]})
    assert recovered is not None and recovered.bodies == [b"one"]


@pytest.mark.parametrize("fsync", [Fsync.EVERYSEC, Fsync.NEVER])
def test_unsynced_ticks_that_reached_the_disk_out_of_order_are_cut_off(fsync: Fsync) -> None:
    disk = new_disk()
    journal = open_journal(disk, fsync=fsync)
    journal.append(b"synced")
    journal.sync()
    for body in (b"lost", b"there"):
        journal.append(body)
    data = bytearray(disk.files()[FIRST])
    at = data.index(b"lost")
    data[at : at + 4] = bytes(4)
    recovered = recovered_or_none({FIRST: bytes(data)})
    assert recovered is not None and recovered.bodies == [b"synced"]


@pytest.mark.parametrize("fsync", [Fsync.EVERYSEC, Fsync.NEVER])
def test_bad_tick_that_was_synced_before_a_later_one_is_refused(fsync: Fsync) -> None:
    disk = new_disk()
    journal = open_journal(disk, fsync=fsync)
    for body in (b"bad", b"good"):
        journal.append(body)
        journal.sync()
    data = disk.files()[FIRST].replace(b"bad", b"BAD")
    assert "damaged" in refusal(copy_of({FIRST: data})).reason


# Segments missing, doubled, swapped, foreign.


def three_segments() -> dict[str, bytes]:
    files = written(*[FULL_BODY] * 5)
    assert set(files) == {FIRST, SECOND, THIRD}
    return files


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_missing_segment_is_refused(name: str) -> None:
    disk = copy_of(three_segments())
    disk.take(name)
    error = refusal(disk)
    assert error.path == SECOND
    assert ("this segment is missing" in error.reason) is (name == SECOND)


def test_missing_last_segment_leaves_a_prefix() -> None:
    files = three_segments()
    del files[THIRD]
    recovered = recovered_or_none(files)
    assert recovered is not None and recovered.last_tick == 4


@pytest.mark.parametrize("one, other", [(FIRST, SECOND), (SECOND, THIRD), (FIRST, THIRD)])
def test_swapped_segments_are_refused(one: str, other: str) -> None:
    files = three_segments()
    files[one], files[other] = files[other], files[one]
    assert "under another name" in refusal(copy_of(files)).reason


@pytest.mark.parametrize("original", [FIRST, SECOND, THIRD])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_doubled_segment_is_refused(original: str, number: int) -> None:
    files = three_segments()
    name = segment_path(PATH, number)
    if name != original:
        files[name] = files[original]
        refusal(copy_of(files))


def test_segment_of_another_store_is_refused() -> None:
    files = three_segments()
    files[SECOND] = written(b"other", FULL_BODY, FULL_BODY, FULL_BODY)[SECOND]
    assert refusal(copy_of(files)).path == SECOND


def test_segment_of_a_later_format_is_refused() -> None:
    disk = copy_of(written(b"one"))
    disk.put(SECOND, header_of(FORMAT + 1, FORMAT + 1))
    before = disk.files()
    for read in (check, recover):
        with pytest.raises(StoreTooNew, match=f"{SECOND} has format {FORMAT + 1}"):
            read(disk, PATH)
    assert disk.files() == before and not disk.open_paths()


def test_segment_without_a_header_before_another_is_refused() -> None:
    files = three_segments()
    files[SECOND] = bytes(SEGMENT_BYTES)
    assert refusal(copy_of(files)).path == SECOND


def test_damaged_header_of_a_segment_with_records_is_refused() -> None:
    files = three_segments()
    for name in files:
        damaged = b"\0" + files[name][1:]
        assert refusal(copy_of({**files, name: damaged})).path == name


# Segments made ahead.


@pytest.mark.parametrize("size", [0, 1, HEADER_BYTES, SEGMENT_BYTES])
def test_segment_made_ahead_and_never_begun_is_removed(size: int) -> None:
    files = written(b"a")
    disk = copy_of({**files, SECOND: bytes(size)})
    assert recover_store(disk).bodies == [b"a"]
    assert set(disk.files()) == {FIRST}


def missing(disk: SimDisk) -> str:
    """Return why there is no store, by `recover` and `check` alike, which leave all as it was."""
    before = disk.files()
    with pytest.raises(StoreMissing) as by_check:
        check(disk, PATH)
    with pytest.raises(StoreMissing) as by_recover:
        recover(disk, PATH)
    assert str(by_check.value) == str(by_recover.value)
    assert disk.files() == before and not disk.open_paths()
    return str(by_check.value)


@pytest.mark.parametrize("size", [0, 1, HEADER_BYTES - 1, HEADER_BYTES, SEGMENT_BYTES])
def test_empty_or_zeroed_journal_alone_is_no_store(size: int) -> None:
    assert FIRST in missing(copy_of({FIRST: bytes(size)}))


@pytest.mark.parametrize("size", [1, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + RECORD_BYTES])
def test_journal_cut_before_the_end_of_its_first_record_is_no_store(size: int) -> None:
    assert FIRST in missing(copy_of({FIRST: written(b"one")[FIRST][:size]}))


@pytest.mark.parametrize("size", range(0, HEADER_BYTES, 7))
def test_only_segment_of_a_store_cut_within_its_header_is_refused(size: int) -> None:
    disk = new_disk()
    create(disk, ["first"]).append(b"second")
    disk.put(FIRST, disk.take(FIRST)[:size])
    assert "missing" in refusal(disk).reason


def test_journal_of_a_store_that_has_lost_its_first_snapshot_is_refused() -> None:
    disk = new_disk()
    create(disk, ["first"]).append(b"second")
    disk.take(PATH)
    error = refusal(disk)
    assert error.path == FIRST and error.reason.endswith(f"the snapshot {PATH} is missing")


def test_segment_larger_than_any_that_was_written_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = written(b"one")
    monkeypatch.setattr("chatd.disk.examination.SEGMENT_BYTES_MAX", len(files[FIRST]))
    assert recover_store(copy_of(files)).bodies == [b"one"]
    assert "at most" in refusal(copy_of({FIRST: files[FIRST] + b"\0"})).reason


def test_later_segment_alone_is_refused_even_if_never_begun() -> None:
    assert refusal(copy_of({SECOND: bytes(SEGMENT_BYTES)})).path == SECOND


# The snapshot and its journal.


def snapshot_and_journal() -> SimDisk:
    """A snapshot of two ticks in segment 1, which was not deleted, and one tick after it."""
    disk = new_disk()
    journal = write_journal(disk, b"a", b"b")
    write_snapshot(disk, PATH, ["a", "b"], journal.rotate(), journal.mark)
    journal.append(b"c")
    return disk


def test_segments_that_the_snapshot_covers_are_skipped_and_removed() -> None:
    disk = snapshot_and_journal()
    recovered = recover_store(disk)
    assert (recovered.snapshot, recovered.bodies) == (["a", "b"], [b"c"])
    assert set(disk.files()) == {PATH, SECOND}
    assert write_journal(disk, b"d").last_tick == 4


def test_segments_that_the_snapshot_covers_may_be_damaged() -> None:
    disk = snapshot_and_journal()
    disk.put(FIRST, b"junk")
    assert recover_store(disk).bodies == [b"c"]


def test_ticks_that_the_snapshot_covers_are_skipped_within_a_segment() -> None:
    """So an older copy of the snapshot works as long as its journal is there."""
    disk = new_disk()
    journal = write_journal(disk, b"a", b"b")
    write_snapshot(disk, PATH, ["a", "b"], 2, journal.mark)
    journal.append(b"c")
    recovered = recover_store(disk)
    assert (recovered.bodies, recovered.last_tick) == ([b"c"], 3)


def test_snapshot_without_any_journal_is_refused() -> None:
    disk = snapshot_and_journal()
    disk.take(FIRST)
    disk.take(SECOND)
    error = refusal(disk)
    assert error.path == PATH and "missing" in error.reason


@pytest.mark.parametrize("number", [1, 2])
def test_snapshot_with_only_a_segment_never_begun_is_refused(number: int) -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, [], 2, MARK)
    disk.put(segment_path(PATH, number), bytes(SEGMENT_BYTES))
    refusal(disk)


def test_journal_without_its_snapshot_is_refused() -> None:
    disk = snapshot_and_journal()
    recover(disk, PATH)
    disk.take(PATH)
    error = refusal(disk)
    reason = f"begins with tick 3, tick 1 is missing: the snapshot {PATH} is missing"
    assert (error.path, error.reason) == (SECOND, reason)


def test_first_segment_that_begins_later_than_the_first_tick_is_refused() -> None:
    disk = copy_of({FIRST: encode_header(1, 2, NO_MARK, b"mark\1\2\3\4")})
    assert refusal(disk).path == FIRST


@pytest.mark.parametrize("name", [SECOND, THIRD])
def test_segments_of_two_histories_behind_a_snapshot_are_refused(name: str) -> None:
    """Ticks and numbers fit, and yet they tell of things that never happened together."""
    histories = []
    for tree in ("one", "other"):
        disk = new_disk()
        journal = write_journal(disk, b"a", b"b")
        take_snapshot(disk, journal, tree)
        for _ in range(3):
            journal.append(FULL_BODY)
        histories.append(disk)
    one, other = histories
    assert {SECOND, THIRD} < set(one.files())
    one.put(name, other.files()[name])
    assert "does not belong to the s" in refusal(one).reason


@pytest.mark.parametrize("behind", [0, 1])
def test_journal_of_another_history_behind_a_snapshot_is_refused(behind: int) -> None:
    """Be the snapshot's last tick the end of a segment, or within the first that is left."""
    histories = []
    for tree in ("one", "other"):
        disk = new_disk()
        create(disk, ["first"])
        journal = write_journal(disk, b"a", b"b")
        write_snapshot(disk, PATH, tree, 3 - behind, journal.mark)
        if not behind:
            journal.drop_through(journal.rotate())
        histories.append(disk)
    one, other = histories
    assert recover_store(copy_of(one.files())).snapshot == "one"
    assert refusal(copy_of({**other.files(), PATH: one.files()[PATH]})).reason == (
        "does not belong to the snapshot"
    )


def test_journal_of_another_new_store_is_refused() -> None:
    one, other = new_disk(), new_disk()
    for disk in (one, other):
        create(disk, ["first"])
    error = refusal(copy_of({**other.files(), PATH: one.files()[PATH]}))
    assert error.reason == "does not belong to the snapshot"


def test_journal_of_an_older_snapshot_is_refused() -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, [], 3, write_journal(disk, b"a", b"b").mark)
    assert "before its snapshot" in refusal(disk).reason


def test_journal_of_a_newer_snapshot_is_refused() -> None:
    disk = snapshot_and_journal()
    recover(disk, PATH)
    disk.take(PATH)
    write_snapshot(disk, PATH, [], 1, MARK)
    assert refusal(disk).path == SECOND


def test_left_over_temporary_snapshot_is_removed() -> None:
    disk = snapshot_and_journal()
    disk.put(temporary_path(PATH), b"half a snapshot")
    assert recover_store(disk).bodies == [b"c"]
    assert temporary_path(PATH) not in disk.files()


def test_left_over_temporary_snapshot_alone_is_no_store_and_removed() -> None:
    disk = copy_of({temporary_path(PATH): b"half a snapshot"})
    assert recover(disk, PATH) is None
    assert not disk.files()


def test_left_over_temporary_snapshot_does_not_excuse_a_journal_that_lost_its_records() -> None:
    disk = copy_of({**written(b"a"), temporary_path(PATH): b"half a snapshot"})
    disk.put(FIRST, disk.files()[FIRST][:HEADER_BYTES])
    missing(disk)


# Whose files they are.


@pytest.mark.parametrize("path", [PATH, SECOND, "data"])
@pytest.mark.parametrize(("owner", "mode"), [(1, 0o600), (0, 0o620), (0, 0o602), (0, 0o777)])
def test_file_or_folder_that_somebody_else_could_have_written_is_refused(
    path: str, owner: int, mode: int
) -> None:
    disk = snapshot_and_journal()
    disk.end_process()
    disk.set_access(path, owner=os.geteuid() + owner, mode=mode)
    before = disk.files()
    for read in (check, recover):
        with pytest.raises(StoreUnsafe) as caught:
            read(disk, PATH)
        assert ("chown" if owner else "chmod go-w") + " " in str(caught.value)
        assert str(caught.value).endswith(path)
    assert disk.files() == before and not disk.open_paths()


@pytest.mark.parametrize("path", [PATH, SECOND, "data"])
def test_file_or_folder_that_others_may_read_is_taken(path: str) -> None:
    disk = snapshot_and_journal()
    disk.set_access(path, owner=os.geteuid(), mode=0o755)
    assert recover_store(disk).bodies == [b"c"]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + b"?"])
def test_damaged_snapshot_is_refused(damage: Callable[[bytes], bytes]) -> None:
    disk = snapshot_and_journal()
    disk.put(PATH, damage(disk.files()[PATH]))
    assert refusal(disk).path == PATH
