"""IRC (RFC 2812): a channel for the room, PRIVMSG to a nick from one to one."""

import re

from bench.dialects import ROOM, Heard, Login, match_all
from bench.texts import TEXT_BYTES

CHANNEL = "#bench"
# Nothing is confirmed, so the second group can't match.
STREAM = re.compile(
    rb":[^ \r]+ PRIVMSG [^ \r]+ :([^\r]{%d})\r\n|PING [^\r]*\r\n|((?!))" % TEXT_BYTES
)


class IrcDialect:
    """Posters stay outside of the channel, which takes messages from outside."""

    confirms = False
    logins_at_once = 8  # its backlog has ten
    idlers_follow = False  # each JOIN is told to all who are there

    def follower(self, user: str, room: str) -> Login:
        if room == ROOM:
            return Login(_register(user) + f"JOIN {CHANNEL}\r\n".encode(), b" 366 ")
        return self.idler(user)

    def poster(self, user: str, follows: bool) -> Login:
        return self.idler(user)

    def idler(self, user: str) -> Login:
        return Login(_register(user), b" 376 ")

    def post(self, room: str, text: bytes, number: int) -> bytes:
        target = CHANNEL if room == ROOM else room
        return f"PRIVMSG {target} :".encode() + text + b"\r\n"

    def heard(self, stream: bytes) -> Heard:
        return match_all(STREAM, stream)


def _register(user: str) -> bytes:
    return f"NICK {user}\r\nUSER {user} 0 * :{user}\r\n".encode()
