"""Work on a store that no server is using: accounts, checks, a new epoch."""

import sys

from chatd.config import DAY_MS, Settings
from chatd.core import events as e
from chatd.core.clock import EARLIEST_MS, NS_PER_MS, shown, why_not
from chatd.core.model import Credentials
from chatd.core.state import State
from chatd.database import Database, Machine, replay
from chatd.disk.blobs import DiskBlobs
from chatd.disk.copies import copy_files
from chatd.disk.files import Disk
from chatd.disk.formats import FORMAT
from chatd.disk.lock import ReadOnlyLock
from chatd.disk.migration import copy_folder
from chatd.disk.recovery import check
from chatd.errors import NotFound, StoreError
from chatd.handlers.administrators import admins_of
from chatd.handlers.registration import free_name
from chatd.handlers.visibility import check_account
from chatd.terminal import ask_secret, first_line
from chatd.wire.commands import SALT_BYTES_OF_OUR_CLIENTS
from chatd.wire.entries import stamp_of
from chatd.wire.names import map_name
from chatd.wire.passwords import keys_of


def add_user(settings: Settings, machine: Machine, name: str, password: str) -> str:
    """Make an account; return its name as mapped. Raises ChatError and StoreError."""
    database = Database(settings, machine)
    try:
        mapped = free_name(database.state, name, admins_of(settings))
        credentials = _credentials(machine, password)
        database.transaction.commit(e.UserRegistered(database.clock.now_ms, mapped, credentials))
        return mapped
    finally:
        database.close()


def reset_user(settings: Settings, machine: Machine, name: str, password: str) -> str:
    """Give an account a new password and revoke its devices; return its name as mapped."""
    database = Database(settings, machine, create=False)
    try:
        mapped = map_name(name)
        user = database.state.users.get(mapped)
        if user is None:
            raise NotFound(f"there is no user {mapped}")
        check_account(user)
        credentials = _credentials(machine, password)
        database.transaction.commit(e.PasswordChanged(database.clock.now_ms, mapped, credentials))
        return mapped
    finally:
        database.close()


def renew_epoch(settings: Settings, machine: Machine) -> None:
    """Make all positions that clients keep void; for a store restored from a backup."""
    database = Database(settings, machine, create=False)
    try:
        database.renew_epoch()
    finally:
        database.close()


def repair_clock(settings: Settings, machine: Machine) -> str:
    """Move the times of a store that was stamped by a clock that was ahead; return what was done.

    The files are copied first. Raises StoreError if there is no such store, or the clock is no
    better now, and OSError if the copy fails; then nothing is another than before.
    """
    path, now_ms = str(settings.db_path), machine.wall_ns() // NS_PER_MS
    if now_ms < EARLIEST_MS:
        raise StoreError(f"the clock says {shown(now_ms)}: set it right first")
    database = Database(settings, machine, create=False)
    try:
        state = database.state
        last_ms = state.last_ms
        if last_ms <= now_ms:
            return (
                f"{path}: nothing to do: the last stamp, {shown(last_ms)}, is not ahead of the "
                f"clock, {shown(now_ms)}"
            )
        copy = copy_files(machine.disk, path, f"{path}-before-repair-{now_ms}")
        stamps = [stamp_of(f) for room in state.rooms.values() for f in room.log.frames]
        right_ms = max((ms for ms in stamps if ms <= now_ms), default=0)
        database.held_until_ms = 0  # it was by server time as it was
        database.transaction.commit(e.ClockRepaired(now_ms, last_ms, right_ms))
        database.renew_epoch(now_ms)
        return (
            f"{path}: the clock says {shown(now_ms)}, and the last stamp was "
            f"{shown(last_ms)}, {(last_ms - now_ms) / DAY_MS:.1f} days ahead\n"
            f"moved the times of {sum(ms > now_ms for ms in stamps)} of {len(stamps)} entries, "
            f"and of all else that lay ahead; clients begin at what is unread\n"
            f"as it was, but for uploaded files, which stay as they are: {copy}/"
        )
    finally:
        database.close()


def check_store(settings: Settings, disk: Disk, wall_ms: int | None = None) -> str:
    """Verify a store's files and write nothing; return what they hold, as a sentence.

    wall_ms: the clock that a start would have to believe. Raises StoreError and OSError.
    """
    path = str(settings.db_path)
    lock = ReadOnlyLock(disk, path)
    try:
        report = check(disk, path)
        state = replay(report, path)
        _check_files(state, DiskBlobs(disk, path))
    finally:
        lock.close()
    notes = f"; a start will cut off: {report.cut}" if report.cut else ""
    if report.foreign_format is not None:
        notes += (
            f"; a start will migrate it from format {report.foreign_format} to {FORMAT}, and keep "
            f"it as it is in {copy_folder(path, report.foreign_format, report.last_tick)}"
        )
    doubt = None if wall_ms is None else why_not(wall_ms, state.last_ms)
    notes += f"; a start will refuse, as {doubt}" if doubt else ""
    notes += f"; checked without a lock: {lock.missing}" if lock.missing else ""
    return (
        f"{path}: snapshot of tick {report.snapshot_tick}, {len(report.bodies)} ticks after it "
        f"in {report.segments} segments, last tick {report.last_tick}, "
        f"{len(state.blobs)} files and {len(state.uploads)} uploads{notes}"
    )


def _check_files(state: State, blobs: DiskBlobs) -> None:
    """Raise StoreError unless the bytes of every file, and of every upload, are there."""
    blobs.check_access()
    for number in blobs.missing(state.files_needed):
        raise StoreError(f"{blobs.path(number)} is missing")
    for sha256, blob in state.blobs.items():
        blobs.catch_up(blob.number, blob.size, blob.size)
        if blobs.sha256(blob.number) != sha256:
            raise StoreError(f"{blobs.path(blob.number)}: not the bytes that were uploaded")
    for upload in state.uploads.values():
        if upload.offset and not blobs.read(upload.number, 1, upload.offset - 1):
            raise StoreError(f"{blobs.path(upload.number)} has less than {upload.offset} bytes")


def ask_password() -> str:
    """Return a new password: typed twice at a terminal, or the first line of a pipe.

    Raises ValueError if the two differ or there is none, EOFError, OSError.
    """
    if not sys.stdin.isatty():
        password = first_line()
    else:
        password = ask_secret("New password: ")
        if ask_secret("Repeat it: ") != password:
            raise ValueError("the two passwords differ")
    if not password:
        raise ValueError("a password can't be empty")
    return password


def _credentials(machine: Machine, password: str) -> Credentials:
    return Credentials(*keys_of(password, machine.random(SALT_BYTES_OF_OUR_CLIENTS)))
