"""A log: the entries of one room, in the form that goes over the wire, numbered from 1."""

from collections.abc import Iterator

import msgspec


class Log(msgspec.Struct, forbid_unknown_fields=True):
    """Frames in the order of their numbers; the oldest may be gone.

    first_seq: the number of `frames[0]`, or of the next entry if there is none.
    byte_count: the bytes of all frames.
    """

    first_seq: int = 1
    frames: list[bytes] = msgspec.field(default_factory=list)
    byte_count: int = 0

    @property
    def last_seq(self) -> int:
        """The number of the newest entry ever appended; 0 before the first."""
        return self.first_seq + len(self.frames) - 1

    def append(self, frame: bytes) -> int:
        """Add the newest entry, and return its number."""
        frames = self.frames
        frames.append(frame)
        self.byte_count += len(frame)
        return self.first_seq + len(frames) - 1

    def get(self, seq: int) -> bytes | None:
        """Return one entry's frame, or None if it is not here."""
        index = seq - self.first_seq
        return self.frames[index] if 0 <= index < len(self.frames) else None

    def frame(self, seq: int) -> bytes:
        """Return the frame of an entry that is here."""
        return self.frames[seq - self.first_seq]

    def replace(self, seq: int, frame: bytes) -> None:
        """Set another frame in the place of an entry that is here."""
        index = seq - self.first_seq
        self.byte_count += len(frame) - len(self.frames[index])
        self.frames[index] = frame

    def after(self, seq: int) -> list[bytes]:
        """Return every frame after `seq` that is still here."""
        return self.frames[max(0, seq + 1 - self.first_seq) :]

    def page_after(self, seq: int, bytes_max: int, items_max: int) -> list[bytes]:
        """Return the frames that follow `seq`: as many as fit the bounds, at least one."""
        start = max(0, seq + 1 - self.first_seq)
        return list(fill(iter(self.frames[start : start + items_max]), bytes_max))

    def trim(self, up_to: int) -> None:
        """Forget the entries up to `up_to`."""
        gone = min(max(0, up_to + 1 - self.first_seq), len(self.frames))
        self.byte_count -= sum(map(len, self.frames[:gone]))
        del self.frames[:gone]
        self.first_seq += gone


def fill(frames: Iterator[bytes], bytes_max: int) -> Iterator[bytes]:
    """Yield frames as long as they fit, at least one."""
    total = 0
    for frame in frames:
        total += len(frame)
        if total > bytes_max and total != len(frame):
            return
        yield frame
