"""Revisions: authors edit and delete their own posts."""

from chatd.core import events as e
from chatd.core.model import User
from chatd.errors import Forbidden
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text, fields_of
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import File, Post


class RevisionHandlers:
    """`edit` and `delete`."""

    def __init__(
        self, posting: Posting, destinations: Destinations, visibility: Visibility
    ) -> None:
        self._posting = posting
        self._destinations = destinations
        self._visibility = visibility

    @handles(c.EditPost)
    def edit(self, context: Context, request: c.EditPost) -> c.Posted:
        author = context.user
        check = self._posting.check_idempotency(author, request, context.now_ms)
        if check.posted is not None:
            return check.posted
        room, said = self._visibility.post(author, request.room, request.seq, context.now_ms)
        _check_own(author, said)
        if isinstance(said, File):
            raise Forbidden("a file can't be edited; delete it and send another")
        check_text(request.text)
        to = self._destinations.inside(author, room)
        header = self._posting.header(author, to, check, context.now_ms)
        mentions = self._posting.mentions(header, request.text)
        edited = e.PostEdited(*fields_of(header), request.seq, request.text, mentions)
        return self._posting.commit(context, edited)

    @handles(c.DeletePost)
    def delete(self, context: Context, request: c.DeletePost) -> c.Posted:
        """No limit keeps an author from taking something back, and a ban only what was reported."""
        author = context.user
        check = self._posting.check_idempotency(author, request, context.now_ms)
        if check.posted is not None:
            return check.posted
        room, said = self._visibility.post(author, request.room, request.seq, context.now_ms)
        _check_own(author, said)
        self._posting.check_may_take_back(author, room.room, request.seq, context.now_ms)
        header = self._posting.uncounted_header(author, room, check, context.now_ms)
        return self._posting.commit(context, e.PostDeleted(*fields_of(header), request.seq))


def _check_own(author: User, said: Post) -> None:
    if said.author != author.name:
        raise Forbidden("that is not yours to change")
