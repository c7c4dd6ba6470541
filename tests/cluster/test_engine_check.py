"""The check of an engine: each fault is a sentence, and what can't be read is one."""

from pathlib import Path

import msgspec
import pytest

from chatd.cluster.engine_check import Varz, ask_servers, faults, get_varz, read_varz, stream_faults
from chatd.cluster.nats.jetstream import StreamConfig, StreamInfo, StreamState
from chatd.errors import EngineError, EngineProtocolError
from tests.cluster.node import Node
from tests.cluster.servers import free_ports, one_server


def varz(
    name: str = "n1", version: str = "2.12.0", sync: bool = True, size: int = 3, id: str = ""
) -> Varz:
    told = {
        "server_id": id or name,
        "server_name": name,
        "version": version,
        "jetstream": {"config": {"sync_always": sync}, "meta": {"cluster_size": size}},
    }
    return read_varz(msgspec.json.encode(told))


GOOD: dict[str, Varz | str] = {name: varz(name) for name in ("n1", "n2", "n3")}


@pytest.mark.parametrize("version", ["2.12.0", "2.12.1-RC.1", "2.100.0", "3.0.0"])
def test_engine_that_keeps_what_it_acknowledges_has_no_fault(version: str) -> None:
    assert faults(GOOD | {"n2": varz("n2", version)}, 3) == []


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (varz("n2", "2.11.99"), "n2 is NATS 2.11.99: install 2.12 or newer there."),
        (varz("n2", "dev"), "n2 is NATS dev: install 2.12 or newer there."),
        (varz("n2", sync=False), "set `sync_interval: always`"),
        (varz("n2", size=1), "n2 knows of 1 servers with JetStream, not 3: name the `routes`"),
        (Varz("n2", "n2", "2.12.0"), "n2 has no JetStream: add `jetstream {"),
    ],
)
def test_fault_of_one_server_says_where_and_what_to_change(told: Varz, fault: str) -> None:
    (found,) = faults(GOOD | {"n2": told}, 3)
    assert fault in found and found.endswith(".")


def test_server_that_can_not_be_read_is_not_assumed_to_be_good() -> None:
    found = faults(GOOD | {"n2": "connection refused"}, 3)
    assert found[0] == "n2 can't be read: connection refused."
    assert found[1].startswith("2 of 3 servers told how they are set up: name ")
    assert faults({}, 3)[0].startswith("0 of 3")


def test_two_addresses_of_one_server_count_once() -> None:
    found = faults(GOOD | {"n2": varz("n3")}, 3)
    assert found[0].endswith("leads to n3, as another address does.")
    assert found[1].startswith("2 of 3 servers")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"num_replicas": 1}, "--replicas 3"),
        ({"storage": "memory"}, "in memory"),
        ({"discard": "old"}, "discard policy"),
        ({"retention": "workqueue"}, "retention"),
    ],
)
def test_stream_that_may_lose_messages_has_a_fault(change: dict[str, str], fault: str) -> None:
    config = StreamConfig("LOG", ("log",), num_replicas=3)
    state = StreamState(0, 0, 0, 0)
    assert stream_faults(StreamInfo(config, state), 3) == []
    (found,) = stream_faults(StreamInfo(msgspec.structs.replace(config, **change), state), 3)
    assert fault in found


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"<html>", b"[" * 20_000])
def test_varz_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(EngineProtocolError):
        read_varz(body)


@pytest.mark.parametrize(
    "address", ["", "a:1", "https://a", "http://", "http://[", "http://a:x", "nats://a"]
)
def test_address_that_is_none_of_a_monitoring_is_refused(address: str) -> None:
    with pytest.raises(EngineError):
        get_varz(address, 1)


def test_server_tells_its_monitoring_whether_it_syncs(engine: None, tmp_path: Path) -> None:
    careless = "jetstream {{ store_dir: {store} }}"
    for number, (streams, count) in enumerate([(careless, 1), ("", 1)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with one_server(folder, streams=streams) as server:
            (found,) = faults({server.monitoring: get_varz(server.monitoring, 5)}, count)
            assert ("sync_interval" in found) and ("no JetStream" in found) == (not streams)
    (nobody,) = free_ports(1)
    with pytest.raises(EngineError, match="refused"):
        get_varz(f"http://127.0.0.1:{nobody}", 5)


def test_account_that_is_not_the_systems_is_told_nothing(engine: None, tmp_path: Path) -> None:
    with one_server(tmp_path) as server, Node(server.url) as node:
        told: list[dict[str, Varz | str]] = []
        ask_servers(node.ready().connection, 1, told.append, 500)
        node.until(lambda: told, "an answer comes")
        assert faults(told[0], 1)[0].startswith("0 of 1 servers told")
