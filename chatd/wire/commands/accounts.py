"""Greeting, registration, login, devices, passwords."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.table import (
    BEFORE_LOGIN,
    GREETED_OR_LATER,
    Chapter,
    Label,
    Name,
    Nothing,
    Params,
    Phase,
    Result,
    Seq,
    Token,
    command,
)

ITERATIONS_MIN = 4_096
ITERATIONS_MAX = 10_000_000
SALT_BYTES_MIN = 12
"""scramp proves nothing by less than any of these, or by more rounds."""
SALT_BYTES_MAX = 64
ITERATIONS_OF_OUR_CLIENTS = 600_000
SALT_BYTES_OF_OUR_CLIENTS = 16

ScramFirst = Annotated[str, Meta(min_length=1, max_length=1024)]
ScramFinal = Annotated[str, Meta(min_length=1, max_length=1280)]
"""It repeats the first message's nonce, with the server's, a proof and more behind it."""


FEATURES = {
    "comments": "comments on entries: `comment`, `thread`",
    "files": "files in chunks: `upload`, `download`",
    "groups": "private rooms, from `create` to `members`",
    "hooks": "addresses where programs post: `hook`",
    "moderation": "`report`, warnings and bans",
    "revisions": "`edit` and `delete`",
    "schedules": "texts for later: `send-at`",
    "search": "`search` in everything the user can see",
    "typing": "who is writing right now: `typing`",
}
"""What a server does that another one of the same version may not do, and what that means. A
word stays what it is; new ones come with what is new."""


class Welcome(Result, frozen=True):
    """What the server is.

    version: of the protocol.
    server: the program and its version, for people.
    server_version: the version alone.
    epoch: of the store, as `sync` takes it: positions of another epoch are not valid.
    features: what this server can do; ignore those that you don't know.
    file_bytes_max: how large a file may be; 0 where the server does not say.
    """

    version: int
    server: str
    registration: str
    now: int
    time_zone: str
    server_version: str = ""
    epoch: str = ""
    features: list[str] = []
    file_bytes_max: int = 0


@command(
    "hello",
    help="greet the server; the first request of every connection",
    phases=frozenset({Phase.NEW}),
    live=True,
    refuses={
        "unsupported_version": "this server speaks another version",
    },
)
class Hello(Params[Welcome], frozen=True):
    version: int
    client: Label = "unnamed"


@command(
    "register",
    help="make an account; the password itself is never sent (RFC 5802). It is deleted after a day "
    "if nobody has logged in",
    phases=BEFORE_LOGIN,
    live=True,
    writes=True,
    refuses={
        "bad_request": "this can't be a user's name, or nobody could log in with it",
        "conflict": "the name is taken, or looks like one that is taken or reserved (TR 39)",
        "forbidden": "this server does not accept registrations, or the name is an administrator's",
        "rate_limited": "too many tries on this connection, which is closed, or too many accounts "
        "from your address",
    },
)
class Register(Params[Nothing], frozen=True):
    name: Name
    salt: Annotated[bytes, Meta(min_length=SALT_BYTES_MIN, max_length=SALT_BYTES_MAX)]
    iterations: Annotated[int, Meta(ge=ITERATIONS_MIN, le=ITERATIONS_MAX)]
    stored_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    server_key: Annotated[bytes, Meta(min_length=32, max_length=32)]


class Challenge(Result, frozen=True):
    """SCRAM's server-first-message."""

    message: str


@command(
    "login-start",
    help="begin SCRAM-SHA-256 with the client-first-message (RFC 5802, 7677)",
    phases=GREETED_OR_LATER,
    refuses={
        "auth_failed": "not a client-first-message, or a name that nobody can have",
        "forbidden": "the connection is logged in under another name",
        "rate_limited": "too many failed logins, `reset_at` says when to try again; or too many "
        "tries on this connection, which is closed",
    },
)
class LoginStart(Params[Challenge], frozen=True):
    message: ScramFirst


class LoggedIn(Result, frozen=True, omit_defaults=True):
    """Who you are; `token` only if one was asked for, and only this once."""

    name: str
    device: int
    message: str = ""
    token: str = ""


@command(
    "login-finish",
    help="finish SCRAM with the client-final-message; with a label, make a device token",
    phases=frozenset({Phase.PROVING, Phase.READY}),
    writes=True,
    refuses={
        "auth_failed": "the name or the password is wrong",
        "conflict": "the user has too many devices",
        "rate_limited": "too many failed logins on other connections in the meantime",
        "storage_full": "a token was asked for, or it is the first login, and the disk is full",
    },
)
class LoginFinish(Params[LoggedIn], frozen=True):
    message: ScramFinal
    device: Label | None = None


@command(
    "login-token",
    help="log in with a device token",
    phases=BEFORE_LOGIN,
    live=True,
    refuses={
        "auth_failed": "invalid token",
        "rate_limited": "too many tries on this connection, which is closed",
    },
)
class LoginToken(Params[LoggedIn], frozen=True):
    token: Token


@command(
    "logout",
    help="revoke the token of this device and close the connection",
    live=True,
    console="logout",
    chapter=Chapter.ACCOUNT,
    writes=True,
    refuses={},
)
class Logout(Params[Nothing], frozen=True):
    pass


@command(
    "password",
    help="change the password, right after proving the old one on this connection; "
    "all device tokens are revoked, and all other connections closed",
    live=True,
    console="password",
    chapter=Chapter.ACCOUNT,
    writes=True,
    refuses={
        "forbidden": "the current password was not proved in the last five minutes",
    },
)
class ChangePassword(Params[LoggedIn], frozen=True):
    salt: Annotated[bytes, Meta(min_length=SALT_BYTES_MIN, max_length=SALT_BYTES_MAX)]
    iterations: Annotated[int, Meta(ge=ITERATIONS_MIN, le=ITERATIONS_MAX)]
    stored_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    server_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    device: Label | None = None


@command(
    "delete-account",
    help="delete your account for good, right after proving the password on this connection; "
    "the name stays reserved, and what you posted stays unless you ask to delete it, too",
    live=True,
    console="delete-account [--posts]",
    chapter=Chapter.ACCOUNT,
    writes=True,
    refuses={
        "banned": "you are banned, and something reported would go with the account",
        "forbidden": "the current password was not proved in the last five minutes",
    },
)
class DeleteAccount(Params[Nothing], frozen=True):
    posts: bool = False


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


@command(
    "devices",
    help="list your devices",
    console="devices",
    chapter=Chapter.ACCOUNT,
)
class ListDevices(Params[Devices], frozen=True):
    after: Seq = 0


class TokenCreated(Result, frozen=True):
    """A token for a program; it is never shown again."""

    device: int
    token: str


@command(
    "token-create",
    help="make a device token for a bot or a script",
    console="token create <label>",
    chapter=Chapter.PROGRAMS,
    writes=True,
    refuses={
        "conflict": "you have too many devices",
    },
)
class TokenCreate(Params[TokenCreated], frozen=True):
    label: Label


@command(
    "revoke",
    help="revoke a device: its token becomes invalid, its connections are closed",
    console="revoke <device>",
    chapter=Chapter.ACCOUNT,
    writes=True,
    refuses={
        "not_found": "no device of yours has this number",
    },
)
class Revoke(Params[Nothing], frozen=True):
    device: Seq
