"""Files: uploads that come piece by piece, and the entries that they become."""

from chatd.core.events.base import Event
from chatd.core.events.messages import Post, post
from chatd.core.model import Blob, Upload
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class UploadStarted(Event, frozen=True, tag="UploadStarted"):
    """A user began to upload a file. number: of the upload, and of its file on disk.

    size, sha256: None if the user gave none. asked: the room in the user's words.
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

    def apply(self, state: State, changes: TickChanges) -> None:
        upload = Upload(
            self.number,
            self.owner,
            self.room,
            self.name,
            self.size,
            self.sha256,
            self.caption,
            self.expires_at,
            asked=self.asked,
        )
        state.add_upload(upload)
        arm_upload(upload, changes)


class ChunkStored(Event, frozen=True, tag="ChunkStored"):
    """An upload has `offset` bytes on disk."""

    number: int
    offset: int
    expires_at: int

    def apply(self, state: State, changes: TickChanges) -> None:
        upload = state.uploads[self.number]
        before = upload.charged_bytes
        upload.offset = self.offset
        state.charge(upload.owner, upload.charged_bytes - before)
        upload.expires_ms = self.expires_at


class UploadMeasured(Event, frozen=True, tag="UploadMeasured"):
    """All of an upload has come: what was not given before is known."""

    number: int
    size: int
    sha256: bytes

    def apply(self, state: State, changes: TickChanges) -> None:
        upload = state.uploads[self.number]
        before = upload.charged_bytes
        upload.size = self.size
        state.charge(upload.owner, upload.charged_bytes - before)
        upload.sha256 = self.sha256


class UploadDropped(Event, frozen=True, tag="UploadDropped"):
    """An upload has ended, and became nothing."""

    number: int

    def apply(self, state: State, changes: TickChanges) -> None:
        state.take_upload(self.number)
        changes.dropped_files.append(self.number)


class FilePosted(Post, frozen=True, tag="FilePosted"):
    """An upload became an entry. mentions: the users whom the caption names.

    media_type, width, height: as in the entry.
    """

    number: int
    mentions: list[str] = []
    media_type: str = ""
    width: int = 0
    height: int = 0

    def apply(self, state: State, changes: TickChanges) -> None:
        upload = state.take_upload(self.number)
        assert upload.size is not None and upload.sha256 is not None, self.number
        state.keep_blob(changes, self.room, self.seq, Blob(self.number, upload.size), upload.sha256)
        state.users[upload.owner].file_bytes += upload.size
        entry = entries.File(
            self.room,
            self.seq,
            self.ts,
            self.author,
            upload.name,
            upload.size,
            upload.sha256.hex(),
            upload.caption,
            mentions=self.mentions,
            media_type=self.media_type,
            width=self.width,
            height=self.height,
        )
        post(state, changes, self, entry, self.mentions)


def arm_upload(upload: Upload, changes: TickChanges) -> None:
    """Set the timer that drops an upload with which nobody goes on."""
    changes.timers["upload", upload.number] = upload.expires_ms
