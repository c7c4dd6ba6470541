"""An index of the names of users: which are like a new one, and which stands next to a random one.

It is derived from the names that exist, so it is in no snapshot.
"""

from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b

from chatd.core.confusables import skeletons

PLACE_BYTES = 8


class NameIndex:
    """Knows every name of a store. secret: the store's, so that nobody can tell a name's place.

    The names stand on a ring, each at a place that only the secret tells. What is drawn for a
    name that nobody has is drawn from the user who stands next: so it is what users really
    have, the same each time, and another for few names only when a user comes or changes.
    """

    def __init__(self, secret: bytes, names: Iterable[str] = ()) -> None:
        self._secret = secret
        self._by_skeleton: dict[str, str] = {}
        self._alike: dict[str, list[str]] = {}  # further names of older stores
        placed = sorted((self._place(name), name) for name in names)
        self._places = [place for place, _ in placed]
        self._names = [name for _, name in placed]
        for name in self._names:
            self._note_skeletons(name)

    def add(self, name: str) -> None:
        """Take up a name that somebody has now."""
        place = self._place(name)
        at = bisect_left(self._places, place)
        self._places.insert(at, place)
        self._names.insert(at, name)
        self._note_skeletons(name)

    def remove(self, name: str) -> None:
        """Let go of a name that nobody has any more."""
        at = self._names.index(name, bisect_left(self._places, self._place(name)))
        del self._places[at]
        del self._names[at]
        for looks in skeletons(name):
            alike = [self._by_skeleton.pop(looks), *self._alike.pop(looks, ())]
            for other in alike:
                if other != name:
                    self._note(looks, other)

    def like(self, name: str) -> str | None:
        """Return a name that exists and looks like `name`, None if there is none."""
        for looks in skeletons(name):
            if looks in self._by_skeleton:
                return self._by_skeleton[looks]
        return None

    def next_to(self, name: str) -> str | None:
        """Return who stands next to where `name` does or would, None if there is nobody."""
        if not self._names:
            return None
        return self._names[bisect_left(self._places, self._place(name)) % len(self._names)]

    def _note_skeletons(self, name: str) -> None:
        for looks in skeletons(name):
            self._note(looks, name)

    def _note(self, looks: str, name: str) -> None:
        if self._by_skeleton.setdefault(looks, name) != name:
            self._alike.setdefault(looks, []).append(name)

    def _place(self, name: str) -> int:
        digest = blake2b(name.encode(), key=self._secret, digest_size=PLACE_BYTES)
        return int.from_bytes(digest.digest())
