"""Hooks: addresses by which programs post into one room without logging in."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.messages import POSTING_REFUSES, Posted
from chatd.wire.commands.table import (
    GREETED_OR_LATER,
    Chapter,
    Label,
    Nonce,
    Nothing,
    Params,
    Result,
    RoomId,
    Seq,
    Token,
    command,
)

HOOK_TEXT_CHARACTERS_MAX = 96 * 1024
"""As many as the body of a request may have bytes."""


class NewHook(Result, frozen=True):
    """A hook. Its token is shown only this once: `/hooks/<token>` posts into the room."""

    hook: int
    room: str
    token: str


@command(
    "hook",
    help="make an address where programs can post into a room as you",
    console="hook <room> <label>",
    chapter=Chapter.PROGRAMS,
    writes=True,
    refuses={
        "bad_request": "the label is empty",
        "banned": "you may not send until `until`",
        "conflict": "you have as many hooks as you may have, or several rooms have this title",
        "forbidden": "nobody can write to a self log",
        "not_found": "there is no such room that you can see",
        "rate_limited": "you have started too many conversations",
    },
)
class MakeHook(Params[NewHook], frozen=True):
    room: RoomId
    label: Label


class HookState(Result, frozen=True):
    """One hook, named by its number.

    refused_at: when its last post was refused; nil if it was accepted, or if the server has been
    restarted since.
    refused: why that was.
    """

    hook: int
    room: str
    label: str
    created: int
    refused_at: int | None = None
    refused: str = ""


class Hooks(Result, frozen=True):
    """The user's hooks, oldest first."""

    hooks: list[HookState]


@command(
    "hooks",
    help="list your hooks, with their numbers",
    console="hooks",
    chapter=Chapter.PROGRAMS,
)
class ListHooks(Params[Hooks], frozen=True):
    pass


@command(
    "unhook",
    help="revoke a hook: its address becomes invalid",
    console="unhook <hook>",
    chapter=Chapter.PROGRAMS,
    writes=True,
    refuses={
        "not_found": "no hook of yours has this number",
    },
)
class Unhook(Params[Nothing], frozen=True):
    hook: Seq


@command(
    "hook-post",
    help="post into the room of a hook, whose token is all that is needed; what is too long for "
    "one message becomes up to five, all or none, and the answer names the first",
    phases=GREETED_OR_LATER,
    writes=True,
    refuses={
        **{code: when for code, when in POSTING_REFUSES.items() if code != "too_large"},
        "banned": "the user who made the hook may not send until `until`",
        "forbidden": "one of the two in the room has blocked the other",
        "not_found": "invalid token, or the user who made the hook has left the room",
        "rate_limited": "the user who made the hook has too few messages left, or has started too "
        "many conversations",
    },
)
class HookPost(Params[Posted], frozen=True):
    token: Token
    text: Annotated[str, Meta(min_length=1, max_length=HOOK_TEXT_CHARACTERS_MAX)]
    nonce: Nonce | None = None
