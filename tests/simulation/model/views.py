"""Views: what users are shown of themselves, of each other, and of their rooms."""

from tests.simulation.model.accounts import Accounts
from tests.simulation.model.files import UPLOADS_MAX
from tests.simulation.model.judging import Among, AnyOrder, Has, HasAll, Such, between
from tests.simulation.model.rooms import Map, Room


class Views(Accounts):
    """What can be looked up."""

    def do_status(self, name: str) -> Map:
        waiting, is_banned = self.waiting_of(name), self.is_banned(name)
        banned_by, ban_reason = self.banned_by[name] if is_banned else ("", "")
        owned = [group for group in self.groups.values() if group.owner == name]
        return Has(
            display_name=self.called(name),
            connections=self.online[name],
            online_names=sorted(self.online),
            general=self._limit_shown(name, "general"),
            private=self._limit_shown(name, ""),
            rooms=Among(self._room_shown(name, room) for room in self.rooms_of(name)),
            warnings=len(self.warnings_of(name)),
            warnings_limit=self.warnings_limit_of(name),
            administrator=self.is_admin(name),
            banned_until=self.bans[name] if is_banned else None,
            banned_by=banned_by,
            ban_reason=ban_reason,
            scheduled=len(waiting),
            held=sum(bool(post.held_by) for post in waiting),
            invitations=len(self.invitations(name)),
            requests=sum(len(group.requests) for group in owned),
            quotas=HasAll(self._quotas(name)),
        )

    def _limit_shown(self, name: str, limit: str) -> Map:
        return Has(left=self.left(name, limit), reset_at=self.reset_at(name, limit))

    def _quotas(self, name: str) -> list[Map]:
        file_bytes, uploads = self.file_bytes(name), len(self.uploads_of(name))
        return [
            {"what": "file_bytes", "used": file_bytes, "limit": self.rules.file_quota_bytes},
            {"what": "uploads", "used": uploads, "limit": UPLOADS_MAX},
        ]

    def do_people(self, name: str) -> Map:
        people = [
            {"name": one, "online": one in self.online, "display_name": self.called(one)}
            for one in sorted({*self.users} - self.over)
        ]
        return Has(people=people)

    def do_rooms(self, name: str) -> Map:
        rooms = [
            Has(self._room_shown(name, room), last=self._last_shown(name, room))
            for room in self.rooms_of(name)
        ]
        return Has(rooms=AnyOrder(rooms))

    def _room_shown(self, name: str, room: Room) -> Map:
        reader = room.readers[name]
        return Has(
            room=room.name,
            last_seq=room.last,
            read_seq=between(self.read(name, room)),
            unread=between(self.unread(name, room)),
            mentions=between(self.mentions(name, room)),
            muted=reader.muted,
            unread_from=reader.mark,
        )

    def _last_shown(self, name: str, room: Room) -> Such:
        """Return what a room shows as said last; nothing if that is hidden, or one's own is."""
        seq = max(room.all_said(), default=0)
        if not seq:
            return Such(lambda last: last is None)
        author = room.item(seq).author
        may_be_hidden = author == name or seq <= self.hidden(name, room).most
        shown = Has(seq=seq, author=author)
        return Such(lambda last: may_be_hidden if last is None else shown == last)
