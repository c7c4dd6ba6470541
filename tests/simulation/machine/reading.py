"""Reading: acknowledgements, names that are called, deaf devices, and all that can be looked up."""

from tests.simulation.machine.day import NAMES, NAMING, PLAIN
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.files import Files
from tests.simulation.machine.messages import DESTINATIONS
from tests.simulation.model import Room
from tests.simulation.peer import Lost, Map, Peer

LISTS = ("blocked", "hooks", "reports", "status", "people")
"""Commands that show all of something, without parameters."""


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
        """Look at everything."""
        peer, which = self.reader(draw.number(5)), draw.number(1_000)
        limit, likely = 1 + draw.number(4), draw.number(1) > 0
        rooms = self.model.rooms_of(peer.name)
        self.check_history(peer, rooms[which % len(rooms)], limit)
        place = self.place(peer.name, which, likely)
        self.check_thread(peer, *place)
        self.check_threads(peer, next((r for r in rooms if r.name == place[0]), rooms[0]), which)
        self.check_search(peer, which, limit)
        self.check_all_devices(peer.name, limit)
        self.check_download(peer, which, likely)
        self.check_groups(peer)
        for method in LISTS:
            self.ask(peer, method)
        posts = [post.shown for post in self.model.listed_of(peer.name)]
        assert self.pages(peer, "scheduled", "posts", 0) == posts

    def check_history(self, peer: Peer, room: Room, limit: int) -> None:
        page = peer.call("history", room=room.name, limit=limit)
        seqs = [entry["seq"] for entry in page["entries"]]
        for entry in page["entries"]:
            self.check_entry(peer, room, entry)
        least, most = self.model.hidden(peer.name, room)
        assert seqs == list(range(room.last - len(seqs) + 1, room.last + 1))
        assert min(limit, room.last - most) <= len(seqs) <= min(limit, room.last - least)
        if page["next"] is None:
            assert room.last - len(seqs) <= most
        pinned = {e["seq"] for e in peer.call("pins", room=room.name)["entries"]}
        pins = {seq for seq in room.all_said() if room.item(seq).pinned}
        assert {seq for seq in pins if seq > most} <= pinned <= pins
        rest = peer.call("history", room=room.name, limit=limit, revisions=False)["entries"]
        kept = [seq for seq in range(most + 1, room.last + 1) if not room.is_revision(seq)]
        assert [e["seq"] for e in rest if e["seq"] > most] == kept[-limit:]

    def check_search(self, peer: Peer, which: int, limit: int) -> None:
        """Search all rooms for what everybody says or one user, or for a text that there was."""
        words = "TEX" if which % 3 else f"text {which % (self.texts + 1)}"
        by = ["", "", *NAMES][which % 5]
        wanted = {"words": words, **({"author": by} if by else {})}
        found = self.pages(peer, "search", "entries", "", **wanted, limit=limit)
        times = [entry["ts"] for entry in found]
        assert times == sorted(times, reverse=True)
        rooms = {room.name: room for room in self.model.rooms_of(peer.name)}
        for entry in found:
            self.check_entry(peer, rooms[entry["room"]], entry)
        for name, room in rooms.items():
            seqs = [entry["seq"] for entry in found if entry["room"] == name]
            said, hidden = self.model.found(room, words, by), self.model.hidden(peer.name, room)
            assert seqs == said[::-1][: len(seqs)]
            assert {seq for seq in said if seq > hidden.most} <= set(seqs)
            assert all(seq > hidden.least for seq in seqs)
        if found:
            self.reach("found")

    def check_thread(self, peer: Peer, name: str, seq: int) -> None:
        allowed = self.model.at_place(peer.name, name, seq)
        page = self.attempt(peer, "thread", allowed, room=name, seq=seq, limit=200)
        if page is None:
            return
        room = self.model.rooms[name]
        expected = self.model.thread(peer.name, room, seq)
        seqs = [entry["seq"] for entry in page["entries"]]
        assert seqs == expected[: len(seqs)] if expected else seq in seqs
        for entry in page["entries"]:
            self.check_entry(peer, room, entry)
        assert page == self.model.thread_shown(peer.name, room, room.root(seq))

    def check_threads(self, peer: Peer, room: Room, which: int) -> None:
        """List the threads of a room, page by page, all or those with something unread."""
        unread = which % 2 == 0
        found = self.pages(peer, "threads", "threads", 0, room=room.name, unread=unread, limit=2)
        least, most = self.model.hidden(peer.name, room)
        roots = {room.root(seq) for seq, item in enumerate(room.items, 1) if item.answers}
        ends = {room.thread(root)[-1]: root for root in roots if room.comments(root)}
        ends = {last: ends[last] for last in sorted(ends, reverse=True) if last > least}
        shown = {thread["last_comment"]: thread["root"] for thread in found}
        assert shown.items() <= ends.items() and list(shown) == sorted(shown, reverse=True)
        assert unread or all(last in shown or last <= most for last in ends)
        for thread in found:
            assert thread == self.model.thread_shown(peer.name, room, thread["root"])
            assert thread["last_at"] == room.item(thread["last_comment"]).ts
            assert thread["unread"] or not unread
        if found:
            self.reach("threads found")

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
        listed = self.pages(peer, "unread", "rooms", "", limit=limit)
        unread = {n for n, shown in rooms.items() if shown["unread"] or shown["mentions"]}
        assert [shown["room"] for shown in listed] == sorted(unread)
        assert all(rooms[shown["room"]] == rooms[shown["room"]] | shown for shown in listed)
        if listed:
            self.reach("unread")
        if any(shown["mentions"] for shown in listed):
            self.reach("unread with mentions")
        return rooms
