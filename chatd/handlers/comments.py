"""Comments: answers, and the threads that they make."""

from bisect import bisect_right

from chatd.core import events as e
from chatd.core.log import fill
from chatd.core.threads import Threads
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import entry_map


class CommentHandlers:
    """`comment` and `thread`."""

    def __init__(self, posting: Posting, visibility: Visibility, threads: Threads) -> None:
        self._threads = threads
        self._posting = posting
        self._visibility = visibility

    @handles(c.CommentOn)
    def comment(self, context: Context, request: c.CommentOn) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        room, _ = self._visibility.post(author, request.room, request.seq, context.now_ms)
        check_text(request.text)
        head = self._posting.head(author, room.room, once, context.now_ms)
        mentions = self._posting.mentions(head, request.text)
        posted = e.CommentPosted(*head, request.text, request.seq, mentions)
        return self._posting.commit(context, posted)

    @handles(c.Thread)
    def thread(self, context: Context, request: c.Thread) -> c.Page:
        user = self._visibility.user(context)
        room, said = self._visibility.post(user, request.room, request.seq, context.now_ms)
        floor = self._visibility.floor(self._visibility.member(user, room), room, context.now_ms)
        root = room.threads.get(said.seq, said.seq)
        comments, after = self._threads.of(room, root), max(floor, request.after)
        start = bisect_right(comments, after)
        # One more than fits tells whether there is more.
        seqs = [root] * (root > after) + list(comments[start : start + request.limit + 1])
        frames = list(fill(map(room.log.frame, seqs[: request.limit]), c.PAGE_BYTES_MAX))
        more = len(frames) < len(seqs)
        page = [entry_map(frame) for frame in frames]
        return c.Page(room.room, page, seqs[len(frames) - 1] if more else None)
