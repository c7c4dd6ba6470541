"""The command lines `chat` and `chatd` take whatever a shell hands in, and end in words.

Bounded fuzzing: arguments, standard input and environment of any bytes. What they do with files
stays in a folder of the test.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatd.__main__ import main as chatd
from client import Client
from client.__main__ import main as chat
from client.console.command_help import COMMAND_HELP
from client.pipes.parser import OF_THE_CONSOLE
from client.pipes.status import Status
from tests.command_lines import Ended, run
from tests.e2e.client import connect
from tests.e2e.server import ROOT, ServerProcess
from tests.e2e.waiting import DEADLINE_S
from tests.passwords import VECTORS

SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# No name of a folder is made up: what is written has to stay in the test's own.
JUNK = st.binary(max_size=12).map(lambda data: data.replace(b"\0", b"?").replace(b"/", b"|"))
WORDS = st.sampled_from(
    "general alice,bob +ops @alice general#1 1 -1 99999999999999 in 10m to -- --json --all -n -u "
    "--match ( --options yes,no --timeout 1s --after --label --print --help help --port 0".split()
)
ODD = st.sampled_from(
    [b"", b"%", b"%s", b"\xff", b"\xef\xbb\xbf", "é\U0001f600".encode(), b"\t\x1b["]
)
WORD = st.one_of(WORDS.map(str.encode), ODD, JUNK)
CHAT = st.sampled_from([*OF_THE_CONSOLE, "send", "send-to", "post", "history", "help"])
LINES = st.lists(
    st.tuples(st.sampled_from([*COMMAND_HELP]).map(str.encode), st.lists(WORD, max_size=4)),
    max_size=4,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), LIMIT_MESSAGES="10000") as process:
        yield process


@pytest.fixture(scope="module")
def token(server: ServerProcess) -> str:
    with connect(server.port) as client:
        client.register("alice")
        return str(client.login("alice", device="a test")["token"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty folder, in which the command lines run."""
    monkeypatch.chdir(tmp_path)
    return str(tmp_path)


def assert_in_words(ended: Ended) -> None:
    """Assert that a command line ended as documented, and says so where it failed."""
    assert ended.status in set(Status) | set(range(Status.SECOND_OPTION, 30))
    assert "Traceback" not in ended.err
    assert ended.err or ended.status in (Status.DONE, Status.INTERRUPTED, Status.BROKEN_PIPE)


# -- chat ------------------------------------------------------------------------------------


@SOME
@given(arguments=st.lists(WORD, max_size=6), stdin=st.binary(max_size=60))
def test_chat_with_any_arguments_ends_in_words(
    arguments: list[bytes], stdin: bytes, home: str
) -> None:
    """Nobody listens at port 1: all that is done is done before a connection."""
    environment = {"HOME": home, "CHAT_TOKEN": "a" * 64, "CHAT_PORT": "1"}
    assert_in_words(run(chat, arguments, stdin, environment))


@SOME
@given(command=CHAT, arguments=st.lists(WORD, max_size=4), stdin=st.binary(max_size=60))
def test_chat_with_any_arguments_of_a_command_ends_in_words(
    command: str, arguments: list[bytes], stdin: bytes, home: str, server: ServerProcess, token: str
) -> None:
    environment = {"HOME": home, "CHAT_TOKEN": token, "CHAT_PORT": str(server.port)}
    if command in ("logout", "revoke"):
        environment["CHAT_TOKEN"] = "a" * 64
    assert_in_words(run(chat, [command, *arguments], stdin, environment))


@settings(SOME, max_examples=20)
@given(lines=LINES, behind=JUNK)
def test_chat_with_any_lines_on_standard_input_ends_in_words(
    lines: list[tuple[bytes, list[bytes]]],
    behind: bytes,
    home: str,
    server: ServerProcess,
    token: str,
) -> None:
    kept = [line for line in lines if line[0] not in (b"logout", b"revoke")]
    script = b"\n".join(b" ".join([name, *words]) for name, words in kept) + behind
    environment = {"HOME": home, "CHAT_TOKEN": token, "CHAT_PORT": str(server.port)}
    assert_in_words(run(chat, [], script, environment))


HOMES = st.sampled_from(["", ".", "x", "/dev/null", "/proc/nothing", "/proc/self/fd"])
VARIABLES = {
    "HOME": HOMES,
    "XDG_STATE_HOME": HOMES,
    "CHAT_HOST": ODD | JUNK,
    "CHAT_PORT": ODD | st.just(b"1"),
    "CHAT_TOKEN": ODD | JUNK,
    "CHAT_TLS": ODD | st.just(b"1"),
    "TERM": ODD | st.sampled_from([b"dumb", b"nonsense"]),
    "TZ": ODD | st.sampled_from([b"Europe", b"Nowhere/At/All"]),
    "COLUMNS": ODD | st.sampled_from([b"0", b"1", b"-1", b"9" * 30]),
    "LINES": ODD,
    "LANG": ODD | st.just(b"C"),
    "LOGNAME": ODD | JUNK,
}


