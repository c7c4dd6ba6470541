"""Messages to everyone, to one user, or into a room."""

from chatd.wire.commands.table import (
    Chapter,
    Name,
    Nonce,
    Notice,
    Params,
    Result,
    RoomId,
    Text,
    command,
    notice,
)

POSTING_REFUSES = {
    "bad_request": "the text is empty",
    "banned": "you are banned until `until`",
    "conflict": "the nonce was used for something else",
    "rate_limited": "the messages of this period, or your nonces, are used up until `reset_at`",
    "too_large": "the text has more bytes than `limit`",
}
"""What every command that posts a text may be refused with."""
BLOCKED = "you have blocked that user, or that user accepts nothing from you"
PRIVATE_REFUSES = {
    **POSTING_REFUSES,
    "forbidden": BLOCKED,
    "not_found": "there is no such room or user that you can see",
}
"""... and one that posts where only some may read."""


class Posted(Result, frozen=True):
    """Where the entry is: on disk, and at this place in its room."""

    room: str
    seq: int
    ts: int


@command(
    "send",
    help="send a message to everyone",
    console="send <text>",
    chapter=Chapter.TALKING,
    writes=True,
    refuses=POSTING_REFUSES,
)
class Send(Params[Posted], frozen=True):
    text: Text
    nonce: Nonce | None = None


@command(
    "send-to",
    help="send a private message to one user",
    console="send-to <user> <text>",
    chapter=Chapter.TALKING,
    writes=True,
    refuses={
        **PRIVATE_REFUSES,
        "not_found": "there is no such user",
        "rate_limited": "the period's messages, or your nonces, are used up until `reset_at`; you "
        "have started too many conversations; or your account is new, and too much is unread there",
    },
)
class SendTo(Params[Posted], frozen=True):
    to: Name
    text: Text
    nonce: Nonce | None = None


@command(
    "post",
    help="send a message to a room",
    console="post <room> <text>",
    chapter=Chapter.TALKING,
    writes=True,
    refuses={
        **PRIVATE_REFUSES,
        "conflict": "the nonce was used for something else, or you are in several rooms of "
        "that title",
        "forbidden": f"nobody can write to a self log; or {BLOCKED}",
        "rate_limited": "the period's messages, or your nonces, are used up until `reset_at`, or "
        "you have started too many conversations",
    },
)
class PostTo(Params[Posted], frozen=True):
    room: RoomId
    text: Text
    nonce: Nonce | None = None


@notice("posted", help="another connection of yours has posted this, with this nonce")
class OwnPosted(Notice, frozen=True):
    room: str
    seq: int
    nonce: str
