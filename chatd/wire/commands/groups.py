"""Groups: private rooms with an owner, members, invitations, join links and join requests."""

from enum import Enum
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
    RoomId,
    Seq,
    Token,
    command,
)

LINK_USES_MAX = 10_000

After = Annotated[str, Meta(max_length=2 * NAME_BYTES_MAX)]
Moment = Annotated[int, Meta(ge=0, le=2**53)]
Uses = Annotated[int, Meta(ge=1, le=LINK_USES_MAX)]

SEEN_REFUSES = {
    "conflict": "you are in several rooms with that title; give the id",
    "not_found": "there is no such room that you can see",
}
"""What every command that names a group may be refused with."""

OWNER_REFUSES = {**SEEN_REFUSES, "forbidden": "only the owner of the room may do that"}


class Group(Result, frozen=True):
    """A group, by its id."""

    room: str


@command(
    "create",
    help="make a private room, which you own",
    console="create <title>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        "bad_request": "this can't be a title: it has to be one word, like a user's name",
        "banned": "you may not send until `until`",
        "conflict": "you are in a room with that title, or in as many private rooms as you may be",
    },
)
class Create(Params[Group], frozen=True):
    title: Name


@command(
    "invite",
    help="invite a user to a room of yours, who may then join without asking",
    console="invite <room> <user>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        "forbidden": "one of you has blocked the other",
        **OWNER_REFUSES,
        "banned": "you may not send until `until`",
        "conflict": "the user is a member, is invited, or has asked to join; or there are "
        "too many invitations, to the room, to the user, or of yours to the user",
        "not_found": "there is no such room that you can see, or no such user",
        "rate_limited": "the messages of this period are used up, or you have invited that user, "
        "or too many users, too often today; `reset_at` says until when",
    },
)
class Invite(Params[Nothing], frozen=True):
    room: RoomId
    user: Name


class Joined(Result, frozen=True):
    """The outcome: `room` if the user is a member now, nil if the owner has to approve.

    request: the number of the request that is waiting, nil if there is none.
    """

    room: str | None
    request: int | None


@command(
    "join",
    help="join a room that you are invited to; with a link, ask its owner to let you in",
    console="join <room|link>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        "bad_request": "both `room` and `link`, or neither",
        "banned": "you are asking with a link, and may not send until `until`",
        "conflict": "you are invited to several rooms with that title; or you, the room or its "
        "list of requests have reached a limit",
        "not_found": "you are not invited to such a room, or the link is invalid",
        "rate_limited": "the messages of this period are used up, or you have asked that owner, "
        "or too many owners, too often today; `reset_at` says until when",
    },
)
class Join(Params[Joined], frozen=True):
    room: RoomId | None = None
    link: Token | None = None


@command(
    "withdraw",
    help="withdraw a request to join, by its number",
    console="withdraw <request>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        "not_found": "you have no open request with this number",
    },
)
class Withdraw(Params[Nothing], frozen=True):
    request: Seq


class Invitation(Result, frozen=True):
    """A group that the user is invited to, and by whom."""

    room: str
    by: str
    ts: int


class Asked(Result, frozen=True):
    """An open request to join by a link."""

    request: int
    ts: int


class Invitations(Result, frozen=True):
    """A page of invitations, by the ids of rooms; `asked` is the same on each page."""

    invitations: list[Invitation]
    next: str | None
    asked: list[Asked]


@command(
    "invitations",
    help="list the rooms you are invited to, and your requests to join that are not answered yet",
    console="invitations",
    chapter=Chapter.PRIVATE_ROOMS,
)
class ListInvitations(Params[Invitations], frozen=True):
    after: After = ""
    limit: PageSize = 100


class Link(Result, frozen=True):
    """A join link. It is shown only this once: the server keeps only a hash of it."""

    room: str
    number: int
    link: str


@command(
    "link",
    help="make a link with which others can ask to join a room of yours",
    console="link <room> [uses <count>] [for <time>]",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        **OWNER_REFUSES,
        "bad_request": "`expires_at` is not in the future",
        "banned": "you may not send until `until`",
        "conflict": "the room has as many links as it may have",
    },
)
class MakeLink(Params[Link], frozen=True):
    room: RoomId
    uses: Uses | None = None
    expires_at: Moment | None = None


