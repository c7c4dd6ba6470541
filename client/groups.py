"""Private rooms: the methods of the client that are about them.

Where one names a room, its id will do, or `+` and its title.
"""

from typing import Protocol, TypeVar

from chatd.wire.commands import (
    AnyParams,
    Approve,
    Create,
    Deny,
    Group,
    Invitations,
    Invite,
    Join,
    Joined,
    Kick,
    Leave,
    Link,
    Links,
    ListInvitations,
    ListLinks,
    ListMembers,
    ListRequests,
    MakeLink,
    Members,
    Nothing,
    Requests,
    Result,
    Transfer,
    Unlink,
    Withdraw,
)

from .web import link_in

R = TypeVar("R", bound=Result)


class Asks(Protocol):
    """Who can ask the server."""

    def ask(self, params: AnyParams, result: type[R]) -> R:
        """Return the answer to a request, or raise what it was refused with."""


class GroupMethods:
    """A part of `Client`."""

    def create(self: Asks, title: str) -> str:
        """Make a private room and return its id. Raises Conflict if one has that title."""
        return self.ask(Create(title), Group).room

    def invite(self: Asks, room: str, user: str) -> None:
        """Let a user join a room of one's own without asking. Raises Conflict, Forbidden."""
        self.ask(Invite(room, user), Nothing)

    def invitations(self: Asks, after: str = "") -> Invitations:
        """List where one is invited, a page at a time, and what one asked by links."""
        return self.ask(ListInvitations(after), Invitations)

    def join(self: Asks, room: str) -> Joined:
        """Join a room that one is invited to. Raises NotFound."""
        return self.ask(Join(room=room), Joined)

    def join_by_link(self: Asks, link: str) -> Joined:
        """Ask to join by a link; `request` in the answer says that the owner has to approve.

        link: itself, or the address that it has in a browser (`client.web.join_address`).
        Raises NotFound for a link that opens nothing.
        """
        return self.ask(Join(link=link_in(link)), Joined)

    def withdraw(self: Asks, request: int) -> None:
        """Withdraw what was asked by a link. Raises NotFound."""
        self.ask(Withdraw(request), Nothing)

    def link(
        self: Asks, room: str, *, uses: int | None = None, expires_at: int | None = None
    ) -> Link:
        """Make a link to a room of one's own.

        uses: how many may ask by it; expires_at: ms UTC; None: no bound.
        """
        return self.ask(MakeLink(room, uses, expires_at), Link)

    def links(self: Asks, room: str) -> Links:
        """List the links to a room of one's own that open something."""
        return self.ask(ListLinks(room), Links)

    def unlink(self: Asks, room: str, number: int) -> None:
        """Revoke a link. Raises NotFound."""
        self.ask(Unlink(room, number), Nothing)

    def requests(self: Asks, room: str | None = None, after: str = "") -> Requests:
        """List who asks to join one's own rooms, or one of them, a page at a time."""
        return self.ask(ListRequests(room, after), Requests)

    def approve(self: Asks, room: str, user: str) -> None:
        """Let somebody who asked join. Raises NotFound, Conflict where a room is full."""
        self.ask(Approve(room, user), Nothing)

    def deny(self: Asks, room: str, user: str) -> None:
        """Don't let somebody who asked join. Raises NotFound."""
        self.ask(Deny(room, user), Nothing)

    def leave(self: Asks, room: str) -> None:
        """Leave a room, or decline an invitation. Raises Forbidden for an owner with others."""
        self.ask(Leave(room), Nothing)

    def kick(self: Asks, room: str, user: str) -> None:
        """Remove a member from a room of one's own, or take an invitation back."""
        self.ask(Kick(room, user), Nothing)

    def transfer(self: Asks, room: str, user: str) -> None:
        """Make another member the owner of a room of one's own."""
        self.ask(Transfer(room, user), Nothing)

    def members(self: Asks, room: str, after: str = "") -> Members:
        """List who is in a private room, a page at a time."""
        return self.ask(ListMembers(room, after), Members)
