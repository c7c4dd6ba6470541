"""Interfaces: what the console needs of the world around it.

At a terminal these are the prompt, the screen above it and the bridge to a client that follows.
Where there is no terminal the same commands run between pipes, and others stand here.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from chatd.wire.commands import AnyParams, Result

from ..session import Client
from .styled import Line

R = TypeVar("R", bound=Result)
T = TypeVar("T")


class Editor(Protocol):
    """Where lines are typed."""

    def redraw(self) -> None:
        """Something that it shows has changed; any thread may say so."""

    def end(self, result: int) -> None:
        """Take no more lines; `result` is the exit status."""

    def fail(self, error: BaseException) -> None:
        """Take no more lines, and raise."""

    def give_back(self, text: str) -> bool:
        """Put a line back that could not be done; return whether there was room for it."""

    async def ask(self, question: str) -> str | None:
        """Ask for a secret; None if there is no answer."""


class Surface(Protocol):
    """Where lines are shown. width: its columns; height: its rows."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    def show(self, lines: list[Line], *, bell: bool = False) -> None:
        """Print lines; bell: and ring."""

    def flush(self) -> None:
        """Print now what still waits."""


class Server(Protocol):
    """How the server is asked."""

    @property
    def client(self) -> Client: ...

    @property
    def connected(self) -> bool: ...

    async def ask(self, params: AnyParams, result: type[R]) -> R:
        """Ask for a row of the command table. Raises what the server refuses."""

    async def run(self, method: Callable[..., T], *args: Any, **options: Any) -> T:
        """Call a method of the client that waits."""
