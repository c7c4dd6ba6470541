"""Blocking: to take nothing from a user."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.table import (
    NAME_BYTES_MAX,
    Chapter,
    Name,
    Nothing,
    PageSize,
    Params,
    Result,
    command,
)


@command(
    "block",
    help="receive no direct messages or invitations from a user, and send them none",
    console="block <user>",
    chapter=Chapter.PEACE,
    writes=True,
    repeatable=True,
    refuses={
        "bad_request": "that is you",
        "conflict": "you have blocked as many users as you can",
        "not_found": "there is no such user",
    },
)
class Block(Params[Nothing], frozen=True):
    user: Name


@command(
    "unblock",
    help="unblock a user: receive direct messages and invitations from them again",
    console="unblock <user>",
    chapter=Chapter.PEACE,
    writes=True,
    refuses={
        "not_found": "you have not blocked this user",
    },
)
class Unblock(Params[Nothing], frozen=True):
    user: Name


class BlockedNames(Result, frozen=True):
    """A page of names, in order."""

    names: list[str]
    next: str | None


@command(
    "blocked",
    help="list the users you have blocked",
    console="blocked",
    chapter=Chapter.PEACE,
)
class ListBlocked(Params[BlockedNames], frozen=True):
    after: Annotated[str, Meta(max_length=NAME_BYTES_MAX)] = ""
    limit: PageSize = 100
