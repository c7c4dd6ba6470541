"""RESP, the language of redis: SUBSCRIBE and PUBLISH."""

import re

from bench.dialects import Heard, Login, match_all
from bench.texts import TEXT_BYTES

STREAM = re.compile(
    rb"\*3\r\n\$7\r\nmessage\r\n\$\d+\r\n[^\r]+\r\n\$%d\r\n(.{%d})\r\n|(:[1-9]\d*\r\n)"
    % (TEXT_BYTES, TEXT_BYTES),
    re.DOTALL,
)


class RedisDialect:
    """Rooms and users are channels."""

    confirms = True
    logins_at_once = 100
    idlers_follow = True

    def follower(self, user: str, room: str) -> Login:
        return Login(f"SUBSCRIBE {room}\r\n".encode(), b":1\r\n")

    def poster(self, user: str, follows: bool) -> Login:
        return Login(b"PING\r\n", b"+PONG\r\n")

    def idler(self, user: str) -> Login:
        return self.follower(user, "general")

    def post(self, room: str, text: bytes, number: int) -> bytes:
        head = f"*3\r\n$7\r\nPUBLISH\r\n${len(room)}\r\n{room}\r\n${len(text)}\r\n"
        return head.encode() + text + b"\r\n"

    def heard(self, stream: bytes) -> Heard:
        return match_all(STREAM, stream)
