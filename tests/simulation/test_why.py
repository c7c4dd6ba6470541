"""`why`: the rule behind the last refusal; and the quotas in `status`."""

import dataclasses
import signal
from typing import Any

import pytest

from chatd.config import OPTIONS, Option, load, written
from chatd.handlers import history, refusals
from tests.simulation.account import client_first
from tests.simulation.peer import Map, Peer
from tests.simulation.test_files import CONTENT, begin, share
from tests.simulation.world import World

HOUR_MS = 3_600_000


def test_limit_is_explained_with_its_setting_value_and_end() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        posted = alice.send("one")
        refusal = alice.refusal("send", text="two")
        why = alice.call("why")
        assert (why["method"], why["code"], why["message"]) == (
            "send",
            "rate_limited",
            refusal["message"],
        )
        assert (why["setting"], why["value"]) == ("LIMIT_MESSAGES", "1")
        assert why["until"] == posted["ts"] + HOUR_MS == refusal["reset_at"]
        assert why["rule"].startswith("Messages to everyone that a user may post")


def test_private_limit_is_another_setting() -> None:
    with World(limit_private=1) as world:
        world.register("bob")
        alice = world.user("alice")
        alice.send_to("bob", "one")
        alice.refusal("send-to", to="bob", text="two")
        assert alice.call("why")["setting"] == "LIMIT_PRIVATE"


@pytest.mark.parametrize(
    ("size", "setting", "value"), [(1025, "MAX_FILE_SIZE", "1K"), (1024, "FILE_QUOTA", "1000")]
)
def test_sizes_are_explained_as_they_are_set(size: int, setting: str, value: str) -> None:
    with World(max_file_size_bytes=1024, file_quota_bytes=1000) as world:
        alice = world.user("alice")
        alice.refusal("upload", room="general", name="a", size=size, sha256=b"x" * 32)
        why = alice.call("why")
        assert (why["setting"], why["value"], why["until"]) == (setting, value, None)


def test_rule_without_a_setting_is_that_of_the_command() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.refusal("send-to", to="nobody", text="hi")
        why = alice.call("why")
        assert why["rule"] == "There is no such user."
        assert why["setting"] is why["value"] is why["until"] is None


@pytest.mark.parametrize(
    ("method", "code"), [("x" * 1000, "unknown_method"), ("hello", "bad_request")]
)
def test_every_refusal_is_explained(method: str, code: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.refusal(method, version=1)
        why = alice.call("why")
        assert (why["method"], why["code"]) == (method[:64], code)
        assert why["rule"]


def test_form_that_is_no_request_is_not_explained_by_what_the_command_refuses() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.refusal("send", txt="hi")
        of_form = alice.call("why")
        alice.refusal("send", text=" ")
        of_meaning = alice.call("why")
        assert of_form["code"] == of_meaning["code"] == "bad_request"
        assert of_form["rule"] == "The parameters don't have the form that the protocol gives them."
        assert of_meaning["rule"] == "The text is empty."


def test_refused_notification_is_explained_too() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.ack("general", 7)
        assert alice.call("why")["method"] == "ack"


def test_last_refusal_counts_whatever_was_done_since() -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.refusal("why")["code"] == "not_found"
        alice.refusal("send", text=" ")
        alice.refusal("revoke", device=9)
        alice.send("this is done")
        assert alice.call("why")["method"] == alice.call("why")["method"] == "revoke"


def test_refusal_of_the_connection_comes_before_those_of_other_devices() -> None:
    with World() as world:
        phone, laptop, eve = world.user("alice"), world.user("alice"), world.user("eve")
        phone.refusal("send", text=" ")
        assert laptop.call("why")["method"] == "send"
        laptop.refusal("revoke", device=9)
        assert phone.call("why")["method"] == "send"
        assert eve.refusal("why")["code"] == "not_found"


def test_refusal_is_explained_on_the_next_connection_and_over_http() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.refusal("send", text=" ")
        alice.close()
        assert world.user("alice").call("why")["method"] == "send"
        web = world.web(world.token("alice"))
        assert web.call("why").json["method"] == "send"
        assert web.call("revoke", device=99).status == 404
        assert web.call("why").json["method"] == "revoke"


def test_failed_login_is_told_to_nobody() -> None:
    with World() as world:
        alice = world.user("alice")
        guest = world.guest()
        guest.call("login-start", message=client_first("alice"))
        guest.refusal("login-finish", message="c=biws,r=x,p=eA==")
        assert alice.refusal("why")["code"] == "not_found"
        guest.prove("alice")
        assert guest.refusal("why")["code"] == "not_found"


def test_fault_of_the_server_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError

    with World() as world:
        world.expects_errors = True
        web = world.web(world.token("alice"))
        monkeypatch.setattr(history, "_page", fail)
        assert web.call("history", room="general").status == 500
        why = web.call("why").json
        assert (why["method"], why["code"]) == ("history", "internal")
        assert why["rule"] == "A bug on our side; the log has the traceback."


def test_refusals_of_so_many_users_are_known_and_the_oldest_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refusals, "USERS_MAX", 2)
    with World() as world:
        for name in ("alice", "bob", "alice", "carol"):
            peer = world.user(name)
            peer.refusal("send", text=" ")
            peer.close()
        assert world.user("bob").refusal("why")["code"] == "not_found"
        assert all(world.user(name).call("why") for name in ("alice", "carol"))


