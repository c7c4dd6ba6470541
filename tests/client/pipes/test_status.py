"""Exit statuses: one for each way in which a command can end."""

import pytest

from chatd.errors import (
    WIRE_ERRORS,
    AuthFailed,
    NotFound,
    ProtocolError,
    RateLimited,
    StorageFull,
    UnsupportedVersion,
)
from client.errors import Closed, ConnectionLost, LoginRequired, UsageError
from client.files import FileTrouble
from client.pipes.status import LATER_CODES, MEANING, Status, TimedOut, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("x"), Status.REFUSED),
        (FileTrouble("x"), Status.REFUSED),
        (PermissionError(), Status.REFUSED),
        (UsageError("x"), Status.USAGE),
        (LoginRequired("x"), Status.LOGIN),
        (AuthFailed("x"), Status.LOGIN),
        (ConnectionLost("x"), Status.CONNECTION),
        (Closed("x"), Status.CONNECTION),
        (UnsupportedVersion("x"), Status.CONNECTION),
        (ProtocolError("x"), Status.CONNECTION),
        (TimedOut("x"), Status.TIMEOUT),
        (RateLimited("x"), Status.LATER),
        (StorageFull("x"), Status.LATER),
        (KeyboardInterrupt(), Status.INTERRUPTED),
        (BrokenPipeError(), Status.BROKEN_PIPE),
    ],
)
def test_what_ended_a_command_is_its_status(error: BaseException, status: Status) -> None:
    assert status_of(error) is status


def test_a_fault_of_ours_has_no_status() -> None:
    with pytest.raises(TypeError):
        status_of(ZeroDivisionError())


def test_every_status_has_a_meaning_and_later_codes_are_codes() -> None:
    assert set(MEANING) == set(Status)
    assert LATER_CODES <= WIRE_ERRORS.keys()
