"""The methods of a client: what may be asked, each with its arguments and its result.

They are written once, over `call`, which knows from the row of the command table what comes back.
Each raises what the server refuses as the `ChatError` that the code names.
"""

from typing import Any, TypeVar, overload

from chatd.wire.commands import (
    Approve,
    Ban,
    BannedUntil,
    Block,
    BlockedNames,
    CancelScheduled,
    ChangeDisplayName,
    CommentOn,
    Create,
    DeletePost,
    DeleteUser,
    Deny,
    Devices,
    Dismiss,
    EditPost,
    EntryMade,
    Explanation,
    History,
    Hooks,
    Invitations,
    Invite,
    Join,
    Joined,
    Kick,
    Leave,
    Link,
    LinkFile,
    Links,
    ListBlocked,
    ListDevices,
    ListHooks,
    ListInvitations,
    ListLinks,
    ListMembers,
    ListPeople,
    ListPins,
    ListReports,
    ListRequests,
    ListRooms,
    ListScheduled,
    ListThreads,
    ListUnread,
    MakeHook,
    MakeLink,
    MarkUnread,
    Members,
    Mute,
    Names,
    NewHook,
    OpenReports,
    Params,
    People,
    PinPost,
    Posted,
    PostTo,
    React,
    RemovePost,
    Report,
    Requests,
    Result,
    Revoke,
    RoomList,
    Rooms,
    ScheduledPost,
    ScheduledPosts,
    Search,
    Send,
    SendAt,
    SendTo,
    Status,
    StatusResult,
    Thread,
    ThreadList,
    Transfer,
    Unban,
    Unblock,
    Unhook,
    Unlink,
    UnpinPost,
    Who,
    Why,
    Withdraw,
)
from chatd.wire.rooms import GENERAL

from .events import FoundPage, HistoryPage, SeenThread
from .web import link_in

R = TypeVar("R", bound=Result)


