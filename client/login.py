"""Logins as steps: each yields a request and is sent its result, wherever the bytes go.

The same steps make the first login and those after a reconnection.
"""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from chatd.wire.commands import (
    AnyParams,
    Challenge,
    LoggedIn,
    LoginFinish,
    LoginStart,
    LoginToken,
    Nothing,
    Register,
)
from chatd.wire.passwords import Keys

from .scram import Proof

T = TypeVar("T")
Steps = Generator[AnyParams, Any, T]
Login = Callable[[], Steps[LoggedIn]]


def register(name: str, keys: Keys) -> Steps[Nothing]:
    """Make an account. Raises Conflict for a name that is taken, Forbidden where closed."""
    made: Nothing = yield Register(name, **keys._asdict())
    return made


def by_password(name: str, password: str, device: str | None) -> Steps[LoggedIn]:
    """Log in by SCRAM, and check that the server knows the password's keys, too.

    device: a label; then the answer has a token for later logins. Raises AuthFailed.
    """
    proof = Proof(name, password)
    challenge: Challenge = yield LoginStart(proof.first())
    logged_in: LoggedIn = yield LoginFinish(proof.final(challenge.message), device)
    proof.verify(logged_in.message)
    return logged_in


def by_token(token: str) -> Steps[LoggedIn]:
    """Log in with a device token. Raises AuthFailed if it is revoked or none."""
    logged_in: LoggedIn = yield LoginToken(token)
    return logged_in


def again(logged_in: LoggedIn, password: str) -> Login:
    """Return how to log in the next time: by the token if there is one."""
    if logged_in.token:
        return lambda: by_token(logged_in.token)
    return lambda: by_password(logged_in.name, password, None)
