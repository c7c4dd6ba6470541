"""The keyring: where this device's token for one server is kept."""

import getpass
import socket

from ..credentials import Credentials
from .directory import mapped

LABEL_CHARACTERS_MAX = 64


class Keyring:
    """Credentials, seen from one server. label: under which the token stands in `devices`."""

    def __init__(self, credentials: Credentials, server: str) -> None:
        self._credentials = credentials
        self._server = server
        self.label = device_label()

    @property
    def last_name(self) -> str:
        """The name used last at this server, "" for none."""
        return self._credentials.last_name(self._server)

    def token(self, name: str) -> str:
        """Return the token of a user, "" for none."""
        return self._credentials.token(self._server, mapped(name))

    def keep(self, name: str, token: str) -> None:
        """Remember a token."""
        self._credentials.keep(self._server, name, token)

    def forget(self, name: str) -> None:
        """Forget a token that opens nothing any more."""
        self._credentials.forget(self._server, mapped(name))


def device_label() -> str:
    """Return what people know this device by: `user@host`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # nobody has this number
        user = "somebody"
    label = f"{user}@{socket.gethostname()}"[:LABEL_CHARACTERS_MAX]
    return "".join(one if one.isprintable() else "?" for one in label)  # variables hold anything
