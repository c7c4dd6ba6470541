"""Search, from the newest entry of all rooms to the oldest, a slice per request."""

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
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.search_query import Query
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import Entry, decode_entry, stamp_of

ENTRIES_PER_SLICE = 80
CHARACTERS_PER_SLICE = 12 * 1024
"""Either takes half a millisecond or one; then the page ends where it is."""
ROOMS_PER_SLICE = 100
"""Rooms that are searched side by side: to begin with that many takes half a millisecond."""

CURSOR = re.compile(r"(\S*) (?:([0-9]{1,16}):([0-9]{1,16}):(\S+))?")
"""What a page has as `next`: see `Cursor`."""


class Place(NamedTuple):
    """Where an entry stands in the order of the search: what is newer comes first."""

    age: int  # the stamp with its sign turned round
    room: str
    depth: int  # the number likewise

    @property
    def ts(self) -> int:
        """The entry's stamp."""
        return -self.age


class Cursor(NamedTuple):
    """Where a search goes on: at the rooms from the id `begin` on, there behind `place`."""

    begin: str
    place: Place | None

    def __str__(self) -> str:
        if self.place is None:
            return f"{self.begin} "
        age, room, depth = self.place
        return f"{self.begin} {-age}:{-depth}:{room}"


class SearchHandlers:
    """`search`."""

    def __init__(self, visibility: Visibility, newcomers: Newcomers) -> None:
        self._visibility = visibility
        self._newcomers = newcomers

    @handles(c.Search)
    def search(self, context: Context, request: c.Search) -> c.Found:
        user = context.user
        author = request.author and self._visibility.other_user(request.author).name
        query = Query(request.words, author or "")
        cursor = _cursor(request.after)
        rooms, following = self._rooms(user, request.room, cursor.begin)
        walks = (self._walk(user, room, cursor.place, context.now_ms) for room in rooms)
        found, last = self._page(user, query, merge(*walks), request.limit)
        for room in rooms:
            self._newcomers.note_read(user, room, context.now_ms)
        if last is not None:
            return c.Found(found, str(Cursor(cursor.begin, last)))
        return c.Found(found, str(Cursor(following, None)) if following else None)

    def _rooms(self, user: User, named: str | None, begin: str) -> tuple[list[Room], str]:
        """Return the rooms to look at, and the id that the next ones begin with, "" for none."""
        if named is not None:
            return [self._visibility.room(user, named)], ""
        rooms = self._visibility.rooms_from(user, begin, ROOMS_PER_SLICE + 1)
        more = rooms[ROOMS_PER_SLICE:]
        return rooms[:ROOMS_PER_SLICE], more[0].room if more else ""

    def _walk(self, user: User, room: Room, after: Place | None, now_ms: int) -> Iterator["_Step"]:
        """Yield what the user may see of a room, from the newest entry to the oldest."""
        floor = self._visibility.floor_of(user, room, now_ms)
        for seq in range(_first(room, after), floor, -1):
            frame = room.log.frame(seq)
            entry = decode_entry(frame)
            yield Place(-entry.ts, room.room, -seq), room, frame, entry

    def _page(
        self, user: User, query: Query, steps: Iterator["_Step"], limit: int
    ) -> tuple[list[msgspec.Raw], Place | None]:
        """Return what was found, and behind which place to go on, None if that was all."""
        found: list[msgspec.Raw] = []
        size, last = 0, None
        for number, (place, room, frame, entry) in enumerate(steps):
            is_enough = number == ENTRIES_PER_SLICE or query.looked_at >= CHARACTERS_PER_SLICE
            if len(found) == limit or is_enough:
                return found, last
            if query.finds(entry):
                size += len(frame)
                if size > c.PAGE_BYTES_MAX:
                    return found, last
                found += self._visibility.page(user, room, [frame])
            last = place
        return found, None


_Step = tuple[Place, Room, bytes, Entry]  # no two have the same place, so no more is compared


def _first(room: Room, after: Place | None) -> int:
    """Return the number of the newest entry of a room that comes after a place."""
    log = room.log
    if after is None:
        return log.last_seq
    if room.room == after.room:
        return min(-after.depth - 1, log.last_seq)
    bisect = bisect_right if room.room > after.room else bisect_left
    return log.first_seq - 1 + bisect(log.frames, after.ts, key=stamp_of)


def _cursor(text: str) -> Cursor:
    """Return where a page has ended. Raises BadRequest."""
    if not text:
        return Cursor("", None)
    match = CURSOR.fullmatch(text)
    if match is None:
        raise BadRequest("search: `after` is not a `next` of this search")
    begin, ts, seq, room = match.groups()
    return Cursor(begin, Place(-int(ts), room, -int(seq)) if room else None)
