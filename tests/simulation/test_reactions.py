"""Reactions: every device hears of them, and the post shows who has reacted how."""

import pytest

from chatd.core.reactions import EMOJI_MAX, NAMES_SHOWN_IN_ALL_MAX, NAMES_SHOWN_MAX
from chatd.wire.entries import decode_entry
from chatd.wire.frames import PAYLOAD_BYTES_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.test_comments import comment
from tests.simulation.test_files import share
from tests.simulation.test_revisions import check_byte_counts, delete, edit, history
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
SOME = "👍 👎 😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒".split()


def react(peer: Peer, seq: int, emoji: str = "👍", room: str = "general", **more: object) -> Map:
    return peer.call("react", room=room, seq=seq, emoji=emoji, **more)


def reactions(peer: Peer, seq: int = 1, room: str = "general") -> object:
    return history(peer, room)[seq].get("reactions")


def test_reaction_is_told_to_every_device_and_shown_by_the_post() -> None:
    with World() as world:
        phone, laptop, bob = world.user("alice"), world.user("alice"), world.user("bob")
        phone.send("hello")
        assert react(phone, 1) == {"room": "general", "seq": 2}
        react(bob, 1, "🎉")
        react(bob, 1, "👍")
        for peer in (phone, laptop, bob):
            told = peer.entries[-1]
            assert (told["kind"], told["author"]) == ("reaction", "bob")
            assert (told["target"], told["emoji"], told["count"]) == (1, "👍", 2)
            assert "removed" not in told
        shown = {"👍": ["alice", "bob"], "🎉": ["bob"]}
        assert reactions(bob) == shown and list(shown) == ["👍", "🎉"]
        check_byte_counts(world)


def test_reaction_is_taken_back() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        for peer in (alice, bob):
            react(peer, 1)
        assert react(alice, 1, remove=True) == {"room": "general", "seq": 4}
        told = bob.entries[-1]
        assert (told["emoji"], told["removed"], told["count"]) == ("👍", True, 1)
        assert reactions(bob) == {"👍": ["bob"]}
        react(bob, 1, remove=True)
        assert reactions(bob) is None and world.state.general.reactions == {}


def test_reaction_that_is_there_or_not_there_already_changes_nothing() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        first = react(alice, 1, "❤️")
        before = world.state.digest()
        assert react(alice, 1, "❤") == first, "the same, without the selector"
        assert react(alice, 1, "👍", remove=True) == {"room": "general", "seq": None}
        assert world.state.digest() == before


def test_comments_and_files_are_reacted_to_as_messages_are() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        comment(bob, 1, "hi")
        file = share(alice, b"content")["seq"]
        for seq in (2, file):
            react(bob, seq)
            assert reactions(alice, seq) == {"👍": ["bob"]}


def test_edit_and_comments_leave_the_reactions_of_a_post() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        react(alice, 1)
        edit(alice, 1, "hello!")
        comment(alice, 1, "hi")
        entry = history(alice)[1]
        assert (entry["text"], entry["comments"]) == ("hello!", 1)
        assert entry["reactions"] == {"👍": ["alice"]}


