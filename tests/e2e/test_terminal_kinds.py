"""The console at terminals of all kinds, and what they let somebody type."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from client.console.login_dialog import QUESTION
from client.pipes.status import Status
from tests.e2e.conftest import Connects, Opens, token_of
from tests.e2e.server import ROOT, ServerProcess, environment
from tests.e2e.terminal import Terminal
from tests.e2e.waiting import DEADLINE_S


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_terminal_that_can_do_nothing_is_as_none(
    server: ServerProcess, tmp_path: Path, term: str
) -> None:
    token = token_of("alice", server)
    with Terminal(tmp_path, server.port, "alice", TERM=term, CHAT_TOKEN=token) as alice:
        alice.sees("new device 1")
        alice.line("send hello")
        alice.sees("general#1 alice: hello")
        alice.line("quit")
        assert alice.ends() == Status.DONE
        assert b"\x1b[" not in alice.raw


def test_terminal_that_nobody_knows_is_one_like_others(opens: Opens) -> None:
    alice = opens("alice", TERM="no-such-terminal")
    alice.line("send hello")
    alice.sees("general#1 alice: hello")


@pytest.mark.parametrize("keys", ["\x1b[13;2u", "\x1b[27;2;13~"])
def test_shift_and_enter_break_the_line(opens: Opens, keys: str) -> None:
    alice = opens("alice")
    alice.keys(f"send one{keys}two")
    alice.until(lambda: alice.prompt.strip() == "two", "a second line")
    alice.keys("\x1b[13;5u")  # Ctrl-Enter sends, as Enter does
    alice.sees("general#1 alice: one")
    assert not any("13;" in row for row in alice.everything)


def test_byte_that_is_no_text_is_refused_and_what_was_typed_is_kept(opens: Opens) -> None:
    alice = opens("alice")
    alice.raw_keys(b"send caf\xe9 for all\r")
    alice.sees("a byte is not UTF-8")
    alice.until(lambda: "for all" in alice.prompt, "the line again")
    alice.line("send tea for all")
    alice.sees("general#1 alice: tea for all")
    alice.line("quit")
    assert alice.ends() == Status.DONE


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (7, 2), (0, 0)])
def test_window_of_any_size_is_one(opens: Opens, columns: int, rows: int) -> None:
    alice = opens("alice")
    alice.resize(columns, rows, screen=False)
    alice.line("help")
    alice.line("send \U0001f469\u200d\U0001f680 \u4f1a\u8b70 https://example.org/a/long/one")
    alice.keys("send x")
    alice.resize(80, 24)
    alice.keys("\x15\r")
    alice.line("send the end")
    alice.sees("alice: the end")


@pytest.mark.parametrize("home", ["/proc/nothing", "/dev/null"])
def test_home_that_can_not_be_written_is_told_and_lets_one_in(
    server: ServerProcess, tmp_path: Path, users: Connects, home: str
) -> None:
    users("alice")
    with Terminal(tmp_path, server.port, "alice", XDG_STATE_HOME="", HOME=home) as alice:
        alice.sees(QUESTION.strip())
        alice.line("l")
        alice.sees("Password of alice:")
        alice.line("correct horse battery staple")
        alice.toolbar_shows(" connected")
        alice.line("send hello")
        alice.sees("general#1 alice: hello")
        alice.sees("can't store this device's token")
        alice.line("quit")
        assert alice.ends() == Status.DONE


def test_password_of_any_bytes_makes_an_account_and_opens_it(
    server: ServerProcess, tmp_path: Path
) -> None:
    password = b"caf\xe9\t\xf0\x9f\x98\x80 \xd7\xa9123"
    for device, answer in (("one", "c"), ("two", "l")):
        with Terminal(tmp_path / device, server.port, "alice") as alice:
            alice.sees(QUESTION.strip())
            alice.line(answer)
            questions = ["A password for alice:", "Repeat it:"]
            for question in questions if answer == "c" else ["Password of alice:"]:
                alice.prompts(question)
                alice.raw_keys(password + b"\r")
            alice.toolbar_shows(" connected")


def test_password_is_hidden_from_who_stops_the_question_and_goes_on(
    server: ServerProcess, tmp_path: Path, users: Connects
) -> None:
    users("alice")
    with Terminal(tmp_path, server.port, "alice", in_shell=True) as alice:
        alice.sees(QUESTION.strip())
        alice.line("l")
        alice.prompts("Password of alice:")
        alice.keys("\x1a")
        alice.sees("Stopped")
        alice.line("fg")
        alice.prompts("Password of alice:")
        alice.line("correct horse battery staple")
        alice.toolbar_shows(" connected")
        assert not any("horse" in row for row in alice.everything)


# -- chatd user ------------------------------------------------------------------------------


@pytest.fixture
def adds(tmp_path: Path) -> Iterator["pexpect.spawn[bytes]"]:
    """`chatd user add alice` at a terminal."""
    with pexpect.spawn(
        sys.executable,
        ["-m", "chatd", "--db-name", str(tmp_path / "chat.db"), "user", "add", "alice"],
        cwd=str(ROOT),
        env=environment({}),
        timeout=DEADLINE_S,
    ) as child:
        child.delaybeforesend = None
        child.expect("New password: ")
        yield child


def ended(child: "pexpect.spawn[bytes]") -> tuple[int | None, bytes]:
    """Return the exit status, and what was printed since the last question."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.before or b""


def test_account_by_the_command_line_asks_twice_and_shows_nothing(
    adds: "pexpect.spawn[bytes]",
) -> None:
    adds.sendline(b"caf\xe9 \xf0\x9f\x98\x80")
    adds.expect("Repeat it: ")
    assert b"caf" not in (adds.before or b"")
    adds.sendline(b"caf\xe9 \xf0\x9f\x98\x80")
    status, printed = ended(adds)
    assert (status, printed.endswith(b"added alice\r\n")) == (0, True)
    assert b"caf" not in printed


@pytest.mark.parametrize(("key", "status"), [("\x03", 130), ("\x04", 1)])
def test_account_by_the_command_line_may_be_thought_better_of(
    adds: "pexpect.spawn[bytes]", tmp_path: Path, key: str, status: int
) -> None:
    adds.send(key)
    ended_by, printed = ended(adds)
    assert (ended_by, b"Traceback" in printed) == (status, False)
    assert not (tmp_path / "chat.db").exists()


def test_terminal_shows_again_what_is_typed_after_a_question_that_was_told_to_end(
    adds: "pexpect.spawn[bytes]",
) -> None:
    assert not adds.getecho()
    adds.kill(signal.SIGTERM)
    adds.expect(pexpect.EOF)
    assert adds.getecho()
    adds.close()
    assert adds.exitstatus == 128 + signal.SIGTERM
