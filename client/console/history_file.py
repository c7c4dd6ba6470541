"""The lines typed so far, in a file that only the user can read and that does not grow for ever."""

import os
from pathlib import Path

from prompt_toolkit.history import FileHistory

from .. import state_file
from ..state_file import FILE_MODE, FOLDER_MODE

KEPT_BYTES_MAX = 512 * 1024

_ENTRY = b"\n# "
"""What each entry of the file begins with."""


def open_history(folder: Path) -> FileHistory:
    """Return the history kept in a folder, which is made if need be. Raises OSError."""
    folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    path = folder / "history"
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))
    os.chmod(path, FILE_MODE)
    if path.stat().st_size > KEPT_BYTES_MAX:
        _shorten(path)
    return FileHistory(path)


def _shorten(path: Path) -> None:
    """Drop the older half, so that this is not done again at each start."""
    kept = path.read_bytes()[-KEPT_BYTES_MAX // 2 :]
    start = kept.find(_ENTRY)
    state_file.replace(path, kept[start:] if start >= 0 else b"")
