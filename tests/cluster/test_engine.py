"""A connection to a real server: what is appended, read, refused, and lost."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from chatd.cluster.connection import REQUESTS_MAX, UNSENT_BYTES_MAX, Outcome, Patience
from chatd.cluster.lines import EngineServer, load_client_tls, parse_server
from chatd.cluster.nats.headers import encode_headers
from chatd.cluster.nats.jetstream import PublishAck
from chatd.cluster.nats.protocol import Message
from chatd.errors import (
    EngineBusy,
    EngineError,
    EngineLost,
    EngineRefused,
    EngineTimeout,
    JetStreamError,
    MessagesMissing,
    NoResponders,
    StreamFull,
    StreamNotFound,
    WrongLastSequence,
)
from tests.certificates import certificate
from tests.cluster.node import LOG, QUICK, Node
from tests.cluster.servers import NatsServer, free_ports, one_server

pytestmark = pytest.mark.usefixtures("engine")
MANY = 300
PATIENT = Patience(dial=5_000, idle=60_000, pong=60_000)
"""For tests in which no line ends by silence."""


@pytest.fixture(scope="module")
def shared(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """A server for the tests that leave it as it was."""
    with one_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
def node(shared: NatsServer) -> Iterator[Node]:
    """A connection to the shared server, with an empty stream."""
    with Node(shared.url, patience=PATIENT) as node:
        node.ready().create()
        yield node
        node.result(node.streams.delete, LOG.name)


# -- streams ---------------------------------------------------------------------------------


def test_appends_under_way_together_arrive_in_order_at_the_places_they_expect(node: Node) -> None:
    acks: list[PublishAck | EngineError] = []
    sent = [b"%d" % number for number in range(MANY)]
    fed = node.feed(1)
    for last_seq, payload in enumerate(sent):
        node.streams.append("LOG", "log", payload, last_seq, f"id-{last_seq}", acks.append)
    assert node.connection.requests_waiting > MANY
    node.until(lambda: len(acks) == MANY, "all are acknowledged")
    assert acks == [PublishAck("LOG", seq) for seq in range(1, MANY + 1)]
    assert [stored.payload for stored in node.read(1, 1_000)] == sent
    assert [stored.seq for stored in node.read(7, 9)] == [7, 8, 9]
    node.until(lambda: len(fed.seqs) >= MANY, "a feed brings all")
    assert fed.seqs == list(range(1, MANY + 1)) and fed.payloads == sent
    fed.feed.close()


def test_append_at_a_wrong_place_is_refused_with_all_behind_it(node: Node) -> None:
    node.append(b"one", 0)
    results: list[PublishAck | EngineError] = []
    for last_seq in (0, 1, 3, 4):
        node.streams.append("LOG", "log", b"%d" % last_seq, last_seq, "", results.append)
    node.until(lambda: len(results) == 4, "all are answered")
    assert [type(result) for result in results] == [
        WrongLastSequence,
        PublishAck,
        WrongLastSequence,
        WrongLastSequence,
    ]
    assert [error.last for error in results if isinstance(error, WrongLastSequence)] == [1, 2, 2]
    assert [stored.payload for stored in node.read(1, 9)] == [b"one", b"1"]


def test_append_that_comes_twice_is_a_duplicate_at_its_first_place(node: Node) -> None:
    assert node.append(b"one", 0, "a") == PublishAck("LOG", 1)
    assert node.append(b"two", 1, "b") == PublishAck("LOG", 2)
    assert node.append(b"one", None, "a") == PublishAck("LOG", 1, duplicate=True)
    assert len(node.read(1, 9)) == 2


def test_what_was_purged_is_missing_and_never_passed_over(node: Node) -> None:
    for last_seq in range(4):
        node.append(b"x", last_seq)
    assert node.result(node.streams.purge_through, "LOG", 2).purged == 2
    state = node.result(node.streams.info, "LOG").state
    assert (state.first_seq, state.last_seq, state.messages) == (3, 4, 2)
    with pytest.raises(MessagesMissing) as raised:
        node.read(1, 9)
    assert (raised.value.first, raised.value.last) == (1, 2)
    fed = node.feed(2)
    node.until(lambda: fed.failed, "the feed fails")
    assert str(fed.failed[0]) == "the log has no messages 2 to 2" and not fed.seqs
    assert [stored.seq for stored in node.read(3, 9)] == [3, 4]
    assert node.read(5, 9) == []


def test_full_stream_is_full_and_takes_again_after_a_purge(node: Node) -> None:
    info = node.result(node.streams.update, msgspec.structs.replace(LOG, max_bytes=2_000))
    assert info.config.max_bytes == 2_000
    node.append(b"x" * 1_500, 0)
    with pytest.raises(StreamFull):
        node.append(b"x" * 1_500, 1)
    node.result(node.streams.purge_through, "LOG", 1)
    assert node.append(b"x" * 1_500, 1).seq == 2


def test_message_with_junk_for_headers_is_read_like_any_other(node: Node) -> None:
    fed = node.feed(1)
    line = node.connection._line
    assert line is not None
    for block in (b"junk", b"NATS/1.0 204 EOB\r\nNats-Sequence: 9\r\n\r\n", b"\xff\r\n\r\n"):
        line.send(b"HPUB log %d %d\r\n%s!\r\n" % (len(block), len(block) + 1, block))
    node.until(lambda: len(fed.seqs) == 3, "a feed brings all")
    assert [stored.seq for stored in node.read(1, 9)] == [1, 2, 3]
    assert {stored.payload for stored in node.read(1, 9)} == {b"!"}
    fed.feed.close()


def test_stream_or_subject_that_is_not_there_says_so(node: Node) -> None:
    with pytest.raises(StreamNotFound):
        node.result(node.streams.info, "OTHER")
    with pytest.raises(NoResponders):
        node.result(node.streams.append, "OTHER", "other", b"x", 0, "")
    with pytest.raises(JetStreamError, match="expected stream does not match"):
        node.result(node.streams.append, "OTHER", "log", b"x", 0, "")
    fed = node.feed(1)
    fed.feed._stream = "OTHER"
    fed.feed.begin()
    node.until(lambda: fed.failed, "the feed fails")
    assert isinstance(fed.failed[0], StreamNotFound)


def test_consumer_that_was_deleted_is_replaced_without_a_gap(node: Node) -> None:
    fed = node.feed(1)
    node.append(b"one", 0)
    node.until(lambda: fed.seqs == [1], "the feed brings it")
    before = fed.feed._name
    node.connection.publish(f"$JS.API.CONSUMER.DELETE.LOG.{before}", b"")
    node.until(lambda: fed.feed._name != before, "it is replaced")
    node.append(b"two", 1)
    node.until(lambda: fed.seqs == [1, 2], "another consumer brings the next one")
    fed.feed.close()


# -- core messaging and bounds ---------------------------------------------------------------


def test_subscription_brings_what_is_published_until_it_ends(node: Node) -> None:
    came: list[Message] = []
    sid = node.connection.subscribe("presence.*", came.append)
    node.connection.publish("presence.n1", b"one", "reply.here", (("Kind", "x"),))
    node.until(lambda: came, "it comes")
    assert (came[0].subject, came[0].reply, came[0].payload) == (
        "presence.n1",
        "reply.here",
        b"one",
    )
    assert came[0].headers.last("Kind") == "x"
    node.connection.unsubscribe(sid)
    node.connection.publish("presence.n1", b"two")
    node.append(b"behind it", 0)
    assert len(came) == 1


def test_what_is_too_much_is_refused_and_not_sent(shared: NatsServer) -> None:
    with Node(shared.url, patience=PATIENT) as node:
        check_bounds(node.ready())


def check_bounds(node: Node) -> None:
    info = node.connection.info
    assert info is not None
    fields = (("A", "b"),)
    at_most = info.max_payload - len(encode_headers(fields))
    heard: list[Message] = []
    outcomes: list[Outcome] = []

    def take(outcome: Outcome) -> bool:
        outcomes.append(outcome)
        return False

    def ask() -> None:
        node.connection.request("deaf", b"x", take, 60_000)

    node.connection.subscribe("deaf", heard.append)
    node.connection.publish("deaf", b"x" * at_most, fields=fields)
    with pytest.raises(EngineRefused, match="takes"):
        node.connection.publish("deaf", b"x" * (at_most + 1), fields=fields)
    for _ in range(REQUESTS_MAX):
        ask()
    with pytest.raises(EngineBusy, match="requests wait"):
        ask()
    with pytest.raises(EngineBusy, match="bytes wait"):
        for _ in range(UNSENT_BYTES_MAX // info.max_payload + 64):  # the kernels take some
            node.connection.publish("nobody", b"x" * info.max_payload)
    assert len(node.connection._unsent) <= UNSENT_BYTES_MAX + 1024
    node.connection.publish("deaf", b"last")
    node.until(lambda: heard and heard[-1].payload == b"last", "all that was sent arrives")
    assert len(heard) == REQUESTS_MAX + 2 and not node.lost and not node.connection._unsent
    node.connection.close()
    assert [type(outcome) for outcome in outcomes] == [EngineLost] * REQUESTS_MAX


def test_request_without_an_answer_times_out(shared: NatsServer) -> None:
    with Node(shared.url, patience=PATIENT, timeout_ms=20) as node:
        node.ready().connection.subscribe("deaf", lambda message: None)
        with pytest.raises(EngineTimeout, match="no answer from deaf"):
            node.result(node.streams.append, "LOG", "deaf", b"x", 0, "")
        assert node.connection.requests_waiting == 0


# -- lines -----------------------------------------------------------------------------------


def test_server_that_dies_or_freezes_fails_what_waits_and_is_found_again(
    engine: None, tmp_path: Path
) -> None:
    with (
        one_server(tmp_path) as server,
        Node(server.url, patience=QUICK._replace(pong=1_000)) as node,
    ):
        node.ready().create()
        fed = node.feed(1)
        assert node.append(b"one", 0, "a").seq == 1
        server.freeze()
        results: list[PublishAck | EngineError] = []
        node.streams.append("LOG", "log", b"two", 1, "b", results.append)
        node.until(lambda: results, "the append fails")
        assert isinstance(results[0], EngineLost) and "silent" in str(results[0])
        assert len(node.lost) == 1 and node.connection.requests_waiting == 0
        with pytest.raises(EngineLost):
            node.connection.publish("a", b"")
        server.thaw()
        node.ready()
        # Whether it was done is for the one to find out who asked: the id says it.
        assert node.append(b"two", None, "b").seq == 2
        server.kill()
        node.streams.append("LOG", "log", b"three", 2, "c", results.append)
        node.until(lambda: len(node.lost) == 2, "the line breaks")
        assert isinstance(results[-1], EngineLost)
        server.start()
        node.ready()
        assert node.append(b"three", None, "c").seq == 3
        node.until(lambda: len(fed.seqs) >= 3, "the feed goes on")
        assert fed.payloads == [b"one", b"two", b"three"] and not fed.failed
        fed.feed.close()


def test_node_goes_to_the_next_server_and_backs_off_where_none_is(shared: NatsServer) -> None:
    (nobody,) = free_ports(1)
    with Node(f"nats://127.0.0.1:{nobody}", shared.url) as node:
        node.ready()
        assert node.connection.server == parse_server(shared.url)
    with Node(f"nats://127.0.0.1:{nobody}") as node:
        pauses: list[int] = []
        for failures in range(1, 30):
            node.connection._failures = failures
            pauses.append(node.connection._pause_ms())
        assert all(
            min(QUICK.backoff_max, QUICK.backoff_min << rounds) // 2 <= pause <= QUICK.backoff_max
            for rounds, pause in enumerate(pauses)
        )
        node.until(lambda: node.connection._failures >= 32, "three more tries")
        assert isinstance(node.connection.why, EngineLost)
        assert not node.lost, "no line was there to be lost"


def refused(node: Node) -> str:
    """Wait until no server takes us; return why."""
    node.until(lambda: node.connection.why, "it is refused")
    return str(node.connection.why)


def test_token_user_and_subjects_decide_who_may_do_what(engine: None, tmp_path: Path) -> None:
    users = (
        "authorization { users: [ { user: chat, password: word, permissions:"
        ' { publish: ["log", "$JS.API.>"], subscribe: "_INBOX.>" } } ] }'
    )
    with one_server(tmp_path, users) as server:
        for login in ({"user": "chat", "password": "other"}, {"auth_token": "word"}, {}):
            with Node(server.url, login=login) as node:
                assert "Authorization" in refused(node)
                assert isinstance(node.connection.why, EngineRefused)
        with Node(server.url, login={"user": "chat", "password": "word"}, patience=PATIENT) as node:
            node.ready().create()
            assert node.append(b"x", 0).seq == 1
            with pytest.raises(EngineRefused, match="Permissions Violation"):
                node.result(node.streams.append, "LOG", "other", b"x", 0, "")
            assert node.append(b"x", 1).seq == 2 and not node.lost


def test_line_is_encrypted_to_a_server_that_proves_itself_and_to_no_other(
    engine: None, tmp_path: Path
) -> None:
    files = certificate(tmp_path)
    more = f'tls {{ cert_file: "{files.cert}", key_file: "{files.key}" }}\n'
    with one_server(tmp_path, more + "authorization { token: right }") as server:
        url = server.url.replace("nats://", "tls://")
        trusted = load_client_tls(files.authority)
        with Node(url, tls=trusted, login={"auth_token": "right"}, patience=PATIENT) as node:
            node.ready().create()
            big = bytes(range(256)) * 2_000
            assert node.append(big, 0).seq == 1
            fed = node.feed(1)
            node.until(lambda: fed.payloads, "the feed brings it")
            assert fed.payloads == [big] and node.read(1, 1)[0].payload == big
            fed.feed.close()
        for address, tls, why in (
            (url, load_client_tls(None), "CERTIFICATE_VERIFY_FAILED"),
            (server.url, trusted, "tls://"),
        ):
            with Node(address, tls=tls, login={"auth_token": "right"}, patience=PATIENT) as node:
                assert why in refused(node)


@pytest.mark.parametrize(
    "url", ["", "a:1", "http://a", "nats://", "nats://u:p@a", "nats://a/x", "nats://a?b=c"]
)
def test_address_that_is_none_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="server"):
        parse_server(url)


def test_address_of_a_server_has_a_port_and_perhaps_tls() -> None:
    assert parse_server("nats://a") == EngineServer("a", 4222, False)
    assert parse_server("tls://[::1]:1") == EngineServer("::1", 1, True)
    assert str(parse_server("tls://[::1]:1")) == "tls://[::1]:1"
