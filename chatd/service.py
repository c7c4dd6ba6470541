"""Service: takes requests one by one to the dispatcher, by turns and within bounds.

Connections with something to do wait in one queue, by party, over as many ticks as it takes. A turn
is short; who has more rejoins at the end. Besides that, three things make a connection's requests
wait, and none loses any: its party asked more often than it may, the connection has not taken its
answers, or one of them is under way. What is not decoded yet waits in the codec, and what is not
read in the kernel.
"""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from chatd.calls import Calls
from chatd.config import Settings
from chatd.core.budget import Budget
from chatd.core.fairness import ADDRESS, FairQueue, Meter, party_of
from chatd.core.transaction import Transaction
from chatd.errors import ChatError
from chatd.net.boundary import Checkpoint, ErrorBoundary
from chatd.net.connection import OPEN, Connection
from chatd.net.protocol import ProtocolRow, Router
from chatd.places import Places

TURN_NS_MAX = 200_000
TURN_STEPS_MAX = 32
"""A turn's limits of time and requests; then it is the next party's."""
SEND_NS = 8_000
"""What sending takes that was queued to a connection: it is work of the tick, too."""


class _Pulled(NamedTuple):
    """What has come and waits. is_paid: whether it was counted in the rate of its party."""

    event: object
    is_paid: bool


