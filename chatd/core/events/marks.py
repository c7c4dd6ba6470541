"""What users note about their own rooms."""

from chatd.core.events.base import Event
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class RoomMuted(Event, frozen=True, tag="RoomMuted"):
    """A member wants to be called by nothing but mentions from a room, or by all again."""

    room: str
    name: str
    muted: bool

    def apply(self, state: State, changes: TickChanges) -> None:
        state.rooms[self.room].members[self.name].muted = self.muted
        state.append_to_self(
            changes, self.name, entries.Muted, self.ts, in_room=self.room, muted=self.muted
        )


class UnreadMarked(Event, frozen=True, tag="UnreadMarked"):
    """A member wants a room to be unread from the entry `seq` on; 0: no more.

    until: the last entry of the room; who acknowledges a later one has read all again.
    """

    room: str
    name: str
    seq: int
    until: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        member = room.members[self.name]
        member.unread_from, member.unread_until = self.seq, self.until
        state.unread.enter(room, self.name)
        state.append_to_self(
            changes, self.name, entries.UnreadFrom, self.ts, in_room=self.room, in_seq=self.seq
        )