def test_deleted_post_has_no_reactions_and_gets_none() -> None:
    with World(admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        for text in ("hello", "buy a watch"):
            alice.send(text)
        for seq in (1, 2):
            react(root, seq)
        delete(alice, 1)
        root.call("remove", room="general", seq=2, reason="spam")
        entries = history(alice)
        assert "reactions" not in entries[1] and "reactions" not in entries[2]
        assert world.state.general.reactions == {}
        for seq in (1, 2):
            assert (
                alice.refusal("react", room="general", seq=seq, emoji="👍")["code"] == "not_found"
            )


def test_expired_post_takes_its_reactions_along() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send("hello")
        world.sleep(30 * MINUTE_MS)
        react(alice, 1)
        alice.ack("general")
        world.sleep(40 * MINUTE_MS)
        assert world.state.general.log.first_seq == 2
        assert world.state.general.reactions == {}
        assert alice.refusal("react", room="general", seq=1, emoji="👍")["code"] == "not_found"
        assert alice.refusal("react", room="general", seq=2, emoji="👍")["code"] == "not_found"


def test_reactions_outlive_the_server() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        react(alice, 1, "🎉")
        react(alice, 1, "👍")
        world.kill()
        world.restart()
        alice = world.user("alice")
        assert list(history(alice)[1]["reactions"]) == ["🎉", "👍"]
        assert react(alice, 1, "👍") == {"room": "general", "seq": 3}
        react(alice, 1, "🎉", remove=True)
        assert reactions(alice) == {"👍": ["alice"]}


def test_device_that_was_away_hears_of_reactions_and_sees_the_result() -> None:
    with World() as world:
        bob = world.user("bob")
        bob.close()
        alice = world.user("alice")
        alice.send("hello")
        react(alice, 1)
        react(alice, 1, "🎉")
        react(alice, 1, remove=True)
        bob = world.user("bob")
        assert bob.entries[0]["reactions"] == {"🎉": ["alice"]}
        told = [(e["emoji"], e.get("removed", False), e.get("count")) for e in bob.entries[1:]]
        assert told == [("👍", False, 1), ("🎉", False, 1), ("👍", True, None)]


# -- who may not, and how much -----------------------------------------------------------------


@pytest.mark.parametrize("emoji", ["a", "hello", "👍👍", " 👍", "\x1b", "1", "🇩", "中"])
def test_what_is_no_emoji_is_refused(emoji: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        before = world.state.digest()
        assert alice.refusal("react", room="general", seq=1, emoji=emoji)["code"] == "bad_request"
        assert world.state.digest() == before


def test_banned_user_reacts_no_more_and_may_take_back() -> None:
    with World(admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        root.send("hello")
        react(alice, 1)
        root.call("ban", user="alice")
        before = world.state.digest()
        assert alice.refusal("react", room="general", seq=1, emoji="🎉")["code"] == "banned"
        assert world.state.digest() == before
        react(alice, 1, remove=True)
        assert reactions(root) is None


def test_where_one_has_blocked_the_other_nobody_reacts_and_both_may_take_back() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "hello")
        react(bob, 1, room="alice")
        alice.call("block", user="bob")
        for peer, other in ((alice, "bob"), (bob, "alice")):
            error = peer.refusal("react", room=other, seq=1, emoji="🎉")
            assert error["code"] == "forbidden"
        react(bob, 1, room="alice", remove=True)
        assert reactions(alice, 1, "bob") is None


def test_stranger_reacts_to_nothing_of_a_room() -> None:
    with World() as world:
        alice, eve = world.user("alice"), world.user("eve")
        room = alice.create("ops")
        alice.post(room, "hello")
        seq = alice.last[room]
        assert eve.refusal("react", room=room, seq=seq, emoji="👍")["code"] == "not_found"


def test_newcomer_reacts_to_nothing_from_before() -> None:
    with World(limit_show_messages=1) as world:
        alice = world.user("alice")
        for text in ("before", "after"):
            alice.send(text)
        bob = world.user("bob")
        assert bob.refusal("react", room="general", seq=1, emoji="👍")["code"] == "not_found"
        react(bob, 2)


def test_reactions_have_a_limit_of_their_own_which_taking_back_does_not_touch() -> None:
    with World(limit_messages=2, limit_reactions=2) as world:
        alice = world.user("alice")
        alice.send("one")
        for emoji in "👍🎉":
            react(alice, 1, emoji)
        before, started_ms = world.state.digest(), world.now_ms
        error = alice.refusal("react", room="general", seq=1, emoji="🔥")
        assert (error["code"], error["limit"]) == ("rate_limited", 2)
        assert error["reset_at"] <= started_ms + HOUR_MS
        assert error["setting"] == "LIMIT_REACTIONS" and "reactions" in error["message"]
        assert world.state.digest() == before
        quotas = {one["what"]: one for one in alice.call("status")["quotas"]}
        assert quotas["reactions"] == {"what": "reactions", "used": 2, "limit": 2}
        react(alice, 1, "🎉", remove=True)
        again = alice.refusal("react", room="general", seq=1, emoji="🔥")
        assert again["reset_at"] == error["reset_at"]
        alice.send("two")
        assert alice.refusal("send", text="three")["code"] == "rate_limited"
        world.sleep(HOUR_MS + 1_000)
        react(alice, 5, "🔥")


def test_post_has_so_many_different_reactions_and_no_more() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        for emoji in SOME[:EMOJI_MAX]:
            react(alice, 1, emoji)
        before = world.state.digest()
        error = alice.refusal("react", room="general", seq=1, emoji=SOME[EMOJI_MAX])
        assert (error["code"], error["limit"]) == ("conflict", EMOJI_MAX)
        assert world.state.digest() == before
        react(bob, 1, SOME[0])
        react(alice, 1, SOME[1], remove=True)
        react(bob, 1, SOME[EMOJI_MAX])
        assert list(history(alice)[1]["reactions"]) == [SOME[0], *SOME[2 : EMOJI_MAX + 1]]


def test_post_names_so_many_and_counts_the_others() -> None:
    names = [f"{number:03}" + "𐐨" * 29 for number in range(NAMES_SHOWN_MAX + 2)]
    with World(registrations_per_hour=0, connections_per_address=0) as world:
        first = world.user(names[0])
        first.send("x" * 8192)
        peers = [first, *map(world.user, names[1:])]
        for emoji in SOME[:5]:
            for peer in peers:
                react(peer, 1, emoji)
        (entry,) = first.call("history", room="general", around=1, limit=1)["entries"]
        assert entry["reactions"]["👍"] == names[:NAMES_SHOWN_MAX]
        assert entry["more_reactions"]["👍"] == 2
        last = SOME[4]
        assert (entry["reactions"][last], entry["more_reactions"][last]) == ([], len(names))
        assert sum(map(len, entry["reactions"].values())) == NAMES_SHOWN_IN_ALL_MAX
        frame = world.state.general.log.frame(1)
        assert len(frame) < PAYLOAD_BYTES_MAX and decode_entry(frame)
        react(peers[0], 1, remove=True)
        (entry,) = first.call("history", room="general", around=1, limit=1)["entries"]
        assert entry["reactions"]["👍"] == names[1 : NAMES_SHOWN_MAX + 1]
        assert entry["more_reactions"]["👍"] == 1


# -- what else they are ------------------------------------------------------------------------


def test_reaction_is_no_message_for_a_newcomer() -> None:
    with World(limit_show_messages=2) as world:
        alice = world.user("alice")
        for text in ("one", "two", "three"):
            alice.send(text)
        for emoji in SOME[:5]:
            react(alice, 1, emoji)
        bob = world.user("bob")
        assert bob.texts() == ["two", "three"]


def test_reaction_is_found_by_no_search() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("reaction 👍")
        react(alice, 1)
        found = alice.call("search", words="reaction")["entries"]
        assert [entry["seq"] for entry in found] == [1]


def test_deleted_account_takes_its_reactions_along_if_it_does_its_posts() -> None:
    with World(admins=("root",)) as world:
        alice, bob, root = (world.user(name) for name in ("alice", "bob", "root"))
        alice.send("hello")
        bob.send("hello, too")
        for peer in (alice, bob):
            for emoji in SOME[:15]:
                react(peer, 1, emoji)
        root.call("delete-user", user="bob", posts=True)
        world.settle()
        world.sleep(1_000)
        assert reactions(alice) == {emoji: ["alice"] for emoji in SOME[:15]}
        root.call("delete-user", user="alice", posts=False)
        world.sleep(1_000)
        assert reactions(root) == {emoji: ["alice"] for emoji in SOME[:15]}


def test_reaction_is_unread_for_nobody_and_history_without_revisions_leaves_it_out() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("hello")
        bob.ack("general")
        world.sleep(2_000)
        react(alice, 1)
        (general,) = [r for r in bob.call("status")["rooms"] if r["room"] == "general"]
        assert general["unread"] == 0
        entries = bob.call("history", room="general", revisions=False)["entries"]
        assert [entry["seq"] for entry in entries] == [1]
        assert entries[0]["reactions"] == {"👍": ["alice"]}
