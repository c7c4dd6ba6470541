"""Reading: acknowledgements, names that are called, deaf devices, and all that can be looked up."""

from tests.simulation.machine.day import NAMES, NAMING, PLAIN
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.files import Files
from tests.simulation.machine.messages import DESTINATIONS
from tests.simulation.machine.table import READS
from tests.simulation.model import Room
from tests.simulation.peer import Lost, Map, Peer


class Reading(Files):
    """What devices do with what they have heard."""

    # -- how far devices have read -----------------------------------------------------------

    @step(when=lambda day: day.peers)
    def ack(self, draw: Draw) -> None:
        """Read all of a room, or not quite, or more than there is."""
        peer, back = draw.one(self.peers), draw.one([0, 0, 0, 1, 2, -1])
        if peer.last and peer.reads:
            rooms = [room for room in self.model.rooms_of(peer.name) if room.name in peer.last]
            marked = [room for room in rooms if room.readers[peer.name].mark]
            room = draw.one(marked + rooms)
            self.read(peer, room, max(0, peer.last[room.name] - back))

    @step(when=lambda day: day.peers)
    def call(self, draw: Draw) -> None:
        """Somebody says a name, maybe by an edit, and its user reads that on one device or not."""
        pick, name, to = draw.number(20), draw.one(NAMES), draw.one(DESTINATIONS)
        way, edits, reads = draw.one(NAMING), draw.one([0, 0, 0, 1, 2]), draw.number(1)
        device, peer = self.device(name, pick), self.reader(pick)
        to = self.destination(peer.name, to, pick)
        self.say(peer, to, PLAIN if edits else (way, 0))
        room = self.model.rooms.get(self.model.room_for(peer.name, to))
        if room is None:
            return
        seq = room.last
        for _ in range(edits):
            self.ask(peer, "edit", room=room.name, seq=seq, text=self.text((way, 0)))
            self.check_all_heard()
        if reads and name in room.readers:
            self.read(device, room, room.last)
        self.check_all_devices(name, 1 + pick % 3)

    def read(self, peer: Peer, room: Room, seq: int) -> None:
        """Acknowledge on a device what came up to somewhere; or more, which is refused."""
        errors = len(peer.told("error"))
        peer.ack(room.name, seq)
        if peer.ended:
            raise Lost
        refused = peer in self.peeks or seq > peer.last[room.name]
        assert [error["code"] for error in peer.told("error")[errors:]] == ["bad_request"] * refused
        if not refused:
            self.model.ack(peer.name, room, seq)

    @step(when=lambda day: day.peers)
    def turn_deaf_or_listen_again(self, draw: Draw) -> None:
        peer = draw.one(self.peers)
        peer.reads = not peer.reads
        self.world.note(f"{peer.name} {'reads again' if peer.reads else 'reads nothing'}")
        if peer.reads:
            self.calm = False  # what comes now was right when it was queued
            del self.deaf_since[peer]
            self.world.settle()
        else:
            self.deaf_since[peer] = self.world.now_ms

    # -- what is shown -----------------------------------------------------------------------

    @step(when=lambda day: day.peers)
    def look(self, draw: Draw) -> None:
        self.look_up(draw)

    def look_up(self, draw: Draw) -> None:
        """Let somebody look at everything."""
        name = draw.one(NAMES)
        for row in [row for row in READS if row.when(self.model)]:
            self.ask_row(row, draw, [name])
        self.check_all_devices(name, 1 + draw.number(4))
        for room in self.model.groups:
            if name not in self.model.rooms[room].readers:
                self.check_stranger(self.hand(name), room)

    def check_all_devices(self, name: str, limit: int) -> None:
        """All devices of a user are told the same of what is unread."""
        devices = [peer for peer in self.peers if peer.name == name and peer.reads]
        told = [self.check_unread(peer, limit) for peer in devices]
        assert all(rooms == told[0] for rooms in told), told
        if len(devices) > 1:
            self.reach("unread on all devices")

    def check_unread(self, peer: Peer, limit: int) -> dict[str, Map]:
        """Return the user's rooms as the server shows them, held against the rules."""
        answer = self.ask(peer, "rooms")
        assert answer is not None
        times = [shown["last_at"] for shown in answer["rooms"]]
        assert times == sorted(times, reverse=True)
        rooms = {shown["room"]: shown for shown in answer["rooms"]}
        listed = self.ask(peer, "unread", limit=limit)
        assert listed is not None
        unread = {n for n, shown in rooms.items() if shown["unread"] or shown["mentions"]}
        assert {shown["room"] for shown in listed["rooms"]} == unread
        assert all(rooms[one["room"]] == rooms[one["room"]] | one for one in listed["rooms"])
        if any(shown["mentions"] for shown in listed["rooms"]):
            self.reach("unread with mentions")
        return rooms
