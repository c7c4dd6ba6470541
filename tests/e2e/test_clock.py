"""Stores that were stamped by another clock, as whoever runs a server meets them."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chatd import config
from chatd.database import Machine
from chatd.disk.files import RealDisk
from chatd.disk.fork import fork_child
from chatd.maintenance import add_user
from tests.e2e.server import ServerProcess
from tests.e2e.test_start import assert_refused

YEAR_NS = 365 * 86_400 * 10**9
Stamps = Callable[[int], ServerProcess]


@pytest.fixture
def stamped(tmp_path: Path) -> Stamps:
    """Makes a store whose last stamp is so far from now."""

    def stamp(away_ns: int) -> ServerProcess:
        server = ServerProcess(tmp_path)
        settings = config.load(None, {}, {"DB_NAME": str(server.db_path)})
        machine = Machine(
            disk=RealDisk(),
            wall_ns=lambda: time.time_ns() + away_ns,
            boot_ns=time.monotonic_ns,
            monotonic_ns=time.monotonic_ns,
            random=os.urandom,
            spawn=fork_child,
        )
        add_user(settings, machine, "alice", "secret")
        return server

    return stamp


def test_start_years_after_the_last_stamp_is_refused_unless_somebody_vouches_for_the_clock(
    stamped: Stamps,
) -> None:
    server = stamped(-2 * YEAR_NS)
    for command in ((), ("user", "add", "bob"), ("new-epoch",)):
        done = server.run(*command, input="secret\n")
        assert_refused(done, 1, "more than a year after the last stamp", "--accept-clock")
    checked = server.run("--check")
    assert checked.returncode == 0
    assert "a start will refuse, as the clock says" in checked.stdout
    server.launch("--accept-clock")
    try:
        server.until_it_listens()
        assert "730.0 days away from the last stamp" in server.log
        assert server.stop() == 0
    finally:
        server.kill()
    with server:  # and from now on the store knows
        assert "days away" not in server.log


def test_store_that_was_stamped_ahead_is_repaired_once(stamped: Stamps) -> None:
    server = stamped(30 * YEAR_NS)
    with server:
        assert "repair-clock" in server.log, "it tells the way back"
        assert_refused(server.run("repair-clock"), 1, "in use by process")
        assert server.stop() == 0
    done = server.run("repair-clock")
    assert (done.returncode, done.stderr) == (0, "") or "info" in done.stderr
    assert "days ahead" in done.stdout
    folder = Path(done.stdout.strip().rpartition(": ")[2])
    assert (folder / "chat.db").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    with server:
        assert "ahead of the clock" not in server.log
        assert server.stop() == 0
    assert "nothing to do" in server.run("repair-clock").stdout
    assert server.run("--check").returncode == 0
