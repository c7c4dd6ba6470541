"""Commands line by line from standard input, and what is said meanwhile.

A command begins when the one before it is done, and the first when everything unread has been
printed: so the output of a script reads like what happened.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from chatd.errors import ChatError
from chatd.terminal import read_descriptor, without_mark
from chatd.wire import commands as c
from chatd.wire.entries import Entry

from ..async_client import AsyncClient
from ..console.console import Text
from ..errors import ClientError, UsageError
from ..events import Connected, Disconnected, Event
from ..server import Server
from .failures import complain
from .pipe import Pipe
from .plain_console import NoEditor, PlainConsole

LINE_BYTES_MAX = 64 * 1024
READ_BYTES = 64 * 1024
SHOWN_SECONDS_MAX = 10.0

T = TypeVar("T")


def converse(pipe: Pipe, fd: int) -> int:
    """Do what the lines of `fd` say; return the status: of the first command that failed.

    Raises what ended the client, BrokenPipeError, KeyboardInterrupt.
    """
    return asyncio.run(_converse(pipe, fd))


async def _converse(pipe: Pipe, fd: int) -> int:
    script = Script()
    console = LineConsole(pipe, script)
    console.server = server = AsyncClient(pipe.client, console.on_event, console.on_end)
    server.start()
    try:
        await script.before_end(console.caught_up.wait())
        await _follow(script, console, LineSource(fd))
        if not script.failed and console.exit_error is None:
            await _last_words(server)
    finally:
        await console.stop()
        await server.close()
    script.raise_failure()
    if console.exit_error is not None:
        raise console.exit_error
    return console.status


async def _follow(script: "Script", console: "LineConsole", source: "LineSource") -> None:
    while not script.ended:
        try:
            line = await script.before_end(source.next_line())
        except UsageError as error:
            console.refused(error)
            continue
        if line is None:
            return
        console.line(line)
        await script.before_end(console.settle())


async def _last_words(server: Server) -> None:
    """Let everything come that the server had said before it was asked this."""
    try:
        await server.call(c.Ping())
    except (ClientError, ChatError):
        pass  # then there is nothing more to come


class Script(NoEditor):
    """The lines as the console's editor: it can be ended, and fail, while it is waited for."""

    def __init__(self) -> None:
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failure: BaseException | None = None

    @property
    def ended(self) -> bool:
        """Whether no further line counts."""
        return self._end.done()

    @property
    def failed(self) -> bool:
        """Whether it ended by `fail`."""
        return self._failure is not None

    def end(self, result: int) -> None:
        if not self.ended:
            self._end.set_result(None)

    def fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self.end(1)

    def raise_failure(self) -> None:
        """Raise what it failed with, if it did."""
        if self._failure is not None:
            raise self._failure

    async def before_end(self, doing: Coroutine[Any, Any, T]) -> T | None:
        """Wait for something; None if the end comes first."""
        task = asyncio.ensure_future(doing)
        try:
            await asyncio.wait((task, self._end), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class LineConsole(PlainConsole):
    """Hears what is said, too. caught_up: set when everything unread has been printed."""

    def __init__(self, pipe: Pipe, script: Script) -> None:
        super().__init__(pipe, script)
        self.caught_up = asyncio.Event()
        self._shown: dict[str, int] = {}
        self._heard = asyncio.Event()

    def on_event(self, event: Event) -> None:
        if isinstance(event, Disconnected):
            complain(f"{event.reason}; reconnecting")
        elif isinstance(event, Connected):
            complain("connected again")
        else:
            super().on_event(event)
        if isinstance(event, c.Live):
            self.caught_up.set()
        elif isinstance(event, Entry):
            self._shown[event.room] = event.seq
            self._heard.set()

    async def post(self, params: Text, line: str) -> None:
        """Post, and go on when it stands in the output: an answer may come before its entry."""
        posted = await self.server.call(params)
        try:
            async with asyncio.timeout(SHOWN_SECONDS_MAX):
                while self._shown.get(posted.room, 0) < posted.seq:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            pass  # it is posted; a server that lags this much shows it later


class LineSource:
    """Lines of a descriptor: a pipe, a file, whatever can be read."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = b""
        self._begun = False
        self._ended = False

    async def next_line(self) -> str | None:
        """Return the next line without its end, None after the last one.

        Raises UsageError for one that is too long, or no text.
        """
        while b"\n" not in self._buffer and not self._ended:
            await _readable(self._fd)
            data = read_descriptor(self._fd, READ_BYTES)
            self._buffer += data
            self._ended = not data
            if len(self._buffer) > LINE_BYTES_MAX + READ_BYTES:
                raise self._ended_by(
                    f"a line of more than {LINE_BYTES_MAX} bytes; nothing after it was read"
                )
        if not self._buffer:
            return None
        self._drop_mark()
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            return line.removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            raise UsageError("a line that is not UTF-8 text was skipped") from None

    def _drop_mark(self) -> None:
        """Some systems put a mark in front of all."""
        if not self._begun:
            self._begun = True
            try:
                self._buffer = without_mark(self._buffer)
            except ValueError as error:
                raise self._ended_by(f"{error}; nothing was done") from None

    def _ended_by(self, why: str) -> UsageError:
        self._buffer, self._ended = b"", True
        return UsageError(why)


async def _readable(fd: int) -> None:
    """Wait until a descriptor can be read without waiting."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(fd, ready.set_result, None)
    except PermissionError:
        return  # a regular file: there is nothing to wait for
    try:
        await ready
    finally:
        loop.remove_reader(fd)
