"""Logins: what one request checked the next checks again, and nobody is told which names exist."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import scramp.core

from chatd.core.events import PasswordChanged, UserRegistered
from chatd.core.model import Credentials
from tests.simulation.account import (
    client_final,
    client_first,
    keys_of,
    password_of,
    registration,
)
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.web import Reply, WebPeer
from tests.simulation.world import World

JSON = "application/json"
PROXY = "10.0.0.1"


def begun(world: World, name: str = "alice", password: str = "") -> tuple[Peer, str]:
    """Return a peer whose login has begun, and the message that would end it."""
    peer = world.guest()
    challenge = peer.call("login-start", message=client_first(name))["message"]
    return peer, client_final(name, password or password_of(name), challenge)


def begun_on_the_web(web: WebPeer, password: str, **fields: str) -> str:
    """Return the message that ends a login which begins here."""
    reply = asked(web, "login-start", {"message": client_first("alice")}, **fields)
    return client_final("alice", password, reply.json["message"])


def asked(web: WebPeer, method: str, params: Map, **fields: str) -> Reply:
    body = json.dumps(params).encode()
    return web.ask("POST", f"/api/v1/{method}", body, content_type=JSON, **fields)


def change_password(world: World, name: str = "alice") -> None:
    alice = world.user(name)
    alice.call("password", **registration("new"))
    alice.close()


# -- what a request checked, the next checks again -------------------------------------------


def test_login_begun_before_a_new_password_can_not_be_ended_with_the_old_one() -> None:
    with World() as world:
        world.register("alice")
        peer, final = begun(world)
        change_password(world)
        devices = dict(world.state.users["alice"].devices)
        error = peer.refusal("login-finish", message=final, device="phone")
        assert error["code"] == "auth_failed"
        assert world.state.users["alice"].devices == devices


def test_login_over_http_begun_before_a_new_password_can_not_be_ended_with_the_old_one() -> None:
    with World() as world:
        world.register("alice")
        web = world.web()
        final = begun_on_the_web(web, password_of("alice"))
        change_password(world)
        reply = asked(web, "login-finish", {"message": final, "device": "phone"})
        assert (reply.status, reply.json["code"]) == (401, "auth_failed")
        assert not world.state.users["alice"].devices


def test_login_over_a_websocket_begun_before_a_new_password_can_not_be_ended() -> None:
    with World() as world:
        world.register("alice")
        socket = world.socket()
        socket.call("hello", version=1)
        challenge = socket.call("login-start", message=client_first("alice"))[3]["message"]
        change_password(world)
        final = client_final("alice", password_of("alice"), challenge)
        assert socket.call("login-finish", message=final)[2]["code"] == "auth_failed"


def test_login_begun_before_its_name_was_registered_can_not_be_ended() -> None:
    with World() as world:
        peer, final = begun(world, "alice")
        world.register("alice")
        assert peer.refusal("login-finish", message=final)["code"] == "auth_failed"


def test_proof_that_is_older_than_another_new_password_changes_none() -> None:
    with World() as world:
        one, other = world.user("alice"), world.user("alice")
        for peer, password in ((one, "first"), (other, "second")):
            peer.request("password", **registration(password))
        world.settle()
        assert one.ended != other.ended
        winner = "second" if one.ended else "first"
        world.guest().prove("alice", winner)


def test_what_a_revoked_device_asks_in_the_same_tick_is_refused() -> None:
    with World() as world:
        laptop, phone = world.user("alice"), world.login("alice", device="phone")
        phone.sync()
        laptop.request("revoke", device=phone.device)
        asked = [phone.request("token-create", label="more"), phone.request("send", text="still")]
        world.settle()
        devices = world.state.users["alice"].devices
        for request in asked:
            try:
                phone.result(request)
            except Refused as error:
                assert error.code == "unauthenticated"
        assert phone.ended
        assert not devices and laptop.texts() == []


def test_what_another_connection_asks_behind_a_new_password_in_the_same_tick_is_refused() -> None:
    with World() as world:
        here, there = world.user("alice"), world.user("alice")
        here.request("password", **registration("new"))
        there.request("token-create", label="more")
        world.settle()
        assert there.ended and not world.state.users["alice"].devices
        here.send("still here")


# -- backoff ---------------------------------------------------------------------------------


def test_proofs_that_were_begun_before_failures_give_no_tries_beyond_the_free_ones() -> None:
    with World() as world:
        world.register("alice")
        logins = [begun(world, password="wrong") for _ in range(10)]
        codes = [peer.refusal("login-finish", message=m)["code"] for peer, m in logins]
        assert codes == ["auth_failed"] * 3 + ["rate_limited"] * 7


def test_right_password_has_to_wait_too_when_its_proof_ends_behind_failures() -> None:
    with World() as world:
        world.register("alice")
        peer, final = begun(world)
        for _ in range(3):
            failing, wrong = begun(world, password="wrong")
            failing.refusal("login-finish", message=wrong)
        error = peer.refusal("login-finish", message=final)
        assert (error["code"], error["reset_at"]) == ("rate_limited", world.now_ms + 1_000)
        assert peer.refusal("login-finish", message=final)["code"] == "unauthenticated"  # void
        world.sleep(1_000)
        peer.prove("alice")


def test_login_over_http_meets_the_backoff_at_its_end() -> None:
    with World() as world:
        world.register("alice")
        web = world.web()
        finals = [begun_on_the_web(world.web(), "wrong") for _ in range(3)]
        right = begun_on_the_web(web, password_of("alice"))
        for final in finals:
            assert asked(world.web(), "login-finish", {"message": final}).status == 401
        reply = asked(web, "login-finish", {"message": right, "device": "phone"})
        assert (reply.status, reply.json["code"]) == (429, "rate_limited")
        assert not world.state.users["alice"].devices


# -- proxies ---------------------------------------------------------------------------------


def proxied(world: World) -> WebPeer:
    """Return a line of a proxy that is trusted."""
    return world.web(address=PROXY)


def wait_of(world: World, address: str) -> str:
    """Return what a login of alice from an address is told."""
    peer = world.guest(address)
    try:
        peer.call("login-start", message=client_first("alice"))
    except Refused as error:
        return error.code
    finally:
        peer.close()
    return "challenge"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/api/v1/events", {"authorization": "Bearer wrong"}),
        ("/api/v1/events", {}),
        ("/api/v1/events?start=never", {}),
        ("/ws", {}),
        ("/ws", {"origin": "http://elsewhere"}),
    ],
)
def test_refused_stream_over_a_proxy_does_not_make_others_failures_its_users(
    path: str, fields: dict[str, str]
) -> None:
    with World(trusted_proxies=(PROXY,)) as world:
        world.register("alice")
        line = proxied(world)
        first, other = "192.0.2.1", "192.0.2.2"
        assert line.ask("GET", path, None, x_forwarded_for=first, **fields).status >= 400
        for _ in range(3):
            final = begun_on_the_web(line, "wrong", x_forwarded_for=other)
            reply = asked(line, "login-finish", {"message": final}, x_forwarded_for=other)
            assert reply.status == 401
        assert (wait_of(world, first), wait_of(world, other)) == ("challenge", "rate_limited")


def test_tries_over_a_proxy_take_none_from_others() -> None:
    with World(trusted_proxies=(PROXY,)) as world:
        world.register("alice")
        line = proxied(world)
        for number in range(20):
            fields = {"x_forwarded_for": f"192.0.2.{number}"}
            reply = asked(line, "login-start", {"message": "nonsense"}, **fields)
            assert reply.status == 401
        final = begun_on_the_web(line, password_of("alice"), x_forwarded_for="192.0.2.99")
        reply = asked(line, "login-finish", {"message": final}, x_forwarded_for="192.0.2.99")
        assert reply.status == 200 and not line.ended


def test_tries_without_a_proxy_are_a_handful_on_each_line() -> None:
    with World() as world:
        line = world.web()
        for _ in range(5):
            assert asked(line, "login-start", {"message": "nonsense"}).status == 401
        assert asked(line, "login-start", {"message": "nonsense"}).status == 429


# -- unknown names ---------------------------------------------------------------------------


class Work:
    """Counts what proofs cost, by the functions that scramp computes with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: Counter[str] = Counter()
        for name in ("hmac", "h", "xor", "compare_digest", "b64enc", "b64dec"):
            monkeypatch.setattr(scramp.core, name, self._counted(name))

    def _counted(self, name: str) -> Callable[..., Any]:
        function = getattr(scramp.core, name)

        def counted(*arguments: Any) -> Any:
            self.calls[name] += 1
            return function(*arguments)

        return counted

    def of(self, do: Callable[[], object]) -> Counter[str]:
        """Return the calls that something takes."""
        self.calls.clear()
        do()
        return Counter(self.calls)


