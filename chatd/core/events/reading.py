"""Reading: who follows which room, and how far everybody has come."""

from chatd.core.events.base import Event


class MemberStarted(Event, frozen=True, tag="MemberStarted"):
    """A user follows a room for the first time, and sees what is behind `floor`."""

    room: str
    name: str
    floor: int


class FloorFixed(Event, frozen=True, tag="FloorFixed"):
    """A user who does not follow a room yet posted there or read it, and sees it from here on.

    floor: the number behind which that is. It stays that floor when the user begins to follow.
    """

    room: str
    name: str
    floor: int


class CursorsMoved(Event, frozen=True, tag="CursorsMoved"):
    """Users have read rooms. moves: (name, room, seq); due: when that is gone for them."""

    due: int
    moves: list[tuple[str, str, int]]
