"""Interfaces: what the console needs of the world around it.

At a terminal these are the prompt, the screen above it and a client that follows. Where there is no
terminal the same commands run between pipes, and others stand here.
"""

from typing import Protocol

from chatd.wire.commands import AnyParams

from ..server import Server
from .styled import Line


class ConnectedServer(Server, Protocol):
    """A server that may be out of reach."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection right now, as far as is known."""

    def notify(self, params: AnyParams) -> None:
        """Send what is not answered; without a connection it is dropped."""


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