class LinkState(Result, frozen=True):
    """A valid link. uses_left, expires_at: nil for no limit."""

    number: int
    created: int
    uses_left: int | None
    expires_at: int | None


class Links(Result, frozen=True):
    """All valid links of a room, oldest first."""

    room: str
    links: list[LinkState]


@command(
    "links",
    help="list the links of a room of yours, with their numbers",
    console="links <room>",
    chapter=Chapter.PRIVATE_ROOMS,
    refuses=OWNER_REFUSES,
)
class ListLinks(Params[Links], frozen=True):
    room: RoomId


@command(
    "unlink",
    help="revoke a link; requests that were made with it stay open",
    console="unlink <room> <link>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={**OWNER_REFUSES, "not_found": "you can see no such room, or it has no such link"},
)
class Unlink(Params[Nothing], frozen=True):
    room: RoomId
    number: Seq


class JoinRequest(Result, frozen=True):
    """A user who asks to join a group of this user."""

    room: str
    name: str
    ts: int


class Requests(Result, frozen=True):
    """A page of requests, by rooms and names; `next` is the `after` of the next page."""

    requests: list[JoinRequest]
    next: str | None


@command(
    "requests",
    help="list who has asked to join your rooms, or one of them",
    console="requests [room]",
    chapter=Chapter.PRIVATE_ROOMS,
    refuses=OWNER_REFUSES,
)
class ListRequests(Params[Requests], frozen=True):
    room: RoomId | None = None
    after: After = ""
    limit: PageSize = 100


@command(
    "approve",
    help="let somebody into a room of yours who asked to join",
    console="approve <room> <user>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        **OWNER_REFUSES,
        "banned": "you may not send until `until`",
        "conflict": "the room has too many members, or the user is in too many private rooms",
        "not_found": "there is no such room that you can see, or that user has not asked",
    },
)
class Approve(Params[Nothing], frozen=True):
    room: RoomId
    user: Name


@command(
    "deny",
    help="turn down somebody who asked to join a room of yours",
    console="deny <room> <user>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        **OWNER_REFUSES,
        "not_found": "there is no such room that you can see, or that user has not asked",
    },
)
class Deny(Params[Nothing], frozen=True):
    room: RoomId
    user: Name


@command(
    "leave",
    help="leave a room, or decline an invitation; when the last member leaves, the room is gone",
    console="leave <room>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        **SEEN_REFUSES,
        "banned": "you may not send until `until`, and something reported would go with the room",
        "forbidden": "you own the room and others are in it: `transfer` it first",
    },
)
class Leave(Params[Nothing], frozen=True):
    room: RoomId


@command(
    "kick",
    help="remove a member from a room of yours, or take an invitation back",
    console="kick <room> <user>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        **OWNER_REFUSES,
        "bad_request": "that is you: `leave`",
        "banned": "the user is a member, and you may not send until `until`",
        "not_found": "there is no such room that you can see, or that user is not in it",
    },
)
class Kick(Params[Nothing], frozen=True):
    room: RoomId
    user: Name


@command(
    "transfer",
    help="make another member the owner of a room of yours",
    console="transfer <room> <user>",
    chapter=Chapter.PRIVATE_ROOMS,
    writes=True,
    refuses={
        **OWNER_REFUSES,
        "bad_request": "that is you",
        "banned": "you may not send until `until`",
        "not_found": "there is no such room that you can see, or that user is not a member",
        "rate_limited": "the messages of this period are used up until `reset_at`",
    },
)
class Transfer(Params[Nothing], frozen=True):
    room: RoomId
    user: Name


class Role(Enum):
    """What a user is in a group."""

    OWNER = "owner"
    MEMBER = "member"
    INVITED = "invited"


class GroupMember(Result, frozen=True):
    """A user in a group; only the owner sees who is invited."""

    name: str
    role: Role
    display_name: str = ""


class Members(Result, frozen=True):
    """A page of the members of a room, by name. count: of all its members."""

    room: str
    members: list[GroupMember]
    next: str | None
    count: int


@command(
    "members",
    help="list the members of a private room",
    console="members <room>",
    chapter=Chapter.PRIVATE_ROOMS,
    refuses=SEEN_REFUSES,
)
class ListMembers(Params[Members], frozen=True):
    room: RoomId
    after: After = ""
    limit: PageSize = 100
