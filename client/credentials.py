"""Credentials: device tokens in the user's state folder, readable by the user alone.

    $XDG_STATE_HOME/chat/tokens.json    (~/.local/state without the variable)

One file holds all tokens, by server and name, and for each server the name used last. A server is
`scheme://host:port`, so that what came over TLS is never sent without.

Older files name servers as `host:port` and don't tell how their tokens came. Over TLS those still
serve, and to this machine itself; in the clear over a network they don't.
Source: XDG Base Directory Specification, 0.8.
"""

import os
from ipaddress import ip_address
from pathlib import Path

import msgspec

from . import state_file
from .environment import SCHEME_TLS
from .hosts import is_this_machine


def origin(scheme: str, host: str, port: int) -> str:
    """Return under which server a token is kept: the same however its host is written."""
    host = host.rstrip(".").lower()
    try:
        address = ip_address(host)
    except ValueError:
        pass
    else:
        host = f"[{address}]" if address.version == 6 else str(address)
    return f"{scheme}://{host}:{port}"


def _keys(server: str) -> list[str]:
    """Return where a server's tokens may be kept that may be sent to it."""
    scheme, _, address = server.partition("://")
    if scheme == SCHEME_TLS or is_this_machine(address.rpartition(":")[0]):
        return [server, _older(server)]
    return [server]


def _older(server: str) -> str:
    """Return what older files call a server."""
    host, _, port = server.partition("://")[2].rpartition(":")
    return f"{host.strip('[]')}:{port}"


class _Server(msgspec.Struct):
    """What is known of one server. tokens: by user name."""

    last_name: str = ""
    tokens: dict[str, str] = msgspec.field(default_factory=dict)


def state_folder() -> Path:
    """Return the folder for what the client keeps; it may not exist yet."""
    base = os.environ.get("XDG_STATE_HOME", "")
    if not base.startswith("/"):
        base = os.path.expanduser("~/.local/state")  # as it stands, for a user without a home
    return Path(base) / "chat"


class Credentials:
    """The tokens of one user of this machine. server: what `origin` returns."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or state_folder()) / "tokens.json"

    def last_name(self, server: str) -> str:
        """Return the name used last at a server, "" for none."""
        servers = self._load()
        names = (servers.get(key, _Server()).last_name for key in (server, _older(server)))
        return next(filter(None, names), "")

    def token(self, server: str, name: str) -> str:
        """Return the token of a user at a server, "" for none."""
        servers = self._load()
        tokens = (servers.get(key, _Server()).tokens.get(name) for key in _keys(server))
        return next(filter(None, tokens), "")

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
        found = [servers[key].tokens.pop(name, None) for key in _keys(server) if key in servers]
        if any(token is not None for token in found):
            self._save(servers)

    def _load(self) -> dict[str, _Server]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, _Server])
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except msgspec.MsgspecError:
            return {}  # not ours, or torn by something: logging in again writes it

    def _save(self, servers: dict[str, _Server]) -> None:
        state_file.replace(self._path, msgspec.json.format(msgspec.json.encode(servers)))
