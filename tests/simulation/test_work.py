"""What requests and timers cost, in steps: nobody's turn grows with what others have piled up.

Twice the users, rooms or entries that lie about do not change what one turn does; what has to
grow is cut into slices, and one slice is bounded.
"""

from collections.abc import Callable

import pytest

from chatd.core import events as e
from chatd.core.model import Credentials
from chatd.handlers.knowing import ROOMS_LOOKED_AT
from tests.simulation.peer import Map, Peer
from tests.simulation.world import World
from tests.work import counted

LINES_PER_TURN = 6_000
"""Of what a peer may ask for at once, about a millisecond."""
LINES_PER_TICK = 100_000
"""Of all that happens in a tick, about its 20 ms."""


def turn_of(world: World, peer: Peer, method: str, **params: object) -> int:
    """Return how many lines of the server a request takes, until it is answered."""
    peer.request(method, **params)
    with counted("/chatd/") as work:
        world.settle()
    return work.lines


def longest_tick(world: World, until: Callable[[], bool], ticks_max: int = 2_000) -> int:
    """Let the server go on until something is so; return the lines of its longest tick."""
    longest = 0
    for _ in range(ticks_max):
        with counted("/chatd/") as work:
            world.tick()
        world._turn()
        longest = max(longest, work.lines)
        if until():
            return longest
        world.clock.advance(10)
    raise AssertionError("it never came to that")


# -- a store that is full of what others did -------------------------------------------------


def fill_room(world: World, room: str, author: str, count: int, mentions: list[str]) -> None:
    """Let a user post into a room, as if by so many requests."""
    log = world.state.rooms[room].log
    for seq in range(log.last_seq + 1, log.last_seq + 1 + count):
        head = (world.now_ms, room, seq, author, 0, 0, "", b"")
        world.state.apply(e.MessagePosted(*head, "text", mentions))
    world.state.grown.pop(room, None)


def add_users(world: World, count: int) -> list[str]:
    """Let so many users register."""
    made = len(world.state.users)
    names = [f"user{number:04d}" for number in range(made, made + count)]
    for name in names:
        world.state.apply(e.UserRegistered(world.now_ms, name, Credentials(b"", 4096, b"", b"")))
    return names


def add_rooms(world: World, name: str, count: int, entries: int) -> None:
    """Let so many users write to one, who has read nothing of it."""
    for other in add_users(world, count):
        room = ",".join(sorted((name, other)))
        world.state.apply(e.DirectRoomOpened(world.now_ms, room, other, name))
        fill_room(world, room, other, entries, [name])


@pytest.mark.parametrize("method", ["rooms", "unread", "status"])
def test_counts_of_unread_entries_are_not_walked_for(method: str) -> None:
    with World() as world:
        alice = world.login("alice")
        add_rooms(world, "alice", 100, 50)
        few = turn_of(world, alice, method)
        for room in world.state.users["alice"].rooms[1:]:
            fill_room(world, room, room.replace("alice", "").strip(","), 950, ["alice"])
        many = turn_of(world, alice, method)
        assert many <= few < LINES_PER_TURN
        (shown, *_) = [r for r in alice.call("unread")["rooms"] if r["room"] != "general"]
        assert (shown["unread"], shown["mentions"]) == (1_000, 1_000)


@pytest.mark.parametrize("method", ["rooms", "unread", "status"])
def test_rooms_of_a_user_with_very_many_are_looked_at_in_slices(method: str) -> None:
    with World() as world:
        alice = world.login("alice")
        add_rooms(world, "alice", 2 * ROOMS_LOOKED_AT, 1)
        few = turn_of(world, alice, method)
        add_rooms(world, "alice", 2 * ROOMS_LOOKED_AT, 1)
        assert turn_of(world, alice, method) <= 1.1 * few < 1.1 * LINES_PER_TURN


def test_unread_rooms_behind_very_many_read_ones_are_found_page_by_page() -> None:
    with World(requests_per_second=0) as world:
        alice = world.user("alice")
        add_rooms(world, "alice", 2 * ROOMS_LOOKED_AT, 0)
        (last,) = [room for room in world.state.users["alice"].rooms if "user1000" in room]
        fill_room(world, last, "user1000", 3, [])
        found: list[Map] = []
        after, pages = "", 0
        while after is not None:
            page = alice.call("unread", after=after)
            after, pages, found = page["next"], pages + 1, found + page["rooms"]
        assert [(room["room"], room["unread"]) for room in found] == [(last, 3)]
        assert pages == 3
        assert alice.call("status")["rooms_more"]
