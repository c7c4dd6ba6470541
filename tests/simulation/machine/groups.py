"""Groups: private rooms, from their making to their end."""

from collections.abc import Callable

from msgspec.structs import fields

from chatd.wire.commands import COMMANDS
from tests.simulation.machine.day import MINUTE_MS, NAMES
from tests.simulation.machine.drawing import Asked, Draw, asks, step
from tests.simulation.machine.moderation import Moderation
from tests.simulation.model import HOUR_MS
from tests.simulation.model.groups import Group
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

    # -- whom and what a step is about -------------------------------------------------------

    def some_group(self, draw: Draw, wanted: Callable[[Group], bool]) -> str:
        """Return a group, one of those that are wanted if there are any."""
        groups = [room for room, group in self.model.groups.items() if wanted(group)]
        return draw.one(groups or list(self.model.groups))

    def owner_of(self, room: str, draw: Draw) -> Peer:
        """Return the owner of a group, or anybody."""
        return self.hand(draw.mostly([self.model.groups[room].owner], NAMES))

    def named(self, room: str, draw: Draw) -> str:
        """Return how somebody types a group: its id, or now and then its title."""
        return room if draw.likely() else self.model.title(room)

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

    @asks("leave", when=lambda day: day.model.groups)
    def a_room(self, draw: Draw) -> Asked:
        """A room to leave, to end as the last one in it, or that one declines to come to."""
        name, groups = draw.one(NAMES), self.model.groups
        mine = self.model.groups_of(name) + self.model.invitations(name)
        others = [room for room in mine if groups[room].owner != name]
        room = draw.mostly(draw.one([others, others, mine]), groups)
        return self.hand(name), {"room": self.named(room, draw)}

    @asks("kick", "transfer", when=lambda day: day.model.groups)
    def somebody_in(self, draw: Draw) -> Asked:
        """Who is in a group or invited but does not own it, or anybody."""
        groups = self.model.groups
        pairs = [
            (room, other)
            for room, group in groups.items()
            for other in [*self.model.rooms[room].readers, *group.invited]
            if other != group.owner
        ]
        room, user = draw.mostly(pairs, [(room, name) for room in groups for name in NAMES])
        return self.owner_of(room, draw), {"room": self.named(room, draw), "user": user}

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
        name = draw.one(NAMES)
        room = self.some_group(draw, lambda group: group.owner != name)
        peer, before = self.owner_of(room, draw), draw.one(["", "", "say", "take back"])
        if before:
            self.say(peer, room)
        if before == "take back":
            self.ask(peer, "delete", room=room, seq=self.model.rooms[room].last)
            self.check_all_heard()
        self.invite_one(peer, self.named(room, draw), name, comes=draw.number(1) > 0)

    def invite_one(self, peer: Peer, text: str, name: str, comes: bool) -> None:
        if self.ask(peer, "invite", room=text, user=name) is not None:
            room = self.model.meant(text, self.model.groups_of(peer.name))
            if comes:
                self.ask(self.hand(name), "join", room=text)
            for member in list(self.model.rooms[room].readers):
                self.ask(self.hand(member), "members", room=room)

    @asks("join", when=lambda day: day.model.groups)
    def open_room(self, draw: Draw) -> Asked:
        """Where one is invited, or a room whose id one has heard of."""
        groups = self.model.groups
        pairs = [(room, name) for room, group in groups.items() for name in group.invited]
        room, name = draw.mostly(pairs, [(room, name) for room in groups for name in NAMES])
        return self.hand(name), {"room": self.named(room, draw)}

    # -- links and requests ------------------------------------------------------------------

    @step(when=lambda day: day.model.groups)
    def link(self, draw: Draw) -> None:
        """Make a link, by which somebody may ask at once, and be answered."""
        room = self.some_group(draw, lambda group: not group.requests)
        peer, uses = self.owner_of(room, draw), draw.one([None, 1, 1, 2])
        in_ms = draw.one([None, None, 0, 5 * MINUTE_MS, HOUR_MS])
        expires_ms = None if in_ms is None else self.world.now_ms + in_ms
        made = self.ask(peer, "link", room=room, uses=uses, expires_at=expires_ms)
        asker, answer = draw.one(["", *NAMES]), draw.one(["", "approve", "approve", "deny"])
        if made and asker:
            self.ask(self.hand(asker), "join", link=made["link"])
            if answer:
                self.ask(self.hand(peer.name), answer, room=room, user=asker)

    @asks("unlink", when=lambda day: day.model.links)
    def some_link(self, draw: Draw) -> Asked:
        link = draw.one(self.model.links.values())
        number = link.number + (not draw.likely())
        return self.owner_of(link.room, draw), {"room": link.room, "number": number}

    @asks("join", when=lambda day: day.model.link_tokens)
    def any_link(self, draw: Draw) -> Asked:
        """Any link that there has ever been, most likely one that opens."""
        name = draw.one(NAMES)
        works = [t for t in self.model.links if self.model.works_for(name, t)]
        return self.hand(name), {"link": draw.mostly(works, self.model.link_tokens[::-1])}

    @asks("approve", "deny", when=lambda day: any(day.model.asked.values()))
    def asker(self, draw: Draw) -> Asked:
        """Who has asked to come, now and then one who did not."""
        asked = [(room, n) for n, rooms in self.model.asked.items() for room in rooms.values()]
        room, name = draw.one(asked)
        return self.owner_of(room, draw), {"room": room, "user": draw.mostly([name], NAMES)}

    @asks("withdraw", when=lambda day: any(day.model.asked.values()))
    def some_request(self, draw: Draw) -> Asked:
        name = draw.one([name for name, asked in self.model.asked.items() if asked])
        numbers = self.model.asked[name]
        return self.hand(name), {"request": draw.mostly(numbers, range(1, 10))}

    # -- what members, owners and strangers see ----------------------------------------------

    def check_groups(self, peer: Peer) -> None:
        """Everybody sees of groups what is theirs to see, and strangers see nothing."""
        self.ask(peer, "invitations")
        for room in self.model.groups:
            if peer.name not in self.model.rooms[room].readers:
                self.check_stranger(peer, room)
            for method in ("members", "links", "requests"):
                self.ask(peer, method, room=room)

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
