"""The state: everything chatd knows, and the one method that changes it.

`apply` is a deterministic function of (state, event), the same when an event happens and
when it is replayed.
"""

from hashlib import blake2b
from typing import Any

import msgspec

from chatd.core import events as e
from chatd.core.changes import CHANGES
from chatd.core.memory import Memory, Tables
from chatd.core.migrations import BUILTINS
from chatd.wire.entries import check_entry

_decoder = e.EventDecoder(list(CHANGES))


class State(Memory):
    """The memory, with its ways in and out."""

    @property
    def epoch(self) -> str:
        """Goes with every position that a client keeps."""
        return self.tables.epoch

    @property
    def secret(self) -> bytes:
        """32 bytes that never leave the store."""
        return self.tables.secret

    @property
    def last_ms(self) -> int:
        """The stamp of the newest event, ms UTC."""
        return self.tables.last_ms

    @property
    def durable(self) -> bool:
        """Whether the last server that took up the store synced each tick."""
        return self.tables.durable

    @property
    def stopped(self) -> bool:
        """Whether no server has taken up the store since one let go of it cleanly."""
        return self.tables.stopped

    def dump(self, *, stopped: bool = False) -> Any:
        """Return everything as a tree of builtins.

        stopped: True in the last snapshot of a server that stops, when all is durable.
        """
        tree = msgspec.to_builtins(self.tables, builtin_types=BUILTINS)
        tree["stopped"] = stopped
        return tree

    @classmethod
    def load(cls, tree: Any) -> "State":
        """Return the state that `dump` told of.

        Raises msgspec.MsgspecError for a tree of another shape, or with anything in it that is
        unknown here: what was dropped now would be lost with the next snapshot.
        """
        tables = msgspec.convert(tree, Tables)
        for room in tables.rooms.values():
            for frame in room.log.frames:
                check_entry(frame)
        return cls(tables)

    def digest(self) -> str:
        """Return a hash that two replicas can compare."""
        tree = msgspec.to_builtins(self.tables, builtin_types=BUILTINS, order="sorted")
        return blake2b(msgspec.msgpack.encode(tree), digest_size=16).hexdigest()

    def apply(self, event: e.Event) -> None:
        """Make an event true."""
        self.tables.last_ms = event.ts
        CHANGES[type(event)](self, event)

    def replay(self, body: bytes) -> None:
        """Make the events of a journal record true once more.

        Raises msgspec.DecodeError if the record is not of this version.
        """
        for event in _decoder.decode(body):
            self.apply(event)