def test_proof_of_an_unknown_name_takes_the_work_of_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World() as world:
        world.register("alice")
        peers = {name: world.guest() for name in ("alice", "nobody")}
        work = Work(monkeypatch)
        taken, nonces = {}, {}

        def begin(name: str) -> None:
            message = peers[name].call("login-start", message=client_first(name))["message"]
            nonces[name] = message.split(",")[0]

        def end(name: str) -> None:
            made_up = f"c=biws,{nonces[name]},p={'A' * 43}="
            assert peers[name].refusal("login-finish", message=made_up)["code"] == "auth_failed"

        for name in peers:
            taken[name] = work.of(partial(begin, name)), work.of(partial(end, name))
        assert taken["alice"] == taken["nobody"]
        assert taken["alice"][1]["hmac"] == taken["alice"][1]["xor"] == 1  # the proof was computed


def put_user(world: World, name: str, iterations: int, salt_bytes: int) -> None:
    """Have an account with such a challenge."""
    credentials = Credentials(b"s" * salt_bytes, iterations, b"k" * 32, b"k" * 32)
    world.database.transaction.commit(UserRegistered(world.now_ms, name, credentials))


def challenge_of(world: World, name: str) -> dict[str, str]:
    """Return the fields of a name's challenge."""
    peer = world.guest()
    message = peer.call("login-start", message=client_first(name))["message"]
    peer.close()
    return dict(part.split("=", 1) for part in message.split(","))


