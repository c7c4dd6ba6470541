"""Comments: answers, and the threads that they make."""

from bisect import bisect_right

from chatd.core import events as e
from chatd.core.copies import post_at
from chatd.core.log import fill
from chatd.core.model import Room
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import Comment, Post, entry_map


class CommentHandlers:
    """`comment` and `thread`."""

    def __init__(self, posting: Posting, visibility: Visibility) -> None:
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
        seqs = _thread(room, _beginning(room, said, floor))
        rest = seqs[bisect_right(seqs, request.after) :]
        frames = list(fill(map(room.log.frame, rest[: request.limit]), c.PAGE_BYTES_MAX))
        more = len(frames) < len(rest)
        page = [entry_map(frame) for frame in frames]
        return c.Page(room.room, page, rest[len(frames) - 1] if more else None)


def _beginning(room: Room, said: Post, floor: int) -> int:
    """Return the number of what a thread begins with, as far as it is behind `floor`."""
    while isinstance(said, Comment) and said.reply_to > floor:
        answered = post_at(room, said.reply_to)
        assert answered is not None, (room.room, said.reply_to)
        said = answered
    return said.seq


def _thread(room: Room, beginning: int) -> list[int]:
    """Return the numbers of an entry, of the comments on it, and of those on them, in order."""
    seqs = [beginning]
    for seq in seqs:  # which grows on the way
        seqs += room.comments.get(seq, ())
    return sorted(seqs)
