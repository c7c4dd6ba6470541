"""The destination: into which room plain lines go, and what has to be asked before one does.

Before anybody's first plain line the user is asked, and again where the room has changed by
itself: what was meant for a few must not reach everyone.
"""

from typing import Protocol

from chatd.wire.rooms import GENERAL, RoomKind, kind_of, title_of


class Memory(Protocol):
    """What outlives the console."""

    @property
    def room(self) -> str:
        """The room of the last time, "" where there was none."""

    def keep(self, room: str) -> None:
        """Remember a room."""


class Destination:
    """Where plain lines go. me: the user's name; memory: None where there is no terminal.

    room: an id, "" for nowhere. question: what is asked before the next line goes, "" for nothing.
    Without a terminal plain lines go nowhere at first, and nothing is ever asked.
    """

    def __init__(self, me: str, memory: Memory | None) -> None:
        self._me = me
        self._memory = memory
        self.home = "" if memory is None else GENERAL
        self.room = memory.room if memory and memory.room else self.home
        self.question = f"send this to {self}?" if memory and not memory.room else ""

    def __str__(self) -> str:
        """How it is named to people: `general`, `@bob`, `+ops`; `nobody` for nowhere."""
        if not self.room:
            return "nobody"
        return f"@{self.title}" if kind_of(self.room) is RoomKind.DIRECT else self.title

    @property
    def title(self) -> str:
        """How the room is typed: `general`, `bob`, `+ops`."""
        return title_of(self.room, self._me)

    @property
    def address(self) -> str:
        """Whom the server is to find: a group by its id, for another may have its title."""
        return self.room if kind_of(self.room) is RoomKind.GROUP else self.title

    def change(self, room: str) -> None:
        """The user has said where plain lines go."""
        self.room = room
        self.agree()

    def doubt(self) -> None:
        """The user wants another room, which may be refused: no line goes unasked meanwhile."""
        if self._memory is None:
            self.room = self.home
        else:
            self.question = f"send this to {self}?"

    def agree(self) -> None:
        """The user knows where they go."""
        self.question = ""
        if self._memory is not None:
            self._memory.keep(self.room)

    def lose(self) -> str:
        """The room is the user's no longer: go back to the first one. Return what it was."""
        lost, self.room = str(self), self.home
        if self._memory is not None:
            self.question = f"you are not in {lost} any more: send this to {self}?"
        return lost
