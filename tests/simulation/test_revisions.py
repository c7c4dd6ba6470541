"""Edits and deletes: the result stands in the log, and a deleted text stands nowhere."""

import msgspec
import pytest

from tests.simulation.peer import Map, Peer
from tests.simulation.test_comments import comment, thread
from tests.simulation.test_files import files_on_disk, share
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
SECRET = "a text that nobody was to see"


def edit(peer: Peer, seq: int, text: str, room: str = "general", **fields: object) -> Map:
    return peer.call("edit", room=room, seq=seq, text=text, **fields)


def delete(peer: Peer, seq: int, room: str = "general", **fields: object) -> Map:
    return peer.call("delete", room=room, seq=seq, **fields)


def history(peer: Peer, room: str = "general") -> dict[int, Map]:
    """Return the entries of a room by their numbers."""
    return {e["seq"]: e for e in peer.call("history", room=room)["entries"]}


def in_memory(world: World, text: str) -> bool:
    """Whether a text stands anywhere in what a snapshot would hold."""
    return text.encode() in msgspec.msgpack.encode(world.state.dump())


def check_byte_counts(world: World) -> None:
    for room in world.state.rooms.values():
        assert room.log.byte_count == sum(map(len, room.log.frames)), room.room


# -- edits -----------------------------------------------------------------------------------


def test_edit_replaces_the_text_and_tells_every_device() -> None:
    with World() as world:
        phone, laptop, bob = world.user("alice"), world.user("alice"), world.user("bob")
        phone.send("helo")
        posted = edit(phone, 1, "hello")
        assert (posted["room"], posted["seq"]) == ("general", 2)
        for peer in (phone, laptop, bob):
            told = peer.entries[-1]
            assert (told["kind"], told["author"]) == ("edit", "alice")
            assert (told["target"], told["text"]) == (1, "hello")
        entry = history(bob)[1]
        assert (entry["text"], entry["edited"]) == ("hello", posted["ts"])
        check_byte_counts(world)


def test_only_the_latest_edit_has_the_text() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("alpha")
        edit(alice, 1, "beta")
        edit(alice, 1, "gamma")
        entries = history(world.user("bob"))
        assert [entries[seq].get("text") for seq in (1, 2, 3)] == ["gamma", None, "gamma"]
        assert not in_memory(world, "alpha") and not in_memory(world, "beta")
        check_byte_counts(world)


def test_edit_changes_the_quotes_of_the_comments_on_it() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send(SECRET)
        comment(bob, 1, "really?")
        edit(alice, 1, "nothing")
        assert history(bob)[2]["quoted_text"] == "nothing"
        assert not in_memory(world, SECRET)


def test_comment_is_edited_and_keeps_its_quote() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        comment(alice, 1, "hi")
        edit(alice, 2, "ho")
        entry = history(alice)[2]
        assert (entry["kind"], entry["text"], entry["quoted_text"]) == ("comment", "ho", "hello")


def test_device_that_was_away_sees_the_result_and_hears_of_the_edit() -> None:
    with World() as world:
        bob = world.user("bob")
        bob.close()
        alice = world.user("alice")
        alice.send(SECRET)
        edit(alice, 1, "better")
        bob = world.user("bob")
        assert [(e["kind"], e.get("text")) for e in bob.entries] == [
            ("message", "better"),
            ("edit", "better"),
        ]


def test_pump_of_who_was_behind_shows_the_result() -> None:
    with World(limit_messages=0, high_water_bytes=1024) as world:
        alice = world.user("alice")
        bob = world.login("bob", kernel_bytes=1024)
        bob.sync()
        bob.reads = False
        for _ in range(10):
            alice.send("x" * 1000)
        alice.send(SECRET)
        delete(alice, 11)
        bob.reads = True
        world.settle()
        assert bob.seqs() == list(range(1, 13))
        assert bob.entries[10]["deleted"] and SECRET not in repr(bob.entries)


def test_edit_counts_in_the_limit_and_over_it_changes_nothing() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        alice.send("one")
        edit(alice, 1, "two")
        before = world.state.digest()
        refusal = alice.refusal("edit", room="general", seq=1, text="three")
        assert refusal["code"] == "rate_limited"
        assert world.state.digest() == before


def test_edit_with_the_same_nonce_happens_once() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("one")
        first = edit(alice, 1, "two", nonce="n")
        edit(alice, 1, "three")
        assert edit(alice, 1, "two", nonce="n") == first
        assert history(alice)[1]["text"] == "three"
        refusal = alice.refusal("edit", room="general", seq=1, text="four", nonce="n")
        assert refusal["code"] == "conflict"


