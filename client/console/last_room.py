"""The last room: where plain lines went when the console was here before.

$XDG_STATE_HOME/chat/rooms.json     by server and user, beside the tokens
"""

from pathlib import Path

import msgspec

from .. import state_file
from ..credentials import state_folder

_Rooms = dict[str, dict[str, str]]  # server, user, room


class LastRoom:
    """The room of one user at one server. server: what `origin` returns.

    Where nothing can be kept, it is remembered for as long as the console runs.
    """

    def __init__(self, server: str, name: str, folder: Path | None = None) -> None:
        self._path = (folder or state_folder()) / "rooms.json"
        self._server = server
        self._name = name
        self.room = self._load().get(server, {}).get(name, "")

    def keep(self, room: str) -> None:
        """Remember a room; what other consoles have remembered meanwhile stays."""
        if room == self.room:
            return
        self.room = room
        rooms = self._load()
        rooms.setdefault(self._server, {})[self._name] = room
        try:
            state_file.replace(self._path, msgspec.json.format(msgspec.json.encode(rooms)))
        except OSError:
            pass  # the next console asks again

    def _load(self) -> _Rooms:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Rooms)
        except (OSError, msgspec.MsgspecError):
            return {}  # not there, not ours, or torn by something: it is written again
