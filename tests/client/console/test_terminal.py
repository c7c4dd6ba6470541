"""The keyboard and the modes of a terminal, on a pseudo-terminal without a program in between."""

import os
import pty
from collections.abc import Iterator
from typing import TextIO

import pytest
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from client.console.terminal import (
    GIVE_BACK,
    POP_TITLE,
    PUSH_TITLE,
    TAKE,
    Keyboard,
    marks_pastes,
    open_output,
)

PASTE = "\x1b[200~zwei Zeilen: é\r/quit\r\x1b[201~"
PASTED = KeyPress(Keys.BracketedPaste, "zwei Zeilen: é\r/quit\r")

END = b"\0end\0"
"""What no program writes to a terminal."""


class Wire:
    """A terminal whose other end is in the test's hands.

    signs: what the human has done: "key", and "in" or "out" for the focus.
    """

    def __init__(self, tty: TextIO, other_end: int, *, brackets: bool = True) -> None:
        self.other_end = other_end
        self._tty = tty
        self.signs: list[str] = []
        self.output = open_output(tty)
        self.keyboard = Keyboard(tty, self.output, self, brackets=brackets)

    def key(self) -> None:
        self.signs.append("key")

    def focus(self, is_here: bool) -> None:
        self.signs.append("in" if is_here else "out")

    def types(self, data: bytes) -> list[KeyPress]:
        """Send bytes at once; return the keys that they make."""
        os.write(self.other_end, data)
        return self.keyboard.read_keys()

    def shows(self) -> bytes:
        """Return what was written to it, all of it: a pseudo-terminal hands it on in parts."""
        os.write(self._tty.fileno(), END)
        shown = b""
        while not shown.endswith(END):
            shown += os.read(self.other_end, 1 << 16)
        return shown.removesuffix(END)


@pytest.fixture
def ends() -> Iterator[tuple[TextIO, int]]:
    other_end, descriptor = pty.openpty()
    with os.fdopen(descriptor, "w") as tty:
        yield tty, other_end
    os.close(other_end)


@pytest.fixture
def wire(ends: tuple[TextIO, int]) -> Iterator[Wire]:
    wire = Wire(*ends)
    with wire.keyboard.raw_mode():
        wire.shows()
        yield wire


def test_paste_is_one_wherever_the_line_tears_it(wire: Wire) -> None:
    data = f"a{PASTE}b".encode()
    for at in range(1, len(data)):
        keys = wire.types(data[:at]) + wire.types(data[at:])
        assert keys == [KeyPress("a", "a"), PASTED, KeyPress("b", "b")], at
    keys = [key for at in range(len(data)) for key in wire.types(data[at : at + 1])]
    assert keys == [KeyPress("a", "a"), PASTED, KeyPress("b", "b")]


@pytest.mark.parametrize("report", ["\x1b[I", "\x1b[O", "\x1b[12;1R"])
def test_report_in_the_middle_of_a_paste_is_none_of_its_text(wire: Wire, report: str) -> None:
    at = PASTE.index("Zeilen")
    keys = wire.types((PASTE[:at] + report + PASTE[at:]).encode())
    assert keys[-1] == PASTED
    others = [KeyPress(Keys.CPRResponse, report)] if report.endswith("R") else []
    assert keys[:-1] == others
    assert wire.signs == (["key"] if others else ["in" if report == "\x1b[I" else "out", "key"])


def test_focus_is_told_and_never_typed_wherever_the_line_tears_it(wire: Wire) -> None:
    data = b"a\x1b[Ib\x1b[Oc"
    typed = [KeyPress(letter, letter) for letter in "abc"]
    for at in range(1, len(data)):
        assert wire.types(data[:at]) + wire.types(data[at:]) == typed
    assert wire.signs == ["key", "in", "key", "out", "key"] * (len(data) - 1)


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\r", [Keys.ControlM]),
        ("\x1b[13u", [Keys.ControlM]),
        ("\x1b[13;5u", [Keys.ControlM]),
        ("\x1b[13;2u", [Keys.Escape, Keys.ControlM]),
        ("\x1b[27;2;13~", [Keys.Escape, Keys.ControlM]),
        ("\x1b\r", [Keys.Escape, Keys.ControlM]),
    ],
)
def test_enter_with_a_modifier_is_enter_or_a_line_break(
    wire: Wire, sent: str, keys: list[Keys]
) -> None:
    assert [key.key for key in wire.types(sent.encode())] == keys


# -- a terminal that marks no pastes ---------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "is_pasted"),
    [
        ("one\rtwo", True),
        ("one\r\rtwo\r", True),
        ("eins\r\tzwei é", True),
        ("one\r", False),
        ("\r\r", False),
        ("one", False),
        ("one\r\x1b[A\r", False),
        ("one\r\x03two", False),
    ],
)
def test_lines_that_come_at_once_are_pasted_where_pastes_have_no_marks(
    ends: tuple[TextIO, int], data: str, is_pasted: bool
) -> None:
    wire = Wire(*ends, brackets=False)
    with wire.keyboard.raw_mode():
        keys = wire.types(data.encode())
        assert (keys == [KeyPress(Keys.BracketedPaste, data)]) is is_pasted
        assert all(key.key != Keys.BracketedPaste for key in keys) or is_pasted


@pytest.mark.parametrize(
    ("variables", "marks"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-1000/default,1,0"}, True),
        ({"TERM": "screen.xterm-256color"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "vt220"}, False),
        ({}, True),
    ],
)
def test_terminals_without_marks_are_known_by_name(variables: dict[str, str], marks: bool) -> None:
    assert marks_pastes(variables) is marks


# -- modes and title -------------------------------------------------------------------------


def test_modes_are_set_when_the_terminal_is_taken_and_not_while_it_is_lent(
    ends: tuple[TextIO, int],
) -> None:
    wire = Wire(*ends)
    with wire.keyboard.raw_mode():
        assert wire.shows() == TAKE.encode()
        with wire.keyboard.cooked_mode():
            assert wire.shows() == GIVE_BACK.encode()
        assert wire.shows() == TAKE.encode()
    assert wire.shows() == GIVE_BACK.encode()


def test_modes_and_title_are_given_back_after_a_fault(ends: tuple[TextIO, int]) -> None:
    wire = Wire(*ends)
    with pytest.raises(ZeroDivisionError), wire.keyboard.raw_mode():
        wire.output.show_count(2)
        raise ZeroDivisionError
    shown = wire.shows().decode()
    assert shown == (
        TAKE + PUSH_TITLE + "\x1b]2;(2) chat\x07" + "\x1b]2;\x07" + POP_TITLE + GIVE_BACK
    )


def test_title_is_kept_once_and_given_back_once(wire: Wire) -> None:
    for count in (0, 1, 1, 2, 0, 0):
        wire.output.show_count(count)
    wire.output.flush()
    assert wire.shows().decode() == (
        f"{PUSH_TITLE}\x1b]2;(1) chat\x07\x1b]2;(2) chat\x07\x1b]2;\x07{POP_TITLE}"
    )
