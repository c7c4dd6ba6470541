"""Logging in by a password on standard input, so that a program gets in without anybody."""

import sys

from chatd.errors import AuthFailed, ChatError
from chatd.terminal import ask_secret, first_line
from chatd.wire.names import map_name, new_name
from client.console.keyring import device_label
from client.errors import LoginRequired
from client.pipes.pipe import Pipe
from client.pipes.status import Usage


def login(pipe: Pipe) -> None:
    """Make a device token and keep it for later commands, or with `--print` print it.

    Raises Usage, Conflict for a name that is taken, Forbidden, LoginRequired, and OSError for a
    token that can't be kept, which then opens nothing.
    """
    name = _name(pipe)
    password = _password(name)
    if pipe.arguments.register:
        pipe.client.register(name, password)
    label = pipe.arguments.label or device_label()
    try:
        made = pipe.client.log_in(name, password, device=label)
    except AuthFailed:
        raise LoginRequired(
            f"wrong name or password\n--register makes an account for {name}"
        ) from None
    try:
        _hand_out(pipe, made.name, made.token)
    except OSError:
        pipe.client.log_out()
        raise


def _hand_out(pipe: Pipe, name: str, token: str) -> None:
    if pipe.arguments.print:
        pipe.output.text(token)
    else:
        pipe.keyring.keep(name, token)


def _name(pipe: Pipe) -> str:
    """Return who logs in, if there can be such a user: before a password is asked for in vain."""
    name = pipe.options.name
    if not name:
        raise Usage("who are you? begin with `chat -u NAME login`")
    try:
        (new_name if pipe.arguments.register else map_name)(name)
    except ChatError as error:
        raise Usage(error.message) from None
    return name


def _password(name: str) -> str:
    """Return the first line of standard input, or what is typed at the terminal."""
    try:
        password = ask_secret(f"Password of {name}: ") if sys.stdin.isatty() else first_line()
    except ValueError as error:
        raise Usage(str(error)) from None
    except EOFError:
        password = ""
    if not password:
        raise Usage("there is no password on standard input")
    return password
