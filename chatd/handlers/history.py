"""Pages of a room's history."""

from chatd.core.log import Log
from chatd.errors import BadRequest
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.visibility import Visibility, is_by
from chatd.wire import commands as c
from chatd.wire.entries import brief_of

SEEN_MAX = 400
"""Entries that are looked at for a page, which ends behind them however few it has."""


class HistoryHandlers:
    """`history`."""

    def __init__(self, visibility: Visibility, newcomers: Newcomers) -> None:
        self._visibility = visibility
        self._newcomers = newcomers

    @handles(c.History)
    def history(self, context: Context, request: c.History) -> c.Page:
        user = context.user
        room = self._visibility.room(user, request.room)
        floor = self._visibility.floor_of(user, room, context.now_ms)
        frames, following = _page(room.log, floor, request)
        own = None if request.around is None else room.log.get(request.around)
        if own is not None and request.around is not None and request.around <= floor:
            if is_by(user.name, own):
                frames = [own, *frames[: request.limit - 1]]
        entries = self._visibility.page(user, room, frames)
        self._newcomers.note_read(user, room, context.now_ms)
        return c.Page(room.room, entries, following)


def _page(log: Log, floor: int, request: c.History) -> tuple[list[bytes], int | None]:
    """Return the frames of a page, and where to go on in its direction, None at the end."""
    given = [request.before, request.after, request.around]
    if sum(seq is not None for seq in given) > 1:
        raise BadRequest("history: give only one of before, after and around")
    if request.around is not None:
        return _around(log, floor, request, min(request.around, log.last_seq + 1)), None
    if request.after is not None:
        after = max(floor, request.after)
        frames, last = _walk(log, range(after + 1, log.last_seq + 1), request, request.limit)
        return frames, last if last < log.last_seq else None
    before = log.last_seq + 1 if request.before is None else request.before
    before = min(before, log.last_seq + 1)
    frames, first = _walk(log, range(before - 1, floor, -1), request, request.limit)
    return frames[::-1], first if first > floor + 1 else None


def _around(log: Log, floor: int, request: c.History, seq: int) -> list[bytes]:
    """Half a page in front, the entry, and what then fits behind it. It has no direction."""
    half, front_max = c.PAGE_BYTES_MAX // 2, request.limit // 2
    front, _ = _walk(log, range(seq - 1, floor, -1), request, front_max, half)
    following = range(max(seq, floor + 1), log.last_seq + 1)
    behind, _ = _walk(log, following, request, max(1, request.limit - len(front)), half)
    return front[::-1] + behind


def _walk(
    log: Log, seqs: range, request: c.History, items_max: int, bytes_max: int = c.PAGE_BYTES_MAX
) -> tuple[list[bytes], int]:
    """Return of these entries, in this order, as many as fit, at least one; and the last seen.

    The entry that the page is around is always one of them.
    """
    found: list[bytes] = []
    size, last = 0, seqs.start - seqs.step
    for seq in seqs[:SEEN_MAX]:
        if len(found) >= items_max:
            break
        frame = log.frame(seq)
        if request.revisions or seq == request.around or not brief_of(frame).target:
            size += len(frame)
            if found and size > bytes_max:
                break
            found.append(frame)
        last = seq
    return found, last
