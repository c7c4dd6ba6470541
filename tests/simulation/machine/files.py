"""Files: uploaded piece by piece while other things happen, posted, fetched, given up."""

from collections import Counter
from functools import partial

from chatd.config import Fsync
from tests.simulation.machine.asking import Said
from tests.simulation.machine.day import NAMES, TAILS_OFTEN, Tail
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.hooks import Hooks
from tests.simulation.machine.messages import DESTINATIONS
from tests.simulation.model import Room
from tests.simulation.model.files import UPLOADS_MAX, Told, Upload
from tests.simulation.model.judging import passes
from tests.simulation.model.rooms import digest
from tests.simulation.peer import Lost, Map, Peer
from tests.simulation.world import DB_NAME

FOLDER = DB_NAME + "-files/"
BYTES = b"What is as long as another file has the same bytes, so that many have the same. " * 2
SIZES = (0, 1, 30, 60, 60, 100, 101)
"""The last is too large; beside the one before a user has no room for one of 60."""
TELLINGS = ("all", "all", "all", "all", "lie", "size", "nothing")
PIECES = (1, 20, 50, 101)
ENDS = ("", *("finish",) * 3, "part", "ban", "cancel", "cut", "other bytes")
"""What comes behind some pieces of a file, all of which have to come if it is to be posted."""


