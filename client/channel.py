"""A channel: requests and events over links that come and go.

There is no thread in here. Whoever waits for something reads the socket meanwhile; a second
thread that waits at the same time sleeps until the first has read what it wants or leaves.
So one thread may iterate events while others call, and a program with a single thread needs
nothing else. `Channel.wait` is that rule, and the only place where anybody waits.

After a loss, the thread that waits opens the next link, with growing, random delays. Requests
that were on their way go out again where that can do nothing twice; the others fail.
"""

import threading
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any

from chatd.errors import ChatError, ProtocolError, TooLarge, UnsupportedVersion
from chatd.wire.commands import COMMAND_OF, AnyParams, Bye, Notice, Ping, PingNotice, Synced
from chatd.wire.envelope import ID_MAX, Envelope, Notification, Response, encode_notification
from chatd.wire.frames import HEADER, PAYLOAD_BYTES_MAX

from .backoff import Backoff
from .environment import Environment
from .errors import ClientError, Closed, ConnectionLost, LoginRequired, error_from_wire
from .events import (
    Connected,
    Disconnected,
    Event,
    SeenEntry,
    read_notification,
    read_result,
)
from .link import Link
from .reply import Reply

PENDING_MAX = 64
"""Requests on their way; one more waits. So a writer that never reads can't choke the line."""
EVENTS_MAX = 10_000
"""Events that nobody took yet. What comes above is fetched again once they are taken."""
TIMES_SENT_MAX = 5
"""A request that was on its way in so many losses may be their cause."""
QUIET_SECONDS_MAX = 75.0
"""After this long without a byte the server is asked for a sign of life."""
SILENCE_SECONDS_MAX = QUIET_SECONDS_MAX + 30.0
"""After this long without one it is gone, whatever the socket says."""
HELD_SECONDS_MIN = 10.0
"""A connection that held this long counts as a good one: delays begin small again."""

AnyReply = Reply[Any]


