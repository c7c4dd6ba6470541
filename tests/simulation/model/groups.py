"""Groups: private rooms, who owns them, who is in, may come, and wants to."""

from dataclasses import dataclass, field

from tests.simulation.model.messages import Messages
from tests.simulation.model.rooms import DONE, Item, Room, Rules

LINKS_MAX = 20
INVITED_BY_ONE_MAX = 5
REACHES_MAX = 30
DAY_MS = 86_400_000


@dataclass
class Link:
    """By what one may ask to join. uses_left: None is without bound; expires_ms: 0 is never."""

    room: str
    number: int
    uses_left: int | None
    expires_ms: int

    def opens(self, now_ms: int) -> bool:
        return self.uses_left != 0 and not 0 < self.expires_ms <= now_ms


@dataclass
class Group:
    """What a private room has besides its log. requests: by name, numbered by who asks."""

    owner: str
    invited: dict[str, tuple[str, int]] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    links: dict[int, str] = field(default_factory=dict)
    links_made: int = 0


class Groups(Messages):
    """All groups, by the ids of their rooms. links: by what opens them, revoked ones are gone."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.groups: dict[str, Group] = {}
        self.links: dict[str, Link] = {}
        self.asked: dict[str, dict[int, str]] = {}
        self._asks_made: dict[str, int] = {}
        self._reached: dict[tuple[str, str], tuple[int, int]] = {}

    # -- what is meant -----------------------------------------------------------------------

    def groups_of(self, name: str) -> list[str]:
        return [room for room in self.groups if name in self.rooms[room].readers]

    def invitations(self, name: str) -> list[str]:
        return [room for room, group in self.groups.items() if name in group.invited]

    def title(self, room: str) -> str:
        return room.split(":")[0]

    def meant(self, text: str, rooms: list[str]) -> tuple[str, str]:
        """Return by what naming a room is refused, and which it is: by its id, or its title."""
        found = [room for room in rooms if text in (room, self.title(room))]
        if len(found) == 1:
            return DONE, found[0]
        return ("conflict" if found else "not_found"), ""

    def as_owner(self, name: str, text: str) -> tuple[str, str]:
        """Return by what it is refused to change a room, and which it is."""
        refusal, room = self.meant(text, self.groups_of(name))
        if not refusal and self.groups[room].owner != name:
            return "forbidden", room
        return refusal, room

    # -- coming about, and ending ------------------------------------------------------------

    def has_met(self, name: str, other: str) -> bool:
        """Who invites somebody, or asks to be let in, is met by that, too."""
        invited = self.invitations(name)
        if other in (self.groups[room].invited[name][0] for room in invited):
            return True
        asked = self.asked.get(other, {}).values()
        if name in (self.groups[room].owner for room in asked):
            return True
        return super().has_met(name, other)

    def may_create(self, name: str, title: str, now_ms: int) -> str:
        if self.is_banned(name, now_ms):
            return "banned"
        titles = [self.title(room) for room in self.groups_of(name)]
        return "conflict" if "+" + title in titles else DONE

    def create(self, name: str, room: str, now_ms: int) -> None:
        assert room not in self.rooms and room not in self.ended, room
        self.rooms[room] = Room(room)
        self.groups[room] = Group(name)
        self._join(name, room, name, now_ms)

    def _end(self, room: str, now_ms: int) -> None:
        """The owner, who was alone, has left."""
        group = self.groups[room]
        for name in [*group.invited, group.owner]:
            self.tell(name, "removed", now_ms, group=room, by=group.owner)
        for name in list(group.requests):
            self._end_request(name, room, now_ms)
        self.links = {token: link for token, link in self.links.items() if link.room != room}
        self.rooms[room].leave(group.owner, now_ms, self.rules)
        for item in self.rooms[room].items:
            self.withdraw(item)
        del self.groups[room]
        self.ended[room] = self.rooms.pop(room)

    # -- members -----------------------------------------------------------------------------

    def _join(self, name: str, room: str, by: str, now_ms: int) -> None:
        group = self.groups[room]
        group.invited.pop(name, None)
        number = group.requests.pop(name, None)
        self.rooms[room].enter(name, self.newcomer_start(self.rooms[room]))
        self._member(room, name, by, "joined", now_ms)
        if number is not None:
            del self.asked[name][number]
            self.tell(name, "join_approved", now_ms, request=number, group=room)

    def _member(self, room: str, name: str, by: str, change: str, now_ms: int) -> None:
        fields = {"name": name, "change": change}
        self.append(self.rooms[room], Item(now_ms, "member", by, fields=fields))

    def may_leave(self, name: str, text: str, now_ms: int) -> tuple[str, str]:
        """Return what is answered, and the room; one that the user is invited to, maybe."""
        refusal, room = self.meant(text, self.groups_of(name))
        if refusal == "not_found":
            return self.meant(text, self.invitations(name))
        if not refusal and self.groups[room].owner == name:
            if len(self.rooms[room].readers) > 1:
                return "forbidden", room
            if self.has_to_stay(name, room, 0, now_ms):
                return "banned", room
        return refusal, room

    def leave(self, name: str, room: str, now_ms: int) -> None:
        """Leave a room, end it, or decline to come."""
        if name in self.groups[room].invited:
            self._uninvite(name, room, name, now_ms)
        elif self.groups[room].owner == name:
            self._end(room, now_ms)
        else:
            self._out(name, room, name, "left", now_ms)

    def _out(self, name: str, room: str, by: str, change: str, now_ms: int) -> None:
        self.rooms[room].leave(name, now_ms, self.rules)
        self._member(room, name, by, change, now_ms)
        self.tell(name, "removed", now_ms, group=room, by=by)

    def may_kick(self, owner: str, text: str, name: str, now_ms: int) -> str:
        refusal, room = self.as_owner(owner, text)
        if refusal:
            return refusal
        if name == owner:
            return "bad_request"
        if name in self.rooms[room].readers:
            return "banned" if self.is_banned(owner, now_ms) else DONE
        return DONE if name in self.groups[room].invited else "not_found"

    def kick(self, owner: str, room: str, name: str, now_ms: int) -> None:
        if name in self.groups[room].invited:
            self._uninvite(name, room, owner, now_ms)
        else:
            self._out(name, room, owner, "removed", now_ms)

    def may_transfer(self, owner: str, text: str, name: str, now_ms: int) -> str:
        refusal, room = self.as_owner(owner, text)
        if refusal:
            return refusal
        if name == owner:
            return "bad_request"
        if name not in self.rooms[room].readers:
            return "not_found"
        if self.is_banned(owner, now_ms):
            return "banned"
        return DONE if self.left(owner, room, now_ms) else "rate_limited"

    def transfer(self, owner: str, room: str, name: str, now_ms: int) -> None:
        self.spend(owner, room, now_ms)
        self.groups[room].owner = name
        self._member(room, name, owner, "owner", now_ms)
        for asker in self.groups[room].requests:
            self.tell(name, "join_requested", now_ms, group=room, name=asker)

    # -- invitations -------------------------------------------------------------------------

    def may_invite(self, owner: str, text: str, name: str, now_ms: int) -> str:
        refusal, room = self.as_owner(owner, text)
        if refusal:
            return refusal
        if self.is_banned(owner, now_ms):
            return "banned"
        if self.are_apart(owner, name):
            return "forbidden"
        group = self.groups[room]
        if name in self.rooms[room].readers or name in group.invited or name in group.requests:
            return "conflict"
        if len(self._open_invitations(owner, name)) >= INVITED_BY_ONE_MAX:
            return "conflict"
        may = self.left(owner, room, now_ms) and self.may_reach(owner, name, now_ms)
        return DONE if may else "rate_limited"

    def _open_invitations(self, by: str, name: str) -> list[str]:
        """Return where one user has invited another, oldest first."""
        invited = [(group.invited.get(name), room) for room, group in self.groups.items()]
        mine = [(one[1], room) for one, room in invited if one is not None and one[0] == by]
        return [room for _, room in sorted(mine, key=lambda pair: pair[0])]

    def decline_all(self, name: str, by: str, now_ms: int) -> None:
        """A user has blocked another, whose invitations go."""
        for room in self._open_invitations(by, name):
            self._uninvite(name, room, name, now_ms)

    def may_reach(self, name: str, other: str, now_ms: int) -> bool:
        """Whether one user may put more into the self log of another today."""
        count, until_ms = self._reached.get((name, other), (0, 0))
        return now_ms >= until_ms or count < REACHES_MAX

    def reach_out(self, name: str, other: str, now_ms: int) -> None:
        count, until_ms = self._reached.get((name, other), (0, 0))
        if now_ms >= until_ms:
            count, until_ms = 0, now_ms + DAY_MS
        self._reached[name, other] = count + 1, until_ms

    def invite(self, owner: str, room: str, name: str, now_ms: int) -> None:
        self.spend(owner, room, now_ms)
        self.reach_out(owner, name, now_ms)
        self.groups[room].invited[name] = owner, now_ms
        self.tell(name, "invited", now_ms, group=room, by=owner)

    def _uninvite(self, name: str, room: str, by: str, now_ms: int) -> None:
        del self.groups[room].invited[name]
        self.tell(name, "removed", now_ms, group=room, by=by)

    def may_join(self, name: str, text: str) -> tuple[str, str]:
        """Return what joining a room is answered, and the room, maybe one's own already."""
        refusal, room = self.meant(text, self.invitations(name))
        if refusal == "not_found":
            return self.meant(text, self.groups_of(name))
        return refusal, room

    def join(self, name: str, room: str, now_ms: int) -> None:
        """Join, or be in the room already."""
        if name not in self.rooms[room].readers:
            self._join(name, room, name, now_ms)

    # -- links and requests ------------------------------------------------------------------

    def may_link(self, owner: str, text: str, expires_ms: int | None, now_ms: int) -> str:
        refusal, room = self.as_owner(owner, text)
        if refusal:
            return refusal
        if self.is_banned(owner, now_ms):
            return "banned"
        if expires_ms is not None and expires_ms <= now_ms:
            return "bad_request"
        opening = [used for used in self.links.values() if used.opens(now_ms)]
        return "conflict" if sum(used.room == room for used in opening) >= LINKS_MAX else DONE

    def make_link(
        self, room: str, token: str, uses: int | None, expires_ms: int, now_ms: int
    ) -> int:
        """Make a link, which must be allowed; return its number."""
        group = self.groups[room]
        for number in [n for n, used in group.links.items() if not self.links[used].opens(now_ms)]:
            del self.links[group.links.pop(number)]
        group.links_made += 1
        group.links[group.links_made] = token
        self.links[token] = Link(room, group.links_made, uses, expires_ms)
        return group.links_made

    def may_unlink(self, owner: str, text: str, number: int) -> str:
        refusal, room = self.as_owner(owner, text)
        if not refusal and number not in self.groups[room].links:
            return "not_found"
        return refusal

    def unlink(self, room: str, number: int) -> None:
        del self.links[self.groups[room].links.pop(number)]

    def may_ask(self, name: str, token: str, now_ms: int) -> str:
        """Return what coming with a link is answered."""
        link = self.links.get(token)
        if link is None or not link.opens(now_ms):
            return "not_found"
        group = self.groups[link.room]
        known = [*self.rooms[link.room].readers, *group.invited, *group.requests]
        if name in known:
            return DONE
        if self.is_banned(name, now_ms):
            return "banned"
        may = self.left(name, link.room, now_ms) and self.may_reach(name, group.owner, now_ms)
        return DONE if may else "rate_limited"

    def ask(self, name: str, token: str, now_ms: int) -> tuple[str | None, int | None]:
        """Come with a link; return the room one is in now, or the request that waits."""
        link = self.links[token]
        group = self.groups[link.room]
        if name in self.rooms[link.room].readers or name in group.invited:
            self.join(name, link.room, now_ms)
            return link.room, None
        if name not in group.requests:
            self.spend(name, link.room, now_ms)
            self.reach_out(name, group.owner, now_ms)
            link.uses_left = None if link.uses_left is None else link.uses_left - 1
            number = self._asks_made[name] = self._asks_made.get(name, 0) + 1
            group.requests[name] = number
            self.asked.setdefault(name, {})[number] = link.room
            self.tell(name, "join_asked", now_ms, request=number)
            self.tell(group.owner, "join_requested", now_ms, group=link.room, name=name)
        return None, group.requests[name]

    def withdraw_request(self, name: str, number: int, now_ms: int) -> None:
        room = self.asked[name][number]
        self._end_request(name, room, now_ms)
        self._tell_settled(name, room, now_ms)

    def may_answer(self, owner: str, how: str, text: str, name: str, now_ms: int) -> str:
        refusal, room = self.as_owner(owner, text)
        if refusal:
            return refusal
        if name not in self.groups[room].requests:
            return "not_found"
        return "banned" if how == "approve" and self.is_banned(owner, now_ms) else DONE

    def approve(self, owner: str, room: str, name: str, now_ms: int) -> None:
        self._join(name, room, owner, now_ms)

    def deny(self, room: str, name: str, now_ms: int) -> None:
        self._end_request(name, room, now_ms)
        self._tell_settled(name, room, now_ms)

    def _end_request(self, name: str, room: str, now_ms: int) -> None:
        number = self.groups[room].requests.pop(name)
        del self.asked[name][number]
        self.tell(name, "join_denied", now_ms, request=number)

    def _tell_settled(self, name: str, room: str, now_ms: int) -> None:
        owner = self.groups[room].owner
        self.tell(owner, "request_settled", now_ms, group=room, name=name)
