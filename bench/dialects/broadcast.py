"""The language of `bench.broadcast`: texts and nothing else, each a message of its own."""

import re

from bench.broadcast import FOLLOW, FOLLOWED, POST
from bench.dialects import ROOM, Heard, Login, match_all
from bench.dialects.websocket import TEXT, behind_handshake, text_frame
from bench.texts import TEXT_BYTES

# Nothing is confirmed, so the second group can't match.
STREAM = re.compile(
    re.escape(bytes((TEXT, TEXT_BYTES))) + rb"(.{%d})|((?!))" % TEXT_BYTES, re.DOTALL
)


class BroadcastDialect:
    """There are no users, and one room."""

    confirms = False
    logins_at_once = 100
    idlers_follow = True

    def follower(self, user: str, room: str) -> Login:
        return behind_handshake(FOLLOW, Login(b"", FOLLOWED.encode()))

    def poster(self, user: str, follows: bool) -> Login:
        return behind_handshake(POST, Login(b"", b""))

    def idler(self, user: str) -> Login:
        return self.follower(user, ROOM)

    def post(self, room: str, text: bytes, number: int) -> bytes:
        return text_frame(text)

    def heard(self, stream: bytes) -> Heard:
        return match_all(STREAM, stream)
