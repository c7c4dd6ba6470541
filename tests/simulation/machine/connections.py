"""Connections: who comes, goes, comes back, and is thrown out."""

from collections import defaultdict

from tests.simulation.machine.day import NAMES
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.hearing import Hearing
from tests.simulation.model import Room
from tests.simulation.peer import Peer

PEERS_MAX = 6
KERNEL_BYTES = 2_000
WAYS = ("fresh", "fresh", "device", "now", "end", "peek", "token")
"""How a connection begins."""


class Connections(Hearing):
    """Who is there, by which devices."""

    def reader(self, pick: int) -> Peer:
        """Return one of those who take what they are sent; somebody comes if there is none."""
        readers = [peer for peer in self.peers if peer.reads]
        return readers[pick % len(readers)] if readers else self.hand(NAMES[pick % len(NAMES)])

    def hand(self, name: str) -> Peer:
        """Return a connection of a user by which to ask something."""
        for peer in self.peers:
            if peer.name == name and peer.reads:
                return peer
        if len(self.peers) >= PEERS_MAX:
            self.hang_up(self.peers[0], "close")
        return self.arrive(name, "fresh")

    @step(when=lambda day: len(day.peers) < PEERS_MAX)
    def come(self, draw: Draw) -> None:
        self.arrive(draw.one(NAMES), draw.one(WAYS))

    def arrive(self, name: str, way: str) -> Peer:
        peer = self.world.guest(kernel_bytes=KERNEL_BYTES)
        tokens = [token for token, (owner, _) in self.tokens.items() if owner == name]
        if way == "token" and tokens:
            assert peer.enter(tokens[0])["name"] == name
        else:
            peer.prove(name, device="device" if way == "device" else None)
        if way == "device":
            self.devices_made[name] += 1
            assert peer.device == self.devices_made[name]
            self.tokens[peer.token] = (name, peer.device)
            self.model.tell(name, "device_added", device=peer.device, label="device")
        self.follow(peer, way)
        return peer

    def follow(self, peer: Peer, way: str) -> None:
        start = way if way in ("now", "end") else "unread"
        synced = peer.sync(start=start, peek=way == "peek")
        self.model.newcomer(peer.name)  # now: what was lost in between was not done
        assert synced["rooms"] == len(self.model.rooms_of(peer.name))
        if start != "unread":
            rooms = self.model.rooms_of(peer.name)
            for room in sorted(rooms, key=lambda room: room.name.startswith("@")):
                assert room.name not in peer.last
                if way == "now":
                    self.model.ack(peer.name, room, room.last)
                peer.last[room.name] = room.last
        else:
            for room in self.model.rooms_of(peer.name):
                self.check_start(peer, room)
        if way == "peek":
            self.peeks.add(peer)
        self.add(peer)

    def check_start(self, peer: Peer, room: Room) -> None:
        """A device that brings nothing along starts where its user has read."""
        least, most = self.model.read(peer.name, room)
        gaps = [gap for gap in peer.told("gap") if gap["room"] == room.name]
        seqs = [*peer.seqs(room.name), *(gap["from"] for gap in gaps)]
        first = min(seqs, default=room.last + 1)
        assert least + 1 <= first <= most + 1, (room.name, first, least, most)
        # Not told yet, or forgotten: that the user was out of it meanwhile came behind its entries.
        peer.last.setdefault(room.name, room.last)

    def add(self, peer: Peer) -> None:
        self.peers.append(peer)
        self.told[peer] = self.heard[peer] = 0
        self.came[peer] = defaultdict(int, peer.last)
        self.check_heard(peer)

    @step(when=lambda day: day.left and len(day.peers) < PEERS_MAX)
    def come_back(self, draw: Draw) -> None:
        before = self.left.pop(draw.number(len(self.left) - 1))
        peer = self.world.guest(kernel_bytes=KERNEL_BYTES)
        peer.prove(before.name)
        peer.sync(positions=before.last, epoch=before.epoch)
        self.model.newcomer(peer.name)  # that there was somebody before may be lost
        rooms = self.model.rooms_of(peer.name)
        if before.epoch == self.world.state.epoch:
            assert peer.told("reset") == []
        else:  # nobody silently misses what has the numbers of what was lost
            told = {params["room"] for params in peer.told("reset")}
            assert told >= {room.name for room in rooms} & before.last.keys()
            before.last = {}
        for room in rooms:
            if room.name not in before.last:
                self.check_start(peer, room)
        self.add(peer)
        for name in set(peer.last) - {room.name for room in rooms}:
            del peer.last[name]  # whoever is no member any more begins anew
            self.came[peer].pop(name, None)

    @step(when=lambda day: day.peers)
    def go(self, draw: Draw) -> None:
        self.hang_up(draw.one(self.peers), draw.one(["close", "reset"]))

    def hang_up(self, peer: Peer, how: str) -> None:
        getattr(peer, how)()
        self.world.settle()
        self.part(peer)

    @step(when=lambda day: day.peers and day.tokens)
    def revoke(self, draw: Draw) -> None:
        token, (name, number) = draw.one(self.tokens.items())
        mine = self.hand(name)
        request_id = mine.request("revoke", device=number)
        self.world.settle()
        assert mine.result(request_id) == {}
        del self.tokens[token]
        self.model.tell(name, "device_revoked", device=number, label="device")
        for peer in [p for p in self.peers if (p.name, p.device) == (name, number)]:
            assert peer.ended or not peer.reads
            if not peer.ended:
                peer.reset()
            self.part(peer)
        assert self.world.guest().refusal("login-token", token=token)["code"] == "auth_failed"
