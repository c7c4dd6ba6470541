"""A message of a stream, and how its sequence is told to who reads it."""

import msgspec

from chatd.cluster.nats.headers import Headers
from chatd.cluster.nats.protocol import Message
from chatd.errors import EngineProtocolError

ACK_TOKENS = 9
"""$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>"""
ACK_TOKENS_WITH_DOMAIN = 11
"""… and two more in front of the stream, and perhaps others behind."""


class StoredMessage(msgspec.Struct, frozen=True):
    """seq: its place in the stream."""

    seq: int
    headers: Headers
    payload: bytes


class Place(msgspec.Struct, frozen=True):
    """seq: of a message in its stream. delivered: how many the consumer has sent, with it."""

    seq: int
    delivered: int


def place_of(message: Message) -> Place:
    """Return where a message of a push consumer stands, from the subject for its answer.

    Raises EngineProtocolError.
    """
    tokens = message.reply.split(".")
    if len(tokens) == ACK_TOKENS:
        seq, delivered = tokens[5:7]
    elif len(tokens) >= ACK_TOKENS_WITH_DOMAIN:
        seq, delivered = tokens[7:9]
    else:
        raise EngineProtocolError(f"no place of a message: {message.reply[:64]}")
    if tokens[:2] != ["$JS", "ACK"]:
        raise EngineProtocolError(f"no place of a message: {message.reply[:64]}")
    return Place(_number(seq), _number(delivered))


def _number(token: str) -> int:
    if len(token) > 20 or not (token.isascii() and token.isdecimal()):
        raise EngineProtocolError(f"no sequence: {token[:32]}")
    return int(token)
