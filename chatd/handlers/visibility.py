"""What a user may see: which rooms, and from which entry on."""

from bisect import bisect_left
from itertools import chain, islice

import msgspec

from chatd.core.copies import Repeats, post_at
from chatd.core.group import Group
from chatd.core.history_floor import HistoryFloorCache
from chatd.core.model import Member, Room, User
from chatd.core.state import State
from chatd.errors import ChatError, Conflict, NotFound
from chatd.wire.entries import Post, author_of, decode_entry, entry_map
from chatd.wire.names import map_name
from chatd.wire.rooms import (
    GENERAL,
    GROUP_MARK,
    RoomKind,
    direct_room,
    kind_of,
    self_room,
    title_of,
)

NO_ROOM = "there is no room with that name"


class Visibility:
    """Answers for one state and its settings. newcomer_entries: LIMIT_SHOW_MESSAGES."""

    def __init__(
        self, state: State, history_floors: HistoryFloorCache, newcomer_entries: int
    ) -> None:
        self._state = state
        self._silences = history_floors
        self._newcomer_entries = newcomer_entries

    def other_user(self, name: str) -> User:
        """Return the user whom somebody means by `name`, who has an account. Raises NotFound."""
        user = self.known_user(name)
        check_account(user)
        return user

    def known_user(self, name: str) -> User:
        """The same for any name that somebody ever had. Raises NotFound."""
        user = self._state.users.get(name)
        if user is None:
            try:
                user = self._state.users.get(map_name(name))
            except ChatError:
                user = None
        if user is None:
            raise NotFound("there is no user with that name")
        return user

    def room(self, user: User, text: str) -> Room:
        """Return the room that `user` means: its id, the other user's name, or `+` and a title.

        Raises NotFound for what the user may not see, as for what does not exist; Conflict
        for a title that several groups of the user have.
        """
        if kind_of(text) is RoomKind.GROUP:
            return self.group(user, text)
        for room_id in (text, direct_room(user.name, text)):
            room = self._state.rooms.get(room_id)
            if room is not None and (room_id == GENERAL or user.name in room.members):
                return room
        return self._room_by_typed_name(user, text)

    def group(self, user: User, text: str) -> Room:
        """Return the group that a member means by its id or title. Raises like `room`."""
        room = self._state.rooms.get(text)
        if room is None or room.group is None or user.name not in room.members:
            room = self._state.rooms[group_meant(text, groups_of(user))]
        return room

    def owned_by(self, user: User) -> list[tuple[Room, Group]]:
        """Return the groups that a user owns, by their ids."""
        rooms = [self._state.rooms[room] for room in self._state.groups_of(user.name)]
        owned = [(room, room.group) for room in rooms if room.group is not None]
        return [(room, group) for room, group in owned if group.owner == user.name]

    def _room_by_typed_name(self, user: User, text: str) -> Room:
        try:
            room = self._state.rooms.get(direct_room(user.name, map_name(text)))
        except ChatError:
            room = None
        if room is None:
            raise NotFound(NO_ROOM)
        return room

    def member(self, user: User, room: Room) -> Member:
        """Return a user's place in a room; for one who has not come yet, as it would be."""
        member = room.members.get(user.name)
        if member is None:
            floor = room.newcomers.get(user.name)
            return Member.newcomer(self.newcomer_floor(room) if floor is None else floor)
        return member

    def has_met(self, user: User, other: User) -> bool:
        """Whether a user was ever shown something that another said, or is asked for something.

        Nobody gets around that by removing the user from the room where it was said.
        """
        ids = (GENERAL, direct_room(user.name, other.name), *self._state.groups_of(user.name))
        rooms = (self._state.rooms.get(room) for room in ids)
        if any(room and self._has_heard(user, other, room) for room in rooms):
            return True
        return self._has_left(user, other) or self._asks(user, other)

    def _has_heard(self, user: User, other: User, room: Room) -> bool:
        return room.latest.get(other.name, 0) > self.member(user, room).first_floor

    def _has_left(self, user: User, other: User) -> bool:
        """Whether a user was in a group of the other, and was shown what that one said there."""
        rooms = (self._state.rooms[room] for room in self._state.groups_of(other.name))
        return any(
            room.latest.get(other.name, 0) > room.group.former[user.name]
            for room in rooms
            if room.group is not None and user.name in room.group.former
        )

    def _asks(self, user: User, other: User) -> bool:
        """Whether `other` has invited a user to a group, or wants to join one of that user's."""
        groups = self._state.rooms
        invited = (groups[room].group for room in user.invitations)
        asked = (groups[room].group for room in other.asked.values())
        return any(group and group.invited[user.name].by == other.name for group in invited) or any(
            group and group.owner == user.name for group in asked
        )

    def newcomer_floor(self, room: Room) -> int:
        """Return the number behind which a newcomer sees entries."""
        return self._silences.floor(room, self._newcomer_entries)

    def post(self, user: User, room_text: str, seq: int, now_ms: int) -> tuple[Room, Post]:
        """Return what somebody said in a room that `user` means. Raises NotFound."""
        room = self.room(user, room_text)
        said = post_at(room, seq)
        if said is None or said.deleted or not self.reaches(user, room, seq, now_ms):
            raise NotFound("there is no message at that place")
        return room, said

    def reaches(self, user: User, room: Room, seq: int, now_ms: int) -> bool:
        """Whether an entry that is there is one that a user sees, or wrote."""
        return seq > self.floor_of(user, room, now_ms) or is_by(user.name, room.log.frame(seq))

    def floor_of(self, user: User, room: Room, now_ms: int) -> int:
        """Return the number behind which a user sees entries of a room that are there."""
        return self.floor(self.member(user, room), room, now_ms)

    def page(self, user: User, room: Room, frames: list[bytes]) -> list[msgspec.Raw]:
        """Return entries of a room as a page for a user has them."""
        repeats = Repeats(frames)
        hidden = repeats.hidden_from(user.name, self.member(user, room).hidden_up_to)
        return [entry_map(frame) for frame in repeats.redacted(hidden)]

    def floor(self, member: Member, room: Room, now_ms: int) -> int:
        """Return the number behind which a member sees entries that are there."""
        return max(member.floor_at(now_ms), room.log.first_seq - 1)

    def room_ids(self, user: User) -> list[str]:
        """Return the ids of all rooms that a user sees, in their order."""
        ids = self._state.rooms_by_name[user.name]
        return ids if user.name in self._state.general.members else sorted([GENERAL, *ids])

    def rooms_of(self, user: User, count: int | None = None) -> list[Room]:
        """Return the rooms that a user sees, general first, the self log last.

        count: the most to return.
        """
        me = self_room(user.name)
        others = (i for i in self.room_ids(user) if i not in (GENERAL, me))
        return [self._state.rooms[i] for i in islice(chain([GENERAL], others, [me]), count)]

    def rooms_from(self, user: User, begin: str, count: int) -> list[Room]:
        """Return up to `count` rooms of a user by their ids from `begin` on, the self log aside."""
        ids, me = self.room_ids(user), self_room(user.name)
        found = islice(ids, bisect_left(ids, begin), None)
        return [self._state.rooms[i] for i in islice((i for i in found if i != me), count)]


def check_account(user: User) -> None:
    """Refuse what is for a user whose account was deleted. Raises NotFound."""
    if user.ended_ms:
        raise NotFound(f"{user.name} no longer has an account")


def is_by(name: str, frame: bytes) -> bool:
    """Whether a user is the author of an entry."""
    return author_of(decode_entry(frame)) == name


def groups_of(user: User) -> list[str]:
    """Return the ids of the groups that a user is a member of."""
    return [room for room in user.rooms if room.startswith(GROUP_MARK)]


def group_meant(text: str, groups: list[str]) -> str:
    """Return which of these groups somebody means by an id or a title, with its `+` or without.

    Raises NotFound, Conflict if several have that title.
    """
    if text in groups:
        return text
    try:
        title = GROUP_MARK + map_name(text.removeprefix(GROUP_MARK))
    except ChatError:
        title = ""
    found = [room for room in groups if title_of(room, "") == title]
    if len(found) > 1:
        raise Conflict(
            f"several rooms are called {title}; give the id of one: {', '.join(found[:5])}"
        )
    if not found:
        is_general = text.lower() == GENERAL
        why = "general is not a private room: everybody is in it" if is_general else NO_ROOM
        raise NotFound(why)
    return found[0]
