"""Moderation: users report one another, enough warnings ban, administrators decide.

Who is reported never learns by whom, administrators included: what concerns one of them is
told to and decided by the others.

Every report informs the administrators. It warns the user only if it comes from somebody who
has met that user, with an account that is old enough, and that shares its address with no other
giver of a warning: one person with many accounts bans nobody.
"""

from chatd.config import HOUR_MS, Settings
from chatd.core import events as e
from chatd.core.copies import edited_at, post_at
from chatd.core.events.moderation import REPORT_AGAIN_MS
from chatd.core.model import GivenWarning, Report, Room, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Forbidden, NotFound, RateLimited
from chatd.handlers.administrators import admins_of
from chatd.handlers.context import Context, Turn
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import NO_KEY, Posting, check_may_send, check_text, fields_of
from chatd.handlers.reports import pushed_out
from chatd.handlers.timed import on_timer
from chatd.handlers.visibility import Visibility, is_by
from chatd.wire import commands as c
from chatd.wire.entries import Post
from chatd.wire.rooms import GENERAL

REPORTS_PER_DAY = 20
"""How many users one user may report in 24 hours."""
REPORTS_PER_PAGE = 12
"""One takes up to 3.5 KiB, and a page at most 48 KiB."""


class ModerationHandlers:
    """`report`, and what administrators do."""

    def __init__(
        self, transaction: Transaction, settings: Settings, visibility: Visibility, posting: Posting
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._visibility = visibility
        self._posting = posting
        self._admins = admins_of(settings)
        self._warnings_limit = settings.warnings_limit
        self._ban_ms = settings.ban_ms
        self._reporter_age_ms = settings.reporter_age_ms

    # -- reporting ---------------------------------------------------------------------------

    @handles(c.Report)
    def report(self, context: Context, request: c.Report) -> c.Nothing:
        reporter, user = context.user, self._visibility.other_user(request.user)
        check_may_send(reporter, context.now_ms)
        check_text(request.reason)
        if user is reporter:
            raise BadRequest("you can't report yourself")
        room, seq = self._reported_entry(context, user, request)
        _check_again(reporter, user, context.now_ms)
        reported = e.UserReported(
            context.now_ms,
            self._state.tables.reports_made + 1,
            reporter.name,
            user.name,
            request.reason,
            room,
            seq,
            self._admins_but(user.name),
            pushed_out=pushed_out(self._state, reporter),
        )
        warned = self._warning(reporter, user, reported)
        banned = self._ban_of(user, reported) if warned else []
        self._transaction.commit(reported, *warned, *banned)
        return c.Nothing()

    def _reported_entry(self, context: Context, user: User, request: c.Report) -> tuple[str, int]:
        """Return the place of the entry that a report is about, ("", 0) for none."""
        if request.room is None and request.seq is None:
            return "", 0
        if request.room is None or request.seq is None:
            raise BadRequest("report: give both room and seq, or neither")
        reporter = context.user
        room = self._visibility.room(reporter, request.room)
        frame = room.log.get(request.seq)
        if frame is None or request.seq <= self._visibility.floor_of(
            reporter, room, context.now_ms
        ):
            raise NotFound("there is no entry at that place")
        if not is_by(user.name, frame):
            raise BadRequest("that entry is not by the user you are reporting")
        return room.room, edited_at(room, request.seq)

    def _warning(self, reporter: User, user: User, report: e.UserReported) -> list[e.UserWarned]:
        """Return the warning that a report gives, if it gives one."""
        if report.ts - reporter.created_ms < self._reporter_age_ms:
            return []
        warnings = user.warnings_at(report.ts)
        if reporter.name in warnings or _shares_network(reporter, warnings):
            return []
        if not self._visibility.has_met(reporter, user):
            return []
        limit = self._limit_of(user)
        return [e.UserWarned(report.ts, user.name, reporter.name, report.number, limit)]

    def _limit_of(self, user: User) -> int:
        """Return how many warnings ban a user; 0 for never."""
        return warnings_limit_of(user, self._admins, self._warnings_limit)

    def _ban_of(self, user: User, report: e.UserReported) -> list[e.UserBanned]:
        """Return the ban that one more warning brings, if it brings one."""
        limit = self._limit_of(user)
        if not limit or len(user.warnings_at(report.ts)) + 1 < limit:
            return []
        until = max(user.banned_until_ms, report.ts + self._ban_ms)
        return [e.UserBanned(report.ts, user.name, until, "", "", report.admins)]

    # -- what administrators do --------------------------------------------------------------

    @handles(c.ListReports)
    def reports(self, context: Context, request: c.ListReports) -> c.OpenReports:
        admin = self._admin(context)
        after = [
            report
            for report in self._state.tables.reports.values()
            if report.number > request.after and report.user != admin.name
        ]
        page = after[:REPORTS_PER_PAGE]
        more = len(after) > len(page)
        return c.OpenReports([self._shown(r) for r in page], page[-1].number if more else None)

    @handles(c.Ban)
    def ban(self, context: Context, request: c.Ban) -> c.BannedUntil:
        admin, user = self.judge(context, request.user)
        ban_ms = self._ban_ms if request.hours is None else request.hours * HOUR_MS
        until = context.now_ms + ban_ms
        self._transaction.commit(
            e.UserBanned(
                context.now_ms,
                user.name,
                until,
                admin.name,
                request.reason.strip(),
                self._admins_but(user.name),
            )
        )
        return c.BannedUntil(user.name, until)

    @handles(c.Unban)
    def unban(self, context: Context, request: c.Unban) -> c.Nothing:
        admin, user = self.judge(context, request.user)
        if not user.is_banned(context.now_ms):
            raise NotFound(f"{user.name} is not banned")
        self._unban(context, user, admin.name, self._admins_but(user.name))
        return c.Nothing()

    @handles(c.Dismiss)
    def dismiss(self, context: Context, request: c.Dismiss) -> c.Nothing:
        admin = self._acting_admin(context)
        report = self._state.tables.reports.get(request.report)
        if report is None or report.user == admin.name:
            raise NotFound("no open report has that number")
        user = self._state.users.get(report.user)  # who may be no more
        limit = 0 if user is None else self._limit_of(user)
        told = self._admins_but(report.user)
        self._transaction.commit(
            e.ReportDismissed(context.now_ms, report.number, admin.name, limit, told)
        )
        return c.Nothing()

    @handles(c.RemovePost)
    def remove(self, context: Context, request: c.RemovePost) -> c.Posted:
        admin = self._acting_admin(context)
        room, said = self._removable(context, admin, request)
        if said.author == admin.name:
            raise Forbidden("that is your own: use `delete`")
        header = self._posting.uncounted_header(admin, room, NO_KEY, context.now_ms)
        told = self._admins_but(said.author)
        removed = e.PostRemoved(*fields_of(header), said.seq, request.reason.strip(), told)
        return self._posting.commit(context, removed)

    def _removable(self, context: Context, admin: User, request: c.RemovePost) -> tuple[Room, Post]:
        """Return what an administrator wants to remove. Raises NotFound, Conflict.

        That is what stands in general, what the administrator sees, or what was reported.
        """
        try:
            room = self._visibility.room(admin, request.room)
        except NotFound:
            if request.room not in self._state.rooms:
                raise
            room = self._state.rooms[request.room]
        seq = edited_at(room, request.seq)
        said = post_at(room, seq)
        if said is None or said.deleted or not self._reaches(context, admin, room, seq):
            raise NotFound("there is no message at that place")
        return room, said

    def _reaches(self, context: Context, admin: User, room: Room, seq: int) -> bool:
        if room.room == GENERAL:
            return True
        if any(report.user != admin.name for report in self._state.reports_on(room.room, seq)):
            return True
        if admin.name not in room.members:
            return False
        return self._visibility.reaches(admin, room, seq, context.now_ms)

    def _shown(self, report: Report) -> c.OpenReport:
        return c.OpenReport(
            report.number,
            report.ts,
            report.reporter,
            report.user,
            report.reason,
            report.room,
            report.seq,
            report.quote,
        )

    def _admin(self, context: Context) -> User:
        """Return who asks. Raises Forbidden unless that is an administrator."""
        if context.session.name not in self._admins:
            raise Forbidden("only administrators may do that")
        return context.user

    def _acting_admin(self, context: Context) -> User:
        """Return who decides something. Raises Forbidden, Banned."""
        admin = self._admin(context)
        check_may_send(admin, context.now_ms)
        return admin

    def judge(self, context: Context, name: str) -> tuple[User, User]:
        """Return who decides, and on whom. Raises Forbidden, NotFound, Banned."""
        admin, user = self._admin(context), self._visibility.other_user(name)
        if user is admin:
            raise Forbidden("you can't decide about yourself; another administrator has to")
        check_may_send(admin, context.now_ms)
        return admin, user

    def _admins_but(self, user: str) -> list[str]:
        """Return the administrators who get what concerns a user."""
        return sorted(name for name in self._admins if name in self._state.users and name != user)

    def missing_admins(self) -> list[str]:
        """Return the administrators whose names nobody has registered."""
        return sorted(self._admins - self._state.users.keys())

    # -- time --------------------------------------------------------------------------------

    @on_timer("ban")
    def ban_is_over(self, turn: Turn, name: str) -> int | None:
        """Say that a user may send again; return the end of the ban if it is yet to come."""
        user = self._state.users.get(name)
        if user is None:
            return None
        if user.is_banned(turn.now_ms):
            return user.banned_until_ms
        if user.banned_until_ms:
            self._unban(turn, user, "", [])
        return None

    def _unban(self, turn: Turn, user: User, by: str, admins: list[str]) -> None:
        # What an administrator has pardoned is no part of the next ban.
        self._transaction.commit(
            e.UserUnbanned(turn.now_ms, user.name, by, admins, forgiven=bool(by))
        )


def warnings_limit_of(user: User, admins: frozenset[str], limit: int) -> int:
    """Return how many warnings ban a user; 0 for never: nobody gets rid of an administrator so."""
    return 0 if user.name in admins else limit


def ban_kind(user: User) -> str:
    """Return by what a user is banned, in a word of the protocol; never by whom."""
    return "administrator" if user.banned_by else "warnings"


def _shares_network(reporter: User, warnings: dict[str, GivenWarning]) -> bool:
    """Whether a warning was given from where the reporter has registered."""
    return bool(reporter.network) and any(
        given.network == reporter.network for given in warnings.values()
    )


def reported_lately(reporter: User, now_ms: int) -> dict[str, int]:
    """Return whom a user has reported in the last 24 hours, and when."""
    return {n: ts for n, ts in reporter.reported.items() if now_ms - ts < REPORT_AGAIN_MS}


def _check_again(reporter: User, user: User, now_ms: int) -> None:
    """Refuse a second report within 24 hours of one user, and too many of different ones."""
    recent = reported_lately(reporter, now_ms)
    if user.name in recent:
        raise RateLimited(
            "you have already reported that user",
            limit=1,
            reset_at=recent[user.name] + REPORT_AGAIN_MS,
        )
    if len(recent) >= REPORTS_PER_DAY:
        raise RateLimited(
            "you have reported too many users",
            limit=REPORTS_PER_DAY,
            reset_at=min(recent.values()) + REPORT_AGAIN_MS,
        )
