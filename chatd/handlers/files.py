"""Files: an upload comes in chunks, each durable when it is answered, and becomes one entry."""

import msgspec

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.blobs import Blobs
from chatd.core.lifetime import Lifetime
from chatd.core.model import UPLOAD_BYTES_BESIDE, Upload, User
from chatd.core.state import State
from chatd.core.transaction import Transaction
from chatd.errors import (
    BadRequest,
    Conflict,
    Expired,
    NotFound,
    Overloaded,
    StorageFull,
    TooLarge,
)
from chatd.handlers.context import Context, Turn
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.posting import NO_KEY, IdempotencyCheck, PostHeader, Posting, fields_of
from chatd.handlers.timed import on_timer
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.file_names import fault_of, harmless
from chatd.wire.image_headers import image_size
from chatd.wire.media_types import HEAD_BYTES, media_type_of

UPLOADS_MAX = 8
"""Unfinished uploads of one user."""
UPLOAD_KEPT_MS = 86_400_000
"""How long after its last chunk an upload is dropped."""
UNHASHED_KEPT_MS = 300_000
"""... if it can't be resumed, because its hash was not given."""
HASH_BYTES_PER_SLICE = 256 * 1024
"""How much of a file is read again at a time, where the hash of what has come is not known."""
WORK_OF_A_SLICE = 100
"""Units of work (`chatd.handlers.timed`)."""


class SentFile(msgspec.Struct, frozen=True):
    """A file whose hash was not given first, as requested and received: what a nonce is for."""

    room: str
    name: str
    caption: str
    sha256: bytes
    nonce: str | None


