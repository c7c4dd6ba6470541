"""Delivery: one batch for all who are live, positions for who is behind, never a hole."""

from collections.abc import Sequence

import msgpack
import pytest

from chatd.core import events as e
from chatd.core.budget import Budget
from chatd.core.model import Credentials
from chatd.core.presence import Presence
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.core.transaction import Transaction
from chatd.net import broadcast_queue, delivery
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import Connection
from chatd.net.delivery import PAGE_BYTES, Delivery
from chatd.net.loop import Loop
from chatd.wire.codec import FrameCodec
from chatd.wire.commands import Presence as PresenceNotice
from chatd.wire.frames import FrameDecoder
from tests.simulation.network import Descriptors, SimSelector, SimSocket

HIGH_WATER_BYTES = 2_000
PUMP_BYTES_MAX = 200_000
NOW_MS = 1_790_000_000_000
ROOMS = ["general", "alice,bob"]  # the one is sent from a queue, the others at once
CREDENTIALS = Credentials(b"salt", 4_096, b"stored", b"server")


class CountingCodec(FrameCodec):
    """Counts how often anything is put together for sending."""

    __slots__ = ()
    batches = 0

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        type(self).batches += 1
        return super().encode_entries(frames)


class Hall:
    """A state, a delivery, and users on sockets that hold `kernel_bytes`."""

    def __init__(self, *names: str) -> None:
        CountingCodec.batches = 0
        self.transaction = Transaction(State())
        self.state = self.transaction.state
        self.clock_ns = 0
        budget = Budget(lambda: self.clock_ns)
        boundary = ErrorBoundary(self.transaction)
        self.delivery = Delivery(
            self.transaction, Presence(), boundary, budget, HIGH_WATER_BYTES, PUMP_BYTES_MAX
        )
        self._descriptors = Descriptors()
        self._selector = SimSelector()
        self._loop = Loop(self._selector, SimSelector())
        self._heard: dict[Connection, FrameDecoder[bytes]] = {}
        for name in names:
            self.transaction.commit(e.UserRegistered(NOW_MS, name, CREDENTIALS))
            self.transaction.commit(e.MemberStarted(NOW_MS, "general", name, 0))
        self.transaction.take()

    def open(self, room: str) -> None:
        """Let there be a room of two users, if it is not the general one."""
        if room != "general":
            self.transaction.commit(e.DirectRoomOpened(NOW_MS, room, *room.split(",")))

    def enter(self, name: str, kernel_bytes: int = 10**7, **positions: int) -> Connection:
        """Return a connection of a user that follows from the given positions on."""
        connection = self.login(name, kernel_bytes)
        rooms = {room: 0 for room in self.state.users[name].rooms}
        connection.follow({**rooms, **positions})
        return connection

    def login(self, name: str, kernel_bytes: int = 10**7) -> Connection:
        """Return a connection of a user that follows nothing."""
        server = SimSocket(self._descriptors, kernel_bytes)
        peer = SimSocket(self._descriptors, kernel_bytes)
        server.other, peer.other = peer, server
        number = len(self._heard) + 1
        connection = Connection(
            server, number, "127.0.0.1", None, CountingCodec(), self._loop, self, NOW_MS
        )
        self._heard[connection] = FrameDecoder()
        connection.login(name)
        return connection

    def post(self, text: str, room: str = "general", author: str = "alice") -> int:
        seq = self.state.rooms[room].log.last_seq + 1
        self.transaction.commit(
            e.MessagePosted(NOW_MS, room, seq, author, NOW_MS + 1, 0, "", b"", text)
        )
        return seq

    def deliver(self, now_ms: int = NOW_MS) -> None:
        taken = self.transaction.take()
        self.delivery.deliver(taken[1] if taken else TickChanges(), now_ms)

    def tick(self, now_ms: int = NOW_MS) -> None:
        for key, events in self._selector.select(0):
            key.data.on_ready(events)
        self.deliver(now_ms)
        self.delivery.pump(now_ms)
        self.delivery.flush(now_ms)

    def settle(self) -> None:
        for _ in range(1_000):
            self.tick()
            if not self.delivery.has_work and not self.transaction.is_pending:
                return
        raise AssertionError("delivery does not come to rest")

    def heard(self, connection: Connection) -> list[tuple[str, object]]:
        """Take what has come: entries as ("entry", text), notices as (method, parameters)."""
        decoder = self._heard[connection]
        try:
            decoder.feed(connection._sock.other.recv(10**7))  # type: ignore[attr-defined]
        except BlockingIOError:
            pass
        heard = []
        while (payload := decoder.next_frame()) is not None:
            _, method, params = msgpack.unpackb(payload)
            heard.append((method, params.get("text") if method == "entry" else params))
        return heard

    def texts(self, connection: Connection) -> list[object]:
        return [what for method, what in self.heard(connection) if method == "entry"]

    # What connections tell.

    def on_readable(self, connection: Connection) -> None:
        raise AssertionError("nobody says anything here")

    def check_login(self, connection: Connection, name: str) -> None:
        raise AssertionError("nobody asks to log in here")

    def on_move(self, connection: Connection, address: str) -> None:
        raise AssertionError("nobody stands behind a proxy here")

    def on_login(self, connection: Connection) -> None:
        self.delivery.enter(connection)

    def on_follow(self, connection: Connection) -> None:
        self.delivery.follow(connection)

    def on_queued(self, connection: Connection) -> None:
        self.delivery.mark_dirty(connection)

    def on_closing(self, connection: Connection) -> None:
        self.delivery.leave(connection)

    def on_closed(self, connection: Connection) -> None:
        """Nobody closes anything here."""

    def queued_seq(self, connection: Connection, room: str) -> int:
        return self.delivery.queued_seq(connection, room)


