"""What readers hear, counted and compared at the speed of memory; no socket in here."""

from bench.texts import MARK_BYTES, VerificationError, mark


class Counter:
    """Counts one sender's texts in a growing stream, also those that a read has cut in two."""

    def __init__(self, sender: int) -> None:
        self._mark = mark(sender)
        self._scanned = 0
        self.total = 0

    def count(self, stream: bytearray) -> int:
        """Return how many texts ended in what the stream has grown by since the last call."""
        grown = stream.count(self._mark, self._scanned)
        # A mark that lies whole in these last bytes would be one byte longer than they are.
        self._scanned = max(self._scanned, len(stream) - MARK_BYTES + 1)
        self.total += grown
        return grown

    def restart(self) -> None:
        """Count in another stream, from its beginning."""
        self._scanned = self.total = 0


class SharedStream:
    """The one stream of bytes that all readers of a room must hear.

    Who is ahead makes it longer; what anybody else hears is compared with it, byte for byte.
    So to decode it once checks every delivery to every reader.
    """

    def __init__(self, readers: int) -> None:
        self.data = bytearray()
        self.positions = [0] * readers
        """How many bytes each reader has heard."""

    def take(self, reader: int, chunk: memoryview) -> int:
        """Take what a reader has heard; return its new position. Raises VerificationError."""
        position = self.positions[reader]
        if not self.data.startswith(chunk, position):
            self._lengthen(reader, chunk, position)
        position += len(chunk)
        self.positions[reader] = position
        return position

    def _lengthen(self, reader: int, chunk: memoryview, position: int) -> None:
        known = len(self.data) - position
        if known >= len(chunk) or not self.data.startswith(chunk[:known], position):
            raise VerificationError(
                f"reader {reader} heard something else than the others at {position}"
            )
        self.data += chunk[known:]

    @property
    def is_complete(self) -> bool:
        """Whether every reader has heard all that any has."""
        return min(self.positions) == len(self.data)

    def restart(self) -> None:
        """Forget everything; only when `is_complete`, else somebody's next bytes are wrong."""
        self.data.clear()
        self.positions = [0] * len(self.positions)
