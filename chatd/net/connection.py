"""A connection: a non-blocking socket, a codec, and what waits to be sent.

Nothing is sent when it is queued: bytes leave in `flush`, which the tick calls when all
that they tell of is durable.
"""

import errno
import socket
from enum import Enum
from typing import Any, Protocol

from chatd.core.fairness import party_of
from chatd.errors import ChatError
from chatd.net.loop import READ, WRITE, Loop
from chatd.wire.codec import Codec, PushCodec
from chatd.wire.commands import Bye, Notice

READ_BYTES = 64 * 1024
"""What one read takes at most; each ready connection gets one read in a tick."""

DISCARD_BYTES_MAX = 16 * 1024 * 1024
"""How much a peer may go on sending after it was sent a goodbye.

Many programs look for an answer only when all of their request is sent: one with a file that
is too large for this server should read why, and not find its line broken.
"""

NETWORK_ERRORS = frozenset(
    {
        errno.EACCES,
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETRESET,
        errno.ENETUNREACH,
        getattr(errno, "ENONET", errno.ENETDOWN),  # Linux only
        errno.ENOPROTOOPT,
        errno.EOPNOTSUPP,
        errno.EPERM,
        errno.EPROTO,
        errno.ETIMEDOUT,
    }
)
"""What a network or a firewall can do to one connection, as accept(2) lists it."""

GONE = NETWORK_ERRORS | {
    errno.ECONNRESET,
    errno.EPIPE,
    errno.EPROTOTYPE,  # macOS, for a socket that is being closed
    errno.ENOTCONN,
    errno.ESHUTDOWN,
    errno.EBADF,
    errno.ENOBUFS,
    errno.ENOMEM,
}
"""What can happen to a socket that costs its connection; anything else is our bug."""


class Sock(Protocol):
    """What a connection needs of a socket, real or simulated; never blocking."""

    def fileno(self) -> int:
        """Return the descriptor."""

    def recv(self, size: int, /) -> bytes:
        """Return what has come, b"" at the end; BlockingIOError if nothing has."""

    def send(self, data: bytes, /) -> int:
        """Take some of the bytes and return how many; BlockingIOError if none."""

    def shutdown(self, how: int, /) -> None:
        """End both directions, for every process that holds the socket."""

    def close(self) -> None:
        """Give the descriptor back."""


class BufferingSock(Sock, Protocol):
    """A socket that hands out what has come in parts."""

    @property
    def has_more(self) -> bool:
        """Whether there is more, of which no selector knows."""


class ConnectionState(Enum):
    """OPEN; CLOSING: sends what waits, then hangs up; CLOSED: the tick gives its socket back.

    Behind the hang-up what still comes is read and thrown away. Closing a socket with bytes
    unread resets it, and a peer would lose the goodbye that is on its way.
    """

    OPEN = 1
    CLOSING = 2
    CLOSED = 3


OPEN, CLOSING, CLOSED = ConnectionState
"""By names of their own: Python 3.11 takes 0.3 µs to find a member in its class, and each
delivery would ask twice."""


class Callbacks(Protocol):
    """What a connection calls when something happens to it."""

    def on_readable(self, connection: "Connection") -> None:
        """Something has come for the connection, or its peer has hung up: `read` takes it.

        When what came before the hang-up is handled, the callee closes the connection.
        """

    def on_login(self, connection: "Connection") -> None:
        """The connection has a user now: `connection.name`."""

    def on_follow(self, connection: "Connection") -> None:
        """The connection wants entries: `connection.positions`."""

    def on_queued(self, connection: "Connection") -> None:
        """The connection, which had nothing to send, has now."""

    def check_login(self, connection: "Connection", name: str) -> None:
        """Raise ChatError if the user `name` may have no more connections."""

    def on_move(self, connection: "Connection", address: str) -> None:
        """The connection's peer stands behind a proxy, and has this address.

        Raises ChatError if there may be no more connections from there.
        """

    def on_closing(self, connection: "Connection") -> None:
        """The connection is no longer OPEN."""

    def on_closed(self, connection: "Connection") -> None:
        """The connection is CLOSED: `close` it when the tick ends."""

    def queued_seq(self, connection: "Connection", room: str) -> int:
        """Return the number of the last entry of a room queued to the connection."""


