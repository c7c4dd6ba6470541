"""The attacks: what each hostile peer says, as one kind of harm after the other.

A peer is one of twenty, with an address of its own on loopback and, where it is logged in, a user
of its own. What it says first on a connection is its `opening`, what it goes on to say are its
bursts, as fast as the server takes them.
"""

import base64
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.dialects.chatd import token_of
from chatd.wire import commands as c
from chatd.wire.envelope import encode_request

PEERS = 20
"""Hostile peers in all, whatever the attack."""
HEAD = "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"
CHUNKS = 100
DUE_MS = 1_500
UPGRADE_KEY = base64.b64encode(bytes(16)).decode()

Bytes = Callable[[int, int], bytes]
"""What peer `i` says for the `n`-th time."""


@dataclass(frozen=True)
class Attack:
    """One kind of harm.

    title: in words. connections: of all peers together. reads: whether they take answers.
    again: whether a connection that the server ends is opened anew.
    pause_s: between two bursts on one connection.
    """

    name: str
    title: str
    burst: Bytes
    opening: Bytes = lambda i, n: b""
    connections: int = PEERS
    reads: bool = True
    again: bool = True
    pause_s: float = 0.0


def user(peer: int) -> str:
    """Return the name of a hostile peer's user."""
    return f"e{peer:03d}"


def address(peer: int) -> str:
    """Return the address that a hostile peer has for itself."""
    return f"127.0.1.{peer + 1}"


def http(method: str, path: str, body: bytes = b"", **fields: str) -> bytes:
    """Return a request over HTTP; `fields` with _ for - in their names."""
    if body:
        fields.setdefault("content_length", str(len(body)))
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return HEAD.format(method=method, path=path, fields=lines).encode("latin-1") + body


def _login(peer: int, n: int) -> bytes:
    hello = encode_request(1, "hello", c.Hello(c.VERSION, "hostile"))
    return hello + encode_request(2, "login-token", c.LoginToken(token_of(user(peer))))


def _guest(peer: int, n: int) -> bytes:
    return encode_request(1, "hello", c.Hello(c.VERSION, "hostile"))


def _calls(*calls: tuple[str, object], times: int = 1) -> Bytes:
    data = b"".join(encode_request(9, method, params) for method, params in calls) * times
    return lambda peer, n: data


def _broken_http(peer: int, n: int) -> bytes:
    digits = "9" * 5_000
    kinds = (
        http("GET", "/ws", Origin="http://[", Upgrade="websocket", Connection="upgrade"),
        http("POST", "/hooks/x", b'{"text":"&#' + digits.encode() + b';"}'),
        http("HEAD", "/healthz", Content_Length="99999999"),
        http("HEAD", "/healthz", Transfer_Encoding="chunked") + b"zz\r\n",
        http("GET", "/files/general/1", Range=f"bytes={digits}-"),
        http("GET", f"/healthz?a={digits}", X_Forwarded_For="[::"),
        http("POST", "/api/v1/send", b"[" * 10_000, Authorization="Bearer x"),
    )
    return kinds[n % len(kinds)]


def _blanks(peer: int, n: int) -> bytes:
    return http("GET", "/healthz", X=" " * 15_000 + "\x01")


def _hook_texts(peer: int, n: int) -> bytes:
    text = b"<@U1|a> &amp; <http://a|b> " * 2_000
    return http("POST", f"/hooks/{peer:064x}", b'{"text": "' + text + b'"}')


def _upgrade(peer: int, n: int) -> bytes:
    return http(
        "GET", "/ws", Upgrade="websocket", Connection="upgrade",
        Sec_WebSocket_Key=UPGRADE_KEY, Sec_WebSocket_Version="13",
    )  # fmt: skip


_CONTROL_FRAMES = (b"\x89\x80\0\0\0\0" + b"\x8a\x80\0\0\0\0") * 2_000
_FRAGMENTS = (b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 2_000 + b"\x80\x80\0\0\0\0") * 2


def _sha256(peer: int) -> bytes:
    return hashlib.sha256(b"another file %d" % peer).digest()


def broken_upload(peer: int) -> list[bytes]:
    """Return the requests of an upload, the peer's `peer + 1`st in the store, with a wrong hash."""
    size = CHUNKS * c.CHUNK_BYTES_MAX
    upload = c.Upload("general", "broken", size, _sha256(peer))
    chunks = [
        encode_request(9, "upload-chunk", c.UploadChunk(peer + 1, offset, bytes(c.CHUNK_BYTES_MAX)))
        for offset in range(0, size, c.CHUNK_BYTES_MAX)
    ]
    return [_login(peer, 0), encode_request(9, "upload", upload), *chunks]


def _finish(peer: int, n: int) -> bytes:
    return encode_request(9, "upload-finish", c.UploadFinish(peer + 1)) * 10


def _login_and_schedule(peer: int, n: int) -> bytes:
    at_ms = time.time_ns() // 10**6 + DUE_MS
    text = " ".join(f"@{user(other)}" for other in range(PEERS)) * 40
    posts = (c.SendAt(at_ms, f"{text} {number}") for number in range(100))
    return _login(peer, n) + b"".join(encode_request(9, "send-at", post) for post in posts)


