"""A server on a system that lacks what only Linux has; the real macOS is not tested here."""

from pathlib import Path

from tests.e2e.client import connect, newcomer
from tests.e2e.server import ServerProcess

MACOS = """
import errno, os, resource, select, selectors, sys, time
del os.posix_fallocate, os.fdatasync, time.CLOCK_BOOTTIME, errno.ENONET, select.epoll
selectors.DefaultSelector = selectors.PollSelector
take = resource.setrlimit
def setrlimit(what, limits):
    if limits[0] > 10_240:
        raise ValueError("current limit exceeds maximum limit")
    take(what, limits)
resource.setrlimit = setrlimit
from chatd.__main__ import main
sys.exit(main())
"""


def test_server_without_linuxs_own_calls_keeps_all_over_a_kill_and_a_stop(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path)
    server.program = ["-c", MACOS]
    with server:
        with newcomer(server.port, "alice") as alice:
            alice.call("send", text="before the kill")
        server.kill()
        server.start()
        with connect(server.port) as alice:
            alice.login("alice")
            alice.call("send", text="before the stop")
        assert server.stop() == 0
        assert server.run("--check").returncode == 0
        server.start()
        with connect(server.port) as alice:
            alice.login("alice")
            entries = alice.call("history", room="general")["entries"]
    assert [entry["text"] for entry in entries] == ["before the kill", "before the stop"]