class Connection:
    """One client. Besides what the network needs, it is the handlers' `Link`.

    name: of the user, once logged in. following: whether entries are sent.
    positions: while it lags, the last entry queued to it by room; None when it is
    live, and so at the end of every room. general_seq: the last entry of the general room
    queued to it while it is live; it may wait for its turn there.
    made_ms: when it came. heard_ms: when the peer last showed that it lives. blocked_ms: since
    when the peer takes nothing of what waits; 0 if nothing waits.
    protocol: the row of what it speaks (`chatd.net.protocol`). codec: its own; pusher: the same, if
    that is one that sends what nobody asked for.
    party: for whom work on this connection is done (`chatd.core.fairness`).
    is_readable: whether something has come that was not read yet.
    peer_hung_up: whether the peer sends nothing more; it may still take answers.
    takes_nothing: whether what is sent would not arrive any more.
    """

    __slots__ = (
        "number",
        "address",
        "protocol",
        "codec",
        "pusher",
        "state",
        "name",
        "following",
        "positions",
        "general_seq",
        "was_live",
        "made_ms",
        "heard_ms",
        "pinged",
        "blocked_ms",
        "party",
        "is_readable",
        "queued_bytes",
        "peer_hung_up",
        "takes_nothing",
        "session",
        "_sock",
        "_buffering",
        "_loop",
        "_callbacks",
        "_outbox",
        "_events",
        "_reads",
        "_hung_up",
        "_discarded_bytes",
    )

    def __init__(
        self,
        sock: Sock,
        number: int,
        address: str,
        protocol: object,
        codec: Codec,
        loop: Loop,
        callbacks: Callbacks,
        now_ms: int,
    ) -> None:
        self.number = number
        self.address = address
        self.speak(protocol, codec)
        self.state = OPEN
        self.name = ""
        self.following = False
        self.positions: dict[str, int] | None = None
        self.general_seq = 0
        self.was_live = False
        self.made_ms = self.heard_ms = now_ms
        self.pinged = False
        self.blocked_ms = 0
        self.party = party_of(address)
        self.is_readable = False
        self.queued_bytes = 0
        self.peer_hung_up = False
        self.takes_nothing = False
        self.session: Any = None  # the handlers', which the network does not know
        self._sock = sock
        self._buffering: BufferingSock | None = None
        self._loop = loop
        self._callbacks = callbacks
        self._outbox: bytes | list[bytes] = b""  # mostly one thing waits, which many share
        self._events = READ
        self._reads = True
        self._hung_up = False
        self._discarded_bytes = 0
        loop.watch(sock, self, READ)

    # -- the handlers' Link ------------------------------------------------------------------

    def relocate(self, address: str) -> None:
        """Take note of the address that the peer really has, behind a proxy.

        Raises ChatError if there may be no more connections from there.
        """
        if address != self.address:
            self._callbacks.on_move(self, address)

    def check_login(self, name: str) -> None:
        self._callbacks.check_login(self, name)

    def login(self, name: str) -> None:
        self.name = name
        if self.pusher is not None:
            self.pusher.log_in(name)
        self._callbacks.on_login(self)

    def follow(self, positions: dict[str, int]) -> None:
        self.positions = positions
        self._callbacks.on_follow(self)

    def queued_seq(self, room: str) -> int:
        return self._callbacks.queued_seq(self, room)

    def speak(self, protocol: object, codec: Codec) -> None:
        """Go on in another protocol, or begin with one."""
        self.protocol: Any = protocol  # a row of a table that the network does not know
        self.codec: Any = codec  # what it can beyond `Codec`, its front knows
        self.pusher: PushCodec | None = codec.pusher

    def encrypt(self, sock: BufferingSock) -> None:
        """Go on over a socket that encrypts what goes through ours."""
        self._sock = self._buffering = sock
        self.is_readable = True  # the first bytes of it have come already

    @property
    def sock(self) -> Sock:
        """What the bytes go through."""
        return self._sock

    # -- reading -----------------------------------------------------------------------------

    def on_ready(self, events: int) -> None:
        if events & WRITE:
            self._callbacks.on_queued(self)
        if not events & READ:
            return
        # It may have been told to read no more since the loop looked.
        if (
            self._reads and not self.peer_hung_up
            if self.state is OPEN
            else self.state is CLOSING and self._hung_up
        ):
            if self.is_readable:  # it waits: until it is read, nobody wants to be told again
                self.reads = False
            self.is_readable = True
            self._callbacks.on_readable(self)

    def read(self) -> int:
        """Take one read's worth from the socket for the codec; return how many bytes.

        Behind the hang-up they are thrown away. `is_readable` says whether there is more.
        """
        self.is_readable = False
        data = None if self.state is CLOSED else self._receive()
        if self._buffering is not None and self.state is not CLOSED:
            self.is_readable = self._buffering.has_more
        if data is None:
            return 0
        if self.state is CLOSING:
            self._discard(data)
        elif data:
            self.codec.feed(data)
        else:
            self.peer_hung_up = True
            self._watch()
        return len(data)

    def _receive(self) -> bytes | None:
        """Return what has come, b"" at the end, None if nothing has or the peer is lost."""
        try:
            return self._sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return b"" if self.takes_nothing else None
        except OSError as error:
            self._lost(error)
            return b"" if self.state is OPEN else None

    def _discard(self, data: bytes) -> None:
        """Throw away what a peer still sends, until it hangs up too or does not stop."""
        self._discarded_bytes += len(data)
        if not data or self._discarded_bytes > DISCARD_BYTES_MAX:
            self.abort()

    @property
    def reads(self) -> bool:
        """Whether the peer's bytes are taken; they wait in the kernel while not."""
        return self._reads

    @reads.setter
    def reads(self, value: bool) -> None:
        self._reads = value
        self._watch()

    # -- sending -----------------------------------------------------------------------------

    def enqueue(self, data: bytes) -> None:
        """Have `data` sent, after what waits already, when the tick is durable."""
        if not data or self.state is not OPEN or self.takes_nothing:
            return
        outbox = self._outbox
        if not outbox:
            self._outbox = data
            self._callbacks.on_queued(self)
        elif isinstance(outbox, list):
            outbox.append(data)
        else:
            self._outbox = [outbox, data]
        self.queued_bytes += len(data)

    def send_notice(self, notice: Notice) -> None:
        """Queue a notification."""
        assert self.pusher is not None, notice
        self.enqueue(self.pusher.encode_notice(notice))

    def send(self, data: bytes, now_ms: int) -> bool:
        """Enqueue and flush: a short way for most of the many who get the same.

        Returns whether there is a rest.
        """
        if self.takes_nothing:
            return False
        if self._outbox:
            self.enqueue(data)
        else:
            try:
                sent = self._sock.send(data)
            except OSError:
                sent = 0  # `flush` meets it again
            if sent == len(data):
                return False
            self._outbox = data[sent:]
            self.queued_bytes = len(data) - sent
        return self.flush(now_ms)

    def flush(self, now_ms: int) -> bool:
        """Send what waits, as far as the socket takes it; watch for room for the rest.

        Returns whether there is a rest.
        """
        outbox = self._outbox
        if not outbox or self.state is CLOSED:
            return False
        data = b"".join(outbox) if isinstance(outbox, list) else outbox
        try:
            sent = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._lost(error)
            return False
        was_blocked = self.blocked_ms
        if sent == len(data):
            self._outbox = b""
            self.queued_bytes = self.blocked_ms = 0
            if self.state is CLOSING:
                self._hang_up()
        else:
            self._outbox = data[sent:]
            self.queued_bytes = len(data) - sent
            if sent or not was_blocked:
                self.blocked_ms = now_ms
        if sent and was_blocked:  # it takes what waits, so it lives, though a pong waits too
            self.heard_ms = now_ms
            self.pinged = False
        if self._events != READ or self.blocked_ms:
            self._watch()
        return self.blocked_ms != 0

    def _watch(self) -> None:
        is_open = self.state is OPEN
        reads = self._reads and not self.peer_hung_up if is_open else self._hung_up
        wanted = READ if reads else 0
        if self._outbox:
            wanted |= WRITE
        if self.state is CLOSED or wanted == self._events:
            return
        # A selector refuses to watch a socket for nothing at all.
        if not wanted:
            self._loop.forget(self._sock)
        elif not self._events:
            self._loop.watch(self._sock, self, wanted)
        else:
            self._loop.change(self._sock, self, wanted)
        self._events = wanted

    # -- ending ------------------------------------------------------------------------------

    def fail(self, queued_bytes: int, codec: Codec, error: ChatError) -> None:
        """End with an error in place of all that was queued since: half an answer is none.

        queued_bytes, codec: as they were then, since the last `flush`.
        """
        if self.state is not OPEN:
            self.abort()
            return
        waiting = self._outbox
        outbox = waiting if isinstance(waiting, list) else [waiting] if waiting else []
        while self.queued_bytes > queued_bytes:
            self.queued_bytes -= len(outbox.pop())
        self._outbox = outbox
        self.codec = codec
        self.enqueue(self.codec.encode_fatal(error))
        self.close_gracefully()

    def close_with(self, bye: Bye) -> None:
        """Say why, then send what waits and hang up."""
        self.enqueue(self.codec.encode_bye(bye))
        self.close_gracefully()

    def close_gracefully(self) -> None:
        """Send what waits, then hang up; nothing more is handled or queued."""
        if self.state is OPEN:
            self.state = CLOSING
            self._callbacks.on_closing(self)
            if self._outbox:
                self._watch()
            else:
                self._hang_up()

    def _hang_up(self) -> None:
        if self.peer_hung_up:
            self.abort()
            return
        self._hung_up = True
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            self._lost(error)
            return
        self._watch()

    def abort(self) -> None:
        """Close in this tick, whatever waits."""
        if self.state is CLOSED:
            return
        was_open = self.state is OPEN
        self.state = CLOSED
        try:
            if self._events:
                self._loop.forget(self._sock)
        finally:
            self._callbacks.on_closed(self)
            if was_open:
                self._callbacks.on_closing(self)

    def close(self) -> None:
        """Give the socket back. Only the tick calls this, so no descriptor is reused in it."""
        self.abort()
        try:
            self._sock.shutdown(2)  # a snapshot's child may hold the socket too
        except OSError as error:
            if error.errno not in GONE:
                raise
        finally:
            self._sock.close()
            self._outbox = b""
            self.session = None  # it knows us: what lies here is to wait for no collector

    def _lost(self, error: OSError) -> None:
        """Send nothing more. Requests that came before that are still read and handled."""
        if error.errno not in GONE:
            raise error
        if self.state is not OPEN:
            self.abort()
            return
        self.takes_nothing = True
        self._outbox = b""
        self.queued_bytes = self.blocked_ms = 0
        self._watch()
