"""Resume tokens: how far a client has come in all rooms at once, by time.

    <epoch>/<stamp>[/<room>:<seq>]…

Everything older than the stamp (ms UTC) has been sent, and of what bears that very stamp the
entries up to the numbers that are named. Two ticks may share a stamp; without the numbers one
could not tell between them. Room ids are percent-encoded, so a token is ASCII.
"""

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from chatd.core.model import Room
from chatd.wire.entries import stamp_of

ROOMS_MAX = 20
"""A token for more rooms is not sent; the next one does as well."""
CHARACTERS_MAX = 16 * 1024


class ResumeToken(NamedTuple):
    """A place in all rooms. seqs: the last numbers that were sent, by room."""

    epoch: str
    stamp_ms: int
    seqs: Mapping[str, int]

    def __str__(self) -> str:
        if len(self.seqs) > ROOMS_MAX:
            return ""
        rooms = (f"/{quote(room, safe=',@+')}:{seq}" for room, seq in self.seqs.items())
        return f"{self.epoch}/{self.stamp_ms}{''.join(rooms)}"


def parse_resume_token(text: str) -> ResumeToken | None:
    """Return the token that a text stands for, None if it is none."""
    epoch, *rest = text[:CHARACTERS_MAX].split("/", 2)
    if not rest or not _is_number(rest[0]):
        return None
    seqs: dict[str, int] = {}
    for part in rest[1].split("/") if len(rest) == 2 else ():
        room, _, seq = part.rpartition(":")
        if not room or not _is_number(seq):
            return None
        seqs[unquote(room)] = int(seq)
    return ResumeToken(epoch, int(rest[0]), seqs)


def position_at(token: ResumeToken, room: Room) -> int | None:
    """Return the number after which a room goes on for a client with a token.

    None if that is no longer known: entries are gone that may have come after it.
    """
    if room.room in token.seqs:
        return token.seqs[room.room]
    older = bisect_left(room.log.frames, token.stamp_ms, key=stamp_of)
    if not older and room.log.first_seq > 1:
        return None
    return room.log.first_seq - 1 + older


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 16
