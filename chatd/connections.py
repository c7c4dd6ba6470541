"""The registry of connections: who is let in, who is turned away, who ends, and what is closed.

Each has a number, a timer that looks after it, and a place (`Places`) while it is OPEN. One that is
turned away has no place, and gets the reason once its first bytes show in which protocol. What
has ended stays for a moment, to take what waits for it. It is closed by the tick alone (`reap`).
"""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from chatd.config import Settings
from chatd.core.clock import ServerClock
from chatd.core.timers import TimerWheel
from chatd.errors import ChatError
from chatd.handlers.context import Session
from chatd.idle_monitor import IdleMonitor
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import OPEN, Connection, Sock
from chatd.net.delivery import Delivery
from chatd.net.detection import Detection
from chatd.net.listener import ACCEPTS_PER_TICK
from chatd.net.loop import Loop
from chatd.places import Places
from chatd.service import Service
from chatd.wire import commands as c

GOODBYE_MS_MAX = 5_000
"""How long a connection may stay after its end, to take what waits for it and to hang up."""
DRAINING_MAX = 64
"""Connections that have ended or are turned away, beside all others; then the oldest is cut off."""
REAPED_PER_TICK = ACCEPTS_PER_TICK
"""Closed connections whose sockets a tick gives back: as many as may come meanwhile."""
FIRST_BYTES_MS_MAX = 1_000
"""How long a newcomer has to show what it speaks when there is no room for it."""
RETRY_MS = 1_000
"""How long nothing is accepted after there was no descriptor."""

log = logging.getLogger(__name__)


class Remembers(Protocol):
    """Whatever keeps something of connections."""

    def forget(self, connection: Connection) -> None:
        """A connection is no longer OPEN."""


class _Callbacks(NamedTuple):
    """What connections call (`net.connection.Callbacks`): each time straight whom it concerns.

    Each entry that is delivered comes this way: there is no call in between.
    """

    on_readable: Callable[[Connection], None]
    on_queued: Callable[[Connection], None]
    on_follow: Callable[[Connection], None]
    queued_seq: Callable[[Connection, str], int]
    check_login: Callable[[Connection, str], None]
    on_login: Callable[[Connection], None]
    on_move: Callable[[Connection, str], None]
    on_closing: Callable[[Connection], None]
    on_closed: Callable[[Connection], None]


