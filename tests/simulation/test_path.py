"""The way of a message: how many calls one costs, from the ready socket to what is queued.

A count is no timing: it is the same on every machine, and names what was added. Calls of what the
simulation has in place of the system's (a clock, a socket) count as the builtins that they are.
"""

import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import chatd
from tests.simulation.peer import Peer
from tests.simulation.world import AT_ONCE, World

HOME = str(Path(chatd.__file__).parent)
PHASES = frozenset({"Server._serve", "Delivery.deliver"})
MORE = 16
FUNCTIONS_MAX, BUILTINS_MAX = 36, 31
"""What one message more calls in a tick."""
FUNCTIONS_ALONE_MAX, BUILTINS_ALONE_MAX = 77, 58
"""What one calls that is alone in its tick, with all that its two connections cost."""


class Calls:
    """A profile function that counts what is called in some phases of a tick."""

    def __init__(self) -> None:
        self.functions: Counter[str] = Counter()
        self.builtins: Counter[str] = Counter()
        self._phase: FrameType | None = None

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        if self._phase is None:
            if event == "call" and code.co_qualname in PHASES:
                self._phase = frame
        elif event == "return":
            if frame is self._phase:
                self._phase = None
        elif not _is_ours(frame):
            if event == "call" and frame.f_back is not None and _is_ours(frame.f_back):
                self.builtins[f"{code.co_qualname} in {frame.f_back.f_code.co_qualname}"] += 1
        elif event == "call":
            self.functions[f"{code.co_qualname} ({Path(code.co_filename).name})"] += 1
        elif event == "c_call":
            self.builtins[f"{arg.__qualname__} in {code.co_qualname}"] += 1


def _is_ours(frame: FrameType) -> bool:
    """Whether code is the server's, or was generated for it: an `__init__`, say."""
    name = frame.f_code.co_filename
    return name.startswith(HOME) or name.startswith("<")


def calls_of(world: World, author: Peer, count: int) -> Calls:
    """Return what so many messages call that come in one tick, from one who is live to another."""
    for _ in range(count):
        author.request("send-to", to="bob", text="hello")
    world.clock.advance(1)
    calls = Calls()
    sys.setprofile(calls)
    try:
        world.server.tick()
    finally:
        sys.setprofile(None)
    world.settle()
    return calls


def difference(many: Counter[str], one: Counter[str]) -> Counter[str]:
    """Return what each of `MORE` messages calls beside what one does."""
    return Counter({name: (many[name] - one[name]) // MORE for name in many})


def check(calls: Counter[str], bound: int) -> None:
    """Compare, and tell who was called, most often first."""
    names = "".join(f"\n{count:4} {name}" for name, count in (+calls).most_common())
    assert calls.total() <= bound, f"{calls.total()} calls, at most {bound}:{names}"


def test_message_calls_no_more_than_it_has_to() -> None:
    # as if the accounts were older
    with World(late=AT_ONCE, is_followed=False, young_account_ms=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "the first opens the room")
        one, many = calls_of(world, alice, 1), calls_of(world, alice, 1 + MORE)
        assert len(bob.entries) == 3 + MORE
        check(one.functions, FUNCTIONS_ALONE_MAX)
        check(one.builtins, BUILTINS_ALONE_MAX)
        check(difference(many.functions, one.functions), FUNCTIONS_MAX)
        check(difference(many.builtins, one.builtins), BUILTINS_MAX)
