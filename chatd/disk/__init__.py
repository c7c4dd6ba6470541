"""The store's files: journal, snapshot, recovery, lock.

    lock = StoreLock(disk, path)               one server for each store
    recovered = recover(disk, path)            the snapshot's tree, then the ticks after it
    journal = DiskJournal(disk, path, fsync=…, tail=recovered.tail)
    journal = create_store(disk, path, tree, …)     where there was none
    journal.reserve()                          before a tick: is there room for it?
    journal.append(body)                       after its handlers: durable, then bytes may leave

    last_tick = journal.rotate()               a snapshot: from here on a new segment,
    snapshotter.start(dump, last_tick)         a child that writes what came before,
    result = snapshotter.poll()                and when that is in place and durable,
    journal.drop_through(result.last_tick)     the segments that it replaces go

Nothing here knows chat: a tick's body is opaque bytes, a snapshot a tree of builtins.
"""

from chatd.disk.creation import create_store
from chatd.disk.files import Disk, FileInfo, RealDisk
from chatd.disk.fork import Child, Spawn, fork_child
from chatd.disk.journal import DiskJournal, Tail
from chatd.disk.lock import StoreLock
from chatd.disk.recovery import Recovered, check, recover
from chatd.disk.snapshot import write_snapshot
from chatd.disk.snapshotter import SnapshotResult, Snapshotter

__all__ = [
    "Child",
    "Disk",
    "FileInfo",
    "DiskJournal",
    "RealDisk",
    "Recovered",
    "SnapshotResult",
    "Snapshotter",
    "Spawn",
    "StoreLock",
    "Tail",
    "check",
    "create_store",
    "fork_child",
    "recover",
    "write_snapshot",
]