def test_setting_that_was_changed_is_told_as_it_is_now() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        alice.refusal("send", text="two")
        world.settings = dataclasses.replace(world.settings, limit_messages=5)
        world.signals.send(signal.SIGHUP)
        world.settle()
        assert alice.call("why")["value"] == "5"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_setting_is_written_as_it_can_be_read_again(option: Option) -> None:
    settings = load(None, {}, {})
    again = load(None, {}, {option.name: written(settings, option.name)})
    assert getattr(again, option.field) == getattr(settings, option.field)


@pytest.mark.parametrize(
    ("name", "text"),
    [("UPDATE_PERIOD", "60"), ("BAN_HOURS", "4"), ("KEEP_UNREAD", "30"), ("FILE_QUOTA", "256M")],
)
def test_setting_is_written_in_its_own_unit(name: str, text: str) -> None:
    assert written(load(None, {}, {}), name) == text


def test_ban_by_warnings_is_explained_by_the_setting_that_counts_them() -> None:
    with World(warnings_limit=2) as world:
        eve = world.user("eve")
        eve.send("fools")
        for name in ("alice", "bob"):
            world.user(name).call("report", user="eve", reason="rude")
        until = eve.refusal("send", text="hi")["until"]
        why = eve.call("why")
        assert (why["setting"], why["value"], why["until"]) == ("WARNINGS_LIMIT", "2", until)
        assert until == world.now_ms + 4 * HOUR_MS


def test_ban_by_an_administrator_has_no_setting_behind_it() -> None:
    with World(admins=frozenset({"root"}), warnings_limit=1) as world:
        root, eve = world.user("root"), world.user("eve")
        until = root.call("ban", user="eve", hours=9)["until"]
        eve.refusal("send", text="hi")
        why = eve.call("why")
        assert (why["setting"], why["value"], why["until"]) == (None, None, until)
        root.call("unban", user="eve")
        eve.send("fools")
        root.call("report", user="eve", reason="rude")
        eve.refusal("send", text="hi")
        assert eve.call("why")["setting"] == "WARNINGS_LIMIT"


def test_limit_that_is_fixed_is_told_without_a_setting() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.refusal("send", text="ä" * 4097)
        why = alice.call("why")
        assert (why["setting"], why["value"]) == (None, "8192")


@pytest.mark.parametrize(
    ("options", "setting", "method"),
    [({"groups_max": 0}, "GROUPS_MAX", "create"), ({"members_max": 1}, "MEMBERS_MAX", "join")],
)
def test_bounds_of_private_rooms_are_explained(
    options: dict[str, Any], setting: str, method: str
) -> None:
    with World(**options) as world:
        alice, bob = world.user("alice"), world.user("bob")
        peer = alice
        if method == "join":
            room = alice.call("create", title="ops")["room"]
            alice.call("invite", room=room, user="bob")
            peer = bob
        peer.refusal(method, **({"title": "ops"} if method == "create" else {"room": "+ops"}))
        why = peer.call("why")
        assert (why["setting"], why["value"]) == (setting, str(*options.values()))


def test_status_shows_every_quota() -> None:
    with World(file_quota_bytes=10**6) as world:
        for name in ("bob", "carol"):
            world.register(name)
        alice = world.user("alice", device="laptop")
        share(alice)
        begin(alice, CONTENT[:10])
        alice.send_to("bob", "hi")
        alice.call("block", user="bob")
        alice.call("create", title="ops")
        alice.call("hook", room="+ops", label="ci")
        alice.call("report", user="carol", reason="rude")
        alice.call("send-at", at=world.now_ms + HOUR_MS, to="general", text="later")
        assert quotas(alice) == {
            "file_bytes": (len(CONTENT) + 10, 10**6),
            "uploads": (1, 8),
            "scheduled": (1, 100),
            "nonces": (0, 10_000),
            "private_rooms": (1, 100),
            "invitations": (0, 100),
            "requests_to_join": (0, 20),
            "conversations_begun": (1, 1_000),
            "blocked": (1, 1_000),
            "reports_today": (1, 20),
            "hooks": (1, 50),
            "devices": (1, 32),
            "reactions": (0, 600),
        }
        world.sleep(24 * HOUR_MS)
        assert quotas(alice)["reports_today"] == (0, 20)


def test_quota_of_zero_is_none_at_all_and_one_without_a_limit_says_so() -> None:
    with World(file_quota_bytes=0, groups_max=0) as world:
        shown = quotas(world.user("alice"))
        assert (shown["file_bytes"], shown["private_rooms"]) == ((0, None), (0, 0))


def quotas(peer: Peer) -> dict[str, tuple[int, int | None]]:
    """Return what a user has and may have."""
    found: list[Map] = peer.call("status")["quotas"]
    return {quota["what"]: (quota["used"], quota["limit"]) for quota in found}
