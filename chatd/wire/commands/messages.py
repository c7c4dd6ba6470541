"""Messages to everyone, to one user, or into a room."""

from chatd.wire.commands.table import Name, Nonce, Params, Result, RoomId, Text, command

POSTING_REFUSES = {
    "bad_request": "the text is empty",
    "banned": "you are banned until `until`",
    "conflict": "the nonce was used for something else",
    "rate_limited": "the messages of this period, or your nonces, are used up until `reset_at`",
    "storage_full": "the server's disk is full",
    "too_large": "the text has more bytes than `limit`",
}
"""What every command that posts a text may be refused with."""
BLOCKED = "you have blocked that user, or that user takes nothing from you"


class Posted(Result, frozen=True):
    """Where the entry is: on disk, and at this place in its room."""

    room: str
    seq: int
    ts: int


@command(
    "send",
    Posted,
    help="say something in the general room",
    console="send <text>",
    refuses=POSTING_REFUSES,
)
class Send(Params, frozen=True):
    text: Text
    nonce: Nonce | None = None


@command(
    "send-to",
    Posted,
    help="say something to one user privately",
    console="send-to <user> <text>",
    refuses={
        **POSTING_REFUSES,
        "forbidden": BLOCKED,
        "not_found": "there is no such user",
        "rate_limited": "the period's messages, or your nonces, are used up until `reset_at`; you "
        "began too many conversations; or your account is young, and too much lies there unread",
    },
)
class SendTo(Params, frozen=True):
    to: Name
    text: Text
    nonce: Nonce | None = None


@command(
    "post",
    Posted,
    help="say something in a room",
    console="post <room> <text>",
    refuses={
        **POSTING_REFUSES,
        "conflict": "the nonce was used for something else, or you are in several rooms of "
        "that title",
        "forbidden": "nobody can write to a self log",
        "not_found": "there is no such room or user that you can see",
        "rate_limited": "the period's messages, or your nonces, are used up until `reset_at`, or "
        "you have started too many conversations",
    },
)
class PostTo(Params, frozen=True):
    room: RoomId
    text: Text
    nonce: Nonce | None = None
