"""Messages: what users say, to everyone or to one."""

from chatd.core import events as e
from chatd.core.state import State
from chatd.errors import RateLimited
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_text
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL, direct_room

ROOMS_OPENED_MAX = 1_000
"""Direct rooms that one user may begin."""


class MessageHandlers:
    """`send` and `send-to`."""

    def __init__(self, state: State, posting: Posting, visibility: Visibility) -> None:
        self._rooms = state.rooms
        self._posting = posting
        self._visibility = visibility

    @handles(c.Send)
    def send(self, context: Context, request: c.Send) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        check_text(request.text)
        head = self._posting.head(author, GENERAL, once, context.now_ms)
        return self._posting.commit(context, e.MessagePosted(*head, request.text))

    @handles(c.SendTo)
    def send_to(self, context: Context, request: c.SendTo) -> c.Posted:
        author = self._visibility.user(context)
        once = self._posting.once(author, request, context.now_ms)
        if once.posted is not None:
            return once.posted
        other = self._visibility.other_user(request.to)
        check_text(request.text)
        room = direct_room(author.name, other.name)
        opened = [] if room in self._rooms else [self._open(context, author.name, other.name)]
        head = self._posting.head(author, room, once, context.now_ms)
        return self._posting.commit(context, e.MessagePosted(*head, request.text), *opened)

    def _open(self, context: Context, author: str, other: str) -> e.DirectRoomOpened:
        """Return the event that begins a conversation. Raises RateLimited."""
        if self._visibility.user(context).rooms_opened >= ROOMS_OPENED_MAX:
            raise RateLimited("you have begun too many conversations", limit=ROOMS_OPENED_MAX)
        return e.DirectRoomOpened(context.now_ms, direct_room(author, other), author, other)
