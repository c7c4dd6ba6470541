"""Getting in: passwords, tokens, tries, and what ends a session."""

import pytest

from tests.simulation.account import (
    client_final,
    client_first,
    password_of,
    registration,
)
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.world import World

SECOND_MS = 1_000


def fail(world: World, name: str, address: str = "127.0.0.1") -> Map:
    """Try a wrong password on a connection of its own; return the error."""
    peer = world.guest(address)
    challenge = peer.request("login-start", message=client_first(name))
    world.settle()
    try:
        message = peer.result(challenge)["message"]
    except Refused as error:
        peer.close()
        return error.detail
    refusal = peer.refusal("login-finish", message=client_final(name, "wrong", message))
    peer.close()
    return refusal


def challenge_of(world: World, name: str) -> dict[str, str]:
    """Return the fields of the server's first message."""
    peer = world.guest()
    message = peer.call("login-start", message=client_first(name))["message"]
    peer.close()
    return dict(part.split("=", 1) for part in message.split(","))


def reason(peer: Peer) -> str:
    return str(peer.told("bye")[-1]["reason"])


# -- registering -----------------------------------------------------------------------------


def test_name_that_is_taken_is_a_conflict_in_any_case() -> None:
    with World() as world:
        world.register("alice")
        before = world.state.digest()
        error = world.guest().refusal("register", name="ALICE", **registration("x"))
        assert error["code"] == "conflict"
        assert world.state.digest() == before


@pytest.mark.parametrize("name", ["general", "admin", "a b", "@a", "+a", "a,b", "pаypal", "x" * 33])
def test_name_that_none_can_have_is_refused(name: str) -> None:
    with World() as world:
        error = world.guest().refusal("register", name=name, **registration("x"))
        assert error["code"] == "bad_request"
        assert world.state.users == {}


def test_registered_account_and_its_password_survive_a_crash() -> None:
    with World() as world:
        world.register("alice")
        world.crash()
        world.restart()
        assert world.login("alice").name == "alice"


# -- the password ----------------------------------------------------------------------------


def test_wrong_password_is_refused_and_the_right_one_still_opens() -> None:
    with World() as world:
        world.register("alice")
        assert fail(world, "alice")["code"] == "auth_failed"
        world.login("alice")


def test_name_that_is_written_otherwise_is_the_same_user() -> None:
    with World() as world:
        world.register("alice")
        peer = world.guest()
        peer.prove("ALICE", password_of("alice"))
        assert peer.name == "alice"


def test_unknown_name_is_not_told_from_a_known_one() -> None:
    with World() as world:
        peer = world.guest()
        # The server does no hashing, so a test need not either.
        peer.call("register", name="alice", **(registration("x") | {"iterations": 600_000}))
        known, unknown = challenge_of(world, "alice"), challenge_of(world, "nobody")
        assert known["i"] == unknown["i"]
        assert len(known["s"]) == len(unknown["s"])
        assert len(known["r"]) == len(unknown["r"])
        error = fail_quickly(world, "alice")
        assert fail_quickly(world, "nobody") == error


def fail_quickly(world: World, name: str) -> Map:
    """Return the refusal of a made-up proof."""
    peer = world.guest()
    message = peer.call("login-start", message=client_first(name))["message"]
    nonce = message.split(",")[0]
    return peer.refusal("login-finish", message=f"c=biws,{nonce},p={'A' * 43}=")


def test_salt_of_an_unknown_name_is_always_the_same_and_another_for_each() -> None:
    with World() as world:
        before = challenge_of(world, "nobody")["s"]
        world.crash()
        world.restart()
        assert challenge_of(world, "nobody")["s"] == before
        assert challenge_of(world, "NoBody")["s"] == before
        assert challenge_of(world, "somebody")["s"] != before


# -- tries -----------------------------------------------------------------------------------


