"""Whole sessions of eve's, recorded as the bytes that she sends: what the fuzz mutates.

The world is the same for the same calls, tokens and challenges included. So a session that was
recorded on one stage goes as well on another, until it is changed.
"""

import atexit
import json
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from websockets.frames import Frame, Opcode

from chatd.wire.commands import COMMANDS
from tests.certificates import Certificate, certificate
from tests.fuzz.hostile_load import HostileLoad
from tests.simulation.account import client_final, client_first, password_of
from tests.simulation.network import SimListener, SimSocket
from tests.simulation.peer import Refused
from tests.simulation.web import HANDSHAKE, request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
CONTENT = bytes(range(256)) * 8
SAID: dict[str, dict[str, object]] = {
    "register": {"name": "mallory", "salt": "c2FsdHNhbHQ=", "iterations": 4_096},
    "sync": {"positions": {"general": 1, "alice,eve": 0}, "epoch": "x", "peek": True},
    "ack": {"room": "general", "seq": 1},
    "typing": {"room": "general"},
    "send": {"text": "hello @alice, `code` ünï", "nonce": "n1"},
    "send-to": {"to": "bob", "text": "hello"},
    "post": {"room": "general", "text": "hello"},
    "send-at": {"text": "later", "at": 1_800_000_000_000},
    "cancel": {"number": 1},
    "history": {"room": "general", "after": 0, "limit": 3},
    "search": {"text": "hello"},
    "comment": {"room": "general", "seq": 1, "text": "yes"},
    "thread": {"room": "general", "seq": 1},
    "threads": {"room": "general", "unread": True, "after": 9},
    "display-name": {"display_name": "Alice"},
    "mute": {"room": "general", "muted": True},
    "unread-from": {"room": "general", "seq": 1},
    "edit": {"room": "general", "seq": 1, "text": "hallo"},
    "delete": {"room": "general", "seq": 1},
    "pin": {"room": "general", "seq": 1},
    "unpin": {"room": "general", "seq": 1},
    "pins": {"room": "general", "after": 9},
    "react": {"room": "general", "seq": 1, "emoji": "👍", "remove": False},
    "report": {"room": "general", "seq": 1, "reason": "spam"},
    "create": {"title": "ops"},
    "invite": {"room": "+ops", "user": "alice"},
    "hook": {"room": "general", "label": "ci"},
    "upload": {"room": "general", "name": "a.bin", "size": 4, "sha256": "x"},
    "upload-chunk": {"upload": 1, "offset": 0, "data": "AAAA"},
    "block": {"user": "bob"},
    "password": {"salt": "c2FsdHNhbHQ=", "iterations": 4_096},
}
"""Parameters of commands; the others get none, which are refused where some are needed."""


ENDING = frozenset({"logout", "delete-account"})
"""Commands behind which nothing more is done."""


class Stage(HostileLoad):
    """An attack in which eve has all that she may have: a token, a hook, a file, a group.

    files: of the certificate by which her connections may be encrypted.
    """

    def __init__(self) -> None:
        self.files = certificate_files()
        proxies = {"trusted_proxies": ("127.0.0.1",), "metrics_from": ("127.0.0.1",)}
        super().__init__(tls_cert=self.files.cert, tls_key=self.files.key, **proxies)
        self.token = self.world.token("eve")
        self.hook = str(self.eve.call("hook", room="general", label="ci")["token"])
        target = "/api/v1/files?room=general&name=a"
        peer = self.world.raw()
        said = request("POST", target, CONTENT, authorization=f"Bearer {self.token}")
        assert peer.say(said).startswith(b"HTTP/1.1 201 ")
        peer.close()
        self.eve.call("create", title="ops")
        self.world.settle()
        self.connections = len(self.world.connections)


@cache
def certificate_files() -> Certificate:
    """Return a certificate that is there as long as this process."""
    folder = TemporaryDirectory(prefix="chatd-fuzz-")
    atexit.register(folder.cleanup)
    return certificate(Path(folder.name))


def garbled(chance: Random, stream: bytes) -> bytes:
    """Return a stream with parts of it changed, lost, doubled, moved, or something else there."""
    data = bytearray(stream)
    for _ in range(chance.randint(1, 4)):
        start, end = sorted((_place(chance, data), _place(chance, data)))
        end = chance.choice((start, start + 1, end))
        part = bytes(data[start:end])
        word, byte = chance.choice(WORDS), bytes((chance.randrange(256),))
        data[start:end] = chance.choice((word, word, byte, part * 2, b""))
        if chance.randrange(4) == 0:
            place = _place(chance, data)
            data[place:place] = part
    return bytes(data)


def _place(chance: Random, data: bytearray) -> int:
    """Return where something may be changed: anywhere, but mostly at a seam nearby."""
    place = chance.randint(0, len(data))
    seam = SEAMS.search(data, place) if chance.randrange(4) else None
    return place if seam is None else seam.end() if chance.randrange(2) else seam.start()


