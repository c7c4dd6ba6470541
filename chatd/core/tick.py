"""What follows from a tick's events for others, beside the state: filled by what applies them.

It follows from events alone, so a node that only reads the journal has the same after every tick
as the server that wrote it. The tick gives it to delivery, to the timers and to the disk, and then
forgets it; a replay forgets it at once.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple


class Move(NamedTuple):
    """A user joined or left a group with the entry `seq` of its log.

    hidden_up_to: the number up to which entries were older than the place of one who left.
    """

    room: str
    name: str
    seq: int
    joined: bool
    hidden_up_to: int = 0


class NoncedPost(NamedTuple):
    """An entry that a user put into a room by a request with a nonce."""

    name: str
    room: str
    seq: int
    nonce: str


class EndedSessions(NamedTuple):
    """Connections of a user that may not go on: those of one device, or all.

    but_asking: except the one that asked for it.
    """

    name: str
    device: int | None
    reason: str
    but_asking: bool = False


@dataclass(slots=True)
class TickChanges:
    """The consequences of a tick's events.

    grown: rooms with new entries, each with its first new `seq`.
    moves: users who joined and left groups, in order.
    reads: how far users have read, as (name, room, seq).
    posted: what users posted with a nonce, in order.
    charged: users whose messages of this period in the general room have become more.
    limits_reset: users who have a new period.
    renamed: users who have another display name.
    ended_sessions: whose connections end.
    timers: when what has a kind and a key is due (ms UTC); None: not any more.
    dropped_files: numbers of files on disk that nothing needs any more.
    """

    grown: dict[str, int] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    reads: list[tuple[str, str, int]] = field(default_factory=list)
    posted: list[NoncedPost] = field(default_factory=list)
    charged: set[str] = field(default_factory=set)
    limits_reset: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    ended_sessions: list[EndedSessions] = field(default_factory=list)
    timers: dict[tuple[str, Hashable], int | None] = field(default_factory=dict)
    dropped_files: list[int] = field(default_factory=list)

    def forget_room(self, room: str) -> None:
        """Nobody sees a room any more, nor what came of it in this tick."""
        self.grown.pop(room, None)
        self.moves = [move for move in self.moves if move.room != room]
        self.posted = [post for post in self.posted if post.room != room]
