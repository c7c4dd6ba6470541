"""The language of `bench.relay`: length, operation, room, text."""

import re
from struct import Struct

from bench.dialects import ROOM, Heard, Login, match_all
from bench.relay import FOLLOW, FOLLOWED, MESSAGE, POST, ROOM_BYTES
from bench.texts import TEXT_BYTES

LENGTH = Struct(">I")
STREAM = re.compile(
    re.escape(LENGTH.pack(1 + TEXT_BYTES) + MESSAGE) + rb"(.{%d})|((?!))" % TEXT_BYTES, re.DOTALL
)


class RelayDialect:
    """There are no users, only rooms."""

    confirms = False
    logins_at_once = 100
    idlers_follow = True

    def follower(self, user: str, room: str) -> Login:
        return Login(_frame(FOLLOW + _room(room)), _frame(FOLLOWED))

    def poster(self, user: str, follows: bool) -> Login:
        return Login(b"", b"")

    def idler(self, user: str) -> Login:
        return self.follower(user, ROOM)

    def post(self, room: str, text: bytes, number: int) -> bytes:
        return _frame(POST + _room(room) + text)

    def heard(self, stream: bytes) -> Heard:
        return match_all(STREAM, stream)


def _frame(payload: bytes) -> bytes:
    return LENGTH.pack(len(payload)) + payload


def _room(room: str) -> bytes:
    return room.encode().ljust(ROOM_BYTES)
