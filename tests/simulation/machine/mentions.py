"""Mentions: users call one another, and see where somebody has."""

from tests.simulation.machine.day import NAMES, NAMING, PLAIN
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.hooks import Hooks
from tests.simulation.machine.messages import DESTINATIONS
from tests.simulation.model import Room
from tests.simulation.peer import Lost, Map, Peer


class Mentions(Hooks):
    """What waits for users, and how much of that has their name in it."""

    @step(when=lambda day: day.peers)
    def call(self, draw: Draw) -> None:
        """Somebody says a name, maybe by an edit, and its user reads that on one device or not."""
        pick, name, to = draw.number(20), draw.one(NAMES), draw.one(DESTINATIONS)
        way, edits, reads = draw.one(NAMING), draw.one([0, 0, 0, 1, 2]), draw.number(1)
        device = self.device(name, pick)
        peer = self.reader(pick)
        to = self.destination(peer.name, to, pick)
        self.say(peer, to, PLAIN if edits else (way, 0))
        room = self.model.rooms.get(self.model.room_for(peer.name, to))
        for place in [(room.name, room.last)] * edits if room else ():
            self.ask(peer, "edit", room=place[0], seq=place[1], text=self.text((way, 0)))
            self.check_all_heard()
        if reads and room is not None and name in room.readers:
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

    def check_all_devices(self, name: str, limit: int) -> None:
        """All devices of a user are told the same of what is unread."""
        devices = [peer for peer in self.peers if peer.name == name and peer.reads]
        told = [self.check_unread(peer, limit) for peer in devices]
        assert all(rooms == told[0] for rooms in told), told
        if len(devices) > 1:
            self.reach("unread on all devices")

    def check_unread(self, peer: Peer, limit: int) -> dict[str, Map]:
        """Return the user's rooms as the server shows them, held against the rules."""
        by_activity = peer.call("rooms")["rooms"]
        times = [shown["last_at"] for shown in by_activity]
        assert times == sorted(times, reverse=True)
        rooms = {shown["room"]: shown for shown in by_activity}
        assert rooms.keys() == {room.name for room in self.model.rooms_of(peer.name)}
        for name, shown in rooms.items():
            self.check_room(peer, self.model.rooms[name], shown)
            self.check_last(peer, self.model.rooms[name], shown["last"])
        listed: list[Map] = []
        after: str | None = ""
        while after is not None:
            page = peer.call("unread", after=after, limit=limit)
            assert len(page["rooms"]) <= limit
            listed, after = listed + page["rooms"], page["next"]
        unread = {n for n, shown in rooms.items() if shown["unread"] or shown["mentions"]}
        assert [shown["room"] for shown in listed] == sorted(unread)
        assert all(rooms[shown["room"]] == rooms[shown["room"]] | shown for shown in listed)
        if listed:
            self.reach("unread")
        return rooms

    def check_last(self, peer: Peer, room: Room, last: Map | None) -> None:
        """Hold what a room shows as said last against what is said there."""
        said = max(filter(room.is_said, range(1, room.last + 1)), default=0)
        if last is not None:
            assert (last["seq"], last["author"]) == (said, room.item(said).author)
        elif said and room.item(said).author != peer.name:
            assert said <= self.hidden(peer, room)[1]

    def check_room(self, peer: Peer, room: Room, shown: Map) -> None:
        assert shown["last_seq"] == room.last
        least, most = self.model.read_least(peer.name, room), room.readers[peer.name].most
        assert least <= shown["read_seq"] <= most, (shown, least, most)
        least, most = self.model.unread(peer.name, room)
        assert least <= shown["unread"] <= most, (shown, least, most)
        least, most = self.model.mentions(peer.name, room)
        assert least <= shown["mentions"] <= most, (shown, least, most)
        reader = room.readers[peer.name]
        assert (shown["muted"], shown["unread_from"]) == (reader.muted, reader.mark)
        if shown["mentions"]:
            self.reach("unread with mentions")
