"""Copies: the store's files as they are, put aside before somebody mends them."""

from chatd.disk.files import Disk, folder_of

PIECE_BYTES = 1 << 20


def store_files(disk: Disk, path: str) -> list[str]:
    """Return the paths of a store's snapshot and journal, as far as they are there."""
    folder, _, base = path.rpartition("/")
    return [
        f"{folder}/{name}" if folder else name
        for name in sorted(disk.list_folder(folder_of(path)))
        if name == base or name.startswith(f"{base}-journal-")
    ]


def copy_files(disk: Disk, path: str, folder: str) -> str:
    """Copy a store's snapshot and journal into a new folder, durably; return the folder.

    Raises OSError, with what was copied up to then left there.
    """
    disk.make_folder(folder)
    for file in store_files(disk, path):
        _copy(disk, file, f"{folder}/{file.rpartition('/')[2]}")
    disk.sync_folder(folder)
    return folder


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
