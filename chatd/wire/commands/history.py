"""Pages of a room's history."""

import msgspec

from chatd.wire.commands.table import Chapter, PageSize, Params, Result, RoomId, Seq, command


class Page(Result, frozen=True):
    """Entries in the order of their numbers.

    next: the number to continue with in the same direction, or nil at the end.

    With `revisions: false` the page leaves out what only changes another entry, which shows the
    result: edits, deletes, reactions and pins, but for the entry that `around` names. It may have
    fewer entries than `limit` then, or none, and yet a `next`.
    """

    room: str
    entries: list[msgspec.Raw]
    next: int | None


@command(
    "history",
    help="read a page of a room: the latest, or before, after or around an entry",
    console="history [room] [before|after|around <seq>] [count]",
    chapter=Chapter.READING,
    refuses={
        "bad_request": "more than one of `before`, `after` and `around`",
        "not_found": "there is no such room that you can see",
    },
)
class History(Params[Page], frozen=True):
    room: RoomId
    before: Seq | None = None
    after: Seq | None = None
    around: Seq | None = None
    limit: PageSize = 50
    revisions: bool = True
