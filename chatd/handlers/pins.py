"""Pins: users pin posts for all in a room, and see which are."""

from bisect import bisect_left

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.log import fill
from chatd.core.model import User
from chatd.errors import Conflict, Forbidden
from chatd.handlers.administrators import admins_of
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.posting import Posting, fields_of
from chatd.handlers.reactions import Reacting
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL

PINS_MAX = 100
"""Posts that may be pinned in one room."""


class PinHandlers:
    """`pin`, `unpin`, `pins`."""

    def __init__(
        self,
        settings: Settings,
        posting: Posting,
        reacting: Reacting,
        visibility: Visibility,
        newcomers: Newcomers,
    ) -> None:
        self._admins = admins_of(settings)
        self._posting = posting
        self._reacting = reacting
        self._visibility = visibility
        self._newcomers = newcomers

    @handles(c.PinPost)
    def pin(self, context: Context, request: c.PinPost) -> c.EntryMade:
        return self._change(context, request.room, request.seq, removed=False)

    @handles(c.UnpinPost)
    def unpin(self, context: Context, request: c.UnpinPost) -> c.EntryMade:
        return self._change(context, request.room, request.seq, removed=True)

    def _change(self, context: Context, address: str, seq: int, *, removed: bool) -> c.EntryMade:
        """What is so already stays so, whatever else could refuse it."""
        user, now_ms = context.user, context.now_ms
        room, said = self._visibility.post(user, address, seq, now_ms)
        before = room.pins.get(said.seq)
        if (before is None) is removed:
            return c.EntryMade(room.room, before)
        self._check_may_pin(user, room.room)
        header, ends_ms = self._reacting.header(user, room, now_ms)
        if not removed and len(room.pins) >= PINS_MAX:
            raise Conflict("too many posts are pinned here; unpin some", limit=PINS_MAX)
        changed = e.PinChanged(*fields_of(header), said.seq, removed, ends_ms)
        posted = self._posting.commit(context, changed)
        return c.EntryMade(posted.room, posted.seq)

    def _check_may_pin(self, user: User, room_id: str) -> None:
        """Refuse what everybody would have before their eyes, but from an administrator."""
        if room_id == GENERAL and user.name not in self._admins:
            raise Forbidden("only administrators may pin in general", setting="ADMINS")

    @handles(c.ListPins)
    def pins(self, context: Context, request: c.ListPins) -> c.Page:
        user, now_ms = context.user, context.now_ms
        room = self._visibility.room(user, request.room)
        seqs = sorted(room.pins)
        end = bisect_left(seqs, request.after) if request.after else len(seqs)
        seen = [seq for seq in seqs[:end] if self._visibility.reaches(user, room, seq, now_ms)]
        frames = list(fill(map(room.log.frame, seen[: -request.limit - 1 : -1]), c.PAGE_BYTES_MAX))
        page = self._visibility.page(user, room, frames)
        self._newcomers.note_read(user, room, now_ms)
        following = seen[-len(frames)] if len(frames) < len(seen) else None
        return c.Page(room.room, page, following)
