"""The whole server under hostile bytes: it lives, refuses without a trace, and others talk on."""

import tracemalloc
from itertools import pairwise
from struct import pack
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.net.connection import READ_BYTES
from chatd.wire.envelope import encode_notification, encode_request
from chatd.wire.frames import (
    PAYLOAD_BYTES_MAX,
    PAYLOAD_BYTES_MAX_BEFORE_LOGIN,
    encode_frame,
)
from tests.fuzz.hostile_load import HostileLoad, assert_unchanged, mutated
from tests.fuzz.requests import calls, garbage
from tests.simulation.account import client_first, registration
from tests.simulation.peer import Map, Peer

SECOND_MS = 1_000
MEMORY_BYTES_MAX = 48 * 1024 * 1024

Call = tuple[str, Any]


def ask(peer: Peer, method: str, params: object, request_id: int) -> None:
    """Send a request that may be of any shape."""
    peer._asked.append(request_id)
    peer.send_bytes(encode_request(request_id, method, params))


def refusals(peer: Peer, request_id: int, errors: int) -> list[Map]:
    """Return with what a call was refused: an answer, or notices behind the first `errors`."""
    answer, _ = peer._answers.get(request_id, (None, None))
    return [answer] if answer is not None else peer.told("error")[errors:]


# -- envelopes -------------------------------------------------------------------------------


@given(st.lists(calls, min_size=1, max_size=12), st.booleans())
def test_made_up_request_is_done_or_refused_without_a_trace(
    requests: list[Call], as_notification: bool
) -> None:
    with HostileLoad() as attacked:
        others = attacked.others()
        for request_id, (method, params) in enumerate(requests, 1_000):
            if attacked.eve.ended:  # she logged out, revoked herself, or ended her account
                attacked.eve = attacked.world.user(f"eve{request_id}", device="another")
            before = attacked.world.state.digest()
            errors = len(attacked.eve.told("error"))
            if as_notification:
                attacked.eve.send_bytes(encode_notification(method, params))
            else:
                ask(attacked.eve, method, params, request_id)
            attacked.world.settle()
            for error in refusals(attacked.eve, request_id, errors):
                assert error["code"] != "internal"
                assert attacked.world.state.digest() == before, (method, params, error)
        attacked.check_alive()
        assert_unchanged(attacked, others)


@given(st.lists(calls, min_size=1, max_size=12))
def test_made_up_request_before_login_changes_nothing_but_by_registering(
    requests: list[Call],
) -> None:
    with HostileLoad() as attacked:
        before = attacked.world.state.dump()
        stranger = attacked.world.guest("203.0.113.9")
        for request_id, (method, params) in enumerate(requests, 1_000):
            ask(stranger, method, params, request_id)
            attacked.world.settle()
        after = attacked.world.state.dump()
        new = set(after["users"]) - set(before["users"])
        for name in new:
            del after["users"][name], after["rooms"]["@" + name]
        for tree in (before, after):
            del tree["last_ms"]
        assert after == before
        attacked.check_alive()


@given(st.lists(garbage, min_size=1, max_size=5))
def test_value_that_is_no_envelope_ends_its_connection_only(values: list[Any]) -> None:
    with HostileLoad() as attacked:
        before = attacked.world.state.digest()
        attacked.eve.send_bytes(b"".join(encode_frame(msgpack.packb(value)) for value in values))
        attacked.world.settle()
        assert attacked.eve.ended
        assert [error["code"] for error in attacked.eve.told("error")] == ["bad_frame"]
        assert attacked.world.state.digest() == before
        attacked.check_alive()


# -- bytes -----------------------------------------------------------------------------------


def session_bytes() -> bytes:
    """Return what a client might send, all in one."""
    return (
        encode_request(1, "status", {})
        + encode_request(2, "send", {"text": "hello", "nonce": "n"})
        + encode_notification("ack", {"room": "general", "seq": 0})
        + encode_request(3, "send-to", {"to": "bob", "text": "hello"})
        + encode_request(4, "history", {"room": "general", "limit": 3})
        + encode_request(5, "login-start", {"message": client_first("eve")})
        + encode_request(6, "register", {"name": "mallory", **registration("x")})
        + encode_notification("pong", {})
    )


@given(mutated(session_bytes()), st.data())
def test_mutated_stream_in_any_pieces_harms_nobody_else(stream: bytes, data: st.DataObject) -> None:
    with HostileLoad() as attacked:
        others = attacked.others()
        attacked.world.peers.remove(attacked.eve)
        cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=4))
        for start, end in pairwise(sorted([0, *cuts, len(stream)])):
            try:
                attacked.eve.sock.send(stream[start:end])
            except (ConnectionError, BlockingIOError):
                break
            attacked.world.settle()
            assert attacked.buffered_bytes() <= READ_BYTES + PAYLOAD_BYTES_MAX
        attacked.check_alive()
        attacked.eve.sock.close()
        attacked.world.settle()
        attacked.world.sleep(2 * SECOND_MS)
        assert len(attacked.world.connections) == 2
        assert_unchanged(attacked, others)


