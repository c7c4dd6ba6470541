"""What can go wrong on the client's side of the line.

    Exception
    ├── UsageError            the arguments or the input make no sense
    └── ClientError
        ├── ConnectionLost    the server is not there (any more), or does not answer
        │   └── Closed        we ended it ourselves
        └── LoginRequired     nothing, or nothing valid, to log in with

What the server refuses comes as the `ChatError` that its code names (`chatd.errors`).
"""

from typing import Any

from chatd.errors import WIRE_ERRORS, ChatError, Internal


class UsageError(Exception):
    """What somebody typed, or a program passed, makes no sense; the message says why."""


class ClientError(Exception):
    """The request could not be put to the server."""


class ConnectionLost(ClientError):
    """The connection broke or could not be made; whether the server acted is unknown."""


class Closed(ConnectionLost):
    """The client was closed while something waited for an answer, or before."""


class LoginRequired(ClientError):
    """There is no token or password to log in with, or the server took it no longer."""


def error_from_wire(error: Any) -> ChatError:
    """Return the exception that an error map of the server stands for.

    A code that is not known here (of a newer server) is kept as `code`.
    """
    if not isinstance(error, dict):
        return Internal("the server sent an error that is no map")
    detail = {key: value for key, value in error.items() if isinstance(value, int | str)}
    code = str(detail.pop("code", "internal"))
    message = str(detail.pop("message", code))
    refusal = WIRE_ERRORS.get(code, ChatError)(message)
    refusal.detail = detail
    if refusal.code != code:
        refusal.code = code
    return refusal
