"""`typing`: who is writing right now. Kept in memory alone, and in no journal."""

from chatd.errors import Banned, Forbidden
from chatd.handlers.blocking import check_blocks
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import check_may_send
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import RoomKind

TYPING_INTERVAL_MS = 3_000
"""One user's typing is passed on at most this often, whatever the room and the device."""
FORGOTTEN_AT_ONCE = 2


class Typists:
    """Remembers who was writing in the last three seconds."""

    def __init__(self) -> None:
        self._passed_on_ms: dict[str, int] = {}  # in the order of its values

    def __len__(self) -> int:
        return len(self._passed_on_ms)

    def may_pass(self, name: str, now_ms: int) -> bool:
        """Return whether a user's typing is passed on now, and note that it is.

        Each call forgets more users whose time is over than it adds, and takes no longer for many.
        """
        passed_on_ms = self._passed_on_ms
        for _ in range(FORGOTTEN_AT_ONCE):
            oldest = next(iter(passed_on_ms), None)
            if oldest is None or now_ms < passed_on_ms[oldest] + TYPING_INTERVAL_MS:
                break
            del passed_on_ms[oldest]
        last_ms = passed_on_ms.get(name)
        if last_ms is not None and now_ms < last_ms + TYPING_INTERVAL_MS:
            return False
        passed_on_ms.pop(name, None)
        passed_on_ms[name] = now_ms
        return True


class TypingHandlers:
    """`typing`."""

    def __init__(
        self, visibility: Visibility, destinations: Destinations, typists: Typists
    ) -> None:
        self._visibility = visibility
        self._destinations = destinations
        self._typists = typists

    @handles(c.Typing)
    def typing(self, context: Context, request: c.Typing) -> None:
        user, now_ms = context.user, context.now_ms
        room = self._visibility.room(user, request.room)
        if room.kind is RoomKind.SELF:
            return
        other = self._destinations.inside(user, room).other
        try:
            check_may_send(user, now_ms)
            if other is not None:
                check_blocks(user, other)
        except (Banned, Forbidden):
            return  # a post is refused with the reason; until then it would be in nobody's way
        if self._typists.may_pass(user.name, now_ms):
            context.effects.typing.append(c.TypingNotice(room.room, user.name))
