"""Logging in without a person: by a stored token, or by a password on standard input."""

import sys

from chatd.errors import AuthFailed, ChatError
from chatd.terminal import ask_secret, first_line
from chatd.wire.names import map_name, new_name

from ..console.directory import mapped
from ..console.keyring import Keyring, device_label
from ..credentials import Credentials, origin
from ..environment import SCHEME_TLS
from ..errors import LoginRequired, UsageError
from ..options import ConsoleOptions
from ..sync_client import Client
from .pipe import Pipe

HOW_TO_LOG_IN = (
    "log in once at a terminal with `chat -u NAME`, or pass a token in CHAT_TOKEN or "
    "with --token-file; `chat -u NAME login` takes a password from standard input"
)


def log_in_by_token(client: Client, options: ConsoleOptions) -> None:
    """Log in with the token that was given, or the one that is kept for the name.

    Raises LoginRequired, ConnectionLost.
    """
    keyring = keyring_of(options)
    name = options.name or keyring.last_name
    token = options.token or keyring.token(name)
    if not token:
        raise LoginRequired(_no_token(options, name))
    try:
        me = client.log_in_token(token).name
    except AuthFailed:
        raise LoginRequired(f"the token is not valid (or no longer)\n{HOW_TO_LOG_IN}") from None
    if options.name and mapped(options.name) != me:
        raise LoginRequired(f"the token belongs to {me}, not to {options.name}")


def _no_token(options: ConsoleOptions, name: str) -> str:
    who = f" of {name}" if name else ""
    over_tls = origin(SCHEME_TLS, options.host, options.port)
    if Keyring(Credentials(), over_tls).token(name):
        return f"the token{who} for {options.server} goes over TLS only: give --tls"
    return f"there is no token{who} for {options.server}\n{HOW_TO_LOG_IN}"


def keyring_of(options: ConsoleOptions) -> Keyring:
    """Return the tokens that are kept for a server."""
    return Keyring(Credentials(), options.origin)


def login(pipe: Pipe) -> None:
    """Make a device token and keep it for later commands, or with `--print` print it.

    Raises UsageError, Conflict for a taken name, Forbidden, LoginRequired, and OSError for a
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
        raise UsageError("which user? begin with `chat -u NAME login`")
    try:
        (new_name if pipe.arguments.register else map_name)(name)
    except ChatError as error:
        raise UsageError(error.message) from None
    return name


def _password(name: str) -> str:
    """Return the first line of standard input, or what is typed at the terminal."""
    try:
        password = ask_secret(f"Password of {name}: ") if sys.stdin.isatty() else first_line()
    except ValueError as error:
        raise UsageError(str(error)) from None
    except EOFError:
        password = ""
    if not password:
        raise UsageError("there is no password on standard input")
    return password
