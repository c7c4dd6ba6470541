"""A disk in memory that fills up, fails and loses power when it is told to.

It keeps two images of everything: what programs see, and what is certainly durable. What
lies between is a list of changes, and `crash` lets each of them, cut into sectors, survive
or not, as it is told. It is meaner than a real disk: a name that was not synced with its
folder may be lost alone, and a failed sync forgets what it should have made durable.
"""

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from random import Random

from chatd.disk.files import FILE_MODE, FOLDER_MODE, FileInfo, folder_of
from chatd.disk.fork import Child

UNBOUNDED_BYTES = 1 << 60
SECTOR_BYTES = 16
"""Small, so that small records are torn too."""


Survives = Callable[[], bool]
"""Tells of an unsynced sector or name, when the power goes, whether it survives."""


def by_chance(random: Random, part: float = 0.5) -> Survives:
    """Return what lets about that part of everything survive."""
    return lambda: random.random() < part


class PowerCut(BaseException):
    """The power is gone: no program catches this."""


@dataclass(frozen=True, slots=True)
class _Write:
    offset: int
    data: bytes

    def apply(self, image: bytearray) -> None:
        image.extend(bytes(max(0, self.offset - len(image))))
        image[self.offset : self.offset + len(self.data)] = self.data

    def sectors(self) -> Iterator["_Write"]:
        start = 0
        while start < len(self.data):
            end = start + SECTOR_BYTES - (self.offset + start) % SECTOR_BYTES
            yield _Write(self.offset + start, self.data[start:end])
            start = end


@dataclass(frozen=True, slots=True)
class _Resize:
    size: int

    def apply(self, image: bytearray) -> None:
        image.extend(bytes(max(0, self.size - len(image))))
        del image[self.size :]

    def sectors(self) -> Iterator["_Resize"]:
        yield self


@dataclass(slots=True, eq=False)
class _File:
    seen: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[_Write | _Resize] = field(default_factory=list)
    owner: int = field(default_factory=os.geteuid)
    mode: int = stat.S_IFREG | FILE_MODE

    def change(self, change: _Write | _Resize) -> None:
        change.apply(self.seen)
        self.unsynced.append(change)

    def sync(self) -> None:
        for change in self.unsynced:
            change.apply(self.durable)
        self.unsynced.clear()

    def crash(self, survives: Survives) -> None:
        for change in self.unsynced:
            for sector in change.sectors():
                if survives():
                    sector.apply(self.durable)
        self.unsynced.clear()
        self.seen = bytearray(self.durable)


_Names = dict[str, _File]
_Renaming = dict[str, _File | None]
"""What one call did to names: whom each stands for after it, None for nobody."""


