"""Files: sent and fetched in pieces, several on their way at once, resumed after a loss.

Both ends check the SHA-256. A file that is coming stands beside its place under a name of its
own, `.NAME.part`, until every byte is there and right; a fetch that was broken off goes on with
it. Nothing that exists is ever replaced unless that was asked for.

All of it is coroutines over a `Server`: a console runs them in its event loop, the synchronous
client to their end.
"""

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import BinaryIO

from chatd.errors import BadRequest, Conflict, NotFound, Overloaded
from chatd.wire.commands import (
    CHUNK_BYTES_MAX,
    FILE_NAME_BYTES_MAX,
    Download,
    FileChunk,
    History,
    Posted,
    Upload,
    UploadCancel,
    UploadChunk,
    UploadFinish,
    UploadState,
)
from chatd.wire.entries import File
from chatd.wire.file_names import harmless

from .environment import new_nonce
from .errors import ClientError, Closed, ConnectionLost
from .server import Server

CHUNKS_AT_ONCE = 8
"""Pieces on their way: enough for a long line, little enough to stop at once."""
HASHED_BYTES = 1024 * 1024
FINISH_AGAIN_SECONDS = 0.5
"""A server that was started again first reads what it had of a file."""
GIVE_UP_SECONDS = 300.0
"""A line is tried again for this long without any progress."""

Progress = Callable[[int, int], object]
"""Called with the bytes that are done, and with all."""


def no_progress(done: int, size: int) -> None:
    """Show nobody how far it is."""


class FileTrouble(ClientError):
    """The file at our end can't be read, written or trusted."""


async def send_file(
    server: Server,
    path: Path,
    room: str,
    caption: str = "",
    progress: Progress = no_progress,
) -> Posted:
    """Upload a file and post it in a room, or to a user; return where it is.

    Broken off, the same call goes on where the server has got to. Raises FileTrouble,
    ConnectionLost, and what the server refuses.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            _check_kind(file)
            size, sha256 = await server.compute(_measure, file)
            # A name of bytes that are no UTF-8 travels with a mark for each of them.
            name = os.fsencode(path.name).decode("utf-8", "replace")
            upload = Upload(room, name, size, sha256, caption)
            number = await _Uploading(server, file, upload, progress).run()
    except (OSError, ValueError) as error:  # the latter: no path that this system has
        raise _trouble(path, error) from None
    return await _finish(server, number)


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe would wait for who writes into it


def _check_kind(file: BinaryIO) -> None:
    """Refuse what has no end, or none that is known. Raises OSError."""
    mode = os.fstat(file.fileno()).st_mode
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        raise OSError(f"that is {kind}, not a regular file")


_KINDS = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"))


def _trouble(path: Path, error: OSError | ValueError) -> FileTrouble:
    return FileTrouble(f"{path}: {getattr(error, 'strerror', None) or error}")


async def _finish(server: Server, number: int) -> Posted:
    finish, give_up_at = UploadFinish(number, new_nonce()), time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            return await server.call(finish)
        except BadRequest:
            await server.call(UploadCancel(number))
            raise FileTrouble("the file changed while it was being sent; send it again") from None
        except Overloaded:
            if time.monotonic() > give_up_at:
                raise
        await server.sleep(FINISH_AGAIN_SECONDS)


class _Uploading:
    """One upload until all of its bytes are there."""

    def __init__(self, server: Server, file: BinaryIO, upload: Upload, progress: Progress) -> None:
        self._server = server
        self._file = file
        self._upload = upload
        self._progress = progress
        self._patience = _Patience()

    async def run(self) -> int:
        """Send what is missing; return the upload's number."""
        while True:
            try:
                state = await self._server.call(self._upload)
            except ConnectionLost as error:
                self._patience.bear(error)
                continue
            self._progress(state.offset, state.size)
            if state.offset == state.size or await self._send_from(state):
                return state.upload

    async def _send_from(self, state: UploadState) -> bool:
        """Send the rest; False if the line was lost, or somebody else sends it too."""
        sent: deque[Awaitable[UploadState]] = deque()
        try:
            for offset in range(state.offset, state.size, CHUNK_BYTES_MAX):
                self._file.seek(offset)
                data = self._file.read(min(CHUNK_BYTES_MAX, state.size - offset))
                if not data:
                    raise FileTrouble("the file got shorter while it was being sent")
                sent.append(self._server.call(UploadChunk(state.upload, offset, data)))
                if len(sent) >= CHUNKS_AT_ONCE:
                    await self._take(sent.popleft())
            while sent:
                await self._take(sent.popleft())
        except (Conflict, ConnectionLost) as error:
            self._patience.bear(error)
            return False
        return True

    async def _take(self, answer: Awaitable[UploadState]) -> None:
        state = await answer
        self._patience.rewarded()
        self._progress(state.offset, state.size)