def _health(peer: int, n: int) -> bytes:
    return http("GET", "/healthz") * 50


def _invented_name(peer: int, n: int) -> bytes:
    message = f"n,,n={os.urandom(5).hex()},r=nonce"
    start = encode_request(3, "login-start", c.LoginStart(message))
    return start + encode_request(4, "login-finish", c.LoginFinish(f"c=biws,r=nonce{n},p=AAAA"))


def _begun_login(peer: int, n: int) -> bytes:
    body = b'{"message": "n,,n=h000,r=%s"}' % os.urandom(8).hex().encode()
    return http("POST", "/api/v1/login-start", body, Content_Type="application/json")


def _registration(peer: int, n: int) -> bytes:
    name, salt, key = os.urandom(6).hex(), os.urandom(16), os.urandom(32)
    return encode_request(5, "register", c.Register("n" + name, salt, 4_096, key, key))


def _strangers_lists(peer: int, n: int) -> bytes:
    victim = f"h{n % PEERS:03d}"
    report = encode_request(6, "report", c.Report(victim, "for no reason"))
    create = encode_request(7, "create", {"title": f"room{n}"})
    return report + create + encode_request(8, "invite", {"room": f"+room{n}", "user": victim})


def _unfinished_upload(peer: int, n: int) -> bytes:
    upload = c.Upload("general", f"file {n}", 5_000_000, _sha256(peer + n))
    chunk = c.UploadChunk(n + 1, 0, bytes(c.CHUNK_BYTES_MAX))
    return encode_request(9, "upload", upload) + encode_request(10, "upload-chunk", chunk)


def _bad_frame(peer: int, n: int) -> bytes:
    return b"\0\0\0\1\xc1"


def _dribble(peer: int, n: int) -> bytes:
    return b"x"


def _stranger_texts(peer: int, n: int) -> bytes:
    return encode_request(9, "send-to", {"to": f"h{n % PEERS:03d}", "text": "x" * 4_000})


def _noise(peer: int, n: int) -> bytes:
    start = (b"\0", b"\x16\x03\x01", b"GET ", b"\xff")[n % 4]
    return start + os.urandom(1_000)


WALKS = ("rooms", "unread", "status", "who", "invitations", "devices")

ATTACKS = {
    attack.name: attack
    for attack in (
        Attack("broken-http", "heads and bodies that no parser should meet", _broken_http),
        Attack("noise", "random bytes after each protocol's first ones", _noise),
        Attack("blanks", "header fields of 15,000 blanks and a control character", _blanks),
        Attack("hooks", "long texts to hooks that nobody has", _hook_texts),
        Attack(
            "control-frames", "WebSocket pings and pongs without a login",
            lambda i, n: _CONTROL_FRAMES, _upgrade,
        ),
        Attack(
            "fragments", "empty fragments over WebSockets without a login",
            lambda i, n: _FRAGMENTS, _upgrade,
        ),
        Attack("pings", "endless pings", _calls(("ping", c.Ping()), times=200), _login),
        Attack(
            "walks", "`rooms`, `unread`, `status` and others, pipelined over two connections each",
            _calls(*((method, {}) for method in WALKS), times=20), _login, connections=2 * PEERS,
        ),
        Attack(
            "threads", "`thread`, `history` and `search` in a long room, pipelined",
            _calls(
                ("thread", {"room": "general", "seq": 1}),
                ("history", {"room": "general", "limit": 100}),
                ("search", {"words": "xxxx nothing"}), times=20,
            ), _login,
        ),
        Attack(
            "wrong-hash", "an upload whose hash is wrong, finished again and again",
            _finish, _login,
        ),
        Attack(
            "due-at-once", "2,000 scheduled texts, each naming many users, due at the same time",
            _calls(("scheduled", {})), _login_and_schedule, pause_s=0.1,
        ),
        Attack("health", "`GET /healthz`, pipelined over 60 connections", _health, connections=60),
        Attack("many", "`ping` without a login, pipelined over 4,000 connections",
               _calls(("ping", c.Ping()), times=50), _guest, connections=4_000),
        Attack("silence", "1,500 connections that say nothing", _dribble, connections=1_500,
               pause_s=3_600.0),
        Attack("dribble", "a byte every 0.25 s after the goodbye, on 200 connections", _dribble,
               _bad_frame, connections=200, pause_s=0.25),
        Attack("names", "failed logins under invented names", _invented_name, _guest),
        Attack("begun-logins", "logins over HTTP that are only begun", _begun_login),
        Attack("registrations", "accounts that nobody will use", _registration, _guest),
        Attack(
            "lists", "reports, rooms and invitations against everybody", _strangers_lists, _login
        ),
        Attack("uploads", "files that are never finished", _unfinished_upload, _login),
        Attack("texts", "direct messages to everybody", _stranger_texts, _login),
        Attack(
            "stalled", "requests whose answers are never read",
            _calls(("status", {}), ("history", {"room": "general", "limit": 100}), times=20),
            _login, connections=100, reads=False,
        ),
    )
}  # fmt: skip
