"""A connection to the engine: to one of its servers, to another when that is lost.

It lives on the server's loop as an urgent watcher, and has timers of its own, as the engine goes
on while a tick is under way and the server's own timers stand still. Whoever turns the loop waits
until `next_ms` at the latest, lets watchers read first, and then calls `advance`: so time in which
nothing was read is charged to nobody.

Nothing is kept for later: what can't be sent now is refused, and what has no answer when the line
breaks fails. Only who asked knows whether to ask again.
"""

import logging
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, Protocol

from chatd.cluster.lines import EngineServer, Line
from chatd.cluster.nats.headers import Fields, encode_headers
from chatd.cluster.nats.protocol import (
    PING,
    Connect,
    Err,
    Info,
    Message,
    encode_publish,
    encode_subscribe,
    encode_unsubscribe,
)
from chatd.cluster.nats.session import Phase, Ready, Secure, Session, SessionEvent
from chatd.core.timers import TimerWheel
from chatd.errors import (
    EngineBusy,
    EngineError,
    EngineLost,
    EngineProtocolError,
    EngineRefused,
    EngineTimeout,
)
from chatd.net.loop import READ, WRITE, Loop

log = logging.getLogger("chatd.cluster")

READ_BYTES = 256 * 1024
UNSENT_BYTES_MAX = 16 * 1024 * 1024
"""What may wait for a server that takes nothing."""
REQUESTS_MAX = 4096
"""How many may wait for their answers."""
TIMERS_PER_TURN = 256
INBOX_SID = 1
INBOX_BYTES = 12

Outcome = Message | EngineError
OnMessage = Callable[[Message], None]
OnOutcome = Callable[[Outcome], bool]
"""Called with an answer, or with why there is none; returns whether more answers follow."""


class Patience(NamedTuple):
    """How long to wait, in ms.

    dial: until a server has taken us. idle: before a silent one is asked whether it lives.
    pong: for its answer. steady: a line that lasted so long was none that fails at once.
    backoff_min, backoff_max: between two rounds through all servers.
    """

    dial: int = 2_000
    idle: int = 2_000
    pong: int = 2_000
    steady: int = 5_000
    backoff_min: int = 100
    backoff_max: int = 2_000


class Dials(Protocol):
    """What opens lines."""

    def dial(self, server: EngineServer) -> Line:
        """Begin to connect. Raises OSError."""


class Callbacks(Protocol):
    """What a connection calls when its line comes and goes."""

    def on_ready(self, info: Info) -> None:
        """A server has taken us; subscriptions stand again."""

    def on_lost(self, error: EngineError) -> None:
        """The line broke, and its requests have failed; another is tried."""


class _Request(NamedTuple):
    subject: str
    on_outcome: OnOutcome
    timeout_ms: int


class _Subscription(NamedTuple):
    subject: str
    on_message: OnMessage


