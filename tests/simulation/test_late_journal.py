"""A journal that makes a tick durable some time after it was appended, as an engine elsewhere does.

Every world of this folder has one, and fails where something leaves too early; here is what may
happen while a tick is under way.
"""

import dataclasses
import logging
import signal

import pytest

from tests.logged import logged_actions
from tests.simulation.journal import ElsewhereBlobs
from tests.simulation.peer import Peer
from tests.simulation.test_files import CONTENT, fetch, files_on_disk, share
from tests.simulation.web import request
from tests.simulation.world import World

SECOND_MS = 1_000
MINUTE_MS = 60_000
STEPS = 50


class Lateness:
    """How late ticks are: at once, until a test says something else."""

    def __init__(self) -> None:
        self.steps = 0

    def __call__(self) -> int:
        return self.steps


def begin(world: World, late: Lateness, peer: Peer, method: str, **params: object) -> int:
    """Let a peer ask, and the server begin a tick with that which is under way for long."""
    late.steps = STEPS
    request_id = peer.request(method, **params)
    for _ in range(STEPS):
        world.step()
        world._turn()
        if world.journal.is_under_way:
            late.steps = 0
            return request_id
    raise AssertionError(f"{method} wrote nothing")


def wait(world: World, steps: int = STEPS // 2) -> None:
    """Let the server and everybody else go on while the tick is under way."""
    for _ in range(steps):
        world.step()
        world._turn()
    assert world.journal.is_under_way


def test_crash_under_way_takes_back_what_nobody_was_told() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, bob = world.user("alice"), world.user("bob")
        request_id = begin(world, late, alice, "send", text="lost", nonce="once")
        wait(world)
        assert not alice.answered(request_id)
        assert not alice.texts() and not bob.texts()
        world.crash()
        world.restart()
        alice, bob = world.resume(alice), world.resume(bob)
        assert not world.on_disk("lost")
        alice.send("lost", nonce="once")
        assert bob.texts() == ["lost"]
        assert bob.seqs() == [1]


def test_answer_and_entries_come_when_the_tick_is_durable() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, bob = world.user("alice"), world.user("bob")
        request_id = begin(world, late, alice, "send", text="late")
        world.settle()
        assert alice.result(request_id)["seq"] == 1
        assert bob.texts() == ["late"]


def test_read_of_what_is_not_durable_is_answered_behind_it() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, bob = world.user("alice"), world.user("bob")
        asked = bob.request("status")
        history = bob.request("history", room="general")
        begin(world, late, alice, "send", text="late")
        wait(world)
        assert not bob.answered(asked) and not bob.answered(history)
        world.settle()
        assert bob.answered(asked) and bob.answered(history)


def test_requests_that_come_under_way_are_handled_by_the_next_tick() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, bob = world.user("alice"), world.user("bob")
        first = begin(world, late, alice, "send", text="first")
        second = bob.request("send", text="second")
        newcomer = world.connect()
        hello = newcomer.request("hello", version=1)
        wait(world)
        assert world.state.general.log.last_seq == 1
        assert not newcomer.answered(hello)
        world.settle()
        assert alice.result(first)["seq"] == 1
        assert bob.result(second)["seq"] == 2
        assert newcomer.answered(hello)


def test_timer_that_is_due_under_way_fires_behind_it() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("send-at", at=world.now_ms + SECOND_MS, text="on time")
        begin(world, late, alice, "send", text="first")
        world.clock.advance(2 * SECOND_MS)
        wait(world)
        assert world.state.general.log.last_seq == 1
        world.settle()
        assert bob.texts() == ["first", "on time"]


def test_reload_that_is_asked_for_under_way_holds_from_the_next_tick_on() -> None:
    late = Lateness()
    with World(late=late, limit_messages=1) as world:
        alice = world.user("alice")
        begin(world, late, alice, "send", text="first")
        world.settings = dataclasses.replace(world.settings, limit_messages=5)
        world.signals.send(signal.SIGHUP)
        wait(world)
        world.settle()
        alice.send("second")


def test_stop_that_is_asked_for_under_way_says_goodbye_behind_the_answer() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, bob = world.user("alice"), world.user("bob")
        request_id = begin(world, late, alice, "send", text="last")
        world.signals.send(signal.SIGTERM)
        wait(world)
        assert not alice.told("bye") and not bob.told("bye")
        world.stop()
        assert alice.result(request_id)["seq"] == 1
        assert bob.texts() == ["last"]
        assert alice.told("bye") and bob.told("bye")
        world.restart()


def test_stop_gives_up_on_a_journal_that_says_nothing_and_keeps_the_tick() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice = world.user("alice")
        request_id = begin(world, late, alice, "send", text="last")
        world.signals.send(signal.SIGTERM)
        assert world.step()
        world.clock.advance(6 * SECOND_MS)
        assert not world.step()
        assert not alice.answered(request_id)
        world.stop()
        world.restart()
        assert world.user("bob").texts() == ["last"]


def test_silence_while_nothing_is_read_is_charged_to_nobody() -> None:
    late = Lateness()
    with World(late=late, idle_ping_ms=MINUTE_MS, login_timeout_ms=30 * SECOND_MS) as world:
        alice, guest, web = world.user("alice"), world.guest(), world.raw()
        web.say(b"GET / HTTP/1.1\r\n")
        world.settle()
        begin(world, late, alice, "send", text="first")
        hello = guest.request("hello", version=1)
        world.clock.advance(10 * MINUTE_MS)
        world.settle()
        for peer in (alice, guest):
            assert not peer.ended and not peer.told("bye") and not peer.told("ping")
        assert guest.answered(hello)
        assert not web.ended
        world.sleep(2 * MINUTE_MS)
        assert alice.told("ping") and guest.told("bye") and web.ended


def test_silence_is_not_charged_to_a_web_connection_that_asked_long_after_it_came() -> None:
    late = Lateness()
    with World(late=late, login_timeout_ms=30 * SECOND_MS) as world:
        alice, web = world.user("alice"), world.web(world.token("bob"))
        for _ in range(3):
            world.sleep(20 * SECOND_MS)
            assert web.call("status").status == 200
        begin(world, late, alice, "send", text="first")
        world.clock.advance(10 * MINUTE_MS)
        world.settle()
        assert not web.ended
        assert web.call("status").status == 200


def places(caplog: pytest.LogCaptureFixture) -> list[object]:
    """Return where the actions in the log have put something."""
    return [action["place"] for action in logged_actions(caplog)]


def test_log_names_what_was_done_when_it_is_durable(caplog: pytest.LogCaptureFixture) -> None:
    late = Lateness()
    caplog.set_level(logging.INFO)
    with World(late=late) as world:
        alice = world.user("alice")
        begin(world, late, alice, "send", text="first")
        wait(world)
        assert "general#1" not in places(caplog)
        world.settle()
        assert "general#1" in places(caplog)


def test_piece_of_a_file_waits_for_the_tick_that_it_was_asked_in() -> None:
    late = Lateness()
    with World(late=late) as world:
        alice, token = world.user("alice"), world.token("bob")
        seq = share(alice)["seq"]
        web = world.raw()
        web.settle = lambda: None
        web.say(request("GET", f"/files/general/{seq}/a.bin", authorization=f"Bearer {token}"))
        web.turn()
        begin(world, late, alice, "send", text="first")
        wait(world)
        assert not web.heard
        world.settle()
        assert web.heard.endswith(CONTENT)


def test_files_that_lie_elsewhere_come_and_go_as_those_on_the_disk() -> None:
    elsewhere = ElsewhereBlobs()
    with World(blobs=elsewhere, lifetime_ms=MINUTE_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        seq = share(alice)["seq"]
        assert list(elsewhere.files.values()) == [CONTENT]
        assert not files_on_disk(world)
        world.crash()
        world.restart()
        alice, bob = world.resume(alice), world.resume(bob)
        assert fetch(bob, seq) == CONTENT
        bob.ack("general", seq)
        alice.ack("general", seq)
        world.sleep(5 * MINUTE_MS)
        assert not elsewhere.files
