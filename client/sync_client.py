"""The synchronous client: log in, follow the rooms, say something, ask for anything.

    from chatd_client import Client  # in a clone of the project, `from client import Client`

    with Client("127.0.0.1", 8000) as client:
        client.log_in("alice", "correct horse")
        client.send("hello")
        for event in client.events():
            print(event)

Methods wait for the server's answer and raise what it refuses as the `ChatError` that the code
names. A lost connection is opened again by the thread that waits: what was posted meanwhile is
fetched, what was on its way is sent again under the same nonce, so nothing is missed and nothing
doubles.

No thread is started here. A thread that waits for something reads the socket meanwhile; a second
one that waits at the same time sleeps until the first has read what it wants or leaves. So one
may iterate `events()` while another calls the other methods. Logging in and registering come
before that.
"""

import select
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import msgspec

from chatd.errors import BadRequest, UnknownMethod
from chatd.wire.commands import (
    COMMANDS,
    AnyParams,
    LoggedIn,
    Params,
    Posted,
    Result,
    Start,
    Synced,
    Welcome,
)
from chatd.wire.entries import File

from . import account, files, login
from .api import Api
from .environment import REAL, Environment, Sock
from .errors import Closed, ConnectionLost
from .events import Event
from .outcome import Outcome, PendingRequest
from .protocol import ANSWER_SECONDS, ClientProtocol
from .scram import new_keys
from .server import finish

CONNECT_SECONDS = 10.0
SEND_SECONDS_MAX = 30.0
"""A write that gets no byte out for this long has lost its connection."""
READ_BYTES = 256 * 1024

R = TypeVar("R", bound=Result)
T = TypeVar("T")


class Reply(Generic[R]):
    """What a request will have brought: `result()` waits for it."""

    def __init__(self, client: "Client", pending: PendingRequest[R]) -> None:
        self._client = client
        self._pending = pending

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return self._pending.done

    def result(self, timeout_seconds: float | None = None) -> R:
        """Wait for the answer and return it.

        timeout_seconds: how long, by default as long as the client always waits.
        Raises the ChatError that the server answered; ConnectionLost without an answer in
        time, LoginRequired if the server lets us in no longer.
        """
        return self._client.wait_for(self._pending, timeout_seconds)


