"""What the command table is made of: rows, their parts, and the bounds that many share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from chatd.wire.envelope import Notification

VERSION = 1
TEXT_BYTES_MAX = 8 * 1024
NAME_BYTES_MAX = 256
"""A name is cut off here before any Unicode work; a mapped name has at most 32 characters."""
NONCE_CHARACTERS_MAX = 64
TOKEN_CHARACTERS_MAX = 128
PAGE_BYTES_MAX = 48 * 1024
PAGE_ITEMS_MAX = 200

Name = Annotated[str, Meta(min_length=1, max_length=NAME_BYTES_MAX)]
RoomId = Annotated[str, Meta(min_length=1, max_length=NAME_BYTES_MAX)]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_BYTES_MAX)]
Nonce = Annotated[str, Meta(min_length=1, max_length=NONCE_CHARACTERS_MAX)]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
Token = Annotated[str, Meta(min_length=1, max_length=TOKEN_CHARACTERS_MAX)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
PageSize = Annotated[int, Meta(ge=1, le=PAGE_ITEMS_MAX)]


class Phase(Enum):
    """How far a connection has come."""

    NEW = "before hello"
    GREETED = "before login"
    PROVING = "in the middle of a login"
    READY = "logged in"


BEFORE_LOGIN = frozenset({Phase.GREETED, Phase.PROVING})
LOGGED_IN = frozenset({Phase.READY})
GREETED_OR_LATER = frozenset(Phase) - {Phase.NEW}


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A command's parameters: the only validation of shapes and ranges."""


class Result(msgspec.Struct, frozen=True, gc=False):
    """What a command answers."""


class Nothing(Result, frozen=True):
    """An empty map: it is done."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    method: str
    params: type[Params]
    result: type[Result] | None  # None: a notification, nothing is answered
    help: str
    phases: frozenset[Phase]
    live: bool  # makes sense on a live connection only
    console: str | None  # how it is typed in the console, where it is
    refuses: Mapping[str, str]  # codes of its own refusals, and when; any may be bad_request


COMMANDS: dict[str, Command] = {}

P = TypeVar("P", bound=type[Params])


def command(
    method: str,
    result: type[Result] | None = Nothing,
    *,
    help: str,
    phases: frozenset[Phase] = LOGGED_IN,
    live: bool = False,
    console: str | None = None,
    refuses: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[P], P]:
    """Enter a struct of parameters into the table."""

    def enter(params: P) -> P:
        assert method not in COMMANDS, method
        COMMANDS[method] = Command(method, params, result, help, phases, live, console, refuses)
        return params

    return enter


# -- What the server says by itself ----------------------------------------------------------


class Notice(msgspec.Struct, frozen=True, gc=False):
    """The parameters of a notification from the server."""


NOTICES: dict[str, tuple[type[Notice], str]] = {}

N = TypeVar("N", bound=type[Notice])


def notice(method: str, *, help: str) -> Callable[[N], N]:
    """Enter a notification of the server into the table."""

    def enter(params: N) -> N:
        NOTICES[method] = (params, help)
        METHOD_OF[params] = method
        return params

    return enter


METHOD_OF: dict[type[Notice], str] = {}


def as_notification(params: Notice) -> Notification:
    """Return the notification that carries a notice."""
    return Notification(METHOD_OF[type(params)], params)
