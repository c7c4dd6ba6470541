"""Moderation."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory
from chatd.core.model import Report
from chatd.wire import entries

REPORT_AGAIN_MS = 86_400_000
"""So long after reporting a user may one report the same user again."""
REPORTS_OPEN_MAX = 1_000
"""Open reports there may be."""
QUOTE_CHARACTERS_MAX = 200


def quote(memory: Memory, room: str, seq: int) -> str:
    """Return the beginning of an entry, "" if it is not there."""
    frame = memory.rooms[room].log.get(seq) if room else None
    entry = None if frame is None else entries.decode_entry(frame)
    if not isinstance(entry, entries.Post):
        return ""
    text = entry.text
    if isinstance(entry, entries.File):
        text = f"{entry.name}: {text}" if text else entry.name
    return text if len(text) <= QUOTE_CHARACTERS_MAX else text[:QUOTE_CHARACTERS_MAX] + "…"


@changes(e.UserReported)
def user_reported(memory: Memory, event: e.UserReported) -> None:
    tables = memory.tables
    tables.reports_made = event.number
    tables.reports[event.number] = Report(
        event.number, event.ts, event.reporter, event.user, event.reason, event.room, event.seq
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
            quote=quote(memory, event.room, event.seq),
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
    warnings = memory.users[event.user].warnings
    warnings[event.giver] = event.report
    memory.tell(
        event.user, entries.Warned, event.ts, warnings=len(warnings), limit=event.limit
    )


@changes(e.UserBanned)
def user_banned(memory: Memory, event: e.UserBanned) -> None:
    user = memory.users[event.user]
    user.banned_until_ms, user.banned_by = event.until, event.by
    user.warnings.clear()
    memory.tell(
        event.user, entries.Banned, event.ts, until=event.until, reason=event.reason
    )
    _tell_admins(memory, event, "banned", until=event.until, reason=event.reason)


@changes(e.UserUnbanned)
def user_unbanned(memory: Memory, event: e.UserUnbanned) -> None:
    user = memory.users[event.user]
    user.banned_until_ms, user.banned_by = 0, ""
    memory.tell(event.user, entries.Unbanned, event.ts)
    _tell_admins(memory, event, "unbanned")


@changes(e.ReportDismissed)
def report_dismissed(memory: Memory, event: e.ReportDismissed) -> None:
    report = memory.tables.reports.pop(event.number)
    warnings = memory.users[report.user].warnings
    if warnings.get(report.reporter) == report.number:
        del warnings[report.reporter]
        memory.tell(
            report.user, entries.Unwarned, event.ts, warnings=len(warnings), limit=event.limit
        )
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
