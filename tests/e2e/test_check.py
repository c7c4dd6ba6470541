"""`--check`, and the start, on stores that are good, torn and damaged."""

from pathlib import Path

import pytest

from tests.e2e.client import connect, newcomer
from tests.e2e.server import ServerProcess
from tests.e2e.test_start import assert_refused

POSTS = 5


@pytest.fixture
def killed(server: ServerProcess) -> ServerProcess:
    """A server that was killed after a few posts, so that all is in its journal."""
    with newcomer(server.port, "alice") as alice:
        for number in range(POSTS):
            alice.call("send", text=f"text {number}")
    server.kill()
    return server


@pytest.fixture
def stopped(killed: ServerProcess) -> ServerProcess:
    """The same, started and stopped once more, so that all is in its snapshot."""
    killed.start()
    killed.stop()
    return killed


def files(server: ServerProcess) -> dict[str, bytes]:
    """Return the contents of the store's files."""
    paths = server.db_path.parent.glob("chat.db*")
    return {path.name: path.read_bytes() for path in paths if not path.name.endswith("-lock")}


def journal(server: ServerProcess) -> Path:
    (path,) = server.db_path.parent.glob("chat.db-journal-*")
    return path


def posts_after_a_start(server: ServerProcess) -> list[str]:
    server.start()
    with connect(server.port) as alice:
        alice.login("alice")
        return [entry["text"] for entry in alice.call("history", room="general")["entries"]]


def flip(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF
    path.write_bytes(content)


def test_check_of_a_stopped_store_tells_what_is_in_it_and_changes_nothing(
    stopped: ServerProcess,
) -> None:
    before = files(stopped)
    check = stopped.run("--check")
    assert (check.returncode, check.stderr) == (0, "")
    assert f"{stopped.db_path}: snapshot of tick " in check.stdout
    assert ", 0 ticks after it" in check.stdout
    assert files(stopped) == before


def test_check_of_a_killed_store_is_good_and_changes_nothing(killed: ServerProcess) -> None:
    before = files(killed)
    check = killed.run("--check")
    assert check.returncode == 0 and "cut off" not in check.stdout
    assert files(killed) == before


def test_check_of_a_torn_store_says_what_a_start_cuts_off_and_the_start_does(
    killed: ServerProcess,
) -> None:
    content = journal(killed).read_bytes()
    journal(killed).write_bytes(content.rstrip(b"\0")[:-3])
    before = files(killed)
    check = killed.run("--check")
    assert check.returncode == 0 and "a start will cut off: " in check.stdout
    assert files(killed) == before
    assert posts_after_a_start(killed) == [f"text {number}" for number in range(POSTS - 1)]
    assert "was torn" in killed.log


def test_damaged_record_is_refused_with_its_place_and_nothing_is_overwritten(
    killed: ServerProcess,
) -> None:
    offset = journal(killed).read_bytes().index(b"text 2")
    flip(journal(killed), offset)
    before = files(killed)
    for arguments in (("--check",), ()):
        result = killed.run(*arguments)
        assert_refused(result, 1, f"{journal(killed)}, at byte ", "damaged")
    assert files(killed) == before


def test_damaged_snapshot_is_refused_and_nothing_is_overwritten(stopped: ServerProcess) -> None:
    flip(stopped.db_path, stopped.db_path.stat().st_size // 2)
    before = files(stopped)
    for arguments in (("--check",), ()):
        assert_refused(stopped.run(*arguments), 1, f"{stopped.db_path}, at byte ")
    assert files(stopped) == before


def test_missing_journal_is_refused(stopped: ServerProcess) -> None:
    journal(stopped).unlink()
    assert_refused(stopped.run(), 1, str(stopped.db_path), "missing")


def test_check_of_a_store_in_use_is_refused(server: ServerProcess) -> None:
    assert_refused(server.run("--check"), 1, f"in use by process {server.pid}")