def test_connection_has_five_tries_and_the_sixth_ends_it() -> None:
    with World() as world:
        peer = world.guest()
        for _ in range(5):
            assert peer.refusal("login-token", token="wrong")["code"] == "auth_failed"
        assert peer.refusal("login-token", token="wrong")["code"] == "rate_limited"
        assert peer.ended and reason(peer) == "too many tries"


def test_fourth_failure_in_a_row_has_to_wait_and_each_doubles_it() -> None:
    with World() as world:
        world.register("alice")
        for _ in range(3):
            assert fail(world, "alice")["code"] == "auth_failed"
        for wait_ms in (1_000, 2_000, 4_000):
            error = fail(world, "alice")
            assert (error["code"], error["reset_at"]) == ("rate_limited", world.now_ms + wait_ms)
            world.sleep(wait_ms - 1)
            assert fail(world, "alice")["code"] == "rate_limited"
            world.sleep(1)
            assert fail(world, "alice")["code"] == "auth_failed"


def test_backoff_is_by_address_and_name_together() -> None:
    with World() as world:
        world.register("bob")
        token = world.login("alice", device="phone").token
        for _ in range(3):
            fail(world, "alice", "203.0.113.1")
        assert fail(world, "alice", "203.0.113.1")["code"] == "rate_limited"
        world.guest("203.0.113.2").prove("alice")  # the owner, from elsewhere
        world.guest("203.0.113.1").prove("bob")  # somebody else in the same classroom
        world.guest("203.0.113.1").enter(token)  # a token can't be guessed


def test_failures_under_a_name_that_nobody_has_are_by_address_too() -> None:
    with World() as world:
        for _ in range(3):
            assert fail(world, "nobody", "203.0.113.1")["code"] == "auth_failed"
        assert fail(world, "nobody", "203.0.113.1")["code"] == "rate_limited"
        assert fail(world, "nobody", "203.0.113.2")["code"] == "auth_failed"


def test_addresses_of_one_ipv6_network_count_as_one() -> None:
    with World() as world:
        world.register("alice")
        for host in range(3):
            fail(world, "alice", f"2001:db8::{host}")
        assert fail(world, "alice", "2001:db8::ffff")["code"] == "rate_limited"
        assert fail(world, "alice", "2001:db8:0:1::1")["code"] == "auth_failed"


def test_success_forgets_the_failures() -> None:
    with World() as world:
        world.register("alice")
        for _ in range(2):
            fail(world, "alice")
        world.login("alice")
        for _ in range(3):
            assert fail(world, "alice")["code"] == "auth_failed"


# -- devices ---------------------------------------------------------------------------------


def test_token_opens_again_and_again_across_restarts() -> None:
    with World() as world:
        alice = world.login("alice", device="phone")
        for how in ("stop", "crash"):
            getattr(world, how)()
            world.restart()
            again = world.guest()
            again.enter(alice.token)
            assert (again.name, again.device) == ("alice", alice.device)


def test_token_itself_is_in_no_file() -> None:
    with World() as world:
        token = world.login("alice", device="phone").token
        assert world.on_disk("phone") and not world.on_disk(token)
        world.stop()
        assert world.on_disk("phone") and not world.on_disk(token)


def test_revoked_device_ends_in_that_tick_and_its_token_opens_nothing() -> None:
    with World() as world:
        phone = world.login("alice", device="phone")
        phone.sync()
        tablet = world.guest()
        tablet.enter(phone.token)
        laptop = world.user("alice", device="laptop")
        laptop.request("revoke", device=phone.device)
        world.tick()
        assert phone.sock.is_over and tablet.sock.is_over
        world.settle()
        assert reason(phone) == reason(tablet) == "this device was revoked"
        assert phone.told("bye")[-1]["logged_out"]
        assert not laptop.ended
        assert world.guest().refusal("login-token", token=phone.token)["code"] == "auth_failed"


def test_revoked_token_stays_revoked_after_a_crash() -> None:
    with World() as world:
        phone = world.login("alice", device="phone")
        phone.call("revoke", device=phone.device)
        world.crash()
        world.restart()
        assert world.guest().refusal("login-token", token=phone.token)["code"] == "auth_failed"


