"""What a snapshot of an older format holds becomes the tables of today."""

from typing import Any

from chatd.core import events as e
from chatd.core.idempotency import IdempotencyRecord
from chatd.core.migrations import MIGRATIONS, migrated
from chatd.core.state import State
from chatd.disk.formats import FIRST_FORMAT, FORMAT
from tests.core.test_state import life, state_of


def state_from_1(tree: Any) -> State:
    return State.load(migrated({"format": 1, **tree}, 1))


def test_every_format_that_is_read_has_its_migration() -> None:
    assert list(MIGRATIONS) == list(range(FIRST_FORMAT, FORMAT))


def test_dump_of_today_is_left_alone() -> None:
    tree = state_of(life()).dump()
    assert migrated(tree, FORMAT) is tree == state_of(life()).dump()


def test_what_the_last_programs_of_format_1_wrote_is_what_it_was() -> None:
    state = state_of(life())
    tree = state.dump()
    for user in tree["users"].values():
        user |= {"nonces": None, "warnings": {}}
    assert state_from_1(tree).digest() == state.digest()


def test_what_the_first_programs_of_format_1_did_not_note_is_found_out() -> None:
    reported = e.UserReported(20, 1, "alice", "bob", "spam", "general", 2, [])
    warned = e.UserWarned(20, "bob", "alice", 1, 3)
    state = state_of([*life(), reported, warned])
    tree = state.dump()
    for user in tree["users"].values():
        user["warnings"] = {giver: given["report"] for giver, given in user["warned"].items()}
        for name in ("network", "warned", "ban_reason"):
            del user[name]
    for room in tree["rooms"].values():
        del room["latest"]
        for member in room["members"].values():
            del member["first_floor"]
    del tree["reports"][1]["quote"]
    older = state_from_1(tree)
    assert older.rooms["general"].latest == {"bob": 2}  # what alice said is gone
    assert older.rooms["alice,bob"].latest == {"bob": 1}
    assert older.users["bob"].warned == state.users["bob"].warned
    assert older.tables.reports[1].quote == state.tables.reports[1].quote == "text"


def test_warning_of_a_report_that_is_gone_counts_from_the_last_stamp() -> None:
    tree = state_of(life()).dump()
    tree["users"]["bob"]["warnings"] = {"alice": 7}
    assert state_from_1(tree).users["bob"].warned["alice"].ts == tree["last_ms"]


def test_receipts_by_nonce_are_taken_over() -> None:
    tree = state_of(life()).dump()
    old = {"n": [b"digest 1", "general", 1, 5], "m": [b"digest 2", "alice,bob", 7, 6]}
    tree["users"]["alice"] |= {"nonces": old}
    del tree["users"]["alice"]["receipts"], tree["users"]["bob"]["receipts"]
    tree["users"]["bob"]["nonces"] = {}
    again = state_from_1(tree)
    records = again.users["alice"].nonces
    assert records is not None and len(records) == 2
    for nonce, (digest, room, seq, ts) in old.items():
        record = IdempotencyRecord(digest, room, seq, ts)  # type: ignore[arg-type]
        assert records.get(nonce, 10) == record
    assert State.load(again.dump()).digest() == again.digest()
