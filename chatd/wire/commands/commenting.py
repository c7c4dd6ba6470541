"""Commenting: answers to what was said."""

from chatd.wire.commands.reading import Page
from chatd.wire.commands.table import Nonce, PageSize, Params, RoomId, Seq, Text, command
from chatd.wire.commands.talking import BLOCKED, POSTING_REFUSES, Posted

NO_SUCH_POST = "nobody says anything there (any more), or you may not see it"


@command(
    "comment",
    Posted,
    help="answer a message, a comment or a file, with a quote of it",
    console="comment <room#seq> <text>",
    refuses={**POSTING_REFUSES, "forbidden": BLOCKED, "not_found": NO_SUCH_POST},
)
class CommentOn(Params, frozen=True):
    room: RoomId
    seq: Seq
    text: Text
    nonce: Nonce | None = None


@command(
    "thread",
    Page,
    help="read what an entry belongs to: what began it, the comments on that, and those on them",
    console="thread <room#seq>",
    refuses={"not_found": NO_SUCH_POST},
)
class Thread(Params, frozen=True):
    room: RoomId
    seq: Seq
    after: Seq = 0
    limit: PageSize = 50
