"""Comments: answers, and the threads that they make."""

from bisect import bisect_right

from chatd.core import events as e
from chatd.core.log import fill
from chatd.core.threads import Threads
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.posting import Posting, check_text, fields_of
from chatd.handlers.visibility import Visibility, is_by
from chatd.wire import commands as c


class CommentHandlers:
    """`comment` and `thread`."""

    def __init__(
        self,
        posting: Posting,
        destinations: Destinations,
        visibility: Visibility,
        newcomers: Newcomers,
        threads: Threads,
    ) -> None:
        self._threads = threads
        self._posting = posting
        self._destinations = destinations
        self._visibility = visibility
        self._newcomers = newcomers

    @handles(c.CommentOn)
    def comment(self, context: Context, request: c.CommentOn) -> c.Posted:
        author = context.user
        check = self._posting.check_idempotency(author, request, context.now_ms)
        if check.posted is not None:
            return check.posted
        room, _ = self._visibility.post(author, request.room, request.seq, context.now_ms)
        check_text(request.text)
        to = self._destinations.inside(author, room)
        header = self._posting.header(author, to, check, context.now_ms)
        mentions = self._posting.mentions(header, request.text)
        posted = e.CommentPosted(*fields_of(header), request.text, request.seq, mentions)
        return self._posting.commit(context, posted)

    @handles(c.Thread)
    def thread(self, context: Context, request: c.Thread) -> c.Page:
        user = context.user
        room, said = self._visibility.post(user, request.room, request.seq, context.now_ms)
        floor = self._visibility.floor_of(user, room, context.now_ms)
        root = room.threads.get(said.seq, said.seq)
        after = max(floor, request.after)
        comments = self._threads.of(room, root)
        # In front of the floor there are only the own one that was asked for, and an own first one.
        front = max(request.after, room.log.first_seq - 1)
        own = [seq for seq in sorted({root, said.seq}) if front < seq <= floor]
        own = [seq for seq in own if is_by(user.name, room.log.frame(seq))]
        start = bisect_right(comments, after)
        # One more than fits tells whether there is more.
        seqs = own + [root] * (root > after) + list(comments[start : start + request.limit + 1])
        frames = list(fill(map(room.log.frame, seqs[: request.limit]), c.PAGE_BYTES_MAX))
        more = len(frames) < len(seqs)
        page = self._visibility.page(user, room, frames)
        self._newcomers.note_read(user, room, context.now_ms)
        return c.Page(room.room, page, seqs[len(frames) - 1] if more else None)
