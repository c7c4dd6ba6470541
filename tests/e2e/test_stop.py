"""Stopping on purpose: everyone is told, everything is stored, and the next start is clean."""

import re
import signal
import stat
from collections.abc import Iterator

import pytest

from chatd.wire.envelope import Notification, Response
from tests.e2e.client import Client, connect, newcomer
from tests.e2e.conftest import Connects
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until

POSTS = 200
TEXT = "x" * 8_000


@pytest.fixture
def stuck(server: ServerProcess) -> Iterator[Client]:
    """A client for whom much waits in the server, as it reads nothing."""
    with newcomer(server.port, "stuck", receive_bytes=4_096) as client:
        for _ in range(10):
            client.call("send", text=TEXT)
        asked = server.log.count(" history ")
        for _ in range(POSTS):
            client.request("history", room="general")
        until(lambda: server.log.count(" history ") > asked + 4, "that it answers")
        yield client


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_signal_says_goodbye_stores_everything_and_exits_with_0(
    server: ServerProcess, users: Connects, signum: signal.Signals
) -> None:
    alice, stranger = users("alice"), users("")
    posted = alice.call("send", text="the last word")
    assert server.stop(signum) == 0
    for client in (alice, stranger):
        (bye,) = client.read_to_the_end()
        assert isinstance(bye, Notification) and bye.method == "bye"
    assert "stopped" in server.log and "Traceback" not in server.log
    check = server.run("--check")
    assert check.returncode == 0 and ", 0 ticks after it in 1 segments" in check.stdout
    server.start()
    with connect(server.port) as alice:
        alice.login("alice")
        (entry,) = alice.call("history", room="general")["entries"]
        assert (entry["seq"], entry["text"]) == (posted["seq"], "the last word")


def test_stop_leaves_a_snapshot_an_empty_segment_and_the_lock_for_the_owner_alone(
    server: ServerProcess, users: Connects
) -> None:
    users("alice").call("send", text="hello")
    server.stop()
    files = [path for path in server.db_path.parent.iterdir() if path.name != "server.log"]
    names = sorted(path.name for path in files)
    assert [re.sub(r"\d+", "N", name) for name in names] == [
        "chat.db",
        "chat.db-journal-N",
        "chat.db-lock",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_what_is_acknowledged_while_the_server_stops_is_stored(
    server: ServerProcess, users: Connects
) -> None:
    alice = users("alice")
    for number in range(POSTS):
        alice.request("send", text=f"text {number}")
    server.signal(signal.SIGTERM)
    heard = alice.read_to_the_end()
    assert server.wait() == 0
    acknowledged = [e.result["seq"] for e in heard if isinstance(e, Response)]
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    server.start()
    with connect(server.port) as alice:
        alice.login("alice")
        (newest,) = alice.call("history", room="general", limit=1)["entries"]
        assert newest["seq"] >= len(acknowledged)


def test_positions_and_token_hold_after_a_stop(server: ServerProcess, users: Connects) -> None:
    alice, bob = users("alice"), users("")
    bob.register("bob")
    token = bob.login("bob", device="laptop")["token"]
    epoch = bob.sync()["epoch"]
    alice.call("send", text="one")
    assert bob.next_entry()["text"] == "one"
    alice.call("send", text="two")
    server.stop()
    server.start()
    with connect(server.port) as again:
        again.login_token(token)
        assert again.sync(positions=bob.positions, epoch=epoch)["epoch"] == epoch
        assert again.next_notice("entry", "reset").params["text"] == "two"


def test_client_that_reads_on_is_told_everything_before_the_server_stops(
    server: ServerProcess, stuck: Client
) -> None:
    server.signal(signal.SIGTERM)
    until(lambda: "SIGTERM: stopping" in server.log, "that it takes the signal")
    server.signal(signal.SIGTERM)  # changes nothing more
    *answers, bye = stuck.read_to_the_end()
    assert isinstance(bye, Notification) and bye.method == "bye"
    numbers = [answer.id for answer in answers if isinstance(answer, Response)]
    assert numbers == list(range(numbers[0], numbers[0] + len(answers)))
    assert server.wait() == 0


def test_nobody_is_accepted_any_more_once_the_server_stops(
    server: ServerProcess, stuck: Client
) -> None:
    server.signal(signal.SIGTERM)
    until(lambda: "SIGTERM: stopping" in server.log, "that it takes the signal")
    with Client(server.port) as latecomer:  # the kernel takes it into its queue
        latecomer.request("hello", version=1)
        stuck.read_to_the_end()
        assert server.wait() == 0
        assert latecomer.read_to_the_end() == []


def test_client_that_takes_nothing_can_not_keep_the_server_from_stopping(
    server: ServerProcess, stuck: Client
) -> None:
    assert server.stop() == 0


def test_hangup_with_the_same_settings_changes_nothing_and_stops_nobody(
    server: ServerProcess, users: Connects
) -> None:
    alice = users("alice")
    server.signal(signal.SIGHUP)
    until(lambda: "settings reloaded" in server.log, "that it reads its settings")
    assert alice.call("send", text="still here")["seq"] == 1
