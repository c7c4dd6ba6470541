"""Newcomers: the floor of a user is fixed by the first thing that the user does in a room."""

from chatd.core import events as e
from chatd.core.model import Room, User
from chatd.core.transaction import Transaction
from chatd.handlers.visibility import Visibility
from chatd.wire.rooms import GENERAL


class Newcomers:
    """Answers for one state. Only in the general room is anybody before following it."""

    def __init__(self, transaction: Transaction, visibility: Visibility) -> None:
        self._transaction = transaction
        self._general = transaction.state.general
        self._visibility = visibility

    def arrival(self, name: str, now_ms: int) -> tuple[e.FloorFixed, ...]:
        """Return the event that has to come before what a user does there, if one has to."""
        room = self._general
        if name in room.members or name in room.newcomers:
            return ()
        floor = self._visibility.newcomer_floor(room)
        return (e.FloorFixed(now_ms, GENERAL, name, floor),)

    def following(self, user: User, room: Room, now_ms: int) -> tuple[e.MemberStarted, ...]:
        """Return the event that makes a user follow a room, if none did so far."""
        if user.name in room.members:
            return ()
        floor = self._visibility.member(user, room).first_floor
        return (e.MemberStarted(now_ms, room.room, user.name, floor),)

    def note_read(self, user: User, room: Room, now_ms: int) -> None:
        """Fix the floor of a user who has read a room. A full disk keeps nobody from reading."""
        if room is self._general and self._transaction.writable:
            events = self.arrival(user.name, now_ms)
            if events:
                self._transaction.commit(*events)
