"""A follower: what a node of a cluster would be that only reads the journal.

It has a state that is fed each record as it is written, and a delivery of its own; it has no
handlers. Each connection that follows at the server has a shadow here that does nothing else. Tick
by tick both nodes must find the same consequences, and queue the same bytes to those who are live
at both: whatever reaches a connection without following from the events is found.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from chatd.announcements import Announcements
from chatd.app import App
from chatd.config import Settings
from chatd.core import events as e
from chatd.core.budget import Budget
from chatd.core.presence import Presence
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.core.transaction import Transaction
from chatd.handlers.context import Effects
from chatd.net.boundary import ErrorBoundary
from chatd.net.connection import OPEN, Connection
from chatd.net.delivery import Delivery
from chatd.net.loop import Loop
from chatd.net.notices import Notices
from chatd.server import NO_CHANGES
from tests.simulation.network import Descriptors, SimSelector, SimSocket

ENDLESS = 2**40
"""A shadow's peer takes everything."""
COMPARED_BYTES_MAX = 64 * 1024


@dataclass(slots=True)
class Pair:
    """A connection of the server and its shadow, both live when a tick is let out.

    before, shadow_before: what waited for them at the beginning of what is compared.
    sent_before: how many bytes its peer had not taken by then.
    """

    connection: Connection
    shadow: Connection
    before: bytes
    shadow_before: bytes = b""
    sent_before: int = 0

    def is_comparable(self, high_water_bytes: int) -> bool:
        """Whether the connection still takes all that it is to get."""
        connection = self.connection
        return (
            connection.positions is None
            and not connection.takes_nothing
            and connection.general_seq == self.shadow.general_seq
            and connection.queued_bytes <= high_water_bytes
        )


class _Callbacks:
    """What a shadow tells of: it is nobody's but the delivery's."""

    def __init__(self, delivery: Delivery) -> None:
        self.on_login, self.on_follow = delivery.enter, delivery.follow
        self.on_queued, self.queued_seq = delivery.mark_dirty, delivery.queued_seq

    def on_readable(self, connection: Connection) -> None:
        raise AssertionError("a shadow's peer sends nothing")

    def on_closing(self, connection: Connection) -> None:
        """It is let go of with the connection whose shadow it is."""

    def on_closed(self, connection: Connection) -> None:
        """Its socket is nothing that has to be given back."""

    def check_login(self, connection: Connection, name: str) -> None:
        """A shadow takes nobody's place."""

    def on_move(self, connection: Connection, address: str) -> None:
        raise AssertionError("a shadow has no address")