class Recorder:
    """Keeps what is sent on the connections that are made from now on."""

    def __init__(self, listener: SimListener) -> None:
        self.sent: list[bytearray] = []
        connect = listener.connect

        def recorded(*args: Any, **kwargs: Any) -> SimSocket:
            return self._recorded(connect(*args, **kwargs))

        listener.connect = recorded  # type: ignore[method-assign]

    def _recorded(self, sock: SimSocket) -> SimSocket:
        sent, send = bytearray(), sock.send
        self.sent.append(sent)

        def record(data: bytes, /) -> int:
            count = send(data)
            sent.extend(data[:count])
            return count

        sock.send = record  # type: ignore[method-assign]
        return sock


def frames(stage: Stage) -> None:
    """Log in by password, and ask for everything that there is, by framed msgpack."""
    peer = stage.world.login("eve", device="console")
    peer.sync()
    for method in sorted(COMMANDS.keys() - ENDING - {"hello", "login-start", "login-finish"}):
        try:
            peer.call(method, **SAID.get(method, {}))
        except Refused:
            pass
    peer.ack("general")
    peer.tell("pong")


def files_in_frames(stage: Stage) -> None:
    """Put a file by chunks and get it."""
    peer = stage.world.login("eve")
    digest = sha256(CONTENT).digest()
    begun = peer.call("upload", room="general", name="a", size=len(CONTENT), sha256=digest)
    upload = begun["upload"]
    peer.call("upload-chunk", upload=upload, offset=0, data=CONTENT)
    posted = peer.call("upload-finish", upload=upload)
    peer.call("download", room="general", seq=posted["seq"], offset=0)


def end_of_account(stage: Stage) -> None:
    """Be somebody for a moment, and nobody then."""
    peer = stage.world.login("mallory")
    peer.send("hello and goodbye")
    peer.call("delete-account")


def registration(stage: Stage) -> None:
    """Make an account."""
    stage.world.register("mallory")


def requests(stage: Stage) -> None:
    """Ask for everything by HTTP, on one connection."""
    token = stage.token
    said = b"".join(
        request("POST", f"/api/v1/{method}", json.dumps(SAID.get(method, {})).encode(),
                content_type=JSON, authorization=f"Bearer {token}")
        for method in sorted(COMMANDS.keys() - ENDING)
    )  # fmt: skip
    stage.world.raw().say(said)


