"""The files of the chat's page, as `make page` has built them and the wheel brings them."""

from errno import EFBIG
from pathlib import Path

FOLDER = Path(__file__).with_name("web")
BYTES_MAX = 8 * 1024 * 1024
"""They stay in memory, so they have at most so many bytes together; a page has a tenth of that."""


def read_page_files(folder: Path = FOLDER) -> dict[str, bytes]:
    """Return the files by their paths below the folder; none if nothing was built.

    Raises OSError, also if there is more than the memory is meant for.
    """
    if not folder.is_dir():
        return {}
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if sum(path.stat().st_size for path in paths) > BYTES_MAX:
        raise OSError(EFBIG, f"more than {BYTES_MAX} bytes of a page", str(folder))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
