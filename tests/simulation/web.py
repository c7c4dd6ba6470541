"""Peers that speak HTTP: bytes by hand, and whole requests through a parser of the other side."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11

from tests.simulation.network import SimSocket

READ_BYTES = 1 << 20


class RawPeer:
    """Sends bytes and keeps what comes. reads: whether it takes anything."""

    def __init__(self, sock: SimSocket, settle: Callable[[], object]) -> None:
        self.sock = sock
        self.settle = settle
        self.reads = True
        self.ended = False
        self.heard = b""
        self._outbox = b""

    def say(self, data: bytes) -> bytes:
        """Send bytes and return everything that has come up to then."""
        self._outbox += data
        self.settle()
        return self.heard

    def say_by_bytes(self, data: bytes) -> bytes:
        """The same, each byte by itself."""
        for place in range(len(data)):
            self.say(data[place : place + 1])
        return self.heard

    def close(self) -> None:
        self.ended = True
        self.sock.close()

    def turn(self) -> bool:
        """Do what a client does by itself; return whether anything moved."""
        if self.ended:
            return False
        return self._push() | (self.reads and self._pull())

    def _push(self) -> bool:
        if not self._outbox:
            return False
        try:
            sent = self.sock.send(self._outbox)
        except BlockingIOError:
            return False
        except OSError:
            self._outbox = b""
            return False
        self._outbox = self._outbox[sent:]
        return True

    def _pull(self) -> bool:
        try:
            data = self.sock.recv(READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            self.heard += data
        else:
            self.close()
        return True


@dataclass(frozen=True)
class Reply:
    """A response as a client reads it."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def replies(data: bytes, *methods: str) -> list[Reply]:
    """Read responses to requests of these methods, the way another implementation does."""
    found = []
    for method in methods:
        parser = h11.Connection(h11.CLIENT)
        parser.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        parser.send(h11.EndOfMessage())
        parser.receive_data(data)
        reply = _reply(parser)
        if reply is None:
            break
        found.append(reply)
        data = parser.trailing_data[0]
    return found


def _reply(parser: h11.Connection) -> Reply | None:
    head, body = None, b""
    while True:
        event = parser.next_event()
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            fields = {name.decode(): value.decode() for name, value in head.headers}
            return Reply(head.status_code, fields, body)
        elif event in (h11.NEED_DATA, h11.PAUSED):
            return None


def request(
    method: str, path: str, body: bytes | None = None, **fields: str
) -> bytes:
    """Return the bytes of a request; an underscore in a field's name is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{method} {path} HTTP/1.1", f"host: {named.pop('host', 'localhost')}"]
    if body is not None:
        named.setdefault("content-length", str(len(body)))
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class WebPeer(RawPeer):
    """Asks one request after the other over one connection."""

    def __init__(
        self, sock: SimSocket, settle: Callable[[], object], token: str = ""
    ) -> None:
        super().__init__(sock, settle)
        self.token = token

    def ask(self, method: str, path: str, body: bytes | None = None, **fields: str) -> Reply:
        """Send a request and return the reply."""
        if self.token:
            fields.setdefault("authorization", f"Bearer {self.token}")
        self.heard = b""
        self.say(request(method, path, body, **fields))
        (reply,) = replies(self.heard, method)
        return reply

    def call(self, method: str, /, **params: object) -> Reply:
        """Call a command."""
        body = json.dumps(params).encode()
        return self.ask("POST", f"/api/v1/{method}", body, content_type="application/json")