class FileHandlers:
    """`upload` to `upload-finish`, and `download`."""

    def __init__(
        self,
        transaction: Transaction,
        settings: Settings,
        posting: Posting,
        destinations: Destinations,
        visibility: Visibility,
        newcomers: Newcomers,
        lifetime: Lifetime,
        blobs: Blobs,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._posting = posting
        self._destinations = destinations
        self._visibility = visibility
        self._newcomers = newcomers
        self._lifetime = lifetime
        self._blobs = blobs
        self._file_bytes_max = settings.max_file_size_bytes
        self._quota_bytes = settings.file_quota_bytes
        one = settings.max_file_size_bytes + UPLOAD_BYTES_BESIDE  # has room in any case
        self._uploads_bytes_max = max(settings.uploads_bytes_max, one)
        self._reserve_bytes = settings.disk_reserve_bytes

    # -- uploading ---------------------------------------------------------------------------

    @handles(c.Upload)
    def upload(self, context: Context, request: c.Upload) -> c.UploadState:
        owner = context.user
        check_file_name(request.name)
        request = msgspec.structs.replace(request, name=harmless(request.name))
        check_caption(request.caption)
        size = request.size or 0
        check_file_size(size, self._file_bytes_max)
        # A direct room that is not there yet opens with the file, and not before.
        to = self._destinations.named(owner, request.room, context.now_ms)
        self._posting.header(owner, to, NO_KEY, context.now_ms)  # may this be posted at all?
        mine = uploads_of(self._state, owner)
        for upload in mine:
            if _is_same(upload, to.room_id, request):
                return _state_of(upload)
        if len(mine) >= UPLOADS_MAX:
            raise Conflict("too many unfinished uploads; finish or cancel some", limit=UPLOADS_MAX)
        self._check_quota(owner, size)
        self._check_disk(size)
        given_up = self._given_up_for(context, owner, size + UPLOAD_BYTES_BESIDE)
        number = self._state.files_made + 1
        self._blobs.create(number)
        expires_at = context.now_ms + _kept_ms(request.sha256)
        started = e.UploadStarted(
            context.now_ms,
            number,
            owner.name,
            to.room_id,
            request.name,
            request.size,
            request.sha256,
            request.caption,
            expires_at,
            request.room,
        )
        self._transaction.commit(*given_up, started)
        return c.UploadState(number, 0, size)

    @handles(c.UploadChunk)
    def upload_chunk(self, context: Context, request: c.UploadChunk) -> c.UploadState:
        upload = self._own(context, request.upload)
        if request.offset != upload.offset:
            raise Conflict(f"the server has {upload.offset} bytes", offset=upload.offset)
        offset = upload.offset + len(request.data)
        given_up: list[e.UploadDropped] = []
        if upload.size is None:
            check_file_size(offset, self._file_bytes_max)
            owner = context.user
            self._check_quota(owner, len(request.data))
            given_up = self._given_up_for(context, owner, len(request.data))
        elif offset > upload.size:
            raise TooLarge("more bytes than announced", limit=upload.size)
        self._check_disk(len(request.data))
        self._blobs.write(upload.number, request.data, upload.offset)
        expires_at = context.now_ms + _kept_ms(upload.sha256)
        stored = e.ChunkStored(context.now_ms, upload.number, offset, expires_at)
        self._transaction.commit(*given_up, stored)
        return _state_of(upload)

    @handles(c.UploadFinish)
    def upload_finish(self, context: Context, request: c.UploadFinish) -> c.Posted:
        author = context.user
        upload = self._state.uploads.get(request.upload)
        if upload is not None and upload.owner == author.name and upload.sha256 is None:
            return self._finish_unhashed(context, author, upload, request)
        check = self._posting.check_idempotency(author, request, context.now_ms)
        if check.posted is not None:
            return check.posted
        upload = self._own(context, request.upload)
        check_whole(upload)
        header, before = self._header(context, author, upload, check)
        sha256 = self._sha256(context, upload)
        if sha256 != upload.sha256:
            raise BadRequest("the bytes don't match the announced SHA-256; cancel the upload")
        return self._post(context, upload, header, sha256, before)

    def _finish_unhashed(
        self, context: Context, author: User, upload: Upload, request: c.UploadFinish
    ) -> c.Posted:
        """Post what has come, unless the same file was posted with this nonce before."""
        check_whole(upload)
        sha256 = self._sha256(context, upload)
        sent = SentFile(upload.asked, upload.name, upload.caption, sha256, request.nonce)
        check = self._posting.check_idempotency(author, sent, context.now_ms)
        if check.posted is not None:
            self._transaction.commit(e.UploadDropped(context.now_ms, upload.number))
            return check.posted
        header, before = self._header(context, author, upload, check)
        return self._post(context, upload, header, sha256, before)

    def _sha256(self, context: Context, upload: Upload) -> bytes:
        """Return the hash of what has come. Raises Overloaded while that is being found out."""
        if not self._blobs.catch_up(upload.number, upload.offset, HASH_BYTES_PER_SLICE):
            context.effects.to_hash.append(upload.number)
            raise Overloaded("the server is still verifying your file; try again in a moment")
        return self._blobs.sha256(upload.number)

    @on_timer("hash")
    def catch_up(self, turn: Turn, number: int) -> int | None:
        """Read a slice of an upload of which the hash is not known; return when to go on."""
        upload = self._state.uploads.get(number)
        if upload is None:
            return None
        turn.effects.timed_work += WORK_OF_A_SLICE
        is_whole = self._blobs.catch_up(number, upload.offset, HASH_BYTES_PER_SLICE)
        return None if is_whole else turn.now_ms

    def _header(
        self, context: Context, author: User, upload: Upload, check: IdempotencyCheck
    ) -> tuple[PostHeader, tuple[e.Event, ...]]:
        to = self._destinations.again(author, upload.room, context.now_ms)
        return self._posting.header(author, to, check, context.now_ms), to.before

    def _post(
        self,
        context: Context,
        upload: Upload,
        header: PostHeader,
        sha256: bytes,
        before: tuple[e.Event, ...],
    ) -> c.Posted:
        mentions = self._posting.mentions(header, upload.caption)
        if upload.size is None or upload.sha256 is None:
            measured = e.UploadMeasured(context.now_ms, upload.number, upload.offset, sha256)
            before = (*before, measured)
        posted = e.FilePosted(*fields_of(header), upload.number, mentions, *self._media(upload))
        result = self._posting.commit(context, posted, *before)
        self._blobs.complete(upload.number)
        return result

    def _media(self, upload: Upload) -> tuple[str, int, int]:
        """Return what a whole upload is, and how wide and high if it is a picture.

        Raises Overloaded, Internal if its bytes can't be read now.
        """

        def read(offset: int, size: int) -> bytes:
            return self._blobs.read(upload.number, size, offset) or b""

        head = read(0, min(HEAD_BYTES, upload.offset))
        media_type = media_type_of(upload.name, head)
        return media_type, *image_size(media_type, head, read)

    @handles(c.UploadCancel)
    def upload_cancel(self, context: Context, request: c.UploadCancel) -> c.Nothing:
        upload = self._own(context, request.upload)
        self._transaction.commit(e.UploadDropped(context.now_ms, upload.number))
        return c.Nothing()

    @on_timer("upload")
    def expire(self, turn: Turn, number: int) -> int | None:
        """Drop an upload that nobody goes on with; return when that may be."""
        upload = self._state.uploads.get(number)
        if upload is None:
            return None
        due_ms = max(upload.expires_ms, self._lifetime.held_until_ms)
        if due_ms > turn.now_ms:
            return due_ms
        self._transaction.commit(e.UploadDropped(turn.now_ms, number))
        return None

    def _own(self, context: Context, number: int) -> Upload:
        upload = self._state.uploads.get(number)
        if upload is None or upload.owner != context.session.name:
            raise NotFound("you have no upload with that number")
        return upload

    def _check_quota(self, owner: User, more: int) -> None:
        """Refuse this many more bytes if the owner has no room for them. Raises StorageFull."""
        used = owner.file_bytes + sum(u.claimed_bytes for u in uploads_of(self._state, owner))
        if self._quota_bytes and used + more > self._quota_bytes:
            raise StorageFull(
                "your files take up all your space",
                limit=self._quota_bytes,
                setting="FILE_QUOTA",
            )

    def _check_disk(self, more: int) -> None:
        """Refuse bytes that would leave the disk too little room. Raises StorageFull."""
        if self._reserve_bytes and self._blobs.free_bytes() - more < self._reserve_bytes:
            raise StorageFull(
                "the server's disk has no room for files; try again later", setting="DISK_RESERVE"
            )

    def _given_up_for(self, context: Context, owner: User, more: int) -> list[e.UploadDropped]:
        """Return the uploads that give way if `more` bytes would be too many for all together.

        Those of the user with the most bytes go, idle ones first. Raises StorageFull if that is the
        owner.
        """
        over = self._state.upload_bytes_in_all + more - self._uploads_bytes_max
        if over <= 0:
            return []
        charged = {**self._state.upload_bytes}
        mine = charged.pop(owner.name, 0) + more
        given_up: list[e.UploadDropped] = []
        left: dict[str, list[Upload]] = {}
        while over > 0:
            most = max(charged, key=charged.__getitem__, default="")
            if not most or charged[most] <= mine:
                raise StorageFull(
                    "there is no room for more unfinished uploads; try again later",
                    limit=self._uploads_bytes_max,
                    setting="UPLOADS_BYTES_MAX",
                )
            if most not in left:
                uploads = self._state.uploads_by_owner[most].values()
                left[most] = sorted(uploads, key=lambda upload: -upload.expires_ms)
            upload = left[most].pop()
            given_up.append(e.UploadDropped(context.now_ms, upload.number))
            charged[most] -= upload.charged_bytes
            over -= upload.charged_bytes
        return given_up

    # -- downloading -------------------------------------------------------------------------

    @handles(c.Download)
    def download(self, context: Context, request: c.Download) -> c.FileChunk:
        user = context.user
        room = self._visibility.room(user, request.room)
        sha256 = room.files.get(request.seq)
        if sha256 is None or not self._visibility.reaches(user, room, request.seq, context.now_ms):
            raise NotFound("there is no file at that place")
        blob = self._state.blobs[sha256]
        if request.offset > blob.size:
            raise BadRequest(f"the file has {blob.size} bytes")
        size = min(c.CHUNK_BYTES_MAX, blob.size - request.offset)
        data = self._blobs.read(blob.number, size, request.offset)
        if data is None or len(data) < size:
            raise Expired("the file is not on the server's disk any more")
        self._newcomers.note_read(user, room, context.now_ms)
        return c.FileChunk(request.offset, blob.size, data)


def uploads_of(state: State, owner: User) -> list[Upload]:
    """Return the unfinished uploads of a user."""
    return list(state.uploads_by_owner.get(owner.name, {}).values())


def check_file_size(size: int, size_max: int) -> None:
    """Refuse a file that is too large."""
    if size > size_max:
        raise TooLarge("the file is too large", limit=size_max, setting="MAX_FILE_SIZE")


def check_whole(upload: Upload) -> None:
    """Refuse an upload of which bytes are missing."""
    if not upload.is_whole:
        raise Conflict("bytes are missing", offset=upload.offset)


def check_file_name(name: str) -> None:
    """Refuse what can't be the name of a file in some folder."""
    if len(name.encode()) > c.FILE_NAME_BYTES_MAX:
        raise BadRequest(f"the name of a file has at most {c.FILE_NAME_BYTES_MAX} bytes")
    fault = fault_of(name)
    if fault:
        raise BadRequest(fault)


def check_caption(caption: str) -> None:
    """Refuse a caption that is too long in UTF-8, or nothing but blanks."""
    if len(caption.encode()) > c.CAPTION_BYTES_MAX:
        raise TooLarge("the caption is too long", limit=c.CAPTION_BYTES_MAX)
    if caption.isspace():
        raise BadRequest("the caption is empty")


def _kept_ms(sha256: bytes | None) -> int:
    return UNHASHED_KEPT_MS if sha256 is None else UPLOAD_KEPT_MS


def _is_same(upload: Upload, room: str, request: c.Upload) -> bool:
    asked = (room, request.name, request.size, request.sha256, request.caption)
    mine = (upload.room, upload.name, upload.size, upload.sha256, upload.caption)
    return request.sha256 is not None and mine == asked


def _state_of(upload: Upload) -> c.UploadState:
    return c.UploadState(upload.number, upload.offset, upload.claimed_bytes)
