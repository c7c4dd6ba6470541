"""A user's own status and rooms, and who is online."""

from bisect import bisect_right
from itertools import islice
from operator import attrgetter

from msgspec import structs

from chatd.config import Settings
from chatd.core.copies import excerpt, post_at
from chatd.core.model import RateWindow, Room, User
from chatd.core.presence import Presence
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest
from chatd.handlers.administrators import admins_of
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.moderation import ban_kind, warnings_limit_of
from chatd.handlers.quotas import quotas_of
from chatd.handlers.reading import Reading
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c

ROOMS_IN_STATUS = 50
ROOMS_PER_PAGE = 50
"""A room takes up to 960 bytes, and a page at most 48 KiB."""
NAMES_IN_STATUS = 50
ROOMS_LOOKED_AT = 500
"""The most rooms that one request checks for unread entries; a page may end there."""

_ACTIVE_MS = attrgetter("active_ms")


class StatusHandlers:
    """`status`, `rooms`, `unread`, `who`."""

    def __init__(
        self,
        transaction: Transaction,
        settings: Settings,
        visibility: Visibility,
        presence: Presence,
        reading: Reading,
    ) -> None:
        self._state = transaction.state
        self._settings = settings
        self._admins = admins_of(settings)
        self._visibility = visibility
        self._presence = presence
        self._reading = reading

    @handles(c.Status)
    def status(self, context: Context, request: c.Status) -> c.StatusResult:
        user = context.user
        rooms, all_seen = self._unread_first(user, context.now_ms)
        general, private = self.allowances(user, context.now_ms)
        names = self._presence.page("", NAMES_IN_STATUS)
        is_banned = user.is_banned(context.now_ms)
        return c.StatusResult(
            name=user.name,
            device=context.session.device,
            now=context.now_ms,
            time_zone=self._settings.tz.key,
            devices=len(user.devices),
            connections=self._presence.connections_of(user.name),
            rooms=rooms[:ROOMS_IN_STATUS],
            rooms_more=len(rooms) > ROOMS_IN_STATUS or not all_seen,
            general=general,
            private=private,
            warnings=len(user.warnings_at(context.now_ms)),
            warnings_limit=warnings_limit_of(user, self._admins, self._settings.warnings_limit),
            scheduled=sum(not post.failed_by for post in user.scheduled.values()),
            held=sum(post.is_held for post in user.scheduled.values()),
            banned_until=user.banned_until_ms if is_banned else None,
            banned_by=ban_kind(user) if is_banned else "",
            ban_reason=user.ban_reason if is_banned else "",
            invitations=len(user.invitations),
            requests=sum(len(group.requests) for _, group in self._visibility.owned_by(user)),
            quotas=quotas_of(self._state, self._settings, user, context.now_ms),
            online=self._presence.count,
            online_names=names,
            online_more=self._presence.count > len(names),
            administrator=user.name in self._admins,
            failed=sum(bool(post.failed_by) for post in user.scheduled.values()),
            display_name=user.display_name,
        )

    @handles(c.ListRooms)
    def rooms(self, context: Context, request: c.ListRooms) -> c.RoomList:
        user = context.user
        rooms = list(map(self._state.rooms.__getitem__, self._visibility.room_ids(user)))
        # A thousand take 0.2 ms. Their order changes with each post, and is kept for nobody.
        rooms.sort(key=_ACTIVE_MS, reverse=True)  # those of a moment stay in the order of their ids
        start = bisect_right(rooms, _place_of(request.after), key=_place) if request.after else 0
        end = start + min(request.limit, ROOMS_PER_PAGE)
        shown = [self._overview(user, room, context.now_ms) for room in rooms[start:end]]
        return c.RoomList(shown, _mark(rooms[end - 1]) if end < len(rooms) else None)

    @handles(c.ListUnread)
    def unread(self, context: Context, request: c.ListUnread) -> c.Rooms:
        user, limit = context.user, min(request.limit, ROOMS_PER_PAGE)
        ids = self._visibility.room_ids(user)
        start = bisect_right(ids, request.after)
        shown: list[c.RoomStatus] = []
        last = request.after
        for room_id in islice(ids, start, start + ROOMS_LOOKED_AT):
            room = self._state.rooms[room_id]
            if self._has_unread(user, room):
                if len(shown) == limit:
                    return c.Rooms(shown, last)
                status = self._room_status(user, room, context.now_ms)
                if status.unread or status.mentions:
                    shown.append(status)
            last = room_id
        return c.Rooms(shown, last if start + ROOMS_LOOKED_AT < len(ids) else None)

    @handles(c.Who)
    def who(self, context: Context, request: c.Who) -> c.Names:
        names = self._presence.page(request.after, request.limit + 1)
        more = len(names) > request.limit
        names = names[: request.limit]
        called = {name: self._state.users[name].display_name for name in names}
        display_names = {name: text for name, text in called.items() if text}
        next_after = names[-1] if more else None
        return c.Names(names, next_after, self._presence.count, display_names)

    def allowances(self, user: User, now_ms: int) -> tuple[c.Allowance, c.Allowance]:
        """Return what the user may still send to everyone, and otherwise."""
        return (
            _allowance(user.general, self._settings.limit_messages, now_ms),
            _allowance(user.private, self._settings.limit_private, now_ms),
        )

    def _unread_first(self, user: User, now_ms: int) -> tuple[list[c.RoomStatus], bool]:
        """Return general, then rooms with something unread, one more than fits if there are.

        And whether all rooms were looked at for that.
        """
        rooms = self._visibility.rooms_of(user, ROOMS_LOOKED_AT + 1)
        general, *others = rooms[:ROOMS_LOOKED_AT]
        new = (room for room in others if self._has_unread(user, room))
        shown = (self._room_status(user, room, now_ms) for room in new)
        unread = (status for status in shown if status.unread or status.mentions)
        first = self._room_status(user, general, now_ms)
        return [first, *islice(unread, ROOMS_IN_STATUS)], len(rooms) <= ROOMS_LOOKED_AT

    def _has_unread(self, user: User, room: Room) -> bool:
        return self._reading.counted_after(user, room) < room.log.last_seq

    def _room_status(self, user: User, room: Room, now_ms: int) -> c.RoomStatus:
        read_seq = self._reading.read_seq(user, room)
        after, index = self._reading.unread_after(user, room, now_ms), self._state.unread
        unread = index.posts(room, user.name, after)
        mentions = index.mentions(room, user.name, after)
        member = self._visibility.member(user, room)
        marks = member.muted, member.unread_from
        return c.RoomStatus(room.room, room.log.last_seq, read_seq, unread, mentions, *marks)

    def _overview(self, user: User, room: Room, now_ms: int) -> c.RoomOverview:
        status = structs.asdict(self._room_status(user, room, now_ms))
        last, members = self._last_post(user, room, now_ms), len(room.members)
        owner = "" if room.group is None else room.group.owner
        return c.RoomOverview(
            **status, last=last, last_at=room.active_ms, owner=owner, members=members
        )

    def _last_post(self, user: User, room: Room, now_ms: int) -> c.LastPost | None:
        seq = self._state.unread.latest_post(room)
        if not seq or not self._visibility.reaches(user, room, seq, now_ms):
            return None
        said = post_at(room, seq)
        assert said is not None, (room.room, seq)
        kind = str(said.__struct_config__.tag)
        return c.LastPost(seq, said.ts, kind, said.author, excerpt(said))


def _place(room: Room) -> tuple[int, str]:
    """Return where a room stands among others: before those with greater places."""
    return -room.active_ms, room.room


def _mark(room: Room) -> str:
    """Return what stands in a page for the place of its last room."""
    return f"{room.active_ms} {room.room}"


def _place_of(mark: str) -> tuple[int, str]:
    """Return the place that a mark stands for. Raises BadRequest."""
    ms, _, room_id = mark.partition(" ")
    if not (ms.isascii() and ms.isdecimal()):
        raise BadRequest("rooms: after has to be `next` of an earlier page")
    return -int(ms), room_id


def _allowance(window: RateWindow, limit: int, now_ms: int) -> c.Allowance:
    used = window.used(now_ms)
    reset_at = window.reset_at_ms if used else None
    return c.Allowance(limit, max(0, limit - used), reset_at)
