"""Threads: the comments that belong together, and what of them a user has not read."""

from bisect import bisect_right

from chatd.core.copies import excerpt, post_at
from chatd.core.log import fill
from chatd.core.model import Room, User
from chatd.core.threads import Thread, Threads
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.reading import Reading
from chatd.handlers.visibility import Visibility, is_by
from chatd.wire import commands as c
from chatd.wire.entries import stamp_of

THREADS_LOOKED_AT = 40
"""The most threads that one request looks at: a thousand unread comments in each take a good part
of a millisecond to count. A page ends there at the latest."""


class ThreadHandlers:
    """`thread` and `threads`."""

    def __init__(
        self, visibility: Visibility, newcomers: Newcomers, reading: Reading, threads: Threads
    ) -> None:
        self._visibility = visibility
        self._newcomers = newcomers
        self._reading = reading
        self._threads = threads

    @handles(c.Thread)
    def thread(self, context: Context, request: c.Thread) -> c.ThreadPage:
        user, now_ms = context.user, context.now_ms
        room, said = self._visibility.post(user, request.room, request.seq, now_ms)
        floor = self._visibility.floor_of(user, room, now_ms)
        root = room.threads.get(said.seq, said.seq)
        after = max(floor, request.after)
        thread = self._threads.of(room, root)
        # In front of the floor there are only the own one that was asked for, and an own first one.
        front = max(request.after, room.log.first_seq - 1)
        own = [seq for seq in sorted({root, said.seq}) if front < seq <= floor]
        own = [seq for seq in own if is_by(user.name, room.log.frame(seq))]
        start = bisect_right(thread.seqs, after)
        # One more than fits tells whether there is more.
        comments = thread.seqs[start : start + request.limit + 1]
        seqs = own + [root] * (root > after) + list(comments)
        frames = list(fill(map(room.log.frame, seqs[: request.limit]), c.PAGE_BYTES_MAX))
        more = len(frames) < len(seqs)
        page = self._visibility.page(user, room, frames)
        unread = self._threads.unread(
            thread, user.name, self._reading.unread_after(user, room, now_ms)
        )
        self._newcomers.note_read(user, room, now_ms)
        following = seqs[len(frames) - 1] if more else None
        return c.ThreadPage(room.room, page, following, root, thread.living, unread)

    @handles(c.ListThreads)
    def threads(self, context: Context, request: c.ListThreads) -> c.ThreadList:
        user, now_ms = context.user, context.now_ms
        room = self._visibility.room(user, request.room)
        floor = self._visibility.floor_of(user, room, now_ms)
        unread_after = self._reading.unread_after(user, room, now_ms)
        before = request.after or room.log.last_seq + 1
        after = unread_after if request.unread else floor
        shown: list[c.ThreadStatus] = []
        last: int | None = None
        for number, thread in enumerate(self._threads.latest(room, before, after)):
            if len(shown) == request.limit or number == THREADS_LOOKED_AT:
                break
            last = thread.last
            unread = self._threads.unread(thread, user.name, unread_after)
            if unread or (thread.living and not request.unread):
                shown.append(self._status(user, room, thread, unread, now_ms))
        else:
            last = None
        self._newcomers.note_read(user, room, now_ms)
        return c.ThreadList(room.room, shown, last)

    def _status(
        self, user: User, room: Room, thread: Thread, unread: int, now_ms: int
    ) -> c.ThreadStatus:
        root, last = thread.root, thread.last
        last_at = stamp_of(room.log.frame(last))
        said = post_at(room, root)
        sees = said is not None and self._visibility.reaches(user, room, root, now_ms)
        author, text = (said.author, excerpt(said)) if said is not None and sees else ("", "")
        return c.ThreadStatus(root, thread.living, last, last_at, unread, author, text)
