"""Signals and settings of a real process: whenever a signal comes, and whatever it finds."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.client import Refused, connect
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until

AGAIN = "settings reloaded"
STAY = "the settings are unchanged"


def holds_signals_back(server: ServerProcess) -> bool:
    """Whether the process has come to the first line of its own, and to not many more."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    (blocked,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")]
    return bool(int(blocked, 16) >> (signal.SIGHUP - 1) & 1)


@contextmanager
def launched(folder: Path, *arguments: str) -> Iterator[ServerProcess]:
    """A server of which nobody knows yet how far its start has come."""
    server = ServerProcess(folder)
    server.launch(*arguments)
    try:
        yield server
    finally:
        server.kill()


def test_hangup_during_the_start_is_followed_when_the_server_serves(tmp_path: Path) -> None:
    with launched(tmp_path) as server:
        until(lambda: holds_signals_back(server), "the first line of the program")
        server.signal(signal.SIGHUP)
        server.until_it_listens()
        until(lambda: AGAIN in server.log, "that it reads its settings")
        with connect(server.port):
            pass
        assert server.stop() == 0


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_signal_to_stop_during_the_start_stops_as_cleanly_as_any(
    tmp_path: Path, signum: signal.Signals
) -> None:
    with launched(tmp_path) as server:
        until(lambda: holds_signals_back(server), "the first line of the program")
        server.signal(signum)
        assert server.wait() == 0
        assert server.log.rstrip().endswith("stopped") and "Traceback" not in server.log
        assert server.run("--check").returncode == 0


def test_signals_that_go_on_until_the_end_do_not_change_it(tmp_path: Path) -> None:
    with launched(tmp_path) as server:
        server.until_it_listens()
        while not server.has_ended:
            for signum in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                server.signal(signum)
        assert server.wait() == 0


def gone(ini: Path) -> None:
    ini.unlink()


def pipe(ini: Path) -> None:
    ini.unlink()
    os.mkfifo(ini)


def folder(ini: Path) -> None:
    ini.unlink()
    ini.mkdir()


def cut_off(ini: Path) -> None:
    """As an editor does before it writes."""
    ini.write_text("")


def cut_off_in_a_name(ini: Path) -> None:
    ini.write_text("[chat]\nREGISTR")


def cut_off_in_a_value(ini: Path) -> None:
    ini.write_text("[chat]\nREGISTRATION = cl")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (gone, "No such file or directory"),
        (pipe, "a regular file"),
        (folder, "Is a directory"),
        (cut_off, "[chat] with the options behind it"),
        (cut_off_in_a_name, "a line is NAME = value"),
        (cut_off_in_a_value, "open or closed"),
    ],
)
def test_settings_that_can_not_be_read_are_told_and_change_nothing(
    tmp_path: Path, damage: Callable[[Path], None], why: str
) -> None:
    ini = tmp_path / "chat.ini"
    ini.write_text("[chat]\nREGISTRATION = closed\n")
    with launched(tmp_path, "-c", str(ini)) as server:
        server.until_it_listens()
        damage(ini)
        server.signal(signal.SIGHUP)
        until(lambda: STAY in server.log, "that it refuses them")
        assert why in server.log.splitlines()[-1]
        with connect(server.port) as client:
            with pytest.raises(Refused) as refused:
                client.register("alice")
            assert refused.value.code == "forbidden"
        assert server.stop() == 0


def test_log_file_that_is_a_pipe_ends_and_holds_up_nobody(tmp_path: Path) -> None:
    ini, pipe = tmp_path / "chat.ini", tmp_path / "pipe"
    ini.write_text("[chat]\n")
    os.mkfifo(pipe)
    with launched(tmp_path, "-c", str(ini)) as server:
        server.until_it_listens()
        ini.write_text(f"[chat]\nLOG_FILE = {pipe}\n")
        server.signal(signal.SIGHUP)
        until(lambda: STAY in server.log, "that it refuses the pipe")
        with connect(server.port):
            pass
        assert server.stop() == 0


def test_check_and_start_refuse_the_log_file_that_a_reload_refuses(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    server = ServerProcess(tmp_path, LOG_FILE=str(pipe))
    for arguments in ((), ("--check",)):
        done = server.run(*arguments)
        assert done.returncode == 2, done.stderr
        assert f"LOG_FILE {pipe}: not a regular file" in done.stderr
    assert not server.db_path.exists()


def test_commands_and_checks_leave_the_log_of_the_server_alone(tmp_path: Path) -> None:
    log_file = tmp_path / "log" / "chatd.log"
    server = ServerProcess(tmp_path, LOG_FILE=str(log_file))
    assert server.run("user", "add", "alice", input="secret\n").returncode == 0
    assert server.run("--check").returncode == 0
    assert not log_file.parent.exists()
