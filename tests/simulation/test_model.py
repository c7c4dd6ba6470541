"""The whole server against a plain model of its rules: users, devices, time, limits, crashes.

Hypothesis makes up the days of three users and finds the shortest one on which server and
model disagree. `make fuzz` tries many more.
"""

from dataclasses import asdict
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.simulation.model import HOUR_MS, Item, Model, Room, Rules
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.world import World

NAMES = ("alice", "bob", "carol")
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 24 * HOUR_MS
PEERS_MAX = 6
STALL_MS = 30 * MINUTE_MS
KERNEL_BYTES = 2_000
HIGH_WATER_BYTES = 4_000
NEVER_MS = 10**12

NO_ITEM = Item(0, "", "")

names = st.sampled_from(NAMES)
picks = st.integers(0, 10**6)
paddings = st.sampled_from([0, 0, 0, 500, 3_000])
sleeps_ms = st.sampled_from(
    [1, 400, 1_200, MINUTE_MS, 5 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS]
)
posts = st.tuples(picks, st.sampled_from(["", "", *NAMES]), paddings)


class Days(RuleBasedStateMachine):
    """Everything that users do, and everything that happens to a server."""

    def __init__(self) -> None:
        super().__init__()
        self.rules_ = Rules()
        self.model = Model(self.rules_)
        self.peers: list[Peer] = []
        self.left: list[Peer] = []
        self.tokens: dict[str, tuple[str, int]] = {}
        self.devices_made = dict.fromkeys(NAMES, 0)
        self.texts = 0
        self.said: list[tuple[str, str, str, str]] = []
        self.told: dict[Peer, int] = {}
        self.heard: dict[Peer, int] = {}
        self.deaf_since: dict[Peer, int] = {}
        self.peeks: set[Peer] = set()
        self.held_until_ms = 0
        self.held_first: dict[str, int] = {}

    @initialize(clock_is_set=st.booleans())
    def begin(self, clock_is_set: bool) -> None:
        self.clock_is_set = clock_is_set
        self.world = World(
            **asdict(self.rules_),
            requests_per_second=0,
            idle_ping_ms=NEVER_MS,
            stall_timeout_ms=STALL_MS,
            high_water_bytes=HIGH_WATER_BYTES,
            snapshot_interval_ms=37 * MINUTE_MS,
        )
        for name in NAMES:
            self.world.register(name)
            self.model.register(name)
        self.now_ms = self.started_ms = self.world.now_ms

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.__exit__(None, None, None)

    # -- coming and going --------------------------------------------------------------------

    def peer(self, pick: int) -> Peer:
        return self.peers[pick % len(self.peers)]

    @rule(name=names, way=st.sampled_from(["fresh", "fresh", "device", "now", "peek", "token"]))
    def come(self, name: str, way: str) -> None:
        if len(self.peers) >= PEERS_MAX:
            return
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
            self.model.tell(name, "device_added", self.world.now_ms)
        self.follow(peer, way)

    def follow(self, peer: Peer, way: str) -> None:
        general = self.model.rooms["general"]
        is_new = peer.name not in general.readers
        self.model.newcomer(peer.name, self.world.now_ms)
        synced = peer.sync(start="now" if way == "now" else "unread", peek=way == "peek")
        assert synced["rooms"] == len(self.model.rooms_of(peer.name))
        if way == "now":
            for room in self.model.rooms_of(peer.name):
                assert room.name not in peer.last
                peer.last[room.name] = room.last
                self.model.ack(peer.name, room, room.last, self.world.now_ms)
        else:
            for room in self.model.rooms_of(peer.name):
                self.check_start(peer, room, is_new and room is general)
        if way == "peek":
            self.peeks.add(peer)
        self.add(peer)

    def check_start(self, peer: Peer, room: Room, is_new: bool = False) -> None:
        """A device that brings nothing along starts where its user has read."""
        reader = room.readers[peer.name]
        gaps = [gap["from"] for gap in peer.told("gap") if gap["room"] == room.name]
        first = min([*peer.seqs(room.name), *gaps], default=room.last + 1)
        assert reader.sure + 1 <= first <= reader.most + 1, (room.name, first, reader)
        if is_new:  # now it is known
            reader.sure = reader.most = first - 1
            reader.start = (first - 1, first - 1)
        peer.last.setdefault(room.name, first - 1)

    def add(self, peer: Peer) -> None:
        self.peers.append(peer)
        self.told[peer] = self.heard[peer] = 0

    @precondition(lambda self: self.left)
    @rule(pick=picks)
    def come_back(self, pick: int) -> None:
        if len(self.peers) >= PEERS_MAX:
            return
        before = self.left.pop(pick % len(self.left))
        peer = self.world.guest(kernel_bytes=KERNEL_BYTES)
        peer.prove(before.name)
        peer.sync(positions=before.last, epoch=before.epoch)
        assert peer.told("reset") == []
        for room in self.model.rooms_of(peer.name):
            if room.name not in before.last:
                self.check_start(peer, room)
        self.add(peer)

    @precondition(lambda self: self.peers)
    @rule(pick=picks, how=st.sampled_from(["close", "reset"]))
    def go(self, pick: int, how: str) -> None:
        peer = self.peer(pick)
        getattr(peer, how)()
        self.world.settle()
        self.part(peer)

    def part(self, peer: Peer) -> None:
        self.peers.remove(peer)
        self.deaf_since.pop(peer, None)
        self.left.append(peer)

    @precondition(lambda self: self.peers and self.tokens)
    @rule(pick=picks)
    def revoke(self, pick: int) -> None:
        token, (name, number) = list(self.tokens.items())[pick % len(self.tokens)]
        mine = [peer for peer in self.peers if peer.name == name and peer.reads]
        if not mine:
            return
        request_id = mine[0].request("revoke", device=number)
        self.world.settle()
        del self.tokens[token]
        self.model.tell(name, "device_revoked", self.world.now_ms)
        assert mine[0].result(request_id) == {}
        for peer in [p for p in self.peers if (p.name, p.device) == (name, number)]:
            assert peer.ended or not peer.reads
            if not peer.ended:
                peer.reset()
            self.part(peer)
        assert self.world.guest().refusal("login-token", token=token)["code"] == "auth_failed"

    # -- talking -----------------------------------------------------------------------------

    def text(self, padding: int) -> str:
        self.texts += 1
        return f"text {self.texts};" + "x" * padding

    @precondition(lambda self: self.peers)
    @rule(what=st.lists(posts, min_size=1, max_size=6), with_nonce=st.booleans())
    def talk(self, what: list[tuple[int, str, int]], with_nonce: bool) -> None:
        """Several say something in the same tick."""
        asked = []
        for pick, to, padding in what:
            peer, text = self.peer(pick), self.text(padding)
            if peer.reads:
                nonce = f"nonce {self.texts}" if with_nonce else ""
                asked.append((peer, to, text, nonce, self.ask(peer, to, text, nonce)))
        self.world.settle()
        self.check_posts(asked)

    def ask(self, peer: Peer, to: str, text: str, nonce: str) -> int:
        params: Map = {"text": text, **({"nonce": nonce} if nonce else {})}
        return peer.request("send-to", to=to, **params) if to else peer.request("send", **params)

    def check_posts(self, asked: list[tuple[Peer, str, str, str, int]]) -> None:
        """Hold answers to posts against the model, in the order in which they were made."""
        now_ms, refused, made = self.world.now_ms, [], []
        for peer, to, text, nonce, request_id in asked:
            try:
                made.append((peer.result(request_id), peer.name, to, text, nonce))
            except Refused as refusal:
                refused.append((peer.name, to, refusal.detail))
        for posted, name, to, text, nonce in sorted(made, key=lambda one: one[0]["seq"]):
            room = self.model.room_for(name, to)
            assert self.model.left(name, room, now_ms) > 0, "over the limit"
            place = self.model.post(name, to, text, nonce, now_ms)
            assert (posted["room"], posted["seq"], posted["ts"]) == (*place, now_ms)
            if nonce:
                self.said.append((name, to, text, nonce))
        for name, to, error in refused:
            room = self.model.room_for(name, to)
            assert error["code"] == "rate_limited", error
            assert self.model.left(name, room, now_ms) == 0, "refused under the limit"
            assert error["reset_at"] == self.model.reset_at(name, room, now_ms)
        for name in {name for _, name, to, _, _ in made if not to}:
            self.check_limits_told(name)

    def check_limits_told(self, name: str) -> None:
        for peer in self.peers:
            if peer.name == name and peer.reads:
                told = peer.told("limits")[-1]["general"]
                assert told["left"] == self.model.left(name, "general", self.world.now_ms)

    @precondition(lambda self: self.said)
    @rule(pick=picks, other=st.booleans())
    def repeat(self, pick: int, other: bool) -> None:
        """Say something again, the same or with other words, under the same nonce."""
        name, to, text, nonce = self.said[pick % len(self.said)]
        peers = [peer for peer in self.peers if peer.name == name and peer.reads]
        if not peers:
            return
        peer, now_ms = peers[0], self.world.now_ms
        text = self.text(0) if other else text
        known = self.model.known(name, nonce, to, text, now_ms)
        request_id = self.ask(peer, to, text, nonce)
        self.world.settle()
        if known is None:
            self.check_posts([(peer, to, text, nonce, request_id)])
            return
        try:
            posted = peer.result(request_id)
        except Refused as error:
            assert (error.code, known) == ("conflict", "conflict")
        else:
            assert (posted["room"], posted["seq"], posted["ts"]) == known

    # -- reading -----------------------------------------------------------------------------

    @precondition(lambda self: self.peers)
    @rule(pick=picks, which=picks, back=st.sampled_from([0, 0, 0, 1, 2, -1]))
    def ack(self, pick: int, which: int, back: int) -> None:
        """Read all of a room, or not quite, or more than there is."""
        peer = self.peer(pick)
        rooms = sorted(peer.last)
        if not rooms or not peer.reads:
            return
        room = self.model.rooms[rooms[which % len(rooms)]]
        seq = max(0, peer.last[room.name] - back)
        errors = len(peer.told("error"))
        peer.ack(room.name, seq)
        refused = peer in self.peeks or back < 0
        assert [error["code"] for error in peer.told("error")[errors:]] == ["bad_request"] * refused
        if not refused:
            self.model.ack(peer.name, room, seq, self.world.now_ms)

    @precondition(lambda self: self.peers)
    @rule(pick=picks)
    def turn_deaf_or_listen_again(self, pick: int) -> None:
        peer = self.peer(pick)
        peer.reads = not peer.reads
        if peer.reads:
            del self.deaf_since[peer]
            self.world.settle()
        else:
            self.deaf_since[peer] = self.world.now_ms

    @precondition(lambda self: self.peers)
    @rule(pick=picks, which=picks, limit=st.integers(1, 5))
    def look(self, pick: int, which: int, limit: int) -> None:
        peer = self.peer(pick)
        if peer.reads:
            rooms = self.model.rooms_of(peer.name)
            self.check_history(peer, rooms[which % len(rooms)], limit)
            self.check_status(peer)

    def check_history(self, peer: Peer, room: Room, limit: int) -> None:
        page = peer.call("history", room=room.name, limit=limit)
        seqs = [entry["seq"] for entry in page["entries"]]
        for entry in page["entries"]:
            self.check_item(room, entry)
        least, most = self.hidden(peer, room)
        assert seqs == list(range(room.last - len(seqs) + 1, room.last + 1))
        assert len(seqs) <= min(limit, room.last - least)
        assert len(seqs) >= min(limit, room.last - most)
        if page["next"] is None:
            assert room.last - len(seqs) <= most

    @precondition(lambda self: self.peers)
    @rule(pick=picks, limit=st.integers(1, 5), by=st.sampled_from(["", "", *NAMES]))
    def find(self, pick: int, limit: int, by: str) -> None:
        """Search all rooms for what everybody says, or one user."""
        peer = self.peer(pick)
        if not peer.reads:
            return
        found: list[Map] = []
        after: str | None = ""
        while after is not None:
            page = peer.call("search", words="TEX", author=by or None, limit=limit, after=after)
            assert len(page["entries"]) <= limit
            found, after = found + page["entries"], page["next"]
            assert len(found) <= self.texts, "some are found again and again"
        assert [entry["ts"] for entry in found] == sorted((e["ts"] for e in found), reverse=True)
        for room in self.model.rooms_of(peer.name):
            seqs = [entry["seq"] for entry in found if entry["room"] == room.name]
            self.check_found(peer, room, seqs, {by} if by else set(NAMES))

    def check_found(self, peer: Peer, room: Room, seqs: list[int], authors: set[str]) -> None:
        """Hold what was found in a room against what was said there, newest first."""
        said = [seq for seq in range(room.last, 0, -1) if room.item(seq).author in authors]
        least, most = self.hidden(peer, room)
        assert seqs == said[: len(seqs)]
        assert {seq for seq in said if seq > most} <= set(seqs)
        assert all(seq > least for seq in seqs)

    def hidden(self, peer: Peer, room: Room) -> tuple[int, int]:
        """Return up to where a room must, and up to where it may be hidden."""
        now_ms = self.world.now_ms
        return (
            self.model.hidden_least(peer.name, room, now_ms),
            self.model.hidden_most(peer.name, room, now_ms),
        )

    def check_status(self, peer: Peer) -> None:
        now_ms = self.world.now_ms
        status = peer.call("status")
        for limit, counted in (("general", "general"), ("private", "")):
            assert status[limit]["left"] == self.model.left(peer.name, counted, now_ms)
            assert status[limit]["reset_at"] == self.model.reset_at(peer.name, counted, now_ms)
        assert status["connections"] == sum(p.name == peer.name for p in self.peers)
        assert status["online_names"] == sorted({p.name for p in self.peers})
        for shown in peer.call("rooms")["rooms"]:
            room = self.model.rooms[shown["room"]]
            assert shown["last_seq"] == room.last
            reader = room.readers[peer.name]
            assert reader.sure <= shown["read_seq"] <= reader.most
            least, most = self.model.unread(peer.name, room, now_ms)
            assert least <= shown["unread"] <= most, (shown, least, most)

    # -- time --------------------------------------------------------------------------------

    @rule(ms=sleeps_ms)
    def sleep(self, ms: int) -> None:
        self.world.sleep(ms)
        for peer, since_ms in list(self.deaf_since.items()):
            if peer.sock.other.closed:
                assert self.world.now_ms - since_ms >= STALL_MS
                while peer.pull():
                    pass
                self.part(peer)

    @precondition(lambda self: self.clock_is_set)
    @rule(by_ms=st.sampled_from([-3 * DAY_MS, -HOUR_MS, HOUR_MS, 3 * DAY_MS]))
    def set_the_clock(self, by_ms: int) -> None:
        self.world.clock.set_wall(by_ms)
        self.model.lax_until_ms = NEVER_MS * 10  # timers are late while server time catches up

    @rule(
        how=st.sampled_from(["stop", "kill", "crash"]),
        down_ms=st.sampled_from([0, 1_000, 2 * HOUR_MS, 3 * DAY_MS]),
        pick=picks,
    )
    def restart(self, how: str, down_ms: int, pick: int) -> None:
        random = Random(pick)
        for peer in self.peers:
            peer.reads = True
        self.world.settle()
        if how == "stop":
            self.world.stop()
            self.model.stopped(self.world.now_ms)
            self.check_disk()
        elif how == "kill":
            self.world.kill()
        else:
            self.world.crash(lambda: random.random() < 0.5)
        first = {name: room.log.first_seq for name, room in self.world.state.rooms.items()}
        before_ms = self.world.now_ms
        self.world.clock.advance(down_ms)
        self.world.restart()
        self.hold(before_ms, first)
        # Server time may begin anew anywhere behind the last stamp, if the wall clock was set.
        self.now_ms = self.model.last_ms
        for peer in list(self.peers):
            assert peer.ended
            self.part(peer)
        self.see_how_far_all_have_read()

    def hold(self, before_ms: int, first: dict[str, int]) -> None:
        """A start far from the last stamp deletes nothing for an hour."""
        now_ms = self.world.now_ms
        is_far = now_ms - before_ms > DAY_MS
        self.held_until_ms = now_ms + HOUR_MS if is_far else 0
        self.held_first = first
        may_be_far = now_ms - max(self.model.last_ms, self.started_ms) > DAY_MS
        lax_ms = SECOND_MS + (HOUR_MS if is_far or may_be_far else 0)
        self.model.lax_until_ms = max(self.model.lax_until_ms, now_ms + lax_ms)
        self.started_ms = now_ms

    def see_how_far_all_have_read(self) -> None:
        for name in NAMES:
            peer = self.world.login(name)
            for shown in peer.call("rooms")["rooms"]:
                room = self.model.rooms[shown["room"]]
                if name in room.readers:
                    self.model.observed(name, room, shown["read_seq"])
            peer.close()
        self.world.settle()

    def check_disk(self) -> None:
        """What must be gone is in no file after the last snapshot, unless it was said again."""
        files = b"".join(self.world.disk.files().values())
        gone: set[str] = set()
        there: set[str] = set()
        for room in self.model.rooms.values():
            up_to = self.model.gone_least(room, self.world.now_ms)
            gone |= {item.text for item in room.items[:up_to] if item.author}
            there |= {item.text for item in room.items[up_to:]}
        for text in gone - there:
            assert text.split(";")[0].encode() + b";" not in files, text

    # -- what always holds -------------------------------------------------------------------

    @invariant()
    def time_goes_on(self) -> None:
        if hasattr(self, "world"):
            self.world.settle()
            assert self.world.now_ms >= self.now_ms
            self.now_ms = self.world.now_ms
            self.model.settled(self.now_ms)

    @invariant()
    def who_reads_has_heard_everything_and_nothing_else(self) -> None:
        for peer in self.peers:
            self.check_heard(peer)
            if not peer.reads:
                continue
            assert not peer.ended, peer.notices[-1:]
            for room in self.model.rooms_of(peer.name):
                assert peer.last.get(room.name, 0) == room.last, (peer.name, room.name)

    def check_heard(self, peer: Peer) -> None:
        """Look at what has come since the last time."""
        entries = peer.entries[self.heard[peer] :]
        notices = peer.notices[self.told[peer] :]
        self.heard[peer], self.told[peer] = len(peer.entries), len(peer.notices)
        for entry in entries:
            self.check_item(self.model.rooms[entry["room"]], entry)
            assert peer.name in self.model.rooms[entry["room"]].readers
        for method, params in notices:
            if method == "gap":
                room = self.model.rooms[params["room"]]
                assert params["to"] <= self.hidden(peer, room)[1], params

    def check_item(self, room: Room, entry: Map) -> None:
        said = entry["text"] if "text" in entry else entry["kind"]
        assert Item(entry["ts"], entry.get("author") or "", said) == room.item(entry["seq"])

    @invariant()
    def what_is_over_is_gone_from_memory_and_nothing_else_is(self) -> None:
        if not hasattr(self, "world"):
            return
        for room in self.model.rooms.values():
            gone = self.world.state.rooms[room.name].log.first_seq - 1
            assert gone <= self.model.gone_most(room, self.now_ms), room.name
            assert gone >= self.model.gone_least(room, self.now_ms), room.name
            if self.now_ms < self.held_until_ms and room.name in self.held_first:
                assert gone == self.held_first[room.name] - 1, "gone while it was held"


TestDays = Days.TestCase
TestDays.settings = settings(settings.default, stateful_step_count=40)
