"""Moderation: who was warned and banned, what administrators know and do, who blocks whom."""

from dataclasses import dataclass

from tests.simulation.model.rooms import DONE, HOUR_MS, Map, Rooms, Rules, marks

AGAIN_MS = 24 * HOUR_MS
WARNING_MS = 30 * 24 * HOUR_MS
REPORTED_CHARACTERS = 200


@dataclass(frozen=True)
class Report:
    """What a user said against another, maybe about an entry.

    quote: what that said. marks: the beginnings of it, which stay as long as the report.
    """

    number: int
    giver: str
    user: str
    reason: str
    room: str = ""
    seq: int = 0
    quote: str = ""
    marks: frozenset[str] = frozenset()


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
        self._reports_made = 0
        self._reported: dict[tuple[str, str], int] = {}

    def is_banned(self, name: str, now_ms: int) -> bool:
        return now_ms < self.bans.get(name, 0)

    def is_admin(self, name: str) -> bool:
        return name in self.rules.admins

    def admins_but(self, user: str) -> list[str]:
        """Return the administrators who are told what concerns a user."""
        return [name for name in self.rules.admins if name != user]

    def warnings_of(self, user: str, now_ms: int) -> dict[str, tuple[int, int]]:
        """Return the warnings that count."""
        warnings = self.warnings.get(user, {})
        return {n: given for n, given in warnings.items() if now_ms - given[1] < WARNING_MS}

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

    def may_report(
        self, giver: str, user: str, place: tuple[str, int] | None, now_ms: int
    ) -> set[str]:
        """Return what a report may be answered."""
        if user in self.over:
            return {"not_found"}
        if self.is_banned(giver, now_ms):
            return {"banned"}
        if giver == user:
            return {"bad_request"}
        if place is None:
            return {self._again(giver, user, now_ms)}
        room = self.rooms.get(place[0])
        if room is None or giver not in room.readers or not 1 <= place[1] <= room.last:
            return {"not_found"}
        is_theirs = room.item(place[1]).author == user
        seen = self._again(giver, user, now_ms) if is_theirs else "bad_request"
        return {seen if sees else "not_found" for sees in self.sees(giver, room, place[1], now_ms)}

    def _again(self, giver: str, user: str, now_ms: int) -> str:
        before_ms = self._reported.get((giver, user))
        return DONE if before_ms is None or now_ms - before_ms >= AGAIN_MS else "rate_limited"

    def report(
        self, giver: str, user: str, reason: str, place: tuple[str, int] | None, now_ms: int
    ) -> bool:
        """Report, which must be allowed; return whether it bans."""
        self._reported[giver, user] = now_ms
        self._reports_made += 1
        report = self._report_of(giver, user, reason, place)
        self.reports[report.number] = report
        for admin in self.admins_but(user):
            self._tell_report(admin, report, now_ms)
        warnings = self.warnings_of(user, now_ms)
        if giver in warnings or not self.has_met(giver, user):
            return False
        warnings[giver] = report.number, now_ms
        self.warnings[user] = warnings
        limit = self.warnings_limit_of(user)
        self.tell(user, "warned", now_ms, warnings=len(warnings), limit=limit)
        if not limit or len(warnings) < limit:
            return False
        self.ban(user, max(self.bans.get(user, 0), now_ms + self.rules.ban_ms), "", "", now_ms)
        return True

    def _report_of(
        self, giver: str, user: str, reason: str, place: tuple[str, int] | None
    ) -> Report:
        number = self._reports_made
        if place is None:
            return Report(number, giver, user, reason)
        name, seq = place
        room = self.rooms[name]
        seq = room.edited_at(seq)
        is_said = seq > room.gone and room.is_said(seq)
        said = [room.item(seq)] if is_said else []
        text = "".join(": ".join(item.words) for item in said)
        quote = text if len(text) <= REPORTED_CHARACTERS else text[:REPORTED_CHARACTERS] + "…"
        return Report(number, giver, user, reason, name, seq, quote, frozenset(marks(said)))

    def _tell_report(self, admin: str, report: Report, now_ms: int) -> None:
        self.kept_by_admins |= report.marks
        about = {"in_room": report.room, "in_seq": report.seq, "quote": report.quote}
        self.tell(
            admin,
            "reported",
            now_ms,
            report=report.number,
            reporter=report.giver,
            user=report.user,
            reason=report.reason,
            **{key: value for key, value in about.items() if value},
        )

    def has_to_stay(self, author: str, room: str, seq: int, now_ms: int) -> bool:
        """Whether a banned user would hide what nobody has decided on. seq: 0 for all of it."""
        about = [(report.room, report.seq) for report in self.reports.values()]
        is_reported = (room, seq) in about if seq else room in dict(about)
        return is_reported and self.is_banned(author, now_ms)

    # -- what administrators do --------------------------------------------------------------

    def ban(self, user: str, until_ms: int, by: str, reason: str, now_ms: int) -> None:
        if by or until_ms > self.bans.get(user, 0):
            self.banned_by[user] = ("administrator" if by else "warnings", reason)
        self.bans[user] = until_ms
        self.judged_ms[user] = now_ms
        self.warnings[user] = {}
        told: Map = {"until": until_ms, **({"reason": reason} if reason else {})}
        self.tell(user, "banned", now_ms, **told)
        self.tell_admins("banned", user, by, now_ms, **told)

    def unban(self, user: str, by: str, now_ms: int) -> None:
        """An administrator ends a ban."""
        del self.bans[user]
        self.warnings[user] = {}
        self.judged_ms[user] = now_ms
        self.tell(user, "unbanned", now_ms)
        self.tell_admins("unbanned", user, by, now_ms)

    def ban_is_over(self, user: str, now_ms: int) -> None:
        """The server was seen to say that a ban is over."""
        assert self.bans[user] <= now_ms, (user, self.bans[user], now_ms)
        del self.bans[user]
        self.tell(user, "unbanned", now_ms)

    def may_judge(self, admin: str, user: str, now_ms: int) -> str:
        """Return what banning a user is answered; lifting the ban, if there is one."""
        if not self.is_admin(admin) or user == admin:
            return "forbidden"
        return "banned" if self.is_banned(admin, now_ms) else DONE

    def may_dismiss(self, admin: str, number: int, now_ms: int) -> set[str]:
        if not self.is_admin(admin):
            return {"forbidden"}
        if self.is_banned(admin, now_ms):
            return {"banned"}
        report = self.reports.get(number)
        return {"not_found" if report is None or report.user == admin else DONE}

    def dismiss(self, number: int, by: str, now_ms: int) -> None:
        report = self.reports.pop(number)
        self.warnings[report.user] = warnings = self.warnings_of(report.user, now_ms)
        if report.giver in warnings and warnings[report.giver][0] == number:
            del warnings[report.giver]
            limit = self.warnings_limit_of(report.user)
            self.tell(report.user, "unwarned", now_ms, warnings=len(warnings), limit=limit)
        self.tell_admins("dismissed", report.user, by, now_ms, report=number)

    def tell_admins(self, action: str, user: str, by: str, now_ms: int, **fields: object) -> None:
        who = {"by": by} if by else {}
        for admin in self.admins_but(user):
            self.tell(admin, "moderated", now_ms, action=action, user=user, **who, **fields)

    # -- blocking ----------------------------------------------------------------------------

    def has_blocked(self, name: str, other: str) -> bool:
        return other in self.blocked.get(name, ())

    def are_apart(self, one: str, other: str) -> bool:
        """Whether one of two users has blocked the other."""
        return self.has_blocked(one, other) or self.has_blocked(other, one)

    def block(self, name: str, other: str, now_ms: int) -> None:
        """Block a user, again maybe."""
        if not self.has_blocked(name, other):
            self.blocked.setdefault(name, set()).add(other)
            self.tell(name, "blocked", now_ms, user=other)

    def unblock(self, name: str, other: str, now_ms: int) -> None:
        self.blocked[name].remove(other)
        self.tell(name, "unblocked", now_ms, user=other)
