"""Moderation: reports, bans, what administrators do, blocks; and what users are called."""

from tests.simulation.machine.day import NAMES
from tests.simulation.machine.drawing import Asked, Draw, asks, step
from tests.simulation.machine.messages import Messages
from tests.simulation.peer import Map, Peer

SPELLINGS = (str, str, str.upper, str.title)
DISPLAY_NAMES = ("Alice", "B.O.B", "Carol Ann", "Dodo", "D0d0", "", "General")


class Moderation(Messages):
    """What users may do, and to one another."""

    @step()
    def report(self, draw: Draw) -> None:
        peer, user, about = self.reader(draw.number(5)), self.suspect(draw), {}
        if draw.number(1):
            room, seq = self.place(peer.name, draw.number(100), likely=True)
            about = {"room": room, "seq": seq}
            log = self.model.rooms[room]
            if draw.number(2) and log.is_said(seq):  # mostly by the one who is reported
                user = log.item(seq).author
        for _ in range(1 + draw.number(1)):  # once a day is enough
            self.report_one(draw, peer, user, about)

    @step(when=lambda day: day.texts and len(day.model.bans) < 2)
    def gang_up(self, draw: Draw) -> None:
        """Everybody else reports somebody, whom an administrator may have banned for longer."""
        user = self.suspect(draw)
        if not draw.number(3):
            self.ban_one(user, hours=5)
        for name in NAMES:
            if name != user:
                self.report_one(draw, self.hand(name), user, {})

    def suspect(self, draw: Draw) -> str:
        """Return anybody, often somebody who is banned already."""
        return draw.one([*NAMES, *self.model.bans, *self.model.bans])

    def report_one(self, draw: Draw, peer: Peer, user: str, about: Map) -> None:
        spelt = draw.one(SPELLINGS)(user)
        self.ask(peer, "report", user=spelt, reason=f"reason {self.texts}", **about)

    def admin(self, draw: Draw) -> Peer:
        """Return an administrator, or anybody."""
        return self.hand(draw.mostly(self.rules_.admins, NAMES))

    @asks("ban", when=lambda day: len(day.model.bans) < 2)
    def anybody(self, draw: Draw) -> Asked:
        hours = draw.one([None, 1, 5])
        return self.admin(draw), {"user": draw.one(NAMES), "hours": hours, "reason": "because"}

    def ban_one(self, user: str, hours: int | None = None) -> None:
        """An administrator bans a user."""
        admin = self.hand(self.rules_.admins[0])
        self.ask(admin, "ban", user=user, hours=hours, reason="because")

    @asks("unban", when=lambda day: day.model.bans)
    def banned_user(self, draw: Draw) -> Asked:
        """Who is banned, and may just have got a warning that is forgiven with the ban."""
        user = draw.mostly(self.model.bans, NAMES)
        if draw.number(1):
            self.report_one(draw, self.hand(draw.one(NAMES)), user, {})
        return self.admin(draw), {"user": user}

    @asks("dismiss", when=lambda day: day.model.reports)
    def some_report(self, draw: Draw) -> Asked:
        numbers = range(1, max(self.model.reports) + 2)
        return self.admin(draw), {"report": draw.mostly(self.model.reports, numbers)}

    @asks("remove", when=lambda day: day.texts > 5)
    def bad_words(self, draw: Draw) -> Asked:
        """What an administrator sees or was told of, now and then anything at all."""
        peer = self.admin(draw)
        reports = self.model.reports.values()
        places = [{"room": r.in_room, "seq": r.in_seq} for r in reports if r.in_room]
        is_reported = places and draw.number(1)
        place = draw.one(places) if is_reported else self.some_place(peer.name, draw)
        return peer, {**place, "reason": draw.one(["", f"reason {self.texts}"])}

    @asks("block")
    def some_user(self, draw: Draw) -> Asked:
        return self.reader(draw.number(5)), {"user": draw.one(NAMES)}

    @asks("unblock", when=lambda day: any(day.model.blocked.values()))
    def blocked_user(self, draw: Draw) -> Asked:
        blocked = self.model.blocked.items()
        pairs = [(name, other) for name, others in blocked for other in sorted(others)]
        name, user = draw.mostly(pairs, [(one, other) for one in NAMES for other in NAMES])
        return self.hand(name), {"user": user}

    @asks("display-name")
    def other_name(self, draw: Draw) -> Asked:
        return self.reader(draw.number(5)), {"display_name": draw.one(DISPLAY_NAMES)}

    @asks("clear-name", when=lambda day: any(day.model.display_names.values()))
    def bad_name(self, draw: Draw) -> Asked:
        called = [name for name, text in self.model.display_names.items() if text]
        return self.admin(draw), {"user": draw.mostly(called, NAMES)}
