"""Batches: entries of a room in the bytes that many connections share.

Nearly always all get the same bytes. A newcomer does not get what an entry repeats of a post that
is older than the newcomer's place in the room, and shares the bytes with the others who don't.
"""

from collections.abc import Hashable

from chatd.core.copies import Repeats
from chatd.core.model import Room
from chatd.net.connection import Connection
from chatd.wire.codec import PushCodec
from chatd.wire.entries import repeating


class Batch:
    """Entries of a room, encoded once for each view of a codec and what is hidden.

    varies: whether not all whose codecs have one view get the same.
    """

    def __init__(self, room: Room, frames: list[bytes]) -> None:
        self._room = room
        self._frames = frames
        self._repeats = Repeats(frames) if repeating(frames) else None
        self.varies = bool(self._repeats)
        self._encoded: dict[Hashable, bytes] = {}
        self._redacted: dict[tuple[Hashable, tuple[int, ...]], bytes] = {}

    def bytes_for(self, connection: Connection) -> bytes:
        """Return what a connection gets, which others get, too."""
        codec = connection.pusher
        assert codec is not None
        hidden = self._hidden_from(connection.name) if self.varies else ()
        if hidden:
            return self._redacted_for(codec, hidden)
        view = codec.view
        data = self._encoded.get(view)
        if data is None:
            data = self._encoded[view] = codec.encode_entries(self._frames)
        return data

    def _hidden_from(self, name: str) -> tuple[int, ...]:
        assert self._repeats is not None
        return self._repeats.hidden_from(name, self._room.hidden_up_to(name))

    def _redacted_for(self, codec: PushCodec, hidden: tuple[int, ...]) -> bytes:
        assert self._repeats is not None
        key = codec.view, hidden
        data = self._redacted.get(key)
        if data is None:
            data = self._redacted[key] = codec.encode_entries(self._repeats.redacted(hidden))
        return data