class Api:
    """What a client can ask. The rest of it says how: by `call`."""

    @overload
    def call(self, params: History | ListPins) -> HistoryPage: ...
    @overload
    def call(self, params: Thread) -> SeenThread: ...
    @overload
    def call(self, params: Search) -> FoundPage: ...
    @overload
    def call(self, params: Params[R]) -> R: ...

    def call(self, params: Params[Any]) -> Any:
        """Ask for a row of the command table and return its answer."""
        return self._call(params)

    def _call(self, params: Params[Any]) -> Any:
        raise NotImplementedError

    def _nonce(self) -> str:
        """Return what no other post of any client has."""
        raise NotImplementedError

    # -- Messages, lists, the account ------------------------------------------------------------

    def send(self, text: str) -> Posted:
        """Say something in the general room, exactly once whatever the line does."""
        return self.call(Send(text, self._nonce()))

    def send_to(self, to: str, text: str) -> Posted:
        """Say something to one user alone, exactly once."""
        return self.call(SendTo(to, text, self._nonce()))

    def post(self, room: str, text: str) -> Posted:
        """Say something in a room, by its id or `+` and its title, exactly once."""
        return self.call(PostTo(room, text, self._nonce()))

    def send_at(self, at_ms: int, text: str, to: str = GENERAL) -> ScheduledPost:
        """Say something at a time (ms UTC) to a room or user, exactly once.

        Raises BadRequest for a time that has passed or is too far ahead, NotFound, Conflict.
        """
        return self.call(SendAt(at_ms, text, to, self._nonce()))

    def scheduled(self, after: int = 0) -> ScheduledPosts:
        """List what waits to be posted, a page at a time."""
        return self.call(ListScheduled(after))

    def cancel(self, number: int) -> ScheduledPost:
        """Cancel what waits, by its id, and return what it was. Raises NotFound."""
        return self.call(CancelScheduled(number))

    def history(
        self,
        room: str = GENERAL,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int = 50,
        revisions: bool = True,
    ) -> HistoryPage:
        """Read a page of a room, by its id or as one sees it: the latest, or that near an entry.

        revisions: whether edits, deletes, reactions and pins come, too, which targets show anyway.
        """
        return self.call(History(room, before, after, around, limit, revisions))

    def file_link(self, room: str, seq: int) -> str:
        """Return the path that opens a file to a browser without a token.

        It does so for 5 minutes since its last use. Raises NotFound, Forbidden without a device.
        """
        return self.call(LinkFile(room, seq)).path

    def comment(self, room: str, seq: int, text: str) -> Posted:
        """Answer a message, a comment or a file, exactly once. Raises NotFound."""
        return self.call(CommentOn(room, seq, text, self._nonce()))

    def thread(self, room: str, seq: int, *, after: int = 0, limit: int = 50) -> SeenThread:
        """Read what an entry belongs to: what began it, and all comments there, in order."""
        return self.call(Thread(room, seq, after, limit))

    def threads(
        self, room: str = GENERAL, *, unread: bool = False, after: int = 0, limit: int = 40
    ) -> ThreadList:
        """List the threads of a room by their latest comment, or only those with unread ones."""
        return self.call(ListThreads(room, unread, after, limit))

    def edit(self, room: str, seq: int, text: str) -> Posted:
        """Give an own message or comment another text, exactly once.

        Raises NotFound, Forbidden.
        """
        return self.call(EditPost(room, seq, text, self._nonce()))

    def delete(self, room: str, seq: int) -> Posted:
        """Take back an own message, comment or file, exactly once. Raises NotFound, Forbidden."""
        return self.call(DeletePost(room, seq, self._nonce()))

    def react(self, room: str, seq: int, emoji: str, *, remove: bool = False) -> EntryMade:
        """React to a post with an emoji, or take that back; what is so already stays so.

        Raises NotFound, Forbidden, Conflict.
        """
        return self.call(React(room, seq, emoji, remove))

    def pin(self, room: str, seq: int) -> EntryMade:
        """Pin a post for all in the room. Raises NotFound, Forbidden, Conflict."""
        return self.call(PinPost(room, seq))

    def unpin(self, room: str, seq: int) -> EntryMade:
        """Unpin a post, whoever has pinned it. Raises NotFound, Forbidden."""
        return self.call(UnpinPost(room, seq))

    def pins(self, room: str = GENERAL, *, after: int = 0, limit: int = 50) -> HistoryPage:
        """List the pinned posts of a room, the newest post first, a page at a time."""
        return self.call(ListPins(room, after, limit))

    def search(
        self,
        words: str,
        *,
        room: str | None = None,
        author: str | None = None,
        after: str = "",
        limit: int = 50,
    ) -> FoundPage:
        """Search what the user may see by the beginnings of words, a page at a time."""
        return self.call(Search(words, room, author, after, limit))

    def status(self) -> StatusResult:
        """Ask for name, devices, unread counts, messages left and who is online."""
        return self.call(Status())

    def why(self) -> Explanation:
        """Ask why the last thing was refused on this connection. Raises NotFound if none was."""
        return self.call(Why())

    def rooms(self, after: str = "") -> RoomList:
        """List rooms, a page at a time; `after` is `next` of the page before."""
        return self.call(ListRooms(after))

    def unread(self, after: str = "") -> Rooms:
        """List the rooms with something unread and how often one is named there, in pages."""
        return self.call(ListUnread(after))

    def people(self, prefix: str = "", after: str = "") -> People:
        """List all users, or those whose names begin so, a page at a time."""
        return self.call(ListPeople(prefix, after))

    def who(self, after: str = "") -> Names:
        """List who is online, a page at a time."""
        return self.call(Who(after))

    def block(self, user: str) -> None:
        """Take no direct messages and invitations from a user. Raises NotFound."""
        self.call(Block(user))

    def unblock(self, user: str) -> None:
        """Take them again. Raises NotFound for who is not blocked."""
        self.call(Unblock(user))

    def blocked(self, after: str = "") -> BlockedNames:
        """List whom the user has blocked, a page at a time."""
        return self.call(ListBlocked(after))

    def mute(self, room: str, *, muted: bool = True) -> None:
        """Mute a room on all devices, or unmute it: only mentions call. Raises NotFound.

        Counts of what is unread stay as they are.
        """
        self.call(Mute(room, muted))

    def display_name(self, text: str) -> None:
        """Be shown by another name beside one's own; "" is none. Raises BadRequest, Conflict."""
        self.call(ChangeDisplayName(text))

    def unread_from(self, room: str, seq: int) -> None:
        """Count a room as unread from an entry on, on all devices; 0 ends that. Raises NotFound.

        So does the acknowledgement of an entry that comes later.
        """
        self.call(MarkUnread(room, seq))

    def hook(self, room: str, label: str) -> NewHook:
        """Make a hook into a room; its address is `web_address`, `/hooks/` and its token.

        Raises NotFound, Conflict.
        """
        return self.call(MakeHook(room, label))

    def hooks(self) -> Hooks:
        """List the user's hooks."""
        return self.call(ListHooks())

    def unhook(self, hook: int) -> None:
        """Revoke a hook, by its number. Raises NotFound."""
        self.call(Unhook(hook))

    def devices(self, after: int = 0) -> Devices:
        """List the devices that have a token, a page at a time."""
        return self.call(ListDevices(after))

    def revoke(self, device: int) -> None:
        """Take a device's token away, and its connections."""
        self.call(Revoke(device))

    def report(
        self, user: str, reason: str, room: str | None = None, seq: int | None = None
    ) -> None:
        """Report a user to the administrators, because of an entry if one is given.

        Raises NotFound, RateLimited (once in 24 hours for each user), Banned.
        """
        self.call(Report(user, reason, room, seq))

    def reports(self, after: int = 0) -> OpenReports:
        """List the open reports, a page at a time. Raises Forbidden for who is no administrator."""
        return self.call(ListReports(after))

    def ban(self, user: str, hours: int | None = None, reason: str = "") -> BannedUntil:
        """Let a user send nothing for a while; for administrators."""
        return self.call(Ban(user, hours, reason))

    def unban(self, user: str) -> None:
        """End a user's ban; for administrators."""
        self.call(Unban(user))

    def remove(self, room: str, seq: int, reason: str = "") -> Posted:
        """Delete an entry of anybody, for administrators. Raises NotFound, Forbidden."""
        return self.call(RemovePost(room, seq, reason))

    def dismiss(self, report: int) -> None:
        """Put a report away, and take back the warning that it gave; for administrators."""
        self.call(Dismiss(report))

    def delete_user(self, name: str, *, posts: bool = False) -> None:
        """As an administrator, end a user's account for good. Raises NotFound, Forbidden."""
        self.call(DeleteUser(name, posts))

    # -- Private rooms: a room's id will do, or `+` and its title ------------------------------

    def create(self, title: str) -> str:
        """Make a private room and return its id. Raises Conflict if one has that title."""
        return self.call(Create(title)).room

    def invite(self, room: str, user: str) -> None:
        """Let a user join a room of one's own without asking. Raises Conflict, Forbidden."""
        self.call(Invite(room, user))

    def invitations(self, after: str = "") -> Invitations:
        """List where one is invited, a page at a time, and what one asked by links."""
        return self.call(ListInvitations(after))

    def join(self, room: str) -> Joined:
        """Join a room that one is invited to. Raises NotFound."""
        return self.call(Join(room=room))

    def join_by_link(self, link: str) -> Joined:
        """Ask to join by a link; `request` in the answer says that the owner has to approve.

        link: itself, or the address that it has in a browser (`web.join_address`).
        Raises NotFound for a link that opens nothing.
        """
        return self.call(Join(link=link_in(link)))

    def withdraw(self, request: int) -> None:
        """Withdraw what was asked by a link. Raises NotFound."""
        self.call(Withdraw(request))

    def link(self, room: str, *, uses: int | None = None, expires_at: int | None = None) -> Link:
        """Make a link to a room of one's own.

        uses: how many may ask by it; expires_at: ms UTC; None: no bound.
        """
        return self.call(MakeLink(room, uses, expires_at))

    def links(self, room: str) -> Links:
        """List the links to a room of one's own that open something."""
        return self.call(ListLinks(room))

    def unlink(self, room: str, number: int) -> None:
        """Revoke a link. Raises NotFound."""
        self.call(Unlink(room, number))

    def requests(self, room: str | None = None, after: str = "") -> Requests:
        """List who asks to join one's own rooms, or one of them, a page at a time."""
        return self.call(ListRequests(room, after))

    def approve(self, room: str, user: str) -> None:
        """Let somebody who asked join. Raises NotFound, Conflict where a room is full."""
        self.call(Approve(room, user))

    def deny(self, room: str, user: str) -> None:
        """Don't let somebody who asked join. Raises NotFound."""
        self.call(Deny(room, user))

    def leave(self, room: str) -> None:
        """Leave a room, or decline an invitation. Raises Forbidden for an owner with others."""
        self.call(Leave(room))

    def kick(self, room: str, user: str) -> None:
        """Remove a member from a room of one's own, or take an invitation back."""
        self.call(Kick(room, user))

    def transfer(self, room: str, user: str) -> None:
        """Make another member the owner of a room of one's own."""
        self.call(Transfer(room, user))

    def members(self, room: str, after: str = "") -> Members:
        """List who is in a private room, a page at a time."""
        return self.call(ListMembers(room, after))
