"""The whole server in one process, with a clock, a disk and a network of its own.

    with World(limit_messages=3) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        world.sleep(60_000)
        world.crash()
        world.restart()

Options are the fields of `Settings`. Nothing happens by itself: `settle` lets everybody do
what there is to do right now, `sleep` lets time go by, from one timer to the next. Each
restart compares the state with the one that was left behind.
"""

import dataclasses
import math
import os
import signal
from collections.abc import Callable, Mapping
from random import Random
from types import TracebackType
from typing import Any

from chatd.app import App
from chatd.config import Fsync, Settings, load
from chatd.core.blobs import Blobs
from chatd.core.events import UserRegistered
from chatd.core.journal import Journal
from chatd.core.model import Credentials
from chatd.core.state import State
from chatd.database import Machine
from chatd.disk import Spawn
from chatd.handlers.administrators import admins_of
from chatd.net.connection import Connection
from chatd.net.loop import Loop
from tests.simulation.account import password_of, registration
from tests.simulation.clock import SimClock
from tests.simulation.disk import SimDisk, Survives, run_inline
from tests.simulation.follower import Follower
from tests.simulation.journal import LateJournal
from tests.simulation.network import (
    KERNEL_BYTES,
    Descriptors,
    SimListener,
    SimSelector,
    SimUrgent,
)
from tests.simulation.peer import Map, Peer, Request
from tests.simulation.web import RawPeer, SocketPeer, StreamPeer, WebPeer

DB_NAME = "data/chat.db"
TICKS_MAX = 20_000
"""A server that is busy for longer with what there is right now is caught in a loop."""
AT_ONCE: Callable[[], int] = int
"""Makes each tick durable at once, as the machine's own disk does: where calls are counted."""
LATE_STEPS_MAX = 3
"""A tick is durable after so many steps, or less."""
NEVER_MS = 10**9
SMALL = {
    "tick_bytes_max": 64 * 1024,
    "journal_segment_bytes": 1024 * 1024,
    "disk_reserve_bytes": 0,
    "idle_ping_ms": NEVER_MS,  # else a day's sleep is thousands of pings for each peer
}


class SimSignals:
    """Signals that a test sends."""

    def __init__(self) -> None:
        self._came: list[signal.Signals] = []

    def send(self, signum: signal.Signals) -> None:
        self._came.append(signum)

    def take(self) -> list[signal.Signals]:
        came, self._came = self._came, []
        return came


def settings_of(**options: Any) -> Settings:
    """Return the default settings but for some fields, which may be out of bounds, too."""
    defaults = load(None, {}, {"DB_NAME": DB_NAME})
    return dataclasses.replace(defaults, **{**SMALL, **options})


