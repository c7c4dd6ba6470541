"""Destinations: where a post goes that somebody addresses to a room or to a user."""

from typing import NamedTuple

from chatd.core import events as e
from chatd.core.model import User
from chatd.core.state import State
from chatd.errors import Forbidden, NotFound, RateLimited
from chatd.handlers.visibility import Visibility, check_account
from chatd.wire.rooms import RoomKind, direct_room, is_direct, kind_of, title_of

ROOMS_OPENED_MAX = 1_000
"""Direct rooms that one user may begin."""


class Destination(NamedTuple):
    """A room, and the event that makes it first, if there has to be one."""

    room: str
    before: tuple[e.Event, ...]


class Destinations:
    """Answers for one state."""

    def __init__(self, state: State, visibility: Visibility) -> None:
        self._state = state
        self._visibility = visibility

    def of_user(self, author: User, name: str, now_ms: int) -> Destination:
        """Return the direct room with a user. Raises NotFound, RateLimited."""
        other = self._visibility.other_user(name)
        room = direct_room(author.name, other.name)
        if room in self._state.rooms:
            return Destination(room, ())
        if author.rooms_opened >= ROOMS_OPENED_MAX:
            raise RateLimited("you have begun too many conversations", limit=ROOMS_OPENED_MAX)
        return Destination(room, (e.DirectRoomOpened(now_ms, room, author.name, other.name),))

    def named(self, author: User, text: str, now_ms: int) -> Destination:
        """Return the room that `author` means, or the direct room with the user of that name.

        Raises NotFound, Forbidden for a self log, RateLimited, Conflict for a title that
        several groups have.
        """
        try:
            room = self._visibility.room(author, text)
        except NotFound:
            if kind_of(text) is RoomKind.GROUP:
                raise
            return self.of_user(author, text, now_ms)
        if room.kind is RoomKind.SELF:
            raise Forbidden("nobody writes into a self log")
        if room.kind is RoomKind.DIRECT:
            check_account(self._state.users[title_of(room.room, author.name)])
        return Destination(room.room, ())

    def again(self, author: User, room: str, now_ms: int) -> Destination:
        """Return the room of an id that `named` gave before; a direct one may not be open yet.

        Raises NotFound if the author is not in it any more, RateLimited.
        """
        if is_direct(room):
            return self.of_user(author, title_of(room, author.name), now_ms)
        return self.named(author, room, now_ms)
