"""Reading."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory
from chatd.core.model import Member


@changes(e.MemberStarted)
def member_started(memory: Memory, event: e.MemberStarted) -> None:
    room = memory.rooms[event.room]
    room.newcomers.pop(event.name, None)
    room.members[event.name] = Member.newcomer(event.floor)
    memory.enter_room(event.name, event.room)


@changes(e.FloorFixed)
def floor_fixed(memory: Memory, event: e.FloorFixed) -> None:
    memory.rooms[event.room].newcomers[event.name] = event.floor


@changes(e.CursorsMoved)
def cursors_moved(memory: Memory, event: e.CursorsMoved) -> None:
    for name, room, seq in event.moves:
        memory.rooms[room].members[name].read(seq, event.ts, event.due)
        memory.unread.read(room, name, seq)
