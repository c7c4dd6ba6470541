"""Files: uploaded in chunks, posted as one entry, pulled in chunks."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.messages import PRIVATE_REFUSES, Posted
from chatd.wire.commands.table import Nonce, Nothing, Params, Result, RoomId, Seq, command

CHUNK_BYTES_MAX = 48 * 1024
"""What one chunk holds at most, in both directions: it has to fit a frame."""
FILE_NAME_BYTES_MAX = 255
CAPTION_BYTES_MAX = 2 * 1024
SHA256_BYTES = 32

FileName = Annotated[str, Meta(min_length=1, max_length=FILE_NAME_BYTES_MAX)]
Caption = Annotated[str, Meta(max_length=CAPTION_BYTES_MAX)]
Size = Annotated[int, Meta(ge=0, le=2**53)]
Sha256 = Annotated[bytes, Meta(min_length=SHA256_BYTES, max_length=SHA256_BYTES)]
Chunk = Annotated[bytes, Meta(min_length=1, max_length=CHUNK_BYTES_MAX)]


class UploadState(Result, frozen=True):
    """The progress of an upload.

    offset: how many bytes the server has on disk; the next chunk begins there.
    size: of the file; if that was not given, what has come of it.
    """

    upload: int
    offset: int
    size: int


@command(
    "upload",
    help="begin to upload a file to a room, or resume an upload",
    writes=True,
    repeatable=True,
    refuses={
        **PRIVATE_REFUSES,
        "bad_request": "no file can have this name, or the caption is empty",
        "conflict": "you have too many unfinished uploads",
        "rate_limited": "the messages of this period are used up until `reset_at`",
        "storage_full": "the disk has no room for files, or `setting` allows `limit` bytes",
        "too_large": "the file has more bytes than `limit`",
    },
)
class Upload(Params[UploadState], frozen=True):
    room: RoomId
    name: FileName
    size: Size | None = None
    sha256: Sha256 | None = None
    caption: Caption = ""


@command(
    "upload-chunk",
    help="send the next bytes of an upload; they are on disk when this is answered",
    writes=True,
    repeatable=True,
    refuses={
        "conflict": "the server has `offset` bytes; the next chunk has to begin there",
        "not_found": "you have no such upload",
        "storage_full": "the disk has no room for files, or `setting` allows `limit` bytes",
        "too_large": "these bytes go beyond `limit`: the announced size, or the largest allowed",
    },
)
class UploadChunk(Params[UploadState], frozen=True):
    upload: Seq
    offset: Size
    data: Chunk


@command(
    "upload-finish",
    help="post an uploaded file in its room",
    writes=True,
    refuses={
        **PRIVATE_REFUSES,
        "bad_request": "the bytes don't match the announced SHA-256: cancel the upload",
        "conflict": "bytes are missing, or the nonce was used for something else",
        "overloaded": (
            "the server is still verifying the file after a restart: try again in a moment"
        ),
        "not_found": "you have no such upload, or may not send to its room any more",
    },
)
class UploadFinish(Params[Posted], frozen=True):
    upload: Seq
    nonce: Nonce | None = None


@command(
    "upload-cancel",
    help="cancel an upload and delete its bytes",
    writes=True,
    refuses={
        "not_found": "you have no such upload",
    },
)
class UploadCancel(Params[Nothing], frozen=True):
    upload: Seq


class FileChunk(Result, frozen=True):
    """Bytes of a file, beginning at `offset`; the last ones end at `size`."""

    offset: int
    size: int
    data: bytes


@command(
    "download",
    help="fetch the next chunk of a file",
    refuses={
        "bad_request": "the offset is beyond the end of the file",
        "expired": "the entry exists, but its file is not on the server's disk any more",
        "not_found": "there is no such entry that you can see, or it is not a file",
    },
)
class Download(Params[FileChunk], frozen=True):
    room: RoomId
    seq: Seq
    offset: Size = 0


class FileLink(Result, frozen=True):
    """Where a file is on this server, for `GET` and `HEAD` without a token, whole or in ranges.

    The path opens it for 5 minutes since it was last used, as long as the device that asked has not
    been logged out, and its user can see the entry. It stays the same while it is in use; expired,
    it is answered `not_found`, and a new one can be asked for.
    """

    path: str


@command(
    "file-link",
    help="get an address for a file that a page can show or play",
    repeatable=True,
    refuses={
        "forbidden": "you have not logged in by a device token, with which the address would end",
        "not_found": "there is no such entry that you can see, or it is not a file",
    },
)
class LinkFile(Params[FileLink], frozen=True):
    room: RoomId
    seq: Seq
