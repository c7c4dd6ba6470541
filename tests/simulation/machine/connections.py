"""Who comes and goes, what each connection must have heard, what must be gone."""

import pickle
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection
from contextlib import suppress
from copy import copy
from dataclasses import asdict
from functools import wraps
from typing import Any, ClassVar, NamedTuple, Protocol

import msgpack
from hypothesis import stateful
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition

from chatd.config import Fsync
from chatd.wire.commands import COMMANDS
from tests.simulation.machine.outages import FILES, FragileWorld
from tests.simulation.model import HOUR_MS, Model, Room, Rules
from tests.simulation.model.judging import Refusal
from tests.simulation.model.mentions import named, ways_to_name
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Lost, Map, Peer, Refused

NAMES = ("alice", "bob", "carol")
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 24 * HOUR_MS
PEERS_MAX = 6
STALL_MS = 30 * MINUTE_MS
KERNEL_BYTES = 2_000
HIGH_WATER_BYTES = 4_000
NEVER_MS = 10**12
SLICE_MS = 20 * MINUTE_MS
"""So often the model looks: what a scheduled text says to oneself is gone within an hour."""
LATE_MS = 20
"""Timers round up to a hundredth of a second."""

names = st.sampled_from(NAMES)
picks = st.integers(0, 10**6)
NAMING = [way for name in NAMES for way in ways_to_name(name)]
NAMING_NOBODY = ["bob", "@", "@nobody", "@bobby", "mail@bob", "@@bob", ".@bob", "@bob.org"]
PHRASES = [*NAMING, *NAMING_NOBODY, "@alice @bob, @carol", "@bob @BOB", "@nobody @carol"]
Tail = tuple[str, int]
"""What stands in a text behind the number that tells it from all others: words, and padding."""
PLAIN: Tail = ("", 0)
TAILS = [PLAIN, ("", 500), ("", 3_000), ("@alice", 500), *((phrase, 0) for phrase in PHRASES)]
TAILS_OFTEN = [*TAILS[:3] * 20, *TAILS]
tails = st.sampled_from(TAILS_OFTEN)
likely = st.sampled_from([True, True, True, False])
"""Whether to pick among what makes sense, which random picks seldom do."""


Step = Callable[..., None]


def rule(**drawn: Any) -> Callable[[Step], Step]:
    """A rule of hypothesis, the rest of which is not done when its connections are lost."""

    def decorate(step: Step) -> Step:
        @wraps(step)
        def as_far_as_possible(self: "Connections", **values: object) -> None:
            if not self.is_over:
                with suppress(Lost):
                    step(self, **values)

        enter: Callable[[Step], Step] = stateful.rule(**drawn)
        return enter(as_far_as_possible)

    return decorate


class Checkpoint(NamedTuple):
    """What everybody knew when a tick had been told."""

    tick: int
    model: bytes
    kept: dict[str, Any]


class Asks(Protocol):
    """Who asks for something, as whom, by which way whatever. Raises Refused."""

    name: str

    def call(self, method: str, **params: object) -> Map:
        """Ask and wait for the answer."""


