"""The command table: every request and notification that chatd speaks, declared once.

A command is a typed struct (its parameters), a result type, one line of help and the phases
of a connection in which it may be called. The dispatcher, the console's help and completion
and `docs/protocol.md` are all made from `COMMANDS`; what the server says by itself stands in
`NOTICES`.

All times are ms UTC, all sizes bytes, and `seq` counts the entries of a room from 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from chatd.wire.envelope import Notification

VERSION = 1
TEXT_BYTES_MAX = 8 * 1024
NAME_BYTES_MAX = 256
"""A name is cut off here before any Unicode work; a mapped name has at most 32 characters."""
NONCE_CHARACTERS_MAX = 64
PAGE_BYTES_MAX = 48 * 1024
PAGE_ITEMS_MAX = 200
ITERATIONS_MIN = 4_096
ITERATIONS_MAX = 10_000_000
ITERATIONS_OF_OUR_CLIENTS = 600_000

Name = Annotated[str, Meta(min_length=1, max_length=NAME_BYTES_MAX)]
RoomId = Annotated[str, Meta(min_length=1, max_length=NAME_BYTES_MAX)]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_BYTES_MAX)]
Nonce = Annotated[str, Meta(min_length=1, max_length=NONCE_CHARACTERS_MAX)]
Label = Annotated[str, Meta(min_length=1, max_length=64)]
Token = Annotated[str, Meta(min_length=1, max_length=128)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
PageSize = Annotated[int, Meta(ge=1, le=PAGE_ITEMS_MAX)]
ScramText = Annotated[str, Meta(min_length=1, max_length=1024)]


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
) -> Callable[[P], P]:
    """Enter a struct of parameters into the table."""

    def enter(params: P) -> P:
        assert method not in COMMANDS, method
        COMMANDS[method] = Command(method, params, result, help, phases, live, console)
        return params

    return enter


# -- Greeting and login ----------------------------------------------------------------------


class Welcome(Result, frozen=True):
    """What the server is, before anything else."""

    version: int
    server: str
    registration: str
    now: int
    time_zone: str


@command(
    "hello",
    Welcome,
    help="greet the server; the first request of every connection",
    phases=frozenset({Phase.NEW}),
    live=True,
)
class Hello(Params, frozen=True):
    version: int
    client: Label = "unnamed"


@command(
    "register",
    help="make an account; the password itself never travels (RFC 5802)",
    phases=BEFORE_LOGIN,
    live=True,
)
class Register(Params, frozen=True):
    name: Name
    salt: Annotated[bytes, Meta(min_length=8, max_length=64)]
    iterations: Annotated[int, Meta(ge=ITERATIONS_MIN, le=ITERATIONS_MAX)]
    stored_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    server_key: Annotated[bytes, Meta(min_length=32, max_length=32)]


class Challenge(Result, frozen=True):
    """SCRAM's server-first-message."""

    message: str


@command(
    "login-start",
    Challenge,
    help="begin SCRAM-SHA-256 with the client-first-message (RFC 5802, 7677)",
    phases=GREETED_OR_LATER,
    live=True,
)
class LoginStart(Params, frozen=True):
    message: ScramText


class LoggedIn(Result, frozen=True, omit_defaults=True):
    """Who you are now; `token` only if one was asked for, and never again."""

    name: str
    device: int
    message: str = ""
    token: str = ""


@command(
    "login-finish",
    LoggedIn,
    help="end SCRAM with the client-final-message; with a label, make a device token",
    phases=frozenset({Phase.PROVING, Phase.READY}),
    live=True,
)
class LoginFinish(Params, frozen=True):
    message: ScramText
    device: Label | None = None


@command(
    "login-token", LoggedIn, help="log in with a device token", phases=BEFORE_LOGIN, live=True
)
class LoginToken(Params, frozen=True):
    token: Token


@command(
    "logout",
    help="revoke the token of this device and end the connection",
    live=True,
    console="logout",
)
class Logout(Params, frozen=True):
    pass


@command(
    "password",
    LoggedIn,
    help="change the password, right after proving the old one on this connection; "
    "every device token is revoked and every other connection ends",
    live=True,
    console="password",
)
class ChangePassword(Params, frozen=True):
    salt: Annotated[bytes, Meta(min_length=8, max_length=64)]
    iterations: Annotated[int, Meta(ge=ITERATIONS_MIN, le=ITERATIONS_MAX)]
    stored_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    server_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    device: Label | None = None


class Device(Result, frozen=True):
    """One device token, named by its number."""

    device: int
    label: str
    created: int
    current: bool


class Devices(Result, frozen=True):
    """The user's device tokens, oldest first."""

    devices: list[Device]
    next: int | None = None


@command("devices", Devices, help="list your devices", console="devices")
class ListDevices(Params, frozen=True):
    after: Seq = 0


@command(
    "revoke",
    help="revoke a device: its token opens nothing more, its connections end",
    console="revoke <device>",
)
class Revoke(Params, frozen=True):
    device: Seq


# -- Following -------------------------------------------------------------------------------


class Start(Enum):
    """Where a connection without positions starts in each room."""

    UNREAD = "unread"
    NOW = "now"


