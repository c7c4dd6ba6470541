"""Talking: messages to everyone, to one user and into groups; comments, edits, deletes."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.simulation.days.visits import NAMES, Visits, likely, paddings, picks
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Map, Peer, Refused

posts = st.tuples(picks, st.sampled_from(["", "", *NAMES, "+", "+"]), paddings)
Asked = tuple[Peer, str, str, str, int]
"""Who says something to whom, what, its nonce, and the number of the request."""
UPLOAD = {"name": "a.txt", "size": 1, "sha256": bytes(32)}


class Talking(Visits):
    """What users put into rooms. said: what carried a nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str, str, str]] = []

    # -- messages ----------------------------------------------------------------------------

    @precondition(lambda self: self.peers)
    @rule(what=st.lists(posts, min_size=1, max_size=6), with_nonce=st.booleans())
    def talk(self, what: list[tuple[int, str, int]], with_nonce: bool) -> None:
        """Several say something in the same tick."""
        asked = []
        for pick, to, padding in what:
            peer, text = self.peer(pick), self.text(padding)
            if peer.reads:
                nonce = f"nonce {self.texts}" if with_nonce else ""
                to = self.destination(peer.name, to, pick)
                asked.append((peer, to, text, nonce, self.ask(peer, to, text, nonce)))
        self.world.settle()
        self.check_posts(asked)

    def say(self, peer: Peer, to: str) -> None:
        """Say something, if that is allowed."""
        text = self.text(0)
        request_id = self.ask(peer, to, text, "")
        self.world.settle()
        self.check_posts([(peer, to, text, "", request_id)])
        self.check_all_heard()

    def destination(self, name: str, to: str, pick: int) -> str:
        """Return a user, "" for everyone, or for "+" a group, mostly one of the user's own."""
        if to != "+":
            return to
        mine = self.model.groups_of(name) if pick % 4 else []
        groups = mine or list(self.model.groups)
        return groups[pick % len(groups)] if groups else ""

    def ask(self, peer: Peer, to: str, text: str, nonce: str) -> int:
        params: Map = {"text": text, **({"nonce": nonce} if nonce else {})}
        if to.startswith("+"):
            return peer.request("post", room=to, **params)
        return peer.request("send-to", to=to, **params) if to else peer.request("send", **params)

    def check_posts(self, asked: list[Asked]) -> None:
        """Hold answers to posts against the model, in the order in which they were made."""
        now_ms, refused, made = self.world.now_ms, [], []
        for peer, to, text, nonce, request_id in asked:
            try:
                made.append((peer.result(request_id), peer.name, to, text, nonce))
            except Refused as refusal:
                refused.append((peer.name, to, refusal.detail))
        for posted, name, to, text, nonce in sorted(made, key=lambda one: one[0]["seq"]):
            assert self.model.refusal(name, self.model.room_for(name, to), now_ms) == DONE
            place = self.model.post(name, to, text, nonce, now_ms)
            assert (posted["room"], posted["seq"], posted["ts"]) == (*place, now_ms)
            self.reach(f"say to {_kind(to)} done")
            if nonce:
                self.said.append((name, to, text, nonce))
        for name, to, error in refused:
            room = self.model.room_for(name, to)
            assert error["code"] == self.model.refusal(name, room, now_ms), (name, to, error)
            if error["code"] == "rate_limited":
                assert error["reset_at"] == self.model.reset_at(name, room, now_ms)
            self.reach(f"say to {_kind(to)} {error['code']}")
        for name in {name for _, name, to, _, _ in made if not to}:
            self.check_limits_told(name)

    @precondition(lambda self: self.said)
    @rule(pick=picks, other=st.booleans())
    def repeat(self, pick: int, other: bool) -> None:
        """Say something again, the same or with other words, under the same nonce."""
        name, to, text, nonce = self.said[pick % len(self.said)]
        peer, now_ms = self.hand(name), self.world.now_ms
        text = self.text(0) if other else text
        known = self.model.known(name, nonce, to, text, now_ms)
        request_id = self.ask(peer, to, text, nonce)
        self.world.settle()
        if known is None:
            self.check_posts([(peer, to, text, nonce, request_id)])
            return
        self.reach("repeat conflict" if known == "conflict" else "repeat known")
        try:
            posted = peer.result(request_id)
        except Refused as error:
            assert (error.code, known) == ("conflict", "conflict")
        else:
            assert (posted["room"], posted["seq"], posted["ts"]) == known

    # -- what is said about what was said ----------------------------------------------------

    def place(self, name: str, pick: int, likely: bool, own: bool = False) -> tuple[str, int]:
        """Return a place in a room: where something is said that a user sees, or anywhere.

        If there should be something and is not, the user says it.
        """
        now_ms = self.world.now_ms
        places = [
            (room.name, seq)
            for room in self.model.rooms_of(name)
            for seq in range(self.model.hidden_most(name, room, now_ms) + 1, room.last + 1)
            if room.is_said(seq) and (not own or room.item(seq).author == name)
        ]
        if likely and not places:
            self.say(self.hand(name), "")
            room = self.model.rooms["general"]
            return room.name, room.last
        if likely:
            return places[-1 - pick % min(len(places), 10)]
        rooms = list(self.model.rooms.values())
        room = rooms[pick % len(rooms)]
        return room.name, pick % (room.last + 2)

    @precondition(lambda self: self.peers)
    @rule(pick=picks, which=picks, likely=likely, padding=paddings)
    def comment(self, pick: int, which: int, likely: bool, padding: int) -> None:
        peer, now_ms = self.reader(pick), self.world.now_ms
        room, seq = self.place(peer.name, which, likely)
        allowed = self.model.may_comment(peer.name, room, seq, now_ms)
        text = self.text(padding)
        posted = self.attempt(peer, "comment", allowed, room=room, seq=seq, text=text)
        if posted is not None:
            number = self.model.comment(peer.name, room, seq, text, now_ms)
            self.check_posted(peer, posted, room, number)

    @precondition(lambda self: self.peers)
    @rule(pick=picks, which=picks, likely=likely, own=likely, padding=paddings)
    def edit(self, pick: int, which: int, likely: bool, own: bool, padding: int) -> None:
        peer, now_ms = self.reader(pick), self.world.now_ms
        room, seq = self.place(peer.name, which, likely, own)
        allowed = self.model.may_edit(peer.name, room, seq, now_ms)
        text = self.text(padding)
        posted = self.attempt(peer, "edit", allowed, room=room, seq=seq, text=text)
        if posted is not None:
            number = self.model.edit(peer.name, room, seq, text, now_ms)
            self.check_posted(peer, posted, room, number)

    @precondition(lambda self: self.peers)
    @rule(pick=picks, which=picks, likely=likely, own=likely)
    def delete(self, pick: int, which: int, likely: bool, own: bool) -> None:
        """Nothing keeps an author from it."""
        peer = self.reader(pick)
        self.delete_one(peer, *self.place(peer.name, which, likely, own))

    def delete_one(self, peer: Peer, room: str, seq: int) -> None:
        now_ms = self.world.now_ms
        allowed = self.model.may_delete(peer.name, room, seq, now_ms)
        posted = self.attempt(peer, "delete", allowed, room=room, seq=seq)
        if posted is not None:
            number = self.model.delete(peer.name, room, seq, now_ms)
            assert (posted["room"], posted["seq"], posted["ts"]) == (room, number, now_ms)

    def check_posted(self, peer: Peer, posted: Map, room: str, seq: int) -> None:
        assert (posted["room"], posted["seq"], posted["ts"]) == (room, seq, self.world.now_ms)
        if room == "general":
            self.check_limits_told(peer.name)

    @precondition(lambda self: self.peers)
    @rule(pick=picks, to=st.sampled_from(["", *NAMES, "+"]))
    def try_a_file_where_no_word_is_allowed(self, pick: int, to: str) -> None:
        peer = self.reader(pick)
        to = self.destination(peer.name, to, pick)
        room = self.model.room_for(peer.name, to)
        refusal = self.model.refusal(peer.name, room, self.world.now_ms)
        if refusal:
            self.attempt(peer, "upload", {refusal}, room=to or "general", **UPLOAD)


def _kind(to: str) -> str:
    if to.startswith("+"):
        return "a group"
    return "a user" if to else "everyone"
