"""The snapshot: the whole state after one tick, as one file that is swapped in whole.

    prefix 20 | last tick u64 | mark 8 | payload length u64 | BLAKE2b-256 32 | payload

Numbers are big endian. The prefix tells the format (formats.py). `mark` is that of the segment
which holds the last tick, and ties the snapshot to its journal: what follows in a journal of
another history is not what came next. Format 1 has no mark, and `magic 8 | version u32` in the
prefix's place. The payload is a pickle, protocol 5, of builtin types only, so that
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
from typing import Any, NamedTuple, NoReturn

from chatd.disk.access import open_guarded
from chatd.disk.files import Disk, folder_of, unlink_if_there
from chatd.disk.formats import FIRST_FORMAT, FORMAT, PREFIX_BYTES, encode_prefix, format_of
from chatd.disk.pickles import OpcodeScanner, refuse_sharing
from chatd.errors import StoreCorrupt

MAGIC = b"chatsnap"
DIGEST_BYTES = 32
CHUNK_BYTES = 1024 * 1024
SYNC_BYTES = 4 * 1024 * 1024
"""Synced as it goes, so that the last sync, and the journal's beside it, stay short."""

_FIELDS = Struct(">Q8sQ")
_FIELDS_1 = Struct(">8sIQQ")
HEADER_BYTES = PREFIX_BYTES + _FIELDS.size + DIGEST_BYTES


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tree of builtins, and the last tick that went into it.

    mark: of the segment that holds that tick; None where the format has none.
    """

    tree: Any
    last_tick: int
    mark: bytes | None
    format: int = FORMAT


class _Header(NamedTuple):
    """fields: all in front of the digest. size: the bytes in front of the payload."""

    format: int
    last_tick: int
    mark: bytes | None
    length: int
    fields: bytes
    digest: bytes

    @property
    def size(self) -> int:
        return len(self.fields) + DIGEST_BYTES


def temporary_path(path: str) -> str:
    """Return the name under which the store's next snapshot is written."""
    return f"{path}-snapshot.tmp"


def write_snapshot(disk: Disk, path: str, tree: object, last_tick: int, mark: bytes) -> None:
    """Write and swap in a snapshot, durable on return.

    mark: that of the segment which holds the last tick.
    Raises OSError (the old snapshot is then still in place) and TypeError for a tree that
    holds anything but builtins.
    """
    try:
        write_temporary(disk, path, tree, last_tick, mark)
        install_snapshot(disk, path)
    except Exception:
        unlink_if_there(disk, temporary_path(path))
        raise


def write_temporary(disk: Disk, path: str, tree: object, last_tick: int, mark: bytes) -> None:
    """Write a snapshot under its temporary name, in the place of one that was left over."""
    unlink_if_there(disk, temporary_path(path))
    fd = disk.create(temporary_path(path))
    try:
        fill_snapshot(disk, fd, tree, last_tick, mark)
    finally:
        disk.close(fd)


def fill_snapshot(disk: Disk, fd: int, tree: object, last_tick: int, mark: bytes) -> None:
    """Write a snapshot into an empty file and sync it."""
    payload = _PayloadWriter(disk, fd)
    _BuiltinPickler(payload, protocol=5).dump(tree)
    fields = encode_prefix(MAGIC) + _FIELDS.pack(last_tick, mark, payload.finish())
    disk.write(fd, fields + payload.digest(fields), 0)
    disk.sync(fd)


def install_snapshot(disk: Disk, path: str) -> None:
    """Put a finished temporary file in the snapshot's place, durably."""
    disk.rename(temporary_path(path), path)
    disk.sync_folder(folder_of(path))


def load_snapshot(disk: Disk, path: str) -> Snapshot | None:
    """Return the store's snapshot, None if there is none.

    Raises StoreCorrupt for a file that is damaged or holds anything but builtins, StoreTooNew,
    and StoreUnsafe for one that somebody else could have written.
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
        raise pickle.UnpicklingError(f"it refers to {module_name}.{global_name}")


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

    def __init__(self, disk: Disk, fd: int, offset: int) -> None:
        self._disk = disk
        self._fd = fd
        self._offset = offset

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._disk.read(self._fd, len(buffer), self._offset)
        buffer[: len(piece)] = piece
        self._offset += len(piece)
        return len(piece)


def _load(disk: Disk, fd: int, path: str) -> Snapshot:
    header = _read_header(disk, fd, path)
    if header is None:
        raise StoreCorrupt(path, 0, "not a snapshot of this program")
    size = disk.info(fd).size
    if size != header.size + header.length:
        raise StoreCorrupt(path, size, f"should have {header.size + header.length} bytes")
    if _digest(disk, fd, header) != header.digest:
        raise StoreCorrupt(path, 0, "the checksum does not match the content")
    tree = _unpickle(disk, fd, path, header)
    return Snapshot(tree, header.last_tick, header.mark, header.format)


def _read_header(disk: Disk, fd: int, path: str) -> _Header | None:
    """Return what stands in front of the payload, None if it is not whole."""
    data = disk.read(fd, HEADER_BYTES, 0)
    format = format_of(data, MAGIC, path)
    end = _FIELDS_1.size if format == FIRST_FORMAT else PREFIX_BYTES + _FIELDS.size
    fields, digest = data[:end], data[end : end + DIGEST_BYTES]
    if format is None or len(digest) < DIGEST_BYTES:
        return None
    if format == FIRST_FORMAT:
        _, _, last_tick, length = _FIELDS_1.unpack(fields)
        return _Header(format, last_tick, None, length, fields, digest)
    last_tick, mark, length = _FIELDS.unpack_from(fields, PREFIX_BYTES)
    return _Header(format, last_tick, mark, length, fields, digest)


def _digest(disk: Disk, fd: int, header: _Header) -> bytes:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for chunk in _chunks(disk, fd, header):
        digest.update(chunk)
    digest.update(header.fields)
    return digest.digest()


def _scan(disk: Disk, fd: int, header: _Header) -> None:
    scanner = OpcodeScanner(header.length)
    for chunk in _chunks(disk, fd, header):
        scanner.feed(chunk)
    scanner.finish()


def _chunks(disk: Disk, fd: int, header: _Header) -> Iterator[bytes]:
    """Yield the payload, which is what stands behind the header."""
    offset = header.size
    while chunk := disk.read(fd, CHUNK_BYTES, offset):
        yield chunk
        offset += len(chunk)


def _unpickle(disk: Disk, fd: int, path: str, header: _Header) -> Any:
    """Return a tree of builtins that costs no more than its pickle's size calls for."""
    reader = io.BufferedReader(_PayloadReader(disk, fd, header.size), CHUNK_BYTES)
    try:
        _scan(disk, fd, header)
        with _collector_off():
            tree = _BuiltinUnpickler(reader).load()
            refuse_sharing(tree)
    except OSError:
        raise
    except Exception as error:  # a pickle can fail with nearly any of them
        raise StoreCorrupt(path, header.size, f"not a pickle of builtins: {error}") from error
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
