"""Exit statuses: how a command ended, for scripts. One table; `chat --help` and the guide show it.

Statuses above 128 are those that shells give to programs that a signal ended.
"""

from enum import IntEnum

from chatd.errors import AuthFailed, ChatError, ProtocolError, UnsupportedVersion
from chatd.terminal import BROKEN_PIPE, INTERRUPTED

from ..errors import ClientError, ConnectionLost, LoginRequired, UsageError


class Status(IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    LOGIN = 3
    CONNECTION = 4
    TIMEOUT = 5
    LATER = 6
    SECOND_OPTION = 10
    INTERRUPTED = INTERRUPTED
    BROKEN_PIPE = BROKEN_PIPE


MEANING = {
    Status.DONE: "done",
    Status.REFUSED: "the server refused it, or a local file could not be used",
    Status.USAGE: "wrong arguments, or a text that can't be sent",
    Status.LOGIN: "no token, or an invalid one",
    Status.CONNECTION: "no connection to the server",
    Status.TIMEOUT: "timed out",
    Status.LATER: "refused for now (a limit, a ban, a full disk); try again later",
    Status.SECOND_OPTION: "`ask`: the answer is the second option; 11 is the third, and so on",
    Status.INTERRUPTED: "interrupted by Ctrl-C",
    Status.BROKEN_PIPE: "the output was closed by its reader",
}

LATER_CODES = frozenset({"rate_limited", "banned", "overloaded", "storage_full"})


class TimedOut(Exception):
    """What was waited for did not come."""


def status_of(error: BaseException) -> Status:
    """Return the status for what ended a command. Raises TypeError for what is a fault of ours."""
    for kinds, status in _BY_KIND:
        if isinstance(error, kinds):
            return status
    if isinstance(error, ChatError):
        return Status.LATER if error.code in LATER_CODES else Status.REFUSED
    raise TypeError(f"no status for {type(error).__name__}")


_BY_KIND: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Status], ...] = (
    (KeyboardInterrupt, Status.INTERRUPTED),
    (BrokenPipeError, Status.BROKEN_PIPE),
    (UsageError, Status.USAGE),
    (TimedOut, Status.TIMEOUT),
    ((LoginRequired, AuthFailed), Status.LOGIN),
    ((ConnectionLost, UnsupportedVersion, ProtocolError), Status.CONNECTION),
    ((ClientError, OSError), Status.REFUSED),
)
