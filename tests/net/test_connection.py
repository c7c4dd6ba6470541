"""One connection over a simulated socket: what it reads, what it sends and when, how it ends."""

import errno
import os
from dataclasses import dataclass, field

import pytest

from chatd.net.connection import DISCARD_BYTES_MAX, GONE, READ_BYTES, Connection, ConnectionState
from chatd.net.loop import Loop
from chatd.wire.codec import FrameCodec
from chatd.wire.commands import Bye
from chatd.wire.envelope import encode_request
from tests.simulation.network import READ, WRITE, Descriptors, SimSelector, SimSocket

KERNEL_BYTES = 1_000


@dataclass
class Ledger:
    """An owner that writes down what it is told."""

    fed: int = 0
    told: list[str] = field(default_factory=list)

    def on_readable(self, connection: Connection) -> None:
        self.fed += connection.read()
        if connection.peer_hung_up:  # there is nothing to be handled here
            connection.close_gracefully()

    def on_login(self, connection: Connection) -> None:
        self.told.append("login")

    def on_follow(self, connection: Connection) -> None:
        self.told.append("follow")

    def on_queued(self, connection: Connection) -> None:
        self.told.append("queued")

    def check_login(self, connection: Connection, name: str) -> None:
        self.told.append("check login")

    def on_move(self, connection: Connection, address: str) -> None:
        self.told.append("move")

    def on_closing(self, connection: Connection) -> None:
        self.told.append("end")

    def on_closed(self, connection: Connection) -> None:
        self.told.append("dead")

    def queued_seq(self, connection: Connection, room: str) -> int:
        return 7


class Line:
    """A connection, its peer's end, and the selector between."""

    def __init__(self) -> None:
        descriptors = Descriptors()
        self.peer = SimSocket(descriptors, KERNEL_BYTES)
        self.sock = SimSocket(descriptors, KERNEL_BYTES)
        self.peer.other, self.sock.other = self.sock, self.peer
        self.selector = SimSelector()
        self.owner = Ledger()
        self.connection = Connection(
            self.sock,
            1,
            "127.0.0.1",
            None,
            FrameCodec(8_192),
            Loop(self.selector, SimSelector()),
            self.owner,
            0,
        )

    @property
    def watched(self) -> int:
        """What the selector watches for."""
        keys = list(self.selector.get_map().values())
        return keys[0].events if keys else 0

    def turn(self) -> None:
        """Let the connection do what its socket is ready for."""
        for key, events in self.selector.select(0):
            key.data.on_ready(events)

    def taken(self, size: int = 10**6) -> bytes:
        """Return what the peer finds."""
        try:
            return self.peer.recv(size)
        except BlockingIOError:
            return b""


@pytest.fixture
def line() -> Line:
    return Line()


# -- reading ---------------------------------------------------------------------------------


def test_connection_reads_once_each_time_it_is_ready_and_feeds_its_codec(line: Line) -> None:
    frame = encode_request(1, "ping", {})
    line.peer.send(frame)
    line.turn()
    assert line.owner.fed == len(frame)
    assert line.connection.codec.next_event() is not None


def test_connection_that_does_not_read_is_not_watched_for_it(line: Line) -> None:
    line.connection.reads = False
    assert line.watched == 0
    line.peer.send(b"x")
    line.turn()
    assert line.owner.fed == 0
    line.connection.reads = True
    assert line.watched == READ
    line.turn()
    assert line.owner.fed == 1


def test_readiness_that_is_older_than_the_wish_not_to_read_reads_nothing(line: Line) -> None:
    line.peer.send(b"x")
    line.connection.reads = False
    line.connection.on_ready(READ)
    assert line.owner.fed == 0


def test_spurious_readiness_is_nothing(line: Line) -> None:
    line.connection.read()
    assert line.owner.fed == 0 and line.connection.state is ConnectionState.OPEN


# -- sending ---------------------------------------------------------------------------------


def test_nothing_leaves_before_the_flush_and_all_of_it_in_one_piece_then(line: Line) -> None:
    for word in (b"one ", b"two ", b"three"):
        line.connection.enqueue(word)
    assert line.taken() == b"" and line.connection.queued_bytes == 13
    line.connection.flush(5)
    assert line.taken() == b"one two three"
    assert (line.connection.queued_bytes, line.connection.blocked_ms) == (0, 0)
    assert line.owner.told == ["queued"]


def test_what_the_socket_does_not_take_waits_for_room(line: Line) -> None:
    line.connection.enqueue(b"x" * KERNEL_BYTES + b"rest")
    line.connection.flush(5)
    assert (line.connection.queued_bytes, line.connection.blocked_ms) == (4, 5)
    assert line.watched == READ | WRITE
    line.taken()
    line.connection.flush(9)
    assert line.taken() == b"rest"
    assert line.watched == READ and line.connection.blocked_ms == 0


def test_blocked_since_counts_from_the_last_byte_that_was_taken(line: Line) -> None:
    line.connection.enqueue(b"x" * 3 * KERNEL_BYTES)
    line.connection.flush(5)
    line.connection.flush(6)
    assert line.connection.blocked_ms == 5
    line.taken(1)
    line.connection.flush(8)
    assert (line.connection.blocked_ms, line.connection.heard_ms) == (8, 8)


