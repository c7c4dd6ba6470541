"""Recovery: what the store holds, and its files made fit to go on with.

Everything is verified before the first byte is written, so a store that is refused stays
as it was found.
"""

from dataclasses import dataclass
from typing import Any

from chatd.disk.examination import Findings, examine
from chatd.disk.files import Disk, folder_of, unlink_if_there
from chatd.disk.journal import Tail
from chatd.errors import StoreMissing


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a store holds, as it was after `last_tick`.

    format: what the snapshot was written in. foreign_format: one of snapshot or ticks that is not
    today's, None if there is none. snapshot: a tree of builtins, None in a young store of the first
    version. bodies: the ticks after `snapshot_tick`, in order. cut: a sentence on what was cut off
    as torn. tail: where the journal goes on.
    """

    format: int
    foreign_format: int | None
    snapshot: Any
    snapshot_tick: int
    bodies: list[bytes]
    last_tick: int
    cut: str | None
    tail: Tail

    @property
    def nothing_behind(self) -> bool:
        """Whether the snapshot is all: nothing was written after it, not even half a tick."""
        return not self.bodies and self.cut is None

    @property
    def segments(self) -> int:
        """How many segments of the journal count."""
        return len(self.tail.older) + 1


def recover(disk: Disk, path: str) -> Recovered | None:
    """Return what the store holds, None if there is none and one may be created here.

    What a crash tore is cut off, all that counts is synced, what it left over is removed.
    Raises StoreError, with nothing written, and OSError.
    """
    found = examine(disk, path)
    if not found.exists:
        _clear(disk, path, found)
        return None
    _repair(disk, path, found)
    return _recovered(found)


def check(disk: Disk, path: str) -> Recovered:
    """Return what a start would recover, and write nothing. Raises StoreError and OSError.

    For a store without a running server, whose last record may be half written just now.
    """
    found = examine(disk, path)
    if not found.exists:
        raise StoreMissing(path)
    return _recovered(found)


def _recovered(found: Findings) -> Recovered:
    assert found.tail is not None
    return Recovered(
        format=found.format,
        foreign_format=found.foreign_format,
        snapshot=found.snapshot.tree if found.snapshot else None,
        snapshot_tick=found.snapshot_tick,
        bodies=found.bodies,
        last_tick=found.next_tick - 1,
        cut=found.cut,
        tail=found.tail,
    )


def _clear(disk: Disk, path: str, found: Findings) -> None:
    """Remove what an interrupted creation left over, and what tells of that last."""
    for name in found.rubbish:
        unlink_if_there(disk, name)
        disk.sync_folder(folder_of(path))


def _repair(disk: Disk, path: str, found: Findings) -> None:
    """Cut, sync, clean up, in an order that a crash in between does not harm."""
    if found.tail and found.cut:
        _cut(disk, found.live[-1].path, found.tail.end)
    for segment in found.live[:-1]:
        _sync(disk, segment.path)
    if found.tail:
        _rewrite(disk, found.live[-1].path, found.tail.end)
    if found.snapshot:
        _sync(disk, path)
    if found.live or found.rubbish:
        disk.sync_folder(folder_of(path))  # the snapshot's name before what it replaces goes
    for name in found.rubbish:
        unlink_if_there(disk, name)


def _cut(disk: Disk, path: str, end: int) -> None:
    fd = disk.open_write(path)
    try:
        disk.truncate(fd, end)
    finally:
        disk.close(fd)


def _sync(disk: Disk, path: str) -> None:
    fd = disk.open_write(path)
    try:
        disk.sync(fd)
    finally:
        disk.close(fd)


def _rewrite(disk: Disk, path: str, end: int) -> None:
    """Write the newest segment up to `end` once more, and sync it.

    A sync of it may have failed before, which ended the server but not the machine. Then the
    system takes for durable what is not, and another sync alone would do nothing.
    """
    fd = disk.open_write(path)
    try:
        disk.write(fd, disk.read(fd, end, 0), 0)
        disk.sync(fd)
    finally:
        disk.close(fd)
