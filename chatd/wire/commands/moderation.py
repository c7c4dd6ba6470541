"""Reports by anyone, and what administrators do about them."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.messages import Posted
from chatd.wire.commands.table import Chapter, Name, Nothing, Params, Result, RoomId, Seq, command

REASON_CHARACTERS_MAX = 500
BAN_HOURS_MAX = 8_760

Reason = Annotated[str, Meta(max_length=REASON_CHARACTERS_MAX)]

ADMINISTRATORS_ONLY = {
    "banned": "you are banned yourself, until `until`",
    "forbidden": "you are not an administrator, or it is about yourself",
}
"""What every command of administrators that changes something may be refused with."""


@command(
    "report",
    help="report a user to the administrators; enough reports by different users ban",
    console="report <user> <reason> [room#seq]",
    chapter=Chapter.PEACE,
    writes=True,
    refuses={
        "bad_request": "that is you, there is no reason, or the entry is not by that user",
        "banned": "you are banned until `until`",
        "not_found": "there is no such user, or no such entry that you can see",
        "rate_limited": "you have reported that user, or too many users, in the last 24 hours",
    },
)
class Report(Params[Nothing], frozen=True):
    user: Name
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_CHARACTERS_MAX)]
    room: RoomId | None = None
    seq: Seq | None = None


class OpenReport(Result, frozen=True, omit_defaults=True):
    """A report that no administrator has dismissed yet.

    in_room: of the entry that it is about, if it is about one.
    in_seq: the number of that entry.
    quote: the beginning of that entry, if it is still there.
    """

    report: int
    ts: int
    reporter: str
    user: str
    reason: str
    in_room: str = ""
    in_seq: int = 0
    quote: str = ""


class OpenReports(Result, frozen=True):
    """A page of reports, oldest first."""

    reports: list[OpenReport]
    next: int | None


@command(
    "reports",
    help="for administrators: list the reports that nobody has dismissed",
    console="reports",
    chapter=Chapter.ADMINISTRATORS,
    refuses={
        "forbidden": "you are not an administrator",
    },
)
class ListReports(Params[OpenReports], frozen=True):
    after: Seq = 0


class BannedUntil(Result, frozen=True):
    """Who may send nothing, and until when."""

    user: str
    until: int


@command(
    "ban",
    help="for administrators: ban a user from sending for some hours, by default `BAN_HOURS`",
    console="ban <user> [hours] [reason]",
    chapter=Chapter.ADMINISTRATORS,
    writes=True,
    refuses={
        **ADMINISTRATORS_ONLY,
        "not_found": "there is no such user",
    },
)
class Ban(Params[BannedUntil], frozen=True):
    user: Name
    hours: Annotated[int, Meta(ge=1, le=BAN_HOURS_MAX)] | None = None
    reason: Reason = ""


@command(
    "unban",
    help="for administrators: end a user's ban",
    console="unban <user>",
    chapter=Chapter.ADMINISTRATORS,
    writes=True,
    refuses={
        **ADMINISTRATORS_ONLY,
        "not_found": "there is no such user, or the user is not banned",
    },
)
class Unban(Params[Nothing], frozen=True):
    user: Name


@command(
    "remove",
    help="for administrators: delete anybody's entry, in a room of yours or if it was reported",
    console="remove <room#seq> [reason]",
    chapter=Chapter.ADMINISTRATORS,
    writes=True,
    refuses={
        **ADMINISTRATORS_ONLY,
        "conflict": "you are in several rooms with that title",
        "forbidden": "you are not an administrator, or it is your own: `delete` it",
        "not_found": "there is no post at that place, or you can't see it and nobody has "
        "reported it",
    },
)
class RemovePost(Params[Posted], frozen=True):
    room: RoomId
    seq: Seq
    reason: Reason = ""


@command(
    "dismiss",
    help="for administrators: close a report; if it was a warning, that is taken back",
    console="dismiss <report>",
    chapter=Chapter.ADMINISTRATORS,
    writes=True,
    refuses={
        **ADMINISTRATORS_ONLY,
        "not_found": "no open report has this number",
    },
)
class Dismiss(Params[Nothing], frozen=True):
    report: Seq


@command(
    "delete-user",
    help="for administrators: delete a user's account for good; the name stays reserved, and "
    "what the user posted stays unless you ask to delete it, too",
    console="delete-user <user> [--posts]",
    chapter=Chapter.ADMINISTRATORS,
    writes=True,
    refuses={
        "banned": "you are banned",
        "forbidden": "you are not an administrator, or the user is one",
        "not_found": "there is no such user",
    },
)
class DeleteUser(Params[Nothing], frozen=True):
    user: Name
    posts: bool = False
