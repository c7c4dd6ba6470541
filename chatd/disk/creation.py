"""The beginning of a store: a snapshot of its first tick, and a journal that goes on behind it.

A store always has a snapshot, so one that has lost it is never taken for a new one; and its
journal begins behind the first tick, so it does not pass for a whole store either.

The first snapshot lies finished under its temporary name before the journal is made, and
gets its own name last. So an interrupted creation is known by its files: a temporary
snapshot and at most one segment, without a record (`examination.is_unfinished`).
"""

from chatd.config import Fsync
from chatd.disk.files import Disk, folder_of, unlink_if_there
from chatd.disk.journal import DiskJournal, random_mark
from chatd.disk.snapshot import install_snapshot, temporary_path, write_temporary

FIRST_TICK = 1


def create_store(
    disk: Disk, path: str, tree: object, *, fsync: Fsync, segment_bytes: int, reserve_bytes: int
) -> DiskJournal:
    """Make a store that holds `tree` as its first tick, durably; return its journal.

    There must be no store: what a creation before left over was removed by `recover`.
    """
    disk.make_folder(folder_of(path))
    mark = random_mark()
    try:
        write_temporary(disk, path, tree, FIRST_TICK, mark)
    except Exception:
        unlink_if_there(disk, temporary_path(path))
        raise
    disk.sync_folder(folder_of(path))
    journal = DiskJournal(
        disk,
        path,
        fsync=fsync,
        first_tick=FIRST_TICK + 1,
        first_mark=mark,
        segment_bytes=segment_bytes,
        reserve_bytes=reserve_bytes,
    )
    install_snapshot(disk, path)
    return journal