class Service:
    """Serves connections. `begin_tick` opens the budget of each tick."""

    def __init__(
        self,
        calls: Calls,
        transaction: Transaction,
        settings: Settings,
        places: Places,
        boundary: ErrorBoundary,
        budget: Budget,
        monotonic_ns: Callable[[], int],
    ) -> None:
        self._calls = calls
        self._transaction = transaction
        self._boundary = boundary
        self._places = places
        self._budget = budget
        self._monotonic_ns = monotonic_ns
        self._meter = Meter(settings.requests_per_second)
        self._queue: FairQueue[Connection] = FairQueue()
        self._paused: dict[Connection, None] = {}  # until they have taken their answers
        self._held: dict[Connection, None] = {}  # while an answer is under way to them
        self._pulled: dict[Connection, _Pulled] = {}  # what waits for its party, or its time
        self._throttled: list[tuple[Connection, int]] = []
        self._now_ms = 0
        self._bytes = 0
        self._turn_ends_ns = 0
        self._step_began_ns = 0
        self._steps_left = 0
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Go on with other bounds."""
        self._bytes_max = settings.tick_bytes_max
        self._high_water_bytes = settings.high_water_bytes
        self._meter.configure(settings.requests_per_second)
        for connection, pulled in self._pulled.items():
            if pulled.is_paid:
                self._pulled[connection] = _Pulled(pulled.event, is_paid=False)
                self.enqueue(connection)

    def begin_tick(self, now_ms: int) -> None:
        """Reset what is counted in each tick."""
        self._now_ms = now_ms
        self._bytes = 0
        self._meter.sweep(now_ms)

    # -- who waits ---------------------------------------------------------------------------

    @property
    def has_work(self) -> bool:
        """Whether somebody waits whom there was no time for."""
        return len(self._queue) > 0

    def enqueue(self, connection: Connection) -> None:
        """Let a connection wait for its turn: something has come, or it may go on."""
        self._queue.add(connection.party, connection)

    def take_throttled(self) -> list[tuple[Connection, int]]:
        """Return who asked too often in this tick, and when each may go on (ms UTC)."""
        throttled, self._throttled = self._throttled, []
        return throttled

    def resume_drained(self) -> None:
        """Go on with those who have taken what waited for them."""
        for connection in [p for p in self._paused if not p.queued_bytes]:
            del self._paused[connection]
            self._boundary.run(connection, self.enqueue, connection)

    def release(self, connection: Connection) -> None:
        """The answer that was under way to a connection is whole."""
        del self._held[connection]
        self.enqueue(connection)

    def forget(self, connection: Connection) -> None:
        """A connection has closed."""
        self._queue.discard(connection)
        for waiting in (self._paused, self._held, self._pulled):
            waiting.pop(connection, None)

    # -- turns -------------------------------------------------------------------------------

    def serve(self) -> None:
        """Give everyone who waits a turn, and another, until the tick has done enough."""
        queue = self._queue
        deadline_ns = self._budget.deadline_ns
        while queue.party() is not None and self._bytes <= self._bytes_max:
            now_ns = self._monotonic_ns()
            if now_ns > deadline_ns:
                break
            self._step_began_ns = now_ns
            self._turn_ends_ns = min(now_ns + TURN_NS_MAX, deadline_ns)
            self._steps_left = TURN_STEPS_MAX
            while self._steps_left > 0 and (connection := queue.take()) is not None:
                self._boundary.run(connection, self._serve_some, connection)
                deadline_ns -= SEND_NS
            queue.end_turn()

    def _serve_some(self, connection: Connection) -> None:
        """Serve a connection for as long as the turn lasts and it waits alone in its party."""
        if connection.state is not OPEN:
            self._throw_away_some(connection)
            return
        party, is_alone = connection.party, not self._queue.has_more
        has_more = True
        while has_more:
            before = Checkpoint(
                self._transaction.commits, connection.queued_bytes, connection.codec
            )
            try:
                has_more = self._serve_next(connection)
            except Exception as error:
                self._boundary.answer(connection, error, before)
                has_more = False
            self._steps_left -= 1
            self._step_began_ns = now_ns = self._monotonic_ns()
            if now_ns > self._turn_ends_ns or self._bytes > self._bytes_max:
                self._steps_left = 0
            if not (is_alone and self._steps_left and connection.party == party):
                break
        if has_more:
            self.enqueue(connection)

    def _throw_away_some(self, connection: Connection) -> None:
        """Read what comes behind a goodbye."""
        self._steps_left -= 1
        self._read(connection)
        if connection.is_readable:
            self.enqueue(connection)

    def _serve_next(self, connection: Connection) -> bool:
        """Do what is next on a connection; return whether there may be more."""
        if connection.state is not OPEN:
            return False
        if connection.queued_bytes > self._high_water_bytes or connection in self._held:
            self._wait(connection)
            return False
        try:
            if connection in self._pulled:
                event, is_paid = self._pulled.pop(connection)
                return self._handle(connection, event, is_paid)
            event = connection.codec.next_event()
            if event is None and connection.is_readable:
                self._read(connection)
                event = connection.codec.next_event()
            return self._rest(connection) if event is None else self._handle(connection, event)
        except ChatError as error:
            self.refuse(connection, error)
            return True

    def _wait(self, connection: Connection) -> None:
        """Let a connection's next request wait for something else than its turn."""
        connection.reads = False
        if connection not in self._held:
            self._paused[connection] = None

    def _rest(self, connection: Connection) -> bool:
        """All that came is handled; return whether there may be more to read right now."""
        if connection.is_readable:  # what was read is no whole request yet
            return True
        if not connection.reads:
            connection.reads = True
        if connection.peer_hung_up:
            connection.close_gracefully()
        return False

    def refuse(self, connection: Connection, error: ChatError) -> None:
        """End a connection with an error, in words of its protocol."""
        self._calls.refused[error.code] += 1
        connection.enqueue(connection.codec.encode_fatal(error, self._now_ms))
        connection.close_gracefully()

    def _read(self, connection: Connection) -> None:
        byte_count = connection.read()
        if byte_count:
            self._bytes += byte_count
            connection.heard_ms = self._now_ms
            connection.pinged = False

    # -- how often one may ask ---------------------------------------------------------------

    def _throttle(self, connection: Connection, event: object, until_ms: int) -> None:
        """Let what a peer asks for wait until its time has come.

        It was counted at once, so that the requests of a party come one after the other.
        """
        connection.reads = False
        self._pulled[connection] = _Pulled(event, is_paid=True)
        self._throttled.append((connection, until_ms))

    def _guest(self, connection: Connection) -> Hashable:
        """Return with whose requests those of nobody are counted: all from there, mostly."""
        party, address = connection.party, connection.address
        where = address if party == party_of(address) else party[1:]  # of a proxy, all of it
        return party if self._places.counts(where) else connection

    # -- what there is to do -----------------------------------------------------------------

    def _handle(self, connection: Connection, event: object, is_paid: bool = False) -> bool:
        """Do what a peer asks for, or let it wait; return whether there may be more.

        is_paid: whether it has been counted.
        """
        protocol: ProtocolRow = connection.protocol
        router, refusal = protocol.router, None
        if router is not None:
            party = router.party_of(connection, event, self._now_ms)
            if party != connection.party:
                refusal = self._hand_over(connection, party, router)
                if refusal is None:
                    self._pulled[connection] = _Pulled(event, is_paid)
                    return True
        if self._meter.is_on and not is_paid and type(event) not in protocol.uncounted:
            party = connection.party
            asker = party if party[0] != ADDRESS else self._guest(connection)
            until_ms = self._meter.charge(asker, self._now_ms)
            if until_ms is not None:
                self._throttle(connection, event, until_ms)
                return False
        if router is not None and refusal is not None:
            router.refuse(connection, refusal, self._now_ms)
        elif protocol.front.handle(connection, event, self._now_ms, self._step_began_ns):
            self._held[connection] = None
        return True

    # -- whose an event is -------------------------------------------------------------------

    def _hand_over(self, connection: Connection, party: str, router: Router) -> ChatError | None:
        """Let a connection be another's; return why it may not be."""
        try:
            self._change_party(connection, party, router)
        except ChatError as error:
            return error.with_traceback(None)
        return None

    def _change_party(self, connection: Connection, party: str, router: Router) -> None:
        """Let a connection be another's. Raises ChatError if that one has enough of them."""
        places = self._places
        is_own = party[0] != ADDRESS and not router.is_shared(connection)
        if is_own:
            places.check_user(connection, party, self._now_ms)
        if not places.is_guest(connection):
            places.log_out(connection, connection.party)
        if is_own:
            places.log_in(connection, party)
        elif party[0] != ADDRESS:
            places.renew(connection)
        connection.party = party
