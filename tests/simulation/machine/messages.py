"""Messages: to everyone, to one user and into groups; what is said about them and done to them."""

from tests.simulation.machine.asking import Asking
from tests.simulation.machine.day import NAMES, PLAIN, TAILS_OFTEN, Tail
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.peer import Map, Peer

DESTINATIONS = ("", "", *NAMES, "+", "+")
"""To everyone, to one user, and into groups."""
Saying = tuple[Peer, str, Tail]
"""Who says something, to whom, and what stands behind its number."""


class Messages(Asking):
    """What users put into rooms."""

    @step(when=lambda day: day.peers)
    def talk(self, draw: Draw) -> None:
        """Several say something in the same tick."""
        what = []
        for _ in range(1 + draw.number(5)):
            peer, to = draw.one(self.peers), draw.one(DESTINATIONS)
            if peer.reads:
                to = self.destination(peer.name, to, draw.number(20))
                what.append((peer, to, draw.one(TAILS_OFTEN)))
        self.say_at_once(what, draw.number(1) > 0)

    def say_at_once(self, what: list[Saying], with_nonce: bool = False) -> None:
        self.ask_at_once([(peer, *self.post_to(to, tail)) for peer, to, tail in what], with_nonce)

    def say(self, peer: Peer, to: str, tail: Tail = PLAIN) -> None:
        """Say something, if that is allowed."""
        self.say_at_once([(peer, to, tail)])
        self.check_all_heard()

    def post_to(self, to: str, tail: Tail) -> tuple[str, Map]:
        """Return by which command something is said, and what that is told."""
        said = {"text": self.text(tail)}
        if to.startswith("+"):
            return "post", {"room": to, **said}
        return ("send-to", {"to": to, **said}) if to else ("send", said)

    def destination(self, name: str, to: str, pick: int) -> str:
        """Return a user, "" for everyone, or for "+" a group, mostly one of the user's own."""
        if to != "+":
            return to
        mine = self.model.groups_of(name) if pick % 4 else []
        groups = mine or list(self.model.groups)
        return groups[pick % len(groups)] if groups else ""

    # -- what is said about what was said ----------------------------------------------------

    def place(self, name: str, pick: int, likely: bool) -> tuple[str, int]:
        """Return a place in a room: where something is said that a user sees, or anywhere.

        If there should be something and is not, the user says it.
        """
        if not likely:
            room = list(self.model.rooms.values())[pick % len(self.model.rooms)]
            return room.name, pick % (room.last + 2)
        places = [
            (room.name, seq)
            for room in self.model.rooms_of(name)
            for seq in room.all_said()
            if seq > self.model.hidden(name, room).most
        ]
        if not places:
            self.say(self.hand(name), "")
            return "general", self.model.rooms["general"].last
        return places[-1 - pick % min(len(places), 10)]
