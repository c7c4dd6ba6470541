"""A network for a client in a test: real sockets whose far ends the test holds.

A peer may answer before it is asked: the answers wait in the socket until the client has
sent its request. So a test needs no second thread, and the line can be cut at any byte.
"""

import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from chatd.errors import ChatError
from chatd.wire.commands import (
    VERSION,
    Live,
    LoggedIn,
    Notice,
    Posted,
    Result,
    Synced,
    Welcome,
    as_notification,
)
from chatd.wire.entries import Entry, Message, encode_entry
from chatd.wire.envelope import (
    Envelope,
    Request,
    decode_envelope,
    encode_error,
    encode_notification,
    encode_result,
)
from chatd.wire.frames import FrameDecoder
from client import Client, Environment

WELCOME = Welcome(VERSION, "chatd", "open", now=0, time_zone="UTC")
ALICE = LoggedIn("alice", 1)
SYNCED = Synced("epoch", "alice", 2, 0)


def said(seq: int, text: str = "hi", room: str = "general", author: str = "bob") -> Message:
    """Return an entry."""
    return Message(room, seq, 1_000 + seq, author, text)


def posted(seq: int) -> Posted:
    """Return the answer to a post in the general room."""
    return Posted("general", seq, 1_000 + seq)


class Peer:
    """The far end of one connection."""

    def __init__(self) -> None:
        self.near, self._far = socket.socketpair()
        self._decoder = FrameDecoder()

    def answers(self, request_id: int, *results: Result | ChatError) -> "Peer":
        """Answer the request of this id, and those after it."""
        for at, result in enumerate(results, request_id):
            if isinstance(result, ChatError):
                self._far.sendall(encode_error(at, result))
            else:
                self._far.sendall(encode_result(at, result))
        return self

    def lets_in(self, synced: Synced | None = None) -> "Peer":
        """Answer `hello` and `login-token`, and `sync` if the client follows."""
        self._greet(ALICE)
        if synced is not None:
            self.answers(0, synced)
        return self

    def turns_away(self, error: ChatError) -> "Peer":
        """Answer `hello`, and refuse the login."""
        self._greet(error)
        return self

    def says(self, *heard: Entry | Notice) -> "Peer":
        """Send entries and notices."""
        for one in heard:
            if isinstance(one, Entry):
                self._far.sendall(encode_entry(one))
            else:
                notification = as_notification(one)
                self._far.sendall(encode_notification(notification.method, notification.params))
        return self

    def sends(self, data: bytes) -> "Peer":
        """Send any bytes at all."""
        self._far.sendall(data)
        return self

    def hangs_up(self) -> "Peer":
        """End the connection; what was sent before still arrives."""
        self._far.shutdown(socket.SHUT_WR)
        return self

    def heard(self) -> list[Envelope]:
        """Return what the client has sent since the last time."""
        self._far.setblocking(False)
        try:
            while data := self._far.recv(65536):
                self._decoder.feed(data)
                return [*self._payloads(), *self.heard()]
        except BlockingIOError:
            pass
        return []

    def requests(self, method: str) -> list[Mapping[str, object]]:
        """Return the parameters of the requests for `method` since the last look."""
        heard = [envelope for envelope in self.heard() if isinstance(envelope, Request)]
        return [request.params for request in heard if request.method == method]

    def close(self) -> None:
        self._far.close()
        self.near.close()

    def _greet(self, outcome: Result | ChatError) -> None:
        self.answers(0, WELCOME)
        self.answers(0, outcome)

    def _payloads(self) -> list[Envelope]:
        payloads = iter(self._decoder.next_frame, None)
        return [decode_envelope(payload) for payload in payloads]


@dataclass
class Network:
    """Hands out the peers in order; None is a connection that is refused.

    Its clock stands still but for what the client sleeps.
    """

    peers: deque[Peer | None] = field(default_factory=deque)
    now: float = 100.0
    slept: list[float] = field(default_factory=list)
    made: list[Peer] = field(default_factory=list)

    def peer(self) -> Peer:
        """Return the far end of the next connection."""
        peer = Peer()
        self.peers.append(peer)
        self.made.append(peer)
        return peer

    def refuse(self, times: int = 1) -> None:
        """Refuse the next connections."""
        self.peers.extend([None] * times)

    def connect(self, host: str, port: int, timeout_seconds: float) -> socket.socket:
        peer = self.peers.popleft()
        if peer is None:
            raise ConnectionRefusedError(111, "Connection refused")
        return peer.near

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def environment(self) -> Environment:
        """Return this world for a client; its chance is always at its most."""
        nonces = iter(f"nonce-{number}" for number in range(1, 1000))
        return Environment(
            connect=self.connect,
            monotonic=lambda: self.now,
            sleep=self.sleep,
            uniform=lambda low, high: high,
            nonce=lambda: next(nonces),
        )

    def client(self, *, give_up_seconds: float | None = None) -> Client:
        """Return a client in this world."""
        return Client(environment=self.environment(), give_up_seconds=give_up_seconds)

    def close(self) -> None:
        for peer in self.made:
            peer.close()


LIVE = Live()
