"""Files: what comes piece by piece, what it becomes, and how much room each user has for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.simulation.model.contents import File, digest
from tests.simulation.model.hooks import Hooks
from tests.simulation.model.messages import Content
from tests.simulation.model.rooms import DONE, HOUR_MS, Item, Room, Rules, mark

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

    def may_begin(self, owner: str, asked: Asked, now_ms: int) -> str:
        """Return what beginning an upload is answered: nobody sends what could not be posted."""
        if len(asked.caption) > CAPTION_CHARACTERS:
            return "bad_request"
        if (asked.size or 0) > self.rules.max_file_size_bytes:
            return "too_large"
        refusal = self.refusal(owner, self.room_for(owner, asked.to), now_ms)
        if refusal or self.begun(owner, asked):
            return refusal
        if len(self.uploads_of(owner)) >= UPLOADS_MAX:
            return "conflict"
        return DONE if self._has_room(owner, asked.size or 0) else "storage_full"

    def begun(self, owner: str, asked: Asked) -> Upload | None:
        """Return the upload that the same request goes on with, if one may be gone on with."""
        same = [upload for upload in self.uploads_of(owner) if upload.asked == asked]
        return same[0] if same and asked.sha256 else None

    def begin(self, number: int, owner: str, asked: Asked, now_ms: int) -> Upload:
        """Begin an upload, which must be allowed, or go on with it."""
        upload = self.begun(owner, asked)
        if upload is None:
            assert number > self._uploads_made, (number, "was used before")
            self._uploads_made = number
            upload = self.uploads[number] = Upload(number, owner, asked, 0)
            self._keep(upload, now_ms)
        return upload

    def may_store(self, name: str, number: int, offset: int, size: int) -> str:
        """Return what so many bytes of a file are answered; they reach nobody."""
        upload = self._own(name, number)
        if upload is None:
            return "not_found"
        if offset != len(upload.came):
            return "conflict"
        told = upload.asked.size
        if offset + size > (self.rules.max_file_size_bytes if told is None else told):
            return "too_large"
        is_claimed = told is not None
        return DONE if is_claimed or self._has_room(name, size) else "storage_full"

    def store(self, number: int, data: bytes, now_ms: int) -> None:
        self.uploads[number].came += data
        self._keep(self.uploads[number], now_ms)

    def may_end(self, name: str, number: int) -> str:
        return DONE if self._own(name, number) else "not_found"

    def end(self, number: int) -> None:
        """An upload becomes nothing."""
        asked = self.uploads.pop(number).asked
        self.withdrawn |= {mark(text) for text in (asked.name, asked.caption) if text}

    def saw_over(self, number: int, now_ms: int) -> None:
        """The server was seen to have given an upload up."""
        assert self.uploads[number].expires_ms <= now_ms, ("early", self.uploads[number], now_ms)
        self.end(number)

    def check_nothing_is_late(self, now_ms: int, late_ms: int) -> None:
        super().check_nothing_is_late(now_ms, late_ms)
        for upload in self.uploads.values() if now_ms >= self.lax_until_ms else ():
            assert now_ms < upload.expires_ms + late_ms, ("late", upload)

    def _own(self, name: str, number: int) -> Upload | None:
        upload = self.uploads.get(number)
        return upload if upload and upload.owner == name else None

    def _keep(self, upload: Upload, now_ms: int) -> None:
        upload.expires_ms = now_ms + (KEPT_MS if upload.asked.sha256 else UNHASHED_KEPT_MS)

    def _has_room(self, name: str, more: int) -> bool:
        return self.file_bytes(name) + more <= self.rules.file_quota_bytes

    # -- posting -----------------------------------------------------------------------------

    def may_finish(self, name: str, number: int, now_ms: int) -> str:
        """Return what posting a file is answered that was not posted before."""
        upload = self._own(name, number)
        if upload is None:
            return "not_found"
        if not upload.is_whole:
            return "conflict"
        refusal = self.refusal(name, self.room_for(name, upload.asked.to), now_ms)
        return refusal or (DONE if upload.has_told_bytes else "bad_request")

    def finish(self, number: int, now_ms: int) -> tuple[str, int]:
        """Post a file, which must be allowed; return room and number."""
        upload = self.uploads.pop(number)
        owner, asked = upload.owner, upload.asked
        name = self.room_for(owner, asked.to)
        if name not in self.rooms:
            self.rooms[name] = Room(name, *dict.fromkeys([owner, asked.to]))
        mentions, file = self.marked(owner, name, asked.caption), File(asked.name, upload.came)
        item = Item(now_ms, "file", owner, asked.caption, mentions, file=file)
        return name, self._say(owner, name, item)

    def content(self, name: str, number: int) -> Content | None:
        """Return what a nonce stands for: an upload, or a file whose hash was not told.

        None if that is not known yet.
        """
        upload = self._own(name, number)
        if upload is None or upload.asked.sha256:
            return "upload-finish", number
        asked = upload.asked
        file = asked.to, asked.name, asked.caption, digest(upload.came)
        return ("file", *file) if upload.is_whole else None

    # -- downloading -------------------------------------------------------------------------

    def may_download(
        self, name: str, room_name: str, seq: int, offset: int, now_ms: int
    ) -> set[str]:
        """Return what may be answered who asks for the bytes of a file from `offset` on."""
        room = self.rooms.get(room_name)
        is_there = room is not None and room.is_said(seq) and room.item(seq).file
        if room is None or not is_there:
            return {"not_found"}
        is_behind = offset > len(is_there.data)
        seen = "bad_request" if is_behind else DONE
        return self._at_place(name, room_name, seq, now_ms, seen)
