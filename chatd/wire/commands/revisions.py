"""Authors edit and delete their own posts."""

from chatd.wire.commands.comments import NO_SUCH_POST
from chatd.wire.commands.messages import BLOCKED, PRIVATE_REFUSES, Posted
from chatd.wire.commands.table import Chapter, Nonce, Params, RoomId, Seq, Text, command


@command(
    "edit",
    help="change the text of a message or a comment of yours",
    console="edit <room#seq> <text>",
    chapter=Chapter.TALKING,
    writes=True,
    refuses={
        **PRIVATE_REFUSES,
        "forbidden": f"it is somebody else's, or a file; or {BLOCKED}",
        "not_found": NO_SUCH_POST,
    },
)
class EditPost(Params[Posted], frozen=True):
    room: RoomId
    seq: Seq
    text: Text
    nonce: Nonce | None = None


@command(
    "delete",
    help="delete a message, a comment or a file of yours; this does not count towards a limit",
    console="delete <room#seq>",
    chapter=Chapter.TALKING,
    writes=True,
    refuses={
        "banned": "you may not send until `until`, and it was reported",
        "conflict": "the nonce was used for something else",
        "forbidden": "it is somebody else's",
        "not_found": NO_SUCH_POST,
        "rate_limited": "your nonces are used up until `reset_at`; it works without one",
    },
)
class DeletePost(Params[Posted], frozen=True):
    room: RoomId
    seq: Seq
    nonce: Nonce | None = None
