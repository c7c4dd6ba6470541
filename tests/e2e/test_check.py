"""`--check`, and the start, on stores that are good, torn and damaged."""

import os
from pathlib import Path

import pytest

from chatd.disk.formats import FORMAT
from tests.e2e.client import connect, newcomer
from tests.e2e.server import ServerProcess, run_chatd
from tests.e2e.test_start import assert_refused
from tests.stores.golden import made_newer

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


@pytest.mark.parametrize("part", ["chat.db", "journal"])
def test_store_of_a_newer_chatd_is_refused_and_no_file_is_touched(
    stopped: ServerProcess, part: str
) -> None:
    path = stopped.db_path if part == "chat.db" else journal(stopped)
    path.write_bytes(made_newer(path.read_bytes(), oldest=FORMAT + 1))
    before = traces(stopped.db_path.parent)
    told = (f"format {FORMAT + 1} or a newer one", f"1 to {FORMAT}")
    for arguments in (("--check",), (), ("user", "add", "zoe"), ("user", "reset", "alice")):
        result = stopped.run(*arguments, input="pencil\n")
        assert_refused(result, 1, f"{path} has format 9", *told)
    for command in ("new-epoch", "repair-clock"):
        assert_refused(stopped.run(command), 1, f"{path} has format 9")
    assert traces(stopped.db_path.parent) == before


def traces(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return of each file, and of the folder, which it is, when it was changed, and its size."""
    paths = [folder, *everything_in(folder)]
    stats = {str(path): path.stat() for path in paths}
    return {path: (stat.st_ino, stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}


def test_missing_journal_is_refused(stopped: ServerProcess) -> None:
    journal(stopped).unlink()
    assert_refused(stopped.run(), 1, str(stopped.db_path), "missing")


def everything_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name != "server.log")


@pytest.mark.parametrize("command", [("--check",), ("new-epoch",), ("user", "reset", "alice")])
@pytest.mark.parametrize("name", ["chat.db", "mistyped/chat.db"])
def test_work_on_a_store_that_is_not_there_says_so_and_creates_nothing(
    command: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    settings = {"DB_NAME": str(path), "LOG_FILE": ""}
    result = run_chatd(*command, input="pencil\n", **settings)
    assert_refused(result, 1, f"there is no store at {path}")
    assert not everything_in(tmp_path)


def test_check_writes_no_log_file(stopped: ServerProcess, tmp_path: Path) -> None:
    stopped.settings["LOG_FILE"] = str(tmp_path / "log" / "chatd.log")
    assert stopped.run("--check").returncode == 0
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("size", [0, 1, 59, 100_000])
def test_empty_or_zeroed_journal_is_no_store_and_no_start_takes_it_for_a_new_one(
    size: int, tmp_path: Path
) -> None:
    path = tmp_path / "chat.db"
    segment = tmp_path / "chat.db-journal-000001"
    segment.write_bytes(bytes(size))
    segment.chmod(0o600)
    for arguments in (("--check",), ()):
        result = run_chatd(*arguments, DB_NAME=str(path), PORT="0")
        assert_refused(result, 1, f"there is no store at {path}", str(segment))
    assert segment.read_bytes() == bytes(size)


@pytest.mark.parametrize("stops", [False, True])
def test_store_whose_only_segment_is_cut_within_its_header_is_refused(
    killed: ServerProcess, stops: bool
) -> None:
    if stops:  # the segment then has another number
        killed.start()
        killed.stop()
    journal(killed).write_bytes(journal(killed).read_bytes()[:40])
    before = files(killed)
    for arguments in (("--check",), ()):
        refused = killed.run(*arguments)
        assert_refused(refused, 1, f"{journal(killed)}, at byte 0", "header is missing")
    assert files(killed) == before


def test_link_to_a_store_that_is_not_there_is_none_and_no_start_puts_one_in_its_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chat.db"
    path.symlink_to(tmp_path / "unmounted" / "chat.db")
    for arguments in (("--check",), ("user", "add", "alice"), ("new-epoch",), ()):
        result = run_chatd(*arguments, DB_NAME=str(path), PORT="0", input="secret\n")
        assert_refused(result, 1, f"there is no store at {path}: it is a dangling link")
    assert path.is_symlink() and not list(tmp_path.glob("*journal*"))


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_lock_that_is_no_file_is_refused_at_once(kind: str, stopped: ServerProcess) -> None:
    lock = Path(f"{stopped.db_path}-lock")
    lock.unlink()
    if kind == "folder":
        lock.mkdir()
    elif kind == "pipe":
        os.mkfifo(lock)
    else:
        lock.symlink_to("nowhere")
    assert_refused(stopped.run(), 1, str(lock))
    checked = stopped.run("--check")
    if kind == "link":
        assert checked.returncode == 0 and f"there is no {lock}" in checked.stdout
    else:
        assert_refused(checked, 1, f"{lock} is not a regular file")


def test_new_store_has_a_snapshot_before_it_is_served(server: ServerProcess) -> None:
    assert server.db_path.stat().st_size > 0
    server.kill()
    check = server.run("--check")
    assert check.returncode == 0 and "snapshot of tick 1, 1 ticks after it" in check.stdout


def test_files_of_a_store_that_is_gone_are_not_taken_for_left_over(
    killed: ServerProcess,
) -> None:
    blobs = killed.db_path.parent / "chat.db-files"
    blobs.mkdir(mode=0o700)
    (blobs / "00000001").write_bytes(b"precious")
    journal(killed).unlink()
    killed.db_path.unlink()
    assert_refused(killed.run(), 1, f"there is no store at {killed.db_path}", "backup")
    assert (blobs / "00000001").read_bytes() == b"precious"


@pytest.mark.parametrize("part", ["", "-journal-000001", "-files", ".."])
def test_file_or_folder_that_others_may_write_is_refused_with_what_to_do(
    killed: ServerProcess, part: str
) -> None:
    (killed.db_path.parent / "chat.db-files").mkdir(mode=0o700)
    path = killed.db_path.parent if part == ".." else Path(f"{killed.db_path}{part}")
    mode = path.stat().st_mode
    path.chmod(mode | 0o020)
    try:
        for arguments in (("--check",), ()):
            assert_refused(killed.run(*arguments), 1, f"chmod go-w {path}")
    finally:
        path.chmod(mode)
    assert killed.run("--check").returncode == 0


def test_check_of_a_copy_without_a_lock_says_that_it_could_not_lock(
    stopped: ServerProcess,
) -> None:
    lock = Path(f"{stopped.db_path}-lock")
    lock.unlink()
    check = stopped.run("--check")
    assert check.returncode == 0 and f"checked without a lock: there is no {lock}" in check.stdout
    assert not lock.exists()


def test_check_of_a_store_in_use_is_refused(server: ServerProcess) -> None:
    assert_refused(server.run("--check"), 1, f"in use by process {server.pid}")
