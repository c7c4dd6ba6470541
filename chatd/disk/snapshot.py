"""The snapshot: the whole state after one tick, as one file that is swapped in whole.

    magic 8 | version u32 | last tick u64 | payload length u64 | BLAKE2b-256 32 | payload

Numbers are big endian. The payload is a pickle, protocol 5, of builtin types only, so that
a renamed module breaks no old file. The digest is of the payload and then of the fields
before the digest, in this order because the length is known last. It finds damage, it is
no seal: whoever can write the file can compute it. That a forged file runs no code, and
takes no more memory than its size calls for, is the doing of `pickles` and the unpickler.
"""

import gc
import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct
from typing import Any, NoReturn

from chatd.disk.access import open_guarded
from chatd.disk.files import Disk, folder_of, unlink_if_there
from chatd.disk.pickles import OpcodeScanner, refuse_sharing
from chatd.errors import StoreCorrupt

MAGIC = b"chatsnap"
VERSION = 1
DIGEST_BYTES = 32
CHUNK_BYTES = 1024 * 1024
SYNC_BYTES = 4 * 1024 * 1024
"""Synced as it goes, so that the last sync, and the journal's beside it, stay short."""

_FIELDS = Struct(">8sIQQ")
HEADER_BYTES = _FIELDS.size + DIGEST_BYTES


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tree of builtins, and the last tick that went into it."""

    tree: Any
    last_tick: int


def temporary_path(path: str) -> str:
    """Return the name under which the store's next snapshot is written."""
    return f"{path}-snapshot.tmp"


def write_snapshot(disk: Disk, path: str, tree: object, last_tick: int) -> None:
    """Write and swap in a snapshot, durable on return.

    Raises OSError (the old snapshot is then still in place) and TypeError for a tree that
    holds anything but builtins.
    """
    try:
        write_temporary(disk, path, tree, last_tick)
        install_snapshot(disk, path)
    except Exception:
        unlink_if_there(disk, temporary_path(path))
        raise


def write_temporary(disk: Disk, path: str, tree: object, last_tick: int) -> None:
    """Write a snapshot under its temporary name, in the place of one that was left over."""
    unlink_if_there(disk, temporary_path(path))
    fd = disk.create(temporary_path(path))
    try:
        fill_snapshot(disk, fd, tree, last_tick)
    finally:
        disk.close(fd)


def fill_snapshot(disk: Disk, fd: int, tree: object, last_tick: int) -> None:
    """Write a snapshot into an empty file and sync it."""
    payload = _PayloadWriter(disk, fd)
    _BuiltinPickler(payload, protocol=5).dump(tree)
    fields = _FIELDS.pack(MAGIC, VERSION, last_tick, payload.finish())
    disk.write(fd, fields + payload.digest(fields), 0)
    disk.sync(fd)


def install_snapshot(disk: Disk, path: str) -> None:
    """Put a finished temporary file in the snapshot's place, durably."""
    disk.rename(temporary_path(path), path)
    disk.sync_folder(folder_of(path))


def load_snapshot(disk: Disk, path: str) -> Snapshot | None:
    """Return the store's snapshot, None if there is none.

    Raises StoreCorrupt for a file that is damaged or holds anything but builtins, and
    StoreUnsafe for one that somebody else could have written.
    """
    try:
        fd = open_guarded(disk, path)
    except FileNotFoundError:
        return None
    try:
        return _load(disk, fd, path)
    finally:
        disk.close(fd)


class _BuiltinPickler(pickle.Pickler):
    """Refuses to write what the loader would refuse to read."""

    def reducer_override(self, obj: object) -> NoReturn:
        raise TypeError(f"a snapshot holds builtins only, not {type(obj).__qualname__}")


class _BuiltinUnpickler(pickle.Unpickler):
    """Makes builtins only: without a global, a pickle has nothing that it could call."""

    def find_class(self, module_name: str, global_name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}")


