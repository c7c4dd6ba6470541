"""The attacks: each is what it says, and the table of their outcomes."""

from collections.abc import Iterator

import pytest

from bench.dialects.chatd import token_of
from bench.hostile.attacks import ATTACKS, PEERS, Attack, user
from bench.hostile.crowd import shared_out
from bench.hostile.page import BEGIN, END, PAGE, outcome_table
from bench.hostile.run import Outcome
from bench.store import account
from tests.simulation.network import KERNEL_BYTES
from tests.simulation.world import World

OUTCOME = Outcome("blanks", 1_000, 12.5, 20.0, 1.5, 0.5, 2**20, 0, 2**21, 20, 3)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        for peer in range(PEERS):
            world.database.transaction.commit(*account(world.now_ms, user(peer), 0))
        yield world


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attack_meets_no_boundary_and_others_are_served(world: World, attack: Attack) -> None:
    alice, bob = world.user("alice"), world.user("bob")
    lines = [world.raw(kernel_bytes=KERNEL_BYTES) for _ in range(3)]
    for peer, line in enumerate(lines):
        for data in (attack.opening(peer, 0), attack.burst(peer, 0), attack.burst(peer, 1)):
            if not line.ended:
                line.say(data)
    alice.send("still here")
    assert bob.texts()[-1] == "still here"
    assert world.app.boundary.errors == 0


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attackers_are_logged_in_where_they_say_so(world: World, attack: Attack) -> None:
    line = world.raw()
    line.say(attack.opening(0, 0))
    logs_in = token_of(user(0)).encode() in attack.opening(0, 0)
    assert bool(world.app.presence.connections_of(user(0))) == logs_in


def test_lines_are_shared_out_among_twenty_peers() -> None:
    one, other = ATTACKS["silence"], ATTACKS["blanks"]
    lines = shared_out([one])
    assert len(lines) == one.connections
    assert {line.peer for line in lines} == set(range(PEERS))
    lines = shared_out([one, other])
    assert {line.peer for line in lines if line.attack is other} == set(range(1, PEERS, 2))
    assert len(lines) == (one.connections + other.connections) // 2


def test_table_names_each_attack_in_words() -> None:
    (head, _, row) = outcome_table([OUTCOME]).splitlines()
    assert "honest pings" in head
    assert ATTACKS["blanks"].title in row and "12.50" in row and "1.0 MiB" in row


def test_page_has_a_place_for_the_figures_of_a_whole_run() -> None:
    page = PAGE.read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    for attack in ATTACKS.values():
        assert attack.title in page, "run `make hostile` again"
