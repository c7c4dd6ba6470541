"""Who is writing something right now."""

from chatd.wire.commands.table import Notice, Params, RoomId, command, notice


@command(
    "typing",
    help="let the others in a room know that you are writing; more often than every 3 s is ignored",
    live=True,
    quiet=True,
    refuses={"not_found": "there is no such room that you can see"},
)
class Typing(Params[None], frozen=True):
    """Ignored, too: from who is banned, between users of whom one has blocked the other, and in a
    room with more than 100 connections."""

    room: RoomId


@notice(
    "typing",
    help="a user is writing in a room; that ends with the user's next entry there, or after 6 s",
)
class TypingNotice(Notice, frozen=True):
    room: str
    name: str
