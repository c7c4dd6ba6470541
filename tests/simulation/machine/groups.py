"""Groups: private rooms, from their making to their end."""

from msgspec.structs import fields

from chatd.wire.commands import COMMANDS
from tests.simulation.machine.day import NAMES
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.moderation import Moderation
from tests.simulation.machine.table import INVITE, LINK
from tests.simulation.peer import Lost, Map, Peer

TITLES = ("ops", "dev")
SAMPLES: Map = {
    **{"seq": 1, "text": "hello", "emoji": "👍", "user": "alice", "muted": False, "label": "ci"},
    **{"name": "a.txt", "size": 1, "sha256": bytes(32), "number": 1, "words": "hello"},
}
"""What parameters may be."""
FOR_OTHERS = ("join", "leave", "remove", "report")
"""Commands about rooms that make sense for some who are in none of them."""
ASKED_BY_STRANGERS: dict[str, Map] = {
    method: {f.name: SAMPLES[f.name] for f in fields(row.params) if f.required and f.name != "room"}
    for method, row in COMMANDS.items()
    if "room" in row.params.__struct_fields__ and row.result and method not in FOR_OTHERS
}


class Groups(Moderation):
    """Who owns private rooms, is in them, may come and wants to."""

    # -- coming about, and ending ------------------------------------------------------------

    @step(when=lambda day: len(day.model.groups) < 4)
    def create(self, draw: Draw) -> None:
        self.create_one(draw.one(NAMES), draw.one(TITLES), draw.some(NAMES))

    def create_one(self, name: str, title: str, guests: set[str]) -> None:
        """Make a room, and bring others along."""
        peer = self.hand(name)
        made = self.ask(peer, "create", title=title)
        if made is None:
            return
        for guest in sorted(guests - {name}):
            self.invite_one(peer, made["room"], guest, comes=True)

    def part_from(self, peer: Peer, to: str) -> None:
        """Leave a group, or block a user."""
        if to.startswith("+"):
            self.ask(peer, "leave", room=to)
        elif to:
            self.ask(peer, "block", user=to)

    # -- invitations -------------------------------------------------------------------------

    @step(when=lambda day: day.model.groups)
    def invite(self, draw: Draw) -> None:
        """Invite somebody, who may come at once, to where something was said before."""
        name, params = self.choose(INVITE, draw)
        peer, before = self.hand(name), draw.one(["", "", "say", "take back"])
        room = self.model.rooms.get(params["room"])
        if before and room:
            self.say(peer, room.name)
        if before == "take back" and room:
            self.ask(peer, "delete", room=room.name, seq=room.last)
            self.check_all_heard()
        self.invite_one(peer, params["room"], params["user"], comes=draw.number(1) > 0)

    def invite_one(self, peer: Peer, text: str, name: str, comes: bool) -> None:
        if self.ask(peer, "invite", room=text, user=name) is not None:
            room = self.model.meant(text, self.model.groups_of(peer.name))
            if comes:
                self.ask(self.hand(name), "join", room=text)
            for member in list(self.model.rooms[room].readers):
                self.ask(self.hand(member), "members", room=room)

    # -- links and requests ------------------------------------------------------------------

    @step(when=lambda day: day.model.groups)
    def link(self, draw: Draw) -> None:
        """Make a link, by which somebody may ask at once, and be answered."""
        name, params = self.choose(LINK, draw)
        made = self.ask(self.hand(name), "link", **params)
        asker, answer = draw.one(["", *NAMES]), draw.one(["", "approve", "approve", "deny"])
        if made and asker:
            self.ask(self.hand(asker), "join", link=made["link"])
            if answer:
                self.ask(self.hand(name), answer, room=params["room"], user=asker)

    # -- what members, owners and strangers see ----------------------------------------------

    def check_stranger(self, peer: Peer, room: str) -> None:
        """Whatever a stranger asks, the answer is that of a room that is not."""
        made_up = self.model.title(room) + ":nothing"
        asked = [
            (method, [peer.request(method, room=one, **params) for one in (room, made_up)])
            for method, params in ASKED_BY_STRANGERS.items()
        ]
        self.world.settle()
        for method, numbers in asked:
            error, other = (peer.refused(number) for number in numbers)
            assert error == other and error["code"] == "not_found", (method, error, other)
        before = len(peer.told("error"))
        peer.ack(room, 1)
        if peer.ended:
            raise Lost
        expected = "bad_request" if peer in self.peeks else "not_found"
        assert [error["code"] for error in peer.told("error")[before:]] == [expected]
