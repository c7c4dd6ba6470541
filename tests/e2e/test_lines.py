"""The console without a terminal: lines in, lines out, an exit status at the end."""

import re
import signal
from pathlib import Path

import pytest

from client.pipes.lines import LINE_BYTES_MAX
from client.pipes.status import Status
from tests.e2e.chat import Chat
from tests.e2e.client import connect, newcomer
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until


@pytest.fixture
def chat(server: ServerProcess, tmp_path: Path) -> Chat:
    """The command line of alice, who has an account."""
    chat = Chat(tmp_path / "home", server.port)
    chat.join("alice")
    chat.run(input="")  # what is unread from before is printed: her new device
    return chat


def shown(text: str) -> list[str]:
    """Return the lines without their times."""
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d ", "", line) for line in text.splitlines()]


def test_commands_are_done_in_order_with_or_without_a_slash(chat: Chat) -> None:
    done = chat.run(input="send one\n/send two\nhistory 1\n\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert shown(done.stdout) == [
        "general#1 alice: one",
        "general#2 alice: two",
        "general#2 alice: two",
        "· Enter shows more",
        "general#1 alice: one",
    ]


def test_a_last_line_without_its_end_counts_and_windows_ends_are_ends(chat: Chat) -> None:
    assert shown(chat.run(input="send one\r\nsend two").stdout) == [
        "general#1 alice: one",
        "general#2 alice: two",
    ]


@pytest.mark.parametrize("word", ["quit", "exit", "/quit"])
def test_quit_and_exit_leave_and_nothing_behind_them_is_done(chat: Chat, word: str) -> None:
    done = chat.run(input=f"send one\n{word}\nsend two\n")
    assert (done.returncode, shown(done.stdout)) == (0, ["general#1 alice: one"])
    assert shown(chat.run("history").stdout) == ["general#1 alice: one"]