@pytest.mark.parametrize(("text", "code"), [(" ", "bad_request"), ("é" * 4097, "too_large")])
def test_edit_to_what_could_not_be_sent_is_refused(text: str, code: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("one")
        assert alice.refusal("edit", room="general", seq=1, text=text)["code"] == code
        assert history(alice)[1]["text"] == "one"


@pytest.mark.parametrize("how", ["stop", "crash", "kill"])
def test_edits_and_deletes_survive_a_restart(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("one")
        alice.send("two")
        comment(alice, 1, "on one")
        edit(alice, 1, "ONE")
        delete(alice, 2)
        getattr(world, how)()
        world.restart()
        alice = world.user("alice")
        entries = history(alice)
        assert (entries[1]["text"], entries[3]["quoted_text"]) == ("ONE", "ONE")
        assert entries[2]["deleted"]
        delete(alice, 1)  # finds the edit and the comment again
        assert not in_memory(world, "ONE")


# -- deletes ---------------------------------------------------------------------------------


def test_deleted_text_is_gone_from_memory_at_once_and_from_disk_with_the_next_snapshot() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("first " + SECRET)
        comment(bob, 1, "what?")
        edit(alice, 1, "second " + SECRET)
        posted = delete(alice, 1)
        told = bob.entries[-1]
        assert (told["kind"], told["target"], told["seq"]) == ("delete", 1, posted["seq"])
        entries = history(bob)
        assert entries[1]["deleted"] and entries[1]["text"] == ""
        assert "quoted_text" not in entries[2] and "text" not in entries[3]
        assert not in_memory(world, SECRET)
        check_byte_counts(world)
        assert world.on_disk(SECRET)  # the journal is not rewritten
        world.sleep(world.settings.snapshot_interval_ms + 1_000)
        assert not world.on_disk(SECRET)


def test_deleted_comment_keeps_its_place_in_the_thread() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("beginning")
        comment(bob, 1, SECRET)
        comment(alice, 2, "on that")
        delete(bob, 2)
        assert thread(bob, 1) == [1, 2, 3]
        edit(alice, 1, "another beginning")  # does not quote itself into what was deleted
        assert "quoted_text" not in history(bob)[2]


def test_deleted_file_leaves_the_disk_and_frees_the_quota() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        share(alice, caption=SECRET)
        share(bob)
        assert len(files_on_disk(world)) == 1
        delete(alice, 1)
        assert world.state.users["alice"].file_bytes == 0
        assert alice.refusal("download", room="general", seq=1)["code"] == "not_found"
        assert len(files_on_disk(world)) == 1
        delete(bob, 2)
        assert files_on_disk(world) == []
        entry = history(bob)[1]
        assert entry["deleted"] and entry["name"] == entry["sha256"] == ""
        assert not in_memory(world, SECRET)
        world.stop()
        world.restart()


def test_delete_counts_in_no_limit() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        alice.forget()
        delete(alice, 1)
        assert alice.told("limits") == []
        assert alice.call("status")["general"]["left"] == 0
        world.sleep(HOUR_MS)
        alice.send("two")


def test_delete_twice_is_not_found_but_with_its_nonce_it_is_done() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("one")
        first = delete(alice, 1, nonce="n")
        assert delete(alice, 1, nonce="n") == first
        assert alice.refusal("delete", room="general", seq=1)["code"] == "not_found"
        assert len(alice.entries) == 2


def test_edits_and_what_is_deleted_are_not_counted_as_unread() -> None:
    with World() as world:
        phone, laptop, bob = world.user("alice"), world.user("alice"), world.user("bob")
        phone.send("one")
        edit(phone, 1, "two")
        assert bob.call("status")["rooms"][0]["unread"] == 1
        delete(phone, 1)
        assert world.state.general.members["alice"].read_seq == 3
        assert laptop.call("status")["rooms"][0]["unread"] == 0
        assert bob.call("status")["rooms"][0]["unread"] == 0


def test_newcomer_is_shown_the_last_living_messages() -> None:
    with World(limit_show_messages=2) as world:
        alice = world.user("alice")
        for text in ("one", "two", "three", "four"):
            alice.send(text)
        delete(alice, 4)
        delete(alice, 2)
        bob = world.user("bob")
        assert bob.texts() == ["one", "", "three", ""]


# -- what can't be revised -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["edit", "delete"])
def test_post_of_somebody_else_is_forbidden(method: str) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("mine")
        text = {"text": "yours"} if method == "edit" else {}
        before = world.state.digest()
        assert bob.refusal(method, room="general", seq=1, **text)["code"] == "forbidden"
        assert world.state.digest() == before


@pytest.mark.parametrize("method", ["edit", "delete", "comment"])
def test_what_is_deleted_an_edit_or_unseen_is_not_found(method: str) -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        alice.send("one")
        edit(alice, 1, "two")
        delete(alice, 1)
        alice.send_to("bob", "private")
        text = {} if method == "delete" else {"text": "text"}
        before = world.state.digest()
        for seq in (1, 2, 3, 4):
            assert alice.refusal(method, room="general", seq=seq, **text)["code"] == "not_found"
        refusal = carol.refusal(method, room="alice,bob", seq=1, **text)
        assert refusal["code"] == "not_found"
        assert world.state.digest() == before
        assert bob.texts("alice,bob") == ["private"]


def test_file_can_be_deleted_but_not_edited() -> None:
    with World() as world:
        alice = world.user("alice")
        share(alice)
        refusal = alice.refusal("edit", room="general", seq=1, text="caption")
        assert refusal["code"] == "forbidden"


@pytest.mark.parametrize("method", ["edit", "delete"])
def test_post_that_has_expired_for_its_author_is_changed_as_long_as_others_have_it(
    method: str,
) -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("bob").close()
        alice = world.user("alice")
        alice.send("old")
        world.sleep(HOUR_MS + 10 * MINUTE_MS)
        assert world.state.general.log.get(1) is not None
        text = {"text": "new"} if method == "edit" else {}
        assert alice.call(method, room="general", seq=1, **text)["seq"] == 2
        assert world.user("bob").texts()[0] == text.get("text", "")


def test_text_of_an_edit_goes_with_what_was_edited() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send("old")
        world.sleep(30 * MINUTE_MS)
        edit(alice, 1, SECRET)
        world.sleep(40 * MINUTE_MS)
        assert world.state.general.log.first_seq == 2
        assert not in_memory(world, SECRET)
        assert world.state.general.edits == {} and world.state.general.comments == {}
        check_byte_counts(world)
