"""Memberships: what holds for every change of who is in a group."""

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.group import Group
from chatd.core.lifetime import Lifetime
from chatd.core.model import Room, User
from chatd.errors import Conflict, Forbidden
from chatd.handlers.visibility import Visibility, groups_of


class Memberships:
    """Finds groups for those who may change them, and makes the events of joining and leaving."""

    def __init__(self, settings: Settings, visibility: Visibility, lifetime: Lifetime) -> None:
        self._settings = settings
        self._visibility = visibility
        self._lifetime = lifetime

    def owned(self, user: User, text: str) -> tuple[Room, Group]:
        """Return the group that its owner means. Raises NotFound, Conflict, Forbidden."""
        room = self._visibility.group(user, text)
        group = group_of(room)
        if group.owner != user.name:
            raise Forbidden("only the owner of the room may do that", owner=group.owner)
        return room, group

    def check_room_for_one_more(self, user: User) -> None:
        """Refuse a user who is in as many groups as one may be. Raises Conflict."""
        limit = self._settings.groups_max
        if len(groups_of(user)) >= limit:
            raise Conflict(
                f"{user.name} has reached the maximum of private rooms",
                limit=limit,
                setting="GROUPS_MAX",
            )

    def joined(self, room: Room, user: User, by: User, now_ms: int) -> e.MemberJoined:
        """Return the event of a user's joining. Raises Conflict if there is no room for it."""
        self.check_room_for_one_more(user)
        limit = self._settings.members_max
        if len(room.members) >= limit:
            raise Conflict(
                "the room has reached its maximum of members", limit=limit, setting="MEMBERS_MAX"
            )
        floor = self._visibility.newcomer_floor(room)
        return e.MemberJoined(*self._head(room, user, by, now_ms), floor, self.due_ms(now_ms))

    def left(self, room: Room, user: User, by: User, now_ms: int) -> e.MemberLeft:
        """Return the event of a user's leaving, or being removed."""
        return e.MemberLeft(*self._head(room, user, by, now_ms), self.due_ms(now_ms))

    def handed_over(
        self, room: Room, user: User, by: User, now_ms: int, reset_at: int
    ) -> e.OwnerChanged:
        """Return the event of a user's becoming the owner."""
        head = self._head(room, user, by, now_ms)
        return e.OwnerChanged(*head, self.due_ms(now_ms), reset_at)

    def due_ms(self, now_ms: int) -> int:
        """Return when an entry made now is gone for its author."""
        return self._lifetime.due_ms(now_ms)

    def _head(
        self, room: Room, user: User, by: User, now_ms: int
    ) -> tuple[int, str, int, str, str]:
        return now_ms, room.room, room.log.last_seq + 1, user.name, by.name


def group_of(room: Room) -> Group:
    """Return what a room has of a group, which it must be."""
    assert room.group is not None, room.room
    return room.group
