"""Blobs: the bytes of uploaded files, one file for each upload, in a folder beside the store.

    chat.db-files/00000017

A file is named by the number of its upload and never renamed: which content it has, and who
still needs it, stands in the state. So nothing has to happen to files and journal at once:
bytes are synced before the record that tells of them, and a file is removed after the record
that gives it up. What a crash leaves in between is an orphan, removed at the next start.
"""

import errno
import hashlib
import logging
import os
import re
from collections.abc import Collection
from typing import Any

from chatd.disk.access import check_folder
from chatd.disk.files import NO_DESCRIPTOR, NO_ROOM, Disk, folder_of, unlink_if_there
from chatd.errors import Internal, Overloaded, StorageFull

log = logging.getLogger(__name__)

FOLDER_SUFFIX = "-files"
OPEN_MAX = 64
"""Files of uploads that are open at once; beyond that, who was written to longest ago is closed."""
READ_BYTES = 1024 * 1024
OUT_OF_DESCRIPTORS = "the server is out of file descriptors; try again later"

_NAME = re.compile(r"\d{8,}", re.ASCII)


class DiskBlobs:
    """`core.blobs.Blobs` on a disk. `sync` makes everything durable that came before it.

    A disk that fails here costs an upload, and no more: it is refused, with a line in the log.
    """

    def __init__(self, disk: Disk, store_path: str) -> None:
        self._disk = disk
        self._folder = store_path + FOLDER_SUFFIX
        self._made = False
        self._open: dict[int, int] = {}
        self._unsynced_names: dict[int, None] = {}
        self._unsynced: dict[int, None] = {}
        self._complete: dict[int, None] = {}
        self._lost: dict[int, None] = {}
        self._hashes: dict[int, tuple[Any, int]] = {}

    # -- what handlers call ------------------------------------------------------------------

    def free_bytes(self) -> int:
        return self._disk.free_bytes(folder_of(self._folder))

    def create(self, number: int) -> None:
        try:
            self._make_folder()
            # A number is used again when the event that would have used it up was refused.
            unlink_if_there(self._disk, self.path(number))
            self._keep_open(number, self._disk.create(self.path(number)))
        except OSError as error:
            raise self._refusal(number, error) from error
        self._unsynced_names[number] = None
        self._lost.pop(number, None)
        self._hashes[number] = (hashlib.sha256(), 0)

    def write(self, number: int, data: bytes, offset: int) -> None:
        try:
            self._disk.write(self._opened(number), data, offset)
        except OSError as error:
            raise self._refusal(number, error) from error
        self._unsynced[number] = None
        hash, hashed = self._hashes.get(number, (None, 0))
        if hash is not None and hashed == offset:
            hash.update(data)
            self._hashes[number] = (hash, offset + len(data))
        elif hashed > offset:  # somebody wrote here before, in vain: all of it is read again
            del self._hashes[number]

    def read(self, number: int, size: int, offset: int) -> bytes | None:
        try:
            return self._read(number, size, offset)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in NO_ROOM:
                raise Overloaded(OUT_OF_DESCRIPTORS) from error
            log.error("%s can't be read: %s", self.path(number), error.strerror)
            raise Internal("the server can't read this file; its log says why") from error

    def catch_up(self, number: int, size: int, bytes_max: int) -> bool:
        hash, hashed = self._hashes.get(number, (None, 0))
        if hash is None or hashed > size:  # what was written in vain is no part of it
            hash, hashed = hashlib.sha256(), 0
        end = min(size, hashed + bytes_max)
        while hashed < end:
            try:
                data = self.read(number, min(READ_BYTES, end - hashed), hashed)
            except Internal:
                self._lost[number] = None
                break
            if not data:
                break
            hash.update(data)
            hashed += len(data)
        self._hashes[number] = (hash, hashed)
        return hashed == size or hashed < end  # a file that is too short is another one

    def sha256(self, number: int) -> bytes:
        try:
            self._sync_one(number)
        except OSError as error:
            raise self._refusal(number, error) from error
        digest: bytes = self._hashes[number][0].digest()
        return digest

    def complete(self, number: int) -> None:
        del self._hashes[number]
        self._complete[number] = None

    # -- what the tick calls -----------------------------------------------------------------

    def sync(self) -> list[int]:
        """Make what was written durable; return the files for which that can't be done.

        What the system took of their bytes, and could not write, is gone.
        """
        for number in {**self._unsynced_names, **self._unsynced}:
            self._sync_or_lose(number)
        for number in self._complete:
            self._close_one(number)
        self._complete.clear()
        lost = list(self._lost)
        self._lost.clear()
        return lost

    def remove(self, number: int) -> None:
        """Remove a file that nobody needs, if it is there."""
        self._hashes.pop(number, None)
        self._unsynced.pop(number, None)
        self._unsynced_names.pop(number, None)
        self._lost.pop(number, None)
        self._close_one(number)
        unlink_if_there(self._disk, self.path(number))
        # Whether the name comes back after a power failure does not matter: an orphan goes.

    def remove_orphans(self, needed: Collection[int]) -> int:
        """Remove every file that is not needed; return how many there were."""
        try:
            names = self._disk.list_folder(self._folder)
        except FileNotFoundError:
            return 0
        orphans = set(names) - set(map(_name, needed))
        return sum(self._remove_orphan(name) for name in orphans)

    def exist(self) -> bool:
        """Whether there is any file of a store."""
        return bool(self.paths())

    def check_access(self) -> None:
        """Verify that nobody else can put files into the folder. Raises StoreUnsafe."""
        try:
            check_folder(self._disk, self._folder)
        except FileNotFoundError:
            pass

    def missing(self, needed: Collection[int]) -> list[int]:
        """Return which of these files are not there."""
        try:
            names = set(self._disk.list_folder(self._folder))
        except FileNotFoundError:
            names = set()
        return sorted(number for number in needed if _name(number) not in names)

    def close(self) -> None:
        """Close all files."""
        for number in list(self._open):
            self._close_one(number)

    # -- how it is done ----------------------------------------------------------------------

    def paths(self) -> list[str]:
        """Return where all files stand, in any order."""
        try:
            names = self._disk.list_folder(self._folder)
        except FileNotFoundError:
            return []
        return [os.path.join(self._folder, name) for name in names if _NAME.fullmatch(name)]

    def path(self, number: int) -> str:
        """Return where a file stands."""
        return os.path.join(self._folder, _name(number))

    def _make_folder(self) -> None:
        if not self._made:
            self._disk.make_folder(self._folder)
            self._made = True

    def _remove_orphan(self, name: str) -> bool:
        try:
            unlink_if_there(self._disk, os.path.join(self._folder, name))
        except OSError as error:
            log.warning("an unused file stays until the next start: %s", error)
            return False
        return True

    def _read(self, number: int, size: int, offset: int) -> bytes:
        fd = self._disk.open_read(self.path(number))
        try:
            return self._disk.read(fd, size, offset)
        finally:
            self._disk.close(fd)

    def _sync_one(self, number: int) -> None:
        """Make a file durable, name and all. Raises OSError, again and again if it did once.

        After a failed sync the system takes what it could not write for written.
        """
        if number in self._lost:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        try:
            if self._unsynced.pop(number, number) is None:
                self._disk.datasync(self._open[number])
        except OSError:
            self._lost[number] = None
            raise
        if number in self._unsynced_names:
            names, self._unsynced_names = self._unsynced_names, {}
            try:
                self._disk.sync_folder(self._folder)
            except OSError as error:
                if error.errno in NO_ROOM:  # it was not even tried
                    self._unsynced_names = names
                else:
                    self._lost |= names
                raise

    def _sync_or_lose(self, number: int) -> None:
        """Make a file durable, or note that it is lost."""
        try:
            self._sync_one(number)
        except OSError as error:
            log.error("%s can't be written: %s", self.path(number), error.strerror)
            self._lost[number] = None

    def _refusal(self, number: int, error: OSError) -> StorageFull:
        """Return what a failed write means to the one who uploads; log what is no full disk."""
        if error.errno in NO_DESCRIPTOR:
            return StorageFull(OUT_OF_DESCRIPTORS)
        if error.errno in NO_ROOM:
            return StorageFull("the server's disk is full; try again later")
        log.error("%s can't be written: %s", self.path(number), error.strerror)
        return StorageFull("the server can't write this file; its log says why")

    def _opened(self, number: int) -> int:
        fd = self._open.pop(number, None)
        if fd is None:
            fd = self._disk.open_write(self.path(number))
        self._keep_open(number, fd)
        return fd

    def _keep_open(self, number: int, fd: int) -> None:
        others = sorted(self._open, key=self._unsynced.__contains__)  # those last, by age each
        for oldest in others[: max(0, len(others) + 1 - OPEN_MAX)]:
            if oldest in self._unsynced:
                self._sync_or_lose(oldest)
            self._close_one(oldest)
        self._open[number] = fd

    def _close_one(self, number: int) -> None:
        fd = self._open.pop(number, None)
        if fd is None:
            return
        try:
            self._disk.close(fd)
        except OSError as error:  # it is closed all the same, and was synced or lost before
            log.warning("%s was closed with an error: %s", self.path(number), error.strerror)


def _name(number: int) -> str:
    return f"{number:08d}"
