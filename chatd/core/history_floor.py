"""Where a newcomer's history begins: long runs of entries without a living post are remembered.

A newcomer sees the last few posts of a room, and between those may stand any number of edits. What
is no post, or a deleted one, will never say anything again: so a run that was walked once needs no
second walk, whatever happens to the entries around it.
"""

from chatd.core.model import Room
from chatd.wire.entries import Post, decode_entry

RUN_MIN = 32
"""Shorter runs are walked each time."""
ROOMS_MAX = 1_000
"""The runs of at most this many rooms are remembered, those that were asked for last."""


class HistoryFloorCache:
    """Knows the runs of each room, as the first number by the last; all come after its floor."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[int, int]] = {}

    def floor(self, room: Room, posts: int) -> int:
        """Return the number after which the last `posts` living posts stand, or all there are."""
        log, known = room.log, self._rooms.pop(room.room, {})
        runs: dict[int, int] = {}
        last = seq = log.last_seq  # from seq + 1 to last nobody says anything
        while posts and seq >= log.first_seq:
            if seq in known:
                seq = known[seq] - 1
                continue
            if _is_living(log.frame(seq)):
                _note(runs, seq + 1, last)
                posts -= 1
                last = seq - 1
            seq -= 1
        _note(runs, seq + 1, last)
        self._keep(room.room, runs)
        return max(seq, log.first_seq - 1)

    def _keep(self, room: str, runs: dict[int, int]) -> None:
        if runs:
            self._rooms[room] = runs
        if len(self._rooms) > ROOMS_MAX:
            del self._rooms[next(iter(self._rooms))]


def _note(runs: dict[int, int], first: int, last: int) -> None:
    if last - first + 1 >= RUN_MIN:
        runs[last] = first


def _is_living(frame: bytes) -> bool:
    entry = decode_entry(frame)
    return isinstance(entry, Post) and not entry.deleted
