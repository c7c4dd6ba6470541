"""Groups: who is in, who owns, who may come, who wants to.

reset_at: when the period ends in which the event counts for who caused it.
due: when the event's entry is gone for its author, if nothing unread lay before it.
"""

from chatd.core.events.base import Event


class GroupCreated(Event, frozen=True, tag="GroupCreated"):
    """A user made a group, and is its owner and only member."""

    room: str
    title: str
    owner: str
    due: int


class MemberInvited(Event, frozen=True, tag="MemberInvited"):
    """A group's owner invited a user."""

    room: str
    name: str
    by: str
    reset_at: int


class InvitationEnded(Event, frozen=True, tag="InvitationEnded"):
    """An invitation was taken back, or declined."""

    room: str
    name: str
    by: str


class MemberJoined(Event, frozen=True, tag="MemberJoined"):
    """A user is a member now, and sees what is behind `floor`. by: the user, or who approved."""

    room: str
    seq: int
    name: str
    by: str
    floor: int
    due: int


class MemberLeft(Event, frozen=True, tag="MemberLeft"):
    """A user is no member any more. by: the user, or who removed them."""

    room: str
    seq: int
    name: str
    by: str
    due: int


class OwnerChanged(Event, frozen=True, tag="OwnerChanged"):
    """A group's owner made another member the owner."""

    room: str
    seq: int
    name: str
    by: str
    due: int
    reset_at: int


class GroupEnded(Event, frozen=True, tag="GroupEnded"):
    """The last member has left; there is no such room any more."""

    room: str


class LinkMade(Event, frozen=True, tag="LinkMade"):
    """A group has a join link. token_hash: SHA-256 of its token; expires_at: 0 is never.

    uses: how often it may be used, None without bound.
    """

    room: str
    number: int
    token_hash: bytes
    expires_at: int
    uses: int | None


class LinkRevoked(Event, frozen=True, tag="LinkRevoked"):
    """A join link opens nothing any more."""

    room: str
    number: int


class JoinRequested(Event, frozen=True, tag="JoinRequested"):
    """A user asked to join, by a link, which is used once by that."""

    room: str
    name: str
    link: int
    request: int
    reset_at: int


class RequestEnded(Event, frozen=True, tag="RequestEnded"):
    """A request was denied, or withdrawn. by: who did."""

    room: str
    name: str
    by: str