class Connections(RuleBasedStateMachine):
    """A world, the model of it, and all connections.

    peers: who is connected. left: who was. came: for each peer how far it has heard each room.
    is_over: nobody can know any more how things are, so nothing more is done today.
    has_recovered: the server started again, and nobody has looked yet what it has lost.
    punctual_ms: before that timers may be late, as the disk was full.
    calm: nothing but the last request has happened, so everybody heard the latest.
    reached: on how many days a request was answered so, or something happened.
    """

    reached: ClassVar[Counter[str]] = Counter()

    kept: tuple[str, ...] = ("tokens", "devices_made", "held_until_ms", "held_first")
    """What is as it was, besides the model, when the server is as it was before."""

    def __init__(self) -> None:
        super().__init__()
        self.checkpoints: deque[Checkpoint] = deque()
        self.is_over = self.has_recovered = False
        self.rules_ = Rules()
        self.model = Model(self.rules_)
        self.peers: list[Peer] = []
        self.left: list[Peer] = []
        self.tokens: dict[str, tuple[str, int]] = {}
        self.devices_made = dict.fromkeys(NAMES, 0)
        self.texts = 0
        self.refused: Map = {}
        self.reached_today: set[str] = set()
        self.told: dict[Peer, int] = {}
        self.heard: dict[Peer, int] = {}
        self.came: dict[Peer, dict[str, int]] = {}
        self.deaf_since: dict[Peer, int] = {}
        self.peeks: set[Peer] = set()
        self.calm = True
        self.clock_was_set = False
        self.held_until_ms = self.punctual_ms = 0
        self.held_first: dict[str, int] = {}

    def open(self, clock_is_set: bool, seed: int = 0, **options: Any) -> None:
        """Start a server with three accounts. clock_is_set: whether somebody may do that.

        Each has been logged in to, or it would end with the day.
        """
        self.clock_is_set = clock_is_set
        self.world = FragileWorld(
            self.recover,
            seed,
            **asdict(self.rules_),
            requests_per_second=0,
            tick_bytes_max=8 * 1024,
            idle_ping_ms=NEVER_MS,
            stall_timeout_ms=STALL_MS,
            high_water_bytes=HIGH_WATER_BYTES,
            **options,
        )
        for name in NAMES:
            self.world.login(name).close()
            self.model.register(name)
        self.now_ms = self.started_ms = self.world.now_ms
        self.checkpoint()

    def teardown(self) -> None:
        if self.is_over:
            self.reach("day over")
        if hasattr(self, "world"):
            self.reached_today.update(map(" ".join, self.world.outcomes))
            self.world.__exit__(None, None, None)
        self.reached.update(self.reached_today)

    # -- what is lost ------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Remember how things are, if they may have to be so again."""
        tick, mode = self.world.told_tick, self.world.settings.fsync
        if mode is Fsync.ALWAYS or self.checkpoints and self.checkpoints[-1].tick == tick:
            return
        kept = {name: copy(getattr(self, name)) for name in self.kept}
        self.checkpoints.append(Checkpoint(tick, pickle.dumps(self.model), kept))
        while len(self.checkpoints) > 1 and self.checkpoints[1].tick <= self.world.least_tick:
            self.checkpoints.popleft()

    def recover(self) -> None:
        """The server has started again, and may be as it was before."""
        self.has_recovered, self.calm = True, False
        for peer in list(self.peers):
            peer.reads = True
            while peer.pull():
                pass
            self.part(peer)
        self.is_over |= self.world.is_unknown
        if self.world.is_rewound:
            self.rewind()
            self.reach(f"{self.world.settings.fsync.value} lost what was told")
        self.checkpoints.clear()
        if not self.is_over:
            self.checkpoint()

    def rewind(self) -> None:
        """Know no more than was known at the last tick that the server knows of."""
        for checkpoint in self.checkpoints:
            if checkpoint.tick == self.world.recovered_tick:
                self.model = pickle.loads(checkpoint.model)
                for name, value in checkpoint.kept.items():
                    setattr(self, name, value)
                return
        self.is_over = True  # it was in the middle of something

    def reach(self, what: str) -> None:
        """Note that this has happened today."""
        self.reached_today.add(what)

    # -- coming and going --------------------------------------------------------------------

    def peer(self, pick: int) -> Peer:
        return self.peers[pick % len(self.peers)]

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

    @precondition(lambda self: len(self.peers) < PEERS_MAX)
    @rule(
        name=names, way=st.sampled_from(["fresh", "fresh", "device", "now", "end", "peek", "token"])
    )
    def come(self, name: str, way: str) -> None:
        self.arrive(name, way)

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
            fields = {"device": peer.device, "label": "device"}
            self.model.tell(name, "device_added", self.world.now_ms, **fields)
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
                    self.model.ack(peer.name, room, room.last, self.world.now_ms)
                peer.last[room.name] = room.last
        else:
            for room in self.model.rooms_of(peer.name):
                self.check_start(peer, room)
        if way == "peek":
            self.peeks.add(peer)
        self.add(peer)

    def check_start(self, peer: Peer, room: Room) -> None:
        """A device that brings nothing along starts where its user has read."""
        least, most = self.model.read_least(peer.name, room), room.readers[peer.name].most
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

    @precondition(lambda self: self.left and len(self.peers) < PEERS_MAX)
    @rule(pick=picks)
    def come_back(self, pick: int) -> None:
        before = self.left.pop(pick % len(self.left))
        peer = self.world.guest(kernel_bytes=KERNEL_BYTES)
        peer.prove(before.name)
        peer.sync(positions=before.last, epoch=before.epoch)
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

    @precondition(lambda self: self.peers)
    @rule(pick=picks, how=st.sampled_from(["close", "reset"]))
    def go(self, pick: int, how: str) -> None:
        self.hang_up(self.peer(pick), how)

    def hang_up(self, peer: Peer, how: str) -> None:
        getattr(peer, how)()
        self.world.settle()
        self.part(peer)

    def part(self, peer: Peer) -> None:
        if peer not in self.peers:  # the server is another by now
            return
        self.peers.remove(peer)
        self.deaf_since.pop(peer, None)
        self.left.append(peer)

    @precondition(lambda self: self.peers and self.tokens)
    @rule(pick=picks)
    def revoke(self, pick: int) -> None:
        token, (name, number) = list(self.tokens.items())[pick % len(self.tokens)]
        mine = self.hand(name)
        request_id = mine.request("revoke", device=number)
        self.world.settle()
        assert mine.result(request_id) == {}
        del self.tokens[token]
        fields = {"device": number, "label": "device"}
        self.model.tell(name, "device_revoked", self.world.now_ms, **fields)
        for peer in [p for p in self.peers if (p.name, p.device) == (name, number)]:
            assert peer.ended or not peer.reads
            if not peer.ended:
                peer.reset()
            self.part(peer)
        assert self.world.guest().refusal("login-token", token=token)["code"] == "auth_failed"

    # -- asking ------------------------------------------------------------------------------

    def attempt(self, peer: Asks, method: str, allowed: set[str], **params: object) -> Map | None:
        """Ask for something; return the answer, None if it is refused, which changes nothing.

        allowed: what it may be answered. refused: the error, if it was one.
        """
        self.checkpoint()
        lacks_room = "storage_full" not in allowed and self.may_lack_room(method)
        if lacks_room:
            allowed = allowed | {"storage_full"}
        before = None if allowed == {DONE} else self.world.state.digest()
        try:
            answer, code = peer.call(method, **params), DONE
            while answer.get("next") is not None and method == "scheduled":
                page = peer.call(method, after=answer["next"])
                answer = {"posts": answer["posts"] + page["posts"], "next": page["next"]}
        except Refused as refusal:
            answer, code, self.refused = None, refusal.code, refusal.detail
        assert code in allowed, (method, params, code, allowed)
        is_same = (
            before is None
            or code == DONE
            or self.has_recovered
            or self.world.state.digest() == before
        )
        assert is_same, (method, params, code)
        if code == "storage_full" and lacks_room:
            self.reach("full disk" if self.world.is_full else "bad disk")
        if code == "banned":
            assert self.refused["until"] == self.model.bans[peer.name]
        return answer

    def may_lack_room(self, method: str) -> bool:
        """Whether a command may be refused for want of room on the disk."""
        is_full = self.world.is_full and COMMANDS[method].writes
        return is_full or (method == "upload-chunk" and self.world.disk.may_fail(FILES))

    def ask(
        self, peer: Asks, method: str, others: Collection[str] = (), /, **params: Any
    ) -> Map | None:
        """Ask for a command as the model knows it, with parameters of which None are left out.

        Returns the answer, None if it is refused. others: what it may be refused by besides.
        """
        now_ms = self.world.now_ms
        known = {key: value for key, value in params.items() if key != "nonce"}
        judged = getattr(self.model, "do_" + method.replace("-", "_"))(peer.name, now_ms, **known)
        fields: Map = {}
        try:
            allowed = {DONE, *next(judged), *others}
        except Refusal as refusal:
            allowed, fields = refusal.codes | {*others}, refusal.fields
        params = {key: value for key, value in params.items() if value is not None}
        members = {name: self.members_of(name) for name in NAMES}
        left = self.model.left(peer.name, "general", now_ms)
        answer = self.attempt(peer, method, allowed, **params)
        if answer is None:
            is_sure = len(allowed) == 1 and self.refused["code"] in allowed
            assert not is_sure or self.refused.items() >= fields.items(), (self.refused, fields)
            return None
        expected = None
        try:
            judged.send(answer)
        except StopIteration as stop:
            expected = stop.value
        assert answer == expected, (method, params, answer, expected)
        if self.model.left(peer.name, "general", now_ms) != left:
            self.check_limits_told(peer.name)
        for name, rooms in members.items():
            self.parting(name, rooms - self.members_of(name))
        self.reached_today |= self.model.noted
        if not self.has_recovered:
            self.watch()  # what follows from it by itself is held against the rules right now
        return answer

    def members_of(self, name: str) -> set[str]:
        return {room.name for room in self.model.rooms_of(name)}

    def parting(self, name: str, rooms: set[str]) -> None:
        """Who does not listen may be back before hearing of it: numbers repeat then."""
        for peer in self.peers:
            if peer.name == name and not peer.reads:
                peer.jumps |= rooms

    def text(self, tail: Tail = PLAIN) -> str:
        self.texts += 1
        words, padding = tail
        return " ".join(filter(None, [f"text {self.texts};", words, "x" * padding]))

    def check_limits_told(self, name: str) -> None:
        for peer in self.peers:
            if peer.name == name and peer.reads:
                told = peer.told("limits")[-1]["general"]
                assert told["left"] == self.model.left(name, "general", self.world.now_ms)

    # -- what always holds -------------------------------------------------------------------

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
        self.model.settled(self.now_ms)
        self.check_gone()
        self.check_all_heard()
        is_under_way = self.now_ms >= self.started_ms + LATE_MS
        if is_under_way and not self.clock_was_set and self.now_ms >= self.punctual_ms:
            self.model.check_nothing_is_late(self.now_ms, LATE_MS)
        self.calm = True
        self.checkpoint()

    def watch(self) -> None:
        """Hold what the server did by itself against the rules."""
        came: dict[int, list[Map]] = defaultdict(list)
        for room in self.world.state.rooms.values():
            known = self.model.rooms.get(room.room)
            last = 0 if known is None else known.last
            assert room.log.first_seq <= last + 1, f"{room.room}: gone before anybody looked"
            for frame in room.log.after(last):
                entry = msgpack.unpackb(frame[4:])[2]
                came[entry["ts"]].append(entry)
        for ts in sorted(came):
            self.model.watch(came[ts], self.world.clock.wall_ms)

    def rest(self, ms: int) -> None:
        """Let time go by."""
        self.calm = False  # much may have changed since something was heard
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

    def check_gone(self) -> None:
        """What is over is gone from memory and nothing else is."""
        rooms = {name: room for name, room in self.world.state.rooms.items()}
        assert rooms.keys() == self.model.rooms.keys()
        for name, room in self.model.rooms.items():
            gone = rooms[name].log.first_seq - 1
            self.model.saw_gone(room, gone, self.now_ms)
            if self.now_ms < self.held_until_ms and name in self.held_first:
                assert gone == self.held_first[name] - 1, "gone while it was held"

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
                assert params["to"] <= self.hidden(peer, room)[1], params
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

    def hidden(self, peer: Peer, room: Room) -> tuple[int, int]:
        """Return up to where a room must, and up to where it may be hidden."""
        now_ms = self.world.now_ms
        return (
            self.model.hidden_least(peer.name, room, now_ms),
            self.model.hidden_most(peer.name, room, now_ms),
        )
