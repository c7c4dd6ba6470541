"""Messages: what users say, to everyone, to one, or into a room."""

from chatd.core import events as e
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL


class MessageHandlers:
    """`send`, `send-to` and `post`."""

    def __init__(
        self, posting: Posting, destinations: Destinations, visibility: Visibility
    ) -> None:
        self._posting = posting
        self._destinations = destinations
        self._visibility = visibility

    @handles(c.Send)
    def send(self, context: Context, request: c.Send) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        check_text(request.text)
        head = self._posting.head(author, GENERAL, once, context.now_ms)
        mentions = self._posting.mentions(head, request.text)
        return self._posting.commit(context, e.MessagePosted(*head, request.text, mentions))

    @handles(c.SendTo)
    def send_to(self, context: Context, request: c.SendTo) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        room, before = self._destinations.of_user(author, request.to, context.now_ms)
        check_text(request.text)
        head = self._posting.head(author, room, once, context.now_ms)
        mentions = self._posting.mentions(head, request.text)
        posted = e.MessagePosted(*head, request.text, mentions)
        return self._posting.commit(context, posted, *before)

    @handles(c.PostTo)
    def post(self, context: Context, request: c.PostTo) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        room, before = self._destinations.named(author, request.room, context.now_ms)
        check_text(request.text)
        head = self._posting.head(author, room, once, context.now_ms)
        mentions = self._posting.mentions(head, request.text)
        posted = e.MessagePosted(*head, request.text, mentions)
        return self._posting.commit(context, posted, *before)
