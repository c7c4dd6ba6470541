"""Between the console's event loop and the client, whose methods wait.

One thread follows the events and hands each over before it asks for the next, so that what
counts as read has been shown. Requests are put on their way by a second thread, in the order
in which they were asked; their answers come back as futures. The loop itself never waits.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from chatd.wire.commands import AnyParams, Result

from ..errors import Closed
from ..events import Event
from ..reply import Reply
from ..session import Client

R = TypeVar("R", bound=Result)
T = TypeVar("T")

READER_SECONDS_MAX = 2.0
"""How long to wait at the end for the thread that follows the events."""


class Bridge:
    """Lets the running event loop use a client that is logged in.

    hear: called in the loop with each event. over: called in the loop with what ended the
    client for good, unless it was `close`.
    """

    def __init__(
        self,
        client: Client,
        hear: Callable[[Event], object],
        over: Callable[[Exception], object],
    ) -> None:
        self._client = client
        self._hear = hear
        self._over = over
        self._loop = asyncio.get_running_loop()
        self._requests = ThreadPoolExecutor(1, "requests")
        self._handled = threading.Semaphore(0)
        self._reader = threading.Thread(target=self._follow, name="events", daemon=True)

    @property
    def client(self) -> Client:
        """The client, for `run`."""
        return self._client

    def start(self) -> None:
        """Begin to hand over events."""
        self._reader.start()

    @property
    def connected(self) -> bool:
        """Whether there is a connection right now, as far as is known."""
        return self._client.connected

    async def ask(self, params: AnyParams, result: type[R]) -> R:
        """Ask the server; without a connection the question waits for one.

        Raises what the server refuses, and what ended the client.
        """
        future: asyncio.Future[Any] = self._loop.create_future()

        def done(reply: Reply[Any]) -> None:
            self._loop.call_soon_threadsafe(_settle, future, reply)

        await self._loop.run_in_executor(self._requests, self._client.request, params, done)
        answer = await future
        assert isinstance(answer, result), answer
        return answer

    async def run(self, method: Callable[..., T], *args: Any, **options: Any) -> T:
        """Call a method of the client that waits, in a thread of its own."""
        return await asyncio.to_thread(method, *args, **options)

    async def close(self) -> None:
        """Say what was read and end the connection."""
        # First the reader: what it holds has been shown, and closing tells that.
        self._handled.release()
        await asyncio.to_thread(self._client.close)
        await asyncio.to_thread(self._reader.join, READER_SECONDS_MAX)
        await asyncio.to_thread(self._requests.shutdown, cancel_futures=True)

    def _follow(self) -> None:
        try:
            for event in self._client.events():
                self._loop.call_soon_threadsafe(self._hand_over, event)
                self._handled.acquire()
        except Closed:
            pass
        except Exception as error:  # a refusal ends the console; a fault is raised there
            self._loop.call_soon_threadsafe(self._over, error)

    def _hand_over(self, event: Event) -> None:
        try:
            self._hear(event)
        finally:
            self._handled.release()


def _settle(future: asyncio.Future[Any], reply: Reply[Any]) -> None:
    if future.done():
        return  # whoever asked was cancelled
    if reply.error is not None:
        future.set_exception(reply.error)
    else:
        future.set_result(reply.result(0.0))
