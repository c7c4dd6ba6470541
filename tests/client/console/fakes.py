"""A console whose editor, screen and server are in the test's hands."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from chatd.errors import ChatError
from chatd.wire.commands import AnyParams, Params, Result, Welcome
from client import Client
from client.console.actions import ACTIONS
from client.console.console import Console
from client.console.render import Renderer
from client.console.styled import Line, plain
from client.console.times import Zone
from client.errors import ClientError

Answer = Result | ChatError | ClientError
T = TypeVar("T")
P = ParamSpec("P")


class FakeEditor:
    """Remembers what it was told. result: what it ended with; line: what was given back.

    has_draft: whether something is being typed, so that nothing can be given back.
    """

    def __init__(self) -> None:
        self.has_draft = False
        self.result: int | None = None
        self.failure: BaseException | None = None
        self.line = ""
        self.questions: list[str] = []
        self.answers: list[str | None] = []

    def redraw(self) -> None:
        """Nothing is drawn."""

    def end(self, result: int) -> None:
        self.result = result

    def fail(self, error: BaseException) -> None:
        self.failure = error

    def give_back(self, text: str) -> bool:
        if not self.has_draft:
            self.line = text
        return not self.has_draft

    async def ask(self, question: str) -> str | None:
        self.questions.append(question)
        return self.answers.pop(0)


class FakeScreen:
    """Remembers what is printed, and how often it rang."""

    def __init__(self) -> None:
        self.width, self.height = 80, 24
        self.lines: list[str] = []
        self.rings = 0

    def show(self, lines: list[Line], *, bell: bool = False) -> None:
        self.lines += [plain(line) for line in lines]
        self.rings += bell

    def flush(self) -> None:
        """Nothing waits."""


class FakeServer:
    """Answers what it was told to, in order; an answer that is missing is waited for."""

    def __init__(self) -> None:
        self.connected = True
        self.protocol = Client().protocol
        self.protocol.welcome = Welcome(1, "chatd", "open", 0, "UTC", features=["typing"])
        self.web_address = "http://127.0.0.1:8000"
        self.asked: list[AnyParams] = []
        self.notified: list[AnyParams] = []
        self.answers: asyncio.Queue[Answer] = asyncio.Queue()

    async def call(self, params: Params[Any]) -> Any:
        self.asked.append(params)
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def notify(self, params: AnyParams) -> None:
        self.notified.append(params)

    async def compute(self, function: Callable[..., T], *args: Any) -> T:
        return function(*args)

    async def sleep(self, seconds: float) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """Nothing is open."""


class FakeKeyring:
    """Keeps nothing."""

    label = "laptop"

    def keep(self, name: str, token: str) -> None:
        """Not here."""

    def forget(self, name: str) -> None:
        """Not here."""


class FakeMemory:
    """Remembers the last room for as long as the test runs."""

    def __init__(self, room: str) -> None:
        self.room = room

    def keep(self, room: str) -> None:
        self.room = room


class FakeConsole:
    """Alice's console with its surroundings. To be made in a running event loop.

    room: where plain lines went the last time.
    """

    def __init__(
        self, *, newcomer: bool = False, bell: bool = False, room: str = "general"
    ) -> None:
        self.memory = FakeMemory(room)
        self.editor, self.screen, self.server = FakeEditor(), FakeScreen(), FakeServer()
        renderer = Renderer("alice", Zone())
        self.console = Console(
            self.editor,
            self.screen,
            renderer,
            ACTIONS,
            FakeKeyring(),
            self.memory,
            newcomer=newcomer,
            bell=bell,
        )
        self.console.server = self.server

    async def types(self, *lines: str, answers: tuple[Answer, ...] = ()) -> None:
        """Type lines, and let everything happen that can."""
        for answer in answers:
            self.server.answers.put_nowait(answer)
        await self.happens()
        for line in lines:
            self.console.line(line)
            await self.happens()

    async def happens(self) -> None:
        """Give every task its turns."""
        for _ in range(10):
            await asyncio.sleep(0)

    def shows(self, text: str) -> bool:
        """Tell whether a text is on the screen."""
        return any(text in line for line in self.screen.lines)

    @property
    def above(self) -> list[str]:
        """The lines above the edited one, and what stands in front of it."""
        return [plain(line) for line in self.console.prompt()]

    @property
    def toolbar(self) -> str:
        """The line at the bottom."""
        return plain(self.console.toolbar())


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in an event loop, and leave nothing running."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run
