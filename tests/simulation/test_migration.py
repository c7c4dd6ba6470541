"""A store of another format is written anew before it is served, and nothing is lost on the way."""

import errno
import logging
import pickle
from collections.abc import Iterator
from random import Random

import pytest

from chatd.core import events as e
from chatd.core.events import encode_events
from chatd.database import Database
from chatd.disk import segment, snapshot
from chatd.disk.examination import examine
from chatd.disk.formats import FORMAT
from chatd.disk.segment import MARK_BYTES, NO_MARK, encode_record
from chatd.errors import StoreError, StoreTooNew
from chatd.maintenance import add_user, check_store, renew_epoch, repair_clock
from tests.core.test_state import life, state_of
from tests.disk.test_segment import header_1
from tests.disk.test_snapshot import sealed_1
from tests.simulation.disk import PowerCut, SimDisk, by_chance
from tests.simulation.world import DB_NAME
from tests.stores.golden import database_with, disk_with, made_newer, seen_in, world_with
from tests.stores.test_golden import all_see_what_they_saw

KILLED, STOPPED = "1-last-killed", "1-last-stopped"
OLD = [KILLED, STOPPED, "2-killed", "2-stopped"]
TODAYS = f"{FORMAT}-killed"
YOUNG = "young"
"""No golden store: one of format 1 without a snapshot, whose journal has several segments."""
SNAPSHOT, SEGMENT = snapshot.MAGIC, segment.MAGIC
TICKS = 7
"""In each segment of a young store."""
CALLS_MAX = 1_000


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zeros of larger ones, written at some hundred starts, would take a minute."""
    monkeypatch.setattr("chatd.database.TICK_BYTES_BESIDE", 4 * 1024)


def store_files(disk: SimDisk, folder: str = "data") -> dict[str, bytes]:
    """Return the files of a store by their names, but for the lock and segments made ahead."""
    files = {path.removeprefix(f"{folder}/"): data for path, data in disk.files(folder).items()}
    return {
        name: data.rstrip(b"\0")
        for name, data in files.items()
        if not name.startswith("chat.db-format-") and name != "chat.db-lock" and data.strip(b"\0")
    }


def copies(disk: SimDisk) -> list[str]:
    names = disk.list_folder("data")
    return [f"data/{name}" for name in names if name.startswith("chat.db-format-")]


def the_copy(disk: SimDisk) -> dict[str, bytes]:
    """Return the files in the only copy, as those of a store."""
    (folder,) = copies(disk)
    return store_files(disk, folder)


# -- what is kept, and how long --------------------------------------------------------------


@pytest.mark.parametrize("name", OLD)
def test_store_is_kept_as_it_was_until_a_server_has_stopped_cleanly(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    disk = disk_with(name)
    before = store_files(disk)
    with caplog.at_level(logging.INFO), world_with(name, disk) as world:
        assert the_copy(disk) == before
        assert examine(disk, DB_NAME).format == FORMAT
        world.kill()
        world.restart()
        assert the_copy(disk) == before, "a second start without a clean stop"
        assert caplog.text.count(f"the store as it was is in {copies(disk)[0]}") == 2
        world.stop()
        assert not copies(disk)
        assert "stopped cleanly" in caplog.text
        world.restart()
        assert not copies(disk)


def test_copy_is_a_store_of_its_own_with_its_files() -> None:
    """What is deleted and posted later does not touch it: one may go back to it."""
    seen = seen_in(KILLED)
    with world_with(KILLED) as world:
        alice = world.guest()
        alice.enter(seen["tokens"]["alice"])
        entries = alice.call("history", room="general")["entries"]
        (file,) = [entry for entry in entries if entry.get("sha256")]
        alice.call("delete", room="general", seq=file["seq"])
        alice.send("after the migration")
        world.kill()
        back = SimDisk()
        back.make_folder("data")
        back.make_folder(f"{DB_NAME}-files")
        for path, data in the_copy(world.disk).items():
            back.put(f"data/{path}", data)
    assert examine(back, DB_NAME).format == 1
    with world_with(KILLED, back) as world:
        all_see_what_they_saw(world, seen)


@pytest.mark.parametrize("name", OLD)
def test_work_on_a_stopped_store_migrates_it_and_leaves_the_copy(name: str) -> None:
    disk = disk_with(name)
    before = store_files(disk)
    with world_with(name, disk_with(name)) as world:
        world.stop()
        world.machine = type(world.machine)(
            disk, *(getattr(world.machine, part) for part in world.machine.__slots__[1:])
        )
        world.maintain(add_user, "zoe", "pencil")
        assert the_copy(disk) == before and examine(disk, DB_NAME).format == FORMAT


def test_store_of_today_is_not_migrated() -> None:
    with world_with(TODAYS) as world:
        assert not copies(world.disk)


# -- crashes ---------------------------------------------------------------------------------


def old_disk(name: str) -> SimDisk:
    """Return a disk with a golden store, or with a young one of several segments."""
    if name != YOUNG:
        return disk_with(name)
    disk = SimDisk()
    disk.make_folder("data")
    bodies = [encode_events([event]) for event in life()]
    previous = NO_MARK
    for number, begin in enumerate(range(0, len(bodies), TICKS), 1):
        mark = bytes([number]) * MARK_BYTES
        ticks = enumerate(bodies[begin : begin + TICKS], begin + 1)
        records = [encode_record(mark, tick, 0, body) for tick, body in ticks]
        header = header_1(number, begin + 1, previous, mark)
        disk.put(segment.segment_path(DB_NAME, number), header + b"".join(records))
        previous = mark
    return disk


def open_old(name: str, disk: SimDisk) -> Database:
    return database_with(KILLED if name == YOUNG else name, disk)


def starts(name: str) -> Iterator[tuple[int, SimDisk]]:
    """Yield a store, and the call to its disk at which the start is to fail, for every call."""
    for call in range(1, CALLS_MAX):
        disk = old_disk(name)
        disk.cut_power_at(call)
        try:
            open_old(name, disk).begin_service()
        except PowerCut:
            yield call, disk
        else:
            return
    raise AssertionError("a start never ends")


def opens_with_a_copy(name: str, disk: SimDisk, rooms: object, before: dict[str, bytes]) -> None:
    """Start again, find everything there, and nothing left over after a clean stop."""
    database = open_old(name, disk)
    assert database.state.dump()["rooms"] == rooms
    assert the_copy(disk) == before
    assert examine(disk, DB_NAME).format == FORMAT
    database.begin_service()
    database.close()
    assert not copies(disk) and open_old(name, disk).state.dump()["rooms"] == rooms


@pytest.mark.parametrize(("name", "chance"), [(YOUNG, 0.0), (KILLED, 0.5), (STOPPED, 0.5)])
def test_power_cut_at_any_call_of_a_migration_loses_nothing(name: str, chance: float) -> None:
    before = store_files(old_disk(name))
    rooms = open_old(name, old_disk(name)).state.dump()["rooms"]
    for call, disk in starts(name):
        random = Random(call)
        disk.crash(by_chance(random, chance))
        if examine(disk, DB_NAME).format != FORMAT:  # older programs go on with it
            assert before.items() <= store_files(disk).items(), call
        opens_with_a_copy(name, disk, rooms, before)


def test_kill_at_any_call_of_a_migration_loses_nothing() -> None:
    before = store_files(old_disk(YOUNG))
    rooms = open_old(YOUNG, old_disk(YOUNG)).state.dump()["rooms"]
    for _, disk in starts(YOUNG):
        disk.end_process()
        opens_with_a_copy(YOUNG, disk, rooms, before)


@pytest.mark.parametrize("stopped", [True, False])
def test_epoch_is_renewed_if_it_has_to_be_wherever_a_migration_is_cut(stopped: bool) -> None:
    """Ticks may be missing that were never synced, unless the last server stopped cleanly."""
    state = state_of([*life(), e.ServerStarted(300, False)])
    files = {
        DB_NAME: sealed_1(pickle.dumps(state.dump(stopped=stopped), 5)),
        segment.segment_path(DB_NAME, 1): header_1(1, 8, NO_MARK, bytes(MARK_BYTES)),
    }
    for call in range(1, CALLS_MAX):
        disk = SimDisk()
        disk.make_folder("data")
        for path, data in files.items():
            disk.put(path, data)
        disk.calls.clear()
        disk.cut_power_at(call)
        try:
            database_with(KILLED, disk).begin_service()
        except PowerCut:
            disk.crash()
            assert (database_with(KILLED, disk).state.epoch == state.epoch) is stopped, call
        else:
            return
    raise AssertionError("a start never ends")


def test_power_cut_at_any_call_of_the_stop_that_removes_the_copy_loses_nothing() -> None:
    for call in range(1, CALLS_MAX):
        random = Random(call)
        with world_with(KILLED) as world:
            world.cut_power_at(call)
            try:
                world.stop()
            except PowerCut:
                world.crash(by_chance(random))
                world.restart()
                world.stop()
                assert not copies(world.disk)
            else:
                return
    raise AssertionError("a stop never ends")


# -- disks that are full, fail, or know no links ---------------------------------------------


@pytest.mark.parametrize("name", OLD)
@pytest.mark.parametrize("operation", ["link", "write", "allocate", "sync", "make_folder"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_migration_that_the_disk_refuses_stops_the_start_and_changes_nothing(
    name: str, operation: str, number: int
) -> None:
    disk = disk_with(name)
    before = store_files(disk)
    for count in range(1, CALLS_MAX):
        if not fails(name, disk, operation, number, count):
            assert count > 1
            return
        if examine(disk, DB_NAME).format != FORMAT:
            assert store_files(disk) == before and not copies(disk)
    raise AssertionError("a start never ends")


def fails(name: str, disk: SimDisk, operation: str, number: int, count: int) -> bool:
    """Start with a disk that fails at such a call for the `count`th time; return whether it did."""
    calls = [at for at, call in enumerate(calls_of_a_start(disk), 1) if call == operation]
    if count > len(calls):
        return False
    disk.fail_at(calls[count - 1], number)
    with pytest.raises((StoreError, OSError)):
        database_with(name, disk).begin_service()
    disk.end_process()
    return True


def calls_of_a_start(disk: SimDisk) -> list[str]:
    again = SimDisk()
    for folder in ("data", f"{DB_NAME}-files"):
        again.make_folder(folder)
    for path, data in disk.files().items():
        again.put(path, data)
    again.calls.clear()
    database_with(KILLED, again).begin_service()
    return again.calls


@pytest.mark.parametrize("bytes_free", [1_000, 100_000])  # none for the snapshot, or the segment
def test_full_disk_is_told_and_a_start_with_room_goes_on(bytes_free: int) -> None:
    disk = disk_with(KILLED)
    before = store_files(disk)
    disk.capacity = sum(map(len, disk.files().values())) + bytes_free
    refused = f"{DB_NAME} has format 1 and stays as it was: .* (No space|no room)"
    with pytest.raises(StoreError, match=refused):
        database_with(KILLED, disk)
    disk.end_process()
    assert store_files(disk) == before and not copies(disk)
    disk.capacity = None
    with world_with(KILLED, disk):
        assert the_copy(disk) == before


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EACCES, errno.EXDEV])
def test_where_a_file_can_have_one_name_only_it_is_copied(number: int) -> None:
    disk = disk_with(KILLED)
    before = store_files(disk)

    def no_links(old: str, new: str) -> None:
        raise OSError(number, "no links here")

    disk.link = no_links  # type: ignore[method-assign]
    with world_with(KILLED, disk):
        assert the_copy(disk) == before


def test_what_is_no_file_of_the_store_stays_where_it_is() -> None:
    """A folder of its own disk has a `lost+found`, and an operator keeps things where they lie."""
    disk = disk_with(KILLED)
    before = store_files(disk)
    others = [f"{DB_NAME}-files/lost+found", f"{DB_NAME}-journal-000001.d"]
    for folder in others:
        disk.make_folder(folder)
        disk.put(f"{folder}/kept", b"by somebody")
    with world_with(KILLED, disk) as world:
        assert the_copy(disk) == before
        world.stop()
        assert not copies(disk)
        assert all(disk.files()[f"{folder}/kept"] for folder in others)


def test_journal_of_format_1_that_has_no_snapshot_yet_is_a_store() -> None:
    """So it was for ten minutes, in the first version."""
    disk = old_disk(YOUNG)
    before = store_files(disk)
    database = open_old(YOUNG, disk)
    assert database.state.digest() == state_of(life()).digest()
    assert the_copy(disk) == before and examine(disk, DB_NAME).format == FORMAT


# -- stores of newer programs ----------------------------------------------------------------


@pytest.mark.parametrize("newer", [{SNAPSHOT}, {SEGMENT}, {SNAPSHOT, SEGMENT}])
def test_store_of_a_newer_program_that_may_be_read_is_written_in_our_format(
    newer: set[bytes],
) -> None:
    """All of it, or only what came behind a snapshot of ours."""
    disk = disk_with(TODAYS)
    for path, data in disk.files(DB_NAME).items():
        if data[:8] in newer:
            disk.put(path, made_newer(data, oldest=FORMAT))
    with world_with(TODAYS, disk_with(TODAYS)) as world:
        report = check_store(world.settings, disk)
    assert f"a start will migrate it from format 9 to {FORMAT}, and keep it as it is in" in report
    with world_with(TODAYS, disk) as world:
        assert 9 in formats_on(disk), "the copy"
        world.crash()
        world.restart()
        all_see_what_they_saw(world, seen_in(TODAYS))
        world.stop()
        assert formats_on(disk) == {FORMAT}


def formats_on(disk: SimDisk) -> set[int]:
    """Return the formats of all snapshots and segments."""
    return {data[11] for data in disk.files().values() if data.startswith(b"chat")}


@pytest.mark.parametrize("part", ["", "-journal-"])
def test_store_of_a_newer_program_is_refused_by_all_before_anything_is_touched(part: str) -> None:
    with world_with(TODAYS) as world:
        world.kill()
        disk, lock = world.disk, f"{DB_NAME}-lock"
        disk.take(lock)
        path = min(disk.files(DB_NAME + part))
        disk.put(path, made_newer(disk.files()[path], oldest=FORMAT + 1))
        before = disk.files()
        refused = (
            f"{path} has format 9, .* know format {FORMAT + 1} .* this program knows 1 to {FORMAT}"
        )
        disk.calls.clear()
        for work in (
            world.restart,
            lambda: world.maintain(add_user, "zoe", "pencil"),
            lambda: renew_epoch(world.settings, world.machine),
            lambda: repair_clock(world.settings, world.machine),
            lambda: check_store(world.settings, disk),
        ):
            with pytest.raises(StoreTooNew, match=refused):
                work()
        assert disk.files() == before and not disk.open_paths()
        reading = {"list_folder", "folder_info", "open_read", "info", "read", "close"}
        assert set(disk.calls) <= reading
