"""Files: uploads that come piece by piece, and the entries that they become."""

from chatd.core.events.base import Event
from chatd.core.events.posts import Post


class UploadStarted(Event, frozen=True, tag="UploadStarted"):
    """A user began to upload a file. number: of the upload, and of its file on disk.

    size, sha256: None if the user did not tell. asked: the room in the user's words.
    """

    number: int
    owner: str
    room: str
    name: str
    size: int | None
    sha256: bytes | None
    caption: str
    expires_at: int
    asked: str = ""


class ChunkStored(Event, frozen=True, tag="ChunkStored"):
    """An upload has `offset` bytes on disk."""

    number: int
    offset: int
    expires_at: int


class UploadMeasured(Event, frozen=True, tag="UploadMeasured"):
    """All of an upload has come: what was not told before is known."""

    number: int
    size: int
    sha256: bytes


class UploadDropped(Event, frozen=True, tag="UploadDropped"):
    """An upload is over, and became nothing."""

    number: int


class FilePosted(Post, frozen=True, tag="FilePosted"):
    """An upload became an entry. mentions: the users whom the caption names."""

    number: int
    mentions: list[str] = []
