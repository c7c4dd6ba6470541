"""The door for programs: a token opens it, nobody is asked for anything."""

from chatd.errors import AuthFailed
from client.console.acquaintance import mapped
from client.console.keyring import Keyring
from client.credentials import Credentials, origin
from client.environment import SCHEME_TLS
from client.errors import LoginRequired
from client.options import ConsoleOptions
from client.session import Client

HOW_TO_GET_IN = (
    "log in once at a terminal with `chat -u NAME`, or pass a token in CHAT_TOKEN or "
    "with --token-file; `chat -u NAME login` takes a password from standard input"
)


def enter(client: Client, options: ConsoleOptions) -> None:
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
        raise LoginRequired(f"the token is not valid (any more)\n{HOW_TO_GET_IN}") from None
    if options.name and mapped(options.name) != me:
        raise LoginRequired(f"the token belongs to {me}, not to {options.name}")


def _no_token(options: ConsoleOptions, name: str) -> str:
    who = f" of {name}" if name else ""
    over_tls = origin(SCHEME_TLS, options.host, options.port)
    if Keyring(Credentials(), over_tls).token(name):
        return f"the token{who} for {options.server} goes over TLS only: give --tls"
    return f"there is no token{who} for {options.server}\n{HOW_TO_GET_IN}"


def keyring_of(options: ConsoleOptions) -> Keyring:
    """Return the tokens that are kept for a server."""
    return Keyring(Credentials(), options.origin)
