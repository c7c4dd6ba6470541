"""Copies: a store's files as they are, put aside before somebody changes what can't be undone."""

import os

from chatd.disk.blobs import FOLDER_SUFFIX, DiskBlobs
from chatd.disk.files import NO_LINKS, Disk, folder_of
from chatd.disk.segment import segment_number

PIECE_BYTES = 1 << 20


def store_files(disk: Disk, path: str) -> list[str]:
    """Return the paths of a store's snapshot and journal, as far as they are there."""
    return [
        _beside(path, name)
        for name in sorted(disk.list_folder(folder_of(path)))
        if name == os.path.basename(path) or segment_number(path, name)
    ]


def copy_files(disk: Disk, path: str, folder: str) -> str:
    """Copy a store's snapshot and journal into a new folder, durably; return the folder.

    Raises OSError, with what was copied up to then left there.
    """
    disk.make_folder(folder)
    for file in store_files(disk, path):
        _copy(disk, file, f"{folder}/{os.path.basename(file)}")
    disk.sync_folder(folder)
    return folder


def link_files(disk: Disk, path: str, folder: str) -> None:
    """Give a store's files, uploaded ones too, further names in a folder, durably.

    It takes no room, and a copy is made only where a file can't have another name. What stood in
    that folder goes first. Right for files that are replaced and removed but not changed, and for
    unfinished uploads, which only grow. Raises OSError, with what was linked left there.
    """
    remove_folder(disk, folder)
    _link_all(disk, store_files(disk, path), folder)
    if uploads := DiskBlobs(disk, path).paths():
        _link_all(disk, uploads, f"{folder}/{os.path.basename(path)}{FOLDER_SUFFIX}")


def remove_folder(disk: Disk, folder: str) -> None:
    """Remove a folder that `link_files` made, whole or not, if it is there. Raises OSError."""
    try:
        names = disk.list_folder(folder)
    except FileNotFoundError:
        return
    for name in names:
        if name.endswith(FOLDER_SUFFIX):
            remove_folder(disk, f"{folder}/{name}")
        else:
            disk.unlink(f"{folder}/{name}")
    disk.remove_folder(folder)


def _beside(path: str, name: str) -> str:
    """Return the path of what stands in the same folder under another name."""
    folder = os.path.dirname(path)
    return f"{folder}/{name}" if folder else name


def _link_all(disk: Disk, files: list[str], folder: str) -> None:
    disk.make_folder(folder)
    for file in files:
        _link(disk, file, f"{folder}/{os.path.basename(file)}")
    disk.sync_folder(folder)


def _link(disk: Disk, source: str, target: str) -> None:
    try:
        disk.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _copy(disk, source, target)


def _copy(disk: Disk, source: str, target: str) -> None:
    reading = disk.open_read(source)
    try:
        writing = disk.create(target)
        try:
            size = disk.info(reading).size
            for offset in range(0, size, PIECE_BYTES):
                disk.write(writing, disk.read(reading, PIECE_BYTES, offset), offset)
            disk.sync(writing)
        finally:
            disk.close(writing)
    finally:
        disk.close(reading)
