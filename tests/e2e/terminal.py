"""A terminal with a program in it: what is typed goes in, what the screen shows comes out."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

from tests.e2e.server import ROOT
from tests.e2e.waiting import until

READ_BYTES = 65536
READ_S = 0.01
CURSOR_QUESTION = "\x1b[6n"


class Terminal:
    """The console of one user in a pseudo-terminal, with a home of its own.

    columns, rows: the size of the screen. It answers where the cursor is, as terminals do.
    """

    def __init__(
        self,
        name: str,
        port: int,
        home: Path,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        **environment: str,
    ) -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        self.raw = ""
        self._screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.Stream(self._screen)
        self._child = pexpect.spawn(
            sys.executable,
            ["-m", "client", "-u", name, "--port", str(port), *arguments],
            dimensions=(rows, columns),
            encoding="utf-8",
            cwd=str(ROOT),
            env=self._environment(environment),
        )

    def _environment(self, more: dict[str, str]) -> "os._Environ[str]":
        ours = {k: v for k, v in os.environ.items() if k not in ("XDG_STATE_HOME", "NO_COLOR")}
        mine = {"HOME": str(self.home), "TERM": "xterm-256color", "TZ": "UTC"}
        return {**ours, **mine, **more}  # type: ignore[return-value]  # what pexpect asks for

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._child.isalive():
            self._child.kill(9)
        self._child.wait()
        self._child.close()

    # -- the keyboard ------------------------------------------------------------------------

    def keys(self, text: str) -> None:
        """Touch keys."""
        self._child.send(text)

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        self.keys(line + "\r")

    # -- the screen --------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """What the screen shows now, blanks at the ends dropped."""
        self._read()
        return [line.rstrip() for line in self._screen.display]

    @property
    def everything(self) -> list[str]:
        """The lines that have left the screen at its top, and those that it shows."""
        lines = self.lines
        gone = [
            "".join(row[at].data for at in range(self._screen.columns)).rstrip()
            for row in self._screen.history.top
        ]
        return gone + lines

    def sees(self, text: str) -> bool:
        """Whether a text stands anywhere in `everything`, wherever lines were broken."""
        lines = self.everything
        return any(text in re.sub(r"\s+", " ", glue.join(lines)) for glue in (" ", ""))

    def wait_for(self, text: str) -> None:
        """Wait until a text is seen."""
        self.wait_until(lambda: self.sees(text), f"that the screen shows {text!r}")

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something holds; what the screen shows is told if it never does."""
        try:
            until(condition, what)
        except AssertionError as error:
            shown = "\n".join(self.everything)
            raise AssertionError(f"{error}; the screen:\n{shown}") from None

    @property
    def styles(self) -> set[str]:
        """The colours of all characters on the screen."""
        self._read()
        buffer = self._screen.buffer
        return {cell.fg for row in buffer.values() for cell in row.values()}

    def count(self, text: str) -> int:
        """How many lines hold a text."""
        return sum(text in line for line in self.everything)

    # -- its end -----------------------------------------------------------------------------

    def ends(self) -> int | None:
        """Wait for the program's end; return its exit status."""

        def has_ended() -> bool:
            self._read()
            return not self._child.isalive()

        self.wait_until(has_ended, "that the console ends")
        status: int | None = self._child.exitstatus
        return status

    def _read(self) -> None:
        try:
            while data := self._child.read_nonblocking(READ_BYTES, READ_S):
                self.raw += data
                self._stream.feed(data)
                for _ in range(data.count(CURSOR_QUESTION)):
                    cursor = self._screen.cursor
                    self._child.send(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass
