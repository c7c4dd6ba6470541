"""Messages: what users say, to everyone, to one, or into a room."""

from collections.abc import Callable

from chatd.core import events as e
from chatd.core.model import User
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destination, Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL

EVERYONE = Destination(GENERAL, ())


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
        return self._say(context, request, lambda author: EVERYONE)

    @handles(c.SendTo)
    def send_to(self, context: Context, request: c.SendTo) -> c.Posted:
        find, now_ms = self._destinations.of_user, context.now_ms
        return self._say(context, request, lambda author: find(author, request.to, now_ms))

    @handles(c.PostTo)
    def post(self, context: Context, request: c.PostTo) -> c.Posted:
        find, now_ms = self._destinations.named, context.now_ms
        return self._say(context, request, lambda author: find(author, request.room, now_ms))

    def _say(
        self,
        context: Context,
        request: c.Send | c.SendTo | c.PostTo,
        destination: Callable[[User], Destination],
    ) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        room, before = destination(author)
        check_text(request.text)
        head = self._posting.head(author, room, once, context.now_ms)
        mentions = self._posting.mentions(head, request.text)
        posted = e.MessagePosted(*head, request.text, mentions)
        return self._posting.commit(context, posted, *before)
