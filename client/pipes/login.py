"""Logging in by a password on standard input, so that a program gets in without anybody."""

import sys
from getpass import getpass

from chatd.errors import AuthFailed
from client.console.keyring import device_label
from client.errors import LoginRequired
from client.pipes.pipe import Pipe, text_from_stdin
from client.pipes.status import Usage


def login(pipe: Pipe) -> None:
    """Make a device token and keep it for later commands, or with `--print` print it.

    Raises Usage, Conflict for a name that is taken, Forbidden, LoginRequired.
    """
    name = pipe.options.name
    if not name:
        raise Usage("who are you? begin with `chat -u NAME login`")
    password = _password(name)
    if pipe.arguments.register:
        pipe.client.register(name, password)
    label = pipe.arguments.label or device_label()
    try:
        made = pipe.client.log_in(name, password, device=label)
    except AuthFailed:
        raise LoginRequired(
            f"no {name} has this password\nwith --register an account of that name is made"
        ) from None
    if pipe.arguments.print:
        pipe.output.text(made.token)
    else:
        pipe.keyring.keep(made.name, made.token)


def _password(name: str) -> str:
    """Return the first line of standard input, or what is typed at the terminal."""
    at_terminal = sys.stdin.isatty()
    text = getpass(f"Password of {name}: ") if at_terminal else text_from_stdin()
    password = text.split("\n", 1)[0].removesuffix("\r")
    if not password:
        raise Usage("there is no password on standard input")
    return password
