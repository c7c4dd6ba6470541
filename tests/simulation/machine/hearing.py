"""What each connection must have heard, what must be gone, what the server does by itself."""

from collections import defaultdict
from contextlib import suppress

import msgpack
from hypothesis.stateful import invariant

from tests.simulation.machine.day import LATE_MS, MINUTE_MS, NAMES, STALL_MS, Day
from tests.simulation.model import Room
from tests.simulation.model.mentions import named
from tests.simulation.peer import Lost, Map, Peer

ENDING_MS = 1_000
"""So long after its end there is nothing left of a room, however much was said there."""
SLICE_MS = 20 * MINUTE_MS
"""So often the model looks: what a scheduled text says to oneself is gone within an hour."""


class Hearing(Day):
    """What always holds."""

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        while not self.is_over:
            with suppress(Lost):  # whatever it is: nothing that fails does so twice
                self.world.settle()
                if self.has_recovered:
                    self.has_recovered = False
                    self.look_what_is_left()
                self.check_everything()
                break

    def look_what_is_left(self) -> None:
        """See what the server knows still, after a restart."""

    def check_everything(self) -> None:
        assert self.world.now_ms >= self.now_ms
        self.now_ms = self.world.now_ms
        self.watch()
        self.model.settled()
        self.check_gone()
        self.check_all_heard()
        is_under_way = self.now_ms >= self.started_ms + LATE_MS
        if is_under_way and not self.clock_was_set and self.now_ms >= self.punctual_ms:
            self.model.check_nothing_is_late(LATE_MS)
            for name in self.rooms_ending():
                assert self.now_ms < self.model.ended[name].ended_ms + ENDING_MS + LATE_MS, name
        self.calm = True
        self.checkpoint()

    def watch(self) -> None:
        """Hold what the server did by itself against the rules."""
        came: dict[int, list[Map]] = defaultdict(list)
        for room in self.world.state.rooms.values():
            if room.has_ended:
                continue
            known = self.model.rooms.get(room.room)
            last = 0 if known is None else known.last
            assert room.log.first_seq <= last + 1, f"{room.room}: gone before anybody looked"
            for frame in room.log.after(last):
                entry = msgpack.unpackb(frame[4:])[2]
                came[entry["ts"]].append(entry)
        for ts in sorted(came):
            model = self.model
            model.now_ms = ts
            model.watch(came[ts])

    def rest(self, ms: int) -> None:
        """Let time go by."""
        self.calm = False  # much may have changed since something was heard
        self.world.note(f"{ms} ms pass")
        while ms:
            part_ms = min(ms, SLICE_MS)
            ms -= part_ms
            self.world.sleep(part_ms)
            self.watch()
            self.checkpoint()
        for peer, since_ms in list(self.deaf_since.items()):
            if peer.sock.other.closed:
                assert self.world.now_ms - since_ms >= STALL_MS
                while peer.pull():
                    pass
                self.check_heard(peer)
                self.part(peer)
        if not self.has_recovered:
            self.check_gone()  # or what is shown next would be held against what was there

    def check_gone(self) -> None:
        """What is over is gone from memory and nothing else is."""
        rooms, ending = self.world.state.rooms, self.rooms_ending()
        assert rooms.keys() - ending == self.model.rooms.keys()
        assert ending <= self.model.ended.keys()
        for name, room in self.model.rooms.items():
            gone = rooms[name].log.first_seq - 1
            self.model.saw_gone(room, gone)
            if self.world.now_ms < self.held_until_ms and name in self.held_first:
                assert gone == self.held_first[name] - 1, "gone while it was held"

    def rooms_ending(self) -> set[str]:
        """Return the rooms that nobody sees any more, of which there is something still."""
        return {name for name, room in self.world.state.rooms.items() if room.has_ended}

    def check_all_heard(self) -> None:
        """Who reads has heard everything and nothing else."""
        for peer in self.peers:
            self.check_heard(peer)
            if not peer.reads:
                continue
            assert not peer.ended, peer.notices[-1:]
            for room in self.model.rooms_of(peer.name):
                assert self.came[peer][room.name] == room.last, (peer.name, room.name)

    def check_heard(self, peer: Peer) -> None:
        """Look at what has come since the last time."""
        entries = peer.entries[self.heard[peer] :]
        notices = peer.notices[self.told[peer] :]
        self.heard[peer], self.told[peer] = len(peer.entries), len(peer.notices)
        came = self.came[peer]
        for method, params in notices:
            self.reach(f"{method} heard")
            if method == "gap":
                room = self.model.rooms[params["room"]]
                assert params["to"] <= self.model.hidden(peer.name, room).most, params
                came[room.name] = max(came[room.name], params["to"])
            elif method == "posted":
                posted = self.model.any_room(params["room"]).item(params["seq"])
                assert posted.author == peer.name, params
        for entry in entries:
            self.reach(f"{entry['kind']} heard")
            room = self.model.any_room(entry["room"])
            assert room.may_be_known(peer.name, entry["seq"]), (peer.name, entry)
            self.check_entry(peer, room, entry, self.calm)
            came[room.name] = max(came[room.name], entry["seq"])

    def check_entry(self, peer: Peer, room: Room, entry: Map, is_latest: bool = True) -> None:
        if is_latest:
            assert entry == room.entry(entry["seq"], peer.name)
        else:
            assert room.may_have_been(entry, peer.name), (entry, room.item(entry["seq"]))
        if "author" in entry and "text" in entry:
            self.note_who_is_named(entry)

    def note_who_is_named(self, entry: Map) -> None:
        marked, is_edit = entry.get("mentions", ()), entry["kind"] == "edit"
        for name in named(entry["text"], NAMES):
            if name == entry["author"]:
                self.reach("named oneself")
            elif name in marked:
                self.reach(f"named in {'an' if is_edit else 'a'} {entry['kind']}")
            elif not is_edit:  # which is not marked for whom the text named before
                self.reach("named a stranger")
