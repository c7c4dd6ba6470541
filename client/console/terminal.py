"""The terminal as the console uses it: the modes that it is set to, and what it reports.

Bracketed paste and focus reports are on for as long as the console has the terminal, from the
first drawing to the end, but not while it is suspended or shows a plain question. prompt_toolkit
by itself turns bracketed paste off whenever it takes the prompt from the screen, and on when it
draws it again: what is pasted in between, while others talk, is taken for typed lines and sent.

Source: XTerm Control Sequences, "Bracketed Paste Mode", "FocusIn/FocusOut", "Window manipulation".
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.utils import get_bell_environment_variable, get_term_environment_variable

FOCUS_IN, FOCUS_OUT = "\x1b[I", "\x1b[O"
TAKE, GIVE_BACK = "\x1b[?2004h\x1b[?1004h", "\x1b[?1004l\x1b[?2004l"
PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"

_NEW_LINE = (Keys.Escape, Keys.ControlM)  # as Alt+Enter
ANSI_SEQUENCES.update(
    {
        FOCUS_IN: Keys.Ignore,
        FOCUS_OUT: Keys.Ignore,
        # Enter with a modifier, as terminals tell it: kitty's way, and xterm's.
        "\x1b[13u": Keys.ControlM,
        "\x1b[13;2u": _NEW_LINE,  # Shift
        "\x1b[13;3u": _NEW_LINE,  # Alt
        "\x1b[13;4u": _NEW_LINE,
        "\x1b[13;5u": Keys.ControlM,  # Ctrl
        "\x1b[27;2;13~": _NEW_LINE,
        "\x1b[27;3;13~": _NEW_LINE,
        "\x1b[27;4;13~": _NEW_LINE,
    }
)

_REPORTS = re.compile("\x1b\\[(?:[IO]|[0-9]+;[0-9]+R)")
"""What a terminal may say in the middle of a long paste; it lets no ESC of the paste through."""

_UNBRACKETED = re.compile(r"(linux|vt\d|ansi|cons25)")
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LINES = re.compile(r"[^\r\n][\r\n]+[^\r\n]")


class TerminalOutput(Vt100_Output):
    """Writes to a terminal that is taken and given back as a whole."""

    _count = 0

    def enable_bracketed_paste(self) -> None:
        """It is on."""

    def disable_bracketed_paste(self) -> None:
        """It stays on."""

    def take(self) -> None:
        """Set the modes."""
        self.write_raw(TAKE)
        self.flush()

    def give_back(self) -> None:
        """Leave the terminal as it was found."""
        self.show_count(0)
        self.write_raw(GIVE_BACK)
        self.flush()

    def show_count(self, count: int) -> None:
        """Show in the title how much nobody has looked at; 0 gives the title back."""
        if count == self._count:
            return
        if not self._count:
            self.write_raw(PUSH_TITLE)
        self.set_title(f"({count}) chat" if count else "")  # "" where the terminal keeps no titles
        if not count:
            self.write_raw(POP_TITLE)
        self._count = count


class Watcher(Protocol):
    """What is called with what the user at the terminal does, in its order."""

    def key(self) -> None:
        """A key was touched."""

    def focus(self, is_here: bool) -> None:
        """The terminal has the focus now, or has lost it."""


class Keyboard(Vt100Input):
    """Reads keys from a terminal, whose reports are none.

    brackets: whether it marks what is pasted; where it does not, lines that come at once are
    taken for pasted.
    """

    def __init__(
        self, stdin: TextIO, output: TerminalOutput, watcher: Watcher, *, brackets: bool = True
    ) -> None:
        super().__init__(stdin)
        self._output = output
        self._watcher = watcher
        self._brackets = brackets

    def raw_mode(self) -> AbstractContextManager[None]:
        return self._taken(super().raw_mode())

    def cooked_mode(self) -> AbstractContextManager[None]:
        return self._given_back(super().cooked_mode())

    @contextmanager
    def _taken(self, raw: AbstractContextManager[None]) -> Iterator[None]:
        with raw:
            self._output.take()
            try:
                yield
            finally:
                self._output.give_back()

    @contextmanager
    def _given_back(self, cooked: AbstractContextManager[None]) -> Iterator[None]:
        self._output.give_back()
        try:
            with cooked:
                yield
        finally:
            self._output.take()

    def read_keys(self) -> list[KeyPress]:
        """Return the keys that have come."""
        return [key for read in self._read() for key in self._without_reports(read)]

    def flush_keys(self) -> list[KeyPress]:
        """Return the keys that were waited for to become others."""
        return [key for read in super().flush_keys() for key in self._without_reports(read)]

    def _read(self) -> list[KeyPress]:
        if self._brackets:
            return super().read_keys()
        data = self.stdin_reader.read()
        if _TEXT.fullmatch(data) and _LINES.search(data):
            return [KeyPress(Keys.BracketedPaste, data)]
        self.vt100_parser.feed(data)
        read, self._buffer = self._buffer, []
        return read

    def _without_reports(self, read: KeyPress) -> Iterator[KeyPress]:
        if read.key == Keys.CPRResponse:
            yield read
        elif read.data in (FOCUS_IN, FOCUS_OUT):
            self._watcher.focus(read.data == FOCUS_IN)
        elif read.key == Keys.BracketedPaste:
            for report in _REPORTS.findall(read.data):
                key = Keys.Ignore if report in (FOCUS_IN, FOCUS_OUT) else Keys.CPRResponse
                yield from self._without_reports(KeyPress(key, report))
            self._watcher.key()
            yield KeyPress(read.key, _REPORTS.sub("", read.data))
        else:
            self._watcher.key()
            yield read


def open_output(stdout: TextIO | None = None) -> TerminalOutput:
    """Return the terminal to write to, by default that of standard output."""
    output = TerminalOutput.from_pty(
        stdout or sys.stdout,
        term=get_term_environment_variable(),
        default_color_depth=ColorDepth.from_env(),
        enable_bell=get_bell_environment_variable(),
    )
    assert isinstance(output, TerminalOutput)
    return output


def marks_pastes(variables: Mapping[str, str]) -> bool:
    """Tell by its environment whether a terminal may mark what is pasted; nearly all do.

    GNU screen may take the marks away; tmux, whose terminals have the same name, does not.
    """
    term = variables.get("TERM", "")
    if term.startswith("screen"):
        return "TMUX" in variables
    return not _UNBRACKETED.match(term)