@SOME
@given(
    environment=st.fixed_dictionaries({}, optional=VARIABLES),
    arguments=st.sampled_from([["who"], ["--help"], ["send", "hi"], ["-u", "a", "login"], []]),
)
def test_chat_in_any_environment_ends_in_words(
    environment: dict[str, str | bytes], arguments: list[str], home: str
) -> None:
    with_port = {"CHAT_PORT": "1", **environment}
    assert_in_words(run(chat, arguments, b"a password\n", with_port))


# -- chatd -----------------------------------------------------------------------------------

OPTIONS = st.sampled_from(["--host", "--port", "--fsync", "--log-level", "-c", "--config"])
DEEDS = st.sampled_from(
    [["--check"], ["user", "add"], ["user", "reset"], ["new-epoch"], ["repair-clock"], ["--help"]]
)
SETTINGS = st.sampled_from(["PORT", "HOST", "TZ", "ADMINS", "TLS_CERT", "LOG_LEVEL", "X", "é"])


@SOME
@given(
    options=st.lists(st.tuples(OPTIONS.map(str.encode), WORD), max_size=2),
    deed=DEEDS,
    rest=st.lists(WORD, max_size=1),
    stdin=st.binary(max_size=20),
    environment=st.dictionaries(SETTINGS, ODD | JUNK, max_size=2),
)
def test_chatd_with_anything_ends_in_words(
    options: list[tuple[bytes, bytes]],
    deed: list[str],
    rest: list[bytes],
    stdin: bytes,
    environment: dict[str, bytes],
    home: str,
) -> None:
    words = [word for option in options for word in option]
    # The deed stands in front of what else is made up: nothing of it ever starts a server.
    arguments: list[str | bytes] = ["--db-name", f"{home}/chat.db", *words, *deed, *rest]
    variables = {f"CHATD_{name}": value for name, value in environment.items()}
    ended = run(chatd, arguments, stdin, variables)
    assert ended.status in (0, 1, 2)
    assert "Traceback" not in ended.err and (ended.err or ended.status == 0)


# -- streams that are closed, full or not read -----------------------------------------------

STREAMS = [
    ("--help >/dev/full", 1, "standard output: No space left on device"),
    ("--help >&-", 1, "standard output: Bad file descriptor"),
    ("--version 2>&-", 0, ""),
    ("--port nothing 2>/dev/full", 2, ""),
    ("--port nothing 2>&-", 2, ""),
]


@pytest.mark.parametrize("program", ["chatd", "client"])
@pytest.mark.parametrize(("line", "status", "words"), STREAMS)
def test_streams_that_fail_are_told_by_the_exit_status(
    program: str, line: str, status: int, words: str
) -> None:
    ended = shell(f"-m {program} {line}")
    assert (ended.status, "Traceback" in ended.err) == (status, False)
    assert words in ended.err and "Exception ignored" not in ended.err


def test_chat_whose_input_is_closed_says_so(home: str) -> None:
    ended = shell("-m client send <&-", CHAT_TOKEN="a" * 64, CHAT_PORT="1", HOME=home)
    assert ended.status == Status.CONNECTION
    ended = shell("-m chatd --db-name x.db user add alice <&-", HOME=home)
    assert (ended.status, ended.err) == (1, "chatd: standard input: Bad file descriptor\n")


def test_help_that_nobody_reads_ends_without_a_word() -> None:
    ended = shell("-m client --help | true; echo ${PIPESTATUS[0]}")
    assert (ended.err, ended.out.strip() in ("0", str(Status.BROKEN_PIPE))) == ("", True)


def shell(line: str, **environment: str) -> Ended:
    """Run a command line of one of the programs in a shell, its streams as that has them."""
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" {line}'],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEADLINE_S,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


# -- accounts --------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "end"), [("Latin-1", b"\r\n"), ("a tab", b"\n"), ("emoji", b"")])
def test_account_by_the_command_line_has_the_password_that_clients_take(
    why: str, end: bytes, tmp_path: Path
) -> None:
    typed = next(vector.typed for vector in VECTORS if vector.why.startswith(why))
    server = ServerProcess(tmp_path)
    ended = run(
        chatd, ["--db-name", str(server.db_path), "user", "add", "alice"], os.fsencode(typed) + end
    )
    assert (ended.status, ended.out) == (0, "added alice\n")
    with server, Client("127.0.0.1", server.port) as client:
        assert client.log_in("alice", typed).name == "alice"


def test_name_that_nobody_can_have_is_refused_before_the_password_is_read(tmp_path: Path) -> None:
    for action in ("add", "reset"):
        line = ["--db-name", str(tmp_path / "chat.db"), "user", action, "al ice"]
        ended = run(chatd, line)
        assert (ended.status, "no spaces" in ended.err) == (1, True)
