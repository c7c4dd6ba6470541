"""What strangers fill: nobody's flood pushes out what is another's, or shows which names exist."""

import pytest

from chatd.handlers import backoff
from chatd.handlers.backoff import LoginBackoff
from chatd.http import logins
from chatd.http.logins import LOGIN_MS_MAX, LOGINS_PER_NETWORK, PendingLogins
from tests.simulation.account import client_final, client_first, password_of
from tests.simulation.test_accounts import fail
from tests.simulation.web import WebPeer
from tests.simulation.world import World

HERE, THERE = "203.0.113.1", "203.0.113.2"


# -- failed logins ---------------------------------------------------------------------------


def flood(world: World, address: str, names: int, begin: str = "invented") -> None:
    """Fail once each under many names, as login-finish does; whole logins take too long here."""
    for number in range(names):
        world.server._backoff.failed(address, f"{begin}{number}", world.now_ms)


@pytest.mark.parametrize("address", (HERE, THERE, "127.0.0.1"))
def test_ten_thousand_invented_names_leave_the_backoff_of_a_real_one(address: str) -> None:
    with World() as world:
        world.register("alice")
        for _ in range(3):
            fail(world, "alice", HERE)
        flood(world, address, 10_000)
        assert fail(world, "alice", HERE)["code"] == "rate_limited"


def test_after_a_flood_an_invented_name_is_answered_like_a_real_one() -> None:
    with World() as world:
        world.register("alice")
        for name in ("alice", "nobody"):
            for _ in range(4):
                fail(world, name, HERE)
        flood(world, HERE, 10_000)
        told = [fail(world, name, HERE) for name in ("alice", "nobody")]
        assert told[0] == told[1] and told[0]["code"] == "rate_limited"


def test_after_a_flood_names_never_tried_have_their_free_tries() -> None:
    with World() as world:
        world.register("bob")
        flood(world, HERE, 10_000)
        for name in ("bob", "unheard-of"):
            assert [fail(world, name, HERE)["code"] for _ in range(4)] == [
                *["auth_failed"] * 3,
                "rate_limited",
            ]


def test_real_names_that_fail_from_one_network_leave_those_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff, "NAMES_PER_NETWORK", 3)
    with World() as world:
        for name in ("alice", "b", "c", "d"):
            world.register(name)
        pairs = world.server._backoff
        for address, name in ((HERE, "alice"), *((THERE, name) for name in ("alice", *"bcd"))):
            pairs.failed(address, name, world.now_ms)

        def count(address: str, name: str) -> int:
            return pairs.failures(address, name, world.now_ms).times

        assert count(HERE, "alice") == 1
        assert [count(THERE, name) for name in ("alice", *"bcd")] == [0, 1, 1, 1], "its own oldest"


def test_failures_are_kept_within_a_bound_and_the_network_that_failed_longest_ago_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff, "PAIRS_MAX", 3)
    with World() as world:
        world.register("alice")
        pairs = LoginBackoff(world.state)
        for number in range(4):
            pairs.failed(f"10.0.0.{number}", "alice", world.now_ms)
        counts = [pairs.failures(f"10.0.0.{n}", "alice", world.now_ms).times for n in range(4)]
        assert counts == [0, 1, 1, 1]


def test_failures_under_an_invented_name_are_forgotten_after_an_hour() -> None:
    with World() as world:
        for _ in range(3):
            fail(world, "nobody", HERE)
        world.sleep(backoff.FORGOTTEN_MS + 1)
        assert fail(world, "nobody", HERE)["code"] == "auth_failed"


# -- logins over HTTP, in two requests -------------------------------------------------------


def begin(world: World, name: str, address: str) -> str:
    """Begin a login over HTTP; return the challenge."""
    message: str = world.web(address=address).call("login-start", message=client_first(name)).json[
        "message"
    ]
    return message


def finish(peer: WebPeer, name: str, challenge: str) -> int:
    final = client_final(name, password_of(name), challenge)
    return peer.call("login-finish", message=final).status


def test_a_flood_of_begun_logins_voids_those_of_its_own_network_only() -> None:
    with World() as world:
        world.register("alice")
        here, there = begin(world, "alice", HERE), begin(world, "alice", THERE)
        for _ in range(LOGINS_PER_NETWORK):
            begin(world, "nobody", THERE)
        assert finish(world.web(address=HERE), "alice", here) == 200
        assert finish(world.web(address=THERE), "alice", there) == 401


def test_of_all_begun_logins_the_network_with_the_most_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logins, "LOGINS_MAX", 10)
    with World() as world:
        world.register("alice")
        challenge = begin(world, "alice", HERE)
        for _ in range(20):
            begin(world, "alice", "127.0.0.1")
        assert len(world.server._exchanges._logins) == 10
        assert finish(world.web(address=HERE), "alice", challenge) == 200


def test_begun_logins_are_forgotten_in_time() -> None:
    with World() as world:
        pending: PendingLogins = world.server._exchanges._logins
        for address in (HERE, THERE):
            begin(world, "nobody", address)
        world.sleep(LOGIN_MS_MAX)
        begin(world, "nobody", HERE)
        assert len(pending) == 1
