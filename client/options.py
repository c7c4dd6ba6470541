"""Options: what the command line says about whom to talk to, and how."""

from dataclasses import dataclass

from client.environment import Environment

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """name: "" is the one used last, or asked for. bell: ring for what others say.

    token: a device token to log in with, "" for the kept one or the password.
    environment: the world to connect through.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    name: str = ""
    bell: bool = False
    token: str = ""
    environment: Environment = Environment()

    @property
    def server(self) -> str:
        """The server as people name it, and as its tokens are kept: `host:port`."""
        return f"{self.host}:{self.port}"