def looks(world: World, names: list[str]) -> dict[str, tuple[int, int]]:
    """Return the rounds, and the length of the salt, that each name's challenge has."""
    challenges = {name: challenge_of(world, name) for name in names}
    return {name: (int(fields["i"]), len(fields["s"])) for name, fields in challenges.items()}


STRANGERS = [f"stranger{number}" for number in range(400)]


def test_challenges_of_unknown_names_are_drawn_as_accounts_really_have_them() -> None:
    with World(requests_per_second=0) as world:
        for number in range(60):
            put_user(world, f"u{number}", 600_000 if number % 3 else 4_096, 16)
        for number in range(20):
            put_user(world, f"v{number}", 10_000, 33)
        shares = Counter(looks(world, STRANGERS).values())
        assert set(shares) == {(600_000, 24), (4_096, 24), (10_000, 44)}
        assert 0.3 < shares[600_000, 24] / 400 < 0.7  # half of the accounts
        assert all(0.1 < shares[look] / 400 < 0.4 for look in ((4_096, 24), (10_000, 44)))


def test_challenges_of_unknown_names_stay_but_for_few_when_an_account_comes_or_changes() -> None:
    with World(requests_per_second=0) as world:
        for number in range(100):
            put_user(world, f"u{number}", 600_000, 16)
        before = looks(world, STRANGERS)
        put_user(world, "odd", 5_000, 20)
        changed = Credentials(b"s" * 16, 7_000, b"k" * 32, b"k" * 32)
        world.database.transaction.commit(PasswordChanged(world.now_ms, "u7", changed))
        after = looks(world, STRANGERS)
        assert sum(before[name] != after[name] for name in STRANGERS) < 40
        world.stop()
        world.restart()
        assert looks(world, STRANGERS) == after


