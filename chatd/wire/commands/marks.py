"""What users note about their own rooms, for all their devices."""

from chatd.wire.commands.table import Chapter, Nothing, Params, RoomId, Seq, command


@command(
    "mute",
    help="mute a room on all your devices: there only what mentions you calls you",
    console="mute <room>",
    chapter=Chapter.PEACE,
    writes=True,
    repeatable=True,
    refuses={
        "bad_request": "that is your self log",
        "not_found": "there is no such room that you can see",
    },
)
class Mute(Params[Nothing], frozen=True):
    room: RoomId
    muted: bool = True


@command(
    "unread-from",
    help="count a room as unread from an entry on, on all your devices; number 0 ends that",
    console="unread-from <room#seq>",
    chapter=Chapter.READING,
    writes=True,
    repeatable=True,
    refuses={
        "bad_request": "that is your self log",
        "not_found": "there is no such room or entry that you can see",
    },
)
class MarkUnread(Params[Nothing], frozen=True):
    """The mark ends when you acknowledge an entry that came after you made it. What you have
    acknowledged stays so: it expires as before, and is not sent again."""

    room: RoomId
    seq: Seq
