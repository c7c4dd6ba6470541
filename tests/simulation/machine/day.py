"""A day: a world, the model of it, who is connected, and what may be lost of it."""

import pickle
from collections import Counter, deque
from copy import copy
from dataclasses import asdict
from typing import Any, ClassVar, NamedTuple

from hypothesis.stateful import RuleBasedStateMachine

from chatd.config import Fsync
from tests.simulation.machine.outages import FragileWorld
from tests.simulation.model import HOUR_MS, Model, Rules
from tests.simulation.model.mentions import ways_to_name
from tests.simulation.peer import Peer, Request

NAMES = ("alice", "bob", "carol")
SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 24 * HOUR_MS
STALL_MS = 30 * MINUTE_MS
HIGH_WATER_BYTES = 4_000
NEVER_MS = 10**12
LATE_MS = 20
"""Timers round up to a hundredth of a second."""

NAMING = [way for name in NAMES for way in ways_to_name(name)]
NAMING_NOBODY = ["bob", "@", "@nobody", "@bobby", "mail@bob", "@@bob", ".@bob", "@bob.org"]
PHRASES = [*NAMING, *NAMING_NOBODY, "@alice @bob, @carol", "@bob @BOB", "@nobody @carol"]
Tail = tuple[str, int]
"""What stands in a text behind the number that tells it from all others: words, and padding."""
PLAIN: Tail = ("", 0)
TAILS = [PLAIN, ("", 500), ("", 3_000), ("@alice", 500), *((phrase, 0) for phrase in PHRASES)]
TAILS_OFTEN = [*TAILS[:3] * 20, *TAILS]


class Checkpoint(NamedTuple):
    """What everybody knew when a tick had been told."""

    tick: int
    model: bytes
    kept: dict[str, Any]


class Day(RuleBasedStateMachine):
    """A world, the model of it, and all connections.

    peers: who is connected. left: who was. came: for each peer how far it has heard each room.
    is_over: nobody can know any more how things are, so nothing more is done today.
    has_recovered: the server started again, and nobody has looked yet what it has lost.
    may_hold_until_ms: before that nothing may expire, as a start was far from the last stamp.
    punctual_ms: before that timers may be late, as the disk was full.
    calm: nothing but the last request has happened, so everybody heard the latest.
    reached: on how many days a request was answered so, or something happened.
    latest: what happened on the last of the days, in order, by steps.
    """

    reached: ClassVar[Counter[str]] = Counter()
    latest: ClassVar[list[Request | str]] = []

    kept: tuple[str, ...] = ("tokens", "devices_made", "held_until_ms", "held_first")
    """What is as it was, besides the model, when the server is as it was before."""

    def __init__(self) -> None:
        super().__init__()
        self.checkpoints: deque[Checkpoint] = deque()
        self.is_over = self.has_recovered = False
        self.rules_ = Rules()
        self._model = Model(self.rules_)
        self.peers: list[Peer] = []
        self.left: list[Peer] = []
        self.tokens: dict[str, tuple[str, int]] = {}
        self.devices_made = dict.fromkeys(NAMES, 0)
        self.reached_today: set[str] = set()
        self.told: dict[Peer, int] = {}
        self.heard: dict[Peer, int] = {}
        self.came: dict[Peer, dict[str, int]] = {}
        self.deaf_since: dict[Peer, int] = {}
        self.peeks: set[Peer] = set()
        self.calm = True
        self.clock_was_set = False
        self.held_until_ms = self.may_hold_until_ms = self.punctual_ms = 0
        self.held_first: dict[str, int] = {}

    @property
    def model(self) -> Model:
        """The model, at the time that it is."""
        if hasattr(self, "world"):
            self._model.now_ms, self._model.wall_ms = self.world.now_ms, self.world.clock.wall_ms
            self._model.online = Counter(peer.name for peer in self.peers)
        return self._model

    def open(self, clock_is_set: bool, seed: int = 0, **options: Any) -> None:
        """Start a server with three accounts.

        Each has been logged in to, or it would end with the day.
        """
        self.clock_is_set = clock_is_set
        about = ", ".join(f"{name} {value}" for name, value in options.items())
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
        self.world.transcript[:] = [f"a server with {about}"]
        self.now_ms = self.started_ms = self.world.now_ms
        self.checkpoint()

    def teardown(self) -> None:
        if self.is_over:
            self.reach("day over")
        if hasattr(self, "world"):
            Day.latest = self.world.transcript
            requests = [one for one in Day.latest if isinstance(one, Request) and one.outcome]
            self.reached_today.update(f"{one.method} {one.outcome}" for one in requests)
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
                self._model = pickle.loads(checkpoint.model)
                for name, value in checkpoint.kept.items():
                    setattr(self, name, value)
                return
        self.is_over = True  # it was in the middle of something

    def reach(self, what: str) -> None:
        """Note that this has happened today."""
        self.reached_today.add(what)

    def part(self, peer: Peer) -> None:
        if peer not in self.peers:  # the server is another by now
            return
        self.peers.remove(peer)
        self.deaf_since.pop(peer, None)
        self.left.append(peer)