@pytest.mark.parametrize(
    ("command", "pattern"),
    [
        ("status", r"^  you +alice, on device 1; 1 device, 1 connection in all\n"),
        ("status", r"\n  online +1: alice\n"),
        ("rooms", r"^  @alice +up to #1, all read\n  general +empty\n$"),
        ("who", r"^· 1 online\n  alice\n$"),
        ("devices", r"^  1 +a test, since .*, this one\n$"),
        ("help", r"^  talking +send, send-to, post"),
        ("help\n", r"\n  send <text> +send a message"),
        ("help send-to", r"^  send-to <user> <text> +send a private message to one user\n$"),
    ],
)
def test_each_command_answers_in_plain_lines(chat: Chat, command: str, pattern: str) -> None:
    done = chat.run(input=command + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(pattern, done.stdout), done.stdout


def test_what_is_unread_comes_first_and_is_read_then(chat: Chat, server: ServerProcess) -> None:
    with newcomer(server.port, "bob") as bob:
        bob.call("send", text="hello")
        bob.call("send-to", to="alice", text="psst")
    done = chat.run(input="send I am here\n")
    assert shown(done.stdout) == [
        "general#1 bob: hello",
        "bob#1 bob → alice: psst",
        "general#2 alice: I am here",
    ]
    assert chat.run(input="").stdout == ""


def test_what_is_said_meanwhile_is_printed_at_once(chat: Chat, server: ServerProcess) -> None:
    lines = chat.start()
    assert lines.stdin is not None and lines.stdout is not None
    lines.stdin.write(b"send ready\n")
    lines.stdin.flush()
    assert b"alice: ready" in lines.stdout.readline()
    with newcomer(server.port, "bob") as bob:
        bob.call("send", text="hello")
        assert lines.stdout.readline().endswith(b" general#2 bob: hello\n")
    assert lines.communicate() == (b"", b"")
    assert lines.returncode == 0


def test_the_first_failure_is_the_status_and_the_rest_is_done(chat: Chat) -> None:
    done = chat.run(input="send-to nobody hi\nrevoke x\nsend still here\n")
    assert done.returncode == Status.REFUSED
    assert "no user with that name" in done.stderr and "which device?" in done.stderr
    assert shown(done.stdout) == ["general#1 alice: still here"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"/nonsense", "no command /nonsense"),
        (b"just words", "put `send` in front to write to everyone"),
        (b"send", "there is no text"),
        (b"status now", "takes no arguments"),
        (b"send \xff", "not UTF-8"),
        (b"password", "needs a terminal"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_and_passed_over(
    chat: Chat, line: bytes, complaint: str
) -> None:
    done = chat.run(input=line + b"\nsend after\n")
    assert done.returncode == Status.USAGE
    assert complaint in done.stderr
    assert shown(done.stdout) == ["general#1 alice: after"]


def test_a_line_without_end_costs_bounded_memory_and_ends_it(chat: Chat) -> None:
    done = chat.run(input=b"x" * (LINE_BYTES_MAX * 4))
    assert done.returncode == Status.USAGE
    assert f"more than {LINE_BYTES_MAX} bytes" in done.stderr


def test_talk_sends_plain_lines_and_a_double_slash_a_slash(chat: Chat) -> None:
    done = chat.run(input="talk general\nhello\n//etc/hosts\n/status\n")
    assert done.returncode == 0
    assert "general#1 alice: hello" in shown(done.stdout)
    assert "general#2 alice: /etc/hosts" in shown(done.stdout)


def test_talk_that_is_refused_leaves_no_room_for_plain_lines(chat: Chat) -> None:
    done = chat.run(input="talk general\nhello\n/talk +nosuch\na secret\n")
    assert done.returncode == Status.REFUSED and "not sent" in done.stderr
    assert shown(done.stdout)[-1] == "general#1 alice: hello"


def test_talk_alone_ends_plain_lines(chat: Chat) -> None:
    done = chat.run(input="talk general\nhello\n/talk\nnot for everyone\n")
    assert done.returncode == Status.USAGE and "not sent" in done.stderr
    assert shown(done.stdout)[-2:] == ["general#1 alice: hello", "· plain lines go to nobody now"]


def test_lines_of_a_file_are_as_good_as_those_of_a_pipe(chat: Chat, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("send from a file\n")
    with open(script, "rb") as source:
        lines = chat.start(stdin=source.fileno())
        out, complaints = lines.communicate()
    assert (lines.returncode, complaints) == (0, b"")
    assert shown(out.decode()) == ["general#1 alice: from a file"]


def test_a_lost_server_is_waited_for_and_the_line_is_done_once(
    chat: Chat, server: ServerProcess
) -> None:
    server.settings["PORT"] = str(server.port)
    lines = chat.start()
    assert lines.stdin and lines.stdout and lines.stderr
    lines.stdin.write(b"send one\n")
    lines.stdin.flush()
    assert lines.stdout.readline().endswith(b" general#1 alice: one\n")
    server.kill()
    assert b"reconnecting" in lines.stderr.readline()
    lines.stdin.write(b"send two\n")
    lines.stdin.close()
    server.start()
    out, complaints = lines.stdout.read(), lines.stderr.read()
    lines.stdout.close()
    lines.stderr.close()
    assert (lines.wait(), complaints) == (0, b"chat: connected again\n")
    # A crash may take back what was acknowledged in the last second, so her device comes again.
    said = [line for line in shown(out.decode()) if not line.startswith("@alice")]
    assert said == ["general#2 alice: two"]


def test_a_device_that_is_revoked_meanwhile_has_to_leave(chat: Chat, server: ServerProcess) -> None:
    lines = chat.start()
    assert lines.stdin and lines.stdout
    lines.stdin.write(b"send here\n")
    lines.stdin.flush()
    lines.stdout.readline()
    with connect(server.port) as other:
        other.login("alice")
        other.call("revoke", device=1)
    until(lambda: lines.poll() is not None, "an end")
    assert lines.returncode == Status.LOGIN
    assert b"no longer accepts our login: this device was revoked" in lines.communicate()[1]


def test_an_interrupt_ends_it_while_it_waits_for_a_line(chat: Chat) -> None:
    lines = chat.start()
    assert lines.stdin and lines.stdout
    lines.stdin.write(b"send here\n")
    lines.stdin.flush()
    lines.stdout.readline()
    lines.send_signal(signal.SIGINT)
    until(lambda: lines.poll() is not None, "an end")
    assert (lines.returncode, lines.communicate()[1]) == (Status.INTERRUPTED, b"")


def test_output_that_nobody_reads_any_more_ends_it(chat: Chat) -> None:
    lines = chat.start()
    assert lines.stdin and lines.stdout and lines.stderr
    lines.stdout.close()
    lines.stdin.write(b"send one\nsend two\n")
    lines.stdin.flush()
    until(lambda: lines.poll() is not None, "an end")
    assert (lines.returncode, lines.stderr.read()) == (Status.BROKEN_PIPE, b"")
    lines.stderr.close()
    lines.stdin.close()


def test_logout_forgets_the_token(chat: Chat) -> None:
    assert chat.run(input="logout\n").returncode == 0
    assert chat.run("send", "hi").returncode == Status.LOGIN
