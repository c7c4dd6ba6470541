"""The client's protocol without its I/O: bytes and time in, bytes and events out.

A shell owns socket and clock. It connects when `connect_at` says so, and reports that by
`connection_made` or `connection_failed`; it hands over what it reads by `receive_data`, lets
`advance` take one envelope after the other, sends what `data_to_send` returns, and calls
`on_time` at `timeout_at` when nothing came. Where `has_connection` is false, its socket is to be
closed. `next_event` returns what the user of the client is to see.

In here is all that makes nothing missed and nothing double: after a loss the next connection comes
with growing, random delays, logs in, follows from the last positions, acknowledges again what may
not have arrived, and requests that were on their way go out again where that can do nothing
twice; the others fail.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import Any, TypeVar

from chatd.errors import (
    AuthFailed,
    ChatError,
    NotFound,
    ProtocolError,
    TooLarge,
    UnsupportedVersion,
)
from chatd.wire.commands import (
    COMMAND_OF,
    VERSION,
    AnyParams,
    Bye,
    Command,
    Error,
    Gap,
    Hello,
    LoggedIn,
    Notice,
    Params,
    Ping,
    PingNotice,
    Reset,
    Result,
    Start,
    Sync,
    Synced,
    Welcome,
)
from chatd.wire.entries import Entry, Removed
from chatd.wire.envelope import (
    ID_MAX,
    Envelope,
    Notification,
    Response,
    decode_envelope,
    encode_notification,
    encode_request,
)
from chatd.wire.frames import HEADER, PAYLOAD_BYTES_MAX, FrameDecoder

from .acks import Acks
from .backoff import Backoff
from .errors import ClientError, Closed, ConnectionLost, LoginRequired, error_from_wire
from .events import (
    Connected,
    Disconnected,
    Event,
    SeenEntry,
    read_notification,
    read_result,
)
from .first_bytes import check_first_bytes
from .login import Login, Steps
from .outcome import Outcome, PendingRequest
from .positions import Positions

ANSWER_SECONDS = 30.0
PENDING_MAX = 64
"""Requests on their way; a shell lets the next one wait. So a writer can't choke the line."""
EVENTS_MAX = 10_000
"""Events that nobody took yet. What comes above is fetched again once they are taken."""
TIMES_SENT_MAX = 5
"""A request that was on its way in this many losses may be their cause."""
QUIET_SECONDS_MAX = 75.0
"""After this long without a byte the server is asked for a sign of life."""
SILENCE_SECONDS_MAX = QUIET_SECONDS_MAX + 30.0
"""After this long without one it is gone, whatever the socket says."""
HELD_SECONDS_MIN = 10.0
"""A connection that held this long counts as a good one: delays begin small again."""

R = TypeVar("R", bound=Result)
T = TypeVar("T")


class Phase(Enum):
    """How far a connection has come."""

    DISCONNECTED = "there is none"
    OPENING = "greeting; after a loss also logging in and following"
    OPEN = "ready for requests, or for a login"
    ENDED = "closed for good"


@dataclass
class _Dialog:
    """Steps that are on their way, one request at a time."""

    steps: Steps[Any]
    finish: Callable[[Any, float], None]
    fail: Callable[[Exception, float], None]
    deadline: float = 0.0
    command: Command | None = None