def test_order_is_kept_over_partial_sends(line: Line) -> None:
    sent = b"".join(bytes([n % 251]) * 97 for n in range(60))
    for start in range(0, len(sent), 97):
        line.connection.enqueue(sent[start : start + 97])
        line.connection.flush(1)
    got = b""
    while line.connection.queued_bytes:
        got += line.taken(333)
        line.connection.flush(1)
    assert got + line.taken() == sent


# -- a user's --------------------------------------------------------------------------------


def test_login_raises_the_bound_of_a_frame_and_tells_the_owner(line: Line) -> None:
    line.connection.login("alice")
    assert (line.connection.name, line.connection.codec.payload_bytes_max) == ("alice", 64 * 1024)
    line.connection.follow({"general": 3})
    assert line.connection.positions == {"general": 3}
    assert line.owner.told == ["login", "follow"]
    assert line.connection.queued_seq("general") == 7


# -- the end ---------------------------------------------------------------------------------


def test_finish_sends_what_waits_then_hangs_up_and_queues_nothing_more(line: Line) -> None:
    line.connection.send_notice(Bye("why"))
    line.connection.close_gracefully()
    line.connection.enqueue(b"too late")
    assert not line.peer.is_over
    line.connection.flush(1)
    assert b"why" in line.taken() and line.peer.recv(10) == b""
    assert line.connection.state is ConnectionState.CLOSING
    assert line.owner.told == ["queued", "end"]


def test_end_with_nothing_to_send_hangs_up_at_once(line: Line) -> None:
    line.connection.close_gracefully()
    assert line.peer.is_over


def test_peer_that_hung_up_first_is_not_waited_for(line: Line) -> None:
    line.connection.enqueue(b"answer")
    line.peer.shutdown(1)
    line.turn()
    line.connection.flush(1)
    assert line.taken() == b"answer"
    assert line.connection.state is ConnectionState.CLOSED
    assert line.owner.told == ["queued", "end", "dead"]


def test_what_comes_behind_the_end_is_thrown_away_up_to_a_bound(line: Line) -> None:
    line.connection.close_gracefully()
    sent = 0
    while line.connection.state is not ConnectionState.CLOSED:
        sent += line.peer.send(b"x" * KERNEL_BYTES)
        line.turn()
    assert DISCARD_BYTES_MAX < sent <= DISCARD_BYTES_MAX + READ_BYTES
    assert line.connection.codec.buffered_bytes == 0


def test_drop_and_close_tell_of_the_end_once(line: Line) -> None:
    line.connection.abort()
    line.connection.abort()
    line.connection.close()
    assert line.owner.told == ["dead", "end"]
    assert line.sock.closed and line.watched == 0


def test_closed_connection_has_nothing_to_flush(line: Line) -> None:
    line.connection.enqueue(b"never")
    line.connection.close()
    line.connection.flush(1)
    assert line.taken() == b""


# -- a network that fails --------------------------------------------------------------------


class Failing(SimSocket):
    """A socket whose calls fail. number: of the error; None for none."""

    number: int | None = None

    def recv(self, size: int, /) -> bytes:
        self.fail()
        return super().recv(size)

    def send(self, data: bytes, /) -> int:
        self.fail()
        return super().send(data)

    def fail(self) -> None:
        if self.number is not None:
            raise OSError(self.number, os.strerror(self.number))


def failing_line(number: int) -> Line:
    line = Line()
    line.sock.__class__ = Failing
    assert isinstance(line.sock, Failing)
    line.sock.number = number
    return line


@pytest.mark.parametrize("number", sorted(GONE), ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("calls", ["read", "flush"])
def test_what_a_network_can_do_ends_the_connection_only(number: int, calls: str) -> None:
    line = failing_line(number)
    line.connection.enqueue(b"x")
    if calls == "read":
        line.connection.on_ready(READ)
    else:
        line.connection.flush(1)
        assert line.connection.takes_nothing
        line.connection.on_ready(READ)
    assert line.connection.state is ConnectionState.CLOSED
    assert line.owner.told == ["queued", "end", "dead"]


def test_what_came_before_the_line_broke_is_still_read_and_nothing_more_is_queued() -> None:
    line = failing_line(errno.EPIPE)
    line.connection.enqueue(b"lost")
    line.connection.flush(1)
    assert isinstance(line.sock, Failing)
    line.sock.number = None
    line.connection.enqueue(b"in vain")
    assert not line.connection.send(b"in vain", 1)
    assert line.connection.queued_bytes == 0
    line.peer.send(b"\0\0\0\1x")
    line.turn()
    assert (line.owner.fed, line.connection.state) == (5, ConnectionState.OPEN)
    line.turn()
    line.connection.on_ready(READ)  # nothing more has come
    assert line.connection.state is ConnectionState.CLOSED


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EFAULT])
def test_what_only_a_bug_can_do_is_not_swallowed(number: int) -> None:
    line = failing_line(number)
    line.connection.enqueue(b"x")
    for call in (line.connection.read, lambda: line.connection.flush(1)):
        with pytest.raises(OSError):
            call()


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EINTR])
def test_call_that_was_interrupted_is_tried_again_later(number: int) -> None:
    line = failing_line(number)
    line.connection.enqueue(b"x")
    line.connection.read()
    line.connection.flush(3)
    assert (line.connection.state, line.connection.blocked_ms) == (ConnectionState.OPEN, 3)
