"""Comments: answers to what somebody said."""

from chatd.core import events as e
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text, fields_of
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c


class CommentHandlers:
    """`comment`."""

    def __init__(
        self, posting: Posting, destinations: Destinations, visibility: Visibility
    ) -> None:
        self._posting = posting
        self._destinations = destinations
        self._visibility = visibility

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
