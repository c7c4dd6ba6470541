"""Search in everything the user can see."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chatd.wire.commands.table import (
    NAME_BYTES_MAX,
    Chapter,
    Name,
    PageSize,
    Params,
    Result,
    RoomId,
    command,
)

QUERY_CHARACTERS_MAX = 256
WORDS_MAX = 8
CURSOR_CHARACTERS_MAX = 2 * NAME_BYTES_MAX + 40


class Found(Result, frozen=True):
    """Entries in which a word begins with each word of the search, newest first, from all rooms.

    Only who is in more than 100 rooms gets those of 100 rooms after the other.

    next: what to go on `after`, or nil at the end. A page may be short, or even empty, and not
    be the last, since the work of a request is bounded.
    """

    entries: list[msgspec.Raw]
    next: str | None


@command(
    "search",
    help="search everything you can see, by the beginnings of words; newest first",
    console="search <words> [in <room>] [from <user>]",
    chapter=Chapter.READING,
    refuses={
        "bad_request": "no word, or too many; or `after` is not a `next` of this search",
        "not_found": "there is no such room that you can see, or no such user",
    },
)
class Search(Params[Found], frozen=True):
    words: Annotated[str, Meta(min_length=1, max_length=QUERY_CHARACTERS_MAX)]
    room: RoomId | None = None
    author: Name | None = None
    after: Annotated[str, Meta(max_length=CURSOR_CHARACTERS_MAX)] = ""
    limit: PageSize = 50
