"""The command line `chat`: the console at a terminal, a tool for scripts elsewhere."""

import signal

if __name__ == "__main__":  # Ctrl-C while the rest is imported is no fault of ours to be traced
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import os
import ssl
import sys
from pathlib import Path

from chatd.terminal import guarded, without_mark
from chatd.wire.commands import TOKEN_CHARACTERS_MAX

from .environment import REAL, SCHEME_TLS, Connect, Environment
from .errors import LoginRequired, UsageError
from .options import ConsoleOptions
from .pipes import command, guide
from .pipes.failures import complain
from .pipes.parser import build
from .pipes.status import Status, status_of
from .tls import connector

TOKEN_FILE_BYTES_MAX = 4096
"""What is read of it; no token is near that long."""
DUMB = frozenset({"dumb", "unknown"})
"""What TERM says of terminals that can do nothing but print: lines go in and out, as in pipes."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status (`client.pipes.status`)."""
    return guarded("chat", lambda: _main(arguments))


def _main(arguments: list[str] | None) -> int:
    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)
    parsed = build(dict(os.environ)).parse_args(arguments)
    try:
        if parsed.command == "help":
            guide.show(parsed)
            return Status.DONE
        options = _options(parsed)
    except (UsageError, LoginRequired) as error:
        complain(str(error))
        return status_of(error)
    if parsed.command is None and _is_screen():
        from .console.app import run  # a fifth of a second, which commands for scripts are spared

        return run(options)
    return command.run(parsed, options)


def _is_screen() -> bool:
    """Whether somebody looks at a terminal on which a cursor can be moved."""
    is_dumb = os.environ.get("TERM", "").lower() in DUMB
    return sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb


def _options(parsed: argparse.Namespace) -> ConsoleOptions:
    """Return whom to talk to, and how. Raises UsageError, LoginRequired."""
    token = _token(parsed.token_file)
    environment = REAL
    if parsed.tls or parsed.ca_file is not None:
        environment = Environment(_connector(parsed.ca_file), SCHEME_TLS)
    options = ConsoleOptions(
        parsed.host, parsed.port, parsed.user, parsed.bell, token, parsed.insecure, environment
    )
    if options.gives_token_away:
        raise UsageError(
            f"the token would go to {options.server} in the clear: give --tls, or --insecure"
        )
    return options


def _connector(ca_file: str | None) -> Connect:
    if ca_file == "":  # which would trust whomever the system trusts
        raise UsageError("--ca-file names no file")
    try:
        return connector(ca_file)
    except ssl.SSLError:
        raise UsageError(f"{ca_file} holds no certificate (PEM)") from None
    except OSError as error:
        raise UsageError(f"{ca_file}: {error.strerror or error}") from None


def _token(path: str | None) -> str:
    """Return the token that was given, "" for none. Raises LoginRequired."""
    if path is None:
        return _checked("CHAT_TOKEN", os.environb.get(b"CHAT_TOKEN", b""))
    try:
        with Path(path).open("rb") as file:
            token = _checked(path, file.read(TOKEN_FILE_BYTES_MAX))
    except OSError as error:
        raise LoginRequired(f"{path}: {error.strerror or error}") from None
    if not token:
        raise LoginRequired(f"{path} holds no token: it is empty")
    return token


def _checked(source: str, data: bytes) -> str:
    """Return what a file or a variable holds, if that can be a token."""
    try:
        token = without_mark(data).decode("ascii").strip()
    except ValueError:
        token = "\0"
    if len(token) > TOKEN_CHARACTERS_MAX or not token.isprintable() or " " in token:
        raise LoginRequired(f"{source} holds no token: one is a line of letters and digits")
    return token


if __name__ == "__main__":
    sys.exit(main())
