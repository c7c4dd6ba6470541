"""Files: what comes piece by piece, what it becomes, and how much room each user has for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.simulation.model.contents import File, digest
from tests.simulation.model.hooks import Hooks
from tests.simulation.model.judging import Judged, Refusal, refuse
from tests.simulation.model.messages import Content
from tests.simulation.model.rooms import DONE, HOUR_MS, Item, Map, Rules, mark

UPLOADS_MAX = 8
CAPTION_CHARACTERS = 2_048
KEPT_MS = 24 * HOUR_MS
"""So long after its last bytes an upload is over,"""
UNHASHED_KEPT_MS = 300_000
"""and so long, if its hash was not told: nobody can go on with that."""


@dataclass(frozen=True)
class Asked:
    """What is told of a file that is to come, to a user, a group, or "" for everyone.

    size, sha256: None if they were not told.
    """

    to: str
    name: str
    caption: str
    size: int | None
    sha256: bytes | None


@dataclass
class Upload:
    """A file on its way. came: the bytes of it that are there."""

    number: int
    owner: str
    asked: Asked
    expires_ms: int
    came: bytes = b""

    @property
    def state(self) -> Map:
        """How far it has come, as the server tells it."""
        return {"upload": self.number, "offset": len(self.came), "size": self.claims}

    @property
    def claims(self) -> int:
        """What it takes of its owner's room."""
        return len(self.came) if self.asked.size is None else self.asked.size

    @property
    def is_whole(self) -> bool:
        return self.asked.size in (None, len(self.came))

    @property
    def has_told_bytes(self) -> bool:
        return self.asked.sha256 in (None, digest(self.came))


