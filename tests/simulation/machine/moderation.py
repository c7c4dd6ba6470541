"""Moderation: reports, warnings, bans, what administrators do, blocks."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.simulation.machine.connections import NAMES, likely, names, picks, rule
from tests.simulation.machine.messages import Messages
from tests.simulation.model import HOUR_MS
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Map, Peer

spellings = st.sampled_from([str, str, str.upper, str.title])


class Moderation(Messages):
    """What users may do, and to one another."""

    # -- reports -----------------------------------------------------------------------------

    @precondition(lambda self: self.peers)
    @rule(pick=picks, user=names, which=picks, about=st.booleans(), spelt=spellings)
    def report(self, pick: int, user: str, which: int, about: bool, spelt: type[str]) -> None:
        peer = self.reader(pick)
        place = self.place(peer.name, which, likely=True) if about else None
        if place is not None and which % 3:  # mostly by the one who is reported
            user = self.author_at(*place) or user
        for _ in range(1 + which % 2):  # once a day is enough
            self.report_one(peer, user, place, spelt(user))

    def author_at(self, room: str, seq: int) -> str:
        """Return who wrote an entry, "" if nobody did."""
        log = self.model.rooms[room]
        return log.item(seq).author if 1 <= seq <= log.last else ""

    @precondition(lambda self: self.texts and len(self.model.bans) < 2)
    @rule(user=names, spelt=spellings)
    def gang_up(self, user: str, spelt: type[str]) -> None:
        """Everybody else reports somebody."""
        for name in NAMES:
            if name != user:
                self.report_one(self.hand(name), user, None, spelt(user))

    def report_one(self, peer: Peer, user: str, place: tuple[str, int] | None, spelt: str) -> None:
        now_ms, reason = self.world.now_ms, f"reason {self.texts}"
        allowed = self.model.may_report(peer.name, user, place, now_ms)
        params: Map = {} if place is None else {"room": place[0], "seq": place[1]}
        answer = self.attempt(peer, "report", allowed, user=spelt, reason=reason, **params)
        if answer is not None and self.model.report(peer.name, user, reason, place, now_ms):
            self.reach("report bans")

    # -- administrators ----------------------------------------------------------------------

    @precondition(lambda self: len(self.model.bans) < 2)
    @rule(pick=picks, user=names, hours=st.sampled_from([None, 1, 5]), is_admin=st.booleans())
    def ban(self, pick: int, user: str, hours: int | None, is_admin: bool) -> None:
        self.ban_one(self.admin(pick, is_admin), user, hours)

    def ban_one(self, peer: Peer, user: str, hours: int | None) -> None:
        allowed = {self.model.may_judge(peer.name, user, self.world.now_ms)}
        params: Map = {"user": user, **({"hours": hours} if hours else {})}
        answer = self.attempt(peer, "ban", allowed, reason="because", **params)
        if answer is not None:
            ban_ms = hours * HOUR_MS if hours else self.rules_.ban_ms
            until_ms = self.world.now_ms + ban_ms
            assert answer == {"user": user, "until": until_ms}
            self.model.ban(user, until_ms, peer.name, "because", self.world.now_ms)
            self.watch()  # what was held is held by the ban now, before anything else happens

    @precondition(lambda self: self.model.bans)
    @rule(pick=picks, user=names, is_banned=likely, is_admin=likely)
    def unban(self, pick: int, user: str, is_banned: bool, is_admin: bool) -> None:
        if is_banned:
            user = list(self.model.bans)[pick % len(self.model.bans)]
        self.unban_one(self.admin(pick, is_admin), user)

    def unban_one(self, peer: Peer, user: str) -> None:
        now_ms = self.world.now_ms
        refusal = self.model.may_judge(peer.name, user, now_ms)
        if refusal == DONE and not self.model.is_banned(user, now_ms):
            refusal = "not_found"
        allowed = {refusal}
        if self.attempt(peer, "unban", allowed, user=user) is not None:
            self.model.unban(user, peer.name, now_ms)
            self.watch()  # what was held may be posted or held again at once

    @precondition(lambda self: self.model.reports)
    @rule(pick=picks, is_admin=likely)
    def dismiss(self, pick: int, is_admin: bool) -> None:
        peer = self.admin(pick, is_admin)
        number = 1 + pick % (max(self.model.reports) + 1)
        if pick % 3:
            number = list(self.model.reports)[pick % len(self.model.reports)]
        allowed = self.model.may_dismiss(peer.name, number, self.world.now_ms)
        if self.attempt(peer, "dismiss", allowed, report=number) is not None:
            self.model.dismiss(number, peer.name, self.world.now_ms)

    @precondition(lambda self: self.texts > 5)
    @rule(pick=picks, which=picks, likely=likely, is_admin=likely, why=st.booleans())
    def remove(self, pick: int, which: int, likely: bool, is_admin: bool, why: bool) -> None:
        """Remove what an administrator sees or was told of, now and then anything at all."""
        peer = self.admin(pick, is_admin)
        places = [(one.room, one.seq) for one in self.model.reports.values() if one.room]
        if places and pick % 2:
            room, seq = places[which % len(places)]
        else:
            room, seq = self.place(peer.name, which, likely)
        now_ms, reason = self.world.now_ms, f"reason {self.texts}" if why else ""
        allowed = self.model.may_remove(peer.name, room, seq, now_ms)
        answer = self.attempt(peer, "remove", allowed, room=room, seq=seq, reason=reason)
        if answer is not None:
            number = self.model.remove(peer.name, room, seq, reason, now_ms)
            assert answer == {"room": room, "seq": number, "ts": now_ms}

    def admin(self, pick: int, is_admin: bool) -> Peer:
        """Return an administrator, or anybody."""
        return self.hand(self.rules_.admins[0] if is_admin else NAMES[pick % len(NAMES)])

    def check_reports(self, peer: Peer) -> None:
        """Administrators see what is open, but nothing about themselves."""
        is_admin = self.model.is_admin(peer.name)
        answer = self.attempt(peer, "reports", {DONE if is_admin else "forbidden"})
        if answer is None:
            return
        reports = [one for one in self.model.reports.values() if one.user != peer.name]
        assert [(shown["report"], shown["reporter"]) for shown in answer["reports"]] == [
            (one.number, one.giver) for one in reports[:12]
        ]
        for shown, report in zip(answer["reports"], reports, strict=False):
            assert shown.get("quote", "") == report.quote

    # -- blocks ------------------------------------------------------------------------------

    @precondition(lambda self: self.peers)
    @rule(pick=picks, user=names)
    def block(self, pick: int, user: str) -> None:
        self.block_one(self.reader(pick), user)

    def block_one(self, peer: Peer, user: str) -> None:
        allowed = {"bad_request" if user == peer.name else DONE}
        if self.attempt(peer, "block", allowed, user=user) is not None:
            is_new = not self.model.has_blocked(peer.name, user)
            self.model.block(peer.name, user, self.world.now_ms)
            if is_new:
                self.model.decline_all(peer.name, user, self.world.now_ms)

    @precondition(lambda self: any(self.model.blocked.values()))
    @rule(pick=picks, user=names, likely=likely)
    def unblock(self, pick: int, user: str, likely: bool) -> None:
        name = NAMES[pick % len(NAMES)]
        if likely:
            pairs = [(n, other) for n, others in self.model.blocked.items() for other in others]
            name, user = sorted(pairs)[pick % len(pairs)]
        peer = self.hand(name)
        allowed = {DONE if self.model.has_blocked(name, user) else "not_found"}
        if self.attempt(peer, "unblock", allowed, user=user) is not None:
            self.model.unblock(name, user, self.world.now_ms)