class _PayloadWriter:
    """The file that the pickler writes to: gathers, hashes, and syncs every few MiB."""

    def __init__(self, disk: Disk, fd: int) -> None:
        self._disk = disk
        self._fd = fd
        self._hash = blake2b(digest_size=DIGEST_BYTES)
        self._gathered = bytearray()
        self._offset = HEADER_BYTES
        self._unsynced = 0

    def write(self, data: bytes) -> int:
        self._gathered += data
        if len(self._gathered) >= CHUNK_BYTES:
            self._flush()
        return len(data)

    def finish(self) -> int:
        """Write what is left and return the payload's length."""
        self._flush()
        return self._offset - HEADER_BYTES

    def digest(self, fields: bytes) -> bytes:
        self._hash.update(fields)
        return self._hash.digest()

    def _flush(self) -> None:
        chunk = bytes(self._gathered)
        self._gathered.clear()
        self._hash.update(chunk)
        self._disk.write(self._fd, chunk, self._offset)
        self._offset += len(chunk)
        self._unsynced += len(chunk)
        if self._unsynced >= SYNC_BYTES:
            self._disk.datasync(self._fd)
            self._unsynced = 0


class _PayloadReader(io.RawIOBase):
    """The file that the unpickler reads from, through a buffer of CHUNK_BYTES."""

    def __init__(self, disk: Disk, fd: int) -> None:
        self._disk = disk
        self._fd = fd
        self._offset = HEADER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._disk.read(self._fd, len(buffer), self._offset)
        buffer[: len(piece)] = piece
        self._offset += len(piece)
        return len(piece)


def _load(disk: Disk, fd: int, path: str) -> Snapshot:
    header = disk.read(fd, HEADER_BYTES, 0)
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise StoreCorrupt(path, 0, "not a snapshot of this program")
    fields, digest = header[: _FIELDS.size], header[_FIELDS.size :]
    _, version, last_tick, length = _FIELDS.unpack(fields)
    if version != VERSION:
        raise StoreCorrupt(path, len(MAGIC), f"format {version}, this program reads {VERSION}")
    size = disk.info(fd).size
    if size != HEADER_BYTES + length:
        raise StoreCorrupt(path, size, f"should have {HEADER_BYTES + length} bytes")
    if _digest(disk, fd, fields) != digest:
        raise StoreCorrupt(path, 0, "the checksum does not match the content")
    return Snapshot(_unpickle(disk, fd, path, length), last_tick)


def _digest(disk: Disk, fd: int, fields: bytes) -> bytes:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in _chunks(disk, fd):
        digest.update(chunk)
    digest.update(fields)
    return digest.digest()


def _scan(disk: Disk, fd: int, length: int) -> None:
    scanner = OpcodeScanner(length)
    for chunk in _chunks(disk, fd):
        scanner.feed(chunk)
    scanner.finish()


def _chunks(disk: Disk, fd: int) -> Iterator[bytes]:
    """Yield the payload, which is what stands behind the header."""
    offset = HEADER_BYTES
    while chunk := disk.read(fd, CHUNK_BYTES, offset):
        yield chunk
        offset += len(chunk)


def _unpickle(disk: Disk, fd: int, path: str, length: int) -> Any:
    """Return a tree of builtins that costs no more than its pickle's size calls for."""
    reader = io.BufferedReader(_PayloadReader(disk, fd), CHUNK_BYTES)
    try:
        _scan(disk, fd, length)
        with _collector_off():
            tree = _BuiltinUnpickler(reader).load()
            refuse_sharing(tree)
    except OSError:
        raise
    except Exception as error:  # a pickle can fail with nearly any of them
        raise StoreCorrupt(path, HEADER_BYTES, f"not a pickle of builtins: {error}") from error
    return tree


@contextmanager
def _collector_off() -> Iterator[None]:
    """Millions of new objects and no garbage: collecting would double the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
