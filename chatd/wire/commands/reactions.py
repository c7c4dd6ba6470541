"""Reactions: what users think of a post, in an emoji."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.comments import NO_SUCH_POST
from chatd.wire.commands.messages import BLOCKED
from chatd.wire.commands.table import Chapter, Params, Result, RoomId, Seq, command
from chatd.wire.emoji import EMOJI_CHARACTERS_MAX


class EntryMade(Result, frozen=True):
    """The number of the entry that says so, now or before; nil where nothing was to be undone."""

    room: str
    seq: int | None


@command(
    "react",
    help="react to a post with an emoji, or take that back; counts in a limit of its own",
    console="react <room#seq> <emoji>",
    chapter=Chapter.TALKING,
    writes=True,
    repeatable=True,
    refuses={
        "bad_request": "that is not one emoji",
        "banned": "you are banned until `until`; you can still take back",
        "conflict": "the post has as many different reactions as one may have, `limit`",
        "forbidden": f"{BLOCKED}; you can still take back",
        "not_found": NO_SUCH_POST,
        "rate_limited": "your reactions of this period are used up until `reset_at`; or your "
        "account is new, and too much is unread there",
    },
)
class React(Params[EntryMade], frozen=True):
    room: RoomId
    seq: Seq
    emoji: Annotated[str, Meta(min_length=1, max_length=EMOJI_CHARACTERS_MAX)]
    remove: bool = False
