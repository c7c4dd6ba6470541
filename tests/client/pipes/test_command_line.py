"""What a shell hands in: texts, names of rooms and files, tokens, homes; against a real server."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chatd.version import __version__
from chatd.wire.commands import TOKEN_CHARACTERS_MAX
from client.__main__ import main
from client.console.keyring import device_label
from client.credentials import Credentials
from client.pipes.status import Status
from client.when import FORMS
from tests.command_lines import Ended, run
from tests.e2e.client import connect
from tests.e2e.server import ROOT, ServerProcess

BOM = b"\xef\xbb\xbf"
UTF_16 = "who\n".encode("utf-16")


class Shell:
    """Alice's shell. variables: its environment."""

    def __init__(self, port: int, home: Path) -> None:
        self.home = home
        self.variables: dict[str, str | bytes] = {"HOME": str(home), "CHAT_PORT": str(port)}

    def chat(self, *arguments: str | bytes, stdin: bytes = b"") -> Ended:
        return run(main, arguments, stdin, self.variables)

    def does(self, *arguments: str | bytes, stdin: bytes = b"") -> str:
        """Run a command that has to succeed; return what it prints."""
        ended = self.chat(*arguments, stdin=stdin)
        assert (ended.status, ended.err) == (Status.DONE, "")
        return ended.out


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), LIMIT_MESSAGES="1000") as process:
        with connect(process.port) as client:
            for name in ("alice", "bob"):
                client.register(name)
        yield process


@pytest.fixture(scope="module")
def token(server: ServerProcess) -> str:
    with connect(server.port) as client:
        return str(client.login("alice", device="a test")["token"])


@pytest.fixture
def shell(server: ServerProcess, token: str, tmp_path: Path) -> Shell:
    shell = Shell(server.port, tmp_path / "home")
    shell.home.mkdir()
    kept = Credentials(shell.home / ".local/state/chat")
    kept.keep(f"http://127.0.0.1:{server.port}", "alice", token)
    return shell


# -- Helping ---------------------------------------------------------------------------------


def test_help_is_that_of_all_and_of_each_command(shell: Shell) -> None:
    assert shell.does("help") == shell.does("--help")
    assert shell.does("help", "history") == shell.does("history", "--help")
    assert "in the console: talk" in shell.does("help", "talk")
    assert shell.does("--version") == f"chat {__version__}\n"
    ended = shell.chat("help", "histry")
    assert ended.status == Status.USAGE and "`chat help history` explains history" in ended.err


def test_help_of_send_at_shows_the_forms_of_time(shell: Shell) -> None:
    shown = shell.does("send-at", "--help")
    assert all(form in shown and text in shown for form, text in FORMS)
    assert "chat send-at tomorrow 9am to bob good morning" in shown


# -- Texts -----------------------------------------------------------------------------------


def test_mark_in_front_of_what_is_piped_in_is_no_part_of_it(shell: Shell) -> None:
    place = shell.does("send", stdin=BOM + b"hi\n").strip()
    assert json.loads(shell.does("history", place, "1", "--json"))["text"] == "hi"
    assert shell.does(stdin=BOM + b"send-to bob hello\n").endswith("alice \u2192 bob: hello\n")


@pytest.mark.parametrize("arguments", [(), ("send",)])
def test_utf_16_is_told_by_its_name_and_does_nothing(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    ended = shell.chat(*arguments, stdin=UTF_16)
    assert (ended.status, "online" in ended.out) == (Status.USAGE, False)
    assert "is UTF-16 and not UTF-8; nothing was" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", b"caf\xe9"),
        ("send-to", b"b\xf6b", "hi"),
        ("-u", b"\xff", "who"),
        ("history", b"\xff"),
        ("search", b"\xff"),
        ("wait", "--match", b"\xff"),
        ("login", "--label", b"\xff"),
        ("send-file", "x", "to", b"\xff"),
    ],
)
def test_argument_that_is_no_text_is_shown_and_refused(
    shell: Shell, arguments: tuple[str | bytes, ...]
) -> None:
    ended = shell.chat(*arguments)
    assert ended.status == Status.USAGE
    assert "is not UTF-8 text; nothing was done" in ended.err and r"\x" in ended.err


