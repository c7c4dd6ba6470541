"""The lock: one server for each store."""

import os
from types import TracebackType

from chatd.disk.files import Disk, folder_of
from chatd.errors import StoreLocked

PID_BYTES_MAX = 20


def lock_path(path: str) -> str:
    """Return the name of the store's lock file, which stays when the server has gone."""
    return f"{path}-lock"


class StoreLock:
    """Holds a store from construction to `close`; the system frees it if the process dies."""

    def __init__(self, disk: Disk, path: str, pid: int | None = None) -> None:
        """Take the lock; make the store's folder if it is missing.

        Raises StoreLocked, naming the process, if another holds it.
        """
        self._disk = disk
        disk.make_folder(folder_of(path))
        self._fd = _open(disk, lock_path(path))
        try:
            disk.lock(self._fd)
        except BlockingIOError as error:
            holder = disk.read(self._fd, PID_BYTES_MAX, 0).decode("ascii", "replace").strip()
            disk.close(self._fd)
            raise StoreLocked(f"{path} is in use by process {holder or '?'}") from error
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


def _open(disk: Disk, path: str) -> int:
    while True:
        try:
            return disk.open_write(path)
        except FileNotFoundError:
            pass
        try:
            return disk.create(path)
        except FileExistsError:  # another server was quicker: look again
            pass
