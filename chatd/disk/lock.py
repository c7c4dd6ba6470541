"""The lock: one server for each store."""

import os
import stat
from types import TracebackType

from chatd.disk.access import check_folder
from chatd.disk.files import Disk, folder_of
from chatd.errors import StoreLocked, StoreUnsafe

PID_BYTES_MAX = 20


def lock_path(path: str) -> str:
    """Return the name of the store's lock file, which stays when the server has gone."""
    return f"{path}-lock"


class StoreLock:
    """Holds a store from construction to `close`; the system frees it if the process dies."""

    def __init__(self, disk: Disk, path: str, pid: int | None = None) -> None:
        """Take the lock; make the store's folder if it is missing.

        Raises StoreLocked, naming the process, if another holds it, and StoreUnsafe.
        """
        self._disk = disk
        disk.make_folder(folder_of(path))
        check_folder(disk, folder_of(path))  # before anything in it is opened to be written
        self._fd = _open(disk, lock_path(path))
        _check_kind(disk, lock_path(path), self._fd)
        _lock(disk, path, self._fd)
        disk.truncate(self._fd, 0)
        disk.write(self._fd, b"%d\n" % (os.getpid() if pid is None else pid), 0)

    def close(self) -> None:
        """Let the store go."""
        self._disk.close(self._fd)

    def __enter__(self) -> "StoreLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class ReadOnlyLock:
    """Keeps servers off a store while it is read, as far as that can be done without writing.

    missing: why it can't be locked, "" if it is.
    """

    def __init__(self, disk: Disk, path: str) -> None:
        """Take the lock if there is one. Raises StoreLocked if another holds it, StoreUnsafe."""
        self._disk = disk
        self._fd: int | None = None
        self.missing = ""
        try:
            self._fd = disk.open_read(lock_path(path))
            _check_kind(disk, lock_path(path), self._fd)
            _lock(disk, path, self._fd)
        except FileNotFoundError:
            self.missing = f"there is no {lock_path(path)}"
        except OSError as error:
            self.missing = f"{lock_path(path)}: {error.strerror}"

    def close(self) -> None:
        """Let the store go."""
        if self._fd is not None:
            self._disk.close(self._fd)


def _lock(disk: Disk, path: str, fd: int) -> None:
    try:
        disk.lock(fd)
    except BlockingIOError as error:
        holder = disk.read(fd, PID_BYTES_MAX, 0).decode("ascii", "replace").strip()
        disk.close(fd)
        raise StoreLocked(f"{path} is in use by process {holder or '?'}") from error


def _check_kind(disk: Disk, path: str, fd: int) -> None:
    if not stat.S_ISREG(disk.info(fd).mode):
        disk.close(fd)
        raise StoreUnsafe(f"{path} is not a regular file")


def _open(disk: Disk, path: str) -> int:
    try:
        return disk.open_write(path)
    except FileNotFoundError:
        pass
    try:
        return disk.create(path)
    except FileExistsError:  # another server was quicker, or it is a dangling link
        return disk.open_write(path)
