"""The client: log in, hear what happens, say something, and come back after a loss.

    from client import Client

    with Client("127.0.0.1", 8000, name="alice", password=lambda: "…") as client:
        client.sync()
        client.send("hello")
        for event in client.events():
            print(event)

Everything is synchronous. One thread may iterate events while others call: see `Channel`.
"""

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar, cast

from chatd.errors import AuthFailed
from chatd.wire import commands as c
from chatd.wire.entries import Entry
from chatd.wire.envelope import ID_MAX, encode_request
from client.acks import Acks
from client.channel import Channel
from client.environment import Environment
from client.errors import ConnectionLost, LoginRequired
from client.events import Event, HistoryPage, SeenEntry
from client.link import COMMAND_OF, Link
from client.positions import Positions
from client.reply import Reply
from client.scram import Proof, new_keys

CONNECT_SECONDS_MAX = 10.0
ANSWER_SECONDS_MAX = 30.0
CLIENT_NAME = "chatd python client"

R = TypeVar("R", bound=c.Result)
Password = Callable[[], str]


class Client:
    """One user's connection to a server, held as long as the object is open.

    name: who logs in by password; with a token the server knows.
    password: called when a password is needed; None: a token is all there is.
    token: of a device. device: the label of the device token to be made at the first
    password login; None: no token is wanted, and the password is asked for again then.
    give_up_seconds: for how long to try to connect again after a loss; None: for ever.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        name: str = "",
        password: Password | None = None,
        token: str = "",
        device: str | None = None,
        give_up_seconds: float | None = None,
        environment: Environment | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.name = name
        self.token = token
        self.device = 0
        self.welcome: c.Welcome | None = None
        self._password = password
        self._label = device
        self._environment = environment or Environment()
        self._positions = Positions()
        self._acks = Acks()
        self._follows: c.Sync | None = None
        self._ids = 0
        self._id_lock = threading.Lock()
        self._first: Link | None = None
        self._channel = Channel(
            self._environment, self._open_again, self._hear, give_up_seconds
        )

    # -- beginning and end -------------------------------------------------------------------

    def connect(self) -> c.Welcome:
        """Connect and greet the server, without logging in; `login` goes on from there.

        Raises ConnectionLost, UnsupportedVersion.
        """
        self._first = self._greet()
        assert self.welcome is not None
        return self.welcome

    def register(self, name: str, password: str) -> None:
        """Make an account. Raises Conflict for a name that is taken, Forbidden, BadRequest."""
        if self._first is None:
            self.connect()
        assert self._first is not None
        keys = new_keys(password)
        self._first.ask(
            c.Register(name, keys.salt, keys.iterations, keys.stored_key, keys.server_key),
            c.Nothing,
            self._answer_by(),
        )

    def login(self) -> None:
        """Log in, connecting if need be. Raises LoginRequired, AuthFailed, ConnectionLost."""
        link = self._first or self._greet()
        self._first = None
        try:
            self._log_in(link)
        except BaseException:
            link.close()
            raise
        self._channel.begin(link)

    def close(self) -> None:
        """Tell what was read, and end the connection."""
        if self._first is not None:
            self._first.close()
        self._channel.leave()
        self.flush_acks()
        self._channel.end(ConnectionLost("closed"))

    def __enter__(self) -> "Client":
        self.login()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection right now, as far as is known."""
        return self._channel.is_connected

    @property
    def end_reason(self) -> Exception | None:
        """What ended the client for good, None while it lives."""
        return self._channel.end_reason

    @property
    def pending_count(self) -> int:
        """How many requests wait for their answer."""
        return self._channel.pending_count

    # -- hearing -----------------------------------------------------------------------------

    def sync(self, *, start: c.Start = c.Start.UNREAD, peek: bool = False) -> c.Synced:
        """Follow all rooms: what is unread comes first, and everything after it.

        start: NOW takes all that is there as read. peek: follow, and never acknowledge.
        """
        self._follows = c.Sync(start=start, peek=peek)
        synced = self.call(self._follows, c.Synced)
        self._positions.epoch = synced.epoch
        return synced

    def events(self) -> Iterator[Event]:
        """Yield what happens, in order, until the client is closed or let in no longer.

        Raises what ended it, but for `close`.
        """
        while (event := self.next_event()) is not None:
            yield event

    def next_event(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event, None when the time is over or the client is closed.

        Acknowledgements go out while it waits. Raises what ended the client.
        """
        deadline = None if timeout_seconds is None else self._now() + timeout_seconds
        while True:
            event = self._channel.next_event(self._sooner(deadline))
            if event is not None:
                self._acknowledge(event)
                return event
            self._send_acks()
            if self._channel.ended:
                self._raise_unless_closed()
                return None
            if deadline is not None and self._now() >= deadline:
                return None

    def flush_acks(self) -> None:
        """Tell now what has been read."""
        if self._channel.is_connected:
            for room, seq in self._acks.take(self._now()):
                self._channel.notify("ack", c.Ack(room, seq))

    # -- saying and asking -------------------------------------------------------------------

    def send(self, text: str) -> c.Posted:
        """Say something to everyone; once, whatever happens to the connection."""
        return self.call(c.Send(text, self._environment.nonce()), c.Posted)

    def send_to(self, name: str, text: str) -> c.Posted:
        """Say something to one user alone; once, whatever happens to the connection."""
        return self.call(c.SendTo(name, text, self._environment.nonce()), c.Posted)

    def status(self) -> c.StatusResult:
        """Return what the user is and has right now."""
        return self.call(c.Status(), c.StatusResult)

    def history(self, room: str, **where: int) -> HistoryPage:
        """Return a page of a room: the latest, or `before`, `after`, `around` a number."""
        reply: Reply[Any] = self.submit(c.History(room, **where))
        return cast(HistoryPage, reply.result(ANSWER_SECONDS_MAX))

    def change_password(self, old: str, new: str) -> None:
        """Prove the old password, set the new one; every other device has to log in again.

        Raises AuthFailed if the old one is wrong.
        """
        proof = Proof(self.name, old)
        challenge = self.call(c.LoginStart(proof.first()), c.Challenge)
        done = self.call(c.LoginFinish(proof.final(challenge.message)), c.LoggedIn)
        proof.verify(done.message)
        keys = new_keys(new)
        changed = self.call(
            c.ChangePassword(
                keys.salt, keys.iterations, keys.stored_key, keys.server_key, self._label
            ),
            c.LoggedIn,
        )
        self.token, self.device = changed.token, changed.device

    def call(self, params: c.Params, result: type[R]) -> R:
        """Send a request of the command table and return its typed result.

        Raises the ChatError that the server answers, ConnectionLost without an answer in
        time, LoginRequired if the server lets us in no longer.
        """
        answer = self.submit(params).result(ANSWER_SECONDS_MAX)
        assert isinstance(answer, result), (answer, result)
        return answer

    def submit(
        self, params: c.Params, then: Callable[[Reply[Any]], object] | None = None
    ) -> Reply[Any]:
        """Send a request and go on; `then` is called with the reply when it is done.

        The callback runs in whichever thread reads at that time.
        """
        command = COMMAND_OF[type(params)]
        request_id = self._next_id()
        frame = encode_request(request_id, command.method, params)
        reply: Reply[Any] = Reply(command, params, request_id, frame, self._wait_for, then)
        self._channel.request(reply)
        return reply

    def _wait_for(self, reply: Reply[Any], timeout_seconds: float | None) -> None:
        seconds = ANSWER_SECONDS_MAX if timeout_seconds is None else timeout_seconds
        self._channel.wait_for(reply, self._now() + seconds)

    def _next_id(self) -> int:
        with self._id_lock:
            self._ids = self._ids % ID_MAX + 1
            return self._ids

    # -- links -------------------------------------------------------------------------------

    def _greet(self) -> Link:
        try:
            sock = self._environment.connect(self.host, self.port, CONNECT_SECONDS_MAX)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConnectionLost(f"no server at {self.host}:{self.port}: {reason}") from None
        link = Link(sock, self._environment.monotonic)
        try:
            hello = c.Hello(c.VERSION, CLIENT_NAME)
            self.welcome = link.ask(hello, c.Welcome, self._answer_by())
        except BaseException:
            link.close()
            raise
        return link

    def _log_in(self, link: Link) -> None:
        """By token where there is one; else by password, for a token if one is wanted."""
        if self.token:
            try:
                done = link.ask(c.LoginToken(self.token), c.LoggedIn, self._answer_by())
            except AuthFailed:
                if self._password is None:
                    raise LoginRequired("the token opens nothing any more") from None
                self.token = ""
            else:
                self.name, self.device = done.name, done.device
                return
        if self._password is None:
            raise LoginRequired("there is neither a token nor a password to log in with")
        self._prove(link, self._password())

    def _prove(self, link: Link, password: str) -> None:
        proof = Proof(self.name, password)
        challenge = link.ask(c.LoginStart(proof.first()), c.Challenge, self._answer_by())
        final = c.LoginFinish(proof.final(challenge.message), self._label)
        done = link.ask(final, c.LoggedIn, self._answer_by())
        proof.verify(done.message)
        self.name, self.device, self.token = done.name, done.device, done.token

    def _open_again(self) -> tuple[Link, c.Synced | None]:
        """Return a link that is logged in and goes on where the last one ended."""
        link = self._greet()
        try:
            self._log_in(link)
            return link, self._resume(link)
        except AuthFailed:
            link.close()
            raise LoginRequired("the password is not taken any more") from None
        except BaseException:
            link.close()
            raise

    def _resume(self, link: Link) -> c.Synced | None:
        if self._follows is None:
            return None
        again = c.Sync(
            positions=dict(list(self._positions.of_room.items())[-c.PAGE_ITEMS_MAX :]),
            epoch=self._positions.epoch,
            peek=self._follows.peek,
        )
        synced = link.ask(again, c.Synced, self._answer_by())
        self._positions.epoch = synced.epoch
        self._acks.repeat()
        return synced

    # -- what comes in -----------------------------------------------------------------------

    def _hear(self, heard: SeenEntry | c.Notice) -> bool:
        """Keep the positions; False for an entry that came before."""
        if isinstance(heard, c.Gap):
            self._positions.skip(heard)
        elif isinstance(heard, c.Reset):
            self._positions.forget(heard)
            self._acks.forget(heard.room)
        elif isinstance(heard, Entry):
            return self._positions.take(heard)
        return True

    def _acknowledge(self, event: Event) -> None:
        if isinstance(event, Entry) and self._follows is not None and not self._follows.peek:
            self._acks.read(event.room, event.seq)
        self._send_acks()

    def _send_acks(self) -> None:
        due_at = self._acks.due_at()
        if due_at is not None and self._now() >= due_at:
            self.flush_acks()

    def _sooner(self, deadline: float | None) -> float | None:
        due_at = self._acks.due_at() if self._channel.is_connected else None
        times = [at for at in (deadline, due_at) if at is not None]
        return min(times, default=None)

    def _raise_unless_closed(self) -> None:
        reason = self._channel.end_reason
        if reason is not None and not self._channel.is_leaving:
            raise reason

    def _now(self) -> float:
        return self._environment.monotonic()

    def _answer_by(self) -> float:
        return self._now() + ANSWER_SECONDS_MAX
