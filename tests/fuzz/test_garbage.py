"""What requests leave behind: nothing that only the collector finds, for it stops everybody.

An error that stays in a variable of a function which it passed through is such a ring: it holds
the frames of that function and of all its callers, and with them all that these had in hand.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType

import pytest

from tests.fuzz.attack import Attack, Ending, Way, carry_out
from tests.fuzz.sessions import SESSIONS, Stage, garbled, recorded
from tests.simulation.web import request
from tests.simulation.world import World

GARBLED = 4


@contextmanager
def garbage() -> Iterator[set[str]]:
    """Fill a set with the names of the server's objects and frames that would be collected."""
    found: set[str] = set()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found |= {name for item in gc.garbage if (name := _name(item)).startswith("chatd.")}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def _name(item: object) -> str:
    if isinstance(item, FrameType):
        return f"{item.f_globals['__name__']}.{item.f_code.co_name}"
    return f"{type(item).__module__}.{type(item).__name__}"


FORM = {"content_type": "multipart/form-data; boundary=b"}
KEPT = {
    "form that is not well-formed": request("POST", "/api/v1/files", b"--b\r\nx\r\n\r\n", **FORM),
    "form that is not whole": request("POST", "/api/v1/files", b"--b\r\nx: y\r\n\r\n", **FORM),
    "handshake without a key": request("GET", "/ws", None, connection="x,", upgrade="websocket"),
}
"""What a library refuses by an error that it keeps."""


@pytest.mark.parametrize("data", KEPT.values(), ids=KEPT)
def test_error_that_a_library_keeps_holds_nothing_of_ours(data: bytes) -> None:
    with Stage() as stage, garbage() as found:
        data = data.replace(b"\r\n", b"\r\nAuthorization: Bearer %b\r\n" % stage.token.encode(), 1)
        carry_out(stage, Attack(Way.PLAIN, Ending.HANGS_UP, 0, data))
    assert not found


@pytest.mark.parametrize("logs_in", [True, False], ids=["user", "address"])
def test_connection_that_is_one_too_many_leaves_no_garbage(logs_in: bool) -> None:
    with World(connections_per_user=1, connections_per_address=5) as world:
        token = world.token("eve")
        peers = [world.web(token if logs_in else "", "192.0.2.1") for _ in range(5)]
        with garbage() as found:
            statuses = [peer.ask("GET", "/healthz").status for peer in peers]
            one_too_many = world.web("", "192.0.2.1").ask("GET", "/healthz")
            world.sleep(10_000)
        assert statuses == ([200] + [429] * 4 if logs_in else [200] * 5)
        assert one_too_many.status == 429
        assert not found


@pytest.mark.parametrize("name", [session.__name__ for session in SESSIONS])
def test_session_leaves_no_garbage_whether_it_is_whole_or_gone_wrong(name: str) -> None:
    stream = recorded()[name]
    streams = [stream, *(garbled(Random(seed), stream) for seed in range(GARBLED))]
    with Stage() as stage, garbage() as found:
        for data in streams:
            carry_out(stage, Attack(Way.PLAIN, Ending.HANGS_UP, 0, data))
    assert not found
