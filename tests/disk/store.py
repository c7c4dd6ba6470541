"""A small store on a simulated disk, for the tests of this folder."""

from itertools import count

from chatd.config import Fsync
from chatd.disk import Disk, DiskJournal, Recovered, create_store, recover, write_snapshot
from chatd.disk.segment import HEADER_BYTES, RECORD_BYTES
from tests.simulation.disk import SimDisk

PATH = "data/chat.db"
RESERVE_BYTES = 100
SEGMENT_BYTES = HEADER_BYTES + 2 * RESERVE_BYTES
"""Two full ticks go into a segment."""
FULL_BODY = b"x" * (RESERVE_BYTES - RECORD_BYTES)

MARK = b"\xf5mark\0\0\0"
"""Of a segment, for snapshots that have no journal."""

_marks = count(1)


def new_disk(capacity: int | None = None) -> SimDisk:
    """Return a disk with the store's folder and nothing in it."""
    disk = SimDisk(capacity)
    disk.make_folder("data")
    disk.calls.clear()
    return disk


def new_mark() -> bytes:
    """Return another mark each time; its first byte is rare in the bodies of tests."""
    return b"\xf5mark" + next(_marks).to_bytes(3, "big")


def open_journal(
    disk: Disk, recovered: Recovered | None = None, fsync: Fsync = Fsync.ALWAYS
) -> DiskJournal:
    """Return a journal of small segments that goes on where `recovered` ends."""
    return DiskJournal(
        disk,
        PATH,
        fsync=fsync,
        tail=recovered.tail if recovered else None,
        segment_bytes=SEGMENT_BYTES,
        reserve_bytes=RESERVE_BYTES,
        new_mark=new_mark,
    )


def write_journal(disk: Disk, *bodies: bytes) -> DiskJournal:
    """Append these ticks to a store, or to a new one without a snapshot."""
    journal = open_journal(disk, recover(disk, PATH))
    for body in bodies:
        assert journal.reserve()
        journal.append(body)
    return journal


def recover_store(disk: Disk) -> Recovered:
    """Recover the store, which must be there."""
    found = recover(disk, PATH)
    assert found is not None
    return found


def create(disk: Disk, tree: object, fsync: Fsync = Fsync.ALWAYS) -> DiskJournal:
    """Begin a store with small segments."""
    return create_store(
        disk,
        PATH,
        tree,
        fsync=fsync,
        segment_bytes=SEGMENT_BYTES,
        reserve_bytes=RESERVE_BYTES,
    )


def take_snapshot(disk: Disk, journal: DiskJournal, tree: object) -> int:
    """Replace the journal so far by a snapshot."""
    last_tick = journal.rotate()
    write_snapshot(disk, PATH, tree, last_tick, journal.mark)
    journal.drop_through(last_tick)
    return last_tick