class Channel:
    """The requests on their way, the events not taken yet, and the link that serves both.

    reopen: returns a link that is logged in, and the answer to `sync` if it follows.
    hear: told of each entry and notice, in order; False drops it.
    answer_seconds: how long to wait for an answer where the caller does not say.
    give_up_seconds: for how long to try to connect again; None: for ever.
    """

    def __init__(
        self,
        environment: Environment,
        reopen: Callable[[], tuple[Link, Synced | None]],
        hear: Callable[[SeenEntry | Notice], bool],
        answer_seconds: float,
        give_up_seconds: float | None,
    ) -> None:
        self._monotonic = environment.monotonic
        self._ended = threading.Event()
        self._sleep = environment.sleep or self._ended.wait
        self._backoff = Backoff(environment.uniform)
        self._reopen = reopen
        self._hear = hear
        self._answer_seconds = answer_seconds
        self._give_up_seconds = give_up_seconds
        self._changed = threading.Condition()
        self._writing = threading.Lock()  # order on the wire is the order in _pending
        self._link: Link | None = None
        self._ids = count(1)
        self._pending: deque[AnyReply] = deque()
        self._events: deque[Event] = deque()
        self._has_leader = False
        self._fell_behind = False
        self._leaving = False
        self._end: Exception | None = None
        self._adopted_at = 0.0
        self._lost_at = 0.0
        self._retry_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether there is a link right now, as far as is known."""
        return self._link is not None

    @property
    def pending_count(self) -> int:
        """How many requests wait for their answer."""
        return len(self._pending)

    @property
    def ended(self) -> bool:
        """Whether it was closed, or the server lets us in no longer."""
        return self._end is not None

    def begin(self, link: Link) -> None:
        """Use the first link."""
        self._link = link
        self._adopted_at = self._monotonic()

    # -- What goes out -----------------------------------------------------------------------

    def request(self, params: AnyParams, then: Callable[[AnyReply], object] | None) -> AnyReply:
        """Send a request, now or as soon as there is a link again; return its reply.

        Raises TooLarge if it fits no frame, or what ended the channel.
        """
        request_id = next(self._ids) % ID_MAX
        reply = AnyReply(COMMAND_OF[type(params)], params, request_id, self.wait_for, then)
        if len(reply.frame) - HEADER.size > PAYLOAD_BYTES_MAX:
            raise TooLarge("too large for one frame", limit=PAYLOAD_BYTES_MAX)
        self.wait(lambda: len(self._pending) < PENDING_MAX, None)
        self._put(reply)
        return reply

    def _put(self, reply: AnyReply) -> None:
        with self._writing:
            with self._changed:
                if self._end is not None:
                    raise self._end
                self._pending.append(reply)
                link = self._link
            if link is not None:
                self._send(link, reply)

    def notify(self, method: str, params: object) -> None:
        """Send a notification, if there is a link."""
        with self._writing:
            link = self._link
            if link is None:
                return
            try:
                link.send(encode_notification(method, params))
            except ConnectionLost as error:
                self._lose(link, error)

    # -- Waiting -----------------------------------------------------------------------------

    def wait(self, done: Callable[[], bool], deadline: float | None) -> bool:
        """Read, or wait for the thread that does, until `done()`, the end or the deadline.

        done: looks at what this channel changes, quickly. Returns its last word. What has
        come already is taken even if the deadline is over.
        """
        looked = False
        while self._lead(done, deadline, looked):
            looked = True
            try:
                self._step(deadline)
            finally:
                with self._changed:
                    self._has_leader = False
                    self._changed.notify_all()
        return done()

    def next_event(self, deadline: float | None) -> Event | None:
        """Return the next event, or None at the deadline or the end."""
        if self._fell_behind and not self._events:
            self._catch_up()
        if self.wait(lambda: bool(self._events), deadline):
            return self._events.popleft()
        return None

    def wait_for(self, reply: AnyReply, timeout_seconds: float | None) -> None:
        """Wait for an answer; without one in time the request is given up.

        A link on which it was sent is given up too: the server answers in order, so nothing
        that comes after it would be answered either.
        """
        seconds = self._answer_seconds if timeout_seconds is None else timeout_seconds
        if self.wait(lambda: reply.done, self._monotonic() + seconds):
            return
        error = self._end or ConnectionLost("the server did not answer in time")
        with self._changed:
            reply.settle(error)
            link = self._link
        if link is not None and reply.times_sent:
            self._lose(link, ConnectionLost("the server did not answer in time"))
        elif reply in self._pending:
            self._pending.remove(reply)

    def _lead(self, done: Callable[[], bool], deadline: float | None, looked: bool) -> bool:
        """Become the thread that reads; False if there is nothing (more) to wait for."""
        with self._changed:
            while not done() and self._end is None:
                left = None if deadline is None else deadline - self._monotonic()
                late = left is not None and left <= 0
                if late and (looked or self._has_leader):
                    return False
                if not self._has_leader:
                    self._has_leader = True
                    return True
                self._changed.wait(left)
            return False

    def _step(self, deadline: float | None) -> None:
        """Take one envelope, or try once to connect."""
        link = self._link
        if link is None:
            self._try_again(deadline)
            return
        quiet_at = link.heard_at + (SILENCE_SECONDS_MAX if link.probed else QUIET_SECONDS_MAX)
        try:
            envelope = link.receive(quiet_at if deadline is None else min(deadline, quiet_at))
            if envelope is not None:
                self._take(link, envelope)
            elif self._monotonic() >= quiet_at:
                self._probe(link)
        except (ConnectionLost, ProtocolError) as error:
            self._lose(link, error)

    def _probe(self, link: Link) -> None:
        """Nothing came for long: ask for a sign of life, once."""
        if link.probed:
            raise ConnectionLost("the server has gone silent")
        link.probed = True
        if not self._pending:  # else an answer is owed already
            self.request(Ping(), None)

    # -- What comes in -----------------------------------------------------------------------

    def _take(self, link: Link, envelope: Envelope) -> None:
        if isinstance(envelope, Response):
            self._take_response(link, envelope)
            return
        if not isinstance(envelope, Notification):
            raise ProtocolError("the server sent a request")
        heard = read_notification(envelope)
        if isinstance(heard, PingNotice):
            self.notify("pong", {})
        elif heard is not None:
            self._queue(heard)
        if isinstance(heard, Bye) and heard.logged_out and not self._leaving:
            self.end(LoginRequired(f"the server no longer lets us in: {heard.reason}"))

    def _take_response(self, link: Link, response: Response) -> None:
        with self._changed:
            if self._link is not link:
                return  # given up meanwhile, and its requests with it
            if not self._pending or response.id != self._pending[0].request_id:
                raise ProtocolError("the server answered what was not asked")
            reply = self._pending[0]
            reply.settle(_outcome(reply, response))
            self._pending.popleft()
        reply.tell()

    def _queue(self, heard: SeenEntry | Notice) -> None:
        with self._changed:
            if len(self._events) >= EVENTS_MAX:
                self._fell_behind = True
            # Nothing after a dropped one either: entries must come in order.
            if not self._fell_behind and self._hear(heard):
                self._events.append(heard)

    # -- Links that come and go --------------------------------------------------------------

    def _send(self, link: Link, reply: AnyReply) -> None:
        reply.times_sent += 1
        try:
            link.send(reply.frame)
        except ConnectionLost as error:
            self._lose(link, error)

    def _lose(self, link: Link, error: Exception) -> None:
        """Give a link up: keep what can be sent again, fail the rest."""
        with self._changed:
            if self._link is not link:
                return  # another thread noticed first
            self._link = None
            failed = self._drop_unrepeatable(error)
            is_wanted = self._leaving and not failed and not self._pending
            if not is_wanted:
                self._events.append(Disconnected(str(error)))
            self._plan_retry()
            self._changed.notify_all()
        link.close()
        for reply in failed:
            reply.tell()
        if self._leaving:
            self.end(Closed("closed") if is_wanted else ConnectionLost(str(error)))

    def _drop_unrepeatable(self, error: Exception) -> list[AnyReply]:
        failed = [reply for reply in self._pending if reply.done or not _may_repeat(reply)]
        for reply in failed:
            self._pending.remove(reply)
            reply.settle(ConnectionLost(f"{error}; it is unknown whether it was done"))
        return failed

    def _plan_retry(self) -> None:
        now = self._monotonic()
        if now - self._adopted_at >= HELD_SECONDS_MIN:
            self._backoff.reset()
        self._lost_at = now
        self._retry_at = now + self._backoff.next_seconds()

    def _try_again(self, deadline: float | None) -> None:
        """Sleep until it is time, but not over the deadline, then try to connect once."""
        now = self._monotonic()
        until = self._retry_at if deadline is None else min(self._retry_at, deadline)
        if until > now:
            self._sleep(until - now)
        if self._end is not None or self._monotonic() < self._retry_at:
            return
        try:
            link, synced = self._reopen()
        except (LoginRequired, UnsupportedVersion) as error:
            self.end(error)
        except (ClientError, ChatError) as error:
            self._put_off(error)
        else:
            self._adopt(link, synced)

    def _put_off(self, error: Exception) -> None:
        now = self._monotonic()
        self._retry_at = now + self._backoff.next_seconds()
        if self._give_up_seconds is not None and now - self._lost_at >= self._give_up_seconds:
            self.end(ConnectionLost(f"{error}; gave up"))

    def _adopt(self, link: Link, synced: Synced | None) -> None:
        """Use a new link, and send on it whatever waits for an answer, in the old order."""
        with self._writing:
            with self._changed:
                if self._end is not None:
                    link.close()
                    return
                self._link = link
                self._adopted_at = self._monotonic()
                answered = self._settle_syncs(synced)
                self._events.append(Connected("" if synced is None else synced.epoch))
                waiting = list(self._pending)
                self._changed.notify_all()
            for reply in waiting:
                self._send(link, reply)
        for reply in answered:
            reply.tell()

    def _settle_syncs(self, synced: Synced | None) -> list[AnyReply]:
        """A `sync` on its way is done: reconnecting has just done it."""
        answered = [reply for reply in self._pending if reply.command.method == "sync"]
        for reply in answered:
            self._pending.remove(reply)
            reply.settle(synced)
        return answered

    def _catch_up(self) -> None:
        """Fetch again what nobody had room for: resume from the last entry taken."""
        self._fell_behind = False
        link = self._link
        if link is not None:
            self._lose(link, ConnectionLost("fell behind; resuming"))

    # -- The end -----------------------------------------------------------------------------

    def leave(self) -> None:
        """From now on the end of the connection is what we want, not a loss."""
        self._leaving = True

    def end(self, error: Exception) -> None:
        """End it for good: waiting threads go on, open requests fail with `error`."""
        with self._changed:
            if self._end is not None:
                return
            self._end = error
            link, self._link = self._link, None
            failed = list(self._pending)
            self._pending.clear()
            for reply in failed:
                reply.settle(error)
            self._changed.notify_all()
        self._ended.set()
        if link is not None:
            link.close()
        for reply in failed:
            reply.tell()

    @property
    def end_reason(self) -> Exception | None:
        """What ended the channel, or None while it lives."""
        return self._end


def _may_repeat(reply: AnyReply) -> bool:
    if not reply.times_sent:
        return True
    return reply.repeatable and reply.times_sent < TIMES_SENT_MAX


def _outcome(reply: AnyReply, response: Response) -> object:
    if response.error is not None:
        return error_from_wire(response.error)
    return read_result(reply.command, response.result)
