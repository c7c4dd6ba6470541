"""Knowing: one's own status, one's rooms, who is online."""

from bisect import bisect_right

from chatd.config import Settings
from chatd.core.acks import Acks
from chatd.core.model import Room, User, Window
from chatd.core.presence import Presence
from chatd.core.store import Store
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.quotas import quotas_of
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import Edit, author_of, decode_entry, mentioned_in

ROOMS_IN_STATUS = 50
ROOMS_PER_PAGE = 100
"""A room's line takes up to 320 bytes, and a page at most 48 KiB."""
NAMES_IN_STATUS = 50
UNREAD_COUNTED_MAX = 1_000
"""Of so many unread entries, the latest, one's own are left out and mentions counted."""


class KnowingHandlers:
    """`status`, `rooms`, `unread`, `who`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        visibility: Visibility,
        presence: Presence,
        acks: Acks,
    ) -> None:
        self._state = store.state
        self._settings = settings
        self._visibility = visibility
        self._presence = presence
        self._acks = acks

    @handles(c.Status)
    def status(self, context: Context, request: c.Status) -> c.StatusResult:
        user = self._visibility.user(context)
        rooms = [self._room_status(user, room, context.now_ms) for room in self._unread_first(user)]
        general, private = self.allowances(user, context.now_ms)
        names = self._presence.page("", NAMES_IN_STATUS)
        return c.StatusResult(
            name=user.name,
            device=context.session.device,
            now=context.now_ms,
            time_zone=self._settings.tz.key,
            devices=len(user.devices),
            connections=self._presence.connections_of(user.name),
            rooms=rooms[:ROOMS_IN_STATUS],
            rooms_more=len(rooms) > ROOMS_IN_STATUS,
            general=general,
            private=private,
            warnings=len(user.warnings),
            warnings_limit=self._settings.warnings_limit,
            scheduled=len(user.scheduled),
            held=sum(post.is_held for post in user.scheduled.values()),
            banned_until=user.banned_until_ms if user.is_banned(context.now_ms) else None,
            invitations=len(user.invitations),
            requests=sum(len(group.requests) for _, group in self._visibility.owned_by(user)),
            quotas=quotas_of(self._state, self._settings, user, context.now_ms),
            online=self._presence.count,
            online_names=names,
            online_more=self._presence.count > len(names),
        )

    @handles(c.ListRooms)
    def rooms(self, context: Context, request: c.ListRooms) -> c.Rooms:
        user = self._visibility.user(context)
        return self._page(context, user, self._visibility.rooms_of(user), request)

    @handles(c.ListUnread)
    def unread(self, context: Context, request: c.ListUnread) -> c.Rooms:
        user = self._visibility.user(context)
        rooms = [room for room in self._visibility.rooms_of(user) if self._has_unread(user, room)]
        page = self._page(context, user, rooms, request)
        return c.Rooms([room for room in page.rooms if room.unread], page.next)

    def _page(
        self,
        context: Context,
        user: User,
        rooms: list[Room],
        request: c.ListRooms | c.ListUnread,
    ) -> c.Rooms:
        ids = sorted(room.room for room in rooms)
        start = bisect_right(ids, request.after) if request.after else 0
        page = ids[start : start + min(request.limit, ROOMS_PER_PAGE)]
        shown = [self._room_status(user, self._state.rooms[i], context.now_ms) for i in page]
        return c.Rooms(shown, page[-1] if start + len(page) < len(ids) else None)

    @handles(c.Who)
    def who(self, context: Context, request: c.Who) -> c.Names:
        names = self._presence.page(request.after, request.limit + 1)
        more = len(names) > request.limit
        names = names[: request.limit]
        return c.Names(names, names[-1] if more else None, self._presence.count)

    def allowances(self, user: User, now_ms: int) -> tuple[c.Allowance, c.Allowance]:
        """Return what the user may still send to everyone, and otherwise."""
        return (
            _allowance(user.general, self._settings.limit_messages, now_ms),
            _allowance(user.private, self._settings.limit_private, now_ms),
        )

    def _unread_first(self, user: User) -> list[Room]:
        """Return general, then the rooms with unread entries, then one more than fits."""
        general, *others = self._visibility.rooms_of(user)
        unread = [room for room in others if self._has_unread(user, room)]
        return [general, *unread][: ROOMS_IN_STATUS + 1]

    def _has_unread(self, user: User, room: Room) -> bool:
        return self._read_seq(user, room) < room.log.last_seq

    def _read_seq(self, user: User, room: Room) -> int:
        read_seq = self._visibility.member(user, room).read_seq
        return max(read_seq, self._acks.seq(user.name, room.room))

    def _room_status(self, user: User, room: Room, now_ms: int) -> c.RoomStatus:
        read_seq = self._read_seq(user, room)
        floor = self._visibility.floor(self._visibility.member(user, room), room, now_ms)
        last_seq = room.log.last_seq
        unread = last_seq - max(read_seq, floor)
        counted = min(unread, UNREAD_COUNTED_MAX)
        unread -= counted
        mentions = set()
        for entry in map(decode_entry, room.log.after(last_seq - counted)):
            unread += author_of(entry) != user.name
            if user.name in mentioned_in(entry):
                mentions.add(entry.target if isinstance(entry, Edit) else entry.seq)
        return c.RoomStatus(room.room, last_seq, read_seq, unread, len(mentions))


def _allowance(window: Window, limit: int, now_ms: int) -> c.Allowance:
    used = window.used(now_ms)
    reset_at = window.reset_at_ms if used else None
    return c.Allowance(limit, max(0, limit - used), reset_at)
