"""Display names: what users are called besides their names."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.table import (
    NAME_BYTES_MAX,
    Chapter,
    Name,
    Nothing,
    Notice,
    Params,
    command,
    notice,
)


@command(
    "display-name",
    help="be shown by another name beside yours; alone: by yours only",
    console="display-name [name]",
    chapter=Chapter.TALKING,
    writes=True,
    repeatable=True,
    refuses={
        "bad_request": "nobody can be called that",
        "banned": "you are banned, until `until`",
        "conflict": "it looks like another user's name or display name, or is reserved",
        "rate_limited": "you have changed it too often today",
    },
)
class ChangeDisplayName(Params[Nothing], frozen=True):
    """1 to 64 characters, by the rules for nicknames (RFC 8266), as you spell it; empty: none."""

    display_name: Annotated[str, Meta(max_length=NAME_BYTES_MAX)]


@command(
    "clear-name",
    help="for administrators: take a user's display name away",
    console="clear-name <user>",
    chapter=Chapter.ADMINISTRATORS,
    writes=True,
    refuses={
        "banned": "you are banned yourself, until `until`",
        "forbidden": "you are not an administrator, or it is about yourself",
        "not_found": "there is no such user, or the user has none",
    },
)
class ClearName(Params[Nothing], frozen=True):
    user: Name


@notice("display_name", help="a user has another display name, or none; above 200 users not sent")
class DisplayName(Notice, frozen=True):
    name: str
    display_name: str
