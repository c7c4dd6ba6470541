"""Entries as they happen, positions, and liveness."""

from enum import Enum
from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.table import (
    GREETED_OR_LATER,
    Nothing,
    Notice,
    Params,
    Result,
    RoomId,
    Seq,
    command,
    notice,
)


class Start(Enum):
    """Where a connection without positions starts in each room.

    UNREAD: where the user has read. NOW: at the end, and everything before counts as read.
    END: at the end, and everything unread stays unread.
    """

    UNREAD = "unread"
    NOW = "now"
    END = "end"


class Synced(Result, frozen=True):
    """The entries follow as notifications, oldest first; `live` when they are all there.

    epoch: goes with positions; positions of another epoch are not used.
    rooms: how many logs the connection follows. unread: as in the result of `rooms`, in all rooms,
    wherever the connection starts in them.
    """

    epoch: str
    name: str
    rooms: int
    unread: int


@command(
    "sync",
    help="follow all your rooms: what is unread first, then everything as it happens",
    live=True,
    writes=True,
    repeatable=True,
    refuses={
        "conflict": "this connection already follows",
        "storage_full": "the first `sync` of a new user, and the server's disk is full",
    },
)
class Sync(Params[Synced], frozen=True):
    positions: dict[RoomId, Seq] | None = None
    epoch: Annotated[str, Meta(max_length=64)] = ""
    start: Start = Start.UNREAD
    peek: bool = False


@command(
    "ack",
    help="acknowledge what you have read in a room",
    live=True,
    quiet=True,
    refuses={
        "bad_request": "the connection peeks, has not synced, or was not sent that entry",
        "not_found": "there is no such room that you can see",
    },
)
class Ack(Params[None], frozen=True):
    room: RoomId
    seq: Seq


@command(
    "ping",
    help="check that the connection is alive",
    phases=GREETED_OR_LATER,
    live=True,
    quiet=True,
)
class Ping(Params[Nothing], frozen=True):
    pass


@command(
    "pong",
    help="answer the notification `ping`",
    phases=GREETED_OR_LATER,
    live=True,
    quiet=True,
)
class Pong(Params[None], frozen=True):
    pass


@notice(
    "gap", help="the entries `from` to `to` of a room are gone; the stream continues after them"
)
class Gap(Notice, frozen=True, rename={"from_": "from"}):
    room: str
    from_: int
    to: int


@notice("reset", help="your position in a room is not valid; you start where you have read")
class Reset(Notice, frozen=True):
    room: str


@notice("live", help="everything unread has been sent; from here on entries are live")
class Live(Notice, frozen=True):
    pass


@notice("read", help="one of your devices has read a room up to here")
class Read(Notice, frozen=True):
    room: str
    seq: int


@notice("ping", help="you have been silent: answer with `pong`, or be disconnected")
class PingNotice(Notice, frozen=True):
    pass


@notice(
    "bye",
    help="the connection is being closed, and why; logged_out: its login is no longer valid",
)
class Bye(Notice, frozen=True):
    reason: str
    logged_out: bool = False


@notice(
    "error",
    help=(
        "what you sent could not be decoded, a notification was refused, or the server is "
        "full; with the details of the code: a limit, when to try again, the rule"
    ),
)
class Error(Notice, frozen=True, omit_defaults=True):
    code: str
    message: str
    limit: int | None = None
    reset_at: int | None = None
    setting: str | None = None
    rule: str | None = None