class Files(Hooks):
    """bytes_of: what an upload is to bring. posted: in how many entries which bytes have been."""

    kept = (*Hooks.kept, "bytes_of", "posted")

    def __init__(self) -> None:
        super().__init__()
        self.bytes_of: dict[int, bytes] = {}
        self.posted: Counter[bytes] = Counter()

    # -- uploading ---------------------------------------------------------------------------

    @step(when=lambda day: day.peers)
    def upload(self, draw: Draw) -> None:
        self.send_files(draw)

    def send_files(self, draw: Draw) -> None:
        """Begin an upload, or so many that their bytes or these are too many; bring the last."""
        peer, pick = self.reader(draw.number(5)), draw.number(20)
        to, size = self.destination(peer.name, draw.one(DESTINATIONS), pick), draw.one(SIZES)
        telling, caption = draw.one(TELLINGS), draw.one([None, draw.one(TAILS_OFTEN)])
        upload = None
        count = draw.one([1] * 8 + [3, UPLOADS_MAX + 1])
        for _ in range(count):
            told = self.told_of(to, size if count <= 3 else 0, telling, caption)
            upload = self.begin_one(peer, told, BYTES[:size]) or upload
        if upload:
            self.go_on_with(peer, upload, draw)

    def told_of(self, to: str, size: int, telling: str, caption: Tail | None) -> Told:
        """Return what is told of a file of so many bytes, which may be a lie."""
        text = "" if caption is None else self.text(caption)
        name = f"{self.text()}.txt"
        sha256 = bytes(32) if telling == "lie" else digest(BYTES[:size])
        told_size = None if telling == "nothing" else size
        told_sha256 = sha256 if telling in ("all", "lie") else None
        return Told(to or "general", name, text, told_size, told_sha256)

    def begin_one(self, peer: Peer, told: Told, content: bytes) -> Upload | None:
        """Begin an upload, or go on with it; return it if that is allowed."""
        known = self.model.begun(peer.name, told)
        state = self.ask(peer, "upload", **told._asdict())
        if state is None:
            return None
        if known:
            self.reach("upload again")
        self.bytes_of[state["upload"]] = content
        return self.model.uploads[state["upload"]]

    @step(when=lambda day: day.model.uploads)
    def go_on(self, draw: Draw) -> None:
        """Go on with an upload by any device, or try that with somebody else's.

        The server may be asked first how far that has come.
        """
        upload = draw.one(self.model.uploads.values())
        peer = self.hand(draw.mostly([upload.owner], NAMES))
        if draw.number(1) and peer.name == upload.owner and upload.told.sha256:
            self.begin_one(peer, upload.told, self.bytes_of[upload.number])
        used = [said.nonce for said in self.said if said.name == upload.owner]
        self.go_on_with(peer, upload, draw, used[-1] if used and not draw.number(3) else "")

    def go_on_with(self, peer: Peer, upload: Upload, draw: Draw, nonce: str = "") -> None:
        """Bring some pieces, then the rest if need be, and do what comes behind that.

        nonce: under which the file is posted, a new one if none is given.
        """
        end, parts = draw.one(ENDS), [draw.one(PIECES) for _ in range(draw.number(3))]
        is_posted = end in ("finish", "part", "ban")
        for size in [*parts, len(BYTES)] if is_posted else parts:
            self.store_one(peer, upload, size)
        if end == "part":
            self.part_from(peer, upload.told.room.removeprefix("general"))
        elif end == "ban" and len(self.model.bans) < 2:
            self.ban_one(upload.owner)
        elif end == "cancel":
            self.ask(peer, "upload-cancel", upload=upload.number)
        elif end == "cut":
            self.cut_off(peer, upload)
        elif end == "other bytes":  # at some places, which may be none that it has room for
            for offset, size in ((0, 1), (30, 1), (len(upload.came), 101), (len(upload.came), 1)):
                self.store_at(peer, upload, offset, b"?" * size)
        if is_posted:
            self.finish_one(peer, upload.number, nonce or self.nonce(True))

    def store_one(self, peer: Peer, upload: Upload, size: int) -> None:
        """Bring the next bytes of a file, of those that it has."""
        offset = len(upload.came)
        data = self.bytes_of[upload.number][offset : offset + size]
        self.store_at(peer, upload, offset, data)

    def store_at(self, peer: Peer, upload: Upload, offset: int, data: bytes) -> None:
        if data:
            self.ask(peer, "upload-chunk", upload=upload.number, offset=offset, data=data)

    def cut_off(self, peer: Peer, upload: Upload) -> None:
        """Lose the connection on which the next bytes are coming: they came, or they did not."""
        offset = len(upload.came)
        data = self.bytes_of[upload.number][offset : offset + 20]
        chunk = {"upload": upload.number, "offset": offset, "data": data}
        if not data or not passes(self.judged(peer.name, "upload-chunk", chunk)):
            return
        peer.request("upload-chunk", **chunk)
        self.hang_up(peer, "close" if upload.number % 2 else "reset")
        if self.has_recovered and upload.number not in self.world.state.uploads:
            raise Lost
        came = self.world.state.uploads[upload.number].offset
        assert came in (offset, offset + len(data))
        if came != offset:
            self.model.store(upload, data)
        self.reach("cut off")

    # -- posting -----------------------------------------------------------------------------

    def finish_one(self, peer: Peer, number: int, nonce: str) -> None:
        """Post a file, under a nonce that may have been used before."""
        upload, content = self.model.own(peer.name, number), self.model.content(peer.name, number)
        known = content and self.model.known(peer.name, nonce, content)
        params = {"upload": number, "nonce": nonce}
        if known == "conflict":
            self.attempt(peer, "upload-finish", {"conflict"}, **params)
        elif known:
            assert peer.call("upload-finish", **params) == known
            self.reach("upload-finish known")
            if upload:
                self.model.end(number)  # the same bytes came again, for nothing
                self.reach("upload known")
        else:
            posted = self.ask(peer, "upload-finish", **params)
            if posted is not None and upload and content:
                self.model.keep(peer.name, nonce, content, posted)
                self.said.append(Said(peer.name, nonce, "", partial(self.post_again, upload)))

    def post_again(self, upload: Upload, peer: Peer, _: str, nonce: str) -> None:
        """Post a file again: the same upload, or the same bytes if their hash was not told."""
        number = upload.number
        if not upload.told.sha256:
            again = self.begin_one(peer, upload.told, upload.came)
            if again is None:
                return
            self.store_one(peer, again, len(BYTES))
            number = again.number
        self.finish_one(peer, number, nonce)

    # -- what always holds -------------------------------------------------------------------

    def watch(self) -> None:
        """See which uploads the server has given up."""
        super().watch()
        left = self.world.state.uploads.keys()
        assert left <= self.model.uploads.keys()
        for number in self.model.uploads.keys() - left:
            assert self.world.now_ms >= self.held_until_ms, "given up while it was held"
            self.model.saw_over(number)
            self.reach("upload over")

    def check_gone(self) -> None:
        """What no entry and no upload needs is gone from the disk, and nothing else is."""
        super().check_gone()
        files, posted = self.world.disk.files(FOLDER), self.model.posted()
        for upload in self.model.uploads.values():  # behind its bytes may be some of a lost chunk
            assert files.pop(f"{FOLDER}{upload.number:08}").startswith(upload.came)
        there = Counter(files.values())
        assert there >= Counter(posted.keys())
        goes_later = self.world.settings.fsync is not Fsync.ALWAYS  # when that is durable
        if not goes_later and not self.rooms_ending():
            begun = Counter({b"": 1} if self.punctual_ms else {})  # in vain, for the next upload
            assert there - begun <= Counter(posted.keys())
        for data in [data for data, count in self.posted.items() if posted[data] < count]:
            self.reach("bytes there for another" if posted[data] else "bytes gone")
        self.posted = posted

    def check_entry(self, peer: Peer, room: Room, entry: Map, is_latest: bool = True) -> None:
        super().check_entry(peer, room, entry, is_latest)
        about = entry.get("reply_to") or entry.get("target")
        if about and room.item(about).file:
            self.reach(f"{entry['kind']} of a file")
        if entry["kind"] == "reported" and ".txt" in entry.get("quote", ""):
            self.reach("report of a file")
