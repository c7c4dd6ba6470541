"""A small client over a real socket: enough of the protocol to see all that the server does."""

import hashlib
import socket
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from scramp import ScramClient, ScramMechanism

from chatd.wire.commands import ITERATIONS_MIN, VERSION
from chatd.wire.envelope import (
    Envelope,
    Notification,
    Response,
    decode_envelope,
    encode_notification,
    encode_request,
)
from chatd.wire.frames import FrameDecoder
from tests.e2e.waiting import DEADLINE_S

MECHANISM = "SCRAM-SHA-256"
PASSWORD = "correct horse battery staple"
READ_BYTES = 1 << 18
CHUNK_BYTES = 30_000
"""Of a file, so that a frame takes them."""


class Refused(Exception):
    """The server answered with an error; `error` is its map."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.error = error
        self.code: str = error["code"]


class Closed(Exception):
    """The connection is over."""


class Client:
    """One connection, blocking. What the server tells by itself is kept until asked for."""

    def __init__(self, port: int, receive_bytes: int = 0) -> None:
        """receive_bytes: what the kernel takes for a client that reads nothing; 0: its own way."""
        self.sock = socket.socket()
        if receive_bytes:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(DEADLINE_S)
        try:
            self.sock.connect(("127.0.0.1", port))
        except BaseException:
            self.sock.close()
            raise
        self.notices: deque[Notification] = deque()
        self.name = ""
        self.positions: dict[str, int] = {}
        self._responses: deque[Response] = deque()
        self._decoder = FrameDecoder()
        self._last_id = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self.sock.close()

    # -- bytes and envelopes -----------------------------------------------------------------

    def send_bytes(self, data: bytes) -> None:
        """Send any bytes at all. Raises Closed."""
        try:
            self.sock.sendall(data)
        except ConnectionError as error:
            raise Closed from error

    def read_more(self) -> list[Envelope]:
        """Wait for bytes and return the envelopes that they complete. Raises Closed."""
        try:
            data = self.sock.recv(READ_BYTES)
        except ConnectionError as error:
            raise Closed from error
        if not data:
            raise Closed
        self._decoder.feed(data)
        return list(self._decoded())

    def _decoded(self) -> Iterator[Envelope]:
        while (payload := self._decoder.next_frame()) is not None:
            yield decode_envelope(payload)

    def read_to_the_end(self) -> list[Envelope]:
        """Return everything that the server still says before it hangs up."""
        heard: list[Envelope] = []
        try:
            while True:
                heard += self.read_more()
        except Closed:
            return heard

    # -- calls -------------------------------------------------------------------------------

    def request(self, method: str, **params: Any) -> int:
        """Send a request and don't wait; return its id."""
        self._last_id += 1
        self.send_bytes(encode_request(self._last_id, method, params))
        return self._last_id

    def response(self, request_id: int) -> dict[str, Any]:
        """Wait for a response and return its result. Raises Refused and Closed."""
        while not self._responses:
            self._sort(self.read_more())
        response = self._responses.popleft()
        assert response.id == request_id, "responses come in order"
        return result_of(response)

    def _sort(self, heard: list[Envelope]) -> None:
        for envelope in heard:
            if isinstance(envelope, Notification):
                self.notices.append(envelope)
            elif isinstance(envelope, Response):
                self._responses.append(envelope)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request and return its result. Raises Refused and Closed."""
        return self.response(self.request(method, **params))

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self.send_bytes(encode_notification(method, params))

    def next_notice(self, *methods: str) -> Notification:
        """Return the next notification with one of these methods; others are dropped."""
        while True:
            while self.notices:
                notice = self.notices.popleft()
                if notice.method in methods:
                    return notice
            self._sort(self.read_more())

    # -- the conversation --------------------------------------------------------------------

    def hello(self) -> dict[str, Any]:
        """Greet."""
        return self.call("hello", version=VERSION)

    def register(self, name: str, password: str = PASSWORD) -> None:
        """Make an account."""
        self.call("register", name=name, **credentials_of(password))

    def login(
        self, name: str, password: str = PASSWORD, device: str | None = None
    ) -> dict[str, Any]:
        """Log in by password; with `device`, the result has a token."""
        proof = ScramClient([MECHANISM], name, password)
        start = self.call("login-start", message=proof.get_client_first())
        proof.set_server_first(start["message"])
        result = self.call("login-finish", message=proof.get_client_final(), device=device)
        proof.set_server_final(result["message"])
        self.name = result["name"]
        return result

    def login_token(self, token: str) -> dict[str, Any]:
        """Log in with a device token."""
        result = self.call("login-token", token=token)
        self.name = result["name"]
        return result

    def sync(self, **params: Any) -> dict[str, Any]:
        """Follow all rooms."""
        return self.call("sync", **params)

    def entries(self, count: int) -> list[dict[str, Any]]:
        """Return the next entries of all rooms but the self log; `positions` follow."""
        return [self.next_entry() for _ in range(count)]

    def next_entry(self) -> dict[str, Any]:
        """Return the next entry of a room that is not the self log."""
        while True:
            entry: dict[str, Any] = self.next_notice("entry").params
            self.positions[entry["room"]] = entry["seq"]
            if not entry["room"].startswith("@"):
                return entry


def credentials_of(password: str) -> dict[str, Any]:
    """Return what `register` and `password` take of a password."""
    salt, stored_key, server_key, iterations = ScramMechanism(MECHANISM).make_auth_info(
        password, iteration_count=ITERATIONS_MIN
    )
    return {
        "salt": salt,
        "iterations": iterations,
        "stored_key": stored_key,
        "server_key": server_key,
    }


def result_of(response: Response) -> dict[str, Any]:
    """Return a response's result. Raises Refused for an error."""
    if response.error is not None:
        raise Refused(response.error)
    result: dict[str, Any] = response.result
    return result


def connect(port: int, receive_bytes: int = 0) -> Client:
    """Return a connection that has greeted."""
    client = Client(port, receive_bytes)
    client.hello()
    return client


def newcomer(port: int, name: str, receive_bytes: int = 0) -> Client:
    """Return a connection of a user who has just registered and logged in."""
    client = connect(port, receive_bytes)
    client.register(name)
    client.login(name)
    return client


def send_file(client: Client, room: str, name: str, content: bytes, caption: str = "") -> int:
    """Post a file, and return its number. Raises Refused."""
    upload = client.call(
        "upload",
        room=room,
        name=name,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        caption=caption,
    )["upload"]
    for offset in range(0, len(content), CHUNK_BYTES):
        data = content[offset : offset + CHUNK_BYTES]
        client.call("upload-chunk", upload=upload, offset=offset, data=data)
    seq: int = client.call("upload-finish", upload=upload)["seq"]
    return seq
