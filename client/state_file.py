"""A file of the user's state folder: readable by the user alone, replaced in one step."""

import os
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def replace(path: Path, data: bytes) -> None:
    """Put a new file in the place of an old one, if there is one. Raises OSError."""
    path.parent.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with open(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
