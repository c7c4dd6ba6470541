"""The client in an event loop of asyncio: for the console, which must never wait.

It goes on with a client that is logged in, by the same protocol on the same connection. Events are
handed over one by one, each when the one before it has been shown, so that what counts as read has
been shown. Connecting and what takes the processor for long are done by threads, which hand back a
socket or a value; everything else happens in the loop.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from chatd.wire.commands import AnyParams, Params, Result, Start, Synced

from .environment import Sock
from .errors import Closed, ConnectionLost
from .events import Event
from .outcome import Outcome
from .sync_client import Client, connection_broke

READ_BYTES = 16 * 1024
"""Taken in one go: what is typed meanwhile waits for that long."""
GOODBYE_SECONDS_MAX = 2.0
"""How long the last acknowledgements may take to go out, and a connection to be made."""

R = TypeVar("R", bound=Result)
T = TypeVar("T")


class AsyncClient:
    """A client that is logged in, in the running event loop. It is a `Server`.

    on_event: called with each event. on_end: called with what ended the client for good, unless
    it was `close`.
    """

    def __init__(
        self,
        client: Client,
        on_event: Callable[[Event], object],
        on_end: Callable[[Exception], object],
    ) -> None:
        self.protocol = client.protocol
        self.web_address = client.web_address
        self._monotonic = client.environment.monotonic
        self._open_socket = client.open_socket
        self._on_event = on_event
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._sock = client.hand_over()
        self._unsent = b""
        self._sent = asyncio.Event()
        self._is_connecting = False
        self._connector: threading.Thread | None = None
        self._has_ended = False
        self._waiting: deque[tuple[AnyParams, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_handing_out = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection right now, as far as is known."""
        return self.protocol.is_ready

    def start(self) -> None:
        """Follow all rooms, and begin to hand over events."""
        self._is_handing_out = True
        if self._sock is not None:
            self._loop.add_reader(self._sock.fileno(), self._read)
        if self.protocol.following is None:
            self.protocol.follow(Start.UNREAD, peek=False, then=self._followed)
        self._carry_on()

    def call(self, params: Params[Any]) -> Awaitable[Any]:
        """Put a request on its way; without a connection it waits for one."""
        answer: asyncio.Future[Any] = self._loop.create_future()
        answer.add_done_callback(_retrieve)  # it may be that nobody awaits it any more
        self._waiting.append((params, answer))
        self._carry_on()
        return answer

    def notify(self, params: AnyParams) -> None:
        """Send what is not answered; without a connection it is dropped."""
        self.protocol.notify(params)
        self._carry_on()

    async def compute(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.to_thread(function, *args)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Acknowledge what was read, and end the connection."""
        self._is_handing_out = False
        self.protocol.note_read()
        self.protocol.acknowledge(self._now())
        self._carry_on()
        try:
            async with asyncio.timeout(GOODBYE_SECONDS_MAX):
                while self._unsent and self._sock is not None:
                    self._sent.clear()
                    await self._sent.wait()
        except TimeoutError:
            pass  # the server takes nothing: some entries will come again
        self.protocol.end(Closed("closed"))
        self._carry_on()
        if self._connector is not None and self._connector.is_alive():
            await asyncio.to_thread(self._connector.join, GOODBYE_SECONDS_MAX)

    # -- Carrying on -------------------------------------------------------------------------

    def _carry_on(self) -> None:
        """Do all that the protocol wants now, whatever has changed."""
        try:
            self._take_what_came()
        except Exception as error:  # a fault of ours ends the client instead of being swallowed
            self.protocol.end(error)
        self._put_waiting()
        if self._sock is not None and not self.protocol.has_connection:
            self._close_socket(self._sock)
        self._write()
        self._set_timer()
        if self.protocol.ended and not self._has_ended:
            self._has_ended = True
            reason = self.protocol.end_reason
            if reason is not None and not isinstance(reason, Closed):
                self._on_end(reason)

    def _take_what_came(self) -> None:
        while self.protocol.advance(self._now()):
            self._hand_out()
        self._hand_out()

    def _hand_out(self) -> None:
        while self._is_handing_out and (event := self.protocol.next_event(self._now())):
            self._on_event(event)

    def _put_waiting(self) -> None:
        """Put requests on their way, as many as there may be at once."""
        while self._waiting and (not self.protocol.is_full or self.protocol.ended):
            params, answer = self._waiting.popleft()
            if answer.done():
                continue  # its task was cancelled
            try:
                self.protocol.request(params, _settling(answer))
            except Exception as error:  # what ended the client, or a request that fits no frame
                answer.set_exception(error)

    def _followed(self, outcome: Outcome[Synced]) -> None:
        if outcome.error is not None:
            self.protocol.end(outcome.error)

    # -- The socket --------------------------------------------------------------------------

    def _read(self) -> None:
        if self._try_to_read():
            self._carry_on()

    def _try_to_read(self) -> bool:
        """Take what there is; False if there is nothing."""
        if self._sock is None:
            return False
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return False
        except OSError as error:
            self.protocol.connection_lost(connection_broke(error), self._now())
        else:
            self.protocol.receive_data(data, self._now())
        return True

    def _write(self) -> None:
        """Send what there is to send; the loop says when more of it can go."""
        sock = self._sock
        if sock is None:
            return
        self._unsent += self.protocol.data_to_send()
        try:
            while self._unsent:
                self._unsent = self._unsent[sock.send(self._unsent) :]
        except BlockingIOError:
            self._loop.add_writer(sock.fileno(), self._carry_on)
            return
        except OSError as error:
            self.protocol.connection_lost(connection_broke(error), self._now())
            self._close_socket(sock)
            self._loop.call_soon(self._carry_on)
        else:
            self._loop.remove_writer(sock.fileno())
        self._sent.set()

    def _close_socket(self, sock: Sock) -> None:
        self._loop.remove_reader(sock.fileno())
        self._loop.remove_writer(sock.fileno())
        sock.close()
        self._sock, self._unsent = None, b""
        self._sent.set()

    # -- Time --------------------------------------------------------------------------------

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self.protocol.timeout_at if self._sock is not None else self.protocol.connect_at
        if at is not None and not self._is_connecting and not self.protocol.ended:
            self._timer = self._loop.call_later(max(0.0, at - self._now()), self._on_timer)

    def _on_timer(self) -> None:
        if self._sock is None:
            self._connect()
        elif not self._try_to_read():
            self.protocol.on_time(self._now())
        self._carry_on()

    def _now(self) -> float:
        return self._monotonic()

    # -- Connecting --------------------------------------------------------------------------

    def _connect(self) -> None:
        """Let a thread connect, which is not waited for much longer at the end."""
        connect_at = self.protocol.connect_at
        if connect_at is None or self._now() < connect_at:
            return
        self._is_connecting = True
        self._connector = threading.Thread(
            target=self._connect_in_thread, name="connect", daemon=True
        )
        self._connector.start()

    def _connect_in_thread(self) -> None:
        try:
            sock = self._open_socket()
        except ConnectionLost as error:
            self._report(self._failed, error)
        else:
            if not self._report(self._connected, sock):
                sock.close()

    def _report(self, take: Callable[[T], None], what: T) -> bool:
        """Have the loop take something; False if it runs no more."""
        try:
            self._loop.call_soon_threadsafe(take, what)
        except RuntimeError:
            return False
        return True

    def _failed(self, error: ConnectionLost) -> None:
        self._is_connecting = False
        self.protocol.connection_failed(error, self._now())
        self._carry_on()

    def _connected(self, sock: Sock) -> None:
        self._is_connecting = False
        if self.protocol.ended:
            sock.close()
            return
        self._sock = sock
        self._loop.add_reader(sock.fileno(), self._read)
        self.protocol.connection_made(self._now())
        self._carry_on()


def _settling(answer: "asyncio.Future[Any]") -> Callable[[Outcome[Any]], None]:
    """Return what settles a future by the outcome of a request."""

    def settle(outcome: Outcome[Any]) -> None:
        if answer.done():
            return  # its task was cancelled
        if outcome.error is not None:
            answer.set_exception(outcome.error)
        else:
            answer.set_result(outcome.value)

    return settle


def _retrieve(answer: "asyncio.Future[Any]") -> None:
    if not answer.cancelled():
        answer.exception()
