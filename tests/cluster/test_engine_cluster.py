"""Three real servers: what they tell of themselves, and the death of a stream's leader."""

from pathlib import Path

import msgspec
import pytest

from chatd.cluster.engine_check import Varz, ask_servers, faults, get_varz, stream_faults
from chatd.cluster.nats.jetstream import PublishAck, StreamInfo
from chatd.errors import EngineError, EngineLost, EngineTimeout, JetStreamUnavailable, NoResponders
from tests.cluster.node import LOG, Node
from tests.cluster.servers import NatsServer, three_servers

pytestmark = pytest.mark.usefixtures("engine")
REPLICATED = msgspec.structs.replace(LOG, num_replicas=3)
LOGIN = {"user": "chat", "password": "word"}
SYSTEM = {"user": "system", "password": "word"}
MANY = 100
NOT_NOW = (EngineTimeout, JetStreamUnavailable, NoResponders)


def check_servers(servers: list[NatsServer]) -> None:
    """Hold what the servers tell, by both ways, against what they are."""
    told: dict[str, Varz | str] = {
        server.monitoring: get_varz(server.monitoring, 5) for server in servers
    }
    assert faults(told, 3) == []
    assert faults(told, 4)[0].startswith("3 of 4 servers told")
    answers: list[dict[str, Varz | str]] = []
    with Node(servers[0].url, login=SYSTEM) as system:
        ask_servers(system.ready().connection, 3, answers.append, 2_000)
        system.until(lambda: answers, "all servers answer")
    assert answers[0].keys() == {server.name for server in servers}
    assert faults(answers[0], 3) == []


def create_stream(node: Node) -> StreamInfo:
    """Create the stream as soon as the servers have a leader."""
    created: list[StreamInfo] = []

    def take(result: StreamInfo | EngineError) -> None:
        if isinstance(result, EngineError):
            assert isinstance(result, NOT_NOW), result
            node.streams.create(REPLICATED, take)
        else:
            created.append(result)

    node.streams.create(REPLICATED, take)
    node.until(lambda: created, "the stream is there")
    return created[0]


def append_all(node: Node, payloads: list[bytes], number: int) -> list[int]:
    """Append all, one after the other, each again under its id until it is acknowledged.

    number: in the id of the first. Returns their places.
    """
    seqs: list[int] = []
    while len(seqs) < len(payloads):
        node.ready()
        try:
            ack = node.append(payloads[len(seqs)], None, f"id-{number + len(seqs)}")
        except EngineError as error:
            assert isinstance(error, (*NOT_NOW, EngineLost)), error
            node.turn()
        else:
            seqs.append(ack.seq)
    return seqs


def read_all(node: Node, count: int) -> list[bytes]:
    """Read batch after batch: a replica that answers may lag."""
    payloads: list[bytes] = []
    while len(payloads) < count:
        payloads += [stored.payload for stored in node.read(len(payloads) + 1, count)]
    return payloads


def test_death_of_a_streams_leader_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with three_servers(tmp_path) as servers:
        urls = [server.url for server in servers]
        with Node(*urls, timeout_ms=1_500, login=LOGIN) as node:
            info = create_stream(node.ready())
            assert stream_faults(info, 3) == []
            check_servers(servers)
            fed = node.feed(1)
            payloads = [b"%d" % number for number in range(2 * MANY)]
            first: list[PublishAck | EngineError] = []
            for number, payload in enumerate(payloads[:MANY]):
                node.streams.append("LOG", "log", payload, number, f"id-{number}", first.append)
            node.until(lambda: len(first) == MANY, "half of all is answered")
            assert first == [PublishAck("LOG", seq) for seq in range(1, MANY + 1)]
            leader = node.result(node.streams.info, "LOG").cluster.leader
            (server,) = (server for server in servers if server.name == leader)
            server.kill()
            seqs = append_all(node, payloads[MANY:], MANY)
            assert seqs == list(range(MANY + 1, 2 * MANY + 1))
            node.until(lambda: len(fed.seqs) >= 2 * MANY or fed.failed, "the feed brings all")
            assert not fed.failed and fed.payloads == payloads
            assert fed.seqs == list(range(1, 2 * MANY + 1))
            assert node.result(node.streams.info, "LOG").cluster.leader not in ("", leader)
            assert read_all(node, 2 * MANY) == payloads
