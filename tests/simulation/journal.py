"""A journal that acknowledges late, and bytes of files that lie elsewhere.

Both stand behind the ports that the database knows, in place of the files on the disk.
"""

from collections.abc import Callable, Collection
from hashlib import sha256

from chatd.core.journal import Journal
from chatd.errors import StoreError


class LateJournal:
    """Makes a tick durable some steps after it was appended: only then does the disk get it.

    So a crash meanwhile loses it, as if an engine had never got it.
    steps: says, for each append, after how many `step`s that is; 0 for at once.
    """

    def __init__(self, disk: Journal, steps: Callable[[], int]) -> None:
        self.disk = disk
        self._steps = steps
        self._body: bytes | None = None
        self._steps_left = 0

    # -- what the database calls -------------------------------------------------------------

    @property
    def shortage(self) -> str:
        return self.disk.shortage

    @property
    def last_tick(self) -> int:
        return self.disk.last_tick + self.is_under_way

    @property
    def durable_tick(self) -> int:
        return self.disk.durable_tick

    @property
    def synced_tick(self) -> int:
        return self.disk.synced_tick

    @property
    def mark(self) -> bytes:
        return self.disk.mark

    @property
    def bytes_since_snapshot(self) -> int:
        return self.disk.bytes_since_snapshot

    def reserve(self) -> bool:
        assert not self.is_under_way, "the next tick begins while one is under way"
        return self.disk.reserve()

    def append(self, body: bytes) -> int:
        assert not self.is_under_way, "a tick is appended while another is under way"
        self._steps_left = self._steps()
        if not self._steps_left:
            return self.disk.append(body)
        self._body = body
        return self.last_tick

    def sync(self) -> None:
        self._acknowledge()
        self.disk.sync()

    def rotate(self) -> int:
        assert not self.is_under_way, "a snapshot would hold what is not durable"
        return self.disk.rotate()

    def drop_through(self, tick: int, segments_max: int | None = None) -> bool:
        return self.disk.drop_through(tick, segments_max)

    def close(self) -> None:
        self._acknowledge()
        self.disk.close()

    # -- what a test calls -------------------------------------------------------------------

    @property
    def is_under_way(self) -> bool:
        """Whether a tick was appended that is not durable yet."""
        return self._body is not None

    def step(self) -> None:
        """Let some time go by. Raises StoreError if the disk does not take the tick."""
        if self.is_under_way:
            self._steps_left -= 1
            if self._steps_left <= 0:
                try:
                    self._acknowledge()
                except OSError as error:
                    raise StoreError(f"the journal can't be written: {error}") from error

    def _acknowledge(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            self.disk.append(body)


class ElsewhereBlobs:
    """Bytes of files that lie elsewhere than on the machine, and survive whatever becomes of it."""

    def __init__(self) -> None:
        self.files: dict[int, bytearray] = {}

    def free_bytes(self) -> int:
        return 2**40

    def create(self, number: int) -> None:
        self.files[number] = bytearray()

    def write(self, number: int, data: bytes, offset: int) -> None:
        self.files[number][offset : offset + len(data)] = data

    def read(self, number: int, size: int, offset: int) -> bytes | None:
        file = self.files.get(number)
        return None if file is None else bytes(file[offset : offset + size])

    def catch_up(self, number: int, size: int, bytes_max: int) -> bool:
        return True

    def sha256(self, number: int) -> bytes:
        return sha256(self.files[number]).digest()

    def complete(self, number: int) -> None:
        pass

    def sync(self) -> list[int]:
        return []

    def remove(self, number: int) -> None:
        self.files.pop(number, None)

    def remove_orphans(self, needed: Collection[int]) -> int:
        orphans = self.files.keys() - set(needed)
        for number in orphans:
            del self.files[number]
        return len(orphans)

    def missing(self, needed: Collection[int]) -> list[int]:
        return sorted(set(needed) - self.files.keys())

    def close(self) -> None:
        pass
