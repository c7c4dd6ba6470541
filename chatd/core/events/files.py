"""Files: uploads that come piece by piece, and the entries that they become."""

from chatd.core.events.base import Event
from chatd.core.events.posts import Post


class UploadStarted(Event, frozen=True):
    """A user began to upload a file. number: of the upload, and of its file on disk."""

    number: int
    owner: str
    room: str
    name: str
    size: int
    sha256: bytes
    caption: str
    expires_at: int


class ChunkStored(Event, frozen=True):
    """An upload has `offset` bytes on disk."""

    number: int
    offset: int
    expires_at: int


class UploadDropped(Event, frozen=True):
    """An upload is over, and became nothing."""

    number: int


class FilePosted(Post, frozen=True):
    """An upload became an entry. mentions: the users whom the caption names."""

    number: int
    mentions: list[str] = []
