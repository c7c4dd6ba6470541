"""`people`."""

from bisect import bisect_left, bisect_right

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
        names, prefix = self._state.people, looked_up(request.prefix)
        start = max(bisect_left(names, prefix), bisect_right(names, request.after))
        found = names[start : start + request.limit + 1]  # one more tells whether there is more
        page = [name for name in found if name.startswith(prefix)]
        more = len(page) > request.limit
        page = page[: request.limit]
        online, users = self._presence.connections_of, self._state.users
        shown = [c.Person(name, online(name) > 0, users[name].display_name) for name in page]
        return c.People(shown, page[-1] if more else None)
