"""Who could have written a file of the store: the server's user and root, or nobody reads it."""

import os
import stat

from chatd.disk.files import Disk, FileInfo
from chatd.errors import StoreUnsafe

ROOT = 0


def open_guarded(disk: Disk, path: str) -> int:
    """Open a file of the store for reading.

    Raises StoreUnsafe if it is no regular file, or if others could have written it.
    """
    fd = disk.open_read(path)
    try:
        info = disk.info(fd)
        if not stat.S_ISREG(info.mode):
            raise StoreUnsafe(f"{path} is not a regular file")
        _check_access(path, info)
    except BaseException:
        disk.close(fd)
        raise
    return fd


def check_folder(disk: Disk, path: str) -> None:
    """Verify that nobody else can put files into a folder. Raises StoreUnsafe."""
    _check_access(path, disk.folder_info(path))


def _check_access(path: str, info: FileInfo) -> None:
    us = os.geteuid()
    if info.owner not in (us, ROOT):
        raise StoreUnsafe(
            f"{path} belongs to user {info.owner}, not to {us}, who runs this: "
            f"run it as that user, or, if its content can be trusted, chown {us} {path}"
        )
    if info.mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StoreUnsafe(
            f"others may write {path} (mode {stat.S_IMODE(info.mode):o}): "
            f"if its content can be trusted, chmod go-w {path}"
        )
