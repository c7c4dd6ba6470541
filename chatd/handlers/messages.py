"""Messages: what users say, to everyone, to one, or into a room."""

from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL


class MessageHandlers:
    """`send`, `send-to` and `post`."""

    def __init__(self, posting: Posting, destinations: Destinations) -> None:
        self._posting = posting
        self._destinations = destinations

    @handles(c.Send)
    def send(self, context: Context, request: c.Send) -> c.Posted:
        author, find = context.user, self._destinations.everyone
        return self._posting.say(context, author, request, find, GENERAL)

    @handles(c.SendTo)
    def send_to(self, context: Context, request: c.SendTo) -> c.Posted:
        author, find = context.user, self._destinations.of_user
        return self._posting.say(context, author, request, find, request.to)

    @handles(c.PostTo)
    def post(self, context: Context, request: c.PostTo) -> c.Posted:
        author, find = context.user, self._destinations.named
        return self._posting.say(context, author, request, find, request.room)
