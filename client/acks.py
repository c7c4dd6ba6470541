"""Acknowledgements, gathered: one for each room, at most every two seconds."""

ACK_INTERVAL_SECONDS = 2.0


class Acks:
    """What has been read and is not acknowledged yet. Time is passed in, in seconds."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        self._sent: dict[str, int] = {}
        self._next_at = 0.0

    def read(self, room: str, seq: int) -> None:
        """Note that a room has been read up to `seq`."""
        if seq > max(self._read.get(room, 0), self._sent.get(room, 0)):
            self._read[room] = seq

    def due_at(self) -> float | None:
        """Return when the next may be sent, or None if there is nothing to say."""
        return self._next_at if self._read else None

    def take(self, now: float) -> list[tuple[str, int]]:
        """Return what to acknowledge now, (room, seq) each."""
        self._next_at = now + ACK_INTERVAL_SECONDS
        taken = list(self._read.items())
        self._sent.update(self._read)
        self._read.clear()
        return taken

    def repeat(self) -> None:
        """The connection is a new one: what was sent on the old one may not have arrived."""
        self._read = {**self._sent, **self._read}
        self._sent.clear()

    def forget(self, room: str) -> None:
        """The numbers of a room start again."""
        self._read.pop(room, None)
        self._sent.pop(room, None)

    def forget_all(self) -> None:
        """The numbers of all rooms start again."""
        self._read.clear()
        self._sent.clear()
