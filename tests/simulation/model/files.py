"""Files: what comes piece by piece, what it becomes, and how much room each user has for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.simulation.model.hooks import Hooks
from tests.simulation.model.judging import Done, Judged, found, refuse
from tests.simulation.model.messages import Content
from tests.simulation.model.moderation import DAY_MS
from tests.simulation.model.rooms import DONE, File, Item, Map, Rules, digest, mark

UPLOADS_MAX = 8
CAPTION_CHARACTERS = 2_048
KEPT_MS = DAY_MS
"""So long after its last bytes an upload is over,"""
UNHASHED_KEPT_MS = 300_000
"""and so long, if its hash was not told: nobody can go on with that."""


class Told(NamedTuple):
    """What is told of a file that is to come: size and sha256 only if that is wanted.

    room: a user, a group, or "general".
    """

    room: str
    name: str
    caption: str
    size: int | None
    sha256: bytes | None


@dataclass
class Upload:
    """A file on its way. came: the bytes of it that are there."""

    number: int
    owner: str
    told: Told
    expires_ms: int
    came: bytes = b""

    @property
    def state(self) -> Map:
        """How far it has come, as the server tells it."""
        return {"upload": self.number, "offset": len(self.came), "size": self.claims}

    @property
    def claims(self) -> int:
        """What it takes of its owner's room."""
        return len(self.came) if self.told.size is None else self.told.size

    @property
    def is_whole(self) -> bool:
        return self.told.size in (None, len(self.came))

    @property
    def has_told_bytes(self) -> bool:
        return self.told.sha256 in (None, digest(self.came))


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
        told = [upload.told for upload in self.uploads.values()]
        coming = {mark(text) for one in told for text in (one.name, one.caption) if text}
        return super().texts_over() - coming

    def _files(self) -> Iterable[Item]:
        """Yield the entries that have a file, still."""
        for room in self.rooms.values():
            yield from (item for item in room.items[room.gone :] if item.file and item.is_said)

    # -- uploading ---------------------------------------------------------------------------

    def do_upload(self, owner: str, **told: Any) -> Judged:
        """Begin an upload, or go on with it: nobody sends what could not be posted."""
        file = Told(**told)
        refuse("bad_request", len(file.caption) > CAPTION_CHARACTERS)
        refuse("too_large", (file.size or 0) > self.rules.max_file_size_bytes)
        self.check_post(owner, self._room_of(owner, file))
        upload = self.begun(owner, file)
        refuse("conflict", not upload and len(self.uploads_of(owner)) >= UPLOADS_MAX)
        refuse("storage_full", not upload and not self._has_room(owner, file.size or 0))
        answer = yield ()
        if upload is None:
            number = answer["upload"]
            assert number > self._uploads_made, (number, "was used before")
            self._uploads_made = number
            upload = self.uploads[number] = Upload(number, owner, file, 0)
            self._keep(upload)
        return upload.state

    def begun(self, owner: str, told: Told) -> Upload | None:
        """Return the upload that the same request goes on with, if one may be gone on with."""
        same = [upload for upload in self.uploads_of(owner) if upload.told == told]
        return same[0] if same and told.sha256 else None

    def _room_of(self, owner: str, told: Told) -> str:
        return self.room_for(owner, told.room.removeprefix("general"))

    def do_upload_chunk(self, name: str, upload: int, offset: int, data: bytes) -> Judged:
        """Add some bytes to a file; they reach nobody."""
        one = found(self.own(name, upload))
        refuse("conflict", offset != len(one.came), offset=len(one.came))
        size = one.told.size
        most = self.rules.max_file_size_bytes if size is None else size
        refuse("too_large", offset + len(data) > most)
        refuse("storage_full", size is None and not self._has_room(name, len(data)))
        yield ()
        self.store(one, data)
        return one.state

    def store(self, upload: Upload, data: bytes) -> None:
        upload.came += data
        self._keep(upload)

    def do_upload_cancel(self, name: str, upload: int) -> Done:
        found(self.own(name, upload))
        yield ()
        self.end(upload)

    def end(self, number: int) -> None:
        """An upload becomes nothing."""
        told = self.uploads.pop(number).told
        self.withdrawn |= {mark(text) for text in (told.name, told.caption) if text}

    def saw_over(self, number: int) -> None:
        """The server was seen to have given an upload up."""
        upload = self.uploads[number]
        assert upload.expires_ms <= self.now_ms, ("early", upload, self.now_ms)
        self.end(number)

    def check_nothing_is_late(self, late_ms: int) -> None:
        super().check_nothing_is_late(late_ms)
        for upload in self.uploads.values() if self.now_ms >= self.lax_until_ms else ():
            assert self.now_ms < upload.expires_ms + late_ms, ("late", upload)

    def own(self, name: str, number: int) -> Upload | None:
        """Return an upload of a user, if there is one of that number."""
        upload = self.uploads.get(number)
        return upload if upload and upload.owner == name else None

    def _keep(self, upload: Upload) -> None:
        upload.expires_ms = self.now_ms + (KEPT_MS if upload.told.sha256 else UNHASHED_KEPT_MS)

    def _has_room(self, name: str, more: int) -> bool:
        return self.file_bytes(name) + more <= self.rules.file_quota_bytes

    # -- posting -----------------------------------------------------------------------------

    def do_upload_finish(self, owner: str, upload: int) -> Judged:
        """Post a file that was not posted before."""
        one = found(self.own(owner, upload))
        refuse("conflict", not one.is_whole, offset=len(one.came))
        told, room = one.told, self._room_of(owner, one.told)
        self.check_post(owner, room)
        refuse("bad_request", not one.has_told_bytes)
        yield ()
        del self.uploads[upload]
        self.open_room(owner, told.room.removeprefix("general"))
        mentions, file = self.marked(owner, room, told.caption), File(told.name, one.came)
        return self.say(room, Item(self.now_ms, "file", owner, told.caption, mentions, file=file))

    def content(self, name: str, number: int) -> Content | None:
        """Return what a nonce stands for: an upload, or a file whose hash was not told.

        None if that is not known yet.
        """
        upload = self.own(name, number)
        if upload is None or upload.told.sha256:
            return "upload-finish", number
        return ("file", *upload.told[:3], digest(upload.came)) if upload.is_whole else None

    # -- downloading -------------------------------------------------------------------------

    def do_download(self, name: str, room: str, seq: int, offset: int) -> Judged:
        """Read the bytes of a file from a place on."""
        data = found(found(self.said_at(room, seq)).file).data
        size = len(data)
        yield self.place(name, room, seq, "bad_request" if offset > size else DONE)
        return {"offset": offset, "size": size, "data": data[offset:]}
