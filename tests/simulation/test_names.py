"""Names: which a newcomer may have beside those that exist."""

import pytest

from chatd import maintenance
from chatd.core.events import UserRegistered
from chatd.core.model import Credentials
from chatd.errors import BadRequest, Conflict
from tests.simulation.account import registration
from tests.simulation.peer import Map
from tests.simulation.world import World

KEYS = Credentials(b"s" * 16, 4_096, b"k" * 32, b"k" * 32)


def refusal(world: World, name: str) -> Map:
    """Return the error of a registration that must be refused, and change nothing."""
    return world.refusal(world.guest(), "register", name=name, **registration("x"))


def put_user(world: World, name: str) -> None:
    """Have a user that an older server registered."""
    world.database.transaction.commit(UserRegistered(world.now_ms, name, KEYS))


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("oscar", "оѕсаг"),  # all Cyrillic
        ("оѕсаг", "oscar"),
        ("paypal", "раураӏ"),
        ("modern", "modem"),
        ("modem", "modern"),
        ("bob1", "bobl"),
        ("bobl", "bob1"),
        ("bob", "b0b"),
        ("alice", "ɑlice"),  # a Latin alpha
        ("lili", "ꓡꓲꓡꓲ"),  # letters of Lisu, which look like capitals
        ("dd", "ꭰꭰ"),  # Cherokee
    ],
)
def test_name_that_looks_like_one_that_exists_is_a_conflict(name: str, like: str) -> None:
    with World() as world:
        put_user(world, name)
        error = refusal(world, like)
        assert error["code"] == "conflict"
        assert error["message"] == f"{like} looks like {name}, and that name is taken"


@pytest.mark.parametrize(
    ("name", "unlike"),
    [
        ("bob1", "bob2"),
        ("bob", "bobby"),
        ("jose", "josé"),
        ("user1", "user11"),
        ("anna", "hanna"),
        ("бобр", "bobr"),
        ("bob1", "bobi"),
        ("a.b", "a-b"),
        ("nils", "nlls"),
    ],
)
def test_name_that_looks_like_none_is_registered(name: str, unlike: str) -> None:
    with World() as world:
        put_user(world, name)
        world.register(unlike)
        assert unlike in world.state.users


@pytest.mark.parametrize("name", ["ɑdmin", "ꓮꓓꓟꓲꓠ", "genera1", "adrnin"])
def test_name_that_looks_like_a_reserved_one_is_a_conflict(name: str) -> None:
    with World() as world:
        error = refusal(world, name)
        assert error["code"] == "conflict" and "that name is reserved" in error["message"]


def test_names_of_an_older_store_that_look_alike_all_stay() -> None:
    with World() as world:
        put_user(world, "oscar")
        put_user(world, "оѕсаг")
        world.settle()
        for how in (world.crash, world.stop):
            how()
            world.restart()
            assert list(world.state.users) == ["oscar", "оѕсаг"]
            assert refusal(world, "0scar")["code"] == "conflict"


def test_name_is_compared_across_restarts_by_journal_and_by_snapshot() -> None:
    with World() as world:
        world.register("modern")
        for how in (world.crash, world.stop):
            how()
            world.restart()
            assert refusal(world, "modem")["code"] == "conflict"


# -- administrators --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["root", "ROOT"])
def test_name_of_an_administrator_is_registered_by_nobody(name: str) -> None:
    with World(admins=("Root",)) as world:
        error = refusal(world, name)
        assert (error["code"], error["setting"]) == ("forbidden", "ADMINS")
        assert "ask the operator of this server" in error["message"]


def test_name_that_looks_like_an_administrator_whom_nobody_made_is_a_conflict() -> None:
    with World(admins=("root",)) as world:
        error = refusal(world, "r0ot")
        assert error["code"] == "conflict" and "root" in error["message"]


def test_name_of_an_administrator_who_has_an_account_is_taken() -> None:
    with World(admins=("root",)) as world:
        world.register("root")
        assert refusal(world, "root")["code"] == "conflict"
        assert refusal(world, "r0ot")["code"] == "conflict"
        world.login("root").call("reports")


# -- `chatd user add` ------------------------------------------------------------------------


def add(world: World, name: str) -> str:
    return world.maintain(maintenance.add_user, name, "a password")


def test_user_add_makes_an_administrator_who_logs_in() -> None:
    with World(admins=("root",)) as world:
        world.stop()
        assert add(world, "Root") == "root"
        world.restart()
        root = world.guest()
        root.prove("root", "a password")
        root.call("reports")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("oscar", Conflict),
        ("оѕсаг", Conflict),
        ("0scar", Conflict),
        ("r0ot", Conflict),
        ("adrnin", Conflict),
        ("admin", BadRequest),
        ("דוד1", BadRequest),
    ],
)
def test_user_add_follows_the_same_rules_as_a_registration(
    name: str, kind: type[Exception]
) -> None:
    with World(admins=("root",)) as world:
        world.register("oscar")
        world.stop()
        with pytest.raises(kind):
            add(world, name)
        world.restart()
        assert list(world.state.users) == ["oscar"]
