"""The directory: users and rooms the console knows, for completion and for names as typed."""

import unicodedata
from collections.abc import Iterable

from chatd.wire.commands import Presence
from chatd.wire.entries import (
    Authored,
    Invited,
    JoinApproved,
    JoinRequested,
    Membership,
    Removed,
)
from chatd.wire.rooms import GENERAL, RoomKind, direct_room, kind_of, self_room, title_of

from ..events import SeenEntry
from .numbers import Numbers
from .places import Places

NAMES_MAX = 5_000
"""Beyond that, who was met first is forgotten; completion is no address book."""


class Directory:
    """Names of people and titles of rooms. me: the user's own name."""

    def __init__(self, me: str) -> None:
        self.me = me
        self.online_count = 0
        self._people: dict[str, None] = {}
        self._rooms: dict[str, None] = {GENERAL: None}
        self._has_all_rooms = False
        self.places = Places(me)
        self.numbers = Numbers()

    def add(self, names: Iterable[str]) -> None:
        """Remember people."""
        for name in names:
            if name != self.me:
                _remember(self._people, name)

    def add_entry(self, entry: SeenEntry) -> None:
        """Remember the room and the author of an entry, and whom and what it names."""
        self.add_room(entry.room)
        self.places.add(entry)
        self.numbers.add(entry)
        if isinstance(entry, Authored):
            self.add([entry.author])
        if isinstance(entry, Membership | JoinRequested):
            self.add([entry.name])
        if isinstance(entry, Invited | JoinApproved):
            self.add_room(entry.group)
        elif isinstance(entry, Removed):
            self._rooms.pop(entry.group, None)

    def add_page(self, entries: Iterable[SeenEntry]) -> None:
        """Remember where the posts of a page stand, and who wrote them."""
        for entry in entries:
            self.places.add(entry)
            if isinstance(entry, Authored):
                self.add([entry.author])

    def add_room(self, room: str) -> None:
        """Remember a room, and whom it is shared with."""
        _remember(self._rooms, room)
        if kind_of(room) is RoomKind.DIRECT:
            self.add([title_of(room, self.me)])

    def has_room(self, room: str) -> bool:
        """Tell whether the user is known to be in a room, by its id."""
        return room in self._rooms

    def add_rooms(self, rooms: Iterable[str], *, are_all: bool) -> None:
        """Remember rooms of a list. are_all: the user is in no other."""
        for room in rooms:
            self.add_room(room)
        self._has_all_rooms = are_all

    def is_stranger(self, title: str) -> bool:
        """Tell whether nobody of this name is known, and no room, though all rooms are."""
        return self._has_all_rooms and title not in {*self.rooms(), self.me}

    def update_presence(self, notice: Presence) -> None:
        """Take note of who came."""
        self.online_count = notice.count
        self.add(notice.online)

    def people(self) -> list[str]:
        """Return the names of others, in order."""
        return sorted(self._people)

    def rooms(self) -> list[str]:
        """Return how rooms are typed, people among them since each has one, in order."""
        return sorted(self._titles() | set(self._people))

    def group_id(self, title: str) -> str:
        """Return the id of the only group of that title, "" for none, or more than one."""
        ids = [room for room in self._rooms if title in (room, title_of(room, self.me))]
        return ids[0] if len(ids) == 1 else ""

    def group_in(self, line: str) -> str:
        """Return the private room that a word of a line names but for its +, "" for none."""
        titles = self._titles()
        meant = ("+" + word.lower() for word in line.split())
        return next((title for title in meant if title in titles), "")

    def _titles(self) -> set[str]:
        return {title_of(room, self.me) for room in self._rooms}


def room_named(title: str, me: str) -> str:
    """Return the id of a room as a user types it: `general`, `bob`, `@alice`, or the id itself.

    `+ops` stays as it is: which group that is, the server knows.
    """
    name = mapped(title)
    if kind_of(name) is RoomKind.GROUP or is_pair(name):
        return addressed(name)
    if name == GENERAL:
        return GENERAL
    if name in (me, self_room(me)):
        return self_room(me)
    return direct_room(me, name.removeprefix("@"))


def addressed(title: str) -> str:
    """Return a room or a user as typed, for the server to find: `bob`, `+ops`, or an id."""
    name = mapped(title)
    return direct_room(*name.split(",", 1)) if is_pair(name) else name.removeprefix("@")


def is_pair(name: str) -> bool:
    """Whether a name is the id of a room of two, as JSON has it: `alice,bob`."""
    return "," in name


def mapped(name: str) -> str:
    """Return a typed name as the server maps it: in lower case, composed (RFC 8265).

    The quotes around it, if there are any, are those of JSON.
    """
    return unicodedata.normalize("NFC", unquoted(name).lower())


def unquoted(word: str) -> str:
    """Return a word without the quotes that JSON puts around it."""
    return word[1:-1] if len(word) > 2 and word[0] == word[-1] == '"' else word


def _remember(known: dict[str, None], name: str) -> None:
    known.pop(name, None)
    known[name] = None
    if len(known) > NAMES_MAX:
        del known[next(iter(known))]
