"""Credentials: device tokens in the user's state folder, readable by the user alone.

    $XDG_STATE_HOME/chat/tokens.json    (~/.local/state without the variable)

One file holds all tokens, by server and name, and for each server the name used last.
Source: XDG Base Directory Specification, 0.8.
"""

import os
from pathlib import Path

import msgspec

FILE_MODE = 0o600
FOLDER_MODE = 0o700


class _Server(msgspec.Struct):
    """What is known of one server. tokens: by user name."""

    last_name: str = ""
    tokens: dict[str, str] = msgspec.field(default_factory=dict)


def state_folder() -> Path:
    """Return the folder for what the client keeps; it may not exist yet."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local/state") / "chat"


class Credentials:
    """The tokens of one user of this machine. server: `host:port`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or state_folder()) / "tokens.json"

    def last_name(self, server: str) -> str:
        """Return the name used last at a server, "" for none."""
        return self._load().get(server, _Server()).last_name

    def token(self, server: str, name: str) -> str:
        """Return the token of a user at a server, "" for none."""
        return self._load().get(server, _Server()).tokens.get(name, "")

    def keep(self, server: str, name: str, token: str) -> None:
        """Remember a token, and the name as the one used last."""
        servers = self._load()
        known = servers.setdefault(server, _Server())
        known.last_name = name
        known.tokens[name] = token
        self._save(servers)

    def forget(self, server: str, name: str) -> None:
        """Forget a token that opens nothing any more."""
        servers = self._load()
        if servers.get(server, _Server()).tokens.pop(name, None) is not None:
            self._save(servers)

    def _load(self) -> dict[str, _Server]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, _Server])
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError:
            return {}  # not ours, or torn by something: logging in again makes it anew

    def _save(self, servers: dict[str, _Server]) -> None:
        """Replace the file in one step; nobody else can read it at any moment."""
        self._path.parent.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        temporary = self._path.with_suffix(f".{os.getpid()}")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with open(fd, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(servers)))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)
