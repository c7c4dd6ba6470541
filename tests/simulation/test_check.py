"""`--check` on a disk that nothing can be written to, with files and uploads, good and bad."""

import errno
import hashlib
import tracemalloc
from collections.abc import Iterator
from typing import NoReturn

import pytest

from chatd.core.events import UploadDropped, encode_events
from chatd.disk import write_snapshot
from chatd.disk.segment import HEADER_BYTES, decode_header, encode_record
from chatd.errors import StoreError, StoreLocked
from chatd.maintenance import check_store
from tests.disk.store import MARK
from tests.simulation.disk import SimDisk
from tests.simulation.peer import Peer
from tests.simulation.world import DB_NAME, World

DATA = b"the bytes of a file"
FILE = "data/chat.db-files/00000001"
UPLOAD = "data/chat.db-files/00000002"


class ReadOnlyDisk(SimDisk):
    """What another disk had, on media that can't be written."""

    def __init__(self, disk: SimDisk, *, locks: bool = True) -> None:
        super().__init__()
        self._locks_work = locks
        for folder in ("data", "data/chat.db-files"):
            self.make_folder(folder)
        for path, content in disk.files().items():
            self.put(path, content)
        self.calls.clear()

    def refuse(self, *arguments: object) -> NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    create = open_write = write = allocate = truncate = refuse  # type: ignore[assignment]
    rename = unlink = datasync = sync = sync_folder = refuse  # type: ignore[assignment]

    def lock(self, fd: int) -> None:
        if not self._locks_work:
            raise OSError(errno.ENOLCK, "No locks available")
        super().lock(fd)


def upload(peer: Peer, data: bytes, size: int) -> int:
    sha256 = hashlib.sha256(DATA).digest()
    number: int = peer.call("upload", room="general", name="f", size=size, sha256=sha256)["upload"]
    peer.call("upload-chunk", upload=number, offset=0, data=data)
    return number


@pytest.fixture
def world() -> Iterator[World]:
    """A store with a file and an unfinished upload, whose server was killed."""
    with World() as world:
        alice = world.user("alice")
        alice.call("upload-finish", upload=upload(alice, DATA, len(DATA)))
        upload(alice, DATA[:5], len(DATA) + 1)
        world.kill()
        yield world


def test_check_works_on_read_only_media_and_writes_nothing(world: World) -> None:
    disk = ReadOnlyDisk(world.disk)
    report = check_store(world.settings, disk)
    assert "1 files and 1 uploads" in report and "without a lock" not in report
    assert not disk.open_paths()


def test_check_says_that_it_could_not_lock(world: World) -> None:
    report = check_store(world.settings, ReadOnlyDisk(world.disk, locks=False))
    assert report.endswith("; checked without a lock: data/chat.db-lock: No locks available")


def test_check_of_a_store_in_use_is_refused(world: World) -> None:
    world.restart()
    with pytest.raises(StoreLocked):
        check_store(world.settings, world.disk)


@pytest.mark.parametrize(("path", "size"), [(FILE, 5), (FILE, 0), (UPLOAD, 4), (UPLOAD, 0)])
def test_check_finds_bytes_that_are_missing(world: World, path: str, size: int) -> None:
    world.disk.put(path, world.disk.take(path)[:size])
    with pytest.raises(StoreError, match=path):
        check_store(world.settings, ReadOnlyDisk(world.disk))


@pytest.mark.parametrize("path", [FILE, UPLOAD])
def test_check_finds_a_file_that_is_missing(world: World, path: str) -> None:
    world.disk.take(path)
    with pytest.raises(StoreError, match=f"{path} is missing"):
        check_store(world.settings, ReadOnlyDisk(world.disk))


def test_check_finds_other_bytes(world: World) -> None:
    world.disk.put(FILE, DATA[::-1])
    with pytest.raises(StoreError, match=f"{FILE}: not the bytes that were uploaded"):
        check_store(world.settings, ReadOnlyDisk(world.disk))


# -- whole by its checksums, and no state ----------------------------------------------------

TREES: list[object] = [{}, [], None, {"rooms": {}}, {"rooms": {"general": {}}}, {"users": {"a": 1}}]
HUGE = b"\xff\xff\xff\xff"
BODIES = [
    b"",
    b"\xc1",
    b"\xdd" + HUGE,  # an array of four billion events
    b"\xdd\x10\x00\x00\x00",
    b"\x91\xdd" + HUGE,
    b"\x91\x93\xacEpochRenewed\x01\xdb" + HUGE,  # a text of four gigabytes
    b"\x91\x93\xacEpochRenewed\x01\xc6" + HUGE,
    b"\x91" * 100_000,
    b"\x91\x94\xacEpochRenewed\x01\xa1e" + b"\x91" * 100_000,
    b"\x91\x93\xacCursorsMoved\x01\xdf" + HUGE,
    encode_events([UploadDropped(1, 7)]),  # of which nobody has heard
]


@pytest.mark.parametrize("tree", TREES)
def test_snapshot_that_holds_no_state_is_refused_in_words(world: World, tree: object) -> None:
    write_snapshot(world.disk, DB_NAME, tree, 1, MARK)
    refused_in_words(world)


@pytest.mark.parametrize("body", BODIES)
def test_record_that_holds_no_events_is_refused_in_words_and_little_memory(
    world: World, body: bytes
) -> None:
    (journal,) = [path for path in world.disk.files() if "journal" in path]
    content = world.disk.take(journal)
    header = decode_header(content, journal)
    assert header is not None
    record = encode_record(header.mark, header.first_tick, 0, body)
    world.disk.put(journal, content[:HEADER_BYTES] + record)
    tracemalloc.start()
    try:
        refused_in_words(world)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def refused_in_words(world: World) -> None:
    before = world.disk.files()
    with pytest.raises(StoreError, match=DB_NAME):
        check_store(world.settings, ReadOnlyDisk(world.disk))
    with pytest.raises(StoreError, match=DB_NAME):
        world.restart()
    after = world.disk.files()
    assert {**after, "data/chat.db-lock": b""} == {**before, "data/chat.db-lock": b""}
