"""A server as what is asked by it sees it: a coroutine that waits only for the server.

An event loop runs such a coroutine among others. A synchronous client runs it to its end in
one go, because there each thing awaited is there when `await` returns.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar, overload

from chatd.wire.commands import History, ListPins, Params, Result, Search, Thread

from .events import FoundPage, HistoryPage, SeenThread
from .protocol import ClientProtocol

R = TypeVar("R", bound=Result)
T = TypeVar("T")


class Server(Protocol):
    """How the server is asked."""

    @property
    def protocol(self) -> ClientProtocol:
        """What is known of the connection."""

    @property
    def web_address(self) -> str:
        """Where browsers and other programs find the server: `http://127.0.0.1:8000`."""

    @overload
    def call(self, params: History | ListPins) -> Awaitable[HistoryPage]: ...

    @overload
    def call(self, params: Thread) -> Awaitable[SeenThread]: ...

    @overload
    def call(self, params: Search) -> Awaitable[FoundPage]: ...

    @overload
    def call(self, params: Params[R]) -> Awaitable[R]:
        """Put a request on its way now; the answer may be awaited later, to pipeline.

        Awaiting raises what the server refuses, and what ended the client.
        """

    async def compute(self, function: Callable[..., T], *args: Any) -> T:
        """Do something that takes the processor or a disk for a while."""

    async def sleep(self, seconds: float) -> None:
        """Wait for a time."""

    async def close(self) -> None:
        """Acknowledge what was read, and end the connection."""


def finish(doing: Coroutine[Any, Any, T]) -> T:
    """Run to its end what waits for nothing that is not there at once; return its result."""
    try:
        doing.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        doing.close()
    raise AssertionError("it waits for what can't come")
