"""`people`."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from chatd.core.presence import Presence
from chatd.core.state import State
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.wire import commands as c
from chatd.wire.names import looked_up


class PeopleHandlers:
    """Knows who has an account, and who is online."""

    def __init__(self, state: State, presence: Presence) -> None:
        self._state = state
        self._presence = presence

    @handles(c.ListPeople)
    def people(self, context: Context, request: c.ListPeople) -> c.People:
        if request.names is not None:
            return c.People(self._shown(filter(self._exists, dict.fromkeys(request.names))), None)
        names, prefix = self._state.people, looked_up(request.prefix)
        start = max(bisect_left(names, prefix), bisect_right(names, request.after))
        found = names[start : start + request.limit + 1]  # one more tells whether there is more
        page = [name for name in found if name.startswith(prefix)]
        more = len(page) > request.limit
        page = page[: request.limit]
        return c.People(self._shown(page), page[-1] if more else None)

    def _exists(self, name: str) -> bool:
        user = self._state.users.get(name)
        return user is not None and not user.has_ended

    def _shown(self, names: Iterable[str]) -> list[c.Person]:
        online, users = self._presence.connections_of, self._state.users
        return [c.Person(name, online(name) > 0, users[name].display_name) for name in names]
