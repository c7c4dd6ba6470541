"""A connection to real servers on a loop of its own, and results that are waited for."""

import os
import selectors
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from chatd.cluster.connection import EngineConnection, Patience
from chatd.cluster.feed import StreamFeed
from chatd.cluster.lines import Dialer, parse_server
from chatd.cluster.nats.jetstream import PublishAck, StreamConfig, StreamInfo
from chatd.cluster.nats.protocol import Connect, Info
from chatd.cluster.nats.stored import StoredMessage
from chatd.cluster.streams import Streams
from chatd.errors import EngineError
from chatd.net.loop import Loop
from tests.e2e.waiting import DEADLINE_S

QUICK = Patience(dial=5_000, idle=200, pong=5_000, steady=1_000, backoff_min=20, backoff_max=100)
NOBODY: Mapping[str, str] = {}
LOG = StreamConfig("LOG", ("log",), duplicate_window=10_000_000_000)


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class Node:
    """What a node has of the engine. lost: why lines broke. infos: of the servers that took us."""

    def __init__(
        self,
        *urls: str,
        tls: Any = None,
        patience: Patience = QUICK,
        timeout_ms: int = 5_000,
        login: Mapping[str, str] = NOBODY,
    ) -> None:
        servers = [parse_server(url) for url in urls]
        self.loop = Loop(selectors.DefaultSelector(), selectors.DefaultSelector())
        self.infos: list[Info] = []
        self.lost: list[EngineError] = []
        self.feeds: list[StreamFeed] = []
        self.connection = EngineConnection(
            servers,
            Connect("test", "1", **login),
            Dialer(servers, tls),
            self.loop,
            now_ms,
            os.urandom,
            self,
            patience,
        )
        self.streams = Streams(self.connection, timeout_ms)

    def __enter__(self) -> "Node":
        self.connection.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()
        self.loop.close()

    def on_ready(self, info: Info) -> None:
        self.infos.append(info)
        for feed in self.feeds:
            feed.begin()

    def on_lost(self, error: EngineError) -> None:
        self.lost.append(error)

    # -- waiting -----------------------------------------------------------------------------

    def turn(self) -> None:
        """Turn the loop once, as while a tick is under way: only what is urgent."""
        timed: list[EngineConnection | StreamFeed] = [self.connection, *self.feeds]
        due = [due_ms for part in timed if (due_ms := part.next_ms()) is not None]
        wait_ms = max(0, min([*due, now_ms() + 50]) - now_ms())
        for watcher, events in self.loop.wait_urgent(wait_ms / 1000):
            watcher.on_ready(events)
        for part in timed:
            part.advance(now_ms())

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Turn the loop until something is so."""
        deadline_ms = now_ms() + DEADLINE_S * 1000
        while not condition():
            assert now_ms() < deadline_ms, f"{what}; {self.connection.why}"
            self.turn()

    def ready(self) -> "Node":
        """Wait until a server has taken us."""
        self.until(lambda: self.connection.is_ready, "a server takes us")
        return self

    def result(self, ask: Callable[..., None], *arguments: Any) -> Any:
        """Return what comes of a question of `streams`; raise it if it is an error."""
        outcomes: list[Any] = []
        ask(*arguments, outcomes.append)
        self.until(lambda: outcomes, "an answer comes")
        if isinstance(outcomes[0], EngineError):
            raise outcomes[0]
        return outcomes[0]

    # -- streams -----------------------------------------------------------------------------

    def create(self, config: StreamConfig = LOG) -> StreamInfo:
        info = self.result(self.streams.create, config)
        assert isinstance(info, StreamInfo)
        return info

    def append(self, payload: bytes, last_seq: int | None = None, id: str = "") -> PublishAck:
        ack = self.result(self.streams.append, LOG.name, "log", payload, last_seq, id)
        assert isinstance(ack, PublishAck)
        return ack

    def read(self, first_seq: int, up_to: int) -> list[StoredMessage]:
        """Return the messages of one batch; raise what ended it."""
        stored: list[StoredMessage] = []
        self.result(self.streams.read, LOG.name, first_seq, up_to, stored.append)
        return stored

    def feed(self, first_seq: int) -> "Fed":
        """Have the messages from a sequence on."""
        return Fed(self, first_seq)


class Fed:
    """What a feed brings. failed: why it ended."""

    def __init__(self, node: Node, first_seq: int) -> None:
        self.seqs: list[int] = []
        self.payloads: list[bytes] = []
        self.failed: list[EngineError] = []
        self.feed = StreamFeed(
            node.connection, LOG.name, first_seq, self._take, self.failed.append, now_ms, 200
        )
        node.feeds.append(self.feed)
        self.feed.begin()

    def _take(self, message: StoredMessage) -> None:
        self.seqs.append(message.seq)
        self.payloads.append(message.payload)
