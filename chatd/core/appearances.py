"""Appearances: what users look like by their names and display names.

Derived from the users that there are, so it is in no snapshot. Two texts look alike whose letters
and digits do (`chatd.core.confusables`), whatever else stands between them. A capital I, which a
name never has, looks like a small L: so here the small i does, too.
"""

from collections.abc import Iterable

from chatd.core.confusables import skeletons
from chatd.core.model import User
from chatd.wire.display_names import letters_of


class Appearances:
    """Who looks how."""

    def __init__(self, users: Iterable[User] = ()) -> None:
        self._names: dict[str, list[str]] = {}
        self._display_names: dict[str, str] = {}
        for user in users:
            self.add(user.name)
            self.change(user.name, "", user.display_name)

    def add(self, name: str) -> None:
        """Take up the name of a new user."""
        for looks in looks_of(name):
            self._names.setdefault(looks, []).append(name)

    def remove(self, name: str) -> None:
        """Let go of a name that nobody has any more."""
        for looks in looks_of(name):
            self._names[looks].remove(name)
            if not self._names[looks]:
                del self._names[looks]

    def change(self, name: str, before: str, after: str) -> None:
        """Let a user have another display name; "" is none."""
        for looks in looks_of(before) if before else ():
            del self._display_names[looks]
        for looks in looks_of(after) if after else ():
            self._display_names[looks] = name

    def displayed_by(self, text: str, but: str = "") -> str | None:
        """Return who has a display name that looks like `text`, one user aside."""
        owners = (self._display_names.get(looks) for looks in looks_of(text))
        return next((owner for owner in owners if owner not in (None, but)), None)

    def named(self, text: str, but: str = "") -> str | None:
        """Return a user whose name looks like `text`, one user aside."""
        alike = (name for looks in looks_of(text) for name in self._names.get(looks, ()))
        return next((name for name in alike if name != but), None)


def looks_of(text: str) -> set[str]:
    """Return what a text looks like: two that are taken for each other have one in common."""
    return {looks.replace("i", "l") for looks in skeletons(letters_of(text))}
