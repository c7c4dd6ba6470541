"""A peer: a client that speaks the protocol by hand and believes nothing it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from reprlib import Repr
from typing import Any

import msgpack

from chatd.wire.envelope import encode_notification, encode_request
from chatd.wire.frames import (
    PAYLOAD_BYTES_MAX,
    PAYLOAD_BYTES_MAX_BEFORE_LOGIN,
    FrameDecoder,
)
from tests.simulation.account import client_final, client_first, password_of
from tests.simulation.network import SimSocket

Map = dict[str, Any]
READ_BYTES = 1 << 20
BRIEF = Repr()
"""How what was asked is written down."""
BRIEF.maxstring = BRIEF.maxother = 40


@dataclass
class Request:
    """What somebody asked. outcome: "done", or the code of the error; "" as long as there is none.

    name: of the user, "" of one who is not logged in yet.
    """

    name: str
    method: str
    params: Map
    outcome: str = ""

    def __str__(self) -> str:
        words = [f"{key}={BRIEF.repr(value)}" for key, value in self.params.items()]
        outcome = f"-> {self.outcome}" if self.outcome else ""
        return " ".join(filter(None, [f"{self.name or 'somebody'}:", self.method, *words, outcome]))


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error: Map) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.detail = error


class Lost(Exception):
    """The connection ended before the answer came, and nobody knows whether it is done."""


class Peer:
    """One connection. `settle` lets the server and everybody else do what there is to do.

    reads: whether it takes what has come. answers_pings: whether it shows that it lives.
    entries: all that were delivered, in order. notices: (method, params) of everything
    else that the server said by itself. last: the newest `seq` by room. epoch: of `sync`.
    jumps: rooms that the user left and came back to unheard, where numbers may be left out.
    transcript: where everything that peers ask is written down.
    """

    def __init__(
        self,
        sock: SimSocket,
        settle: Callable[[], object],
        transcript: list[Request | str],
    ) -> None:
        self.sock = sock
        self.transcript = transcript
        self.name = ""
        self.device = 0
        self.token = ""
        self.epoch = ""
        self.reads = True
        self.answers_pings = True
        self.ended = False
        self.entries: list[Map] = []
        self.notices: list[tuple[str, Map]] = []
        self.last: dict[str, int] = {}
        self.jumps: set[str] = set()
        self.heard = 0
        self._settle = settle
        self._frames = FrameDecoder(PAYLOAD_BYTES_MAX)
        self._outbox = bytearray()
        self._asked: list[int] = []
        self._requests: dict[int, Request] = {}
        self._answers: dict[int, tuple[Map | None, Map | None]] = {}
        self._next_id = 0

    # -- asking ------------------------------------------------------------------------------

    def request(self, method: str, **params: object) -> int:
        """Send a request without waiting; return its id."""
        self._next_id += 1
        self._asked.append(self._next_id)
        self._requests[self._next_id] = request = Request(self.name, method, params)
        self.transcript.append(request)
        self.send_bytes(encode_request(self._next_id, method, params))
        return self._next_id

    def result(self, request_id: int) -> Map:
        """Return what a request was answered; raise Refused, or Lost."""
        if self.ended and request_id not in self._answers:
            raise Lost
        error, result = self._answers.pop(request_id)
        if error is not None:
            raise Refused(error)
        assert result is not None
        return result

    @property
    def waits(self) -> bool:
        """Whether there are requests that were not answered yet."""
        return bool(self._asked)

    def answered(self, request_id: int) -> bool:
        return request_id in self._answers

    def call(self, method: str, **params: object) -> Map:
        """Ask and wait for the answer; raise Refused."""
        request_id = self.request(method, **params)
        self._settle()
        return self.result(request_id)

    def refusal(self, method: str, **params: object) -> Map:
        """Return the error that a request must be answered with."""
        request_id = self.request(method, **params)
        self._settle()
        return self.refused(request_id)

    def refused(self, request_id: int) -> Map:
        """Return the error that a request must have been answered with."""
        try:
            result = self.result(request_id)
        except Refused as refused:
            return refused.detail
        raise AssertionError(f"was not refused: {result}")

    def tell(self, method: str, **params: object) -> None:
        """Send a notification."""
        self.transcript.append(Request(self.name, method, params))
        self.send_bytes(encode_notification(method, params))

    def send_bytes(self, data: bytes) -> None:
        """Send anything at all, as far as the kernel takes it now."""
        self._outbox += data
        self.push()

    # -- what is usual -----------------------------------------------------------------------

    def hello(self) -> Map:
        return self.call("hello", version=1, client="peer")

    def prove(self, name: str, password: str | None = None, device: str | None = None) -> Map:
        """Log in by password, or prove it again."""
        challenge = self.call("login-start", message=client_first(name))["message"]
        final = client_final(name, password or password_of(name), challenge)
        return self._entered(self.call("login-finish", message=final, device=device))

    def enter(self, token: str) -> Map:
        """Log in by token."""
        return self._entered(self.call("login-token", token=token))

    def _entered(self, result: Map) -> Map:
        self.name, self.device = result["name"], result["device"]
        self.token = result.get("token", self.token)
        return result

    def sync(self, **params: object) -> Map:
        """Follow. `last` begins with the positions brought along."""
        positions = params.get("positions")
        if isinstance(positions, dict):
            self.last = dict(positions)
        request_id = self.request("sync", **params)
        self._settle()
        synced = self.result(request_id)
        self.epoch = synced["epoch"]
        return synced

    def send(self, text: str, **params: object) -> Map:
        return self.call("send", text=text, **params)

    def send_to(self, to: str, text: str, **params: object) -> Map:
        return self.call("send-to", to=to, text=text, **params)

    def create(self, title: str, *members: "Peer") -> str:
        """Make a group of which these are members, and return its id."""
        room: str = self.call("create", title=title)["room"]
        for member in members:
            self.call("invite", room=room, user=member.name)
            member.call("join", room=room)
        return room

    def post(self, room: str, text: str, **params: object) -> Map:
        return self.call("post", room=room, text=text, **params)

    def ack(self, room: str, seq: int | None = None) -> None:
        """Acknowledge, by default all that came."""
        self.tell("ack", room=room, seq=self.last[room] if seq is None else seq)
        self._settle()

    # -- what was heard ----------------------------------------------------------------------

    def texts(self, room: str = "general") -> list[str]:
        """Return the texts that were delivered from a room, in order."""
        return [e["text"] for e in self.entries if e["room"] == room and e["kind"] == "message"]

    def of_kind(self, kind: str) -> list[Map]:
        """Return the entries of a kind that were delivered, in order."""
        return [entry for entry in self.entries if entry["kind"] == kind]

    def seqs(self, room: str = "general") -> list[int]:
        return [entry["seq"] for entry in self.entries if entry["room"] == room]

    def told(self, method: str) -> list[Map]:
        """Return the parameters of all notifications of a kind."""
        return [params for said, params in self.notices if said == method]

    def forget(self) -> None:
        """Start a new page: what was heard so far is of no interest."""
        self.entries.clear()
        self.notices.clear()

    # -- the line ----------------------------------------------------------------------------

    def close(self) -> None:
        self.transcript.append(f"{self.name} closes")
        self.ended = True
        self.sock.close()

    def reset(self) -> None:
        self.transcript.append(f"{self.name} resets")
        self.ended = True
        self.sock.reset()

    def push(self) -> bool:
        """Send what waits; return whether anything moved."""
        if not self._outbox or self.ended:
            return False
        try:
            sent = self.sock.send(bytes(self._outbox))
        except BlockingIOError:
            return False
        except OSError:
            self._lose()
            return False
        del self._outbox[:sent]
        return True

    def pull(self, size: int = READ_BYTES) -> bool:
        """Take what has come; return whether there was anything."""
        if self.ended:
            return False
        try:
            data = self.sock.recv(size)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._lose()
            return True
        self._frames.feed(data)
        while (payload := self._frames.next_frame()) is not None:
            self._hear(payload)
        return True

    def turn(self) -> bool:
        """Do what a client does by itself; return whether anything moved."""
        pushed = self.push()
        return (self.reads and self.pull()) or pushed

    def _lose(self) -> None:
        self.ended = True
        self.sock.close()

    def _hear(self, payload: bytes) -> None:
        self.heard += 1
        assert self.name or len(payload) <= PAYLOAD_BYTES_MAX_BEFORE_LOGIN, len(payload)
        value = msgpack.unpackb(payload)
        if value[0] == 1:
            _, request_id, error, result = value
            assert request_id == self._asked.pop(0), "answers come in order"
            assert (error is None) != (result is None), value
            assert error is None or error["code"] != "internal", error
            self._answers[request_id] = (error, result)
            if request := self._requests.pop(request_id, None):
                request.outcome = error["code"] if error else "done"
        else:
            _, method, params = value
            self._notice(method, params)

    def _notice(self, method: str, params: Map) -> None:
        if method == "entry":
            self._entry(params)
            return
        self.notices.append((method, params))
        if method == "gap":
            room = params["room"]
            assert params["from"] == self.last.get(room, params["from"] - 1) + 1, params
            assert params["from"] <= params["to"], params
            self.last[room] = params["to"]
        elif method == "reset":
            self.last.pop(params["room"], None)
        elif method == "ping" and self.answers_pings:
            self.tell("pong")

    def _entry(self, entry: Map) -> None:
        room, seq = entry["room"], entry["seq"]
        follows = seq == self.last.get(room, seq - 1) + 1
        assert follows or room in self.jumps, f"{room}#{seq} after {self.last[room]}"
        self.last[room] = seq
        self.entries.append(entry)
        if entry["kind"] == "removed":
            self.last.pop(entry["group"], None)  # whoever comes back begins anew
