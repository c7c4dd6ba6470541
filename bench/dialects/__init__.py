"""The languages of the servers: bytes to send, and bytes heard back to texts."""

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from bench.texts import VerificationError

ROOM = "general"
"""The room that everyone follows; for any other name, the user of that name is meant."""


class Heard(NamedTuple):
    """What a stream held: each text with the offset behind it, and the posts confirmed."""

    texts: list[bytes]
    ends: list[int]
    answers: int


class Login(NamedTuple):
    """What to send at first, and what stands in the answer when it is done; b"" for none.

    then: how to go on, if that was not all.
    """

    request: bytes
    ready: bytes
    then: "Login | None" = None


class Dialect(Protocol):
    """One language. Requests of the same sender must all be of one size."""

    confirms: bool
    """Whether a poster hears of each post that it was done."""
    logins_at_once: int
    """How many may wait to be accepted; over its backlog, a server's kernel lets them hang."""

    idlers_follow: bool
    """Whether one who is only there follows ROOM."""

    def follower(self, user: str, room: str) -> Login:
        """Log a user in who hears what is posted to `room`, ROOM or the user's own name."""

    def poster(self, user: str, follows: bool) -> Login:
        """Log a user in who posts and, where the server can, hears the own texts as well."""

    def idler(self, user: str) -> Login:
        """Log a user in who is only there; see `idlers_follow`."""

    def post(self, room: str, text: bytes, number: int) -> bytes:
        """Return the request that posts a text to ROOM or to one user."""

    def heard(self, stream: bytes) -> Heard:
        """Decode all of a stream. Raises VerificationError for anything that has no place in it."""


def match_all(pattern: re.Pattern[bytes], stream: bytes) -> Heard:
    """Decode a stream that is one match behind the other.

    pattern: its first group is a text, its second the confirmation of a post; a match of
    neither is something harmless.
    """
    heard = Heard([], [], 0)
    answers = end = 0
    add_text: Callable[[bytes], None] = heard.texts.append
    add_end: Callable[[int], None] = heard.ends.append
    for match in pattern.finditer(stream):
        if match.start() != end:
            break
        end = match.end()
        text = match[1]
        if text is not None:
            add_text(text)
            add_end(end)
        elif match[2] is not None:
            answers += 1
    if end != len(stream):
        raise VerificationError(f"this has no place in the stream: {stream[end : end + 80]!r}")
    return heard._replace(answers=answers)
