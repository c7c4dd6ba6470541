"""Destinations: where a post goes that somebody addresses to a room or to a user."""

from collections.abc import Callable

import msgspec

from chatd.core import events as e
from chatd.core.model import Room, User
from chatd.core.state import State
from chatd.errors import Forbidden, NotFound, RateLimited
from chatd.handlers.visibility import Visibility, check_account
from chatd.wire.rooms import GENERAL, RoomKind, direct_room, is_direct, kind_of, title_of

ROOMS_OPENED_MAX = 1_000
"""Direct rooms that one user may begin."""


class Destination(msgspec.Struct, frozen=True, gc=False):
    """Where a post goes.

    room_id: the room. room: None where it has to be opened first. other: with whom the author
    shares it, who has an account; None where it is no direct room. before: the event that opens
    it, if there has to be one.
    """

    room_id: str
    room: Room | None
    other: User | None = None
    before: tuple[e.Event, ...] = ()


Find = Callable[[User, str, int], Destination]
"""Return where a text goes that an author addresses so, now (ms UTC); raise ChatError."""


class Destinations:
    """Answers for one state."""

    def __init__(self, state: State, visibility: Visibility) -> None:
        self._state = state
        self._visibility = visibility
        self._everyone = Destination(GENERAL, state.general)

    def everyone(self, author: User, address: str, now_ms: int) -> Destination:
        """Return the general room."""
        return self._everyone

    def of_user(self, author: User, name: str, now_ms: int) -> Destination:
        """Return the direct room with a user. Raises NotFound, RateLimited."""
        other = self._state.users.get(name)  # a short way for most: it is the name itself
        if other is None or other.ended_ms:
            other = self._visibility.other_user(name)
        room_id = direct_room(author.name, other.name)
        if room_id in self._state.rooms:
            return Destination(room_id, self._state.rooms[room_id], other)
        if author.rooms_opened >= ROOMS_OPENED_MAX:
            raise RateLimited("you have started too many conversations", limit=ROOMS_OPENED_MAX)
        opened = e.DirectRoomOpened(now_ms, room_id, author.name, other.name)
        return Destination(room_id, None, other, (opened,))

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
            raise Forbidden("nobody can write to a self log")
        return self.inside(author, room)

    def inside(self, author: User, room: Room) -> Destination:
        """Return a room that the author sees. Raises NotFound where nobody else is in it."""
        if room.kind is not RoomKind.DIRECT:
            return Destination(room.room, room)
        other = self._state.users[title_of(room.room, author.name)]
        check_account(other)
        return Destination(room.room, room, other)

    def again(self, author: User, room: str, now_ms: int) -> Destination:
        """Return the room of an id that `named` gave before; a direct one may not be open yet.

        Raises NotFound if the author is not in it any more, RateLimited.
        """
        if is_direct(room):
            return self.of_user(author, title_of(room, author.name), now_ms)
        return self.named(author, room, now_ms)
