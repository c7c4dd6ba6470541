"""Accounts: somebody comes, says this and that, and is gone for good."""

from tests.simulation.account import registration
from tests.simulation.machine.day import NAMES, TAILS_OFTEN
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.faults import Faults

GUESTS_MAX = 3


class Accounts(Faults):
    """Accounts that are over."""

    @step(when=lambda day: len(day.model.over) < GUESTS_MAX)
    def pass_through(self, draw: Draw) -> None:
        """A guest talks to everyone and to a host, may make a room with them, and goes."""
        host, tail, posts = draw.one(NAMES), draw.one(TAILS_OFTEN), draw.number(1) > 0
        self.world.mend()  # too much goes together here to be taken apart
        name = f"guest{len(self.model.over)}"
        self.world.register(name)
        self.model.register(name)
        guest = self.world.login(name)
        for to in ("", host, ""):
            self.say(guest, to, tail)
        if draw.number(1):
            made = self.ask(guest, "create", title=f"of-{name}")
            assert made is not None
            self.invite_one(guest, made["room"], host, comes=True)
            self.say(guest, made["room"], tail)
        guest.request("delete-account", posts=posts)
        self.world.settle()
        assert guest.ended
        for peer in [peer for peer in self.peers if peer.name == name]:
            assert peer.ended or not peer.reads
            self.part(peer)
            self.left.remove(peer)
        self.model.end_account(name, posts)
        self.watch()
        if posts:
            self.reach("account over with posts")
        text, peer = self.text(), self.hand(host)
        self.attempt(peer, "send-to", {"not_found"}, to=name, text=text)
        self.ask(peer, "block", user=name)
        taken = self.world.guest().refusal("register", name=name, **registration("x"))
        assert taken["code"] == "conflict"
