"""Typists: who is writing in which room right now, and when the others are told that one writes.

Times are seconds of any steady clock.
"""

SHOWN_SECONDS = 6.0
"""So long after the last notice somebody counts as writing."""
TOLD_SECONDS = 3.0
"""The server passes on no more than one notice in this time."""
NAMES_MAX = 2


class Typists:
    """Who is writing, by room and name, and until when that counts."""

    def __init__(self) -> None:
        self._until: dict[str, dict[str, float]] = {}
        self._told_at = -TOLD_SECONDS

    def add(self, room: str, name: str, now: float) -> None:
        """Somebody is writing in a room."""
        writing = self._until.setdefault(room, {})
        writing[name] = now + SHOWN_SECONDS
        for other in [other for other, until in writing.items() if until <= now]:
            del writing[other]

    def end(self, room: str, name: str) -> None:
        """What somebody was writing is there."""
        self._until.get(room, {}).pop(name, None)

    def shown(self, room: str, now: float) -> str:
        """Return who is writing in a room, in words; "" for nobody."""
        names = [name for name, until in self._until.get(room, {}).items() if now < until]
        if not names:
            return ""
        if len(names) > NAMES_MAX:
            return "several people are typing…"
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} typing…"

    def may_tell(self, now: float) -> bool:
        """Return whether the others are to be told now that one writes, and note that they are."""
        if now < self._told_at + TOLD_SECONDS:
            return False
        self._told_at = now
        return True
