"""Young accounts: what they write to others waits without limit, so there is a bound on how much.

It is on what lies there unread, of direct rooms alone: a user who is answered, or just read, never
meets it.
"""

from chatd.config import Settings
from chatd.core.model import Room, User
from chatd.core.state import State
from chatd.errors import RateLimited
from chatd.wire.rooms import is_direct, title_of

UNREAD_BYTES_MAX = 1024 * 1024
"""What may lie unread with one other."""
UNREAD_BYTES_IN_ALL_MAX = 4 * UNREAD_BYTES_MAX
"""... and with all others together."""


class YoungAccounts:
    """Answers for one state and its settings. young_ms: how long an account is young."""

    def __init__(self, state: State, settings: Settings) -> None:
        self._state = state
        self.young_ms = settings.young_account_ms

    def check(self, author: User, room: Room | None) -> None:
        """Refuse what a young account writes into a direct room where too much lies unread.

        room: None where it has to be opened first.
        """
        limit, used = UNREAD_BYTES_MAX, 0
        if room is not None and room.log.byte_count >= limit:  # else there is no need to count
            used = self._unread_bytes(author, room.room)
        # Few rooms can't hold too much together, as each is bounded.
        if used < limit and len(author.rooms) * UNREAD_BYTES_MAX >= UNREAD_BYTES_IN_ALL_MAX:
            limit, used = UNREAD_BYTES_IN_ALL_MAX, self._unread_bytes_in_all(author)
        if used >= limit:
            raise RateLimited(
                "too much of what you wrote to others is still unread, and your account is new",
                limit=limit,
                reset_at=author.created_ms + self.young_ms,
                setting="YOUNG_ACCOUNT",
            )

    def _unread_bytes_in_all(self, author: User) -> int:
        return sum(self._unread_bytes(author, room) for room in author.rooms if is_direct(room))

    def _unread_bytes(self, author: User, room_id: str) -> int:
        """Return how many bytes of a direct room the other, who may be gone, has not read."""
        room, other = self._state.rooms.get(room_id), title_of(room_id, author.name)
        if room is None or other == author.name or other not in room.members:
            return 0
        return _unread_bytes(room, other)


def _unread_bytes(room: Room, name: str) -> int:
    log, read_seq = room.log, room.members[name].read_seq
    if read_seq < log.first_seq:
        return log.byte_count
    return sum(map(len, log.after(read_seq)))