class World:
    """A machine, the server on it, and everybody who talks to it. app_class: of the server."""

    app_class: type[App] = App

    def __init__(
        self,
        seed: int = 0,
        disk: SimDisk | None = None,
        clock: SimClock | None = None,
        late: Callable[[], int] | None = None,
        blobs: Blobs | None = None,
        is_followed: bool = True,
        page_files: Mapping[str, bytes] | None = None,
        **options: Any,
    ) -> None:
        """late: after how many steps each tick is durable; by default one to three, or at once.

        blobs: where bytes of files lie, if not on the disk.
        is_followed: whether a second node reads along, which it can where all comes by events.
        page_files: what the page was built to, which it was not by default.
        """
        self.clock = clock or SimClock()
        self.disk = disk or SimDisk()
        self.settings = settings_of(**options)
        self.page_files = page_files or {}
        self.peers: list[Peer | RawPeer] = []
        self.transcript: list[Request | str] = []
        self.signals = SimSignals()
        self.clock_is_right = False
        self.tells_left_states = False
        self.expects_errors = False
        self.spawn: Spawn = run_inline
        self._random = Random(seed)
        self._blobs = blobs
        self._late = late or _lateness(seed)
        self._serves = False
        self._is_followed = is_followed
        self.follower: Follower | None = None
        self._descriptors = Descriptors()
        self._states_left: list[str] | None = None
        self._runs = False
        self._start()

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runs:
            self.kill()

    # -- the server --------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self.database.state

    @property
    def now_ms(self) -> int:
        """Server time."""
        return self.database.clock.now_ms

    @property
    def connections(self) -> dict[int, Connection]:
        """The server's connections, by number."""
        return self.app.by_number

    @property
    def errors(self) -> int:
        """How many exceptions the error boundary contained."""
        return self.app.boundary.errors

    def _start(self) -> None:
        self.machine = Machine(
            disk=self.disk,
            wall_ns=self.clock.wall_ns,
            boot_ns=self.clock.boot_ns,
            monotonic_ns=self.clock.monotonic_ns,
            random=self._random.randbytes,
            spawn=lambda work, keep: self.spawn(work, keep),
            clock_is_right=self.clock_is_right,
            engine=self._engine,
        )
        self.listener = SimListener(self._descriptors, self._check_durable)
        self.selector = SimSelector()
        self.app = self.app_class(
            self.settings,
            self.machine,
            Loop(self.selector, SimUrgent(self._wait)),
            self.listener,
            self.signals,
            lambda: self.settings,
            lambda: self.page_files,
        )
        self.server, self.database = self.app.server, self.app.database
        self._runs = True
        self._compare()
        if self._is_followed:
            self.follower = Follower(self.app, self.settings)
        self.server.start()

    def _engine(self, journal: Journal, blobs: Blobs) -> tuple[Journal, Blobs]:
        self.journal = LateJournal(journal, self._late)
        return self.journal, self._blobs or blobs

    def _wait(self) -> None:
        """Let time go by while a tick is under way."""
        self.journal.step()

    def _check_durable(self) -> None:
        """Let nothing leave the server that a crash could take back."""
        if self._serves:
            is_durable = not (self.journal.is_under_way or self.database.transaction.is_pending)
            assert is_durable, "something leaves before its tick is durable"

    def _compare(self) -> None:
        """Hold the state that was recovered against those that may have been left."""
        if self._states_left is not None:
            assert _digest(self.state) in self._states_left, "another state than was left"
        self._states_left = None

    def restart(self, **options: Any) -> None:
        """Start a server on what the last one left, with other options if any are given."""
        assert not self._runs
        self.settings = dataclasses.replace(self.settings, **options)
        self._start()

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """Let the server stop by a signal, as `Server.run` does."""
        self.signals.send(signum)
        while self.settle():
            self._jump(10**12)
        self.server.close()
        self._turn()
        self._states_left = [_digest(self.state)]
        self._release()

    def maintain(self, work: Callable[..., str], *arguments: str) -> str:
        """Do work of `chatd.maintenance` on the store that the last server left."""
        assert not self._runs
        self._states_left = None
        return work(self.settings, self.machine, *arguments)

    def reload(self, **options: Any) -> None:
        """Let the running server read its settings again, some of which are others now."""
        self.settings = dataclasses.replace(self.settings, **options)
        self.signals.send(signal.SIGHUP)
        self.settle()

    def kill(self) -> None:
        """Let the process die. What it wrote stays; what it held is closed."""
        self._leave()
        self.disk.end_process()

    def crash(self, survives: Survives = lambda: False) -> None:
        """Lose power; `survives` is asked of everything that was not synced."""
        self._leave()
        if self.settings.fsync is not Fsync.ALWAYS:
            self._states_left = None  # any of the last second
        self.disk.crash(survives)
        self.clock.reboot()

    def cut_power_at(self, call: int) -> None:
        """Let this call to the disk, counted from now on, and all later ones raise PowerCut."""
        self.tells_left_states = True
        self.disk.calls.clear()
        self.disk.cut_power_at(call)

    def _leave(self) -> None:
        left = self._states_left if self.tells_left_states and self._states_left else []
        self._states_left = [*left, _digest(self.state)]
        if self.journal.is_under_way and not self.tells_left_states:
            self._states_left = None  # that before the tick, which nobody has looked at
        self.tells_left_states = False
        self._release()

    def _release(self) -> None:
        self._runs = False
        self.app.listener.close()  # its descriptor in reserve is a real one
        self.listener.end_process()
        self.selector.close()
        for peer in self.peers:
            peer.turn()
        self.peers = [peer for peer in self.peers if not peer.ended]

    # -- time --------------------------------------------------------------------------------

    def step(self) -> bool:
        """Let the server take a step: a tick, or a look whether the one under way is durable.

        Nobody else does anything. Returns whether the server goes on.
        """
        if self.tells_left_states and not self.journal.is_under_way:
            self._states_left = [_digest(self.state)]
        self._serves = True
        goes_on = self.server.tick()
        self._serves = False
        assert self.expects_errors or not self.errors, "an exception met the error boundary"
        return goes_on

    def tick(self) -> bool:
        """Let the server take one turn, all steps of it, and nobody else; whether it goes on."""
        goes_on = self.step()
        while self.journal.is_under_way:
            goes_on = self.step()
        return goes_on

    def settle(self) -> bool:
        """Let everybody do what there is to do now; return whether the server goes on."""
        for _ in range(TICKS_MAX):
            if not self.step():
                return False
            while self._turn():
                pass
            if not self._is_busy():
                return True
        raise AssertionError("the server does not come to rest")

    def _is_busy(self) -> bool:
        """Whether the server has something to do that does not wait for a timer."""
        if self.journal.is_under_way or self.selector.is_ready:
            return True
        return self.waits_s == 0

    @property
    def waits_s(self) -> float | None:
        """How long the server would sleep now if nobody came; None: for ever."""
        return self.server._wait_s()

    def sleep(self, ms: int) -> None:
        """Let time go by, from one timer to the next."""
        end_ms = self.clock.wall_ms + ms
        self.settle()
        while self.clock.wall_ms < end_ms:
            self._jump(end_ms - self.clock.wall_ms)
            self.settle()

    def oversleep(self, ms: int) -> None:
        """Let time go by while the machine does nothing: every timer is late."""
        self.clock.advance(ms)
        self.settle()

    def _jump(self, ms_max: int) -> None:
        timeout_s = self.waits_s
        wait_ms = ms_max if timeout_s is None else math.ceil(timeout_s * 1000)
        self.clock.advance(max(0 if timeout_s == 0 else 1, min(ms_max, wait_ms)))

    def _turn(self) -> bool:
        moved = False
        for peer in self.peers:
            moved |= peer.turn()
        if moved:
            self.peers = [peer for peer in self.peers if not peer.ended]
        return moved

    # -- peers -------------------------------------------------------------------------------

    def connect(self, address: str = "127.0.0.1", kernel_bytes: int = KERNEL_BYTES) -> Peer:
        """Return a peer that has said nothing yet."""
        peer = Peer(self.listener.connect(address, kernel_bytes), self.settle, self.transcript)
        self.peers.append(peer)
        return peer

    def raw(self, address: str = "127.0.0.1", kernel_bytes: int = KERNEL_BYTES) -> RawPeer:
        """Return a peer that sends bytes."""
        peer = RawPeer(self.listener.connect(address, kernel_bytes), self.settle)
        self.peers.append(peer)
        return peer

    def web(self, token: str = "", address: str = "127.0.0.1") -> WebPeer:
        """Return a peer that speaks HTTP, with a device token if one is given."""
        peer = WebPeer(self.listener.connect(address, KERNEL_BYTES), self.settle, token)
        self.peers.append(peer)
        return peer

    def stream(
        self, token: str, query: str = "", last_id: str = "", kernel_bytes: int = KERNEL_BYTES
    ) -> StreamPeer:
        """Return a peer that listens to events."""
        peer = StreamPeer(self.listener.connect("127.0.0.1", kernel_bytes), self.settle)
        self.peers.append(peer)
        return peer.listen(token, query, last_id)

    def socket(
        self, subprotocol: str = "", address: str = "127.0.0.1", **fields: str
    ) -> SocketPeer:
        """Return a peer that has opened a WebSocket, with more header fields if any are given."""
        sock = self.listener.connect(address, KERNEL_BYTES)
        peer = SocketPeer(sock, lambda: None, subprotocol, **fields)
        peer.settle = self.settle
        self.peers.append(peer)
        self.settle()
        return peer

    def token(self, name: str) -> str:
        """Return a device token of a user, who is registered if need be."""
        peer = self.login(name, device="web")
        peer.close()
        return peer.token

    def guest(self, address: str = "127.0.0.1", kernel_bytes: int = KERNEL_BYTES) -> Peer:
        """Return a peer that has said hello."""
        peer = self.connect(address, kernel_bytes)
        peer.hello()
        return peer

    def register(self, name: str, address: str = "127.0.0.1") -> None:
        """Make an account; that of an administrator as `chatd user add` does."""
        if name in admins_of(self.settings):
            credentials = Credentials(**registration(password_of(name)))  # type: ignore[arg-type]
            self.database.transaction.commit(UserRegistered(self.now_ms, name, credentials))
            return
        peer = self.guest(address)
        peer.call("register", name=name, **registration(password_of(name)))
        peer.close()

    def login(self, name: str, device: str | None = None, kernel_bytes: int = KERNEL_BYTES) -> Peer:
        """Return a peer of a user, who is registered if need be, that follows nothing yet."""
        if name not in self.state.users:
            self.register(name)
        peer = self.guest(kernel_bytes=kernel_bytes)
        peer.prove(name, device=device)
        return peer

    def user(self, name: str, device: str | None = None, **sync: object) -> Peer:
        """Return a peer of a user, who is registered if need be, that follows."""
        peer = self.login(name, device)
        peer.sync(**sync)
        return peer

    def resume(self, peer: Peer) -> Peer:
        """Return another connection of a peer's user that goes on where it stood."""
        again = self.login(peer.name)
        again.sync(positions=peer.last, epoch=peer.epoch)
        return again

    def refusal(self, peer: Peer, method: str, **params: object) -> Map:
        """Return the error of a request that must be refused, and change nothing."""
        before = self.state.digest()
        error = peer.refusal(method, **params)
        assert self.state.digest() == before, f"{method} was refused and changed something"
        return error

    def queued_bytes(self, peer: Peer | RawPeer) -> int:
        """Return how much the server holds for a peer that does not take it."""
        (connection,) = [
            connection
            for connection in self.connections.values()
            if connection._sock is peer.sock.other
        ]
        return connection.queued_bytes

    def on_disk(self, text: str) -> bool:
        """Whether a text stands in any file, as programs see them."""
        return any(text.encode() in content for content in self.disk.files().values())


def _lateness(seed: int) -> Callable[[], int]:
    """Return what draws how late ticks are, another for each test, the same in each run."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (setup)")
    random = Random(f"{test} {seed}")
    return lambda: random.randrange(LATE_STEPS_MAX + 1)


def _digest(state: State) -> str:
    """Return a digest of everything but what a stop and a start themselves change."""
    tables = state.tables
    before = tables.epoch, tables.last_ms, tables.stopped
    tables.epoch, tables.last_ms, tables.stopped = "", 0, False
    try:
        return state.digest()
    finally:
        tables.epoch, tables.last_ms, tables.stopped = before
