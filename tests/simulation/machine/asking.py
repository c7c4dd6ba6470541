"""Asking: what is answered and what that does, held against the model; once only under a nonce."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from chatd.wire.commands import COMMANDS
from tests.simulation.machine.connections import PEERS_MAX, Connections
from tests.simulation.machine.day import NAMES, PLAIN, Tail
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.outages import FILES
from tests.simulation.machine.table import FREE, Row
from tests.simulation.model.judging import Judged, begin, finish, judge
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Lost, Map, Peer, Refused

TIMES = (0, 0, 1, 2)
"""How often something is asked for under a nonce at once; without one, if never."""
Again = Callable[[Peer, str, str], None]
"""Asks for something by a device, with a text and under a nonce."""


class Asks(Protocol):
    """Who asks for something, as whom, by which way whatever. Raises Refused."""

    name: str

    def call(self, method: str, **params: object) -> Map:
        """Ask and wait for the answer."""


@dataclass(frozen=True)
class Said:
    """What carried a nonce, and how to ask for it again. text: "" for what has none."""

    name: str
    nonce: str
    text: str
    again: Again


class Asking(Connections):
    """said: everything that was done under a nonce."""

    kept = (*Connections.kept, "said")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Said] = []
        self.nonces = self.texts = 0
        self.refused: Map = {}

    def nonce(self, is_wanted: bool) -> str:
        """Return a new nonce, or "" for none."""
        self.nonces += is_wanted
        return f"nonce-{self.nonces}" if is_wanted else ""

    def text(self, tail: Tail = PLAIN) -> str:
        """Return a new text, which begins as no other does."""
        self.texts += 1
        words, padding = tail
        return " ".join(filter(None, [f"text {self.texts};", words, "x" * padding]))

    # -- asking ------------------------------------------------------------------------------

    def judged(self, name: str, method: str, params: Map) -> Judged:
        """Return how the model judges a request."""
        known = {key: value for key, value in params.items() if key not in ("nonce", "limit")}
        return judge(getattr(self.model, "do_" + method.replace("-", "_")), name, **known)

    def ask(self, peer: Asks, method: str, /, **params: Any) -> Map | None:
        """Ask for a command as the model knows it, with parameters of which None are left out.

        Returns the answer, None if it is refused.
        """
        judged = self.judged(peer.name, method, params)
        expected = begin(judged)
        params = {key: value for key, value in params.items() if value is not None}
        members = {name: self.members_of(name) for name in NAMES}
        left = self.model.left(peer.name, "general")
        answer = self.attempt(peer, method, expected.codes, **params)
        if answer is None:
            is_other = self.refused["code"] not in expected.codes  # for want of room on the disk
            assert is_other or expected.allows(self.refused), (method, params, self.refused)
            return None
        answer = self.whole(peer, method, params, answer)
        shown = any(value and isinstance(value, list | bytes) for value in answer.values())
        if shown and not COMMANDS[method].writes:
            self.reach(f"{method} shown")
        result = finish(judged, answer)
        assert answer == result, (method, params, answer, result)
        if self.model.left(peer.name, "general") != left:
            self.check_limits_told(peer.name)
        for name, rooms in members.items():
            self.parting(name, rooms - self.members_of(name))
        self.reached_today |= self.model.noted
        if not self.has_recovered:
            self.watch()  # what follows from it by itself is held against the rules right now
        return answer

    def attempt(self, peer: Asks, method: str, allowed: set[str], **params: object) -> Map | None:
        """Ask for something; return the answer, None if it is refused, which changes nothing.

        allowed: what it may be answered. refused: the error, if it was one.
        """
        self.checkpoint()
        lacks_room = "storage_full" not in allowed and self.may_lack_room(method)
        if lacks_room:
            allowed = allowed | {"storage_full"}
        before = None if allowed == {DONE} else self.world.state.digest()
        try:
            answer, code = peer.call(method, **params), DONE
        except Refused as refusal:
            answer, code, self.refused = None, refusal.code, refusal.detail
        assert code in allowed, (method, params, code, allowed)
        if before is not None and code != DONE:
            self.check_unchanged(before)
        if code == "storage_full" and lacks_room:
            self.reach("full disk" if self.world.is_full else "bad disk")
        if code == "banned":
            assert self.refused["until"] == self.model.bans[peer.name]
        return answer

    def whole(self, peer: Asks, method: str, params: Map, page: Map) -> Map:
        """Return all that a command shows, of which this is the first page."""
        pages, places = [page], set()
        towards = "before" if method == "history" else "after"
        while (place := pages[-1].get("next")) is not None:
            assert place not in places, "some are shown again and again"
            places.add(place)
            pages.append(peer.call(method, **{**params, towards: place}))
        shown = {**page, **pages[-1]}
        for name, value in page.items():
            if isinstance(value, list):
                assert all(len(one[name]) <= params.get("limit", len(one[name])) for one in pages)
                ordered = pages[::-1] if towards == "before" else pages
                shown[name] = [thing for one in ordered for thing in one[name]]
        return shown

    def check_unchanged(self, before: str) -> None:
        assert self.has_recovered or self.world.state.digest() == before, "it changed something"

    def may_lack_room(self, method: str) -> bool:
        """Whether a command may be refused for want of room on the disk."""
        is_full = self.world.is_full and COMMANDS[method].writes
        return is_full or (method == "upload-chunk" and self.world.disk.may_fail(FILES))

    def members_of(self, name: str) -> set[str]:
        return {room.name for room in self.model.rooms_of(name)}

    def parting(self, name: str, rooms: set[str]) -> None:
        """Who does not listen may be back before hearing of it: numbers repeat then."""
        for peer in self.peers:
            if peer.name == name and not peer.reads:
                peer.jumps |= rooms

    def check_limits_told(self, name: str) -> None:
        for peer in self.peers:
            if peer.name == name and peer.reads:
                told = peer.told("limits")[-1]["general"]
                assert told["left"] == self.model.left(name, "general")

    # -- asking at once ----------------------------------------------------------------------

    def ask_at_once(self, asked: list[tuple[Peer, str, Map]], with_nonce: bool) -> None:
        """Let everybody post what is allowed of it, before any of that is answered.

        That is held against the model in the order in which it was done.
        """
        waiting, made, refused = [], [], []
        for peer, method, params in asked:
            nonce = self.nonce(with_nonce)
            under = {"nonce": nonce} if nonce else {}
            waiting.append((peer, method, params, nonce, peer.request(method, **params, **under)))
        self.world.settle()
        for peer, method, params, nonce, request_id in waiting:
            with suppress(Lost):
                try:
                    made.append((peer.result(request_id), peer.name, method, params, nonce))
                except Refused as refusal:
                    refused.append((refusal.detail, peer.name, method, params))
        for answer, name, method, params, nonce in sorted(made, key=lambda one: one[0]["seq"]):
            judged = self.judged(name, method, params)
            assert DONE in begin(judged).codes, (name, method, params)
            assert finish(judged, answer) == answer, (method, params, answer)
            if nonce:
                self.keep(name, method, nonce, params, answer)
        for error, name, method, params in refused:
            expected = begin(self.judged(name, method, params))
            is_full = self.world.is_full and error["code"] == "storage_full"
            assert is_full or expected.allows(error), (name, method, params, error)
        for name in {name for _, name, method, _, _ in made if method == "send"}:
            self.check_limits_told(name)

    # -- once only ---------------------------------------------------------------------------

    def ask_row(self, row: Row, draw: Draw, names: Sequence[str] = NAMES) -> None:
        """Ask for a command, maybe under a nonce, and then maybe by several devices."""
        name, params = self.choose(row, draw, names)
        times = draw.one(TIMES) if COMMANDS[row.method].takes_nonce else 0
        nonce, peer = self.nonce(times > 0), self.device(name, 1 + draw.number(2))
        for device in self.devices(peer, draw.number(3), times):
            self.ask_once(device, row.method, nonce, **params)

    def choose(self, row: Row, draw: Draw, names: Sequence[str] = NAMES) -> tuple[str, Map]:
        """Return who asks for a command, mostly for what is allowed, and with which parameters.

        That is the first behind some place in all that there is to ask; the first that is refused
        for more than being nowhere, if it is not to be allowed.
        """
        taken = COMMANDS[row.method].params.__struct_fields__
        free = {key: value(self, draw) for key, value in FREE.items() if key in taken}
        asked = [
            (name, free | {key: value for key, value in about.items() if key in taken})
            for about in row.subjects(self.model)
            for name in names
        ]
        first = draw.number(len(asked) - 1)
        asked = asked[first:] + asked[:first]
        is_allowed = draw.likely()
        for name, params in asked:
            codes = begin(self.judged(name, row.method, params)).codes
            if (DONE in codes) is is_allowed and codes != {"not_found"}:
                return name, params
        return asked[0]

    def ask_once(
        self, peer: Asks, method: str, nonce: str, again: Again | None = None, **params: Any
    ) -> None:
        """Ask for something that may have been done before."""
        if not nonce:
            self.ask(peer, method, **params)
        elif not self.check_known(peer, method, nonce, params):
            answer = self.ask(peer, method, **params, nonce=nonce)
            if answer is not None:
                self.keep(peer.name, method, nonce, params, answer, again)

    def ask_again(self, peer: Peer, text: str, nonce: str, method: str, params: Map) -> None:
        """Ask for something as before, but for the text if it has one."""
        words = {"text": text} if "text" in params else {}
        self.ask_once(peer, method, nonce, **{**params, **words})

    def keep(
        self,
        name: str,
        method: str,
        nonce: str,
        params: Map,
        answer: Map,
        again: Again | None = None,
    ) -> None:
        """Remember what was done under a nonce."""
        self.model.keep(name, nonce, (method, *params.items()), answer)
        again = again or partial(self.ask_again, method=method, params=params)
        self.said.append(Said(name, nonce, str(params.get("text", "")), again))

    def check_known(self, peer: Asks, method: str, nonce: str, params: Map) -> bool:
        """Ask for something if its nonce was used before; return whether it was."""
        known = self.model.known(peer.name, nonce, (method, *params.items()))
        if known == "conflict":
            self.attempt(peer, method, {"conflict"}, **params, nonce=nonce)
        elif known is not None:
            before = self.world.state.digest()
            assert peer.call(method, **params, nonce=nonce) == known, (method, params)
            self.check_unchanged(before)
            self.reach(f"{method} known")
        return known is not None

    def device(self, name: str, pick: int) -> Peer:
        """Return any of a user's connections that listen, now and then a new one."""
        mine = [peer for peer in self.peers if peer.name == name and peer.reads]
        if not mine or (pick % 4 == 0 and len(self.peers) < PEERS_MAX):
            return self.hand(name) if not mine else self.arrive(name, "fresh")
        return mine[pick % len(mine)]

    def devices(self, peer: Peer, pick: int, times: int) -> list[Peer]:
        """Return by which devices a user asks for something: that one, and maybe another."""
        return [peer, *(self.device(peer.name, pick) for _ in range(times - 1))]

    @step(when=lambda day: day.said)
    def repeat(self, draw: Draw) -> None:
        """Ask for something again, or for something else under the same nonce."""
        said, other = draw.one(self.said[::-1]), draw.one(["", "", "", "words", "command"])
        is_over = self.model.is_over(said.name, said.nonce)
        device = self.device(said.name, draw.number(3))
        if other == "command" and not is_over:
            assert self.check_known(device, "send", said.nonce, {"text": self.text()})
            return
        text = self.text() if other and said.text else said.text
        said.again(device, text, said.nonce)
        if is_over:
            self.reach("nonce over")
