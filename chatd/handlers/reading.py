"""Reading: how far users have read their rooms, and what they want to be unread all the same."""

from chatd.core.acks import Acks
from chatd.core.model import Room, User
from chatd.handlers.visibility import Visibility


class Reading:
    """Knows what users have acknowledged, in the last second too."""

    def __init__(self, visibility: Visibility, acks: Acks) -> None:
        self._visibility = visibility
        self._acks = acks

    def read_seq(self, user: User, room: Room) -> int:
        """Return the number up to which a user has read a room."""
        read_seq = self._visibility.member(user, room).read_seq
        return max(read_seq, self._acks.seq(user.name, room.room))

    def unread_after(self, user: User, room: Room, now_ms: int) -> int:
        """Return the number after which what a user can see of a room is unread."""
        floor = self._visibility.floor_of(user, room, now_ms)
        return max(self.counted_after(user, room), floor)

    def counted_after(self, user: User, room: Room) -> int:
        """The same, whether or not entries behind it are gone for the user."""
        read_seq, mark = self.read_seq(user, room), self._visibility.member(user, room).unread_from
        return min(read_seq, mark - 1) if mark else read_seq