class EngineConnection:
    """Messages, requests and subscriptions over one line at a time.

    server: the one that the line goes to. why: what ended the last line, or kept one from coming
    about; None if nothing did.
    """

    def __init__(
        self,
        servers: Sequence[EngineServer],
        connect: Connect,
        dialer: Dials,
        loop: Loop,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
        callbacks: Callbacks,
        patience: Patience = Patience(),  # noqa: B008  (immutable)
    ) -> None:
        """now_ms: of a clock that only goes on. random: as many random bytes as asked for."""
        self._servers = servers
        self._connect = connect
        self._dialer = dialer
        self._loop = loop
        self._now_ms = now_ms
        self._random = random
        self._callbacks = callbacks
        self._patience = patience
        self._wheel = TimerWheel()
        self._actions: dict[str, Callable[[Hashable, int], None]] = {
            "dial": self._dial,
            "dialed": self._fail_dial,
            "idle": self._check_life,
            "request": self._fail_request,
        }
        self._turn = 0  # whose it is
        self._failures = 0  # since a line was steady
        self._line: Line | None = None
        self._session: Session | None = None
        self._is_connected = self._is_closed = False
        self._watched = 0
        self._unsent = bytearray()
        self._heard_ms = self._ready_ms = 0
        self._pinged = False
        self._inbox = f"_INBOX.{random(INBOX_BYTES).hex()}"
        self._requests: dict[int, _Request] = {}
        self._next_token = 0
        self._subscriptions: dict[int, _Subscription] = {}
        self._next_sid = INBOX_SID + 1
        self.why: EngineError | None = None

    # -- the line ----------------------------------------------------------------------------

    @property
    def server(self) -> EngineServer:
        return self._servers[self._turn % len(self._servers)]

    @property
    def is_ready(self) -> bool:
        """Whether a server has taken us."""
        return self._session is not None and self._session.phase is Phase.READY

    @property
    def info(self) -> Info | None:
        """What the server said of itself; None before it has taken us."""
        return self._session.info if self._session is not None and self.is_ready else None

    def start(self) -> None:
        """Begin to look for a server."""
        self._wheel.set("dial", "", self._now_ms())

    def close(self) -> None:
        """End for good; requests without an answer fail, and `on_lost` is not called."""
        self._is_closed = True
        self._hang_up()
        self._wheel.cancel("dial", "")
        self._fail_requests(EngineLost("the connection was closed"))

    def next_ms(self) -> int | None:
        """Return when `advance` has something to do, None if never."""
        return self._wheel.next_ms()

    def advance(self, now_ms: int) -> None:
        """Do what is due. What came is to be read before."""
        for timer in self._wheel.advance(now_ms, TIMERS_PER_TURN):
            if self._is_closed:
                return
            self._actions[timer.kind](timer.key, now_ms)

    def _dial(self, key: Hashable, now_ms: int) -> None:
        server = self.server
        try:
            self._line = self._dialer.dial(server)
        except OSError as error:
            self._lose_line(error)
            return
        self._session = Session(self._connect, server.encrypted)
        self._is_connected = self._pinged = False
        self._watched = WRITE
        self._loop.watch_urgent(self._line, self, self._watched)
        self._wheel.set("dialed", "", now_ms + self._patience.dial)

    def _fail_dial(self, key: Hashable, now_ms: int) -> None:
        self._lose(EngineLost(f"{self.server} has not taken us in {self._patience.dial} ms"))

    def on_ready(self, events: int) -> None:
        line, session = self._line, self._session
        if line is None or session is None or not self._goes_on(line, session):
            return
        if events & READ:
            self._read(line, session)
        if self._session is session and session.phase is not Phase.SECURING:
            self._flush(line)

    def _goes_on(self, line: Line, session: Session) -> bool:
        """Go on with connecting, or the handshake of TLS; return whether what comes can be read."""
        try:
            if not self._is_connected:
                line.check_connected()
                self._is_connected = True
        except OSError as error:
            self._lose_line(error)
            return False
        return session.phase is not Phase.SECURING or self._shake(line, session)

    def _shake(self, line: Line, session: Session) -> bool:
        try:
            wanted = line.shake()
        except OSError as error:
            self._lose_line(error)
            return False
        if wanted:
            self._watch(wanted)
            return False
        session.secured()
        self._say(session.data_to_send())
        return True

    def _read(self, line: Line, session: Session) -> None:
        """Take what has come. What callees raise is theirs: it goes through."""
        while data := self._receive(line):
            session.feed(data)
            while (event := self._next_event(session)) is not None:
                self._say(session.data_to_send())  # before what the event has us say
                self._take(line, session, event)
            if self._session is not session or session.phase is Phase.SECURING:
                return
            self._say(session.data_to_send())
            if not line.has_more:
                return

    def _receive(self, line: Line) -> bytes:
        """Return what has come; b"" if nothing has, or the line is lost."""
        try:
            data = line.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            self._lose_line(error)
            return b""
        if data:
            self._heard_ms, self._pinged = self._now_ms(), False
        else:
            self._lose(EngineLost(f"{self.server}: the server hung up"))
        return data

    def _next_event(self, session: Session) -> SessionEvent | None:
        if self._session is not session:
            return None  # a callee has ended it
        try:
            return session.next_event()
        except (EngineProtocolError, EngineRefused) as error:
            self._lose(error)
            return None

    def _take(self, line: Line, session: Session, event: SessionEvent) -> None:
        match event:
            case Message():
                self._deliver(event)
            case Ready():
                self._begin(session)
            case Secure():
                self._secure(line, session)
            case Err():
                self._take_error(event.reason)

    def _secure(self, line: Line, session: Session) -> None:
        try:
            line.encrypt()
        except OSError as error:
            self._lose_line(error)
        else:
            self._shake(line, session)

    def _begin(self, session: Session) -> None:
        now_ms = self._now_ms()
        self.why = None
        self._ready_ms = now_ms
        self._wheel.cancel("dialed", "")
        self._wheel.set("idle", "", now_ms + self._patience.idle)
        self._say(encode_subscribe(f"{self._inbox}.*", INBOX_SID))
        for sid, subscription in self._subscriptions.items():
            self._say(encode_subscribe(subscription.subject, sid))
        assert session.info is not None
        log.info("connected to the engine's server %s at %s", session.info.server_name, self.server)
        self._callbacks.on_ready(session.info)

    def _check_life(self, key: Hashable, now_ms: int) -> None:
        silent_ms = now_ms - self._heard_ms
        if self._pinged:
            self._lose(EngineLost(f"{self.server} has been silent for {silent_ms} ms"))
        elif silent_ms >= self._patience.idle:
            self._pinged = True
            self._say(PING)
            self._wheel.set("idle", "", now_ms + self._patience.pong)
        else:
            self._wheel.set("idle", "", self._heard_ms + self._patience.idle)

    def _hang_up(self) -> None:
        line, self._line, self._session = self._line, None, None
        if line is not None:
            self._loop.forget_urgent(line)
            line.close()
        self._unsent.clear()
        self._wheel.cancel("dialed", "")
        self._wheel.cancel("idle", "")

    def _lose_line(self, error: OSError) -> None:
        self._lose(EngineLost(f"{self.server}: {error.strerror or error}"))

    def _lose(self, error: EngineError) -> None:
        """End the line, fail what it carried, and look for another server."""
        now_ms = self._now_ms()
        was_ready = self.is_ready
        self._hang_up()
        if was_ready and now_ms - self._ready_ms >= self._patience.steady:
            self._failures = 0
        self._failures += 1
        self._turn += 1
        self._wheel.set("dial", "", now_ms + self._pause_ms())
        if was_ready or self._failures <= len(self._servers):
            log.warning("no connection to the engine: %s", error)
        self.why = error
        if was_ready:
            self._fail_requests(error)
            self._callbacks.on_lost(error)

    def _pause_ms(self) -> int:
        """Return how long to wait for the next try: not at all in the first round."""
        rounds = self._failures // len(self._servers)
        if not rounds or self._failures % len(self._servers):
            return 0
        pause = min(self._patience.backoff_max, self._patience.backoff_min << min(rounds - 1, 16))
        share = int.from_bytes(self._random(2)) / 0x10000
        return int(pause * (0.5 + share / 2))

    # -- what is sent ------------------------------------------------------------------------

    def publish(self, subject: str, payload: bytes, reply: str = "", fields: Fields = ()) -> None:
        """Send a message. Raises EngineLost, EngineBusy, or EngineRefused if it is too large."""
        info = self.info
        if info is None:
            raise EngineLost(f"no connection to the engine: {self.why or 'not yet'}")
        block = encode_headers(fields)
        size = len(block) + len(payload)
        if size > info.max_payload:
            raise EngineRefused(f"{size} bytes, and {info.server_name} takes {info.max_payload}")
        if len(self._unsent) + size > UNSENT_BYTES_MAX:
            raise EngineBusy(f"{len(self._unsent)} bytes wait for {self.server}")
        self._say(encode_publish(subject, payload, reply, block))

    def _say(self, data: bytes) -> None:
        """Send at once if nothing waits; what the line does not take waits for `on_ready`.

        A line that is broken says so there, too: nobody is called back from in here.
        """
        if not data or self._line is None:
            return
        sent = 0
        if not self._unsent:
            try:
                sent = self._line.send(data)
            except OSError:
                sent = 0
        if sent < len(data):
            self._unsent += memoryview(data)[sent:]
        self._watch(READ | WRITE if self._unsent else READ)

    def _flush(self, line: Line) -> None:
        if self._unsent:
            try:
                del self._unsent[: line.send(bytes(self._unsent))]
            except (BlockingIOError, InterruptedError):
                pass
            except OSError as error:
                self._lose_line(error)
                return
        self._watch(READ | WRITE if self._unsent else READ)

    def _watch(self, events: int) -> None:
        if self._line is not None and events != self._watched:
            self._loop.change_urgent(self._line, self, events)
            self._watched = events

    # -- what is asked -----------------------------------------------------------------------

    def request(
        self,
        subject: str,
        payload: bytes,
        on_outcome: OnOutcome,
        timeout_ms: int,
        fields: Fields = (),
    ) -> None:
        """Send a message that is answered; `on_outcome` gets the answers, or why there is none.

        timeout_ms: for each answer. Raises like `publish`: then it was not sent.
        """
        if len(self._requests) >= REQUESTS_MAX:
            raise EngineBusy(f"{REQUESTS_MAX} requests wait for {self.server}")
        token = self._next_token
        self.publish(subject, payload, f"{self._inbox}.{token}", fields)
        self._next_token += 1
        self._requests[token] = _Request(subject, on_outcome, timeout_ms)
        self._wheel.set("request", token, self._now_ms() + timeout_ms)

    @property
    def requests_waiting(self) -> int:
        """How many have no answer yet."""
        return len(self._requests)

    def _deliver(self, message: Message) -> None:
        if message.sid == INBOX_SID:
            self._answer(message)
        elif (subscription := self._subscriptions.get(message.sid)) is not None:
            subscription.on_message(message)

    def _answer(self, message: Message) -> None:
        tail = message.subject.rpartition(".")[2]
        if not (tail.isascii() and tail.isdecimal() and len(tail) < 20):
            return
        self._settle(int(tail), message)

    def _settle(self, token: int, outcome: Outcome) -> None:
        request = self._requests.pop(token, None)
        if request is None:
            return  # it came too late
        self._wheel.cancel("request", token)
        if request.on_outcome(outcome) and isinstance(outcome, Message) and self.is_ready:
            self._requests[token] = request
            self._wheel.set("request", token, self._now_ms() + request.timeout_ms)

    def _fail_request(self, token: Hashable, now_ms: int) -> None:
        assert isinstance(token, int)
        request = self._requests.get(token)
        if request is not None:  # what fired just before may have failed it
            self._settle(token, EngineTimeout(f"no answer from {request.subject}"))

    def _fail_requests(self, error: EngineError) -> None:
        for token in list(self._requests):
            self._settle(token, error)

    def _take_error(self, reason: str) -> None:
        """The server did not take something: if that was a request, it has no other answer."""
        log.warning("%s says: %s", self.server, reason)
        for token, request in list(self._requests.items()):
            if f'"{request.subject}"' in reason:
                self._settle(token, EngineRefused(reason))

    # -- what is listened to -----------------------------------------------------------------

    def subscribe(self, subject: str, on_message: OnMessage) -> int:
        """Have the messages of a subject, over this line and those that follow it.

        Returns what `unsubscribe` takes.
        """
        sid = self._next_sid
        self._next_sid += 1
        self._subscriptions[sid] = _Subscription(subject, on_message)
        if self.is_ready:
            self._say(encode_subscribe(subject, sid))
        return sid

    def unsubscribe(self, sid: int) -> None:
        """Have no more of a subscription."""
        if self._subscriptions.pop(sid, None) is not None and self.is_ready:
            self._say(encode_unsubscribe(sid))

    def new_inbox(self) -> str:
        """Return a subject that nobody else knows, for a subscription of its own."""
        self._next_token += 1
        return f"{self._inbox}.own.{self._next_token}"
