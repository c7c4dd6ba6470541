"""Moderation: reports, bans, what administrators do, blocks; and what users are called."""

from tests.simulation.machine.day import NAMES
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.messages import Messages
from tests.simulation.peer import Map, Peer

SPELLINGS = (str, str, str.upper, str.title)


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

    def ban_one(self, user: str, hours: int | None = None) -> None:
        """An administrator bans a user."""
        admin = self.hand(self.rules_.admins[0])
        self.ask(admin, "ban", user=user, hours=hours, reason="because")
