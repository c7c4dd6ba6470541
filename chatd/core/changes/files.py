"""Files. What is in `blobs` stands on disk; what no entry needs any more is told to the disk."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.changes.posts import post
from chatd.core.memory import Memory
from chatd.core.model import Blob, Upload
from chatd.wire import entries


@changes(e.UploadStarted)
def upload_started(memory: Memory, event: e.UploadStarted) -> None:
    upload = Upload(
        event.number,
        event.owner,
        event.room,
        event.name,
        event.size,
        event.sha256,
        event.caption,
        event.expires_at,
        asked=event.asked,
    )
    memory.add_upload(upload)


@changes(e.ChunkStored)
def chunk_stored(memory: Memory, event: e.ChunkStored) -> None:
    upload = memory.uploads[event.number]
    before = upload.charged_bytes
    upload.offset = event.offset
    memory.charge(upload.owner, upload.charged_bytes - before)
    upload.expires_ms = event.expires_at


@changes(e.UploadMeasured)
def upload_measured(memory: Memory, event: e.UploadMeasured) -> None:
    upload = memory.uploads[event.number]
    before = upload.charged_bytes
    upload.size = event.size
    memory.charge(upload.owner, upload.charged_bytes - before)
    upload.sha256 = event.sha256


@changes(e.UploadDropped)
def upload_dropped(memory: Memory, event: e.UploadDropped) -> None:
    memory.take_upload(event.number)
    memory.dropped_files.append(event.number)


@changes(e.FilePosted)
def file_posted(memory: Memory, event: e.FilePosted) -> None:
    upload = memory.take_upload(event.number)
    assert upload.size is not None and upload.sha256 is not None, event.number
    memory.keep_blob(event.room, event.seq, Blob(event.number, upload.size), upload.sha256)
    memory.users[upload.owner].file_bytes += upload.size
    entry = entries.File(
        event.room,
        event.seq,
        event.ts,
        event.author,
        upload.name,
        upload.size,
        upload.sha256.hex(),
        upload.caption,
        mentions=event.mentions,
    )
    post(memory, event, entry, event.mentions)
