"""Comments on entries, and the threads they make."""

from chatd.wire.commands.history import Page
from chatd.wire.commands.messages import PRIVATE_REFUSES, Posted
from chatd.wire.commands.table import Chapter, Nonce, PageSize, Params, RoomId, Seq, Text, command

NO_SUCH_POST = "there is no such post (any more), or you can't see it"


@command(
    "comment",
    help="reply to a message, a comment or a file; the reply quotes it",
    console="comment <room#seq> <text>",
    chapter=Chapter.TALKING,
    writes=True,
    refuses={**PRIVATE_REFUSES, "not_found": NO_SUCH_POST},
)
class CommentOn(Params[Posted], frozen=True):
    room: RoomId
    seq: Seq
    text: Text
    nonce: Nonce | None = None


@command(
    "thread",
    help="read the thread of an entry: what started it, the comments on that, and those on them",
    console="thread <room#seq>",
    chapter=Chapter.READING,
    refuses={"not_found": NO_SUCH_POST},
)
class Thread(Params[Page], frozen=True):
    room: RoomId
    seq: Seq
    after: Seq = 0
    limit: PageSize = 50