class SimDisk:
    """`Disk` in memory. capacity: bytes that all files may take together."""

    def __init__(self, capacity: int | None = None) -> None:
        self.capacity = capacity
        self.calls: list[str] = []
        self._folders = {".": _new_folder()}
        self._names: _Names = {}
        self._durable_names: _Names = {}
        self._unsynced_names: list[_Renaming] = []
        self._open: dict[int, _File] = {}
        self._paths: dict[int, str] = {}
        self._locks: dict[int, _File] = {}
        self._next_fd = 1000
        self._fail_at: dict[int, int] = {}
        self._fail_on: dict[str, tuple[int, str]] = {}
        self._cut_at: int | None = None

    # What a test says and asks.

    def fail_at(self, call: int, number: int) -> None:
        """Let the call with this number, counted from 1, raise `OSError(number)`."""
        self._fail_at[call] = number

    def fail_on(self, operation: str, number: int, path: str = "") -> None:
        """Let the next call of this operation raise `OSError(number)`.

        path: what stands in the path of the file that it is about, or nothing for any.
        """
        self._fail_on[operation] = number, path

    def cut_power_at(self, call: int) -> None:
        """Let the call with this number, and all after it, raise `PowerCut` undone."""
        self._cut_at = call

    def may_fail(self, path: str) -> bool:
        """Whether an operation on such a path is yet to fail."""
        return any(told == path for _, told in self._fail_on.values())

    def let_power_be(self) -> None:
        """Let nothing fail any more that was told to."""
        self._cut_at = None
        self._fail_at.clear()
        self._fail_on.clear()

    def crash(self, survives: Survives = lambda: False) -> None:
        """Lose power and come back: ask of each unsynced sector and name if it survives."""
        for file in self._all_files():
            file.crash(survives)
        for renaming in self._unsynced_names:
            if survives():
                _rename(self._durable_names, renaming)
        self._unsynced_names.clear()
        self._names = dict(self._durable_names)
        self.end_process()

    def end_process(self) -> None:
        """Let the program die alone: its files are closed, what it wrote stays seen.

        After `cut_power_at` this makes the cut a kill. Calls are counted from 1 again.
        """
        self._cut_at = None
        self.calls.clear()
        self._open.clear()
        self._paths.clear()
        self._locks.clear()

    def open_paths(self) -> list[str]:
        """Return the paths of the files that are open."""
        return sorted(self._paths.values())

    def files(self, begin: str = "") -> dict[str, bytes]:
        """Return the contents of all files whose path begins so, as programs see them."""
        seen = self._names.items()
        return {path: bytes(file.seen) for path, file in seen if path.startswith(begin)}

    def put(self, path: str, content: bytes) -> None:
        """Place a durable file from outside."""
        file = _File(bytearray(content), bytearray(content))
        self._names[path] = self._durable_names[path] = file

    def take(self, path: str) -> bytes:
        """Remove a file from outside, durably, and return its content."""
        self._durable_names.pop(path, None)
        return bytes(self._names.pop(path).seen)

    def set_access(self, path: str, *, owner: int, mode: int) -> None:
        """Give a file or a folder to another owner, with other permissions."""
        if path in self._folders:
            self._folders[path] = FileInfo(0, owner, stat.S_IFDIR | mode)
            return
        self._names[path].owner = owner
        self._names[path].mode = stat.S_IFREG | mode

    # What the store calls.

    def make_folder(self, path: str) -> None:
        self._call("make_folder")
        self._folders.setdefault(path, _new_folder())

    def list_folder(self, path: str) -> list[str]:
        self._call("list_folder")
        self._check_folder(path)
        paths = [*self._names, *(folder for folder in self._folders if folder != path)]
        return [os.path.basename(name) for name in paths if folder_of(name) == path]

    def free_bytes(self, path: str) -> int:
        self._call("free_bytes")
        return UNBOUNDED_BYTES if self.capacity is None else max(0, self.capacity - self._used())

    def sync_folder(self, path: str) -> None:
        self._call("sync_folder")
        self._check_folder(path)
        for renaming in [names for names in self._unsynced_names if _concerns(names, path)]:
            _rename(self._durable_names, renaming)
            self._unsynced_names.remove(renaming)

    def create(self, path: str) -> int:
        self._call("create", path)
        self._check_folder(folder_of(path))
        if path in self._names:
            raise _error(errno.EEXIST, path)
        self._rename({path: _File()})
        return self._opened(path)

    def open_read(self, path: str) -> int:
        self._call("open_read")
        return self._opened(path)

    def open_write(self, path: str) -> int:
        self._call("open_write")
        return self._opened(path)

    def info(self, fd: int) -> FileInfo:
        self._call("info")
        file = self._open[fd]
        return FileInfo(len(file.seen), file.owner, file.mode)

    def folder_info(self, path: str) -> FileInfo:
        self._call("folder_info")
        self._check_folder(path)
        return self._folders[path]

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self._call("read")
        return bytes(self._open[fd].seen[offset : offset + size])

    def write(self, fd: int, data: bytes, offset: int) -> None:
        self._call("write", self._paths[fd])
        self._check_room(fd, offset + len(data))
        self._open[fd].change(_Write(offset, bytes(data)))

    def allocate(self, fd: int, size: int) -> None:
        self._call("allocate", self._paths[fd])
        self._check_room(fd, size)
        if size > len(self._open[fd].seen):
            self._open[fd].change(_Resize(size))

    def truncate(self, fd: int, size: int) -> None:
        self._call("truncate", self._paths[fd])
        self._check_room(fd, size)
        self._open[fd].change(_Resize(size))

    def datasync(self, fd: int) -> None:
        self._sync("datasync", fd)

    def sync(self, fd: int) -> None:
        self._sync("sync", fd)

    def lock(self, fd: int) -> None:
        self._call("lock")
        if any(file is self._open[fd] for file in self._locks.values()):
            raise _error(errno.EAGAIN, self._paths[fd])
        self._locks[fd] = self._open[fd]

    def close(self, fd: int) -> None:
        self._call("close")
        del self._open[fd], self._paths[fd]
        self._locks.pop(fd, None)

    def rename(self, old: str, new: str) -> None:
        self._call("rename")
        self._check_name(old)
        self._rename({old: None, new: self._names[old]})

    def link(self, old: str, new: str) -> None:
        self._call("link")
        self._check_name(old)
        self._check_folder(folder_of(new))
        if new in self._names:
            raise _error(errno.EEXIST, new)
        self._rename({new: self._names[old]})

    def unlink(self, path: str) -> None:
        self._call("unlink")
        self._check_name(path)
        self._rename({path: None})

    def remove_folder(self, path: str) -> None:
        self._call("remove_folder")
        self._check_folder(path)
        if self.list_folder(path):
            raise _error(errno.ENOTEMPTY, path)
        del self._folders[path]

    # How it does it.

    def _call(self, operation: str, path: str = "") -> None:
        self.calls.append(operation)
        if self._cut_at is not None and len(self.calls) >= self._cut_at:
            raise PowerCut
        number = self._fail_at.pop(len(self.calls), None)
        if number is None and operation in self._fail_on and self._fail_on[operation][1] in path:
            number, _ = self._fail_on.pop(operation)
        if number is not None:
            raise _error(number, operation)

    def _sync(self, operation: str, fd: int) -> None:
        try:
            self._call(operation, self._paths[fd])
        except OSError:
            self._open[fd].unsynced.clear()  # what Linux does: the pages count as clean
            raise
        self._open[fd].sync()

    def _opened(self, path: str) -> int:
        self._check_name(path)
        self._next_fd += 1
        self._open[self._next_fd] = self._names[path]
        self._paths[self._next_fd] = path
        return self._next_fd

    def _rename(self, renaming: _Renaming) -> None:
        _rename(self._names, renaming)
        self._unsynced_names.append(renaming)

    def _check_folder(self, path: str) -> None:
        if path not in self._folders:
            raise _error(errno.ENOENT, path)

    def _check_name(self, path: str) -> None:
        if path not in self._names:
            raise _error(errno.ENOENT, path)

    def _check_room(self, fd: int, size: int) -> None:
        growth = size - len(self._open[fd].seen)
        if self.capacity is not None and growth > 0 and self._used() + growth > self.capacity:
            raise _error(errno.ENOSPC, self._paths[fd])

    def _all_files(self) -> list[_File]:
        """Return each file once, those too that only a lost change of names leads to."""
        renamed = [file for names in self._unsynced_names for file in names.values() if file]
        known = [*self._durable_names.values(), *self._names.values(), *self._open.values()]
        return list(dict.fromkeys(known + renamed))

    def _used(self) -> int:
        files = {*self._names.values(), *self._open.values()}
        return sum(len(file.seen) for file in files)


class _Finished:
    """A child that has ended already."""

    def __init__(self, error: str) -> None:
        self._error = error

    def poll(self) -> str | None:
        return self._error

    def end(self) -> None:
        pass

    def kill(self) -> None:
        pass


def run_inline(work: Callable[[], object], keep: Collection[int]) -> Child:
    """`Spawn` without a process: the work is done on return; a power cut goes through."""
    try:
        work()
    except Exception as error:
        return _Finished(f"{type(error).__name__}: {error}")
    return _Finished("")


def _rename(names: _Names, renaming: _Renaming) -> None:
    for path, file in renaming.items():
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def _new_folder() -> FileInfo:
    return FileInfo(0, os.geteuid(), stat.S_IFDIR | FOLDER_MODE)


def _concerns(renaming: _Renaming, folder: str) -> bool:
    return any(folder_of(path) == folder for path in renaming)


def _error(number: int, what: str) -> OSError:
    return OSError(number, os.strerror(number), what)
