"""chatd's own language: frames of msgpack."""

import hashlib
from collections.abc import Iterator
from struct import Struct
from typing import Any

import msgpack

from bench.dialects import ROOM, Heard, Login
from bench.texts import VerificationError
from chatd.wire import commands as c
from chatd.wire.envelope import encode_request

LENGTH = Struct(">I")
HELLO_ID, LOGIN_ID, LAST_ID = 1, 2, 3
POST_ID = 1 << 20
"""Ids of posts count on from here, so that they are all of one size."""
ANSWER, NOTIFICATION = 1, 2
HARMLESS = frozenset({"live", "presence", "read"})


def token_of(user: str) -> str:
    """Return the device token that a user of the prepared store has."""
    return hashlib.sha256(f"bench {user}".encode()).hexdigest()


class ChatdDialect:
    """Everyone logs in with a device token.

    live: what stands in a stream when all has been caught up with.
    pinged: what stands there when `ping` is answered.
    """

    confirms = True
    logins_at_once = 100
    idlers_follow = True
    live = b"\xa4live\x80"
    pinged = bytes((0x94, ANSWER, LAST_ID, 0xC0, 0x80))

    def follower(self, user: str, room: str) -> Login:
        return self.login(user, "sync", c.Sync(), self.live)

    def poster(self, user: str, follows: bool) -> Login:
        if follows:
            return self.follower(user, ROOM)
        return self.login(user, "ping", c.Ping(), self.pinged)

    def idler(self, user: str) -> Login:
        return self.follower(user, ROOM)

    def post(self, room: str, text: bytes, number: int) -> bytes:
        method = "send" if room == ROOM else "send-to"
        to = {} if room == ROOM else {"to": room}
        return self.request(POST_ID + number, method, to | {"text": text.decode()})

    def ping(self) -> bytes:
        """Return the request whose answer is `pinged`."""
        return self.request(LAST_ID, "ping", c.Ping())

    def heard(self, stream: bytes) -> Heard:
        texts, ends, answers = [], [], 0
        seqs: dict[str, int] = {}
        for end, value in self.values(stream):
            if value[0] == NOTIFICATION and value[1] == "entry":
                texts.append(_text(value[2], seqs))
                ends.append(end)
            elif value[0] == ANSWER and value[2] is None and value[1] >= POST_ID:
                answers += 1
            elif value[0] != NOTIFICATION or value[1] not in HARMLESS:
                raise VerificationError(f"this has no place in the stream: {value}")
        return Heard(texts, ends, answers)

    # -- the encoding, which other transports have another one of ----------------------------

    def request(self, request_id: int, method: str, params: object) -> bytes:
        """Return a request."""
        return encode_request(request_id, method, params)

    def values(self, stream: bytes) -> Iterator[tuple[int, Any]]:
        """Yield each envelope of a stream, and the offset behind it. Raises VerificationError."""
        unpackb, unpack_from, start = msgpack.unpackb, LENGTH.unpack_from, 0
        while start < len(stream):
            if start + LENGTH.size > len(stream):
                raise VerificationError("the stream ends in the middle of a frame")
            end = start + LENGTH.size + unpack_from(stream, start)[0]
            if end > len(stream):
                raise VerificationError("the stream ends in the middle of a frame")
            yield end, unpackb(stream[start + LENGTH.size : end])
            start = end

    def login(self, user: str, method: str, params: object, done: bytes) -> Login:
        """Log a user in, and make one request more, whose answer has `done` in it."""
        hello = self.request(HELLO_ID, "hello", c.Hello(c.VERSION, "bench"))
        token = self.request(LOGIN_ID, "login-token", c.LoginToken(token_of(user)))
        return Login(hello + token + self.request(LAST_ID, method, params), done)


def _text(entry: dict[str, Any], seqs: dict[str, int]) -> bytes:
    """Return an entry's text if its number is the next one of its room."""
    room, seq = entry["room"], entry["seq"]
    if seq != seqs.get(room, seq - 1) + 1:
        raise VerificationError(f"{room}#{seqs[room]} is followed by {room}#{seq}")
    seqs[room] = seq
    text: str = entry["text"]
    return text.encode()