class Connections:
    """Keeps all connections, `by_number`.

    remember: who else keeps something of a connection, and forgets it at its end, in this order.
    """

    def __init__(
        self,
        by_number: dict[int, Connection],
        loop: Loop,
        clock: ServerClock,
        wheel: TimerWheel,
        boundary: ErrorBoundary,
        detection: Detection,
        places: Places,
        idle_monitor: IdleMonitor,
        service: Service,
        delivery: Delivery,
        remember: Sequence[Remembers],
    ) -> None:
        self.by_number = by_number
        self._made = 0
        self._draining: dict[Connection, int] = {}  # until when at the latest (ms UTC)
        self._refused: dict[Connection, ChatError] = {}
        self._closed: list[Connection] = []
        self._loop = loop
        self._clock = clock
        self._wheel = wheel
        self._boundary = boundary
        self._detection = detection
        self._places = places
        self._idle_monitor = idle_monitor
        self._service = service
        self._delivery = delivery
        self._remember = remember
        self._callbacks = _Callbacks(
            on_readable=service.enqueue,
            on_queued=delivery.mark_dirty,
            on_follow=delivery.follow,
            queued_seq=delivery.queued_seq,
            check_login=self._check_login,
            on_login=self._on_login,
            on_move=self._on_move,
            on_closing=self._on_closing,
            on_closed=self._closed.append,
        )

    # -- who comes ---------------------------------------------------------------------------

    def accept(self, sock: Sock, address: str) -> None:
        """Take a new socket, for which there may be no room."""
        connection = self._boundary.run(None, self._connect, sock, address)
        if connection is None:
            sock.close()
        else:
            self._boundary.run(connection, self._admit, connection)

    def _connect(self, sock: Sock, address: str) -> Connection:
        self._made += 1
        first, now_ms = self._detection, self._clock.now_ms
        return Connection(
            sock,
            self._made,
            address,
            first.protocol,
            first.codec(),
            self._loop,
            self._callbacks,
            now_ms,
        )

    def _admit(self, connection: Connection) -> None:
        number, now_ms = connection.number, self._clock.now_ms
        connection.session = Session(connection)
        self.by_number[number] = connection
        try:
            self._places.check_address(connection.address, now_ms)
            self._places.come(connection)
            self._make_room_for(connection)
        except ChatError as error:
            self._refuse(connection, error)
        else:
            self._wheel.set("connection", number, self._idle_monitor.first_check_ms(now_ms))
        while len(self._draining) > DRAINING_MAX:
            oldest = next(iter(self._draining))
            oldest.abort()
            del self._draining[oldest]

    def _make_room_for(self, newcomer: Connection) -> None:
        """Let somebody else give way if all places are taken. Raises Overloaded."""
        if not self._places.is_overfull:
            return
        somebody: Connection | None = self._places.first_guest()
        if somebody is newcomer:
            somebody = self._places.most_idle()
        if somebody is None:
            raise self._places.overloaded()
        self.end(
            somebody, "this server is full; the rest is reserved for users who have yet to log in"
        )

    def _refuse(self, connection: Connection, error: ChatError) -> None:
        """Tell a newcomer that there is no room: in its own protocol, if it soon says which."""
        now_ms = self._clock.now_ms
        self._places.leave(connection)
        self._refused[connection] = error
        self._draining[connection] = now_ms + GOODBYE_MS_MAX
        connection.speak(self._detection.protocol, self._detection.codec(error))
        self._wheel.set("refused", connection.number, now_ms + FIRST_BYTES_MS_MAX)

    def on_exhausted(self) -> None:
        """There is no descriptor for one more: nobody is accepted for a moment."""
        log.error("out of file descriptors or memory: no new connections for a moment")
        self._wheel.set("listen", "", self._clock.now_ms + RETRY_MS)

    # -- who ends ----------------------------------------------------------------------------

    def end(self, connection: Connection, reason: str, *, logged_out: bool = False) -> None:
        """Say goodbye; what waits is sent, and nothing more is handled."""
        self._boundary.run(connection, connection.close_with, c.Bye(reason, logged_out))

    def close_all(self, reason: str) -> None:
        """Say goodbye to everybody."""
        for connection in list(self.by_number.values()):
            self.end(connection, reason)

    def abort_all(self) -> None:
        """Close every connection at once, whatever waits."""
        for connection in list(self.by_number.values()):
            self._boundary.run(connection, connection.abort)
        while self._closed:
            self.reap()

    @property
    def has_closed(self) -> bool:
        """Whether there is something to `reap`."""
        return bool(self._closed)

    def reap(self) -> None:
        """Close connections that have ended, as many as a tick may."""
        dead = self._closed[:REAPED_PER_TICK]
        del self._closed[:REAPED_PER_TICK]
        kinds = self.timers()
        for connection in dead:
            self._boundary.run(None, connection.close)
            for kind in kinds:
                self._wheel.cancel(kind, connection.number)
            self._draining.pop(connection, None)
            self.by_number.pop(connection.number, None)

    def excuse(self, ms: int) -> None:
        """Charge no peer with a time in which nothing was read and nothing sent."""
        for connection in self.by_number.values():
            self._idle_monitor.excuse(connection, ms)
        self._draining = {peer: until_ms + ms for peer, until_ms in self._draining.items()}

    # -- when to look after whom -------------------------------------------------------------

    def configure(self, settings: Settings) -> None:
        """Look after every connection now: the idle monitor has other settings."""
        for number in self.by_number:
            self._wheel.set_sooner("connection", number, self._clock.now_ms)

    def check_when_stalled(self, connection: Connection) -> None:
        """Look after a connection whose peer does not take its bytes when that lasts too long."""
        stall_check_ms = self._idle_monitor.stall_check_ms(connection)
        self._wheel.set_sooner("connection", connection.number, stall_check_ms)

    def throttle(self, connection: Connection, until_ms: int) -> None:
        """Let a connection whose party asked too often go on at `until_ms`."""
        self._wheel.set("throttle", connection.number, until_ms)

    # -- what timers call --------------------------------------------------------------------

    def timers(self) -> dict[str, Callable[[int, int], int | None]]:
        """Return what timers call, by their kind; the key is a connection's number."""
        return {
            "connection": self._check,
            "throttle": self._go_on,
            "refused": self._refuse_silent,
        }

    def _check(self, number: int, now_ms: int) -> int | None:
        """End a connection that has to, or ping it; return when to look again."""
        connection = self.by_number[number]
        if connection in self._draining and now_ms >= self._draining[connection]:
            self._boundary.run(connection, connection.abort)  # whatever its peer does
            return None
        return self._boundary.run(connection, self._idle_monitor.check, connection, now_ms)

    def _go_on(self, number: int, now_ms: int) -> None:
        """Let a connection that was throttled wait for its turn again."""
        connection = self.by_number[number]
        if connection.state is OPEN:
            self._boundary.run(connection, self._service.enqueue, connection)

    def _refuse_silent(self, number: int, now_ms: int) -> None:
        """Tell somebody who is turned away and says nothing that there is no room."""
        connection = self.by_number[number]
        if connection.state is OPEN:
            error = self._refused[connection]
            self._boundary.run(connection, self._service.refuse, connection, error)

    # -- what connections call ---------------------------------------------------------------

    def _check_login(self, connection: Connection, name: str) -> None:
        self._places.check_user(connection, name, self._clock.now_ms)

    def _on_login(self, connection: Connection) -> None:
        places = self._places
        if places.is_guest(connection):
            places.log_in(connection, connection.name)
            if places.is_reserve_used and (idle := places.most_idle(but=connection)):
                self.end(
                    idle, "this server is full, and you have more connections than anyone else"
                )
        connection.party = connection.name
        self._delivery.enter(connection)

    def _on_move(self, connection: Connection, address: str) -> None:
        self._places.check_address(address, self._clock.now_ms)
        self._places.move(connection, address)

    def _on_closing(self, connection: Connection) -> None:
        now_ms = self._clock.now_ms
        self._draining.setdefault(connection, now_ms + GOODBYE_MS_MAX)
        self._refused.pop(connection, None)
        self._places.leave(connection)
        self._delivery.leave(connection)
        self._service.forget(connection)
        for other in self._remember:
            other.forget(connection)
        self._wheel.set("connection", connection.number, self._idle_monitor.last_check_ms(now_ms))
