"""Peers that speak HTTP: bytes by hand, and whole requests through a parser of the other side."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11
import msgpack
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.simulation.network import SimSocket

READ_BYTES = 1 << 20
HANDSHAKE = {
    "upgrade": "websocket",
    "connection": "Upgrade",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""The fields that ask for a WebSocket (RFC 6455, section 1.3)."""


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


def request(method: str, path: str, body: bytes | None = None, **fields: str) -> bytes:
    """Return the bytes of a request; an underscore in a field's name is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{method} {path} HTTP/1.1", f"host: {named.pop('host', 'localhost')}"]
    if body is not None:
        named.setdefault("content-length", str(len(body)))
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class WebPeer(RawPeer):
    """Asks one request after the other over one connection."""

    def __init__(self, sock: SimSocket, settle: Callable[[], object], token: str = "") -> None:
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


class StreamPeer(RawPeer):
    """Listens to server-sent events, the way a browser does.

    entries, notices: as with `Peer`. last_id: what it would bring along next time.
    """

    def __init__(self, sock: SimSocket, settle: Callable[[], object]) -> None:
        super().__init__(sock, settle)
        self.status = 0
        self.entries: list[dict[str, Any]] = []
        self.notices: list[tuple[str, dict[str, Any]]] = []
        self.last_id = ""
        self.comments = 0
        self._read = 0

    def listen(self, token: str, query: str = "", last_id: str = "") -> "StreamPeer":
        """Ask for the stream."""
        fields = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
        if last_id:
            fields["last-event-id"] = self.last_id = last_id
        self.say(request("GET", f"/api/v1/events{query}", None, **fields))
        return self

    def turn(self) -> bool:
        moved = super().turn()
        self._take_blocks()
        return moved

    def texts(self, room: str = "general") -> list[str]:
        return [e["text"] for e in self.entries if e["room"] == room]

    def told(self, name: str) -> list[dict[str, Any]]:
        return [params for said, params in self.notices if said == name]

    def _take_blocks(self) -> None:
        if not self.status and b"\r\n\r\n" in self.heard:
            self.status = int(self.heard.split(b" ", 2)[1])
            self._read = self.heard.index(b"\r\n\r\n") + 4
        while self.status == 200 and (end := self.heard.find(b"\n\n", self._read)) >= 0:
            self._take_block(self.heard[self._read : end].decode())
            self._read = end + 2

    def _take_block(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line[:1] != ":")
        self.comments += block.startswith(":")
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields and fields["event"] == "entry":
            self.entries.append(json.loads(fields["data"]))
        elif "data" in fields:
            self.notices.append((fields["event"], json.loads(fields["data"])))


class SocketPeer(RawPeer):
    """Speaks over a WebSocket. said: every message that came, decoded."""

    def __init__(
        self, sock: SimSocket, settle: Callable[[], object], subprotocol: str = "", **fields: str
    ) -> None:
        super().__init__(sock, settle)
        self.protocol = ClientProtocol(
            parse_uri("ws://localhost/ws"),
            subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
        )
        self.said: list[list[Any]] = []
        self.frames: list[Frame] = []
        self._read = 0
        self._next_id = 0
        handshake = self.protocol.connect()
        for name, value in fields.items():
            handshake.headers[name.replace("_", "-")] = value
        self.protocol.send_request(handshake)
        self.flush()

    @property
    def is_open(self) -> bool:
        return self.protocol.state is State.OPEN

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [said[2] for said in self.said if said[:2] == [2, "entry"]]

    def told(self, method: str) -> list[dict[str, Any]]:
        return [said[2] for said in self.said if said[:2] == [2, method]]

    def texts(self, room: str = "general") -> list[str]:
        return [e["text"] for e in self.entries if e["room"] == room]

    def flush(self) -> None:
        """Send what the protocol has to send."""
        self.say(b"".join(self.protocol.data_to_send()))

    def call(self, method: str, /, **params: object) -> list[Any]:
        """Send a request and return the answer: kind, id, error, result."""
        self._next_id += 1
        envelope = [0, self._next_id, method, params]
        if self.protocol.subprotocol == "chatd.v1.msgpack":
            self.protocol.send_binary(msgpack.packb(envelope))
        else:
            self.protocol.send_text(json.dumps(envelope).encode())
        self.flush()
        (answer,) = [said for said in self.said if said[:2] == [1, self._next_id]]
        return answer

    def enter(self, token: str) -> "SocketPeer":
        """Greet, log in by token, and follow."""
        for method, params in (("hello", {"version": 1}), ("login-token", {"token": token})):
            assert self.call(method, **params)[2] is None
        return self

    def turn(self) -> bool:
        moved = super().turn()
        data, self._read = self.heard[self._read :], len(self.heard)
        if data:
            self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
        return moved

    def _take(self, frame: Frame) -> None:
        self.frames.append(frame)
        if frame.opcode is Opcode.TEXT:
            self.said.append(json.loads(bytes(frame.data)))
        elif frame.opcode is Opcode.BINARY:
            self.said.append(msgpack.unpackb(bytes(frame.data)))