class _Patience:
    """How long a transfer that does not get on is tried again."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def rewarded(self) -> None:
        """It got on."""
        self._since = time.monotonic()

    def bear(self, error: Exception) -> None:
        """Raise `error` if it has not got on for too long."""
        if isinstance(error, Closed) or time.monotonic() - self._since > GIVE_UP_SECONDS:
            raise error


# -- Fetching --------------------------------------------------------------------------------


async def find_file(server: Server, room: str, seq: int) -> File:
    """Return the entry of a file. room: its id. Raises NotFound if that is none."""
    page = await server.call(History(room, around=seq, limit=1))
    for entry in page.entries:
        if entry.seq == seq and isinstance(entry, File):
            return entry
    raise NotFound("there is no file at that place")


async def fetch_file(
    server: Server,
    entry: File,
    target: Path,
    progress: Progress = no_progress,
    *,
    replace: bool = False,
) -> Path:
    """Download a file; return where it is now.

    target: a folder, where it gets the name that it was sent under, made harmless; or the
    path of a file. replace: whether what stands there may go. Raises FileTrouble,
    ConnectionLost, and what the server refuses.
    """
    path = target / local_name(entry.name) if target.is_dir() else target
    if path.exists() and not replace:
        raise FileTrouble(f"{path} already exists; give another path")
    part = path.with_name(f".{path.name[:200]}.part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b") as file:
            await _fetch_rest(server, entry, file, progress)
            if not await server.compute(_is_right, file, entry):
                file.truncate(0)
                raise FileTrouble("the file arrived damaged; try again")
        _put_in_place(part, path, replace)
    except (OSError, ValueError) as error:
        raise _trouble(path, error) from None
    return path


def local_name(name: str) -> str:
    """Return a name that is one in the chosen folder, visible and printable, whatever was sent.

    "../../etc/passwd" becomes "passwd", ".bashrc" becomes "_bashrc".
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = harmless(last)
    visible = "_" + shown.lstrip(".") if shown.startswith(".") else shown
    return visible.encode()[:FILE_NAME_BYTES_MAX].decode(errors="ignore").strip() or "_"


async def _fetch_rest(server: Server, entry: File, file: BinaryIO, progress: Progress) -> None:
    done = min(file.seek(0, os.SEEK_END), entry.size)
    file.truncate(done)
    progress(done, entry.size)
    patience = _Patience()
    while done < entry.size:
        try:
            async for data in _pieces(server, entry, done):
                file.write(data)
                done += len(data)
                patience.rewarded()
                progress(done, entry.size)
        except ConnectionLost as error:
            patience.bear(error)


async def _pieces(server: Server, entry: File, start: int) -> AsyncIterator[bytes]:
    """Yield the bytes from `start` on, asking ahead."""
    asked: deque[Awaitable[FileChunk]] = deque()
    for offset in range(start, entry.size, CHUNK_BYTES_MAX):
        asked.append(server.call(Download(entry.room, entry.seq, offset)))
        if len(asked) >= CHUNKS_AT_ONCE:
            yield (await asked.popleft()).data
    while asked:
        yield (await asked.popleft()).data


def _put_in_place(part: Path, path: Path, replace: bool) -> None:
    if replace:
        os.replace(part, path)
        return
    try:
        os.link(part, path)  # in one step, and never over a file that came meanwhile
    except FileExistsError:
        raise FileTrouble(f"{path} already exists; give another path") from None
    part.unlink()


def _measure(file: BinaryIO) -> tuple[int, bytes]:
    """Return a file's size and SHA-256."""
    hash, size = hashlib.sha256(), 0
    file.seek(0)
    while data := file.read(HASHED_BYTES):
        hash.update(data)
        size += len(data)
    return size, hash.digest()


def _is_right(file: BinaryIO, entry: File) -> bool:
    size, sha256 = _measure(file)
    return (size, sha256.hex()) == (entry.size, entry.sha256)
