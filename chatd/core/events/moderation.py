"""Moderation: reports, warnings, bans.

admins: the administrators who are told; who they are stands in the settings of that time.
"""

from chatd.core.events.base import Event


class UserReported(Event, frozen=True, tag="UserReported"):
    """A user said something against another; room and seq: about which entry, if about one.

    pushed_out: the open reports that give way to this one; None: the oldest of all, as it was once.
    """

    number: int
    reporter: str
    user: str
    reason: str
    room: str
    seq: int
    admins: list[str]
    pushed_out: list[int] | None = None


class UserWarned(Event, frozen=True, tag="UserWarned"):
    """A report counts as a warning. limit: so many of them ban; 0 for never."""

    user: str
    giver: str
    report: int
    limit: int


class UserBanned(Event, frozen=True, tag="UserBanned"):
    """A user may send nothing until `until`, and has no warnings any more.

    by: the administrator; empty when it was the warnings.
    """

    user: str
    until: int
    by: str
    reason: str
    admins: list[str]


class UserUnbanned(Event, frozen=True, tag="UserUnbanned"):
    """A user may send again. by: the administrator; empty when it was time.

    forgiven: the warnings since then are taken back, too.
    """

    user: str
    by: str
    admins: list[str]
    forgiven: bool = False


class ReportDismissed(Event, frozen=True, tag="ReportDismissed"):
    """A report is closed, and the warning that it gave is taken back."""

    number: int
    by: str
    limit: int
    admins: list[str]