class Synced(Result, frozen=True):
    """The entries follow as notifications, oldest first; `live` when they are all there.

    epoch: goes with positions; positions of another epoch are not used.
    rooms: how many logs the connection follows.
    """

    epoch: str
    name: str
    rooms: int
    unread: int


@command(
    "sync",
    Synced,
    help="follow all your rooms: what is unread first, then everything as it happens",
    live=True,
)
class Sync(Params, frozen=True):
    positions: dict[RoomId, Seq] | None = None
    epoch: Annotated[str, Meta(max_length=64)] = ""
    start: Start = Start.UNREAD
    peek: bool = False


@command("ack", None, help="say up to where you have read a room", live=True)
class Ack(Params, frozen=True):
    room: RoomId
    seq: Seq


@command("ping", help="ask for a sign of life", phases=GREETED_OR_LATER, live=True)
class Ping(Params, frozen=True):
    pass


@command(
    "pong", None, help="answer the notification `ping`", phases=GREETED_OR_LATER, live=True
)
class Pong(Params, frozen=True):
    pass


# -- Talking ---------------------------------------------------------------------------------


class Posted(Result, frozen=True):
    """Where the entry is: on disk, and at this place in its room."""

    room: str
    seq: int
    ts: int


@command("send", Posted, help="say something in the general room", console="send <text>")
class Send(Params, frozen=True):
    text: Text
    nonce: Nonce | None = None


@command(
    "send-to", Posted, help="say something to one user alone", console="send-to <user> <text>"
)
class SendTo(Params, frozen=True):
    to: Name
    text: Text
    nonce: Nonce | None = None


class Page(Result, frozen=True):
    """Entries in the order of their numbers.

    next: the number to go on with in the same direction, or nil at the end.
    """

    room: str
    entries: list[msgspec.Raw]
    next: int | None


@command(
    "history",
    Page,
    help="read a page of a room: the latest, or before, after or around an entry",
    console="history [room] [before|after|around <seq>] [count]",
)
class History(Params, frozen=True):
    room: RoomId
    before: Seq | None = None
    after: Seq | None = None
    around: Seq | None = None
    limit: PageSize = 50


# -- Knowing ---------------------------------------------------------------------------------


class RoomStatus(Result, frozen=True):
    """One room as the user sees it; `unread` counts what others wrote."""

    room: str
    last_seq: int
    read_seq: int
    unread: int


class Allowance(Result, frozen=True):
    """What a limit leaves; `limit` 0 is no limit, `reset_at` nil before the first entry."""

    limit: int
    left: int
    reset_at: int | None


class StatusResult(Result, frozen=True):
    """What the user is and has right now."""

    name: str
    device: int
    now: int
    time_zone: str
    devices: int
    connections: int
    rooms: list[RoomStatus]
    rooms_more: bool
    general: Allowance
    private: Allowance
    online: int
    online_names: list[str]
    online_more: bool


@command(
    "status",
    StatusResult,
    help="your name, devices, unread, messages left and when that resets, who is online",
    console="status",
)
class Status(Params, frozen=True):
    pass


class Rooms(Result, frozen=True):
    """A page of the user's rooms, by id."""

    rooms: list[RoomStatus]
    next: str | None


@command("rooms", Rooms, help="list your rooms", console="rooms")
class ListRooms(Params, frozen=True):
    after: Annotated[str, Meta(max_length=NAME_BYTES_MAX)] = ""
    limit: PageSize = 100


class Names(Result, frozen=True):
    """A page of names, in order."""

    names: list[str]
    next: str | None
    count: int


@command("who", Names, help="list who is online", console="who")
class Who(Params, frozen=True):
    after: Annotated[str, Meta(max_length=NAME_BYTES_MAX)] = ""
    limit: PageSize = 100


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


@notice("gap", help="entries from..to of a room are gone for you; what follows goes on behind")
class Gap(Notice, frozen=True, rename={"from_": "from"}):
    room: str
    from_: int
    to: int


@notice("reset", help="your position in a room means nothing here; you start where you read")
class Reset(Notice, frozen=True):
    room: str


@notice("live", help="everything unread has been sent; what follows is happening now")
class Live(Notice, frozen=True):
    pass


@notice("read", help="one of your devices has read a room up to here")
class Read(Notice, frozen=True):
    room: str
    seq: int


@notice("limits", help="what you may still send in this period")
class Limits(Notice, frozen=True):
    general: Allowance
    private: Allowance


@notice("presence", help="who came and who left since the last one; only a count above 200")
class Presence(Notice, frozen=True):
    online: list[str]
    offline: list[str]
    count: int


@notice("ping", help="the line is quiet: answer with `pong`, or be disconnected")
class PingNotice(Notice, frozen=True):
    pass


@notice("bye", help="the connection ends now, and why")
class Bye(Notice, frozen=True):
    reason: str


@notice("error", help="what you sent could not be read, or a notification was refused")
class Error(Notice, frozen=True):
    code: str
    message: str


def as_notification(params: Notice) -> Notification:
    """Return the notification that carries a notice."""
    return Notification(METHOD_OF[type(params)], params)
