"""Searching: from the newest entry of all rooms towards the oldest, a slice in each request."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

import msgspec

from chatd.core.model import Room, User
from chatd.errors import BadRequest
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.query import Query
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import Entry, decode_entry, entry_map
from chatd.wire.rooms import RoomKind

ENTRIES_PER_SLICE = 2_500
CHARACTERS_PER_SLICE = 256 * 1024
"""Either takes some 10 ms at worst; then the page ends where it is."""
ENTRIES_MIN = 100
ROOM_COSTS_ENTRIES = 2
"""To begin with a room, and to choose between the rooms, costs as much as so many entries."""


class Place(NamedTuple):
    """Where an entry stands in the order of the search: what is newer comes first."""

    age: int  # the stamp with its sign turned round
    room: str
    depth: int  # the number likewise

    @property
    def ts(self) -> int:
        """The entry's stamp."""
        return -self.age

    def __str__(self) -> str:
        return f"{-self.age}:{-self.depth}:{self.room}"


class SearchHandlers:
    """`search`."""

    def __init__(self, visibility: Visibility) -> None:
        self._visibility = visibility

    @handles(c.Search)
    def search(self, context: Context, request: c.Search) -> c.Found:
        user = self._visibility.user(context)
        author = request.author and self._visibility.other_user(request.author).name
        query = Query(request.words, author or "")
        after = _place(request.after)
        rooms = self._rooms(user, request.room)
        walks = (self._walk(user, room, after, context.now_ms) for room in rooms)
        entries_max = max(ENTRIES_MIN, ENTRIES_PER_SLICE - ROOM_COSTS_ENTRIES * len(rooms))
        return _page(query, merge(*walks), entries_max, request.limit)

    def _rooms(self, user: User, named: str | None) -> list[Room]:
        if named is not None:
            return [self._visibility.room(user, named)]
        rooms = self._visibility.rooms_of(user)
        return [room for room in rooms if room.kind is not RoomKind.SELF]

    def _walk(self, user: User, room: Room, after: Place | None, now_ms: int) -> Iterator["_Step"]:
        """Yield what the user may see of a room, from the newest entry to the oldest."""
        floor = self._visibility.floor(self._visibility.member(user, room), room, now_ms)
        for seq in range(_first(room, after), floor, -1):
            frame = room.log.frame(seq)
            entry = decode_entry(frame)
            yield Place(-entry.ts, room.room, -seq), frame, entry


_Step = tuple[Place, bytes, Entry]  # no two have the same place, so no further field is compared


def _page(query: Query, steps: Iterator[_Step], entries_max: int, limit: int) -> c.Found:
    found: list[msgspec.Raw] = []
    size, last = 0, ""
    for number, (place, frame, entry) in enumerate(steps):
        is_enough = number == entries_max or query.looked_at >= CHARACTERS_PER_SLICE
        if len(found) == limit or is_enough:
            return c.Found(found, last)
        if query.finds(entry):
            size += len(frame)
            if size > c.PAGE_BYTES_MAX:
                return c.Found(found, last)
            found.append(entry_map(frame))
        last = str(place)
    return c.Found(found, None)


def _first(room: Room, after: Place | None) -> int:
    """Return the number of the newest entry of a room that comes after a place."""
    log = room.log
    if after is None:
        return log.last_seq
    if room.room == after.room:
        return min(-after.depth - 1, log.last_seq)
    bisect = bisect_right if room.room > after.room else bisect_left
    return log.first_seq - 1 + bisect(log.frames, after.ts, key=lambda f: decode_entry(f).ts)


def _place(text: str) -> Place | None:
    """Return the place that a page has ended at. Raises BadRequest."""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,16}):([0-9]{1,16}):(.+)", text, re.DOTALL)
    if match is None:
        raise BadRequest("search: `after` is not what `next` was")
    return Place(-int(match[1]), match[3], -int(match[2]))
