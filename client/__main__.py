"""The command line `chat`: the console at a terminal, a tool for scripts elsewhere."""

import os
import sys
from pathlib import Path

from client.console.app import run
from client.environment import SCHEME_TLS, Environment
from client.options import ConsoleOptions
from client.pipes import command
from client.pipes.failures import complain
from client.pipes.parser import build
from client.pipes.status import Status
from client.tls import connector

TOKEN_BYTES_MAX = 4096


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status (`client.pipes.status`)."""
    parsed = build(dict(os.environ)).parse_args(arguments)
    try:
        token = _token(parsed.token_file)
    except OSError as error:
        complain(f"{parsed.token_file}: {error.strerror or error}")
        return Status.LOGIN
    environment = Environment()
    if parsed.tls or parsed.ca_file:
        try:
            environment = Environment(connector(parsed.ca_file), SCHEME_TLS)
        except OSError as error:
            complain(f"{parsed.ca_file}: {error.strerror or error}")
            return Status.USAGE
    options = ConsoleOptions(
        parsed.host, parsed.port, parsed.user, parsed.bell, token, parsed.insecure, environment
    )
    if options.gives_token_away:
        complain(f"the token would go to {options.server} in the clear: give --tls, or --insecure")
        return Status.USAGE
    if parsed.command is None and sys.stdin.isatty() and sys.stdout.isatty():
        return run(options)
    return command.run(parsed, options)


def _token(path: str | None) -> str:
    """Return the token that was given, "" for none. Raises OSError."""
    if path is None:
        return os.environ.get("CHAT_TOKEN", "").strip()
    with Path(path).open("rb") as file:
        return file.read(TOKEN_BYTES_MAX).decode(errors="replace").strip()


if __name__ == "__main__":
    sys.exit(main())