@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"", b"\x00", b"\x16", b"GET "]))
def test_garbage_from_a_stranger_changes_nothing(data: bytes, opening: bytes) -> None:
    with HostileLoad() as attacked:
        before = attacked.world.state.digest()
        stranger = attacked.world.raw("203.0.113.9")
        stranger.say(opening + data)
        assert attacked.buffered_bytes() <= READ_BYTES + PAYLOAD_BYTES_MAX_BEFORE_LOGIN
        assert attacked.world.state.digest() == before
        attacked.check_alive()
        stranger.close()
        attacked.world.settle()


@pytest.mark.parametrize("step", [1, 7])
def test_stream_that_breaks_off_at_any_byte_leaves_nothing_behind(step: int) -> None:
    with HostileLoad() as attacked:
        frame = encode_request(1, "send", {"text": "never whole"})
        before = attacked.world.state.digest()
        for end in range(1, len(frame), step):
            peer = attacked.world.user("eve")
            peer.send_bytes(frame[:end])
            attacked.world.settle()
            peer.close()
            attacked.world.settle()
        assert attacked.world.state.digest() == before
        assert len(attacked.world.connections) == 3
        attacked.check_alive()


# -- what is deep, huge or slow --------------------------------------------------------------

NESTED = {
    "arrays": b"\x91" * 60_000 + b"\xc0",
    "maps": b"\x81\xa1k" * 20_000 + b"\xc0",
    "arrays of a depth that can be read": b"\x91" * 400 + b"\xc0",
    "announced arrays": (b"\xdd" + pack(">I", 1_024)) * 12_000,
    "announced bytes": b"\xc6" + pack(">I", 2**32 - 1),
}


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("where", ["payload", "params", "parameter"])
def test_nested_payload_costs_bounded_memory_and_its_sender_only(
    attacked: HostileLoad, kind: str, where: str
) -> None:
    head = {
        "payload": b"",
        "params": b"\x94\x00\x07\xa4send",
        "parameter": b"\x94\x00\x07\xa4send\x81\xa4text",
    }[where]
    before = attacked.world.state.digest()
    attacked.eve._asked.append(7)
    tracemalloc.start()
    try:
        attacked.eve.send_bytes(encode_frame((head + NESTED[kind])[:PAYLOAD_BYTES_MAX]))
        attacked.world.settle()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_BYTES_MAX
    assert attacked.eve.ended or attacked.eve._answers[7][0] is not None
    assert attacked.world.state.digest() == before
    attacked.check_alive()


@pytest.mark.parametrize("size", [PAYLOAD_BYTES_MAX + 1, 2**24 - 1, 2**31, 2**32 - 1])
def test_announced_length_that_is_too_large_ends_its_sender_and_holds_nothing(
    attacked: HostileLoad, size: int
) -> None:
    attacked.eve.send_bytes(pack(">I", size))
    attacked.world.settle()
    assert attacked.eve.ended
    assert attacked.buffered_bytes() == 0
    attacked.check_alive()


def test_strangers_who_send_almost_a_frame_hold_a_bounded_amount_and_not_for_long() -> None:
    with HostileLoad() as attacked:
        count = 100
        almost = pack(">I", PAYLOAD_BYTES_MAX_BEFORE_LOGIN) + bytes(
            PAYLOAD_BYTES_MAX_BEFORE_LOGIN - 1
        )
        for _ in range(count):
            attacked.world.connect().send_bytes(almost)
        attacked.world.settle()
        assert attacked.buffered_bytes() == count * len(almost)
        attacked.check_alive()
        attacked.world.sleep(attacked.world.settings.login_timeout_ms + 2 * SECOND_MS)
        assert attacked.buffered_bytes() == 0
        assert len(attacked.world.connections) == 3


def test_stranger_who_sends_a_byte_at_a_time_is_ended_in_time_all_the_same(
    attacked: HostileLoad,
) -> None:
    slow = attacked.world.connect()
    came_ms = attacked.world.now_ms
    for byte in encode_request(1, "hello", {"version": 1, "client": "x" * 64}):
        if slow.ended:
            break
        slow.send_bytes(bytes([byte]))
        attacked.world.sleep(SECOND_MS)
    assert slow.ended
    assert (
        attacked.world.now_ms - came_ms <= attacked.world.settings.login_timeout_ms + 2 * SECOND_MS
    )
    attacked.check_alive()


def test_user_who_sends_a_byte_at_a_time_is_heard_and_holds_up_nobody(
    attacked: HostileLoad,
) -> None:
    attacked.eve._asked.append(7)
    for byte in encode_request(7, "send", {"text": "slowly"}):
        attacked.eve.send_bytes(bytes([byte]))
        attacked.world.sleep(10 * SECOND_MS)
        attacked.check_alive()
    assert "slowly" in attacked.bob.texts()
