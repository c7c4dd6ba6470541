"""Descriptors: connections leave a reserve for the store, and what finds none is put off."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatd.descriptors import RESERVE
from tests.e2e.client import Refused, newcomer, send_file
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until

LIMIT = 1_024
PEERS = 1_150
TEXT = "x" * 8_000
MIB = 2**20


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of 1,024 descriptors, with a journal of small segments."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for our ends of the connections
    server = ServerProcess(tmp_path, TICK_BYTES_MAX="1M", JOURNAL_SEGMENT="6M")
    server.descriptors_max = LIMIT
    try:
        with server:
            yield server
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def silent_peers(server: ServerProcess, stack: ExitStack) -> list[socket.socket]:
    """Return peers who say nothing, more than the server has descriptors."""
    address = ("127.0.0.1", server.port)
    return [stack.enter_context(socket.create_connection(address)) for _ in range(PEERS)]


def segments(server: ServerProcess) -> int:
    return len(list(server.db_path.parent.glob("*-journal-*")))


def test_soft_limit_is_raised_and_connections_leave_a_reserve(limited: ServerProcess) -> None:
    limits = resource.prlimit(limited.pid, resource.RLIMIT_NOFILE)
    assert limits == (LIMIT, LIMIT)
    assert f"CONNECTIONS_MAX is {LIMIT - RESERVE} instead of " in limited.log


def test_more_silent_peers_than_descriptors_keep_nobody_from_the_store(
    limited: ServerProcess,
) -> None:
    with ExitStack() as stack:
        alice = stack.enter_context(newcomer(limited.port, "alice"))
        silent_peers(limited, stack)
        until(lambda: len(limited.descriptors()) > LIMIT - RESERVE, "that they came")
        for _ in range(3 * 6 * MIB // len(TEXT)):  # three segments
            alice.call("send", text=TEXT)
        send_file(alice, "general", "a", bytes(100_000))
        assert segments(limited) >= 3
        assert len(limited.descriptors()) <= LIMIT
        assert "Traceback" not in limited.log
        assert "refusing writes" not in limited.log
        assert limited.stop() == 0
    assert limited.run("--check").returncode == 0


def test_server_without_a_descriptor_left_refuses_what_writes_and_goes_on_later(
    limited: ServerProcess,
) -> None:
    with ExitStack() as stack:
        alice = stack.enter_context(newcomer(limited.port, "alice"))
        bob = stack.enter_context(newcomer(limited.port, "bob"))
        used = len(limited.descriptors())
        resource.prlimit(limited.pid, resource.RLIMIT_NOFILE, (used, LIMIT))
        with pytest.raises(Refused) as refused:
            for _ in range(4 * 6 * MIB // len(TEXT)):
                alice.call("send", text=TEXT)
        assert refused.value.code == "storage_full"
        with pytest.raises(Refused) as refused:
            send_file(alice, "general", "a", b"content")
        assert refused.value.code == "storage_full"
        assert bob.call("history", room="general")["entries"]
        resource.prlimit(limited.pid, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
        until(lambda: "there is room again: accepting writes" in limited.log, "that it goes on")
        alice.call("send", text="at last")
        send_file(alice, "general", "a", b"content")
        assert "Traceback" not in limited.log
        assert limited.stop() == 0
