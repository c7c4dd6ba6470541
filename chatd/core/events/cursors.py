"""Reading: who follows which room, and how far everybody has come."""

from chatd.core.events.base import Event
from chatd.core.model import Member
from chatd.core.state import State
from chatd.core.tick import TickChanges


class MemberStarted(Event, frozen=True, tag="MemberStarted"):
    """A user follows a room for the first time, and sees what comes after `floor`."""

    room: str
    name: str
    floor: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        room.newcomers.pop(self.name, None)
        room.members[self.name] = Member.newcomer(self.floor)
        state.enter_room(self.name, self.room)


class FloorFixed(Event, frozen=True, tag="FloorFixed"):
    """A user who does not follow a room yet posted there or read it, and sees it from here on.

    floor: the number after which that is. It stays that floor when the user begins to follow.
    """

    room: str
    name: str
    floor: int

    def apply(self, state: State, changes: TickChanges) -> None:
        state.rooms[self.room].newcomers[self.name] = self.floor


class CursorsMoved(Event, frozen=True, tag="CursorsMoved"):
    """Users have read rooms. moves: (name, room, seq); due: when that is gone for them."""

    due: int
    moves: list[tuple[str, str, int]]

    def apply(self, state: State, changes: TickChanges) -> None:
        changes.reads += self.moves
        for name, room, seq in self.moves:
            member = state.rooms[room].members[name]
            member.read(seq, self.ts, self.due)
            state.unread.read(room, name, member.unread_after)
