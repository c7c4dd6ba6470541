"""Threads: their pages and lists, and what their entries show of them."""

from typing import Any

import pytest

from chatd.core.threads import COUNTED_MAX
from chatd.handlers.threads import THREADS_LOOKED_AT
from tests.simulation.peer import Map, Peer
from tests.simulation.test_comments import HOUR_MS, MINUTE_MS, comment, thread
from tests.simulation.test_files import share
from tests.simulation.test_work import add_comments
from tests.simulation.world import World

# -- pages -----------------------------------------------------------------------------------


def test_thread_has_what_began_it_and_all_comments_in_order() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")  # 1
        alice.send("something else")  # 2
        comment(bob, 1, "a")  # 3
        comment(bob, 2, "another thread")  # 4
        comment(alice, 3, "on a")  # 5
        comment(alice, 1, "b")  # 6
        for seq in (1, 3, 5, 6):
            assert thread(bob, seq) == [1, 3, 5, 6]
        assert thread(bob, 2) == thread(bob, 4) == [2, 4]


def test_thread_comes_in_pages() -> None:
    with World(limit_messages=0) as world:
        alice = world.user("alice")
        alice.send("the beginning")
        for number in range(6):
            comment(alice, 1, f"{number}")
        page = alice.call("thread", room="general", seq=1, limit=3)
        assert (len(page["entries"]), page["next"]) == (3, 3)
        assert thread(alice, 1, after=3, limit=3) == [4, 5, 6]
        last = alice.call("thread", room="general", seq=1, after=6, limit=3)
        assert ([entry["seq"] for entry in last["entries"]], last["next"]) == ([7], None)


def test_thread_of_large_comments_fits_its_pages() -> None:
    with World(limit_messages=0) as world:
        alice = world.user("alice")
        alice.send("the beginning")
        for _ in range(12):
            comment(alice, 1, "x" * 8192)
        seqs, after = [], 0
        while True:
            page = alice.call("thread", room="general", seq=1, after=after)
            seqs += [entry["seq"] for entry in page["entries"]]
            if page["next"] is None:
                break
            after = page["next"]
        assert seqs == list(range(1, 14))


def test_thread_whose_beginning_has_gone_begins_with_what_is_left() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send("gone")
        world.sleep(30 * MINUTE_MS)
        comment(alice, 1, "a")
        comment(alice, 2, "b")
        world.sleep(40 * MINUTE_MS)
        assert alice.refusal("thread", room="general", seq=1)["code"] == "not_found"
        assert thread(alice, 3) == [2, 3]


def test_thread_begins_for_a_newcomer_where_the_newcomer_may_see() -> None:
    with World(limit_show_messages=2) as world:
        alice = world.user("alice")
        alice.send("before bob")
        comment(alice, 1, "a")
        comment(alice, 2, "b")
        bob = world.user("bob")
        assert thread(bob, 3) == [2, 3]
        assert thread(alice, 3) == [1, 2, 3]


# -- what entries show of their thread -------------------------------------------------------


def shown(entry: Map, *names: str) -> list[Any]:
    return [entry.get(name, 0) for name in names]


def of_thread(peer: Peer, seq: int, room: str = "general") -> list[int]:
    """Return how many comments an entry shows, and the last, wherever it is read back."""
    (read,) = [e for e in peer.call("history", room=room)["entries"] if e["seq"] == seq]
    around = peer.call("history", room=room, around=seq, limit=1)["entries"]
    first = peer.call("thread", room=room, seq=seq)["entries"][0]
    found = peer.call("search", words="beginning", room=room)["entries"]
    for other in (*around, first, *(entry for entry in found if entry["seq"] == seq)):
        assert other == read
    return shown(read, "comments", "last_comment")


def test_comment_carries_the_root_of_its_thread_and_how_many_there_are_with_it() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")
        alice.send("something else")
        comment(bob, 1, "a")
        comment(alice, 3, "on a")
        comment(bob, 2, "another thread")
        comment(bob, 4, "on that")
        for peer in (alice, bob):
            comments = [e for e in peer.entries if e["kind"] == "comment"]
            assert [shown(e, "root", "comments") for e in comments] == [
                [1, 1],
                [1, 2],
                [2, 1],
                [1, 3],
            ]
        assert of_thread(alice, 1) == [3, 6]
        assert of_thread(alice, 2) == [1, 5]


def test_file_that_began_a_thread_shows_its_comments() -> None:
    with World() as world:
        alice = world.user("alice")
        share(alice, b"content", caption="beginning")
        comment(alice, 1, "nice")
        assert of_thread(alice, 1) == [1, 2]


