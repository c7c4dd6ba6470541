"""Places of posts on the screen, as they are typed: `general#42`. Completion offers them."""

from chatd.wire import entries as e
from chatd.wire.rooms import title_of

from ..events import SeenEntry

PLACES_MAX = 20
"""The latest ones only: what people answer is on the screen."""


class Places:
    """The places of the latest posts, of one's own, and of files; the newest comes first.

    me: the user's name.
    """

    def __init__(self, me: str) -> None:
        self._me = me
        self._all: list[str] = []
        self._own: list[str] = []
        self._files: list[str] = []

    def add(self, entry: SeenEntry) -> None:
        """Remember where a post stands; forget the place of one that is taken back."""
        if isinstance(entry, e.Delete):
            self._forget(self._place(entry.room, entry.target))
        elif isinstance(entry, e.Post) and not entry.deleted:
            self._remember(entry, self._place(entry.room, entry.seq))

    @property
    def all(self) -> list[str]:
        """All that can be answered."""
        return self._all[::-1]

    @property
    def own(self) -> list[str]:
        """What the user can change or take back."""
        return self._own[::-1]

    @property
    def files(self) -> list[str]:
        """What can be fetched."""
        return self._files[::-1]

    def _remember(self, post: e.Post, place: str) -> None:
        self._forget(place)
        for places, belongs in (
            (self._all, True),
            (self._own, post.author == self._me),
            (self._files, isinstance(post, e.File)),
        ):
            if belongs:
                places.append(place)
                del places[:-PLACES_MAX]

    def _forget(self, place: str) -> None:
        for places in (self._all, self._own, self._files):
            if place in places:
                places.remove(place)

    def _place(self, room: str, seq: int) -> str:
        return f"{title_of(room, self._me)}#{seq}"
