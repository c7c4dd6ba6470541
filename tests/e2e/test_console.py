"""The console in a pseudo-terminal, as people have it: two talk, lines are cut, servers die."""

import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.client import newcomer
from tests.e2e.server import ServerProcess
from tests.e2e.terminal import Terminal

PASSWORD = "correct horse"
Opens = Callable[..., Terminal]


@pytest.fixture
def terminals(server: ServerProcess, tmp_path: Path) -> Iterator[Opens]:
    """Opens a terminal in which a user's console runs, logged in and ready."""
    with ExitStack() as stack:

        def open_terminal(name: str, *arguments: str, **options: Any) -> Terminal:
            home = tmp_path / f"home of {name}"
            is_new = not home.exists()
            terminal = Terminal(name, server.port, home, *arguments, **options)
            stack.enter_context(terminal)
            if is_new:
                make_account(terminal, name)
            terminal.wait_for("connected ·")
            return terminal

        yield open_terminal


def make_account(terminal: Terminal, name: str) -> None:
    terminal.wait_for(f"Password of {name}:")
    terminal.type(PASSWORD)
    terminal.wait_for("Make a new account")
    terminal.type("y")
    terminal.wait_for("The same password again:")
    terminal.type(PASSWORD)


def restart(server: ServerProcess) -> None:
    server.settings["PORT"] = str(server.port)
    server.kill()
    server.start()


def test_two_people_talk_to_everyone_and_to_each_other(terminals: Opens) -> None:
    alice, bob = terminals("alice"), terminals("bob", columns=200, rows=50)
    alice.type("send hello, is anybody there?")
    bob.wait_for("general#1 alice: hello, is anybody there?")
    bob.type("send-to alice yes, I am")
    alice.wait_for("bob#1 bob → alice: yes, I am")
    assert alice.count("hello, is anybody there?") == 1


def test_password_is_asked_for_once_in_a_life_and_never_shown(terminals: Opens) -> None:
    alice = terminals("alice")
    token = next((alice.home / ".local/state/chat").glob("tokens.json"))
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert PASSWORD not in alice.raw
    alice.type("quit")
    assert alice.ends() == 0
    again = terminals("alice")
    assert not again.sees("Password")


def test_who_comes_back_gets_what_was_missed_once_and_in_order(terminals: Opens) -> None:
    alice, bob = terminals("alice"), terminals("bob")
    bob.keys("\x04")
    assert bob.ends() == 0
    for number in range(3):
        alice.type(f"send text {number}")
    alice.wait_for("text 2")
    bob = terminals("bob")
    bob.wait_for("text 2")
    seen = [line.rpartition(": ")[2] for line in bob.everything if "alice: text" in line]
    assert seen == ["text 0", "text 1", "text 2"]
    assert bob.count("── unread") == 1


def test_killed_server_costs_nothing_that_was_typed(
    server: ServerProcess, terminals: Opens
) -> None:
    alice, bob = terminals("alice"), terminals("bob")
    server.settings["PORT"] = str(server.port)
    server.kill()
    alice.wait_for("connecting again")
    alice.type("send said while it was dead")
    alice.wait_for("1 pending")
    assert alice.sees("… said while it was dead")
    alice.keys("half a line")
    server.start()
    bob.wait_for("general#1 alice: said while it was dead")
    alice.wait_until(lambda: not alice.sees("pending"), "that nothing is pending")
    assert alice.count("said while it was dead") == 1
    assert "> half a line" in alice.lines


def test_lines_that_come_in_do_not_tear_what_is_typed(terminals: Opens) -> None:
    alice, bob = terminals("alice"), terminals("bob")
    alice.keys("send this is being ty")
    alice.wait_for("this is being ty")
    for number in range(30):
        bob.type(f"send-to alice text {number}")
    alice.wait_for("text 29")
    alice.keys("ped slowly")
    alice.wait_until(lambda: "> send this is being typed slowly" in alice.lines, "a whole line")
    alice.type("")
    bob.wait_for("alice: this is being typed slowly")
    heard = [line.rpartition(": ")[2] for line in alice.everything if "bob → alice: text" in line]
    assert heard == [f"text {number}" for number in range(30)]


def test_ctrl_c_keeps_the_line_and_the_console(terminals: Opens) -> None:
    alice = terminals("alice")
    alice.keys("send a long thought")
    alice.wait_for("a long thought")
    alice.keys("\x03")
    alice.wait_for("kept: Up brings it back")
    alice.keys("\x1b[A")
    alice.wait_until(lambda: "> send a long thought" in alice.lines, "the line again")
    alice.keys("\r")
    alice.wait_for("general#1 alice: a long thought")


