"""A connection and servers that are none: they say nothing, or anything, or hang up."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from chatd.errors import EngineLost, EngineProtocolError
from tests.cluster.node import QUICK, Node
from tests.e2e.waiting import DEADLINE_S

GREETING = (
    b'INFO {"server_id":"A","server_name":"n1","version":"2.12.0","max_payload":64,'
    b'"headers":true}\r\n'
)


class Server:
    """A listening socket that does with each connection what a test wants."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(DEADLINE_S)
        self.url = f"nats://127.0.0.1:{self._listening.getsockname()[1]}"
        self.socks: list[socket.socket] = []

    def accept(self, node: Node, said: bytes = b"") -> socket.socket:
        """Take the next connection, and say something."""
        waits = selectors.DefaultSelector()
        waits.register(self._listening, selectors.EVENT_READ)
        node.until(lambda: waits.select(0), "the node dials")
        waits.close()
        sock, _ = self._listening.accept()
        sock.settimeout(DEADLINE_S)
        self.socks.append(sock)
        sock.sendall(said)
        return sock

    def take(self, node: Node) -> socket.socket:
        """Take the next connection as a real server does."""
        sock = self.accept(node, GREETING + b"PONG\r\n")
        node.ready()
        heard = b""
        while b"SUB " not in heard:
            heard += sock.recv(4096)
        assert heard.startswith(b"CONNECT {")
        return sock

    def close(self) -> None:
        for sock in (*self.socks, self._listening):
            sock.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_server_that_says_nothing_is_given_up_and_dialed_again(server: Server) -> None:
    with Node(server.url, patience=QUICK._replace(dial=100)) as node:
        server.accept(node)
        node.until(lambda: node.connection.why, "it is given up")
        assert "has not taken us in 100 ms" in str(node.connection.why)
        server.take(node)
        assert node.connection.why is None and not node.lost


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n", b"x" * 40_000, b"MSG a 1 0\r\n\r\n"]
)
def test_server_that_speaks_something_else_is_given_up(server: Server, said: bytes) -> None:
    with Node(server.url) as node:
        server.accept(node, said)
        node.until(lambda: node.connection.why, "it is given up")
        assert isinstance(node.connection.why, (EngineProtocolError, EngineLost))
        server.take(node)


def test_requests_fail_once_each_and_in_order_where_a_server_goes_wrong(server: Server) -> None:
    outcomes: list[tuple[int, object]] = []
    with Node(server.url) as node:
        sock = server.take(node)
        for number in range(3):

            def note(outcome: object, number: int = number) -> bool:
                outcomes.append((number, outcome))
                return True

            node.connection.request("a", b"", note, 60_000)
        inbox = sock.recv(4096).split()[2].rpartition(b".")[0]
        for tail in (b"1", b"77", b"x", "٣".encode(), b"9" * 30):  # one is an answer
            sock.sendall(b"MSG %s.%s 1 1\r\n!\r\n" % (inbox, tail))
        sock.sendall(b"MSG a 99 1\r\n!\r\nNONSENSE\r\n")
        node.until(lambda: node.lost, "the line is given up")
        assert [number for number, _ in outcomes] == [1, 0, 2, 1]
        assert all(isinstance(error, EngineProtocolError) for _, error in outcomes[1:])
        assert node.connection.requests_waiting == 0
        server.take(node)


def test_callee_may_close_the_connection_and_what_it_raises_goes_through(server: Server) -> None:
    with Node(server.url) as node:
        sock = server.take(node)
        node.connection.subscribe("a", lambda message: node.connection.close())
        sock.sendall(b"MSG a 2 0\r\n\r\nMSG a 2 0\r\n\r\n")
        node.until(lambda: not node.connection.is_ready, "it is closed")
        assert not node.lost and node.connection.next_ms() is None
    with Node(server.url) as node:
        sock = server.take(node)

        def fail(message: object) -> None:
            raise OSError("of the callee's own")

        node.connection.subscribe("a", fail)
        sock.sendall(b"MSG a 2 0\r\n\r\n")
        with pytest.raises(OSError, match="of the callee's own"):
            node.until(lambda: node.lost, "never")
        assert node.connection.is_ready and not node.lost


def test_server_that_takes_nothing_gets_the_rest_when_it_does(server: Server) -> None:
    with Node(server.url) as node:
        sock = server.take(node)
        count = 0
        while not node.connection._unsent:
            node.connection.publish("a", b"x" * 64)
            count += 1
        heard = b""
        sock.setblocking(False)

        def hear() -> bool:
            nonlocal heard
            try:
                heard += sock.recv(1 << 20)
            except BlockingIOError:
                pass
            return heard.count(b"PUB a 64") == count

        node.until(hear, "all arrives")
        assert heard.startswith(b"PUB a 64\r\n" + b"x" * 64) and not node.connection._unsent


def test_subscriptions_stand_again_on_the_next_line(server: Server) -> None:
    with Node(server.url) as node:
        sock = server.take(node)
        kept = node.connection.subscribe("kept", lambda message: None)
        node.connection.unsubscribe(node.connection.subscribe("dropped", lambda message: None))
        sock.close()
        node.until(lambda: node.lost, "the line breaks")
        sock = server.accept(node, GREETING + b"PONG\r\n")
        node.ready()
        heard = b""
        while b" kept " not in heard:
            heard += sock.recv(4096)
        assert b"SUB kept %d\r\n" % kept in heard and b"dropped" not in heard
