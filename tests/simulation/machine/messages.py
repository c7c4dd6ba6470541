"""Messages: to everyone, to one user and into groups; comments, edits, deletes."""

from functools import partial

from tests.simulation.machine.day import (
    NAMES,
    PLAIN,
    TAILS_OFTEN,
    Tail,
)
from tests.simulation.machine.drawing import Asked, Draw, asks, step
from tests.simulation.machine.idempotency import Idempotency
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Lost, Map, Peer, Refused

DESTINATIONS = ("", "", *NAMES, "+", "+")
"""To everyone, to one user, and into groups."""
Said = tuple[Peer, str, str, str, int]
"""Who says something to whom, what, its nonce, and the number of the request."""


class Messages(Idempotency):
    """What users put into rooms."""

    # -- messages ----------------------------------------------------------------------------

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

    def say_at_once(self, what: list[tuple[Peer, str, Tail]], with_nonce: bool = False) -> None:
        """Let everybody say what is allowed of it, before any of that is answered."""
        asked = []
        for peer, to, tail in what:
            text, nonce = self.text(tail), self.nonce(with_nonce)
            asked.append((peer, to, text, nonce, self.begin_to_say(peer, to, text, nonce)))
        self.world.settle()
        self.check_posts(asked)

    def say(self, peer: Peer, to: str, tail: Tail = PLAIN) -> None:
        """Say something, if that is allowed."""
        self.say_at_once([(peer, to, tail)])
        self.check_all_heard()

    def say_again(self, peer: Peer, text: str, nonce: str, to: str) -> None:
        """Say something that may have been said before."""
        method, params = _post(to, text)
        if not self.check_known(peer, method, nonce, params):
            request_id = self.begin_to_say(peer, to, text, nonce)
            self.world.settle()
            self.check_posts([(peer, to, text, nonce, request_id)])

    def destination(self, name: str, to: str, pick: int) -> str:
        """Return a user, "" for everyone, or for "+" a group, mostly one of the user's own."""
        if to != "+":
            return to
        mine = self.model.groups_of(name) if pick % 4 else []
        groups = mine or list(self.model.groups)
        return groups[pick % len(groups)] if groups else ""

    def begin_to_say(self, peer: Peer, to: str, text: str, nonce: str) -> int:
        method, params = _post(to, text)
        return peer.request(method, **params, **({"nonce": nonce} if nonce else {}))

    def check_posts(self, asked: list[Said]) -> None:
        """Hold answers to posts against the model, in the order in which they were made."""
        now_ms, refused, made = self.world.now_ms, [], []
        for peer, to, text, nonce, request_id in asked:
            try:
                made.append((peer.result(request_id), peer.name, to, text, nonce))
            except Refused as refusal:
                refused.append((peer.name, to, refusal.detail))
            except Lost:
                continue
        for posted, name, to, text, nonce in sorted(made, key=lambda one: one[0]["seq"]):
            assert self.model.refusal(name, self.model.room_for(name, to)) == DONE
            place = self.model.post(name, to, text)
            assert (posted["room"], posted["seq"], posted["ts"]) == (*place, now_ms)
            if nonce:
                method, params = _post(to, text)
                again = partial(self.say_again, to=to)
                self.keep(name, method, nonce, params, posted, again)
        for name, to, error in refused:
            room = self.model.room_for(name, to)
            allowed = {self.model.refusal(name, room)}
            allowed |= {"storage_full"} if self.world.is_full else set()
            assert error["code"] in allowed, (name, to, error)
            if error["code"] == "rate_limited":
                assert error["reset_at"] == self.model.reset_at(name, room)
        for name in {name for _, name, to, _, _ in made if not to}:
            self.check_limits_told(name)

    # -- what is said about what was said ----------------------------------------------------

    def place(self, name: str, pick: int, likely: bool, own: bool = False) -> tuple[str, int]:
        """Return a place in a room: where something is said that a user sees, or anywhere.

        If there should be something and is not, the user says it.
        """
        places = [
            (room.name, seq)
            for room in self.model.rooms_of(name)
            for seq in range(self.model.hidden_most(name, room) + 1, room.last + 1)
            if room.is_said(seq) and (not own or room.item(seq).author == name)
        ]
        if likely and not places:
            self.say(self.hand(name), "")
            room = self.model.rooms["general"]
            return room.name, room.last
        if likely:
            return places[-1 - pick % min(len(places), 10)]
        rooms = list(self.model.rooms.values())
        room = rooms[pick % len(rooms)]
        return room.name, pick % (room.last + 2)

    def some_place(self, name: str, draw: Draw, own: bool = False) -> Map:
        room, seq = self.place(name, draw.number(100), draw.likely(), own)
        return {"room": room, "seq": seq}

    @asks(["comment"])
    def about(self, draw: Draw) -> Asked:
        peer = self.reader(draw.number(5))
        return peer, {**self.some_place(peer.name, draw), "text": self.text(draw.one(TAILS_OFTEN))}

    @asks(["edit"])
    def other_words(self, draw: Draw) -> Asked:
        peer = self.reader(draw.number(5))
        place = self.some_place(peer.name, draw, own=draw.likely())
        return peer, {**place, "text": self.text(draw.one(TAILS_OFTEN))}

    @asks(["delete"])
    def no_words(self, draw: Draw) -> Asked:
        peer = self.reader(draw.number(5))
        return peer, self.some_place(peer.name, draw, own=draw.likely())

    @asks(["react"])
    def a_reaction(self, draw: Draw) -> Asked:
        peer = self.reader(draw.number(5))
        place = self.some_place(peer.name, draw)
        return peer, {**place, "emoji": draw.one("👍🎉"), "remove": not draw.likely()}

    @asks(["pin", "unpin"])
    def a_pin(self, draw: Draw) -> Asked:
        peer = self.reader(draw.number(5))
        return peer, self.some_place(peer.name, draw)


def _post(to: str, text: str) -> tuple[str, Map]:
    """Return by which command something is said, and what that is told."""
    if to.startswith("+"):
        return "post", {"room": to, "text": text}
    return ("send-to", {"to": to, "text": text}) if to else ("send", {"text": text})