def test_other_peoples_control_characters_are_shown_and_not_obeyed(
    server: ServerProcess, terminals: Opens
) -> None:
    alice = terminals("alice")
    with newcomer(server.port, "mallory") as mallory:
        mallory.call("send", text="\x1b[2J\x1b]0;owned\x07 red \x9b31m\u202e end")
        alice.wait_for("mallory:")
    assert alice.sees("^[[2J^[]0;owned^G red <U+009B>31m<U+202E> end")
    assert "\x1b]0;owned" not in alice.raw and "\u202e" not in alice.raw


def test_talking_sends_plain_lines_and_needs_a_slash_for_commands(terminals: Opens) -> None:
    alice, bob = terminals("alice"), terminals("bob")
    alice.type("talk bob")
    alice.wait_for("bob>")
    alice.type("status of the deployment?")
    bob.wait_for("alice → bob: status of the deployment?")
    alice.type("//etc/hosts is wrong")
    bob.wait_for("alice → bob: /etc/hosts is wrong")
    alice.type("/status")
    alice.wait_for("you alice, on device 1")
    alice.type("/talk")
    alice.type("send to everyone")
    bob.wait_for("general#1 alice: to everyone")


def test_refusal_says_what_to_do_next_and_gives_the_line_back(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, LIMIT_MESSAGES="1") as server:
        with Terminal("alice", server.port, tmp_path / "home") as alice:
            make_account(alice, "alice")
            alice.wait_for("connected ·")
            alice.type("send one")
            alice.wait_for("general#1 alice: one")
            alice.type("send two")
            alice.wait_for("not sent: you have sent all the messages of this period")
            assert alice.sees("it works again at ")
            alice.wait_until(lambda: "> send two" in alice.lines, "the refused line")


def test_unknown_command_is_told_and_not_sent(terminals: Opens) -> None:
    alice = terminals("alice")
    alice.type("/dance")
    alice.wait_for("there is no command /dance")
    alice.type("hello")
    alice.wait_for("to say this to everyone, type `send` in front of it")


def test_tab_completes_commands_and_names(terminals: Opens) -> None:
    alice, _ = terminals("alice"), terminals("bob")
    alice.wait_for("2 online")
    alice.keys("send-t\t")
    alice.wait_until(lambda: "> send-to" in alice.lines, "a completed command")
    alice.keys("b\t")
    alice.wait_until(lambda: "> send-to bob" in alice.lines, "a completed name")
    alice.keys("hi\r")
    alice.wait_for("bob#1 alice → bob: hi")


def test_no_color_is_respected(terminals: Opens) -> None:
    plain, coloured = terminals("alice", NO_COLOR="1"), terminals("bob")
    plain.type("send hello")
    coloured.wait_for("alice: hello")
    coloured.type("send hello too")
    plain.wait_for("bob: hello too")
    assert plain.styles == {"default"}
    assert len(coloured.styles) > 1


def test_bell_rings_for_others_when_it_is_wanted(terminals: Opens) -> None:
    quiet, loud = terminals("alice"), terminals("bob", "--bell")
    quiet.type("send hello")
    loud.wait_for("alice: hello")
    loud.wait_until(lambda: "\x07" in loud.raw, "a bell")
    loud.type("send hello too")
    quiet.wait_for("bob: hello too")
    assert "\x07" not in quiet.raw


def test_changed_password_ends_the_other_console_and_says_why(
    terminals: Opens, server: ServerProcess, tmp_path: Path
) -> None:
    here = terminals("alice")
    with Terminal("alice", server.port, tmp_path / "elsewhere") as there:
        there.wait_for("Password of alice:")
        there.type(PASSWORD)
        there.wait_for("connected ·")
        here.type("password")
        for question, answer in (
            ("Present password:", PASSWORD),
            ("New password:", "battery staple"),
            ("The same again:", "battery staple"),
        ):
            here.wait_for(question)
            here.type(answer)
        here.wait_for("the password is changed")
        assert there.ends() == 1
        assert there.sees("the server does not let us in again")
        assert "battery" not in here.raw


def test_console_without_a_server_says_so(tmp_path: Path) -> None:
    with Terminal("alice", 1, tmp_path / "home") as alice:
        assert alice.ends() == 1
        assert alice.sees("no connection to 127.0.0.1:1: Connection refused")