def pages(stage: Stage) -> None:
    """Ask for what is no command, in all ways that HTTP has."""
    body = b'{"room": "general"}'
    chunked = b"%x;ext=1\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    coded = {"transfer_encoding": "chunked", "content_type": JSON, "accept": "*/*;q=0.5, text/*"}
    stage.world.raw().say(
        request("GET", "/", accept_encoding="gzip, br;q=0.1")
        + request("HEAD", "/api/v1/", accept="text/html")
        + request("GET", "/api/v1/openapi.json", if_none_match='"x"')
        + request("GET", "/metrics", x_forwarded_for="192.0.2.1, 2001:db8::1")
        + request("GET", "http://localhost/healthz?a=b")
        + request("HEAD", "/healthz", content_length="3")
        + b"abc"
        + request("POST", "/api/v1/history", None, **coded)
        + chunked
        + request("HEAD", "/", None, **coded)
        + chunked
        + request("OPTIONS", "*", b"")
        + request("PUT", "/join", b"x", expect="100-continue")
        + request("POST", "/api/v1/send", b"{}", content_type=JSON, idempotency_key='"k"')
    )


def logins(stage: Stage) -> None:
    """Log in over HTTP, in two requests."""
    web = stage.world.web()
    challenge = web.call("login-start", message=client_first("eve")).json["message"]
    final = client_final("eve", password_of("eve"), challenge)
    web.call("login-finish", message=final, device="web")


def hooks(stage: Stage) -> None:
    """Post what Slack's webhooks take."""
    path = "/hooks/" + stage.hook
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "<https://x|y> &amp; &#65;"}}
    fields = [{"title": "job", "value": 3}]
    payloads: list[dict[str, object]] = [
        {"text": "done &lt;b&gt; <!here> <@U1|bob>"},
        {"blocks": [block, {"type": "context", "elements": [block["text"]]}]},
        {"attachments": [{"title": "CPU", "title_link": "https://x", "fields": fields}]},
    ]
    texts = [json.dumps(payload).encode() for payload in payloads]
    said = b"".join(request("POST", path, text, content_type=JSON) for text in texts)
    said += request("POST", path, b"payload=%7B%22text%22%3A+%22a%22%7D", content_type=FORM)
    stage.world.raw().say(said)


def files(stage: Stage) -> None:
    """Put files over HTTP, as bodies and forms, and get them, whole and in part."""
    field = {"authorization": f"Bearer {stage.token}"}
    form = (
        b'--b\r\ncontent-disposition: form-data; name="room"\r\n\r\ngeneral\r\n'
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="\xc3\xa4.txt"\r\n'
        b"content-type: text/plain\r\n\r\nbytes\r\n--b--\r\n"
    )
    kind = "multipart/form-data; boundary=b"
    stage.world.raw().say(
        request("POST", "/api/v1/files?room=general&name=a&caption=c%20c", CONTENT, **field)
        + request("POST", "/api/v1/files", form, content_type=kind, **field)
        + request("GET", "/files/general/1/a", None, range="bytes=1-2", **field)
        + request("GET", "/files/general/1/a", None, range="bytes=-5", if_range='"x"', **field)
        + request("HEAD", "/files/general/1/a", None, if_match="*", **field)
        + request("GET", "/files/general/2/%C3%A4.txt", None, **field)
        + request("GET", "/files/general/1/a", None, if_none_match='W/"x", "y"', **field)
    )


def events(stage: Stage) -> None:
    """Listen to events, and go on where one was."""
    field = {"authorization": f"Bearer {stage.token}"}
    mark = f"{stage.world.state.epoch}/{stage.world.now_ms}/general:0,alice,bob:1"
    stage.world.raw().say(
        request("GET", "/api/v1/events?start=now", None, last_event_id=mark, **field)
        + request("GET", "/api/v1/")
    )


def websocket(stage: Stage) -> None:
    """Do everything over a WebSocket, in text."""
    socket = stage.world.socket("chatd.v1.json").enter(stage.token)
    for method, params in SAID.items():
        if socket.is_open:
            socket.call(method, **params)
    said = json.dumps([2, "ack", {"room": "general", "seq": 1}]).encode()
    pieces = [
        Frame(Opcode.PING, b"there?"),
        Frame(Opcode.TEXT, said[:9], fin=False),
        Frame(Opcode.PONG, b""),
        Frame(Opcode.CONT, b"", fin=False),
        Frame(Opcode.CONT, said[9:]),
        Frame(Opcode.CLOSE, b"\x03\xe8done"),
    ]
    socket.say(b"".join(piece.serialize(mask=True) for piece in pieces))


def binary_websocket(stage: Stage) -> None:
    """The same in msgpack, without an answer being waited for."""
    opened = {**HANDSHAKE, "sec-websocket-protocol": "chatd.v1.msgpack, chatd.v1.json"}
    socket = stage.world.raw()
    socket.say(request("GET", "/ws", None, origin="http://localhost", **opened))
    for payload in (
        b"\x94\x00\x01\xa5hello\x81\xa7version\x01",
        b"\x94\x00\x02\xa4ping\x80",
        b"\x93\x02\xa4pong\x80",
    ):
        socket.say(Frame(Opcode.BINARY, payload).serialize(mask=True))


SEAMS = re.compile(rb'\r\n|: |[",=&/?;{]')
"""Behind these, and in front of them, begins something in a text."""
WORDS = (
    b"\r\n", b"\n", b"\0", b" " * 300, b"9" * 5_000, b"0" * 5_000, b"-1", b"1e999", b"nan",
    b"&#" + b"9" * 4_301 + b";", b"\\ud800", b"\xed\xa0\x80", b"\xff\xfe", b"%ff", b"%",
    b"[" * 2_000, b"[", b"http://[",
    b"HEAD ", b"POST ", b"OPTIONS * ", b"HTTP/1.1\r\n", b"content-length: 99999999\r\n",
    b"transfer-encoding: chunked\r\n", b"expect: 100-continue\r\n", b"connection: close\r\n",
    b"origin: http://[\r\n", b"x-forwarded-for: ::1%a\r\n", b"range: bytes=-0\r\n", b"zz\r\n",
    b"0\r\n\r\n", b"\xc1", b"\xc7\0\xff", b"\xd6\xff\0\0\0\0", b"\xcb\x7f\xf8" + bytes(6),
    b"\xcf" + b"\xff" * 8, b"\xdf" + b"\xff" * 4, b"\x81\xfe\xff\xff", b"\x88\x82\0\0\0\0\3\xe7",
    b"\x89\xfe\0\x7e", b"\x16\x03\x01\x02\0", b"\x15\x03\x01\0\2\2\x28", b"\x17\x03\x03\0\1x",
)  # fmt: skip
"""What a protocol may stumble over."""

SESSIONS: tuple[Callable[[Stage], None], ...] = (
    frames, files_in_frames, registration, end_of_account, requests, pages, logins, hooks, files,
    events, websocket, binary_websocket,
)  # fmt: skip


@cache
def recorded() -> dict[str, bytes]:
    """Return what is sent in each session, by its name."""
    return {session.__name__: _recorded(session) for session in SESSIONS}


def _recorded(session: Callable[[Stage], None]) -> bytes:
    with Stage() as stage:
        recorder = Recorder(stage.world.listener)
        session(stage)
        return bytes(max(recorder.sent, key=len))


@cache
def hello() -> bytes:
    """Return how a client begins TLS."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()
