"""Migration: a store of another format, written in that of today before it is served.

1. All its files get further names in a folder beside them, `chat.db-format-1-tick-7`.
2. The new snapshot is written under its temporary name, and a segment made ready.
3. The snapshot gets its own name. Up to here the store is what it was, for older programs, too.
4. The segment is begun, and those that the snapshot covers go.

A crash before 3 leaves what the next start removes and does again, one behind it a store of
today's format whose journal ends with a segment of the old one: then only 4 is done. The folder
goes when a server has stopped cleanly.
"""

import os
import re

from chatd.disk.copies import link_files, remove_folder
from chatd.disk.files import Disk, folder_of, unlink_if_there
from chatd.disk.formats import FORMAT
from chatd.disk.journal import DiskJournal
from chatd.disk.snapshot import install_snapshot, temporary_path, write_temporary
from chatd.errors import StoreError, StoreFull

_NAME = re.compile(r"-format-\d+-tick-\d+", re.ASCII)


def copy_folder(path: str, format: int, last_tick: int) -> str:
    """Return where the files of a store are kept as they were before it was migrated."""
    return f"{path}-format-{format}-tick-{last_tick}"


def migrate(disk: Disk, path: str, journal: DiskJournal, tree: object, format: int) -> None:
    """Write a store anew in today's format, as `tree` at the journal's last tick.

    format: the one that it has. Raises StoreError, with the store as it was.
    """
    folder = copy_folder(path, format, journal.last_tick)
    try:
        link_files(disk, path, folder)
        write_temporary(disk, path, tree, journal.last_tick, journal.mark)
        journal.prepare()
    except (OSError, StoreFull) as error:
        _undo(disk, path, folder)
        raise StoreError(
            f"{path} has format {format} and stays as it was: it can't be copied to {folder} and "
            f"written in format {FORMAT}: {error}"
        ) from error
    install_snapshot(disk, path)


def kept_copies(disk: Disk, path: str) -> list[str]:
    """Return the folders with the files of a store as they were before it was migrated."""
    store = os.path.basename(path)
    ends = [n[len(store) :] for n in disk.list_folder(folder_of(path)) if n.startswith(store)]
    return [path + end for end in sorted(filter(_NAME.fullmatch, ends))]


def remove_copies(disk: Disk, path: str) -> list[str]:
    """Remove these folders; return which there were. Raises OSError."""
    folders = kept_copies(disk, path)
    for folder in folders:
        remove_folder(disk, folder)
    return folders


def _undo(disk: Disk, path: str, folder: str) -> None:
    """Remove what was begun, as far as the disk lets us; the next start removes the rest."""
    try:
        unlink_if_there(disk, temporary_path(path))
        remove_folder(disk, folder)
    except OSError:
        pass