class Follower:
    """Follows a server that has just been made, and holds what it lets out against its own.

    compared: the first bytes that both have queued.
    """

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._transaction = Transaction(State.load(deepcopy(app.database.state.dump())))
        self._boundary = ErrorBoundary(self._transaction)
        self._delivery = Delivery(
            self._transaction,
            Presence(),
            self._boundary,
            Budget(lambda: 0),
            settings.high_water_bytes,
            settings.tick_bytes_max,
        )
        self._notices = Notices(settings.high_water_bytes)
        self._announcements = Announcements(
            settings,
            self.state,
            app.database.clock,
            app.handlers,
            self._boundary,
            self._delivery,
            self._notices,
            app.connections,
        )
        self._high_water_bytes = settings.high_water_bytes
        self._callbacks = _Callbacks(self._delivery)
        self._descriptors, self._loop = Descriptors(), Loop(SimSelector(), SimSelector())
        self._shadows: dict[Connection, Connection] = {}
        self.compared = bytearray()
        self._changes = self._own = NO_CHANGES
        self._effects = Effects()
        self._pairs: list[Pair] = []
        self._listen()

    def _listen(self) -> None:
        """Take part in what the server does when it writes a record and lets a tick out."""
        app = self._app
        journal, announcements, delivery = app.database._journal, app.announcements, app.delivery
        append, carry_out, deliver, flush, configure = (
            journal.append,
            announcements.carry_out,
            delivery.deliver,
            delivery.flush,
            announcements.configure,
        )

        def on_append(body: bytes) -> int:
            self._apply(body)
            return append(body)

        def on_carry_out(changes: TickChanges, effects: Effects) -> None:
            self._begin(changes, effects)
            carry_out(changes, effects)

        def on_deliver(changes: TickChanges, now_ms: int) -> None:
            deliver(changes, now_ms)
            self._deliver(now_ms)

        def on_flush(now_ms: int) -> list[Connection]:
            self._begin_flush()
            blocked = flush(now_ms)
            self._flush(now_ms)
            return blocked

        def on_configure(settings: Settings) -> None:
            configure(settings)
            self._announcements.configure(settings)
            self._delivery.configure(settings)
            self._notices.configure(settings)
            self._high_water_bytes = settings.high_water_bytes

        for owner, name, hook in (
            (journal, "append", on_append),
            (announcements, "carry_out", on_carry_out),
            (announcements, "configure", on_configure),
            (delivery, "deliver", on_deliver),
            (delivery, "flush", on_flush),
        ):
            setattr(owner, name, hook)

    @property
    def state(self) -> State:
        return self._transaction.state

    # -- a tick ------------------------------------------------------------------------------

    def _apply(self, body: bytes) -> None:
        """Apply a record, as a node does that reads it."""
        self._changes = TickChanges()
        for event in e.decode_events(body):
            self.state.apply(event, self._changes)

    def _begin(self, changes: TickChanges, effects: Effects) -> None:
        """Hold the consequences against the server's, and announce them to the shadows."""
        self._own = NO_CHANGES if changes is NO_CHANGES else self._changes
        assert changes == self._own, f"the events say {self._own}, and the server {changes}"
        self._match_connections(self._app.database.clock.now_ms)
        self._effects = self._of_shadows(effects)
        pairs = (
            Pair(connection, shadow, _queued(connection))
            for connection, shadow in self._shadows.items()
            if shadow.positions is None and not _is_local(effects, connection)
        )
        self._pairs = [pair for pair in pairs if pair.is_comparable(self._high_water_bytes)]

    def _deliver(self, now_ms: int) -> None:
        """Queue to the shadows what follows from the tick, and compare."""
        self._announcements.carry_out(self._own, self._effects)
        self._delivery.deliver(self._own, now_ms)
        for pair in self._pairs:
            if pair.is_comparable(self._high_water_bytes):
                queued = _queued(pair.connection)[len(pair.before) :]
                self._compare(pair.connection, queued, _queued(pair.shadow))
                assert pair.connection.state is pair.shadow.state, pair.connection.name

    def _begin_flush(self) -> None:
        """Note what waits for those who are then sent the general room."""
        self._pairs = [
            pair
            for pair in self._pairs
            if pair.is_comparable(self._high_water_bytes) and _has_peer(pair.connection)
        ]
        for pair in self._pairs:
            pair.before = _queued(pair.connection)
            pair.sent_before = len(_sent(pair.connection))
            pair.shadow_before = _queued(pair.shadow)

    def _flush(self, now_ms: int) -> None:
        """Send the shadows what is queued, compare the general room, and let nobody lag."""
        self._delivery.flush(now_ms)
        for pair in self._pairs:
            if pair.is_comparable(self._high_water_bytes):  # else it waits for its turn, or lags
                taken = bytes(_sent(pair.connection)[pair.sent_before :])
                sent = taken + _queued(pair.connection)
                assert sent.startswith(pair.before), pair.connection.name
                shadow_sent = bytes(_sent(pair.shadow)).removeprefix(pair.shadow_before)
                self._compare(pair.connection, sent[len(pair.before) :], shadow_sent)
        self._pairs = []
        while self._delivery.has_work:
            self._delivery.pump(now_ms)
            self._delivery.flush(now_ms)
        for shadow in self._shadows.values():
            _sent(shadow).clear()
        assert not self._boundary.errors, "an exception met the follower's error boundary"

    def _compare(self, connection: Connection, queued: bytes, shadow: bytes) -> None:
        who = f"connection {connection.number} of {connection.name}"
        assert queued == shadow, f"{who} was queued {queued!r}, and its shadow {shadow!r}"
        self.compared += queued[: COMPARED_BYTES_MAX - len(self.compared)]

    # -- shadows -----------------------------------------------------------------------------

    def _match_connections(self, now_ms: int) -> None:
        """Let exactly those connections have a shadow that follow."""
        for connection, shadow in list(self._shadows.items()):
            if connection.state is not OPEN:
                del self._shadows[connection]
                shadow.abort()
                self._delivery.leave(shadow)
        for connection in self._app.by_number.values():
            if connection.following and connection.state is OPEN:
                if connection not in self._shadows:
                    self._shadows[connection] = self._shadow_of(connection, now_ms)

    def _shadow_of(self, connection: Connection, now_ms: int) -> Connection:
        """Return a connection that follows from where another one has just begun to."""
        sock, peer = (SimSocket(self._descriptors, ENDLESS) for _ in range(2))
        sock.other, peer.other = peer, sock
        shadow = Connection(
            sock,
            connection.number,
            "",
            connection.protocol,
            connection.codec,
            self._loop,
            self._callbacks,
            now_ms,
        )
        shadow.session = connection.session
        shadow.login(connection.name)
        assert connection.positions is not None, "it began to follow before anybody knew"
        rooms = self.state.rooms
        shadow.follow({room: s for room, s in connection.positions.items() if room in rooms})
        return shadow

    def _of_shadows(self, effects: Effects) -> Effects:
        """Return what the shadows have to know of those that asked."""

        def shadow(link: object) -> Any:
            return self._shadows.get(link)  # type: ignore[call-overload]  # or of no shadow

        return Effects(
            logouts=set(map(shadow, effects.logouts)),
            readers={key: shadow(link) for key, link in effects.readers.items()},
            posters={key: shadow(link) for key, link in effects.posters.items()},
            asking={name: shadow(link) for name, link in effects.asking.items()},
        )


def _queued(connection: Connection) -> bytes:
    """Return what waits for a connection."""
    outbox = connection._outbox
    return b"".join(outbox) if isinstance(outbox, list) else outbox


def _sent(connection: Connection) -> bytearray:
    """Return what was sent to a connection's peer, who has not taken it yet."""
    sock = connection.sock
    assert isinstance(sock, SimSocket)
    return sock.other._inbox


def _has_peer(connection: Connection) -> bool:
    """Whether what is sent to a connection can be seen: somebody is there, and it is no secret."""
    sock = connection.sock
    return isinstance(sock, SimSocket) and not sock.other.closed


def _is_local(effects: Effects, connection: Connection) -> bool:
    """Whether a tick's handlers have something for a connection that concerns no other."""
    links = [link for link, _ in effects.to_link] + [link for link, _ in effects.ends]
    return connection in links