def test_device_of_another_user_is_not_found() -> None:
    with World() as world:
        alice, eve = world.login("alice", device="phone"), world.login("eve")
        assert eve.refusal("revoke", device=alice.device)["code"] == "not_found"
        assert not alice.ended


def test_logout_revokes_the_token_and_ends_the_connection() -> None:
    with World() as world:
        alice = world.login("alice", device="phone")
        alice.call("logout")
        assert alice.ended and reason(alice) == "logged out"
        assert world.guest().refusal("login-token", token=alice.token)["code"] == "auth_failed"


def test_device_at_the_most_is_made_and_one_over_is_refused() -> None:
    with World(devices_max=2) as world:
        for number in range(2):
            world.login("alice", device=f"device {number}")
        peer = world.guest()
        message = peer.call("login-start", message=client_first("alice"))["message"]
        final = client_final("alice", password_of("alice"), message)
        error = peer.refusal("login-finish", message=final, device="one over")
        assert (error["code"], error["limit"]) == ("conflict", 2)
        world.login("alice")  # without one


def test_other_devices_hear_of_devices_in_the_self_log() -> None:
    with World() as world:
        alice = world.user("alice")
        other = world.login("alice", device="phone")
        alice.call("revoke", device=other.device)
        kinds = [entry["kind"] for entry in alice.entries]
        assert kinds == ["device_added", "device_revoked"]


# -- a new password --------------------------------------------------------------------------


def test_changed_password_ends_every_other_connection_and_every_token() -> None:
    with World() as world:
        here = world.user("alice", device="laptop")
        there, plain = world.user("alice", device="phone"), world.user("alice")
        here.prove("alice")
        here.request("password", **registration("new"), device="laptop again")
        world.tick()
        assert there.sock.is_over and plain.sock.is_over
        world.settle()
        assert reason(there) == reason(plain) == "the password was changed"
        assert there.told("bye")[-1]["logged_out"] and plain.told("bye")[-1]["logged_out"]
        here.send("still here")
        for token in (here.token, there.token):
            assert world.guest().refusal("login-token", token=token)["code"] == "auth_failed"
        assert fail_with(world, password_of("alice"))["code"] == "auth_failed"
        world.guest().prove("alice", "new")


def fail_with(world: World, password: str) -> Map:
    peer = world.guest()
    message = peer.call("login-start", message=client_first("alice"))["message"]
    return peer.refusal("login-finish", message=client_final("alice", password, message))


@pytest.mark.parametrize(("after_ms", "code"), [(300_000, None), (300_001, "forbidden")])
def test_password_can_be_changed_right_after_a_proof_only(after_ms: int, code: str | None) -> None:
    with World() as world:
        alice = world.user("alice")
        world.sleep(after_ms)
        if code is None:
            alice.call("password", **registration("new"))
        else:
            before = world.state.digest()
            assert alice.refusal("password", **registration("new"))["code"] == code
            assert world.state.digest() == before


def test_password_can_not_be_changed_with_a_token_alone() -> None:
    with World() as world:
        token = world.login("alice", device="phone").token
        peer = world.guest()
        peer.enter(token)
        assert peer.refusal("password", **registration("new"))["code"] == "forbidden"


def test_login_under_another_name_on_the_same_connection_is_forbidden() -> None:
    with World() as world:
        world.register("eve")
        alice = world.user("alice")
        error = alice.refusal("login-start", message=client_first("eve"))
        assert error["code"] == "forbidden"
        assert alice.call("status")["name"] == "alice"


def test_closed_registration_registers_nobody() -> None:
    from chatd.config import Registration

    with World(registration=Registration.CLOSED) as world:
        error = world.guest().refusal("register", name="alice", **registration("x"))
        assert error["code"] == "forbidden"
        assert world.state.users == {}
