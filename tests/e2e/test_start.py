"""What keeps a server from starting: one clear line, a status, and nothing is touched."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.client import connect
from tests.e2e.conftest import Connects
from tests.e2e.server import ROOT, ServerProcess, run_chatd


def assert_refused(result: "subprocess.CompletedProcess[str]", status: int, *words: str) -> None:
    """One line on standard error that has these words; no traceback."""
    assert result.returncode == status, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("chatd: ")]
    assert result.stderr.splitlines()[-1:] == lines, result.stderr
    for word in words:
        assert word in lines[0]


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "store" / "chat.db")


def test_second_server_on_a_store_is_refused_and_the_first_goes_on(
    server: ServerProcess, users: Connects
) -> None:
    alice = users("alice")
    assert_refused(server.run(), 1, str(server.db_path), f"in use by process {server.pid}")
    assert alice.call("send", text="still here")["seq"] == 1


def test_port_in_use_is_refused_by_name_and_no_store_is_made(
    server: ServerProcess, db: str
) -> None:
    result = run_chatd(DB_NAME=db, PORT=str(server.port))
    assert_refused(result, 1, f"127.0.0.1:{server.port}", "in use")
    assert not Path(db).parent.exists()


def test_host_that_nobody_knows_is_refused_by_name(db: str) -> None:
    result = run_chatd(DB_NAME=db, HOST="no-such-host.invalid", INSECURE="yes")
    assert_refused(result, 1, "no-such-host.invalid")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_address_that_others_can_reach_is_refused_without_insecure(host: str, db: str) -> None:
    assert_refused(run_chatd(DB_NAME=db, HOST=host), 2, "CHATD_HOST", host, "loopback")
    assert not Path(db).parent.exists()


def test_address_that_others_can_reach_is_taken_with_insecure(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, HOST="0.0.0.0", INSECURE="yes") as server:
        with connect(server.port):
            pass


def test_mistake_in_the_settings_is_refused_with_its_line(tmp_path: Path) -> None:
    ini = tmp_path / "chat.ini"
    ini.write_text("[chat]\n\nPORT = 8000\nFSYNC = sometimes\n")
    result = run_chatd("-c", str(ini), "--check")
    assert_refused(result, 2, f"{ini}:4: FSYNC = sometimes: always, everysec or never")


def test_unknown_variable_is_refused_with_the_one_that_was_meant(db: str) -> None:
    result = run_chatd("--check", DB_NAME=db, PROT="8000")
    assert_refused(result, 2, "CHATD_PROT = 8000", "did you mean PORT?")


def test_missing_settings_file_is_refused(tmp_path: Path) -> None:
    result = run_chatd("-c", str(tmp_path / "none.ini"))
    assert_refused(result, 2, "none.ini: No such file or directory")


def test_settings_of_the_project_are_good(db: str) -> None:
    settings = ("-c", str(ROOT / "conf" / "chat.ini"))
    added = run_chatd(*settings, "user", "add", "alice", input="pencil", DB_NAME=db)
    assert added.returncode == 0
    result = run_chatd(*settings, "--check", DB_NAME=db)
    assert (result.returncode, result.stderr) == (0, "")


def test_flag_wins_over_a_variable(db: str) -> None:
    result = run_chatd("--check", "--fsync", "sometimes", DB_NAME=db, FSYNC="never")
    assert_refused(result, 2, "--fsync sometimes")


def test_store_under_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run_chatd(DB_NAME=str(tmp_path / "file" / "chat.db"), PORT="0")
    assert_refused(result, 1, str(tmp_path / "file"))