class Files(Hooks):
    """uploads: all that are not over, by their numbers, which go up."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.uploads: dict[int, Upload] = {}
        self._uploads_made = 0

    # -- what there is -----------------------------------------------------------------------

    def uploads_of(self, name: str) -> list[Upload]:
        return [upload for upload in self.uploads.values() if upload.owner == name]

    def file_bytes(self, name: str) -> int:
        """Return what the files of a user take, unfinished ones, too."""
        posted = [item for item in self._files() if item.author == name]
        sizes = [len(item.file.data) for item in posted if item.file]
        return sum(sizes) + sum(upload.claims for upload in self.uploads_of(name))

    def posted(self) -> Counter[bytes]:
        """Return in how many entries there are which bytes: they are on the disk once."""
        return Counter(item.file.data for item in self._files() if item.file)

    def texts_over(self) -> set[str]:
        coming = [u.asked.name for u in self.uploads.values()]
        coming += [u.asked.caption for u in self.uploads.values() if u.asked.caption]
        return super().texts_over() - set(map(mark, coming))

    def _files(self) -> Iterable[Item]:
        """Yield the entries that have a file, still."""
        for room in self.rooms.values():
            yield from (item for item in room.items[room.gone :] if item.file and item.is_said)

    # -- uploading ---------------------------------------------------------------------------

    def do_upload(
        self,
        owner: str,
        room: str,
        name: str,
        caption: str,
        size: int | None,
        sha256: bytes | None,
    ) -> Judged:
        """Begin an upload, or go on with it: nobody sends what could not be posted."""
        asked = Asked(room.removeprefix("general"), name, caption, size, sha256)
        refuse("bad_request", len(caption) > CAPTION_CHARACTERS)
        refuse("too_large", (size or 0) > self.rules.max_file_size_bytes)
        self.check_post(owner, self.room_for(owner, asked.to))
        upload = self.begun(owner, asked)
        refuse("conflict", not upload and len(self.uploads_of(owner)) >= UPLOADS_MAX)
        refuse("storage_full", not upload and not self._has_room(owner, size or 0))
        answer = yield ()
        if upload is None:
            number = answer["upload"]
            assert number > self._uploads_made, (number, "was used before")
            self._uploads_made = number
            upload = self.uploads[number] = Upload(number, owner, asked, 0)
            self._keep(upload)
        return upload.state

    def begun(self, owner: str, asked: Asked) -> Upload | None:
        """Return the upload that the same request goes on with, if one may be gone on with."""
        same = [upload for upload in self.uploads_of(owner) if upload.asked == asked]
        return same[0] if same and asked.sha256 else None

    def do_upload_chunk(self, name: str, upload: int, offset: int, data: bytes) -> Judged:
        """Add some bytes to a file; they reach nobody."""
        one = self._own(name, upload)
        refuse("conflict", offset != len(one.came), offset=len(one.came))
        told = one.asked.size
        most = self.rules.max_file_size_bytes if told is None else told
        refuse("too_large", offset + len(data) > most)
        refuse("storage_full", told is None and not self._has_room(name, len(data)))
        yield ()
        self.store(one, data)
        return one.state

    def store(self, upload: Upload, data: bytes) -> None:
        upload.came += data
        self._keep(upload)

    def do_upload_cancel(self, name: str, upload: int) -> Judged:
        self._own(name, upload)
        yield ()
        self.end(upload)
        return {}

    def end(self, number: int) -> None:
        """An upload becomes nothing."""
        asked = self.uploads.pop(number).asked
        self.withdrawn |= {mark(text) for text in (asked.name, asked.caption) if text}

    def saw_over(self, number: int) -> None:
        """The server was seen to have given an upload up."""
        assert self.uploads[number].expires_ms <= self.now_ms, (
            "early",
            self.uploads[number],
            self.now_ms,
        )
        self.end(number)

    def check_nothing_is_late(self, late_ms: int) -> None:
        super().check_nothing_is_late(late_ms)
        for upload in self.uploads.values() if self.now_ms >= self.lax_until_ms else ():
            assert self.now_ms < upload.expires_ms + late_ms, ("late", upload)

    def own(self, name: str, number: int) -> Upload | None:
        """Return an upload of a user, if there is one of that number."""
        upload = self.uploads.get(number)
        return upload if upload and upload.owner == name else None

    def _own(self, name: str, number: int) -> Upload:
        upload = self.own(name, number)
        if upload is None:
            raise Refusal("not_found", (), {})
        return upload

    def _keep(self, upload: Upload) -> None:
        upload.expires_ms = self.now_ms + (KEPT_MS if upload.asked.sha256 else UNHASHED_KEPT_MS)

    def _has_room(self, name: str, more: int) -> bool:
        return self.file_bytes(name) + more <= self.rules.file_quota_bytes

    # -- posting -----------------------------------------------------------------------------

    def do_upload_finish(self, owner: str, upload: int) -> Judged:
        """Post a file that was not posted before."""
        one = self._own(owner, upload)
        refuse("conflict", not one.is_whole, offset=len(one.came))
        asked = one.asked
        room = self.room_for(owner, asked.to)
        self.check_post(owner, room)
        refuse("bad_request", not one.has_told_bytes)
        yield ()
        del self.uploads[upload]
        self.open_room(owner, asked.to)
        mentions, file = self.marked(owner, room, asked.caption), File(asked.name, one.came)
        item = Item(self.now_ms, "file", owner, asked.caption, mentions, file=file)
        return {"room": room, "seq": self._say(owner, room, item), "ts": self.now_ms}

    def content(self, name: str, number: int) -> Content | None:
        """Return what a nonce stands for: an upload, or a file whose hash was not told.

        None if that is not known yet.
        """
        upload = self.own(name, number)
        if upload is None or upload.asked.sha256:
            return "upload-finish", number
        asked = upload.asked
        file = asked.to, asked.name, asked.caption, digest(upload.came)
        return ("file", *file) if upload.is_whole else None

    # -- downloading -------------------------------------------------------------------------

    def do_download(self, name: str, room: str, seq: int, offset: int) -> Judged:
        """Read the bytes of a file from a place on."""
        log = self.rooms.get(room)
        file = log.item(seq).file if log is not None and log.is_said(seq) else None
        if file is None:
            raise Refusal("not_found", (), {})
        size = len(file.data)
        yield self.place(name, room, seq, "bad_request" if offset > size else DONE)
        return {"offset": offset, "size": size, "data": file.data[offset:]}