@pytest.mark.parametrize("by", ["alice", "root"])
def test_deleted_comment_does_not_count_and_its_deletion_tells_what_is_left(by: str) -> None:
    with World(admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        alice.send("the beginning")
        comment(alice, 1, "a")
        comment(alice, 2, "on a")
        {"alice": alice, "root": root}[by].call(
            "delete" if by == "alice" else "remove", room="general", seq=3
        )
        assert shown(root.entries[-1], "kind", "root", "comments") == ["delete", 1, 1]
        assert of_thread(alice, 1) == [1, 3]
        alice.call("delete", room="general", seq=2)
        assert shown(root.entries[-1], "kind", "root", "comments") == ["delete", 1, 0]
        assert of_thread(alice, 1) == [0, 3]
        page = alice.call("thread", room="general", seq=1)
        assert shown(page, "root", "comments", "unread") == [1, 0, 0]


def test_edited_and_deleted_root_still_shows_its_comments() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")
        comment(bob, 1, "a")
        alice.call("edit", room="general", seq=1, text="another beginning")
        assert of_thread(alice, 1) == [1, 2]
        alice.call("delete", room="general", seq=1)
        (root, *_) = alice.call("history", room="general")["entries"]
        assert shown(root, "deleted", "comments", "last_comment") == [True, 1, 2]
        assert shown(alice.entries[-1], "kind", "root") == ["delete", 0]
        comment(bob, 2, "b")
        assert shown(bob.entries[-1], "root", "comments") == [1, 2]


def test_posts_of_a_deleted_account_do_not_count_any_more() -> None:
    with World(admins=("root",)) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")
        for number in range(3):
            comment(bob if number else alice, 1, f"{number}")
        world.user("root").call("delete-user", user="bob", posts=True)
        assert of_thread(alice, 1) == [1, 4]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_what_entries_show_of_threads_survives_a_restart(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("the beginning")
        for seq in (1, 2, 1):
            comment(alice, seq, "a")
        alice.call("delete", room="general", seq=3)
        before = alice.call("history", room="general")["entries"]
        listed = alice.call("threads", room="general")
        getattr(world, how)()
        world.restart()
        again = world.user("alice")
        assert again.call("history", room="general")["entries"] == before
        assert again.call("threads", room="general") == listed
        assert of_thread(again, 1) == [2, 4]


def test_counts_that_come_live_and_on_catching_up_end_as_they_are_read() -> None:
    """A client sets the count by the latest comment or deletion of the thread that it is sent."""
    with World(limit_messages=0) as world:
        live, away = world.user("alice"), world.user("alice")
        bob = world.user("bob")
        bob.send("the beginning")
        comment(bob, 1, "a")
        positions, epoch = dict(away.last), world.state.epoch
        away.close()
        for seq in (1, 2, 3, 1):
            comment(bob, seq, "b")
        bob.call("delete", room="general", seq=4)
        comment(bob, 5, "c")
        bob.call("delete", room="general", seq=2)
        late = world.login("alice")
        late.call("sync", positions=positions, epoch=epoch)
        for peer in (live, late):
            told = [e for e in peer.entries if e.get("root") == 1]
            assert shown(told[-1], "comments") == of_thread(bob, 1)[:1] == [4]


# -- what is unread --------------------------------------------------------------------------


def unread(peer: Peer, seq: int) -> int:
    return int(peer.call("thread", room="general", seq=seq)["unread"])


def test_unread_comments_are_those_of_others_after_what_was_read_that_are_not_deleted() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.login("bob")
        bob.call("sync", peek=True)
        alice.send("the beginning")
        alice.send("another beginning")
        for seq in (1, 2, 3, 1):
            comment(alice, seq, "a")
        comment(bob, 1, "own")
        comment(alice, 1, "b")
        assert (unread(bob, 1), unread(bob, 2), unread(alice, 1)) == (4, 1, 1)
        alice.call("delete", room="general", seq=5)
        assert unread(bob, 1) == 3
        phone = world.user("bob")
        phone.ack("general", 6)
        assert unread(bob, 1) == 1


def test_unread_comments_of_very_long_threads_are_counted_up_to_a_thousand() -> None:
    with World(limit_messages=0, is_followed=False) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")
        add_comments(world, "alice", 1, COUNTED_MAX)
        assert unread(bob, 1) == COUNTED_MAX
        add_comments(world, "alice", 1, 1)
        page = bob.call("thread", room="general", seq=1)
        assert shown(page, "comments", "unread") == [COUNTED_MAX + 1, COUNTED_MAX]


# -- lists -----------------------------------------------------------------------------------


def listed(peer: Peer, room: str = "general", **fields: object) -> list[list[int]]:
    """Return the threads of a room: root, comments, last comment, unread."""
    threads = peer.call("threads", room=room, **fields)["threads"]
    return [shown(thread, "root", "comments", "last_comment", "unread") for thread in threads]


def test_threads_come_by_their_last_comment_newest_first_with_what_is_unread() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("the beginning")
        alice.send("a second\nthread")
        alice.send("no thread")
        comment(alice, 1, "a")
        comment(alice, 2, "b")
        world.sleep(1_000)
        comment(bob, 4, "c")
        assert listed(bob) == [[1, 2, 6, 1], [2, 1, 5, 1]]
        first, second = bob.call("threads", room="general")["threads"]
        assert (first["author"], first["text"]) == ("alice", "the beginning")
        assert (second["author"], second["text"]) == ("alice", "a second thread")
        assert first["last_at"] == world.now_ms and second["last_at"] == world.now_ms - 1_000
        bob.ack("general", 4)
        assert listed(bob, unread=True) == [[2, 1, 5, 1]]
        assert listed(alice, unread=True) == [[1, 2, 6, 1]]


def test_threads_come_in_pages_and_none_is_missed_or_twice() -> None:
    with World(limit_messages=0, is_followed=False) as world:
        alice = world.user("alice")
        count = 2 * THREADS_LOOKED_AT + 5
        for _ in range(count):
            alice.send("a beginning")
        for seq in range(1, count + 1):
            add_comments(world, "alice", seq, 1)
        for limit in (7, 200):
            found, after, pages = [], 0, 0
            while after is not None:
                page = alice.call("threads", room="general", after=after, limit=limit)
                found += [thread["root"] for thread in page["threads"]]
                assert len(page["threads"]) <= min(limit, THREADS_LOOKED_AT)
                after, pages = page["next"], pages + 1
            assert found == list(range(count, 0, -1))
            assert pages == -(-count // min(limit, THREADS_LOOKED_AT))


def test_unread_threads_behind_many_read_ones_are_found_page_by_page() -> None:
    with World(limit_messages=0, is_followed=False) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("unread")
        add_comments(world, "alice", 1, 1)
        for _ in range(THREADS_LOOKED_AT + 1):
            bob.send("mine")
            add_comments(world, "bob", world.state.general.log.last_seq, 1)
        page = bob.call("threads", room="general", unread=True)
        assert page["threads"] == [] and page["next"] is not None
        page = bob.call("threads", room="general", unread=True, after=page["next"])
        assert [thread["root"] for thread in page["threads"]] == [1] and page["next"] is None


def test_thread_whose_comments_are_all_deleted_is_not_listed() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("the beginning")
        comment(alice, 1, "a")
        assert listed(alice) == [[1, 1, 2, 0]]
        alice.call("delete", room="general", seq=2)
        assert listed(alice) == []


def test_thread_whose_beginning_has_gone_or_is_hidden_is_listed_without_its_text() -> None:
    with World(limit_show_messages=1) as world:
        alice = world.user("alice")
        alice.send("before bob")
        comment(alice, 1, "a")
        bob = world.user("bob")
        (thread,) = bob.call("threads", room="general")["threads"]
        assert shown(thread, "root", "author", "text") == [1, "", ""]
        (thread,) = alice.call("threads", room="general")["threads"]
        assert shown(thread, "root", "author", "text") == [1, "alice", "before bob"]


def test_thread_of_which_a_user_sees_no_comment_is_not_listed_for_that_user() -> None:
    with World(limit_show_messages=1) as world:
        alice = world.user("alice")
        alice.send("before bob")
        comment(alice, 1, "a")
        alice.send("seen by bob")
        assert listed(world.user("bob")) == []
        assert listed(alice) == [[1, 1, 2, 0]]


def test_thread_leaves_the_list_with_its_last_comment() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send("goes first")
        comment(alice, 1, "goes too")
        world.sleep(30 * MINUTE_MS)
        comment(alice, 1, "stays")
        world.sleep(40 * MINUTE_MS)
        assert world.state.general.log.first_seq == 3
        assert listed(alice) == [[1, 1, 3, 0]]
        world.sleep(HOUR_MS)
        assert listed(alice) == []
        assert not world.state.general.threads


def test_threads_of_a_room_that_is_not_seen_are_not_found() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        alice.send_to("bob", "just us")
        comment(bob, 1, "yes", "alice")
        assert listed(alice, "bob") == [[1, 1, 2, 1]]
        assert carol.refusal("threads", room="alice,bob")["code"] == "not_found"
        assert listed(alice, "@alice") == []