# -- live ------------------------------------------------------------------------------------


def test_all_who_are_live_get_the_same_bytes_put_together_once() -> None:
    hall = Hall("alice", "bob")
    peers = [hall.enter("alice"), *[hall.enter("bob") for _ in range(20)]]
    hall.settle()
    assert hall.delivery.live_count == 21
    CountingCodec.batches = 0
    for number in range(5):
        hall.post(f"text {number}")
    hall.tick()
    assert CountingCodec.batches == 1
    for peer in peers:
        assert hall.heard(peer) == [
            ("live", {}),
            *[("entry", f"text {number}") for number in range(5)],
        ]


def test_direct_room_is_heard_by_its_two_and_nobody_else() -> None:
    hall = Hall("alice", "bob", "carol")
    alice, bob, carol = hall.enter("alice"), hall.enter("bob"), hall.enter("carol")
    hall.settle()
    hall.transaction.commit(e.DirectRoomOpened(NOW_MS, "alice,bob", "alice", "bob"))
    hall.post("secret", "alice,bob")
    hall.tick()
    assert hall.texts(alice) == hall.texts(bob) == ["secret"]
    assert hall.texts(carol) == []


def test_who_logged_in_and_does_not_follow_hears_nothing() -> None:
    hall = Hall("alice", "bob")
    alice = hall.login("alice")
    hall.transaction.commit(e.DirectRoomOpened(NOW_MS, "alice,bob", "alice", "bob"))
    hall.post("hello")
    hall.post("secret", "alice,bob")
    hall.settle()
    assert hall.texts(alice) == [] and hall.delivery.queued_seq(alice, "general") == 0


def test_broadcast_goes_to_the_live_only() -> None:
    hall = Hall("alice", "bob")
    alice = hall.enter("alice")
    hall.settle()
    late = hall.enter("bob")
    hall.delivery.broadcast(PresenceNotice([], [], 2))
    hall.delivery._notice_queue.send_some()
    assert late.queued_bytes == 0 and alice.queued_bytes > 0


# -- the broadcast queue ---------------------------------------------------------------------


