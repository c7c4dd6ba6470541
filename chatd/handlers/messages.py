"""Messages: what users say, to everyone, to one, or into a room."""

from collections.abc import Callable

from chatd.core.model import User
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destination, Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting
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
        find: Callable[[User], Destination],
    ) -> c.Posted:
        return self._posting.say(context, self._visibility.user(context), request, find)
