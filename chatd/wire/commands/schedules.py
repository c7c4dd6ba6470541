"""Texts that are posted later."""

from chatd.wire.commands.table import Chapter, Nonce, Params, Result, RoomId, Seq, Text, command
from chatd.wire.rooms import GENERAL


class ScheduledPost(Result, frozen=True):
    """A scheduled text.

    id: its number among the user's own. room: where it goes; a direct room may not exist yet.
    held_until: when posting is tried again, if the text was due and could not be posted; else nil.
    held_by: why it could not be posted, `banned` or `rate_limited`; else empty.
    failed: the code of the error for which it can't be posted at all; else empty.
    reason: the same in words. A failed text stays until it is cancelled, for at most 30 days.
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
    """A page of scheduled texts, in the order in which they were scheduled."""

    posts: list[ScheduledPost]
    next: int | None


@command(
    "scheduled",
    help="list your scheduled texts, those that were held back or failed included",
    console="scheduled",
    chapter=Chapter.LATER,
)
class ListScheduled(Params[ScheduledPosts], frozen=True):
    after: Seq = 0


@command(
    "cancel",
    help="cancel a scheduled text, and return it",
    console="cancel <id>",
    chapter=Chapter.LATER,
    writes=True,
    refuses={
        "not_found": "you have nothing scheduled with this id",
    },
)
class CancelScheduled(Params[ScheduledPost], frozen=True):
    id: Seq
