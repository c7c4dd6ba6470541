"""Pins: posts that a room keeps at hand."""

from chatd.wire.commands.comments import NO_SUCH_POST
from chatd.wire.commands.history import Page
from chatd.wire.commands.messages import BLOCKED
from chatd.wire.commands.reactions import EntryMade
from chatd.wire.commands.table import Chapter, PageSize, Params, RoomId, Seq, command

_REFUSES = {
    "banned": "you are banned until `until`",
    "forbidden": f"in general only administrators may; or {BLOCKED}",
    "not_found": NO_SUCH_POST,
    "rate_limited": "your reactions of this period, which pins are counted among, are used up "
    "until `reset_at`; or your account is new, and too much is unread there",
}


@command(
    "pin",
    help="pin a post for all in the room; in general, only administrators may",
    console="pin <room#seq>",
    chapter=Chapter.TALKING,
    writes=True,
    repeatable=True,
    refuses={**_REFUSES, "conflict": "as many posts are pinned as a room may have, `limit`"},
)
class PinPost(Params[EntryMade], frozen=True):
    room: RoomId
    seq: Seq


@command(
    "unpin",
    help="unpin a post, whoever has pinned it",
    console="unpin <room#seq>",
    chapter=Chapter.TALKING,
    writes=True,
    repeatable=True,
    refuses=_REFUSES,
)
class UnpinPost(Params[EntryMade], frozen=True):
    room: RoomId
    seq: Seq


@command(
    "pins",
    help="list the pinned posts of a room, the newest post first",
    console="pins [room]",
    chapter=Chapter.READING,
    refuses={"not_found": "there is no such room that you can see"},
)
class ListPins(Params[Page], frozen=True):
    room: RoomId
    after: Seq = 0
    limit: PageSize = 50
