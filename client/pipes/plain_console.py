"""The console without its terminal: commands, arguments and answers are the same.

So whatever command the console learns works between pipes at once. Answers are plain lines on
standard output; what can't be done is reported on standard error and kept for the exit status.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from chatd.wire import commands as c
from chatd.wire.rooms import title_of

from ..console.actions import ACTIONS
from ..console.console import Console, Text, perhaps
from ..console.interfaces import Editor
from ..console.styled import Line
from ..console.typed import Command, Plain, Typed, first_word, read_line
from ..errors import UsageError
from ..server import finish
from ..sync_client import Waiting
from .failures import complain, words_of
from .output import COLUMNS, ROWS, Output
from .pipe import Pipe
from .status import Status, status_of


class PlainScreen:
    """Prints at once. failed: called when nobody reads it any more."""

    width = COLUMNS
    height = ROWS

    def __init__(self, output: Output, failed: Callable[[BaseException], None]) -> None:
        self._output = output
        self._failed = failed

    def show(self, lines: list[Line], *, bell: bool = False) -> None:
        try:
            self._output.lines(lines)
        except OSError as error:
            self._failed(error)

    def flush(self) -> None:
        """Nothing waits."""


class NoEditor:
    """Nobody types."""

    def redraw(self) -> None:
        """Nothing is drawn."""

    def end(self, result: int) -> None:
        """It ends by itself."""

    def fail(self, error: BaseException) -> None:
        raise error

    def give_back(self, text: str) -> bool:
        """The author of the line has it."""
        return False

    async def ask(self, question: str) -> str | None:
        raise UsageError("that needs a terminal: somebody has to type a password")


class PlainConsole(Console):
    """Runs the console's commands where there is no terminal.

    status: that of the first command that failed.
    """

    def __init__(self, pipe: Pipe, editor: Editor) -> None:
        screen = PlainScreen(pipe.output, editor.fail)
        super().__init__(editor, screen, pipe.renderer, ACTIONS, pipe.keyring, None)
        self.status = Status.DONE

    def echo(self, typed: Command) -> None:
        """The author of the line knows it."""

    def read(self, line: str) -> Typed:
        """A script says which of its lines are commands: while it talks to a room, by a slash."""
        return read_line(line, ACTIONS, slash_only=bool(self.destination.room))

    def plain(self, typed: Plain) -> None:
        """Nobody is asked."""
        if self.destination.room:
            self.send_plain(typed)
            return
        self.error(
            "not sent: put `send` in front to write to everyone, `send-to NAME` to write "
            "to one user\n"
            f"{perhaps(first_word(typed.line)[0])}"
            "`talk general` or `talk NAME` sends plain lines there"
        )

    def may_be_text(self, typed: Command) -> bool:
        return False

    def refused(self, error: Exception, typed: Command | None = None) -> None:
        command = typed.name if typed else ""
        self._fail(status_of(error), words_of(error, self.renderer.zone, command))

    def error(self, text: str) -> None:
        self._fail(Status.USAGE, text)

    def _fail(self, status: Status, text: str) -> None:
        self.status = self.status or status
        complain(text)

    async def call(self, params: c.Params[Any]) -> Any:
        """Ask the server; without a connection, wait for one."""
        return await self.server.call(params)

    async def post(self, params: Text, line: str) -> None:
        await self.server.call(params)


class Once(PlainConsole):
    """Does one command to its end, all pages of a list included. Of posts it prints the place.

    With `--json` it prints what the server answers, and nothing else.
    """

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(pipe, NoEditor())
        self.more: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.server = Waiting(pipe.client)
        self._json = pipe.output if pipe.arguments.json else None

    async def call(self, params: c.Params[Any]) -> Any:
        answer = await super().call(params)
        self._print_json(answer)
        return answer

    def _print_json(self, answer: c.Result) -> None:
        if self._json is not None:
            entries: list[object] | None = getattr(answer, "entries", None)  # a page of them
            for line in [answer] if entries is None else entries:
                self._json.json(line)

    def show(self, lines: list[Line]) -> None:
        if self._json is None:
            super().show(lines)

    async def post(self, params: Text, line: str) -> None:
        self.posted(await self.server.call(params))

    def posted(self, posted: c.Posted) -> None:
        self._print_json(posted)
        self.show([[("", f"{title_of(posted.room, self.renderer.me)}#{posted.seq}")]])

    def done(self, text: str) -> None:
        self.note(text)

    def show_paged(self, lines: list[Line]) -> None:
        self.show(lines)

    def offer_more(self, more: Callable[[], Coroutine[Any, Any, None]], what: str = "more") -> None:
        self.more = more


def run_once(pipe: Pipe, name: str, rest: str) -> None:
    """Run one command. Raises UsageError, and what the server refuses."""
    console = Once(pipe)
    finish(ACTIONS[name](console, Command(name, rest, f"{name} {rest}".rstrip())))
    while console.more is not None:
        more, console.more = console.more, None
        finish(more())
