"""The console at a terminal that a test types on and looks at."""

import shlex
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

from tests.e2e.server import ROOT, environment
from tests.e2e.waiting import DEADLINE_S

SCROLLBACK_ROWS = 5_000
LOOK_S = 0.05
SHELL = ["bash", "--norc", "--noprofile", "-i"]
PASTE_MODE = 2004 << 5
"""As pyte keeps private modes."""


class _Screen(pyte.HistoryScreen):
    """A screen that answers when it is asked where the cursor stands, as real ones do."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], object]) -> None:
        super().__init__(columns, rows, history=SCROLLBACK_ROWS, ratio=0.5)
        self._answer = answer
        self.title = ""
        self.rings = 0

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def bell(self, *args: object) -> None:
        self.rings += 1


class Terminal:
    """`python -m client` in a pseudo-terminal. home: where it keeps its state.

    in_shell: whether a shell with job control runs it.
    """

    def __init__(
        self,
        home: Path,
        port: int,
        name: str,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        in_shell: bool = False,
        **variables: str,
    ) -> None:
        self.screen = _Screen(columns, rows, self._answer)
        self.holds_answers = False
        self.held: list[str] = []
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        variables = {"XDG_STATE_HOME": str(home), "TERM": "xterm-256color", **variables}
        client = [sys.executable, "-m", "client", "--port", str(port), "-u", name, *arguments]
        program, *rest = SHELL if in_shell else client
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            program,
            rest,
            cwd=str(ROOT),
            env={**environment({}), "TZ": "UTC", **variables},
            dimensions=(rows, columns),
        )
        self._child.delaybeforesend = None
        if in_shell:
            self.line(shlex.join(client))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    # -- typing ------------------------------------------------------------------------------

    def keys(self, keys: str) -> None:
        """Press keys, one after the other."""
        self._child.send(keys)

    def raw_keys(self, keys: bytes) -> None:
        """Press keys that send any bytes."""
        self._child.send(keys)

    def line(self, text: str) -> None:
        """Type a line."""
        self.keys(text + "\r")

    def paste(self, text: str) -> bytes:
        """Return what the terminal sends for a paste: marked, if the console has asked for that."""
        data = text.replace("\n", "\r")
        marks = ("\x1b[200~", "\x1b[201~") if PASTE_MODE in self.screen.mode else ("", "")
        return data.join(marks).encode()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._child.send(data)

    def signal(self, signum: signal.Signals) -> None:
        """Send the console a signal."""
        self._child.kill(signum)

    def _answer(self, data: str) -> None:
        """Tell the console what it has asked the terminal, or later, as on a slow line."""
        if self.holds_answers:
            self.held.append(data)
        else:
            self.keys(data)

    def answer(self) -> None:
        """Give the oldest answer that is held."""
        self.keys(self.held.pop(0))

    def resize(self, columns: int, rows: int, *, screen: bool = True) -> None:
        """Change the size of the window; screen: and of what the test looks at."""
        if screen:
            self.screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    # -- looking -----------------------------------------------------------------------------

    @property
    def rows(self) -> list[str]:
        """What stands on the screen."""
        return [row.rstrip() for row in self.screen.display]

    @property
    def everything(self) -> list[str]:
        """What stands on the screen and what has left it at the top."""
        columns = range(self.screen.columns)
        above = self.screen.history.top
        return ["".join(row[at].data for at in columns).rstrip() for row in above] + self.rows

    @property
    def toolbar(self) -> str:
        """The line at the bottom."""
        return self.rows[-1]

    @property
    def prompt(self) -> str:
        """The row on which the cursor stands."""
        return self.rows[self.screen.cursor.y]

    def sees(self, text: str) -> None:
        """Wait until a text has come to the screen, in one row."""
        self.until(lambda: any(text in row for row in self.everything), text)

    def prompts(self, line: str) -> None:
        """Wait until the prompt, with what is typed behind it, is this."""
        self.until(lambda: self.prompt == line, f"the prompt {line!r}")

    def toolbar_shows(self, text: str) -> None:
        """Wait until the toolbar has this text."""
        self.until(lambda: text in self.toolbar, f"the toolbar with {text!r}")

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Look until `condition()` is true; fail the test, showing the screen, if it never is."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > deadline:
                shown = "\n".join(self.rows)
                raise AssertionError(f"waited in vain for: {what}\nthe screen is\n{shown}")
            self.look()

    def look(self) -> None:
        """Take what the console has printed meanwhile."""
        try:
            data = self._child.read_nonblocking(1 << 16, LOOK_S)
        except pexpect.TIMEOUT:
            return
        self.raw += data
        self._stream.feed(data)

    # -- the end -----------------------------------------------------------------------------

    def ends(self) -> int:
        """Wait until the console has ended by itself; return its exit status."""
        try:
            while True:
                self.look()
        except pexpect.EOF:
            pass
        self._child.close()
        assert self._child.exitstatus is not None, f"signal {self._child.signalstatus}"
        return self._child.exitstatus

    def kill(self) -> None:
        """End it at once, as closing its window would not."""
        if not self._child.closed:
            self._child.kill(signal.SIGKILL)
            self._child.close(force=True)
