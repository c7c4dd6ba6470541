"""Moderation."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.copies import evidence_at
from chatd.core.memory import Memory
from chatd.core.model import GivenWarning, Report, User
from chatd.wire import entries

REPORT_AGAIN_MS = 86_400_000
"""So long after reporting a user may one report the same user again."""
REPORTS_OPEN_MAX = 1_000
"""Open reports there may be."""


@changes(e.UserReported)
def user_reported(memory: Memory, event: e.UserReported) -> None:
    tables = memory.tables
    tables.reports_made = event.number
    quoted = evidence_at(memory.rooms.get(event.room), event.seq)
    tables.reports[event.number] = Report(
        event.number,
        event.ts,
        event.reporter,
        event.user,
        event.reason,
        event.room,
        event.seq,
        quoted,
    )
    if event.pushed_out is None:
        while len(tables.reports) > REPORTS_OPEN_MAX:
            del tables.reports[next(iter(tables.reports))]
    for number in event.pushed_out or ():
        del tables.reports[number]
    _note_reported(memory.users[event.reporter].reported, event)
    for admin in event.admins:
        memory.tell(
            admin,
            entries.Reported,
            event.ts,
            report=event.number,
            reporter=event.reporter,
            user=event.user,
            reason=event.reason,
            in_room=event.room,
            in_seq=event.seq,
            quote=quoted,
        )


def _note_reported(reported: dict[str, int], event: e.UserReported) -> None:
    """Remember when the reporter reported whom, for a day."""
    reported.pop(event.user, None)
    while reported:
        oldest = next(iter(reported))
        if event.ts - reported[oldest] < REPORT_AGAIN_MS:
            break
        del reported[oldest]
    reported[event.user] = event.ts


@changes(e.UserWarned)
def user_warned(memory: Memory, event: e.UserWarned) -> None:
    user = memory.users[event.user]
    user.warned = warnings = user.warnings_at(event.ts)
    network = memory.users[event.giver].network
    warnings[event.giver] = GivenWarning(event.report, event.ts, network)
    memory.tell(event.user, entries.Warned, event.ts, warnings=len(warnings), limit=event.limit)


@changes(e.UserBanned)
def user_banned(memory: Memory, event: e.UserBanned) -> None:
    user = memory.users[event.user]
    if event.by or event.until > user.banned_until_ms:  # else an administrator's goes on
        user.banned_until_ms = event.until
        user.banned_by, user.ban_reason = event.by, event.reason
    user.warned.clear()
    memory.tell(event.user, entries.Banned, event.ts, until=event.until, reason=event.reason)
    _tell_admins(memory, event, "banned", until=event.until, reason=event.reason)


@changes(e.UserUnbanned)
def user_unbanned(memory: Memory, event: e.UserUnbanned) -> None:
    user = memory.users[event.user]
    user.banned_until_ms, user.banned_by, user.ban_reason = 0, "", ""
    if event.forgiven:
        user.warned.clear()
    memory.tell(event.user, entries.Unbanned, event.ts)
    _tell_admins(memory, event, "unbanned")


@changes(e.ReportDismissed)
def report_dismissed(memory: Memory, event: e.ReportDismissed) -> None:
    report = memory.tables.reports.pop(event.number)
    user = memory.users.get(report.user)
    if user is not None:
        _take_back(memory, user, report, event)
    for admin in event.admins:
        memory.tell(
            admin,
            entries.Moderated,
            event.ts,
            action="dismissed",
            user=report.user,
            by=event.by,
            report=report.number,
        )


def _take_back(memory: Memory, user: User, report: Report, event: e.ReportDismissed) -> None:
    """Take back the warning that a report gave, if it still counts."""
    user.warned = warnings = user.warnings_at(event.ts)
    given = warnings.get(report.reporter)
    if given is None or given.report != report.number:
        return
    del warnings[report.reporter]
    memory.tell(user.name, entries.Unwarned, event.ts, warnings=len(warnings), limit=event.limit)


def _tell_admins(
    memory: Memory,
    event: e.UserBanned | e.UserUnbanned,
    action: str,
    until: int = 0,
    reason: str = "",
) -> None:
    for admin in event.admins:
        memory.tell(
            admin,
            entries.Moderated,
            event.ts,
            action=action,
            user=event.user,
            by=event.by,
            until=until,
            reason=reason,
        )
