"""Pages of a room's history."""

from chatd.core.log import Log
from chatd.errors import BadRequest
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.visibility import Visibility, is_by
from chatd.wire import commands as c


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
        frames, first, more = _page(room.log, floor, request)
        own = None if request.around is None else room.log.get(request.around)
        if own is not None and request.around is not None and request.around <= floor:
            if is_by(user.name, own):
                frames = [own, *frames[: request.limit - 1]]
        entries = self._visibility.page(user, room, frames)
        self._newcomers.note_read(user, room, context.now_ms)
        return c.Page(room.room, entries, _next(request, first, frames, more))


def _page(log: Log, floor: int, request: c.History) -> tuple[list[bytes], int, bool]:
    """Return the frames of a page, the number of the first, and whether there are more."""
    given = [request.before, request.after, request.around]
    if sum(seq is not None for seq in given) > 1:
        raise BadRequest("history: give only one of before, after and around")
    if request.after is not None:
        return _forward(log, max(floor, request.after), request.limit)
    if request.around is not None:
        return _around(log, floor, request.around, request.limit)
    before = log.last_seq + 1 if request.before is None else request.before
    return _backward(log, floor, min(before, log.last_seq + 1), request.limit)


def _forward(log: Log, after: int, limit: int) -> tuple[list[bytes], int, bool]:
    frames = log.page_after(after, c.PAGE_BYTES_MAX, limit)
    return frames, after + 1, after + len(frames) < log.last_seq


def _backward(log: Log, floor: int, before: int, limit: int) -> tuple[list[bytes], int, bool]:
    frames = log.page_before(before, floor, c.PAGE_BYTES_MAX, limit)
    first = before - len(frames)
    return frames, first, first > floor + 1


def _around(log: Log, floor: int, seq: int, limit: int) -> tuple[list[bytes], int, bool]:
    """Half a page in front, the entry, and what then fits behind it. It has no direction."""
    half = c.PAGE_BYTES_MAX // 2
    front = log.page_before(min(seq, log.last_seq + 1), floor, half, limit // 2)
    first = max(floor + 1, min(seq, log.last_seq + 1) - len(front))
    after = first - 1 + len(front)
    behind = log.page_after(after, half, max(1, limit - len(front)))
    return front + behind, first, False


def _next(request: c.History, first: int, frames: list[bytes], more: bool) -> int | None:
    if not more:
        return None
    return first if request.after is None else first + len(frames) - 1
