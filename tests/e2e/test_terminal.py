"""The terminal and the console: pastes while others talk, the focus, and what is given back."""

import signal

import pytest

from client.console.terminal import FOCUS_IN, FOCUS_OUT, GIVE_BACK, POP_TITLE, PUSH_TITLE, TAKE
from tests.e2e.conftest import Connects, Opens
from tests.e2e.terminal import Terminal

PASTE = "status of é:\n/quit\nlast line"
PASTED = ["general> status of é:", "         /quit", "         last line"]
FOCUS_ON, FOCUS_OFF = b"\x1b[?1004h", b"\x1b[?1004l"


def holds_paste(terminal: Terminal) -> bool:
    """Tell whether the paste stands on the line as it was, waiting for Enter."""
    at = terminal.screen.cursor.y
    return terminal.rows[at - 2 : at + 1] == PASTED


def test_paste_stays_one_wherever_the_line_tears_it_and_whatever_is_printed_meanwhile(
    opens: Opens, users: Connects
) -> None:
    alice, bot = opens("alice"), users("bot")
    data = alice.paste(PASTE)
    inside = [*range(1, 8), *range(data.index(b":") - 3, data.index(b":")), *range(-7, 0)]
    for number, at in enumerate(inside):
        alice.send(data[:at])
        bot.call("send", text=f"text {number}")
        alice.sees(f"text {number}")
        alice.send(data[at:])
        alice.until(lambda: holds_paste(alice), f"the paste torn at {at}")
        alice.keys("\x03")
        alice.prompts("general>")
    alice.send(data)
    alice.until(lambda: holds_paste(alice), "the paste")
    alice.line("")
    alice.sees("? did you mean the command or a message to general?")
    alice.line("")
    alice.sees("alice: status of é:")
    assert not any("#1 alice" in row for row in alice.everything), "it was the last post"


def test_terminal_that_is_to_mark_pastes_is_never_told_not_to(
    opens: Opens, users: Connects
) -> None:
    alice, bot = opens("alice"), users("bot")
    for number in range(30):
        bot.call("send", text=f"text {number}")
        alice.sees(f"text {number}")
    alice.line("help")
    alice.sees("`help send` explains one")
    assert alice.raw.count(b"\x1b[?2004h") == 1 and b"\x1b[?2004l" not in alice.raw
    alice.line("quit")
    assert alice.ends() == 0
    assert alice.raw.count(GIVE_BACK.encode()) == 1


def test_paste_into_a_terminal_without_marks_is_not_sent(opens: Opens) -> None:
    alice = opens("alice", TERM="linux")
    alice.send(PASTE.replace("\n", "\r").encode())
    alice.until(lambda: holds_paste(alice), "the paste")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 50)])
def test_what_came_while_nobody_looked_is_marked_and_counted_until_somebody_does(
    opens: Opens, users: Connects, columns: int, rows: int
) -> None:
    alice, bot = opens("alice", columns=columns, rows=rows), users("bot")
    alice.sees("nothing unread")  # all that the start shows, so that nothing comes between
    bot.call("send", text="seen")
    alice.sees("bot: seen")
    alice.keys("half a" + FOCUS_OUT)
    alice.prompts("general> half a")
    for text in ("one", "two"):
        bot.call("send", text=text)
    alice.toolbar_shows("new: general 2")
    alice.until(lambda: alice.screen.title == "(2) chat", "the count in the title")
    alice.keys(FOCUS_IN + " line")
    alice.until(lambda: "new: " not in alice.toolbar, "that somebody looks")
    alice.until(lambda: alice.screen.title == "", "the title again")
    alice.prompts("general> half a line")
    alice.sees("bot: two")
    mark = next(at for at, row in enumerate(alice.rows) if "since you last looked" in row)
    assert alice.rows[mark - 1].endswith("bot: seen") and alice.rows[mark + 1].endswith("bot: one")
    assert alice.raw.count(PUSH_TITLE.encode()) == alice.raw.count(POP_TITLE.encode()) == 1
    alice.keys("?" + FOCUS_OUT)
    alice.prompts("general> half a line?")
    bot.call("send", text="three")
    alice.until(lambda: alice.screen.title == "(1) chat", "the next count")
    alice.keys("!")  # a terminal may forget to tell that it has the focus again
    alice.until(lambda: alice.screen.title == "", "the title again")


def test_terminal_is_given_back_while_the_console_is_stopped(opens: Opens, users: Connects) -> None:
    alice, bot = opens("alice", in_shell=True), users("bot")
    alice.keys("half a line" + FOCUS_OUT)
    alice.prompts("general> half a line")
    bot.call("send", text="hello")
    alice.until(lambda: alice.screen.title == "(1) chat", "the count in the title")
    alice.keys("\x1a")
    alice.sees("Stopped")
    assert alice.screen.title == ""
    assert alice.raw.count(FOCUS_ON) == alice.raw.count(FOCUS_OFF) == 1
    alice.line("fg")
    alice.prompts("general> half a line")
    assert alice.raw.count(FOCUS_ON) == 2
    alice.keys("\x03quit\r")
    alice.until(lambda: alice.raw.count(FOCUS_OFF) == 2, "the end")


def test_terminal_is_given_back_by_a_console_that_is_told_to_end(opens: Opens) -> None:
    alice = opens("alice")
    assert alice.raw.count(TAKE.encode()) == 1
    alice.keys(FOCUS_OUT)
    alice.signal(signal.SIGTERM)
    assert alice.ends() == 128 + signal.SIGTERM
    assert alice.raw.count(FOCUS_OFF) == 1