@pytest.mark.parametrize("pattern", ["(", "(" * 2000, "a{99999999999}", "[z-a]"])
def test_pattern_that_is_none_is_a_wrong_use(shell: Shell, pattern: str) -> None:
    assert shell.chat("wait", "--match", pattern).status == Status.USAGE


# -- Rooms -----------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ["alice,bob", '"alice,bob"', "bob,alice", "Alice,Bob"])
def test_room_is_named_by_its_id_as_json_has_it(shell: Shell, room: str) -> None:
    place = shell.does("post", room, "hello").strip()
    assert place.startswith("bob#")
    for reading in (
        ("history", room, "1"),
        ("history", f"{room}{place[3:]}", "1"),
        ("tail", room, "-n", "1", "--count", "1"),
        ("wait", "--match", "hello", "--room", room, "--from", "alice", "--after", "bob#0"),
        ("search", "hello", "in", room),
    ):
        entry = json.loads(shell.does(*reading, "--json").splitlines()[0])
        assert (entry["room"], entry["text"]) == ("alice,bob", "hello")
    script = f"post {room} again\nsend-at in 1h to {room} later\nhook {room} builds\n"
    printed = shell.does(stdin=script.encode())
    assert "alice \u2192 bob: again" in printed and "to bob" in printed and "into bob" in printed


def test_group_is_named_by_its_id_as_json_has_it(shell: Shell) -> None:
    room = json.loads(shell.does("create", f"ops{os.getpid()}", "--json"))["room"]
    for name in (room, json.dumps(room)):
        shell.does("post", name, "hello")
        assert json.loads(shell.does("history", name, "1", "--json"))["text"] == "hello"
        assert "alice" in shell.does("members", name)
    shell.does("leave", room)


def test_join_of_general_says_that_one_is_in_it(shell: Shell) -> None:
    assert "you are in general, as everybody is" in shell.does("join", "General")
    for command in ("leave", "members", "links"):
        ended = shell.chat(command, "general")
        assert ended.status == Status.REFUSED and "everybody is in it" in ended.err


def test_search_in_json_is_an_entry_a_line(shell: Shell) -> None:
    for text in ("needle one", "needle two"):
        shell.does("send", text)
    found = shell.does("search", "needle", "--json").splitlines()
    assert [json.loads(line)["text"] for line in found] == ["needle two", "needle one"]
    assert shell.does("search", "nothing-like-it", "--json") == ""


# -- Files -----------------------------------------------------------------------------------


def test_file_without_an_end_is_refused_by_what_it_is(shell: Shell) -> None:
    os.mkfifo(shell.home / "pipe")
    (shell.home / "gone").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(shell.home / "socket"))
        for path, why in (
            ("pipe", "that is a pipe"),
            ("/dev/zero", "that is a device"),
            ("socket", "No such device or address"),
            ("gone", "No such file"),
            (".", "directory"),
            ("n" * 300, "too long"),
            ("~nobody-at-all/x", "No such file"),
        ):
            ended = shell.chat("send-file", str(shell.home / path))
            assert (ended.status, why in ended.err) == (Status.REFUSED, True), ended.err


def test_file_of_a_name_that_is_no_text_is_sent_with_marks_in_it(shell: Shell) -> None:
    path = os.fsencode(shell.home) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"data")
    place = shell.does("send-file", path).strip()
    entry = json.loads(shell.does("history", place, "1", "--json"))
    assert entry["name"] == "caf\ufffd.txt"