@pytest.fixture
def three_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a tick send to three."""
    monkeypatch.setattr(broadcast_queue, "SENDS_PER_TICK", 3)


def crowd(size: int) -> tuple[Hall, list[Connection]]:
    """Return so many who are live, and have heard what there was."""
    hall = Hall("alice", "bob")
    peers = [hall.enter("bob") for _ in range(size)]
    hall.settle()
    for peer in peers:
        hall.heard(peer)
    return hall, peers


@pytest.mark.usefixtures("three_sends")
def test_a_tick_tells_the_general_room_to_so_many_and_the_next_ones_to_the_rest() -> None:
    hall, peers = crowd(8)
    hall.post("hello")
    told: list[list[int]] = []
    for _ in range(3):
        assert hall.delivery.has_work or not told
        hall.tick()
        told.append([place for place, peer in enumerate(peers) if hall.texts(peer)])
    assert told == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert not hall.delivery.has_work


@pytest.mark.parametrize(("over", "told"), [(0, [8]), (1, [2, 2, 2, 2])])
def test_a_large_batch_counts_as_several_sends(
    over: int, told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast_queue, "SENDS_PER_TICK", 8)
    hall, peers = crowd(8)
    hall.post("x" * 1_000)
    size = len(hall.state.general.log.frames[-1])
    monkeypatch.setattr(broadcast_queue, "LARGE_BYTES", size - over)
    seen: list[int] = []
    while not seen or hall.delivery.has_work:
        hall.tick()
        seen.append(sum(len(hall.texts(peer)) for peer in peers))
    assert seen == told


@pytest.mark.usefixtures("three_sends")
def test_who_has_waited_longest_comes_first_and_hears_all_since_the_last_time() -> None:
    hall, peers = crowd(6)
    heard: list[list[object]] = [[] for _ in peers]
    for number in range(4):
        hall.post(f"text {number}")
        CountingCodec.batches = 0
        hall.tick()
        assert CountingCodec.batches == 1
        for place, peer in enumerate(peers):
            heard[place].append(hall.texts(peer))
    zero, one, two, three = (f"text {number}" for number in range(4))
    assert heard[:3] == [[[zero], [], [one, two], []]] * 3
    assert heard[3:] == [[[], [zero, one], [], [two, three]]] * 3


@pytest.mark.usefixtures("three_sends")
def test_who_waits_too_long_is_pumped_and_hears_everything_once() -> None:
    hall, peers = crowd(5)
    texts = [f"{number} " + "x" * HIGH_WATER_BYTES for number in range(3)]
    for text in texts:
        hall.post(text)
        hall.deliver()
        hall.delivery.flush(NOW_MS)
    assert (hall.delivery.live_count, hall.delivery.lagging_count) == (0, 5)
    hall.settle()
    assert [hall.texts(peer) for peer in peers] == [texts] * 5
    assert hall.delivery.live_count == 5


@pytest.mark.usefixtures("three_sends")
def test_who_falls_behind_while_waiting_misses_nothing() -> None:
    hall, peers = crowd(5)
    hall.transaction.commit(e.DirectRoomOpened(NOW_MS, "alice,bob", "alice", "bob"))
    hall.post("hello")
    hall.post("x" * HIGH_WATER_BYTES, "alice,bob")
    hall.settle()
    for peer in peers:
        assert sorted(map(str, hall.texts(peer)), key=len) == ["hello", "x" * HIGH_WATER_BYTES]


@pytest.mark.usefixtures("three_sends")
def test_entries_that_go_while_somebody_waits_are_a_gap() -> None:
    hall, peers = crowd(4)
    for number in range(1, 4):
        hall.post(f"text {number}")
    hall.tick()
    hall.transaction.commit(e.EntriesExpired(NOW_MS, "general", 2))
    hall.settle()
    assert hall.texts(peers[0]) == ["text 1", "text 2", "text 3"]
    assert hall.heard(peers[3]) == [
        ("gap", {"room": "general", "from": 1, "to": 2}),
        ("entry", "text 3"),
    ]


@pytest.mark.usefixtures("three_sends")
def test_who_leaves_while_waiting_is_forgotten() -> None:
    hall, peers = crowd(5)
    hall.post("hello")
    hall.tick()
    peers[4].abort()
    hall.tick()
    assert not hall.delivery.has_work and hall.texts(peers[3]) == ["hello"]


@pytest.mark.usefixtures("three_sends")
def test_who_comes_while_others_wait_hears_nothing_twice() -> None:
    hall, peers = crowd(5)
    hall.post("hello")
    hall.tick()
    peers.append(hall.enter("bob"))
    hall.post("again")
    hall.settle()
    assert [hall.texts(peer) for peer in peers] == [["hello", "again"]] * 6


# -- behind ----------------------------------------------------------------------------------


def test_connection_goes_on_behind_its_positions_and_is_told_live_at_the_end() -> None:
    hall = Hall("alice")
    for number in range(1, 6):
        hall.post(f"text {number}")
    alice = hall.enter("alice", general=3)
    hall.settle()
    assert hall.heard(alice) == [("entry", "text 4"), ("entry", "text 5"), ("live", {})]
    assert hall.delivery.queued_seq(alice, "general") == 5


def test_room_that_grows_when_it_was_looked_at_is_heard_before_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "ROOMS_PER_TURN", 1)
    hall = Hall("alice", "bob", "carol")
    hall.open("alice,bob")
    hall.open("alice,carol")
    alice = hall.enter("alice")
    hall.tick()
    assert alice.positions is not None
    *_, looked_at = alice.positions  # which has nothing so far
    hall.post("late", looked_at)
    hall.settle()
    assert hall.texts(alice) == ["late"] and hall.delivery.live_count == 1


@pytest.mark.parametrize("room", ROOMS)
def test_batch_over_the_high_water_mark_is_not_queued_and_comes_when_there_is_room(
    room: str,
) -> None:
    hall = Hall("alice", "bob")
    hall.open(room)
    slow, other = hall.enter("bob", kernel_bytes=100), hall.enter("alice")
    hall.settle()
    hall.heard(slow)
    for number in range(30):
        hall.post(f"{number} " + "x" * 300, room)
        hall.tick()
        assert slow.queued_bytes <= HIGH_WATER_BYTES
    assert hall.delivery.lagging_count == 1
    position = hall.delivery.queued_seq(slow, room)
    assert 0 < position < 30
    assert len(hall.texts(other)) == 30
    got: list[object] = []
    for _ in range(10_000):
        got += hall.texts(slow)
        if len(got) == 30:
            break
        hall.tick()
    assert [str(text).split(" ")[0] for text in got] == [str(number) for number in range(30)]


@pytest.mark.parametrize("room", ROOMS)
def test_batch_exactly_at_the_high_water_mark_is_queued_and_one_byte_more_is_not(
    room: str,
) -> None:
    for over in (0, 1):
        hall = Hall("alice", "bob")
        hall.open(room)
        alice = hall.enter("alice", kernel_bytes=100)
        hall.settle()
        hall.heard(alice)
        seq = hall.post("x" * 1_000, room)
        size = len(hall.state.rooms[room].log.frames[seq - 1])
        alice.enqueue(b"y" * (100 + HIGH_WATER_BYTES - size + over))
        alice.flush(NOW_MS)
        hall.deliver()
        hall.delivery.flush(NOW_MS)
        assert (hall.delivery.live_count, hall.delivery.lagging_count) == (1 - over, over)


def test_pump_moves_a_page_at_a_time_and_only_who_has_drained() -> None:
    hall = Hall("alice", "bob")
    for _ in range(100):
        hall.post("x" * 5_000)
    bob = hall.enter("bob", kernel_bytes=1_000)
    hall.tick()
    queued = bob.queued_bytes
    assert PAGE_BYTES // 2 < queued <= 2 * PAGE_BYTES
    hall.tick()
    assert bob.queued_bytes <= queued


def test_pump_queues_a_page_behind_answers_of_the_same_tick() -> None:
    hall = Hall("alice", "bob")
    for _ in range(100):
        hall.post("x" * 5_000)
    bob = hall.enter("bob")
    bob.send_notice(PresenceNotice(online=["x" * PAGE_BYTES], offline=[], count=1))
    answered = bob.queued_bytes
    hall.delivery.pump(NOW_MS)
    assert PAGE_BYTES // 2 < bob.queued_bytes - answered <= 2 * PAGE_BYTES


def test_pump_of_one_tick_is_bounded_and_everybody_has_a_turn() -> None:
    hall = Hall("alice", "bob")
    for _ in range(60):
        hall.post("x" * 5_000)
    peers = [hall.enter("bob", kernel_bytes=10) for _ in range(8)]
    hall.tick()
    served = [peer for peer in peers if peer.queued_bytes]
    assert 0 < len(served) < 8
    assert sum(peer.queued_bytes for peer in peers) <= PUMP_BYTES_MAX + 2 * PAGE_BYTES
    for _ in range(3):
        hall.tick()
    assert all(peer.queued_bytes for peer in peers)


def test_many_who_come_back_at_the_same_place_share_their_pages() -> None:
    hall = Hall("alice", "bob")
    for number in range(10):
        hall.post(f"text {number}")
    peers = [hall.enter("bob") for _ in range(50)]
    hall.tick()
    assert CountingCodec.batches == 1
    assert all(len(hall.texts(peer)) == 10 for peer in peers)


def test_room_that_came_about_while_behind_is_heard_from_its_beginning() -> None:
    hall = Hall("alice", "bob")
    for _ in range(50):
        hall.post("x" * 300)
    bob = hall.enter("bob", kernel_bytes=100)
    hall.tick()
    hall.transaction.commit(e.DirectRoomOpened(NOW_MS, "alice,bob", "alice", "bob"))
    hall.post("secret", "alice,bob")
    got: list[object] = []
    for _ in range(1_000):
        hall.tick()
        got += hall.texts(bob)
    assert len(got) == 51 and got[-1] == "secret"


# -- gaps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("position", [0, 1, 2])
def test_position_before_what_is_there_gets_one_gap_and_goes_on(position: int) -> None:
    hall = Hall("alice")
    for number in range(1, 6):
        hall.post(f"text {number}")
    hall.transaction.commit(e.EntriesExpired(NOW_MS, "general", 3))
    alice = hall.enter("alice", general=position)
    hall.settle()
    assert hall.heard(alice) == [
        ("gap", {"room": "general", "from": position + 1, "to": 3}),
        ("entry", "text 4"),
        ("entry", "text 5"),
        ("live", {}),
    ]


def test_everything_behind_a_position_gone_is_a_gap_and_nothing_else() -> None:
    hall = Hall("alice")
    for number in range(1, 4):
        hall.post(f"text {number}")
    hall.transaction.commit(e.EntriesExpired(NOW_MS, "general", 3))
    alice = hall.enter("alice", general=0)
    hall.settle()
    assert hall.heard(alice) == [("gap", {"room": "general", "from": 1, "to": 3}), ("live", {})]


@pytest.mark.parametrize("room", ROOMS)
def test_live_connection_is_told_of_entries_that_went_before_it_heard_them(room: str) -> None:
    hall = Hall("alice", "bob")
    hall.open(room)
    alice = hall.enter("alice")
    hall.settle()
    hall.heard(alice)
    for number in range(1, 4):
        hall.post(f"text {number}", room)
    hall.transaction.commit(e.EntriesExpired(NOW_MS, room, 2))
    hall.settle()
    assert hall.heard(alice) == [
        ("gap", {"room": room, "from": 1, "to": 2}),
        ("entry", "text 3"),
    ]


def test_entries_under_the_readers_floor_are_a_gap_though_they_are_there() -> None:
    hall = Hall("alice", "bob")
    for number in range(1, 4):
        hall.post(f"text {number}")
    hall.transaction.commit(e.CursorsMoved(NOW_MS, NOW_MS + 100, [("bob", "general", 2)]))
    early = hall.enter("bob")
    hall.tick(NOW_MS + 99)
    assert len(hall.texts(early)) == 3
    late = hall.enter("bob")
    hall.tick(NOW_MS + 100)
    assert hall.heard(late)[:2] == [
        ("gap", {"room": "general", "from": 1, "to": 2}),
        ("entry", "text 3"),
    ]


# -- leaving ---------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["live", "behind", "before following"])
def test_connection_that_is_over_is_forgotten(when: str) -> None:
    hall = Hall("alice")
    alice = hall.login("alice") if when == "before following" else hall.enter("alice")
    if when == "live":
        hall.settle()
    alice.abort()
    assert hall.delivery.of_user("alice") == []
    assert hall.delivery.live_count == hall.delivery.lagging_count == 0
    hall.post("nobody hears this")
    hall.tick()
