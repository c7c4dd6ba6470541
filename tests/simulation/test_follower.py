"""A node that only reads the journal finds and queues what the server does, tick by tick.

Every simulated world is followed so (`tests.simulation.follower`); here is shown what that
compares, and that it finds what does not follow from events.
"""

import msgpack
import pytest

from chatd.core import events as e
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.handlers.posting import Posting
from chatd.wire import commands as c
from chatd.wire.frames import FrameDecoder
from tests.simulation.account import registration
from tests.simulation.follower import Follower
from tests.simulation.peer import Peer
from tests.simulation.world import World


def follower_of(world: World) -> Follower:
    assert world.follower is not None
    return world.follower


def compared(world: World) -> set[str]:
    """Return which notifications both nodes have queued."""
    decoder = FrameDecoder()
    decoder.feed(bytes(follower_of(world).compared))
    payloads = iter(decoder.next_frame, None)
    return {msgpack.unpackb(payload)[1] for payload in payloads}


def test_shadows_hear_entries_reads_posts_limits_and_ends_of_sessions_from_events_alone() -> None:
    with World(limit_messages=3) as world:
        alice, phone, tablet = (world.user("alice", device=name) for name in ("a", "b", "c"))
        bob = world.user("bob")
        room = bob.create("ops", alice)
        bob.send("to all")
        bob.call("post", room=room, text="to some")
        alice.ack("general")
        world.sleep(2_000)
        alice.send("counts", nonce="n")
        bob.call("kick", room=room, user="alice")
        alice.call("revoke", device=2)
        world.settle()
        assert phone.told("read") and phone.told("posted") and phone.told("bye")
        alice.prove("alice")
        alice.call("password", **registration("new"))
        world.settle()
        assert tablet.told("limits") and tablet.told("bye")
        assert {"entry", "read", "posted", "limits", "bye"} <= compared(world)
        assert follower_of(world).state.digest() == world.state.digest()


def test_a_follower_has_the_same_state_after_a_restart_and_goes_on() -> None:
    with World() as world:
        world.user("alice").send("one", nonce="n")
        world.stop()
        world.restart()
        world.user("alice").send("two", nonce="m")
        assert follower_of(world).state.digest() == world.state.digest()


def caught(world: World, peer: Peer) -> str:
    """Return what the comparison says when a peer sends something to all."""
    with pytest.raises(AssertionError) as found:
        peer.send("hello")
    world.kill()
    return str(found.value)


def test_what_a_handler_calls_for_beside_its_events_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit = Posting.commit

    def commit_and_tell(self: Posting, *args: object, **kwargs: object) -> c.Posted:
        posted = commit(self, *args, **kwargs)  # type: ignore[arg-type]
        self._transaction.changes.reads.append(("bob", "general", posted.seq))
        return posted

    world = World()
    alice, _ = world.user("alice"), world.user("bob")
    monkeypatch.setattr(Posting, "commit", commit_and_tell)
    assert caught(world, alice).startswith("the events say ")


def test_an_event_that_needs_what_no_record_holds_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    alice, server = world.user("alice"), world.state
    world.user("bob")
    apply = e.MessagePosted.apply

    def apply_here_only(self: e.MessagePosted, state: State, changes: TickChanges) -> None:
        apply(self, state, changes)
        if state is server:
            changes.limits_reset.add("bob")

    monkeypatch.setattr(e.MessagePosted, "apply", apply_here_only)
    assert caught(world, alice).startswith("the events say ")


def test_bytes_that_reach_a_connection_without_an_event_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    alice, bob = world.user("alice"), world.user("bob")
    announcements = world.app.announcements
    (listener,) = world.app.delivery.of_user("bob")
    carry_out = type(announcements)._send_limits

    def tell_more(self: object, name: str) -> None:
        carry_out(self, name)  # type: ignore[arg-type]
        if self is announcements:
            listener.send_notice(c.Read("general", 0))

    monkeypatch.setattr(type(announcements), "_send_limits", tell_more)
    assert " of bob was queued " in caught(world, alice)
    assert bob.told("read") == []