class Client(Api):
    """One user's connection to a server, kept up as long as it is wanted.

    client: what the server is told that this is, up to 64 characters.
    answer_seconds: how long a method waits for its answer, reconnections included.
    give_up_seconds: for how long a lost connection is tried again; None: for ever.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        client: str = "chatd-python",
        answer_seconds: float = ANSWER_SECONDS,
        give_up_seconds: float | None = None,
        environment: Environment = REAL,
    ) -> None:
        self.host = host
        self.port = port
        self.environment = environment
        self.protocol = ClientProtocol(
            f"{host}:{port}", client, environment.uniform, answer_seconds, give_up_seconds
        )
        self._answer_seconds = answer_seconds
        self._ended = threading.Event()
        self._sleep = environment.sleep or self._ended.wait
        self._sock: Sock | None = None
        self._changed = threading.Condition()  # guards the protocol, and the choice of the socket
        self._writing = threading.RLock()  # order on the wire is the protocol's
        self._reading = threading.Lock()
        self._has_reader = False

    # -- Coming and going --------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.protocol.forget_last()
        self.close()

    def connect(self) -> Welcome:
        """Connect and greet, unless that is done, and return what the server says of itself.

        Raises ConnectionLost, UnsupportedVersion.
        """
        if self._sock is not None:  # is it alive, as far as is known?
            self._read(self._sock, self._now())
            self._carry_out()
        if not self.protocol.has_connection:
            sock = self.open_socket()
            with self._changed:
                self._sock = sock
                opening = self.protocol.connection_made(self._now())
            return self._finished(opening)
        assert self.protocol.welcome is not None
        return self.protocol.welcome

    def hang_up(self) -> None:
        """End a connection on which nobody has logged in; what needs one makes another.

        For a program that asks a person something: a server waits for a login only for a while.
        """
        with self._changed:
            self.protocol.hang_up()
        self._carry_out()

    def register(self, name: str, password: str) -> None:
        """Make an account. Raises Conflict for a taken name, Forbidden, BadRequest."""
        keys = new_keys(password)
        self.connect()
        with self._changed:
            made = self.protocol.register(login.register(name, keys), self._now())
        self._finished(made)

    def log_in(
        self, name: str, password: str | Callable[[], str], *, device: str | None = None
    ) -> LoggedIn:
        """Log in by password; with a device label the result has a token for `log_in_token`.

        password: or a function that asks for it. Raises AuthFailed.
        """
        word = password() if callable(password) else password
        steps = login.by_password(name, word, device)
        return self._log_in(steps, lambda logged_in: login.again(logged_in, word))

    def log_in_token(self, token: str) -> LoggedIn:
        """Log in with a device token. Raises AuthFailed if it opens nothing (any more)."""
        return self._log_in(login.by_token(token), lambda _: lambda: login.by_token(token))

    def log_out(self) -> None:
        """Revoke the token of this login and close."""
        finish(account.log_out(Waiting(self)))

    def change_password(self, old: str, new: str, *, device: str | None = None) -> LoggedIn:
        """Prove the old password, set a new one. All tokens are revoked; a label makes one.

        Raises AuthFailed if the old one is wrong.
        """
        return finish(account.change_password(Waiting(self), old, new, device))

    def delete_account(self, password: str, *, posts: bool = False) -> None:
        """Prove the password, end the account for good, and close.

        posts: whether all that it posted is deleted, too. Raises AuthFailed.
        """
        finish(account.delete_account(Waiting(self), password, posts))

    def close(self) -> None:
        """Acknowledge what was read, and end; what waits raises ConnectionLost."""
        with self._changed:
            self.protocol.note_read()
            self.protocol.acknowledge(self._now())
        self._carry_out()
        with self._changed:
            self.protocol.end(Closed("closed"))
        self._carry_out()

    @property
    def name(self) -> str:
        """The user's name, "" before the login."""
        return self.protocol.name

    @property
    def device(self) -> int:
        """The number of the device whose token was made or used; 0 for none."""
        return self.protocol.device

    @property
    def welcome(self) -> Welcome | None:
        """What the server has said of itself."""
        return self.protocol.welcome

    @property
    def connected(self) -> bool:
        """Whether there is a connection right now, as far as is known."""
        return self.protocol.is_ready

    @property
    def ended(self) -> bool:
        """Whether it was closed, or gave up: no event and no answer will come any more."""
        return self.protocol.ended

    @property
    def pending_count(self) -> int:
        """How many requests wait for their answer, or for a connection."""
        return self.protocol.pending_count

    @property
    def web_address(self) -> str:
        """Where browsers and other programs find the server: `http://127.0.0.1:8000`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.environment.scheme}://{host}:{self.port}"

    # -- Following ---------------------------------------------------------------------------

    def sync(self, *, start: Start = Start.UNREAD, peek: bool = False) -> Synced:
        """Begin to follow all rooms; `events()` does it by itself where nobody did.

        start: from what is unread; from now, so that everything before counts as read; or from
        the end, where it stays unread and `history` reads it. peek: nothing counts as read.
        To go on from an earlier run, set `protocol.positions` first.
        """
        with self._changed:
            pending = self.protocol.follow(start, peek=peek)
        self._carry_out()
        return self.wait_for(pending, None)

    def events(self) -> Iterator[Event]:
        """Yield entries, notices, Disconnected and Connected until the client is closed.

        Each entry comes once and in the order of its room. It counts as read when the next
        event is asked for, or the client closed. Raises LoginRequired if the server lets us
        in no longer, and ConnectionLost if trying to reconnect was given up.
        """
        while (event := self.next_event()) is not None:
            yield event

    def next_event(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event, or None after the time or when the client was closed.

        Raises like `events`.
        """
        with self._changed:
            self.protocol.note_read()
        if self.protocol.following is None:
            self.sync()
        deadline = None if timeout_seconds is None else self._now() + timeout_seconds
        event = self._take_event()
        if event is None:
            self._wait(lambda: self.protocol.has_event, deadline)
            event = self._take_event()
        if event is None and self.protocol.ended:
            self._raise_why_it_ended()
        return event

    def _take_event(self) -> Event | None:
        with self._changed:
            event = self.protocol.next_event(self._now())
        self._carry_out()
        return event

    def _raise_why_it_ended(self) -> None:
        reason = self.protocol.end_reason
        assert reason is not None
        if not isinstance(reason, Closed):
            raise reason

    # -- Asking ------------------------------------------------------------------------------

    def call_by_name(self, method: str, **values: Any) -> Result:
        """Ask for any row of the command table by its name.

        Raises UnknownMethod and BadRequest before anything is sent.
        """
        return cast(Result, self.request(read_params(method, values)).result())

    def request(self, params: Params[R]) -> Reply[R]:
        """Put a request on its way and return at once, to pipeline.

        Without a connection it goes out after the next.
        """
        self._wait(lambda: not self.protocol.is_full, None)
        with self._changed:
            pending = self.protocol.request(params)
        self._carry_out()
        return Reply(self, pending)

    def wait_for(self, pending: PendingRequest[R], timeout_seconds: float | None) -> R:
        """Wait for an answer; without one in time the request is given up."""
        seconds = self._answer_seconds if timeout_seconds is None else timeout_seconds
        if not self._wait(lambda: pending.done, self._now() + seconds):
            with self._changed:
                self.protocol.give_up(pending, self._now())
            self._carry_out()
        return pending.value

    def _call(self, params: Params[Any]) -> Any:
        return self.request(params).result()

    def _nonce(self) -> str:
        return self.environment.nonce()

    # -- Files -------------------------------------------------------------------------------

    def send_file(
        self,
        path: Path,
        room: str,
        caption: str = "",
        progress: files.Progress = files.no_progress,
    ) -> Posted:
        """Upload a file and post it in a room, or to a user: see `files.send_file`."""
        return finish(files.send_file(Waiting(self), path, room, caption, progress))

    def find_file(self, room: str, seq: int) -> File:
        """Return the entry of a file. room: its id. Raises NotFound if that is none."""
        return finish(files.find_file(Waiting(self), room, seq))

    def fetch_file(
        self,
        entry: File,
        target: Path,
        progress: files.Progress = files.no_progress,
        *,
        replace: bool = False,
    ) -> Path:
        """Download a file; return where it is now: see `files.fetch_file`."""
        return finish(files.fetch_file(Waiting(self), entry, target, progress, replace=replace))

    # -- How it is done ----------------------------------------------------------------------

    def open_socket(self) -> Sock:
        """Return a new connection to the server, on which nothing waits. Raises ConnectionLost."""
        try:
            sock = self.environment.connect(self.host, self.port, CONNECT_SECONDS)
        except (OSError, ValueError, OverflowError) as error:  # the latter: no host, or no port
            reason = getattr(error, "strerror", None) or str(error)
            raise ConnectionLost(f"no connection to {self.host}:{self.port}: {reason}") from None
        sock.setblocking(False)
        return sock

    def pause(self, seconds: float) -> None:
        """Wait for a time, but not beyond the end of the client."""
        self._sleep(seconds)

    def hand_over(self) -> Sock | None:
        """Give up the socket, if there is one, to another shell over the same protocol."""
        sock, self._sock = self._sock, None
        return sock

    def _log_in(
        self, steps: login.Steps[LoggedIn], again: Callable[[LoggedIn], login.Login]
    ) -> LoggedIn:
        self.connect()
        with self._changed:
            logged_in = self.protocol.log_in(steps, again, self._now())
        return self._finished(logged_in)

    def _finished(self, outcome: Outcome[T]) -> T:
        """Wait for what the protocol bounds by itself."""
        self._carry_out()
        self._wait(lambda: outcome.done, None)
        return outcome.value

    def _now(self) -> float:
        return self.environment.monotonic()

    def _wait(self, done: Callable[[], bool], deadline: float | None) -> bool:
        """Read, or wait for the thread that does, until `done()`, the end or the deadline.

        done: looks at the protocol, quickly. Returns its last word. What has come already is
        taken even if the deadline is past.
        """
        looked = False
        while self._becomes_reader(done, deadline, looked):
            looked = True
            try:
                self._step(deadline)
            finally:
                with self._changed:
                    self._has_reader = False
                    self._changed.notify_all()
        return done()

    def _becomes_reader(
        self, done: Callable[[], bool], deadline: float | None, looked: bool
    ) -> bool:
        """Become the thread that reads; False if there is nothing (more) to wait for."""
        with self._changed:
            while not done() and not self.protocol.ended:
                left = None if deadline is None else deadline - self._now()
                is_late = left is not None and left <= 0
                if is_late and (looked or self._has_reader):
                    return False
                if not self._has_reader:
                    self._has_reader = True
                    return True
                self._changed.wait(left)
            return False

    def _step(self, deadline: float | None) -> None:
        """Take one envelope, or read once, or try once to connect."""
        with self._changed:
            has_advanced = self.protocol.advance(self._now())
            sock, timeout_at = self._sock, self.protocol.timeout_at
        if not has_advanced:
            if sock is None:
                self._try_to_connect(deadline)
            elif not self._read(sock, _earlier(deadline, timeout_at)):
                with self._changed:
                    self.protocol.on_time(self._now())
        self._carry_out()

    def _try_to_connect(self, deadline: float | None) -> None:
        """Sleep until it is time, but not over the deadline, then try to connect once."""
        now, connect_at = self._now(), self.protocol.connect_at
        assert connect_at is not None or self.protocol.ended
        until = _earlier(connect_at, deadline)
        if until is not None and until > now:
            self._sleep(until - now)
        if connect_at is None or self.protocol.ended or self._now() < connect_at:
            return
        try:
            sock = self.open_socket()
        except ConnectionLost as error:
            with self._changed:
                self.protocol.connection_failed(error, self._now())
            return
        with self._changed:
            self._sock = sock
            if not self.protocol.ended:
                self.protocol.connection_made(self._now())

    def _read(self, sock: Sock, deadline: float | None) -> bool:
        """Read what there is; False if nothing came until the deadline."""
        with self._reading:
            try:
                if sock.fileno() < 0 or not _is_ready(sock, select.POLLIN, self._left_ms(deadline)):
                    return False
                data = sock.recv(READ_BYTES)
            except BlockingIOError:
                return False
            except OSError as error:
                self._lose(sock, error)
                return True
        with self._changed:
            if self._sock is sock:
                self.protocol.receive_data(data, self._now())
        return True

    def _carry_out(self) -> None:
        """Do what the protocol wants now: send its bytes, close what it has given up."""
        with self._writing:
            while True:
                with self._changed:
                    sock, data = self._sock, self.protocol.data_to_send()
                    if not self.protocol.has_connection:
                        self._sock = None
                    if self.protocol.ended:
                        self._ended.set()
                    self._changed.notify_all()
                if sock is None:
                    return
                if self._sock is not sock:
                    self._close(sock)
                    return
                if not data:
                    return
                self._send(sock, data)

    def _send(self, sock: Sock, data: bytes) -> None:
        try:
            while data:
                try:
                    data = data[sock.send(data) :]
                except BlockingIOError:
                    if not _is_ready(sock, select.POLLOUT, SEND_SECONDS_MAX * 1000):
                        raise TimeoutError("the server takes nothing") from None
        except OSError as error:
            self._lose(sock, error)

    def _lose(self, sock: Sock, error: OSError) -> None:
        with self._changed:
            if self._sock is sock:
                self.protocol.connection_lost(connection_broke(error), self._now())

    def _close(self, sock: Sock) -> None:
        """Close a socket; a thread that reads from it notices at once."""
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the peer was first
        # Only when nobody uses it: the descriptor may be another file's a moment later.
        with self._reading:
            sock.close()

    def _left_ms(self, deadline: float | None) -> float | None:
        return None if deadline is None else max(0.0, (deadline - self._now()) * 1000)


