"""Groups: private rooms, from their making to their end."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.simulation.machine.connections import MINUTE_MS, NAMES, likely, names, picks, rule
from tests.simulation.machine.moderation import Moderation
from tests.simulation.model import HOUR_MS
from tests.simulation.model.groups import Group
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Lost, Map, Peer

TITLES = ("ops", "dev")
Wanted = Callable[[Group], bool]


class Groups(Moderation):
    """Who owns private rooms, is in them, may come and wants to. tokens_made: of all links."""

    kept = (*Moderation.kept, "tokens_made")

    def __init__(self) -> None:
        super().__init__()
        self.tokens_made: list[str] = []

    # -- whom and what a rule is about -------------------------------------------------------

    def some_group(self, pick: int, wanted: Wanted = lambda group: True) -> str:
        """Return a group, one of those that are wanted if there are any."""
        groups = [room for room, group in self.model.groups.items() if wanted(group)]
        groups = groups or list(self.model.groups)
        return groups[pick % len(groups)]

    def somebody_in(self, pick: int, name: str, likely: bool) -> tuple[str, str]:
        """Return a group, and who is in it or invited but does not own it; or the user given."""
        pairs = [
            (room, other)
            for room, group in self.model.groups.items()
            for other in [*self.model.rooms[room].readers, *group.invited]
            if other != group.owner
        ]
        return pairs[pick % len(pairs)] if likely and pairs else (self.some_group(pick), name)

    def owner_of(self, room: str, pick: int, likely: bool) -> Peer:
        """Return the owner of a group, or anybody."""
        return self.hand(self.model.groups[room].owner if likely else NAMES[pick % len(NAMES)])

    def named(self, room: str, pick: int) -> str:
        """Return how somebody types a group: its id, or now and then its title."""
        return room if pick % 4 else self.model.title(room)

    # -- coming about, and ending ------------------------------------------------------------

    @precondition(lambda self: len(self.model.groups) < 4)
    @rule(name=names, title=st.sampled_from(TITLES), guests=st.sets(names))
    def create(self, name: str, title: str, guests: set[str]) -> None:
        self.create_one(name, title, guests)

    def create_one(self, name: str, title: str, guests: set[str]) -> None:
        """Make a room, and bring others along."""
        peer = self.hand(name)
        allowed = {self.model.may_create(name, title, self.world.now_ms)}
        answer = self.attempt(peer, "create", allowed, title=title)
        if answer is not None:
            room = answer["room"]
            assert self.model.title(room) == "+" + title
            self.model.create(name, room, self.world.now_ms)
            for guest in sorted(guests - {name}):
                self.invite_one(peer, room, guest, comes=True)

    @precondition(lambda self: self.model.groups)
    @rule(pick=picks, name=names, likely=st.booleans())
    def leave(self, pick: int, name: str, likely: bool) -> None:
        """Leave a room, end it as the last one in it, or decline to come."""
        peer = self.hand(name)
        owned = [room for room, group in self.model.groups.items() if group.owner == name]
        mine = self.model.groups_of(name) + self.model.invitations(name)
        mine = [room for room in mine if room not in owned or not pick % 3]
        room = mine[pick % len(mine)] if likely and mine else self.some_group(pick)
        self.leave_one(peer, self.named(room, pick))

    def leave_one(self, peer: Peer, text: str) -> None:
        name = peer.name
        refusal, room = self.model.may_leave(name, text, self.world.now_ms)
        if self.attempt(peer, "leave", {refusal}, room=text) is not None:
            self.parting(name, room)
            self.model.leave(name, room, self.world.now_ms)

    @precondition(lambda self: self.model.groups)
    @rule(pick=picks, name=names, is_owner=likely, likely=st.booleans())
    def kick(self, pick: int, name: str, is_owner: bool, likely: bool) -> None:
        """Remove a member, or take an invitation back."""
        room, name = self.somebody_in(pick, name, likely)
        peer = self.owner_of(room, pick, is_owner)
        text = self.named(room, pick)
        allowed = {self.model.may_kick(peer.name, text, name, self.world.now_ms)}
        if self.attempt(peer, "kick", allowed, room=text, user=name) is not None:
            _, room = self.model.as_owner(peer.name, text)
            self.parting(name, room)
            self.model.kick(peer.name, room, name, self.world.now_ms)

    def parting(self, name: str, room: str) -> None:
        """Who does not listen may be back before hearing of it: numbers repeat then."""
        for peer in self.peers:
            if peer.name == name and not peer.reads:
                peer.jumps.add(room)

    @precondition(lambda self: self.model.groups)
    @rule(pick=picks, name=names, is_owner=likely, likely=likely)
    def transfer(self, pick: int, name: str, is_owner: bool, likely: bool) -> None:
        room, name = self.somebody_in(pick, name, likely)
        peer, now_ms = self.owner_of(room, pick, is_owner), self.world.now_ms
        text = self.named(room, pick)
        allowed = {self.model.may_transfer(peer.name, text, name, now_ms)}
        if self.attempt(peer, "transfer", allowed, room=text, user=name) is not None:
            _, room = self.model.as_owner(peer.name, text)
            self.model.transfer(peer.name, room, name, now_ms)

    # -- invitations -------------------------------------------------------------------------

    @precondition(lambda self: self.model.groups)
    @rule(
        pick=picks,
        name=names,
        is_owner=likely,
        comes=st.booleans(),
        before=st.sampled_from(["", "", "say", "take back"]),
    )
    def invite(self, pick: int, name: str, is_owner: bool, comes: bool, before: str) -> None:
        """Invite somebody, who may come at once, to where something was said before."""
        room = self.some_group(pick, lambda group: group.owner != name)
        peer = self.owner_of(room, pick, is_owner)
        if before:
            self.say(peer, room)
        if before == "take back":
            self.delete_at(peer, "", "", (room, self.model.rooms[room].last))
            self.check_all_heard()
        self.invite_one(peer, self.named(room, pick), name, comes)

    def invite_one(self, peer: Peer, text: str, name: str, comes: bool) -> None:
        allowed = {self.model.may_invite(peer.name, text, name, self.world.now_ms)}
        if self.attempt(peer, "invite", allowed, room=text, user=name) is not None:
            _, room = self.model.as_owner(peer.name, text)
            self.model.invite(peer.name, room, name, self.world.now_ms)
            if comes:
                self.join_one(self.hand(name), text)
            for member in list(self.model.rooms[room].readers):
                self.check_members(self.hand(member), room, self.model.groups[room])

    @precondition(lambda self: self.model.groups)
    @rule(pick=picks, name=names, likely=st.booleans())
    def join(self, pick: int, name: str, likely: bool) -> None:
        """Come to where one is invited, or try a room whose id one has heard of."""
        invited = [n for n in NAMES if self.model.invitations(n)]
        if likely and invited:
            name = invited[pick % len(invited)]
        peer = self.hand(name)
        rooms = self.model.invitations(name) if likely else []
        room = rooms[pick % len(rooms)] if rooms else self.some_group(pick)
        self.join_one(peer, self.named(room, pick))

    def join_one(self, peer: Peer, text: str) -> None:
        refusal, room = self.model.may_join(peer.name, text)
        answer = self.attempt(peer, "join", {refusal}, room=text)
        if answer is not None:
            assert answer == {"room": room, "request": None}
            self.coming(peer.name, room)
            self.model.join(peer.name, room, self.world.now_ms)

    def coming(self, name: str, room: str) -> None:
        """Somebody joins, again maybe."""
        log = self.model.rooms[room]
        if name in log.stays and name not in log.readers:
            self.reach("member back")

    # -- links -------------------------------------------------------------------------------

    @precondition(lambda self: self.model.groups)
    @rule(
        pick=picks,
        uses=st.sampled_from([None, 1, 1, 2]),
        in_ms=st.sampled_from([None, None, 0, 5 * MINUTE_MS, HOUR_MS]),
        is_owner=likely,
        asker=st.sampled_from(["", *NAMES]),
        answer=st.sampled_from(["", "approve", "approve", "deny"]),
    )
    def link(
        self,
        pick: int,
        uses: int | None,
        in_ms: int | None,
        is_owner: bool,
        asker: str,
        answer: str,
    ) -> None:
        """Make a link, by which somebody may ask at once, and be answered."""
        room = self.some_group(pick, lambda group: not group.requests)
        peer, now_ms = self.owner_of(room, pick, is_owner), self.world.now_ms
        expires_ms = None if in_ms is None else now_ms + in_ms
        allowed = {self.model.may_link(peer.name, room, expires_ms, now_ms)}
        params = {"room": room, "uses": uses, "expires_at": expires_ms}
        made = self.attempt(peer, "link", allowed, **params)
        if made is not None:
            token = made["link"]
            number = self.model.make_link(room, token, uses, expires_ms or 0, now_ms)
            assert made == {"room": room, "number": number, "link": token}
            self.tokens_made.append(token)
            if asker:
                self.ask_by(self.hand(asker), token)
            if asker and answer:
                self.answer_one(self.hand(peer.name), answer, room, asker)

    @precondition(lambda self: self.model.links)
    @rule(pick=picks, is_owner=likely)
    def unlink(self, pick: int, is_owner: bool) -> None:
        link = list(self.model.links.values())[pick % len(self.model.links)]
        peer = self.owner_of(link.room, pick, is_owner)
        number = link.number + (pick % 5 == 0)
        allowed = {self.model.may_unlink(peer.name, link.room, number)}
        params = {"room": link.room, "number": number}
        if self.attempt(peer, "unlink", allowed, **params) is not None:
            self.model.unlink(link.room, number)

    @precondition(lambda self: self.tokens_made)
    @rule(pick=picks, name=names, likely=likely)
    def come_with_a_link(self, pick: int, name: str, likely: bool) -> None:
        """Ask to be let in, by any link that there has ever been."""
        peer, links = self.hand(name), self.model.links
        works = [t for t in links if not self.model.may_ask(name, t, self.world.now_ms)]
        tokens = works if likely and works else self.tokens_made
        self.ask_by(peer, tokens[-1 - pick % len(tokens)])

    def ask_by(self, peer: Peer, token: str) -> None:
        allowed = {self.model.may_ask(peer.name, token, self.world.now_ms)}
        answer = self.attempt(peer, "join", allowed, link=token)
        if answer is not None:
            if answer["request"] is None:
                self.coming(peer.name, answer["room"])
            room, request = self.model.ask(peer.name, token, self.world.now_ms)
            assert answer == {"room": room, "request": request}

    # -- requests ----------------------------------------------------------------------------

    @precondition(lambda self: any(self.model.asked.values()))
    @rule(pick=picks, how=st.sampled_from(["approve", "approve", "deny"]), is_owner=likely)
    def answer(self, pick: int, how: str, is_owner: bool) -> None:
        """Let somebody in who asked, or not; now and then one who did not ask."""
        asked = [(room, n) for n, rooms in self.model.asked.items() for room in rooms.values()]
        room, name = asked[pick % len(asked)]
        if pick % 7 == 1:
            name = NAMES[pick % len(NAMES)]
        self.answer_one(self.owner_of(room, pick, is_owner), how, room, name)

    def answer_one(self, peer: Peer, how: str, room: str, name: str) -> None:
        allowed = {self.model.may_answer(peer.name, how, room, name, self.world.now_ms)}
        if self.attempt(peer, how, allowed, room=room, user=name) is None:
            return
        if how == "approve":
            self.coming(name, room)
            self.model.approve(peer.name, room, name, self.world.now_ms)
        else:
            self.model.deny(room, name, self.world.now_ms)

    @precondition(lambda self: any(self.model.asked.values()))
    @rule(pick=picks, likely=likely)
    def withdraw(self, pick: int, likely: bool) -> None:
        askers = [name for name, asked in self.model.asked.items() if asked]
        peer = self.hand(askers[pick % len(askers)])
        numbers = list(self.model.asked[peer.name])
        number = numbers[pick % len(numbers)] if likely else pick % 9 + 1
        allowed = {DONE if number in numbers else "not_found"}
        if self.attempt(peer, "withdraw", allowed, request=number) is not None:
            self.model.withdraw_request(peer.name, number, self.world.now_ms)

    # -- what members, owners and strangers see ----------------------------------------------

    def check_groups(self, peer: Peer) -> None:
        """Everybody sees of groups what is theirs to see, and strangers see nothing."""
        name = peer.name
        answer = peer.call("invitations")
        assert {(one["room"], one["by"], one["ts"]) for one in answer["invitations"]} == {
            (room, *self.model.groups[room].invited[name]) for room in self.model.invitations(name)
        }
        assert [one["request"] for one in answer["asked"]] == list(self.model.asked.get(name, {}))
        for room, group in self.model.groups.items():
            if name in self.model.rooms[room].readers:
                self.check_members(peer, room, group)
            else:
                self.check_stranger(peer, room)
            self.check_as_owner(peer, room, group)

    def check_members(self, peer: Peer, room: str, group: Group) -> None:
        roles = dict.fromkeys(self.model.rooms[room].readers, "member")
        if group.owner == peer.name:
            roles |= dict.fromkeys(group.invited, "invited")
        roles[group.owner] = "owner"
        answer = peer.call("members", room=room)
        assert {one["name"]: one["role"] for one in answer["members"]} == roles
        assert answer["count"] == len(self.model.rooms[room].readers)

    def check_stranger(self, peer: Peer, room: str) -> None:
        """Whatever a stranger asks, the answer is that of a room that is not."""
        made_up = self.model.title(room) + ":nothing"
        for method, params in STRANGERS_ASK:
            error = peer.refusal(method, room=room, **params)
            assert error == peer.refusal(method, room=made_up, **params), method
            assert error["code"] == "not_found", (method, error)
        errors = len(peer.told("error"))
        peer.ack(room, 1)
        if peer.ended:
            raise Lost
        expected = "bad_request" if peer in self.peeks else "not_found"
        assert [error["code"] for error in peer.told("error")[errors:]] == [expected]

    def check_as_owner(self, peer: Peer, room: str, group: Group) -> None:
        """Links and requests are the owner's."""
        refusal, _ = self.model.as_owner(peer.name, room)
        links = self.attempt(peer, "links", {refusal}, room=room)
        requests = self.attempt(peer, "requests", {refusal}, room=room)
        if links is None or requests is None:
            return
        now_ms = self.world.now_ms
        assert [(link["number"], link["uses_left"]) for link in links["links"]] == [
            (number, self.model.links[token].uses_left)
            for number, token in group.links.items()
            if self.model.links[token].opens(now_ms)
        ]
        assert {one["name"] for one in requests["requests"]} == set(group.requests)


STRANGERS_ASK: list[tuple[str, Map]] = [
    ("post", {"text": "hello"}),
    ("comment", {"seq": 1, "text": "hello"}),
    ("edit", {"seq": 1, "text": "hello"}),
    ("delete", {"seq": 1}),
    ("thread", {"seq": 1}),
    ("threads", {}),
    ("mute", {"muted": False}),
    ("unread-from", {"seq": 1}),
    ("history", {}),
    ("download", {"seq": 1}),
    ("upload", {"name": "a.txt", "size": 1, "sha256": bytes(32)}),
    ("members", {}),
    ("transfer", {"user": "alice"}),
    ("approve", {"user": "alice"}),
]
