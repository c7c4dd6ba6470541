"""Display names: how users are shown besides their names, and whom nobody can be taken for."""

import pytest

from chatd.core.presence import NAMES_MAX
from chatd.handlers.display_names import RENAMES_MAX, RENAMES_PERIOD_MS
from chatd.wire.display_names import CHARACTERS_MAX
from tests.simulation.account import registration
from tests.simulation.peer import Peer
from tests.simulation.world import World


def shown(peer: Peer) -> str:
    """Return a user's display name as the user's own status has it."""
    return str(peer.call("status")["display_name"])


def test_display_name_shows_to_all_beside_the_name_and_to_all_own_devices() -> None:
    with World() as world:
        alice, phone, bob = world.user("alice"), world.user("alice"), world.user("bob")
        ops = alice.create("ops")
        alice.call("display-name", display_name="  Alice   B. Ünal 🎈")
        name = "Alice B. Ünal 🎈"
        assert shown(alice) == shown(phone) == name
        for peer in (alice, phone, bob):
            assert peer.told("display_name") == [{"name": "alice", "display_name": name}]
        assert phone.of_kind("renamed")[-1]["display_name"] == name
        assert phone.of_kind("renamed")[-1]["by"] == "alice" and bob.of_kind("renamed") == []
        who = bob.call("who")
        assert (who["names"], who["display_names"]) == (["alice", "bob"], {"alice": name})
        assert alice.call("members", room=ops)["members"][0]["display_name"] == name
        found = bob.call("people", prefix="al")["people"]
        assert found == [{"name": "alice", "online": True, "display_name": name}]
        alice.call("display-name", display_name="")
        assert shown(phone) == "" and bob.call("who")["display_names"] == {}
        assert bob.told("display_name")[1:] == [{"name": "alice", "display_name": ""}]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_display_name_outlives_the_server_and_is_nobody_elses_then(how: str) -> None:
    with World() as world:
        world.user("alice").call("display-name", display_name="Wonderland")
        getattr(world, how)()
        world.restart()
        assert shown(world.user("alice")) == "Wonderland"
        refused = world.user("bob").refusal("display-name", display_name="W0nderland")
        assert refused["code"] == "conflict"


@pytest.mark.parametrize(
    "text",
    [
        "john.doe",
        "John Doe",
        "J0hn_D0e",
        "jоhn dоe",  # with a Cyrillic o
        "wonderland",
        "W O N D E R L A N D",
        "wonderIand",  # with a capital I
        "general",
        "Admin",
        "R O O T",
    ],
)
def test_nobody_is_shown_like_another_user_or_what_is_reserved(text: str) -> None:
    with World(admins=("root",)) as world:
        world.register("john.doe")
        world.user("alice").call("display-name", display_name="Wonderland")
        bob = world.user("bob")
        before = world.state.digest()
        assert bob.refusal("display-name", display_name=text)["code"] == "conflict"
        assert world.state.digest() == before


def test_ones_own_name_may_be_spelt_another_way_and_a_display_name_again() -> None:
    with World() as world:
        alice = world.user("alice")
        for text in ("Alice", "ALICE", "A.L.I.C.E"):
            alice.call("display-name", display_name=text)
            assert shown(alice) == text


@pytest.mark.parametrize("text", ["Wonderland", "w0nderland", "wonder.land"])
def test_no_account_is_made_under_what_another_is_called_until_that_is_given_up(text: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.call("display-name", display_name="Wonderland")
        guest = world.guest()
        refused = guest.refusal("register", name=text, **registration("a password"))
        assert refused["code"] == "conflict"
        alice.call("display-name", display_name="")
        world.register(text)


@pytest.mark.parametrize(
    "text", ["a\nb", "\x1b[2J", "a\u202eb", " ", "…", "🎈", "a\u200bb", "a" * (CHARACTERS_MAX + 1)]
)
def test_what_nobody_can_be_called_is_refused(text: str) -> None:
    with World() as world:
        alice = world.user("alice")
        before = world.state.digest()
        assert alice.refusal("display-name", display_name=text)["code"] == "bad_request"
        assert world.state.digest() == before
        alice.call("display-name", display_name="a" * CHARACTERS_MAX)


def test_display_name_changes_so_often_a_day_and_to_the_same_costs_nothing() -> None:
    with World() as world:
        alice = world.user("alice")
        for number in range(RENAMES_MAX):
            for _ in range(2):
                alice.call("display-name", display_name=f"Name {number}")
        refused = alice.refusal("display-name", display_name="One more")
        assert (refused["code"], refused["limit"]) == ("rate_limited", RENAMES_MAX)
        assert refused["reset_at"] <= world.now_ms + RENAMES_PERIOD_MS
        assert alice.refusal("display-name", display_name="")["code"] == "rate_limited"
        world.sleep(RENAMES_PERIOD_MS)
        world.user("alice").call("display-name", display_name="One more")


def test_who_is_banned_keeps_the_display_name_and_an_administrator_may_take_it() -> None:
    with World(admins=("root",)) as world:
        root, alice, bob = world.user("root"), world.user("alice"), world.user("bob")
        alice.call("display-name", display_name="Wonderland")
        root.call("ban", user="alice")
        assert alice.refusal("display-name", display_name="Else")["code"] == "banned"
        assert bob.refusal("clear-name", user="alice")["code"] == "forbidden"
        assert root.refusal("clear-name", user="root")["code"] == "forbidden"
        assert root.refusal("clear-name", user="bob")["code"] == "not_found"
        assert shown(alice) == "Wonderland"
        root.call("clear-name", user="alice")
        assert shown(alice) == ""
        last = alice.of_kind("renamed")[-1]
        assert (last["display_name"], last["by"]) == ("", "root")


def test_deleted_account_has_no_display_name_and_it_is_free_again() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("display-name", display_name="Wonderland")
        world.login("alice").call("delete-account")
        assert world.state.users["alice"].display_name == ""
        bob.call("display-name", display_name="Wonderland")


def test_changes_are_not_announced_where_very_many_are_online(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert NAMES_MAX == 200
    monkeypatch.setattr("chatd.announcements.NAMES_MAX", 2)
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("display-name", display_name="One")
        assert len(bob.told("display_name")) == 1
        world.user("carol")
        alice.call("display-name", display_name="Two")
        assert len(bob.told("display_name")) == 1
