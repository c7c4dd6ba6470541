"""The few operations on files that the store needs, and the operating system's own.

Everything on this floor goes through `Disk`, so that a test can hand in a disk that fills
up, fails or loses power at any call. All errors are `OSError`, told apart by `errno`.
"""

import errno
import fcntl
import os
from typing import NamedTuple, Protocol

from chatd.disk import portable

NO_DESCRIPTOR = frozenset({errno.EMFILE, errno.ENFILE})
NO_ROOM = NO_DESCRIPTOR | {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system may have again later: until then nothing is written, and nothing ends."""
NO_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
    | {errno.EMLINK, errno.EXDEV}
)
"""A system that gives files no second name, or this one no further, or none on another disk."""
FILE_MODE = 0o600
FOLDER_MODE = 0o700


class FileInfo(NamedTuple):
    """What is known of a file: its size in bytes, its owner's uid, its kind and permissions."""

    size: int
    owner: int
    mode: int


class Disk(Protocol):
    """Files by path, open files by descriptor, every read and write at a given offset."""

    def make_folder(self, path: str) -> None:
        """Create a folder (0700) that is missing, durably; leave one that exists as it is."""

    def list_folder(self, path: str) -> list[str]:
        """Return the names in a folder, in any order."""

    def free_bytes(self, path: str) -> int:
        """Return how many bytes there is room for where a folder stands."""

    def sync_folder(self, path: str) -> None:
        """Make what was created, renamed and removed in this folder durable."""

    def create(self, path: str) -> int:
        """Create a file (0600) for reading and writing; `FileExistsError` if it exists."""

    def open_read(self, path: str) -> int:
        """Open a file that exists for reading."""

    def open_write(self, path: str) -> int:
        """Open a file that exists for reading and writing."""

    def info(self, fd: int) -> FileInfo:
        """Return size, owner, kind and permissions."""

    def folder_info(self, path: str) -> FileInfo:
        """Return owner, kind and permissions of a folder."""

    def read(self, fd: int, size: int, offset: int) -> bytes:
        """Return `size` bytes, fewer only at the end of the file."""

    def write(self, fd: int, data: bytes, offset: int) -> None:
        """Write all of `data`; past the end the file grows."""

    def allocate(self, fd: int, size: int) -> None:
        """Reserve real room for a file of `size` bytes; new bytes read as zeros."""

    def truncate(self, fd: int, size: int) -> None:
        """Cut the file off, or let it grow, to `size` bytes."""

    def datasync(self, fd: int) -> None:
        """Make the file's bytes durable, and its size as far as reading them needs it."""

    def sync(self, fd: int) -> None:
        """Make the file and all that is known about it durable, but not its name."""

    def lock(self, fd: int) -> None:
        """Lock the file until it is closed; `BlockingIOError` if another holds it."""

    def close(self, fd: int) -> None:
        """Close the file."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another name in one step, in place of what had that name."""

    def link(self, old: str, new: str) -> None:
        """Give a file a further name; `OSError` in `NO_LINKS` where that can't be."""

    def unlink(self, path: str) -> None:
        """Remove a name, and the file with its last one."""

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""


class RealDisk:
    """`Disk` by the operating system."""

    def make_folder(self, path: str) -> None:
        if os.path.isdir(path):
            return
        os.makedirs(path, FOLDER_MODE, exist_ok=True)
        self.sync_folder(folder_of(path))

    def list_folder(self, path: str) -> list[str]:
        return os.listdir(path)

    def free_bytes(self, path: str) -> int:
        status = os.statvfs(path)
        return status.f_bavail * status.f_frsize

    def sync_folder(self, path: str) -> None:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            portable.sync(fd)
        finally:
            os.close(fd)

    def create(self, path: str) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)

    def open_read(self, path: str) -> int:
        # Without waiting: in the place of a file there may be a pipe that nobody writes to.
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)

    def open_write(self, path: str) -> int:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def info(self, fd: int) -> FileInfo:
        return _info(os.fstat(fd))

    def folder_info(self, path: str) -> FileInfo:
        return _info(os.stat(path))

    def read(self, fd: int, size: int, offset: int) -> bytes:
        pieces = []
        while size:
            piece = os.pread(fd, size, offset)
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
            offset += len(piece)
        return b"".join(pieces)

    def write(self, fd: int, data: bytes, offset: int) -> None:
        written = os.pwrite(fd, data, offset)
        while written < len(data):  # a full disk or a signal can cut a large write short
            written += os.pwrite(fd, memoryview(data)[written:], offset + written)

    def allocate(self, fd: int, size: int) -> None:
        portable.allocate(fd, size)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def datasync(self, fd: int) -> None:
        portable.datasync(fd)

    def sync(self, fd: int) -> None:
        portable.sync(fd)

    def lock(self, fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self, fd: int) -> None:
        os.close(fd)

    def rename(self, old: str, new: str) -> None:
        os.rename(old, new)

    def link(self, old: str, new: str) -> None:
        os.link(old, new)

    def unlink(self, path: str) -> None:
        os.unlink(path)

    def remove_folder(self, path: str) -> None:
        os.rmdir(path)


def _info(status: os.stat_result) -> FileInfo:
    return FileInfo(status.st_size, status.st_uid, status.st_mode)


def folder_of(path: str) -> str:
    """Return the folder that a file's name stands in."""
    return os.path.dirname(path) or "."


def unlink_if_there(disk: Disk, path: str) -> None:
    """Remove a file that may be gone already."""
    try:
        disk.unlink(path)
    except FileNotFoundError:
        pass
