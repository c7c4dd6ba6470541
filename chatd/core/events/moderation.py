"""Moderation: reports, warnings, bans.

admins: the administrators who are informed, those of the settings of that time.
"""

from typing import Any

from chatd.core.copies import evidence_at
from chatd.core.events.base import Event
from chatd.core.events.schedules import retry_held
from chatd.core.model import GivenWarning, Report, User
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries

REPORT_AGAIN_MS = 86_400_000
"""How long after reporting a user one may report the same user again."""
REPORTS_OPEN_MAX = 1_000
"""Open reports there may be."""


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

    def apply(self, state: State, changes: TickChanges) -> None:
        tables = state.tables
        tables.reports_made = self.number
        quoted = evidence_at(state.rooms.get(self.room), self.seq)
        tables.reports[self.number] = Report(
            self.number,
            self.ts,
            self.reporter,
            self.user,
            self.reason,
            self.room,
            self.seq,
            quoted,
        )
        if self.pushed_out is None:
            while len(tables.reports) > REPORTS_OPEN_MAX:
                del tables.reports[next(iter(tables.reports))]
        for number in self.pushed_out or ():
            del tables.reports[number]
        _note_reported(state.users[self.reporter].reported, self)
        for admin in self.admins:
            state.append_to_self(
                changes,
                admin,
                entries.Reported,
                self.ts,
                report=self.number,
                reporter=self.reporter,
                user=self.user,
                reason=self.reason,
                in_room=self.room,
                in_seq=self.seq,
                quote=quoted,
            )


class UserWarned(Event, frozen=True, tag="UserWarned"):
    """A report counts as a warning. limit: how many of them ban; 0 for never."""

    user: str
    giver: str
    report: int
    limit: int

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.user]
        user.warned = warnings = user.warnings_at(self.ts)
        network = state.users[self.giver].network
        warnings[self.giver] = GivenWarning(self.report, self.ts, network)
        state.append_to_self(
            changes, self.user, entries.Warned, self.ts, warnings=len(warnings), limit=self.limit
        )


class UserBanned(Event, frozen=True, tag="UserBanned"):
    """A user may send nothing until `until`, and has no warnings any more.

    by: the administrator; empty when it was the warnings.
    """

    user: str
    until: int
    by: str
    reason: str
    admins: list[str]

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.user]
        if self.by or self.until > user.banned_until_ms:  # else an administrator's goes on
            user.banned_until_ms = self.until
            user.banned_by, user.ban_reason = self.by, self.reason
        user.warned.clear()
        state.append_to_self(
            changes, self.user, entries.Banned, self.ts, until=self.until, reason=self.reason
        )
        inform_admins(
            state,
            changes,
            self.admins,
            self.ts,
            action="banned",
            user=self.user,
            by=self.by,
            until=self.until,
            reason=self.reason,
        )
        arm_ban(user, changes)
        if self.by:
            retry_held(user, self.ts, changes)


class UserUnbanned(Event, frozen=True, tag="UserUnbanned"):
    """A user may send again. by: the administrator; empty when it was time.

    forgiven: the warnings since then are taken back, too.
    """

    user: str
    by: str
    admins: list[str]
    forgiven: bool = False

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.user]
        user.banned_until_ms, user.banned_by, user.ban_reason = 0, "", ""
        if self.forgiven:
            user.warned.clear()
        state.append_to_self(changes, self.user, entries.Unbanned, self.ts)
        inform_admins(
            state, changes, self.admins, self.ts, action="unbanned", user=self.user, by=self.by
        )
        arm_ban(user, changes)
        if self.by:
            retry_held(user, self.ts, changes)


class ReportDismissed(Event, frozen=True, tag="ReportDismissed"):
    """A report is closed, and the warning that it gave is taken back."""

    number: int
    by: str
    limit: int
    admins: list[str]

    def apply(self, state: State, changes: TickChanges) -> None:
        report = state.tables.reports.pop(self.number)
        user = state.users.get(report.user)
        if user is not None:
            _take_back(state, changes, user, report, self)
        inform_admins(
            state,
            changes,
            self.admins,
            self.ts,
            action="dismissed",
            user=report.user,
            by=self.by,
            report=report.number,
        )


def arm_ban(user: User, changes: TickChanges) -> None:
    """Set the timer that ends a user's ban."""
    changes.timers["ban", user.name] = user.banned_until_ms or None


def _note_reported(reported: dict[str, int], event: UserReported) -> None:
    """Remember when the reporter reported whom, for a day."""
    reported.pop(event.user, None)
    while reported:
        oldest = next(iter(reported))
        if event.ts - reported[oldest] < REPORT_AGAIN_MS:
            break
        del reported[oldest]
    reported[event.user] = event.ts


def _take_back(
    state: State, changes: TickChanges, user: User, report: Report, event: ReportDismissed
) -> None:
    """Take back the warning that a report gave, if it still counts."""
    user.warned = warnings = user.warnings_at(event.ts)
    given = warnings.get(report.reporter)
    if given is None or given.report != report.number:
        return
    del warnings[report.reporter]
    state.append_to_self(
        changes, user.name, entries.Unwarned, event.ts, warnings=len(warnings), limit=event.limit
    )


def inform_admins(
    state: State, changes: TickChanges, admins: list[str], ts: int, **fields: Any
) -> None:
    """Let administrators know what one of them, or a timer, has done. fields: of the entry."""
    for admin in admins:
        state.append_to_self(changes, admin, entries.Moderated, ts, **fields)
