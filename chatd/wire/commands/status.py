"""What the user is and has, the user's rooms, who is online."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.table import (
    NAME_BYTES_MAX,
    Chapter,
    Notice,
    PageSize,
    Params,
    Result,
    command,
    notice,
)


class RoomStatus(Result, frozen=True):
    """One room as the user sees it.

    unread: how many messages, comments and files of others came since, deleted ones not counted; of
    a user's own ones, those among the latest 1,000 entries don't count, either. mentions: how many
    posts of others, or edits of them, name the user, of the latest 1,000 entries. muted: whether
    only these call the user. unread_from: the entry that the user has marked the room as unread
    from, 0 for none; then what came from there on counts.
    """

    room: str
    last_seq: int
    read_seq: int
    unread: int
    mentions: int = 0
    muted: bool = False
    unread_from: int = 0


class Allowance(Result, frozen=True):
    """What is left of a limit; `limit` 0 means none, `reset_at` is nil before the first entry."""

    limit: int
    left: int
    reset_at: int | None


class Quota(Result, frozen=True):
    """How much of something the user has; `limit` nil means none."""

    what: str
    used: int
    limit: int | None


class StatusResult(Result, frozen=True):
    """The user's current state.

    warnings: how many the user has. warnings_limit: how many of them ban, 0 for never.
    banned_until: until when the user can't send anything; nil if not banned.
    banned_by: `warnings` or `administrator`; empty when not banned. ban_reason: the
    administrator's reason.
    scheduled: how many texts are waiting to be posted.
    held: how many of these were due, and can't be posted yet.
    failed: how many were due and can't be posted at all; `scheduled` lists them, too.
    invitations: how many the user has. requests: how many users ask to join this user's rooms.
    quotas: usage and limits of everything else that is bounded.
    administrator: whether the user is one.
    """

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
    warnings: int
    warnings_limit: int
    banned_until: int | None
    scheduled: int
    held: int
    invitations: int
    requests: int
    quotas: list[Quota]
    online: int
    online_names: list[str]
    online_more: bool
    failed: int = 0
    banned_by: str = ""
    ban_reason: str = ""
    display_name: str = ""
    administrator: bool = False


@command(
    "status",
    help="show your name, devices, unread, messages left, warnings, ban, quotas, who is online",
    console="status",
    chapter=Chapter.READING,
)
class Status(Params[StatusResult], frozen=True):
    pass


class LastPost(Result, frozen=True):
    """What was said last in a room, as it is now. text: its beginning, on one line."""

    seq: int
    ts: int
    kind: str
    author: str
    text: str


class RoomOverview(RoomStatus, frozen=True):
    """One room as the user sees it, and what happens there.

    last: the latest message, comment or file that is not deleted; nil if there is none, or the user
    can't see it. last_at: when somebody last posted there; where nobody has, when it was made.
    owner: of a group, else empty. members: how many there are; in the general room, how many have
    followed it.
    """

    last: LastPost | None = None
    last_at: int = 0
    owner: str = ""
    members: int = 0


class RoomList(Result, frozen=True):
    """A page of the user's rooms, those first in which somebody posted last.

    next: what to go on `after`, or nil at the end. A room that gets a post meanwhile moves to the
    front, and so comes no more; all others come once.
    """

    rooms: list[RoomOverview]
    next: str | None


@command(
    "rooms",
    help="list your rooms, those with the latest posts first",
    console="rooms",
    chapter=Chapter.READING,
)
class ListRooms(Params[RoomList], frozen=True):
    after: Annotated[str, Meta(max_length=NAME_BYTES_MAX)] = ""
    limit: PageSize = 100


class Rooms(Result, frozen=True):
    """A page of the user's rooms, by id."""

    rooms: list[RoomStatus]
    next: str | None


@command(
    "unread",
    help="list the rooms with something unread, and how often you are mentioned there",
    console="unread",
    chapter=Chapter.READING,
)
class ListUnread(Params[Rooms], frozen=True):
    after: Annotated[str, Meta(max_length=NAME_BYTES_MAX)] = ""
    limit: PageSize = 100


class Names(Result, frozen=True):
    """A page of names, in order. display_names: of those who have one, by name."""

    names: list[str]
    next: str | None
    count: int
    display_names: dict[str, str] = {}


@command(
    "who",
    help="list who is online",
    console="who",
    chapter=Chapter.READING,
)
class Who(Params[Names], frozen=True):
    after: Annotated[str, Meta(max_length=NAME_BYTES_MAX)] = ""
    limit: PageSize = 100


@notice("limits", help="how much you can still send in this period")
class Limits(Notice, frozen=True):
    general: Allowance
    private: Allowance


@notice("presence", help="who came and went since the last one; above 200 users only a count")
class Presence(Notice, frozen=True):
    online: list[str]
    offline: list[str]
    count: int
