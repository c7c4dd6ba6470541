"""Idempotency: what carries a nonce is done once only, from whichever device it comes again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chatd.wire.commands import COMMANDS
from tests.simulation.machine.asking import Asking, Asks
from tests.simulation.machine.connections import PEERS_MAX
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.peer import Map, Peer

TIMES = (0, 0, 1, 2)
"""How often something is asked for under a nonce at once; without one, if never."""
Again = Callable[[Peer, str, str], None]
"""Asks for something by a device, with a text and under a nonce."""


@dataclass(frozen=True)
class Said:
    """What carried a nonce, and how to ask for it again. text: "" for what has none."""

    name: str
    nonce: str
    text: str
    again: Again


class Idempotency(Asking):
    """said: everything that was done under a nonce."""

    kept = (*Asking.kept, "said")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Said] = []
        self.nonces = 0

    def nonce(self, is_wanted: bool) -> str:
        """Return a new nonce, or "" for none."""
        self.nonces += is_wanted
        return f"nonce-{self.nonces}" if is_wanted else ""

    def ask_once(
        self, peer: Asks, method: str, nonce: str, again: Again | None = None, **params: Any
    ) -> Map | None:
        """Ask for something; return the answer, None if it is refused or was done before."""
        if not nonce:
            return self.ask(peer, method, **params)
        if self.check_known(peer, method, nonce, params):
            return None
        answer = self.ask(peer, method, **params, nonce=nonce)
        if answer is not None:
            again = again or partial(self.ask_again, method=method, params=params)
            self.keep(peer.name, method, nonce, params, answer, again)
        return answer

    def ask_again(self, peer: Peer, text: str, nonce: str, method: str, params: Map) -> None:
        """Ask for something as before, but for the text if it has one."""
        words = {"text": text} if "text" in params else {}
        self.ask_once(peer, method, nonce, **{**params, **words})

    def ask_so_often(self, draw: Draw, peer: Peer, method: str, params: Map) -> None:
        """Ask for a command, maybe under a nonce, and then maybe by several devices."""
        times = draw.one(TIMES) if COMMANDS[method].takes_nonce else 0
        nonce = self.nonce(times > 0)
        for device in self.devices(peer, draw.number(3), times):
            self.ask_once(device, method, nonce, **params)

    def keep(
        self, name: str, method: str, nonce: str, params: Map, answer: Map, again: Again
    ) -> None:
        """Remember what was done under a nonce."""
        content = (method, *params.items())
        self.model.keep(name, nonce, content, answer)
        self.said.append(Said(name, nonce, str(params.get("text", "")), again))

    def check_known(self, peer: Asks, method: str, nonce: str, params: Map) -> bool:
        """Ask for something if its nonce was used before; return whether it was."""
        content = (method, *params.items())
        known = self.model.known(peer.name, nonce, content)
        if known == "conflict":
            self.attempt(peer, method, {"conflict"}, **params, nonce=nonce)
        elif known is not None:
            before = self.world.state.digest()
            assert peer.call(method, **params, nonce=nonce) == known, (method, params)
            assert self.has_recovered or self.world.state.digest() == before, (method, params)
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
