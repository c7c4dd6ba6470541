"""Moderation: who was warned and banned, what administrators know and do, who blocks whom.

And what users are called besides their names, which administrators may take from them.
"""

from dataclasses import dataclass

from tests.simulation.model.judging import ANY, Done, Judged, found, refuse, view
from tests.simulation.model.rooms import HOUR_MS, Map, Period, Rooms, Rules, marks

DAY_MS = 24 * HOUR_MS
WARNING_MS = 30 * DAY_MS
REPORTED_CHARACTERS = 200
RENAMES_MAX = 10
RESERVED = ("general", "admin")


@dataclass(frozen=True)
class Report:
    """What a user said against another, maybe about an entry.

    quote: what that said. marks: the beginnings of it, which stay as long as the report.
    """

    report: int
    reporter: str
    user: str
    reason: str
    in_room: str = ""
    in_seq: int = 0
    quote: str = ""
    marks: frozenset[str] = frozenset()

    @property
    def shown(self) -> Map:
        """How administrators are told of it."""
        shown = view(self, "report", "reporter", "user", "reason", "in_room", "in_seq", "quote")
        return {key: value for key, value in shown.items() if value}


class Moderation(Rooms):
    """What users may do at all, and to one another.

    bans: until when, of those who have not heard yet that it is over.
    banned_by: `warnings` or `administrator`, and the administrator's reason.
    warnings: of each user, by giver: by which report, and when.
    judged_ms: when somebody was last banned or unbanned.
    kept_by_admins: beginnings of what reports have shown to administrators.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.bans: dict[str, int] = {}
        self.judged_ms: dict[str, int] = {}
        self.banned_by: dict[str, tuple[str, str]] = {}
        self.warnings: dict[str, dict[str, tuple[int, int]]] = {}
        self.reports: dict[int, Report] = {}
        self.blocked: dict[str, set[str]] = {}
        self.kept_by_admins: set[str] = set()
        self.display_names: dict[str, str] = {}
        self._renames: dict[str, Period] = {}
        self._reported: dict[tuple[str, str], int] = {}

    def is_banned(self, name: str) -> bool:
        return self.now_ms < self.bans.get(name, 0)

    def check_ban(self, name: str) -> None:
        refuse("banned", self.is_banned(name), until=self.bans.get(name))

    def is_admin(self, name: str) -> bool:
        return name in self.rules.admins

    def admins_but(self, user: str) -> list[str]:
        """Return the administrators who are told what concerns a user."""
        return [name for name in self.rules.admins if name != user]

    def warnings_of(self, user: str) -> dict[str, tuple[int, int]]:
        """Return the warnings that count."""
        warnings = self.warnings.get(user, {})
        return {n: given for n, given in warnings.items() if self.now_ms - given[1] < WARNING_MS}

    def warnings_limit_of(self, user: str) -> int:
        return 0 if self.is_admin(user) else self.rules.warnings_limit

    def has_met(self, name: str, other: str) -> bool:
        """Whether a user could see something of another."""
        general = self.rooms["general"]
        if general.met(name, other, self.newcomer_start(general)):
            return True
        theirs = [room for room in self.rooms_of(other) if name in room.stays]
        return any(room.met(name, other, 0) for room in self.rooms_of(name) + theirs)

    # -- reporting ---------------------------------------------------------------------------

    def do_report(self, giver: str, user: str, reason: str, room: str = "", seq: int = 0) -> Done:
        user, doubt = user.lower(), []
        refuse("not_found", user in self.over)
        self.check_ban(giver)
        refuse("bad_request", giver == user)
        if room:
            log = found(self.rooms.get(room))
            refuse("not_found", giver not in log.readers or not 1 <= seq <= log.last)
            sees = self.sees(giver, log, seq)
            refuse("not_found", True not in sees)
            doubt = ["not_found"] * (False in sees)
            refuse("bad_request", log.item(seq).author != user, doubt)
        before_ms = self._reported.get((giver, user), -DAY_MS)
        refuse("rate_limited", self.now_ms - before_ms < DAY_MS, doubt)
        yield doubt
        self._reported[giver, user] = self.now_ms
        report = self._report_of(giver, user, reason, room, seq)
        self.reports[report.report] = report
        for admin in self.admins_but(user):
            self.kept_by_admins |= report.marks
            self.tell(admin, "reported", **report.shown)
        warnings = self.warnings_of(user)
        if giver not in warnings and self.has_met(giver, user):
            warnings[giver] = report.report, self.now_ms
            self._warn(user, warnings)

    def _report_of(self, giver: str, user: str, reason: str, name: str, seq: int) -> Report:
        number = self.number("report")
        if not name:
            return Report(number, giver, user, reason)
        room = self.rooms[name]
        seq = room.edited_at(seq)
        said = [room.item(seq)] if seq > room.gone and room.is_said(seq) else []
        text = "".join(": ".join(item.words) for item in said)
        quote = text if len(text) <= REPORTED_CHARACTERS else text[:REPORTED_CHARACTERS] + "…"
        return Report(number, giver, user, reason, name, seq, quote, frozenset(marks(said)))

    def _warn(self, user: str, warnings: dict[str, tuple[int, int]]) -> None:
        """A user has one more warning, which may be one too many."""
        self.warnings[user] = warnings
        limit = self.warnings_limit_of(user)
        self.tell(user, "warned", warnings=len(warnings), limit=limit)
        if limit and len(warnings) >= limit:
            until_ms = max(self.bans.get(user, 0), self.now_ms + self.rules.ban_ms)
            self._ban(user, until_ms, "", "")
            self.noted.add("report bans")

    def has_to_stay(self, author: str, room: str, seq: int) -> bool:
        """Whether a banned user would hide what nobody has decided on. seq: 0 for all of it."""
        about = [(report.in_room, report.in_seq) for report in self.reports.values()]
        is_reported = (room, seq) in about if seq else room in dict(about)
        return is_reported and self.is_banned(author)

    # -- what administrators do --------------------------------------------------------------

    def do_reports(self, admin: str) -> Map:
        """Administrators see what is open, but nothing about themselves."""
        refuse("forbidden", not self.is_admin(admin))
        reports = [report.shown for report in self.reports.values() if report.user != admin]
        return {"reports": [{**report, "ts": ANY} for report in reports], "next": None}

    def do_ban(self, admin: str, user: str, reason: str, hours: int | None = None) -> Judged:
        self.check_judge(admin, user)
        yield ()
        until_ms = self.now_ms + (hours * HOUR_MS if hours else self.rules.ban_ms)
        self._ban(user, until_ms, admin, reason)
        return {"user": user, "until": until_ms}

    def check_judge(self, admin: str, user: str) -> None:
        refuse("forbidden", not self.is_admin(admin) or user == admin)
        self.check_ban(admin)

    def _ban(self, user: str, until_ms: int, by: str, reason: str) -> None:
        if by or until_ms > self.bans.get(user, 0):
            self.banned_by[user] = ("administrator" if by else "warnings", reason)
        self.bans[user] = until_ms
        self._judge(user)
        told: Map = {"until": until_ms, **({"reason": reason} if reason else {})}
        self.tell(user, "banned", **told)
        self.tell_admins("banned", user, by, **told)

    def _judge(self, user: str) -> None:
        """Whatever was decided, warnings begin anew."""
        self.judged_ms[user] = self.now_ms
        self.warnings[user] = {}

    def do_unban(self, admin: str, user: str) -> Done:
        self.check_judge(admin, user)
        refuse("not_found", not self.is_banned(user))
        yield ()
        self._judge(user)
        self.ban_is_over(user, is_early=True)
        self.tell_admins("unbanned", user, admin)

    def ban_is_over(self, user: str, is_early: bool = False) -> None:
        assert is_early or self.bans[user] <= self.now_ms, (user, self.bans[user], self.now_ms)
        del self.bans[user]
        self.tell(user, "unbanned")

    def do_dismiss(self, admin: str, report: int) -> Done:
        refuse("forbidden", not self.is_admin(admin))
        self.check_ban(admin)
        refuse("not_found", report not in self.reports or self.reports[report].user == admin)
        yield ()
        gone = self.reports.pop(report)
        self.warnings[gone.user] = warnings = self.warnings_of(gone.user)
        if warnings.get(gone.reporter, (0, 0))[0] == report:
            del warnings[gone.reporter]
            limit = self.warnings_limit_of(gone.user)
            self.tell(gone.user, "unwarned", warnings=len(warnings), limit=limit)
        self.tell_admins("dismissed", gone.user, admin, report=report)

    def tell_admins(self, action: str, user: str, by: str, **fields: object) -> None:
        who = {"by": by} if by else {}
        for admin in self.admins_but(user):
            self.tell(admin, "moderated", action=action, user=user, **who, **fields)

    # -- blocking ----------------------------------------------------------------------------

    def has_blocked(self, name: str, other: str) -> bool:
        return other in self.blocked.get(name, ())

    def are_apart(self, one: str, other: str) -> bool:
        """Whether one of two users has blocked the other."""
        return self.has_blocked(one, other) or self.has_blocked(other, one)

    def do_block(self, name: str, user: str) -> Done:
        """Block a user, again maybe."""
        refuse("not_found", user in self.over)
        refuse("bad_request", user == name)
        yield ()
        if not self.has_blocked(name, user):
            self.blocked.setdefault(name, set()).add(user)
            self.tell(name, "blocked", user=user)
            self.decline_all(name, user)

    def decline_all(self, name: str, by: str) -> None:
        """A user has blocked another, whose invitations go."""

    def do_unblock(self, name: str, user: str) -> Done:
        refuse("not_found", not self.has_blocked(name, user))
        yield ()
        self.blocked[name].remove(user)
        self.tell(name, "unblocked", user=user)

    def do_blocked(self, name: str) -> Map:
        return {"names": sorted(self.blocked.get(name, ())), "next": None}

    # -- display names -----------------------------------------------------------------------

    def called(self, name: str) -> str:
        return self.display_names.get(name, "")

    def do_display_name(self, name: str, display_name: str) -> Done:
        self.check_ban(name)
        if display_name == self.called(name):
            yield ()
            return
        names = {*self.users, *self.over} - {name}
        taken = {looks(text) for text in (*names, *map(self.called, names - self.over), *RESERVED)}
        refuse("conflict", looks(display_name) in taken - {""})
        renames = self._renames.setdefault(name, Period())
        is_over = renames.used(self.now_ms) >= RENAMES_MAX
        refuse("rate_limited", is_over, reset_at=renames.ends_ms)
        yield ()
        renames.add(self.now_ms, DAY_MS)
        self._rename(name, display_name, name)

    def do_clear_name(self, admin: str, user: str) -> Done:
        self.check_judge(admin, user)
        refuse("not_found", user in self.over or not self.called(user))
        yield ()
        self._rename(user, "", admin)

    def _rename(self, name: str, display_name: str, by: str) -> None:
        self.display_names[name] = display_name
        self.tell(name, "renamed", display_name=display_name, by=by)


def looks(text: str) -> str:
    """Return the letters and digits of a text, those that look alike as one."""
    letters = "".join(filter(str.isalnum, text.lower()))
    return letters.replace("0", "o").replace("i", "l")
