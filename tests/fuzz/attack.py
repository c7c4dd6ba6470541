"""One attack: bytes that eve sends in pieces, how they come, and how she leaves."""

import logging
import ssl
from enum import Enum
from itertools import pairwise
from random import Random
from typing import NamedTuple

from chatd.net.connection import READ_BYTES
from chatd.wire.http.codec import BODY_BYTES_MAX
from tests.fuzz.hostile_load import assert_unchanged
from tests.fuzz.sessions import Stage
from tests.simulation.test_tls import TlsPeer
from tests.simulation.web import RawPeer

PIECES_MAX = 5
GONE_WITHIN_MS = 10_000


class Way(Enum):
    """How the bytes come: as they are, encrypted, or as they are behind a whole handshake."""

    PLAIN = 0
    INSIDE_TLS = 1
    BEHIND_HANDSHAKE = 2


class Ending(Enum):
    """What eve does in the end."""

    HANGS_UP = 0
    CLOSES = 1
    RESETS = 2
    IS_SILENT = 3


class Attack(NamedTuple):
    """cuts: by chance of which the bytes fall to pieces."""

    way: Way
    ending: Ending
    cuts: int
    data: bytes

    @classmethod
    def decode(cls, data: bytes) -> "Attack":
        """Return the attack that some bytes stand for, whatever they are."""
        head = data[:3].ljust(3, b"\0")
        return cls(Way(head[0] % len(Way)), Ending(head[1] % len(Ending)), head[2], data[3:])

    def encode(self) -> bytes:
        """Return bytes that stand for this attack."""
        return bytes((self.way.value, self.ending.value, self.cuts)) + self.data

    @property
    def pieces(self) -> list[bytes]:
        """The bytes as they come."""
        chance, size = Random(self.cuts), len(self.data)
        places = [chance.randint(0, size) for _ in range(self.cuts % PIECES_MAX)]
        return [self.data[start:end] for start, end in pairwise(sorted([0, *places, size]))]


class LibraryErrors(logging.Handler):
    """Notes what a library catches itself and tells of in the log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []
        logging.getLogger("chatd.websocket").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


library_errors = LibraryErrors()


def carry_out(stage: Stage, attack: Attack) -> None:
    """Attack. The server goes on, serves alice and bob, and keeps nothing of eve's connection.

    Raises AssertionError if not, or if any exception met the error boundary.
    """
    library_errors.records.clear()
    others = stage.others()
    peer = _open(stage, attack.way)
    for piece in attack.pieces:
        _say(peer, attack.way, piece)
        assert stage.buffered_bytes() <= READ_BYTES + BODY_BYTES_MAX
    stage.check_alive()
    _leave(stage, peer, attack.ending)
    stage.world.sleep(GONE_WITHIN_MS)
    stage.check_alive()
    assert_unchanged(stage, others)
    known = {stage.alice.sock.other, stage.bob.sock.other, stage.eve.sock.other}
    assert {c._sock for c in stage.world.connections.values()} <= known
    assert stage.buffered_bytes() == 0
    assert not library_errors.records


def _open(stage: Stage, way: Way) -> RawPeer:
    if way is Way.PLAIN:
        return stage.world.raw("192.0.2.66")
    return TlsPeer(stage.world, stage.files).shake()


def _say(peer: RawPeer, way: Way, data: bytes) -> None:
    if way is Way.INSIDE_TLS and isinstance(peer, TlsPeer):
        try:
            peer.tell(data)
        except ssl.SSLError:
            peer.ended = True
    else:
        peer.say(data)


def _leave(stage: Stage, peer: RawPeer, ending: Ending) -> None:
    if ending is Ending.IS_SILENT:
        stage.world.sleep(stage.world.settings.login_timeout_ms)
    if peer.ended:
        return
    if ending is Ending.HANGS_UP:
        peer.sock.shutdown(1)
        stage.world.settle()
    if ending is Ending.RESETS:
        peer.sock.reset()
    if not peer.ended:
        peer.close()
    stage.world.settle()
