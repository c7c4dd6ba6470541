"""The steps before anything else on a link: greet, then say and prove who you are."""

from chatd.wire.commands import (
    VERSION,
    Challenge,
    Hello,
    LoggedIn,
    LoginFinish,
    LoginStart,
    LoginToken,
    Nothing,
    Register,
    Welcome,
)
from chatd.wire.passwords import Keys

from .link import Link
from .scram import Proof


def greet(link: Link, client: str, deadline: float) -> Welcome:
    """Say hello. Raises UnsupportedVersion."""
    return link.ask(Hello(VERSION, client), Welcome, deadline)


def register(link: Link, name: str, keys: Keys, deadline: float) -> None:
    """Make an account. Raises Conflict for a name that is taken, Forbidden where closed."""
    link.ask(Register(name, **keys._asdict()), Nothing, deadline)


def by_password(
    link: Link, name: str, password: str, device: str | None, deadline: float
) -> LoggedIn:
    """Log in by SCRAM, and see to it that the server knows the password's keys, too.

    device: a label; then the answer has a token for later logins. Raises AuthFailed.
    """
    proof = Proof(name, password)
    challenge = link.ask(LoginStart(proof.first()), Challenge, deadline)
    finish = LoginFinish(proof.final(challenge.message), device)
    logged_in = link.ask(finish, LoggedIn, deadline)
    proof.verify(logged_in.message)
    return logged_in


def by_token(link: Link, token: str, deadline: float) -> LoggedIn:
    """Log in with a device token. Raises AuthFailed if it is revoked or none."""
    return link.ask(LoginToken(token), LoggedIn, deadline)
