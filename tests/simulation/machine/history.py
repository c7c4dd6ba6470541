"""History: acknowledgements, deaf devices, and everything that can be looked up."""

from tests.simulation.machine.day import NAMES
from tests.simulation.machine.drawing import Asked, Draw, asks, step
from tests.simulation.machine.files import Files
from tests.simulation.model import Room
from tests.simulation.peer import Lost, Map, Peer

LISTS = ("blocked", "hooks", "reports", "scheduled")
"""Commands that show all of something, without parameters."""


class History(Files):
    """What devices do with what they have heard."""

    @step(when=lambda day: day.peers)
    def ack(self, draw: Draw) -> None:
        """Read all of a room, or not quite, or more than there is."""
        peer, back = draw.one(self.peers), draw.one([0, 0, 0, 1, 2, -1])
        if peer.last and peer.reads:
            room = self.model.rooms[draw.one(sorted(peer.last))]
            self.read(peer, room, max(0, peer.last[room.name] - back))

    def some_room(self, draw: Draw) -> tuple[Peer, Room]:
        peer = self.reader(draw.number(5))
        return peer, draw.one(self.model.rooms_of(peer.name))

    @asks(["unread-from"])
    def unread_place(self, draw: Draw) -> Asked:
        """An entry, of which there may be none."""
        peer, room = self.some_room(draw)
        seq = max(0, room.last - draw.one([0, 1, 2, 3, -1, 10**6]))
        return peer, {"room": room.name, "seq": seq}

    @asks(["mute"])
    def loud_room(self, draw: Draw) -> Asked:
        peer, room = self.some_room(draw)
        return peer, {"room": room.name, "muted": draw.one([True, False])}

    @step(when=lambda day: day.peers)
    def turn_deaf_or_listen_again(self, draw: Draw) -> None:
        peer = draw.one(self.peers)
        peer.reads = not peer.reads
        if peer.reads:
            self.calm = False  # what comes now was right when it was queued
            del self.deaf_since[peer]
            self.world.settle()
        else:
            self.deaf_since[peer] = self.world.now_ms

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
        self.check_status(peer)
        self.check_all_devices(peer.name, limit)
        self.check_quotas(peer)
        self.check_download(peer, which, likely)
        self.check_groups(peer)
        for method in LISTS:
            self.ask(peer, method)

    def check_history(self, peer: Peer, room: Room, limit: int) -> None:
        page = peer.call("history", room=room.name, limit=limit)
        seqs = [entry["seq"] for entry in page["entries"]]
        for entry in page["entries"]:
            self.check_entry(peer, room, entry)
        least, most = self.hidden(peer, room)
        assert seqs == list(range(room.last - len(seqs) + 1, room.last + 1))
        assert len(seqs) <= min(limit, room.last - least)
        assert len(seqs) >= min(limit, room.last - most)
        if page["next"] is None:
            assert room.last - len(seqs) <= most
        pinned = {e["seq"] for e in peer.call("pins", room=room.name)["entries"]}
        pins = {
            seq for seq in range(1, room.last + 1) if room.is_said(seq) and room.item(seq).pinned
        }
        assert pinned <= pins and {seq for seq in pins if seq > most} <= pinned
        rest = peer.call("history", room=room.name, limit=limit, revisions=False)["entries"]
        kept = [seq for seq in range(most + 1, room.last + 1) if not room.is_revision(seq)]
        assert [e["seq"] for e in rest if e["seq"] > most] == kept[-limit:]

    def check_search(self, peer: Peer, which: int, limit: int) -> None:
        """Search all rooms for what everybody says or one user, or for a text that there was."""
        words = "TEX" if which % 3 else f"text {which % (self.texts + 1)}"
        by = ["", "", *NAMES][which % 5]
        entries = sum(room.last for room in self.model.rooms.values())
        found: list[Map] = []
        after: str | None = ""
        while after is not None:
            page = peer.call("search", words=words, author=by or None, limit=limit, after=after)
            assert len(page["entries"]) <= limit
            found, after = found + page["entries"], page["next"]
            assert len(found) <= entries, "some are found again and again"
        assert [entry["ts"] for entry in found] == sorted((e["ts"] for e in found), reverse=True)
        for entry in found:
            self.check_entry(peer, self.model.rooms[entry["room"]], entry)
        rooms = self.model.rooms_of(peer.name)
        for room in rooms:
            seqs = [entry["seq"] for entry in found if entry["room"] == room.name]
            self.check_found(peer, room, seqs, self.model.found(room, words, by))
        assert {entry["room"] for entry in found} <= {room.name for room in rooms}
        if found:
            self.reach("found")

    def check_found(self, peer: Peer, room: Room, seqs: list[int], said: list[int]) -> None:
        """Hold what was found in a room, newest first, against what is said there."""
        least, most = self.hidden(peer, room)
        assert seqs == said[::-1][: len(seqs)]
        assert {seq for seq in said if seq > most} <= set(seqs)
        assert all(seq > least for seq in seqs)

    def check_thread(self, peer: Peer, name: str, seq: int) -> None:
        allowed = self.model.may_look_at(peer.name, name, seq)
        page = self.attempt(peer, "thread", allowed, room=name, seq=seq, limit=200)
        if page is None:
            return
        room = self.model.rooms[name]
        expected = self.model.thread(peer.name, room, seq)
        seqs = [entry["seq"] for entry in page["entries"]]
        assert seqs == expected[: len(seqs)] if expected else seq in seqs
        for entry in page["entries"]:
            self.check_entry(peer, room, entry)
        assert page["comments"] == room.comments(page["root"])
        assert page["root"] == room.item(seq).fields.get("root", seq)
        self.check_unread_comments(peer, room, page)

    def check_threads(self, peer: Peer, room: Room, which: int) -> None:
        """List the threads of a room, page by page, all or those with something unread."""
        found: list[Map] = []
        after: int | None = 0
        unread = which % 2 == 0
        while after is not None:
            page = peer.call("threads", room=room.name, unread=unread, after=after, limit=2)
            after, found = page["next"], found + page["threads"]
        least, most = self.hidden(peer, room)
        roots = {item.fields["root"] for item in room.items if item.answers}
        ends = {room.thread(root)[-1]: root for root in roots if room.comments(root)}
        ends = {last: ends[last] for last in sorted(ends, reverse=True) if last > least}
        shown = {thread["last_comment"]: thread["root"] for thread in found}
        assert shown.items() <= ends.items() and list(shown) == sorted(shown, reverse=True)
        for last in ends:
            assert unread or last in shown or last <= most
        for thread in found:
            assert thread["comments"] == room.comments(thread["root"])
            assert thread["last_at"] == room.item(thread["last_comment"]).ts
            self.check_unread_comments(peer, room, thread)
            assert thread["unread"] or not unread
        if found:
            self.reach("threads found")

    def check_unread_comments(self, peer: Peer, room: Room, thread: Map) -> None:
        least, most = self.model.unread_comments(peer.name, room, thread["root"])
        assert least <= thread["unread"] <= most

    def check_status(self, peer: Peer) -> None:
        model = self.model
        status = peer.call("status")
        if peer.ended:
            raise Lost
        for limit, counted in (("general", "general"), ("private", "")):
            assert status[limit]["left"] == model.left(peer.name, counted)
            assert status[limit]["reset_at"] == model.reset_at(peer.name, counted)
        assert status["connections"] == sum(p.name == peer.name for p in self.peers)
        online = {p.name for p in self.peers}
        assert status["online_names"] == sorted(online)
        called = {name: model.display_names.get(name, "") for name in model.users}
        assert status["display_name"] == called[peer.name]
        assert peer.call("people")["people"] == [
            {"name": name, "online": name in online, "display_name": called[name]}
            for name in sorted(set(model.users) - model.over)
        ]
        assert status["warnings"] == len(model.warnings_of(peer.name))
        assert status["warnings_limit"] == model.warnings_limit_of(peer.name)
        assert status["administrator"] == model.is_admin(peer.name)
        is_banned = model.is_banned(peer.name)
        assert status["banned_until"] == (model.bans[peer.name] if is_banned else None)
        by = status["banned_by"], status["ban_reason"]
        assert by == (model.banned_by[peer.name] if is_banned else ("", ""))
        waiting = model.waiting_of(peer.name)
        assert status["scheduled"] == len(waiting)
        assert status["held"] == sum(bool(post.held_by) for post in waiting)
        assert status["invitations"] == len(model.invitations(peer.name))
        owned = [group for group in model.groups.values() if group.owner == peer.name]
        assert status["requests"] == sum(len(group.requests) for group in owned)
        for shown in status["rooms"]:
            self.check_room(peer, model.rooms[shown["room"]], shown)
