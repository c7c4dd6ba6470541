"""Comments on entries, and the threads they make."""

from chatd.wire.commands.history import Page
from chatd.wire.commands.messages import PRIVATE_REFUSES, Posted
from chatd.wire.commands.table import (
    Chapter,
    Nonce,
    PageSize,
    Params,
    Result,
    RoomId,
    Seq,
    Text,
    command,
)

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


class ThreadPage(Page, frozen=True):
    """A page of a thread, in the order of the numbers.

    root: the number of the entry that it began with, which may be gone.
    comments: how many comments it has, deleted ones not counted.
    unread: how many of the latest 1,000 comments are unread: others', and not deleted.
    """

    root: int
    comments: int
    unread: int


@command(
    "thread",
    help="read the thread of an entry: what started it, the comments on that, and those on them",
    console="thread <room#seq>",
    chapter=Chapter.READING,
    refuses={"not_found": NO_SUCH_POST},
)
class Thread(Params[ThreadPage], frozen=True):
    room: RoomId
    seq: Seq
    after: Seq = 0
    limit: PageSize = 50


class ThreadStatus(Result, frozen=True):
    """A thread as the user sees it. root, comments, unread: as in a page of it.

    last_comment: the number of the latest comment, deleted or not. last_at: when that was posted.
    author: who wrote the entry that the thread began with. text: the beginning of that, on one
    line, as it is now. Both are empty if it is gone, or the user can't see it.
    """

    root: int
    comments: int
    last_comment: int
    last_at: int
    unread: int
    author: str
    text: str


class ThreadList(Result, frozen=True):
    """Threads by their latest comment, the newest first.

    next: what to go on `after`, or nil at the end. A page may be short, or even empty, and not
    be the last, since the work of a request is bounded.
    """

    room: str
    threads: list[ThreadStatus]
    next: int | None


@command(
    "threads",
    help="list the threads of a room, or only those with unread comments",
    console="threads [room]",
    chapter=Chapter.READING,
    refuses={"not_found": "there is no such room that you can see"},
)
class ListThreads(Params[ThreadList], frozen=True):
    room: RoomId
    unread: bool = False
    after: Seq = 0
    limit: PageSize = 50