# -- Getting in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "token",
    [
        *(b"\xff", "\u00e9".encode(), b"two words", "a".encode("utf-16"), b"a\0b", b"", b" \n"),
        pytest.param(b"a" * (TOKEN_CHARACTERS_MAX + 1), id="too long"),
    ],
)
def test_token_that_is_none_is_told_by_where_it_stood(shell: Shell, token: bytes) -> None:
    path = shell.home / "token"
    path.write_bytes(token)
    ended = shell.chat("--token-file", str(path), "who")
    assert ended.status == Status.LOGIN and f"{path} holds no token" in ended.err
    if token.strip() and b"\0" not in token:
        shell.variables["CHAT_TOKEN"] = token
        ended = shell.chat("who")
        assert ended.status == Status.LOGIN and "CHAT_TOKEN holds no token" in ended.err


@pytest.mark.parametrize("port", ["0", "65536", "x", "", "-1", "8_0", "\u0663", "9" * 5000])
def test_port_that_is_none_is_a_wrong_use(shell: Shell, port: str) -> None:
    ended = shell.chat("--port", port, "who")
    assert ended.status == Status.USAGE and "not a port, a number from 1 to 65535" in ended.err


def test_authority_that_is_none_is_a_wrong_use(shell: Shell) -> None:
    (shell.home / "empty.pem").touch()
    for path, why in (("empty.pem", "no certificate"), ("gone", "No such file"), ("", "no file")):
        name = str(shell.home / path) if path else ""
        ended = shell.chat("--ca-file", name, "who")
        assert ended.status == Status.USAGE and why in ended.err


@pytest.mark.parametrize("begin", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
@pytest.mark.parametrize("options", [(), ("--tls",)])
def test_no_connection_ends_as_documented(
    shell: Shell, begin: bytes, options: tuple[str, ...]
) -> None:
    shell.variables["CHAT_TOKEN"] = "a" * 64
    with socket.create_server(("127.0.0.1", 0)) as listening:
        shell.variables["CHAT_PORT"] = str(listening.getsockname()[1])
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_answer, listening, begin)
            ended = shell.chat(*options, "who")
    assert ended.status == Status.CONNECTION
    assert shell.chat(*options, "who").status == Status.CONNECTION  # refused
    unknown = shell.chat("--host", "nosuch.invalid", "--insecure", *options, "who")
    assert unknown.status == Status.CONNECTION


def _answer(listening: socket.socket, begin: bytes) -> None:
    """Say something to whoever comes first, and hang up."""
    sock, _ = listening.accept()
    with sock:
        sock.recv(65536)
        sock.sendall(begin)


def test_token_that_can_not_be_kept_opens_nothing_and_says_why(shell: Shell) -> None:
    shell.variables["HOME"] = "/proc/nothing"
    ended = shell.chat("-u", "alice", "login", stdin=b"correct horse battery staple\n")
    assert ended.status == Status.REFUSED and "/proc/nothing" in ended.err
    with connect(int(str(shell.variables["CHAT_PORT"]))) as client:
        client.login("alice")
        labels = [device["label"] for device in client.call("devices")["devices"]]
    assert set(labels) == {"a test"}


def test_name_that_nobody_can_have_is_refused_before_the_password_is_read(shell: Shell) -> None:
    for name in ("general", "a b", "x" * 33):
        ended = shell.chat("-u", name, "login", "--register")
        assert ended.status == Status.USAGE and "password" not in ended.err


def test_variables_may_hold_anything(shell: Shell) -> None:
    shell.variables |= {"CHAT_HOST": "%s", "CHAT_PORT": "%"}
    assert "the server (%s)" in shell.does("--help")
    ended = shell.chat("who")
    assert ended.status == Status.USAGE and "`%s` is not a host" in ended.err


def test_label_of_a_device_is_text_whatever_the_system_calls_its_user(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "\udcff\n\tx")
    assert device_label().startswith("???x@")


def test_commands_for_scripts_do_not_wait_for_a_line_editor_to_be_loaded() -> None:
    code = "import sys, client.__main__; sys.exit('prompt_toolkit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
