"""SIGHUP: the settings are read again, and are taken up as a whole or not at all."""

import logging
import os
import resource
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatd import logs
from chatd.config import Settings, Tls
from tests.certificates import Certificate, certificate
from tests.simulation.test_tls import TlsPeer
from tests.simulation.web import request
from tests.simulation.world import World, settings_of

STAY = "the settings are unchanged"


@pytest.fixture(autouse=True)
def log_file(tmp_path: Path) -> Path:
    """The log of the server, which nothing else writes to."""
    logging.getLogger().handlers[:] = []
    return tmp_path / "log" / "chatd.log"


@pytest.fixture
def world(log_file: Path) -> Iterator[World]:
    with logging_world(log_file) as world:
        yield world


def logging_world(log_file: Path, **options: Any) -> World:
    """Return a world whose server writes into a file, as a real one would."""
    logs.configure(settings_of(log_file=log_file))
    return World(log_file=log_file, **options)


def hang_up(world: World) -> None:
    world.signals.send(signal.SIGHUP)
    world.settle()


def read_again(world: World, **options: Any) -> None:
    """Let the server read settings with these options changed."""
    world.settings = replace(world.settings, **options)
    hang_up(world)


def assert_nothing_taken(world: World, *words: str, **options: Any) -> None:
    """Bad settings change nothing, not even what is good of them, and cost one line in the log."""
    log_file = world.settings.log_file
    assert log_file is not None
    alice = world.user("alice")
    before, settings = len(log_file.read_text().splitlines()), world.settings
    read_again(world, **options, limit_messages=1)
    (line,) = [ln for ln in log_file.read_text().splitlines()[before:] if " error " in ln]
    assert STAY in line
    for word in words:
        assert word in line
    alice.send("one")
    alice.send("two, which the new limit would refuse")
    assert any(" send general#" in ln for ln in log_file.read_text().splitlines()[before:])
    world.settings = settings
    hang_up(world)
    assert "settings reloaded" in log_file.read_text().splitlines()[-1]


# -- the log file ----------------------------------------------------------------------------


def folder_there(path: Path) -> None:
    path.mkdir()


def pipe_there(path: Path) -> None:
    os.mkfifo(path)


def file_on_the_way(path: Path) -> None:
    path.parent.rmdir()
    path.parent.touch()


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        (folder_there, "not a regular file"),
        (pipe_there, "not a regular file"),
        (file_on_the_way, ""),
    ],
)
def test_log_file_that_can_not_be_opened_changes_nothing(
    world: World, tmp_path: Path, obstacle: Callable[[Path], None], why: str
) -> None:
    other = tmp_path / "other" / "chatd.log"
    other.parent.mkdir()
    obstacle(other)
    assert_nothing_taken(world, f"LOG_FILE {other}", why, log_file=other)


def test_log_file_without_a_descriptor_left_changes_nothing(world: World, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    other = tmp_path / "other.log"
    held: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        while True:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        read_again(world, log_file=other)
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    world.user("alice").send("still here")
    assert " send general#1 ok" in (tmp_path / "log" / "chatd.log").read_text()
    assert not other.exists()


def test_log_on_a_full_disk_is_left_for_another(world: World, tmp_path: Path) -> None:
    """What can't be written any more is lost, and closing the file for good ends nobody."""
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h, logs.LogFile)]
    assert handler.stream is not None
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, handler.stream.fileno())
    os.close(full)
    handler.stream.write("what the disk does not take")
    other = tmp_path / "other.log"
    read_again(world, log_file=other)
    world.user("alice").send("still here")
    assert " send general#1 ok" in other.read_text()


@pytest.mark.parametrize(
    "path", ["data/chat.db", "data/chat.db-journal-000001", "data/../data/chat.db-lock", "cert"]
)
def test_log_file_that_is_another_of_the_files_changes_nothing(
    world: World, tmp_path: Path, path: str
) -> None:
    files = certificate(tmp_path)
    assert_nothing_taken(
        world,
        "LOG_FILE",
        "a file of its own",
        log_file=files.cert if path == "cert" else Path(path),
        tls_cert=files.cert,
        tls_key=files.key,
    )


# -- settings that do not go together --------------------------------------------------------


def test_settings_that_leave_no_protocol_change_nothing(log_file: Path, tmp_path: Path) -> None:
    """HOST does not change before the next start, so what is good beside the new one is not."""
    files = certificate(tmp_path)
    with logging_world(log_file, host="0.0.0.0", tls_cert=files.cert, tls_key=files.key) as world:
        read_again(world, host="127.0.0.1", tls_cert=None, tls_key=None)
        line = log_file.read_text().splitlines()[-1]
        assert f"{STAY}: HOST = 0.0.0.0, as HOST can't change before the next start: " in line
        assert TlsPeer(world, files).shake().tell(request("GET", "/api/v1/"))


def test_plain_connections_that_were_allowed_do_not_end_with_a_leave_that_changes_later(
    log_file: Path,
) -> None:
    with logging_world(log_file, host="0.0.0.0", insecure=True) as world:
        read_again(world, host="127.0.0.1", insecure=False)
        world.user("alice").send("still here")
    lines = log_file.read_text()
    assert "HOST takes effect after a restart only" in lines
    assert "INSECURE takes effect after a restart only" in lines


@pytest.mark.parametrize(
    ("options", "word"),
    [({"tls": Tls.REQUIRED}, "TLS = required"), ({"tls_key": Path("key.pem")}, "TLS_KEY")],
)
def test_tls_without_a_certificate_changes_nothing(
    world: World, options: dict[str, Any], word: str
) -> None:
    assert_nothing_taken(world, word, "without TLS_CERT", **options)


# -- certificates ----------------------------------------------------------------------------


def cut_off(files: Certificate, folder: Path) -> None:
    files.cert.write_bytes(files.cert.read_bytes()[:200])


def half_of_the_key(files: Certificate, folder: Path) -> None:
    files.key.write_bytes(files.key.read_bytes()[: files.key.stat().st_size // 2])


def empty(files: Certificate, folder: Path) -> None:
    files.cert.write_bytes(b"")


def gone(files: Certificate, folder: Path) -> None:
    files.key.unlink()


def of_another(files: Certificate, folder: Path) -> None:
    files.key.write_bytes(certificate(folder, "two").key.read_bytes())


def pipe(files: Certificate, folder: Path) -> None:
    files.cert.unlink()
    os.mkfifo(files.cert)


def endless(files: Certificate, folder: Path) -> None:
    files.cert.unlink()
    files.cert.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "damage", [cut_off, half_of_the_key, empty, gone, of_another, pipe, endless]
)
def test_certificate_that_can_not_be_used_changes_nothing(
    log_file: Path, tmp_path: Path, damage: Callable[[Certificate, Path], None]
) -> None:
    old, new = certificate(tmp_path), certificate(tmp_path, "new")
    with logging_world(log_file, tls_cert=old.cert, tls_key=old.key) as world:
        damage(new, tmp_path)
        assert_nothing_taken(world, "TLS_CERT", tls_cert=new.cert, tls_key=new.key)
        assert TlsPeer(world, old).shake().tell(request("GET", "/api/v1/"))


# -- the settings themselves -----------------------------------------------------------------


def test_whatever_goes_wrong_while_settings_are_read_ends_nobody(
    world: World, log_file: Path
) -> None:
    def fails() -> Settings:
        raise ZeroDivisionError("a bug")

    world.app.reload._read = fails
    hang_up(world)
    assert STAY in log_file.read_text() and "ZeroDivisionError: a bug" in log_file.read_text()
    world.user("alice").send("still here")