class ClientProtocol:
    """One user's side of the protocol, over connections that come and go.

    server: what messages call it. client: what it is told that this is, up to 64 characters.
    answer_seconds: how long one step of an opening connection may take.
    give_up_seconds: for how long a lost connection is tried again; None: for ever.
    uniform: a random float between two bounds. Times are seconds of any steady clock.
    """

    def __init__(
        self,
        server: str,
        client: str,
        uniform: Callable[[float, float], float],
        answer_seconds: float = ANSWER_SECONDS,
        give_up_seconds: float | None = None,
    ) -> None:
        self.name = ""
        self.device = 0
        self.welcome: Welcome | None = None
        self.positions = Positions()
        self.end_reason: Exception | None = None
        self.following: Sync | None = None
        self._server = server
        self._client = client
        self._answer_seconds = answer_seconds
        self._give_up_seconds = give_up_seconds
        self._backoff = Backoff(uniform)
        self._phase = Phase.DISCONNECTED
        self._login: Login | None = None
        self._dialog: _Dialog | None = None
        self._is_greeted = False
        self._decoder = FrameDecoder()
        self._is_chatd = False
        self._outgoing: list[bytes] = []
        self._early: list[Notification] = []
        self._ids = count(1)
        self._pending: deque[PendingRequest[Any]] = deque()
        self._events: deque[Event] = deque()
        self._fell_behind = False
        self._leaving = False
        self._received_at = 0.0
        self._is_probed = False
        self._opened_at = 0.0
        self._lost_at = 0.0
        self._retry_at = 0.0
        self._since_ms = 0  # following from the end, older entries may stay unread, unseen
        self._acks = Acks()
        self._handed_out: Event | None = None
        self._read_epoch = ""  # of what is handed out: it may have come before a restore
        self._resets: Counter[str] = Counter()  # by room, those that are not handed out yet

    # -- What a shell asks -------------------------------------------------------------------

    @property
    def has_connection(self) -> bool:
        """Whether the connection that was made is still wanted."""
        return self._phase in (Phase.OPENING, Phase.OPEN)

    @property
    def is_logged_in(self) -> bool:
        """Whether it was logged in once: from then on lost connections come back."""
        return self._login is not None

    @property
    def is_ready(self) -> bool:
        """Whether there is a connection that is logged in, as far as is known."""
        return self._phase is Phase.OPEN and self.is_logged_in

    @property
    def ended(self) -> bool:
        """Whether it was closed, or the server lets us in no longer."""
        return self._phase is Phase.ENDED

    @property
    def has_event(self) -> bool:
        """Whether `next_event` has something to return."""
        return bool(self._events) or self._fell_behind

    @property
    def pending_count(self) -> int:
        """How many requests wait for their answer, or for a connection."""
        return len(self._pending)

    @property
    def is_full(self) -> bool:
        """Whether the next request should wait for an answer to one before it."""
        return len(self._pending) >= PENDING_MAX

    @property
    def connect_at(self) -> float | None:
        """When to connect again; None as long as that is not wanted."""
        wanted = self._phase is Phase.DISCONNECTED and self.is_logged_in
        return self._retry_at if wanted else None

    @property
    def timeout_at(self) -> float | None:
        """When to call `on_time` if nothing comes before; None without a connection."""
        if not self.has_connection:
            return None
        if self._dialog is not None:
            return self._dialog.deadline
        if not self.is_ready:
            return None
        due_at = self._acks.due_at()
        return self._quiet_at if due_at is None else min(self._quiet_at, due_at)

    # -- Connections -------------------------------------------------------------------------

    def connection_made(self, now: float) -> Outcome[Welcome]:
        """Begin on a new connection; return what will come of opening it."""
        assert self._phase is Phase.DISCONNECTED
        self._phase = Phase.OPENING
        self._decoder, self._is_chatd, self._is_greeted = FrameDecoder(), False, False
        self._outgoing.clear()
        self._early.clear()
        self._received_at, self._is_probed = now, False
        opening: Outcome[Welcome] = Outcome()

        def finish(synced: Synced | None, now: float) -> None:
            self._phase, self._opened_at = Phase.OPEN, now
            if self.is_logged_in:
                self._resume(synced)
            assert self.welcome is not None
            opening.succeed(self.welcome)

        def fail(error: Exception, now: float) -> None:
            if not self._is_greeted and isinstance(error, ConnectionLost | ProtocolError):
                error = ConnectionLost(f"{self._server}: {error}")
            self._disconnect()
            self.connection_failed(error, now)
            opening.fail(error)

        self._begin(self._open(), finish, fail, now)
        return opening

    def connection_failed(self, error: Exception, now: float) -> None:
        """Put the next try off; or give up, for good if the server lets us in no longer."""
        if not self.is_logged_in or self.ended:
            return
        if isinstance(error, LoginRequired | UnsupportedVersion):
            self.end(error)
            return
        self._retry_at = now + self._backoff.next_seconds()
        if self._give_up_seconds is not None and now - self._lost_at >= self._give_up_seconds:
            self.end(ConnectionLost(f"{error}; gave up"))

    def connection_lost(self, error: Exception, now: float) -> None:
        """The connection broke: keep what can be sent again, fail the rest."""
        if not self.has_connection:
            return
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            if self._phase is Phase.OPEN:
                self._disconnect()
            dialog.fail(error, now)
            return
        self._disconnect()
        if self.is_logged_in:
            self._note_loss(error, now)

    def hang_up(self) -> None:
        """Give up a connection on which nobody has logged in."""
        if not self.is_logged_in and self.has_connection:
            self._disconnect()

    def receive_data(self, data: bytes, now: float) -> None:
        """Take bytes of the connection; none at its end. `advance` looks at what they say."""
        if not self.has_connection:
            return
        if not data:
            self.connection_lost(ConnectionLost("the server ended the connection"), now)
            return
        self._received_at, self._is_probed = now, False
        try:
            if not self._is_chatd and not self._decoder.buffered_bytes:
                check_first_bytes(data)
        except ConnectionLost as error:
            self.connection_lost(error, now)
        else:
            self._decoder.feed(data)

    def advance(self, now: float) -> bool:
        """Take the next envelope that has come; False if none is whole, or wanted yet."""
        is_wanted = self._dialog is not None or self.is_ready
        if not self.has_connection or not is_wanted:
            return False
        try:
            payload = self._decoder.next_frame()
            if payload is None:
                return False
            envelope = decode_envelope(payload)
            self._is_chatd = True
            self._take(envelope, now)
        except ProtocolError as error:
            is_other = not self._is_chatd
            what = ConnectionLost(f"that is not a chatd server: {error}") if is_other else error
            self.connection_lost(what, now)
        except ConnectionLost as error:
            self.connection_lost(error, now)
        return True

    def data_to_send(self) -> bytes:
        """Return all bytes that are to go out now, once."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def on_time(self, now: float) -> None:
        """Do what is due although nothing came: acknowledge, ask for a sign of life, give up."""
        if self._dialog is not None:
            if now >= self._dialog.deadline:
                self.connection_lost(ConnectionLost("the server does not answer"), now)
        elif self.is_ready:
            self._acknowledge_if_due(now)
            if now >= self._quiet_at:
                self._probe(now)

    # -- Logging in --------------------------------------------------------------------------

    def log_in(
        self, steps: Steps[LoggedIn], again: Callable[[LoggedIn], Login], now: float
    ) -> Outcome[LoggedIn]:
        """Log in on an open connection; `again` returns how to do so on the next ones."""

        def finish(logged_in: LoggedIn, now: float) -> None:
            self.name, self.device = logged_in.name, logged_in.device
            self._login, self._opened_at = again(logged_in), now
            self._take_early()

        return self._run(steps, finish, now)

    def register(self, steps: Steps[T], now: float) -> Outcome[T]:
        """Make an account on an open connection."""
        return self._run(steps, lambda made, now: None, now)

    def log_in_by(self, login: Login) -> None:
        """Log in in another way from now on."""
        self._login = login

    # -- What goes out -----------------------------------------------------------------------

    def request(
        self, params: Params[R], then: Callable[[Outcome[R]], object] | None = None
    ) -> PendingRequest[R]:
        """Send a request, now or as soon as there is a connection again.

        Raises LoginRequired before the login, TooLarge if it fits no frame, or what ended this.
        """
        if self.end_reason is not None:
            raise self.end_reason
        if not self.is_logged_in:
            raise LoginRequired("log in first")
        pending = PendingRequest(params, next(self._ids) % ID_MAX, then)
        if len(pending.frame) - HEADER.size > PAYLOAD_BYTES_MAX:
            raise TooLarge("too large for one frame", limit=PAYLOAD_BYTES_MAX)
        self._pending.append(pending)
        if self.is_ready:
            self._send(pending)
        return pending

    def follow(
        self, start: Start, *, peek: bool, then: Callable[[Outcome[Synced]], object] | None = None
    ) -> PendingRequest[Synced]:
        """Follow all rooms: from what is unread, or from the end. peek: nothing counts as read."""
        self.following = Sync(start=start, peek=peek)
        if start is not Start.UNREAD and self.welcome is not None:
            self._since_ms = self.welcome.now
        return self.request(self._sync_params(), then)

    def give_up(self, pending: PendingRequest[Any], now: float) -> None:
        """Nobody waits for an answer any more.

        A connection on which it was sent is given up too: the server answers in order, so nothing
        that comes after it would be answered either.
        """
        error = ConnectionLost("the server did not answer in time")
        pending.fail(self.end_reason or error)
        if self.is_ready and pending.times_sent:
            self.connection_lost(error, now)
        elif pending in self._pending:
            self._pending.remove(pending)

    def leave(self) -> None:
        """From now on the end of the connection is what we want, not a loss."""
        self._leaving = True

    def end(self, error: Exception) -> None:
        """End it for good; what waits for something fails with `error`."""
        if self.ended:
            return
        self._phase, self.end_reason = Phase.ENDED, error
        failed, self._pending = self._pending, deque()
        for pending in failed:
            pending.fail(error)
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            dialog.fail(error, 0.0)

    # -- What comes out ----------------------------------------------------------------------

    def next_event(self, now: float) -> Event | None:
        """Return the next event, or None if there is none yet. The one before it is read now."""
        self.note_read()
        self._acknowledge_if_due(now)
        if self._fell_behind and not self._events:
            self._fell_behind = False
            self.connection_lost(ConnectionLost("too slow to keep up; resuming"), now)
        if not self._events:
            return None
        self._handed_out = self._events.popleft()
        return self._handed_out

    def note_read(self) -> None:
        """The event that was handed out last has been read."""
        event, self._handed_out = self._handed_out, None
        peek = self.following is not None and self.following.peek
        if isinstance(event, Connected) and event.epoch:
            self._read_epoch = event.epoch
        if isinstance(event, Reset):
            self._resets[event.room] -= 1
        if isinstance(event, Entry) and not peek and self._is_current(event):
            self._acks.read(event.room, event.seq)
        if isinstance(event, Removed):
            self._acks.forget(event.group)  # the server knows of no such room for us

    def forget_last(self) -> None:
        """The event that was handed out last was not read to its end."""
        self._handed_out = None

    def acknowledge(self, now: float) -> None:
        """Tell the server all that was read."""
        if self.is_ready:
            for room, seq in self._acks.take(now):
                self._notify("ack", {"room": room, "seq": seq})

    # -- Openings and logins, step by step ---------------------------------------------------

    def _open(self) -> Steps[Synced | None]:
        """Greet; after a loss log in and follow, so that all is as it was."""
        self.welcome = yield Hello(VERSION, self._client)
        self._is_greeted = True
        if self._login is None:
            return None
        try:
            yield from self._login()
        except AuthFailed as error:
            raise LoginRequired(f"the server does not accept our login any more: {error}") from None
        if self.following is None:
            return None
        synced: Synced = yield self._sync_params()
        return synced

    def _run(self, steps: Steps[T], finish: Callable[[T, float], None], now: float) -> Outcome[T]:
        assert self._phase is Phase.OPEN and self._dialog is None
        outcome: Outcome[T] = Outcome()

        def done(value: T, now: float) -> None:
            finish(value, now)
            outcome.succeed(value)

        self._begin(steps, done, lambda error, now: outcome.fail(error), now)
        return outcome

    def _begin(
        self,
        steps: Steps[T],
        finish: Callable[[T, float], None],
        fail: Callable[[Exception, float], None],
        now: float,
    ) -> None:
        self._dialog = dialog = _Dialog(steps, finish, fail)
        self._step(dialog, lambda: next(steps), now)

    def _step(self, dialog: _Dialog, resume: Callable[[], AnyParams], now: float) -> None:
        """Go on with a dialog up to its next request, or its end."""
        try:
            params = resume()
        except StopIteration as stop:
            self._dialog = None
            dialog.finish(stop.value, now)
        except (ChatError, ClientError) as error:
            self._dialog = None
            dialog.fail(error, now)
        else:
            dialog.command = COMMAND_OF[type(params)]
            dialog.deadline = now + self._answer_seconds
            self._outgoing.append(encode_request(0, dialog.command.method, params))

    # -- What comes in -----------------------------------------------------------------------

    def _take(self, envelope: Envelope, now: float) -> None:
        if isinstance(envelope, Response):
            if self._dialog is not None:
                self._take_step(self._dialog, envelope, now)
            else:
                self._take_answer(envelope)
        elif not isinstance(envelope, Notification):
            raise ProtocolError("the server sent a request")
        elif self.is_ready:
            self._take_notification(envelope)
        else:
            self._take_before_login(envelope, now)

    def _take_step(self, dialog: _Dialog, response: Response, now: float) -> None:
        steps = dialog.steps
        if response.error is not None:
            refusal = error_from_wire(response.error)
            self._step(dialog, lambda: steps.throw(refusal), now)
        else:
            assert dialog.command is not None
            result = read_result(dialog.command, response.result)
            self._step(dialog, lambda: steps.send(result), now)

    def _take_answer(self, response: Response) -> None:
        if not self._pending or response.id != self._pending[0].request_id:
            raise ProtocolError("the server sent an unexpected response")
        pending = self._pending[0]
        if response.error is not None:
            self._pending.popleft()
            pending.fail(error_from_wire(response.error))
            return
        result = read_result(pending.command, response.result)
        self._pending.popleft()
        if isinstance(result, Synced):
            self.positions.epoch = self._read_epoch = result.epoch
        pending.succeed(result)

    def _take_before_login(self, notification: Notification, now: float) -> None:
        """Raise what ends the connection; keep the rest until somebody is logged in."""
        notice = read_notification(notification)
        if isinstance(notice, Error):
            refusal = error_from_wire({"code": notice.code, "message": notice.message})
            self.connection_lost(refusal, now)
        elif isinstance(notice, Bye):
            raise ConnectionLost(f"the server ended the connection: {notice.reason}")
        else:
            self._early.append(notification)

    def _take_early(self) -> None:
        early, self._early = self._early, []
        for notification in early:
            self._take_notification(notification)

    def _take_notification(self, notification: Notification) -> None:
        received = read_notification(notification)
        if isinstance(received, PingNotice):
            self._notify("pong", {})
        elif received is not None:
            self._queue(received)
        if isinstance(received, Bye) and received.logged_out and not self._leaving:
            self.end(LoginRequired(f"the server no longer accepts our login: {received.reason}"))

    def _queue(self, received: SeenEntry | Notice) -> None:
        if len(self._events) >= EVENTS_MAX:
            self._fell_behind = True
        # Nothing after a dropped one either: entries must come in order.
        if not self._fell_behind and self._is_news(received):
            self._events.append(received)

    def _is_news(self, received: SeenEntry | Notice) -> bool:
        """Keep the positions; False for an entry that came before, or that nobody wants."""
        if isinstance(received, Entry):
            return self.positions.take(received) and received.ts >= self._since_ms
        if isinstance(received, Gap):
            self.positions.skip(received)
        elif isinstance(received, Reset):
            self.positions.forget(received)
            self._acks.forget(received.room)
            self._resets[received.room] += 1
        return not _is_late_ack(received)

    # -- Losses and returns ------------------------------------------------------------------

    def _disconnect(self) -> None:
        if not self.ended:
            self._phase = Phase.DISCONNECTED
        self._dialog = None
        self._outgoing.clear()

    def _note_loss(self, error: Exception, now: float) -> None:
        failed = self._drop_unrepeatable(error)
        is_wanted = self._leaving and not failed and not self._pending
        if not is_wanted:
            self._events.append(Disconnected(str(error)))
        if now - self._opened_at >= HELD_SECONDS_MIN:
            self._backoff.reset()
        self._lost_at = now
        self._retry_at = now + self._backoff.next_seconds()
        if self._leaving:
            self.end(Closed("closed") if is_wanted else ConnectionLost(str(error)))

    def _drop_unrepeatable(self, error: Exception) -> list[PendingRequest[Any]]:
        failed = [pending for pending in self._pending if not _may_repeat(pending)]
        for pending in failed:
            self._pending.remove(pending)
            pending.fail(ConnectionLost(f"{error}; it may or may not have been done"))
        return failed

    def _resume(self, synced: Synced | None) -> None:
        """Be as before the loss: send on the new connection whatever waits, in the old order."""
        if synced is not None:
            self._resume_from(synced)
        self._events.append(Connected("" if synced is None else synced.epoch))
        for pending in list(self._pending):
            if pending.command.method == "sync":  # reconnecting has just done it
                self._pending.remove(pending)
                pending.succeed(synced)
            else:
                self._send(pending)
        self._take_early()

    def _resume_from(self, synced: Synced) -> None:
        if synced.epoch == self.positions.epoch:
            self._acks.repeat()
        else:  # all numbers mean other entries now
            self.positions.begin(synced.epoch)
            self._acks.forget_all()

    def _sync_params(self) -> Sync:
        """How to follow from here: rooms without a position start where the user has read."""
        assert self.following is not None
        if not self.positions.epoch:
            return self.following
        # A second start from now would miss what was said in between.
        positions, peek = self.positions.latest(), self.following.peek
        return Sync(positions, self.positions.epoch, Start.UNREAD, peek)

    # -- Small steps -------------------------------------------------------------------------

    def _send(self, pending: PendingRequest[Any]) -> None:
        pending.times_sent += 1
        self._outgoing.append(pending.frame)

    def notify(self, params: AnyParams) -> None:
        """Send a command that is not answered; without a connection it is dropped."""
        if self.is_ready:
            self._notify(COMMAND_OF[type(params)].method, params)

    def _notify(self, method: str, params: object) -> None:
        self._outgoing.append(encode_notification(method, params))

    @property
    def _quiet_at(self) -> float:
        limit = SILENCE_SECONDS_MAX if self._is_probed else QUIET_SECONDS_MAX
        return self._received_at + limit

    def _probe(self, now: float) -> None:
        """Nothing came for long: ask for a sign of life, once."""
        if self._is_probed:
            self.connection_lost(ConnectionLost("the server has gone silent"), now)
            return
        self._is_probed = True
        if not self._pending:  # else an answer is owed already
            self.request(Ping())

    def _acknowledge_if_due(self, now: float) -> None:
        due_at = self._acks.due_at()
        if due_at is not None and due_at <= now:
            self.acknowledge(now)

    def _is_current(self, entry: SeenEntry) -> bool:
        """Whether an entry's number means to the server what it meant when the entry came."""
        return self._read_epoch == self.positions.epoch and not self._resets[entry.room]


def _may_repeat(pending: PendingRequest[Any]) -> bool:
    if pending.done:  # given up
        return False
    if not pending.times_sent:
        return True
    return pending.is_repeatable and pending.times_sent < TIMES_SENT_MAX


def _is_late_ack(received: SeenEntry | Notice) -> bool:
    """Tell whether an acknowledgement met a room that had just ended for us.

    Nothing else that we only tell the server names something that it could not find. That we are
    out, an entry of our own log says.
    """
    return isinstance(received, Error) and received.code == NotFound.code
