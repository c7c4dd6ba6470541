"""Asking: what a command is answered and does, held against the model."""

from collections.abc import Collection
from typing import Any, Protocol

from chatd.wire.commands import COMMANDS
from tests.simulation.machine.connections import Connections
from tests.simulation.machine.day import NAMES, PLAIN, Tail
from tests.simulation.machine.outages import FILES
from tests.simulation.model.judging import Refusal
from tests.simulation.model.rooms import DONE
from tests.simulation.peer import Map, Refused


class Asks(Protocol):
    """Who asks for something, as whom, by which way whatever. Raises Refused."""

    name: str

    def call(self, method: str, **params: object) -> Map:
        """Ask and wait for the answer."""


class Asking(Connections):
    """How anybody asks for anything."""

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
            while answer.get("next") is not None and method == "scheduled":
                page = peer.call(method, after=answer["next"])
                answer = {"posts": answer["posts"] + page["posts"], "next": page["next"]}
        except Refused as refusal:
            answer, code, self.refused = None, refusal.code, refusal.detail
        assert code in allowed, (method, params, code, allowed)
        is_same = (
            before is None
            or code == DONE
            or self.has_recovered
            or self.world.state.digest() == before
        )
        assert is_same, (method, params, code)
        if code == "storage_full" and lacks_room:
            self.reach("full disk" if self.world.is_full else "bad disk")
        if code == "banned":
            assert self.refused["until"] == self.model.bans[peer.name]
        return answer

    def may_lack_room(self, method: str) -> bool:
        """Whether a command may be refused for want of room on the disk."""
        is_full = self.world.is_full and COMMANDS[method].writes
        return is_full or (method == "upload-chunk" and self.world.disk.may_fail(FILES))

    def ask(
        self, peer: Asks, method: str, others: Collection[str] = (), /, **params: Any
    ) -> Map | None:
        """Ask for a command as the model knows it, with parameters of which None are left out.

        Returns the answer, None if it is refused. others: what it may be refused by besides.
        """
        known = {key: value for key, value in params.items() if key != "nonce"}
        judged = getattr(self.model, "do_" + method.replace("-", "_"))(peer.name, **known)
        fields: Map = {}
        try:
            allowed = {DONE, *next(judged), *others}
        except Refusal as refusal:
            allowed, fields = refusal.codes | {*others}, refusal.fields
        params = {key: value for key, value in params.items() if value is not None}
        members = {name: self.members_of(name) for name in NAMES}
        left = self.model.left(peer.name, "general")
        answer = self.attempt(peer, method, allowed, **params)
        if answer is None:
            is_sure = len(allowed) == 1 and self.refused["code"] in allowed
            assert not is_sure or self.refused.items() >= fields.items(), (self.refused, fields)
            return None
        expected = None
        try:
            judged.send(answer)
        except StopIteration as stop:
            expected = stop.value
        assert answer == expected, (method, params, answer, expected)
        if self.model.left(peer.name, "general") != left:
            self.check_limits_told(peer.name)
        for name, rooms in members.items():
            self.parting(name, rooms - self.members_of(name))
        self.reached_today |= self.model.noted
        if not self.has_recovered:
            self.watch()  # what follows from it by itself is held against the rules right now
        return answer

    def members_of(self, name: str) -> set[str]:
        return {room.name for room in self.model.rooms_of(name)}

    def parting(self, name: str, rooms: set[str]) -> None:
        """Who does not listen may be back before hearing of it: numbers repeat then."""
        for peer in self.peers:
            if peer.name == name and not peer.reads:
                peer.jumps |= rooms

    def text(self, tail: Tail = PLAIN) -> str:
        self.texts += 1
        words, padding = tail
        return " ".join(filter(None, [f"text {self.texts};", words, "x" * padding]))

    def check_limits_told(self, name: str) -> None:
        for peer in self.peers:
            if peer.name == name and peer.reads:
                told = peer.told("limits")[-1]["general"]
                assert told["left"] == self.model.left(name, "general")
