"""Options: what the command line says about whom to talk to, and how."""

from dataclasses import dataclass

from .credentials import origin
from .environment import REAL, SCHEME_PLAIN, Environment
from .hosts import is_this_machine

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """name: "" is the one used last, or asked for. bell: ring when a message arrives.

    token: a device token to log in with, "" for the kept one or the password.
    insecure: whether that token may go over a network in the clear.
    environment: the world to connect through.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    name: str = ""
    bell: bool = False
    token: str = ""
    insecure: bool = False
    environment: Environment = REAL

    @property
    def server(self) -> str:
        """The server as people name it: `host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def gives_token_away(self) -> bool:
        """Whether somebody on the network could read the token that was given."""
        is_plain = self.environment.scheme == SCHEME_PLAIN and not self.insecure
        return bool(self.token) and is_plain and not is_this_machine(self.host)

    @property
    def origin(self) -> str:
        """The server as its tokens are kept."""
        return origin(self.environment.scheme, self.host, self.port)
