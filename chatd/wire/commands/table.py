"""What the command table is made of: rows, their parts, and the bounds that many share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeVar, get_args

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

DISK_FULL = "the server's disk is full"

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


class Chapter(Enum):
    """What a command of the console is for: the chapters of its help, in their order."""

    TALKING = "talking"
    LATER = "later"
    READING = "reading"
    FILES = "files"
    PRIVATE_ROOMS = "private rooms"
    PEACE = "your peace"
    ADMINISTRATORS = "administrators"
    PROGRAMS = "programs"
    ACCOUNT = "your account"
    CONSOLE = "the console"


class Result(msgspec.Struct, frozen=True, gc=False):
    """What a command answers."""


class Nothing(Result, frozen=True):
    """An empty map: done."""


R = TypeVar("R", bound=Result | None, covariant=True)


class Params(msgspec.Struct, Generic[R], frozen=True, forbid_unknown_fields=True, gc=False):
    """A command's parameters: the only validation of shapes and ranges.

    R: what it answers; None for a notification, which is not answered.
    """


AnyParams = Params[Any]


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table: all there is to say about a command.

    phases: how far a connection has to have come. live: it makes sense on a live connection only.
    writes: it changes the store, so it is refused when the disk is full.
    repeatable: to send it again after a lost connection does nothing twice, without a nonce.
    quiet: it says little and comes often, and is logged at the level debug.
    console: how it is typed in the console, where it is; chapter: of the help there.
    refuses: codes of its own refusals, and when; any may be bad_request.
    """

    method: str
    params: type[AnyParams]
    result: type[Result] | None
    help: str
    phases: frozenset[Phase]
    live: bool
    writes: bool
    repeatable: bool
    quiet: bool
    console: str | None
    chapter: Chapter | None
    refuses: Mapping[str, str]

    @property
    def needs_login(self) -> bool:
        """Whether it is for those who are logged in."""
        return self.phases == LOGGED_IN

    @property
    def takes_nonce(self) -> bool:
        """Whether it may carry a nonce, with which it is done once however often it is sent."""
        return "nonce" in self.params.__struct_fields__


COMMANDS: dict[str, Command] = {}
COMMAND_OF: dict[type[AnyParams], Command] = {}

P = TypeVar("P", bound=type[AnyParams])


def command(
    method: str,
    *,
    help: str,
    phases: frozenset[Phase] = LOGGED_IN,
    live: bool = False,
    writes: bool = False,
    repeatable: bool = False,
    quiet: bool = False,
    console: str | None = None,
    chapter: Chapter | None = None,
    refuses: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[P], P]:
    """Enter a struct of parameters into the table.

    What writes nothing is repeatable anyway, and what writes may be refused for a full disk.
    """

    def enter(params: P) -> P:
        assert method not in COMMANDS, method
        refusals = {**({"storage_full": DISK_FULL} if writes else {}), **refuses}
        COMMANDS[method] = COMMAND_OF[params] = Command(
            method,
            params,
            _result_of(params),
            help,
            phases,
            live,
            writes,
            repeatable or not writes,
            quiet,
            console,
            chapter,
            dict(sorted(refusals.items())),
        )
        return params

    return enter


def _result_of(params: type[AnyParams]) -> type[Result] | None:
    """Return the R of `class X(Params[R])`."""
    (base,) = params.__orig_bases__  # type: ignore[attr-defined]
    (result,) = get_args(base)
    return None if result is type(None) else result


# -- What the server sends on its own --------------------------------------------------------


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