class Waiting:
    """A synchronous client as a `Server`: what is awaited is there when `await` returns."""

    connected = True  # or it waits until there is a connection

    def __init__(self, client: Client) -> None:
        self._client = client
        self.protocol = client.protocol
        self.web_address = client.web_address

    def call(self, params: Params[R]) -> "Answered[Any]":
        """Put a request on its way; awaiting the answer waits for it."""
        return Answered(self._client.request(params))

    def notify(self, params: AnyParams) -> None:
        """Send what is not answered, with what is sent next."""
        self.protocol.notify(params)

    async def compute(self, function: Callable[..., T], *args: Any) -> T:
        return function(*args)

    async def sleep(self, seconds: float) -> None:
        self._client.pause(seconds)

    async def close(self) -> None:
        self._client.close()


class Answered(Generic[R]):
    """The answer to a request, for a coroutine that never waits."""

    def __init__(self, reply: Reply[R]) -> None:
        self._reply = reply

    def __await__(self) -> Generator[None, None, R]:
        return self._reply.result()
        yield  # which makes it a generator that is at its end


def read_params(method: str, values: dict[str, Any]) -> AnyParams:
    """Return the parameters of a command. Raises UnknownMethod, BadRequest."""
    row = COMMANDS.get(method)
    if row is None or row.result is None:
        raise UnknownMethod(f"there is no command {method!r}")
    try:
        return msgspec.convert(values, row.params)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None


def connection_broke(error: OSError) -> ConnectionLost:
    """Return the loss that an error of a socket means."""
    reason = error.strerror or str(error) or type(error).__name__
    return ConnectionLost(f"the connection broke: {reason}")


def _is_ready(sock: Sock, event: int, timeout_ms: float | None) -> bool:
    """Wait until a socket can be read or written."""
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(timeout_ms))


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