def test_unknown_names_have_salts_of_their_own_which_stay() -> None:
    with World(requests_per_second=0) as world:
        salts = {name: challenge_of(world, name)["s"] for name in STRANGERS[:9]}
        assert len(set(salts.values())) == 9
        world.stop()
        world.restart()
        assert {name: challenge_of(world, name)["s"] for name in salts} == salts


def test_challenge_of_an_unknown_name_without_any_account_is_that_of_our_clients() -> None:
    with World() as world:
        assert looks(world, ["nobody"]) == {"nobody": (600_000, 24)}


def test_longest_salt_is_drawn_for_unknown_names_too() -> None:
    with World() as world:
        put_user(world, "alice", 4_096, 64)
        assert looks(world, ["alice", "nobody"]) == dict.fromkeys(("alice", "nobody"), (4_096, 88))


def test_account_with_a_salt_too_short_to_log_in_looks_like_an_unknown_name() -> None:
    with World() as world:
        put_user(world, "alice", 4_096, 8)
        put_user(world, "bob", 4_096, 12)
        assert looks(world, ["alice"])["alice"] == (4_096, 16)
        peer, final = begun(world, "alice")
        assert peer.refusal("login-finish", message=final)["code"] == "auth_failed"


# -- bounds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("salt_bytes", [12, 64])
def test_salt_at_its_bounds_is_registered_and_logs_in(salt_bytes: int) -> None:
    salt = bytes(range(salt_bytes))
    keys = keys_of(password_of("alice"), salt)
    with World() as world:
        parameters = registration("x") | {
            "salt": salt, "stored_key": keys.stored_key, "server_key": keys.server_key
        }  # fmt: skip
        world.guest().call("register", name="alice", **parameters)
        alice = world.login("alice")
        alice.call("password", **registration(password_of("alice")))
        world.login("alice")


@pytest.mark.parametrize("salt_bytes", range(8, 12))
@pytest.mark.parametrize("method", ["register", "password"])
def test_salt_that_nobody_could_log_in_with_is_refused(method: str, salt_bytes: int) -> None:
    with World() as world:
        peer = world.guest() if method == "register" else world.user("alice")
        name = {"name": "bob"} if method == "register" else {}
        keys = registration("x") | {"salt": bytes(salt_bytes)}
        assert world.refusal(peer, method, **name, **keys)["code"] == "bad_request"


@pytest.mark.parametrize("iterations", [4_096, 10_000_000])
def test_rounds_at_their_bounds_make_a_challenge(iterations: int) -> None:
    with World() as world:
        keys = registration("x") | {"iterations": iterations}
        world.guest().call("register", name="alice", **keys)
        assert looks(world, ["alice"])["alice"][0] == iterations


def test_longest_nonce_that_begins_a_login_ends_it() -> None:
    with World() as world:
        world.register("alice")
        peer = world.guest()
        first = client_first("alice")
        longest = first + "n" * (1_024 - len(first))
        challenge = peer.call("login-start", message=longest)["message"]
        nonce = challenge.split(",")[0]
        made_up = f"c=biws,{nonce},p={'A' * 43}="
        assert len(made_up) > 1_024
        assert peer.refusal("login-finish", message=made_up)["code"] == "auth_failed"


@pytest.mark.parametrize("name", ["דוד1", "ⱡⱡ", "ߊߋ"])
def test_name_under_which_nobody_could_log_in_is_refused(name: str) -> None:
    with World() as world:
        error = world.refusal(world.guest(), "register", name=name, **registration("x"))
        assert error["code"] == "bad_request" and "SASLprep" in error["message"]


@pytest.mark.parametrize("name", ["straße", "דוד", "Ünal", "たろう", "дмитрий"])
def test_name_in_another_script_is_registered_and_logs_in(name: str) -> None:
    with World() as world:
        peer = world.guest()
        peer.call("register", name=name, **registration(password_of(name)))
        assert world.guest().prove(name)["name"] == name.lower()
