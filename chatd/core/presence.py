"""Presence: who is online, and what has changed since it was last sent. Never journaled."""

from bisect import bisect_left, bisect_right, insort

from chatd.wire.commands import Presence as PresenceNotice

NAMES_MAX = 200
"""With more people online, a change is sent as a count only."""


class Presence:
    """Counts the connections of each user; a user with one is online."""

    def __init__(self) -> None:
        self._connections: dict[str, int] = {}
        self._names: list[str] = []
        self._before: dict[str, bool] = {}
        self._was_listed = False

    def enter(self, name: str) -> None:
        """One more connection of a user is logged in."""
        self._connections[name] = self._connections.get(name, 0) + 1
        if self._connections[name] == 1:
            self._before.setdefault(name, False)
            insort(self._names, name)

    def leave(self, name: str) -> None:
        """A connection of a user is gone."""
        self._connections[name] -= 1
        if not self._connections[name]:
            del self._connections[name]
            self._before.setdefault(name, True)
            del self._names[bisect_left(self._names, name)]

    @property
    def count(self) -> int:
        """How many users are online."""
        return len(self._names)

    @property
    def changed(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._before)

    def connections_of(self, name: str) -> int:
        """Return how many connections a user has."""
        return self._connections.get(name, 0)

    def page(self, after: str, limit: int) -> list[str]:
        """Return at most `limit` names of users online, in order, after `after`."""
        self._was_listed = self._was_listed or self.changed
        start = bisect_right(self._names, after) if after else 0
        return self._names[start : start + limit]

    def take_changes(self) -> PresenceNotice | None:
        """Return what changed since the last time, None if it all cancelled out.

        If a client listed the names in between, what cancelled out is a change: so all is sent.
        """
        changed = sorted(
            name
            for name, was in self._before.items()
            if self._was_listed or was != (name in self._connections)
        )
        came = [name for name in changed if name in self._connections]
        went = [name for name in changed if name not in self._connections]
        self._before.clear()
        self._was_listed = False
        if not came and not went:
            return None
        if max(self.count, len(came) + len(went)) > NAMES_MAX:
            return PresenceNotice([], [], self.count)
        return PresenceNotice(came, went, self.count)
