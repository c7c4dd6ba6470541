"""Groups: private rooms, who owns them, who is in, may come, and wants to."""

from dataclasses import dataclass, field

from tests.simulation.model.judging import ANY, AnyOrder, Done, Judged, found, refuse, view
from tests.simulation.model.messages import Messages
from tests.simulation.model.moderation import DAY_MS
from tests.simulation.model.rooms import Item, Map, Period, Room, Rules

LINKS_MAX = 20
INVITED_BY_ONE_MAX = 5
REACHES_MAX = 30


@dataclass
class Link:
    """By what one may ask to join. uses_left: None is without bound; expires_at: None is never."""

    room: str
    number: int
    uses_left: int | None
    expires_at: int | None
    created: int

    def opens(self, now_ms: int) -> bool:
        return self.uses_left != 0 and (self.expires_at is None or now_ms < self.expires_at)


@dataclass
class Group:
    """What a private room has besides its log. requests: by name, numbered by who asks."""

    owner: str
    invited: dict[str, tuple[str, int]] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    links: dict[int, str] = field(default_factory=dict)


class Groups(Messages):
    """All groups, by the ids of their rooms. links: by what opens them, revoked ones are gone.

    link_tokens: of all links that there have ever been.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.groups: dict[str, Group] = {}
        self.links: dict[str, Link] = {}
        self.link_tokens: list[str] = []
        self.asked: dict[str, dict[int, str]] = {}
        self._reached: dict[tuple[str, str], Period] = {}

    # -- what is meant -----------------------------------------------------------------------

    def groups_of(self, name: str) -> list[str]:
        return [room for room in self.groups if name in self.rooms[room].readers]

    def invitations(self, name: str) -> list[str]:
        return [room for room, group in self.groups.items() if name in group.invited]

    def title(self, room: str) -> str:
        return room.split(":")[0]

    def meant(self, text: str, *lists: list[str]) -> str:
        """Return which room is meant by its id or title, of the first list with such rooms."""
        for rooms in lists:
            same = [room for room in rooms if text in (room, self.title(room))]
            refuse("conflict", len(same) > 1)
            if same:
                return same[0]
        return found(None)

    def owned(self, name: str, text: str) -> str:
        """Return the room that a user means and owns."""
        room = self.meant(text, self.groups_of(name))
        refuse("forbidden", self.groups[room].owner != name)
        return room

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

    def do_create(self, name: str, title: str) -> Judged:
        self.check_ban(name)
        refuse("conflict", "+" + title in map(self.title, self.groups_of(name)))
        answer = yield ()
        room = answer["room"]
        assert self.title(room) == "+" + title
        assert room not in self.rooms and room not in self.ended, room
        self.rooms[room] = Room(room)
        self.groups[room] = Group(name)
        self._enter(name, room, name)
        return {"room": room}

    def _end(self, room: str) -> None:
        """The owner, who was alone, has left."""
        group = self.groups[room]
        for name in [*group.invited, group.owner]:
            self.tell(name, "removed", group=room, by=group.owner)
        for name in list(group.requests):
            self._end_request(name, room)
        self.links = {token: link for token, link in self.links.items() if link.room != room}
        self.rooms[room].leave(group.owner, self.now_ms, self.rules)
        del self.groups[room]
        self.end_room(room)

    # -- members -----------------------------------------------------------------------------

    def _enter(self, name: str, room: str, by: str) -> None:
        """A user is in a room from now on, if not before."""
        group, log = self.groups[room], self.rooms[room]
        if name in log.readers:
            return
        if name in log.stays:
            self.noted.add("member back")
        group.invited.pop(name, None)
        number = group.requests.pop(name, None)
        log.enter(name, self.newcomer_start(log))
        self._member(room, name, by, "joined")
        if number is not None:
            del self.asked[name][number]
            self.tell(name, "join_approved", request=number, group=room)

    def _member(self, room: str, name: str, by: str, change: str) -> None:
        fields = {"name": name, "change": change}
        self.append(self.rooms[room], Item(self.now_ms, "member", by, fields=fields))

    def do_members(self, name: str, room: str) -> Map:
        room = self.meant(room, self.groups_of(name))
        group, members = self.groups[room], self.rooms[room].readers
        roles = dict.fromkeys(members, "member")
        if group.owner == name:
            roles |= dict.fromkeys(group.invited, "invited")
        roles[group.owner] = "owner"
        shown = AnyOrder(
            {"name": name, "role": role, "display_name": self.called(name)}
            for name, role in roles.items()
        )
        return {"room": room, "members": shown, "next": None, "count": len(members)}

    def do_leave(self, name: str, room: str) -> Done:
        """Leave a room, end it, or decline to come."""
        room = self.meant(room, self.groups_of(name), self.invitations(name))
        if self.groups[room].owner == name:
            refuse("forbidden", len(self.rooms[room].readers) > 1)
            if self.has_to_stay(name, room, 0):
                self.check_ban(name)
        yield ()
        self.leave(name, room)

    def leave(self, name: str, room: str) -> None:
        if name in self.groups[room].invited:
            self._uninvite(name, room, name)
        elif self.groups[room].owner == name:
            self._end(room)
        else:
            self._out(name, room, name, "left")

    def _out(self, name: str, room: str, by: str, change: str) -> None:
        self.rooms[room].leave(name, self.now_ms, self.rules)
        self._member(room, name, by, change)
        self.tell(name, "removed", group=room, by=by)

    def do_kick(self, owner: str, room: str, user: str) -> Done:
        """Remove a member, or take an invitation back."""
        room = self.owned(owner, room)
        refuse("bad_request", user == owner)
        if user in self.rooms[room].readers:
            self.check_ban(owner)
            yield ()
            self._out(user, room, owner, "removed")
        else:
            refuse("not_found", user not in self.groups[room].invited)
            yield ()
            self._uninvite(user, room, owner)

    def do_transfer(self, owner: str, room: str, user: str) -> Done:
        room = self.owned(owner, room)
        refuse("bad_request", user == owner)
        refuse("not_found", user not in self.rooms[room].readers)
        self.check_ban(owner)
        self.check_left(owner, room)
        yield ()
        self.spend(owner, room)
        self.own_group(user, room, owner)
        for asker in self.groups[room].requests:
            self.tell(user, "join_requested", group=room, name=asker)

    def own_group(self, name: str, room: str, by: str) -> None:
        self.groups[room].owner = name
        self._member(room, name, by, "owner")

    # -- invitations -------------------------------------------------------------------------

    def do_invite(self, owner: str, room: str, user: str) -> Done:
        room = self.owned(owner, room)
        group = self.groups[room]
        self.check_ban(owner)
        refuse("forbidden", self.are_apart(owner, user))
        refuse("conflict", user in (*self.rooms[room].readers, *group.invited, *group.requests))
        refuse("conflict", len(self._open_invitations(owner, user)) >= INVITED_BY_ONE_MAX)
        self.check_left(owner, room)
        self.check_reach(owner, user)
        yield ()
        self.spend(owner, room)
        self._reached[owner, user].add(self.now_ms, DAY_MS)
        group.invited[user] = owner, self.now_ms
        self.tell(user, "invited", group=room, by=owner)

    def do_invitations(self, name: str) -> Map:
        """Return where a user is invited, and what waits of what the user has asked."""
        invited = [(room, *self.groups[room].invited[name]) for room in self.invitations(name)]
        shown = AnyOrder({"room": room, "by": by, "ts": ts} for room, by, ts in invited)
        asked = [{"request": number, "ts": ANY} for number in self.asked.get(name, {})]
        return {"invitations": shown, "next": None, "asked": asked}

    def _open_invitations(self, by: str, name: str) -> list[str]:
        """Return where one user has invited another, oldest first."""
        invited = [(group.invited.get(name), room) for room, group in self.groups.items()]
        mine = [(one[1], room) for one, room in invited if one is not None and one[0] == by]
        return [room for _, room in sorted(mine, key=lambda pair: pair[0])]

    def decline_all(self, name: str, by: str) -> None:
        for room in self._open_invitations(by, name):
            self._uninvite(name, room, name)

    def check_reach(self, name: str, other: str) -> None:
        """Refuse that one user puts more into the self log of another today than one may."""
        reached = self._reached.setdefault((name, other), Period())
        refuse("rate_limited", reached.used(self.now_ms) >= REACHES_MAX)

    def _uninvite(self, name: str, room: str, by: str) -> None:
        del self.groups[room].invited[name]
        self.tell(name, "removed", group=room, by=by)

    def do_join(self, name: str, room: str = "", link: str = "") -> Judged:
        """Come to where one is invited, or is already; or ask by a link."""
        if link:
            return (yield from self._ask(name, link))
        room = self.meant(room, self.invitations(name), self.groups_of(name))
        yield ()
        self._enter(name, room, name)
        return {"room": room, "request": None}

    # -- links and requests ------------------------------------------------------------------

    def do_link(self, owner: str, room: str, uses: int | None, expires_at: int | None) -> Judged:
        room = self.owned(owner, room)
        group = self.groups[room]
        self.check_ban(owner)
        refuse("bad_request", expires_at is not None and expires_at <= self.now_ms)
        opening = [n for n, used in group.links.items() if self.links[used].opens(self.now_ms)]
        refuse("conflict", len(opening) >= LINKS_MAX)
        answer = yield ()
        for number in group.links.keys() - opening:
            del self.links[group.links.pop(number)]
        number, token = self.number("link", room), answer["link"]
        group.links[number] = token
        self.links[token] = Link(room, number, uses, expires_at, self.now_ms)
        self.link_tokens.append(token)
        return {"room": room, "number": number, "link": ANY}

    def do_links(self, owner: str, room: str) -> Map:
        room = self.owned(owner, room)
        links = [self.links[token] for token in self.groups[room].links.values()]
        shown = [
            view(link, "number", "created", "uses_left", "expires_at")
            for link in links
            if link.opens(self.now_ms)
        ]
        return {"room": room, "links": shown}

    def do_unlink(self, owner: str, room: str, number: int) -> Done:
        room = self.owned(owner, room)
        refuse("not_found", number not in self.groups[room].links)
        yield ()
        del self.links[self.groups[room].links.pop(number)]

    def _ask(self, name: str, token: str) -> Judged:
        """Come with a link: into the room, or to wait for its owner's answer."""
        link = found(self.links.get(token))
        refuse("not_found", not link.opens(self.now_ms))
        group, room = self.groups[link.room], link.room
        may_enter = name in self.rooms[room].readers or name in group.invited
        is_new = not may_enter and name not in group.requests
        if is_new:
            self.check_ban(name)
            self.check_left(name, room)
            self.check_reach(name, group.owner)
        yield ()
        if may_enter:
            self._enter(name, room, name)
            return {"room": room, "request": None}
        if is_new:
            self.spend(name, room)
            self._reached[name, group.owner].add(self.now_ms, DAY_MS)
            link.uses_left = None if link.uses_left is None else link.uses_left - 1
            number = self.number("request", name)
            group.requests[name] = number
            self.asked.setdefault(name, {})[number] = room
            self.tell(name, "join_asked", request=number)
            self.tell(group.owner, "join_requested", group=room, name=name)
        return {"room": None, "request": group.requests[name]}

    def do_requests(self, owner: str, room: str) -> Map:
        room = self.owned(owner, room)
        names = self.groups[room].requests
        shown = AnyOrder({"room": room, "name": name, "ts": ANY} for name in names)
        return {"requests": shown, "next": None}

    def do_withdraw(self, name: str, request: int) -> Done:
        refuse("not_found", request not in self.asked.get(name, {}))
        yield ()
        self._settle_request(name, self.asked[name][request])

    def do_approve(self, owner: str, room: str, user: str) -> Done:
        room = self.owned(owner, room)
        refuse("not_found", user not in self.groups[room].requests)
        self.check_ban(owner)
        yield ()
        self._enter(user, room, owner)

    def do_deny(self, owner: str, room: str, user: str) -> Done:
        room = self.owned(owner, room)
        refuse("not_found", user not in self.groups[room].requests)
        yield ()
        self._settle_request(user, room)

    def _settle_request(self, name: str, room: str) -> None:
        self._end_request(name, room)
        owner = self.groups[room].owner
        self.tell(owner, "request_settled", group=room, name=name)

    def _end_request(self, name: str, room: str) -> None:
        number = self.groups[room].requests.pop(name)
        del self.asked[name][number]
        self.tell(name, "join_denied", request=number)
