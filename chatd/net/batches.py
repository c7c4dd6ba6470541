"""Batches: entries of a room in the bytes that many connections share.

Nearly always all get the same bytes. A newcomer does not get what an entry repeats of a post that
is older than the newcomer's place in the room, and shares the bytes with the others who don't.
"""

from chatd.core.copies import Repeats
from chatd.core.model import Room
from chatd.net.connection import Connection


class Batch:
    """Entries of a room, encoded once for each class of codec and what is hidden.

    varies: whether not all whose codecs are of one class get the same.
    """

    def __init__(self, room: Room, frames: list[bytes]) -> None:
        self._room = room
        self._repeats = Repeats(frames)
        self.varies = bool(self._repeats)
        self._encoded: dict[tuple[type, tuple[int, ...]], tuple[bytes]] = {}

    def shared_with(self, connection: Connection) -> tuple[bytes]:
        """Return what a connection gets, which others get, too."""
        hidden: tuple[int, ...] = ()
        if self.varies:
            name = connection.name
            hidden = self._repeats.hidden_from(name, self._room.hidden_up_to(name))
        key = type(connection.codec), hidden
        shared = self._encoded.get(key)
        if shared is None:
            data = connection.codec.batch(self._repeats.redacted(hidden))
            shared = self._encoded[key] = (data,)
        return shared
