"""Texts that are posted later."""

from chatd.wire.commands.table import Chapter, Nonce, Params, Result, RoomId, Seq, Text, command
from chatd.wire.rooms import GENERAL


class ScheduledPost(Result, frozen=True):
    """A text that waits for its time.

    id: numbers the user's own. room: where it goes; a direct room may yet have to be opened.
    held_until: it was due and could not be posted; that is tried again then; else nil.
    held_by: why not, `banned` or `rate_limited`; else empty.
    failed: it was due and can't be posted at all, for this code of an error; else empty.
    reason: the same for people. It stays here until it is cancelled, for thirty days at most.
    """

    id: int
    at: int
    room: str
    text: str
    held_until: int | None = None
    held_by: str = ""
    failed: str = ""
    reason: str = ""


@command(
    "send-at",
    help="send a message later, at most a year ahead; your limits are checked then",
    console="send-at <time> [to <user|room>] <text>",
    chapter=Chapter.LATER,
    writes=True,
    refuses={
        "banned": "you may not send until `until`",
        "bad_request": "the time is past or more than a year ahead, or the text is empty",
        "conflict": "the nonce was used for something else, or you have `limit` scheduled texts",
        "forbidden": "the room is a self log",
        "not_found": "there is no such room or user that you can see",
        "rate_limited": "you have started too many conversations, or used too many nonces",
        "too_large": "the text has more bytes than `limit`",
    },
)
class SendAt(Params[ScheduledPost], frozen=True):
    at: Seq
    text: Text
    to: RoomId = GENERAL
    nonce: Nonce | None = None


class ScheduledPosts(Result, frozen=True):
    """A page of what waits, in the order in which it was scheduled."""

    posts: list[ScheduledPost]
    next: int | None


@command(
    "scheduled",
    help="list what you have scheduled, and what was held back or has failed",
    console="scheduled",
    chapter=Chapter.LATER,
)
class ListScheduled(Params[ScheduledPosts], frozen=True):
    after: Seq = 0


@command(
    "cancel",
    help="cancel something scheduled; the answer is what it was",
    console="cancel <id>",
    chapter=Chapter.LATER,
    writes=True,
    refuses={
        "not_found": "you have nothing scheduled with this id",
    },
)
class CancelScheduled(Params[ScheduledPost], frozen=True):
    id: Seq
