"""Comments: answers that quote what they answer."""

import pytest

from chatd.core.copies import QUOTE_CHARACTERS_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.test_files import share
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def comment(peer: Peer, seq: int, text: str, room: str = "general", **fields: object) -> Map:
    return peer.call("comment", room=room, seq=seq, text=text, **fields)


def thread(peer: Peer, seq: int, room: str = "general", **fields: object) -> list[int]:
    """Return the numbers of a thread's entries."""
    page = peer.call("thread", room=room, seq=seq, **fields)
    return [entry["seq"] for entry in page["entries"]]


# -- the comment -----------------------------------------------------------------------------


def test_comment_comes_with_a_quote_of_what_it_answers() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("shall we  go\nfor lunch?")
        posted = comment(bob, 1, "yes")
        for peer in (alice, bob):
            entry = peer.entries[-1]
            assert (entry["kind"], entry["seq"], entry["author"]) == ("comment", 2, "bob")
            assert (entry["text"], entry["reply_to"]) == ("yes", 1)
            assert entry["quoted_author"] == "alice"
            assert entry["quoted_text"] == "shall we go for lunch?"
        assert (posted["room"], posted["seq"]) == ("general", 2)


@pytest.mark.parametrize("length", [QUOTE_CHARACTERS_MAX, QUOTE_CHARACTERS_MAX + 1])
def test_quote_of_a_long_text_is_cut_off(length: int) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("ä" * length)
        comment(alice, 1, "so long")
        quote = alice.entries[-1]["quoted_text"]
        assert len(quote) == QUOTE_CHARACTERS_MAX
        assert quote.endswith("…") == (length > QUOTE_CHARACTERS_MAX)


def test_comment_on_a_file_quotes_its_name_and_caption() -> None:
    with World() as world:
        alice = world.user("alice")
        share(alice, b"content", caption="the plan")
        comment(alice, 1, "nice")
        assert alice.entries[-1]["quoted_text"] == "a.bin the plan"


def test_comment_in_a_direct_room_is_seen_by_the_two_only() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        alice.send_to("bob", "just us")
        assert comment(bob, 1, "just us", "alice")["room"] == "alice,bob"
        assert alice.entries[-1]["kind"] == "comment"
        assert carol.entries == []
        for room in ("alice,bob", "alice", "bob"):
            refusal = carol.refusal("comment", room=room, seq=1, text="me too")
            assert refusal["code"] == "not_found"


def test_comment_shows_on_all_devices_and_is_read_for_its_author() -> None:
    with World() as world:
        phone, laptop, bob = world.user("alice"), world.user("alice"), world.user("bob")
        bob.send("hello")
        phone.ack("general")
        world.sleep(1_000)
        comment(phone, 1, "hi")
        assert laptop.entries[-1]["text"] == "hi"
        rooms = phone.call("status")["rooms"]
        assert [room["unread"] for room in rooms if room["room"] == "general"] == [0]
        rooms = bob.call("status")["rooms"]
        assert [room["unread"] for room in rooms if room["room"] == "general"] == [1]


def test_comment_counts_in_the_limit_and_over_it_posts_nothing() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        alice.send("one")
        comment(alice, 1, "two")
        refusal = alice.refusal("comment", room="general", seq=1, text="three")
        assert refusal["code"] == "rate_limited"
        assert alice.refusal("send", text="three")["code"] == "rate_limited"
        assert len(alice.entries) == 2


def test_comment_with_the_same_nonce_is_posted_once() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        first = comment(alice, 1, "hi", nonce="n")
        assert comment(alice, 1, "hi", nonce="n") == first
        for changed in ({"seq": 1, "text": "ho"}, {"seq": 2, "text": "hi"}):
            refusal = alice.refusal("comment", room="general", nonce="n", **changed)
            assert refusal["code"] == "conflict"
        assert len(alice.entries) == 2


@pytest.mark.parametrize("text", [" ", "\n"])
def test_comment_that_says_nothing_is_refused(text: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        refusal = alice.refusal("comment", room="general", seq=1, text=text)
        assert refusal["code"] == "bad_request"


def test_comment_of_8_kib_is_posted_and_one_byte_more_is_refused() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        comment(alice, 1, "é" * 4096)
        refusal = alice.refusal("comment", room="general", seq=1, text="é" * 4096 + "x")
        assert refusal["code"] == "too_large"


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_comments_and_threads_survive_a_restart(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello")
        comment(alice, 1, "one")
        comment(alice, 2, "two")
        getattr(world, how)()
        world.restart()
        assert thread(world.user("bob"), 1) == [1, 2, 3]


# -- what can't be answered ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "seq"),
    [("general", 0), ("general", 2), ("general", 2**53), ("@alice", 1), ("nobody", 1)],
)
@pytest.mark.parametrize("method", ["comment", "thread"])
def test_place_where_nobody_says_anything_is_not_found(method: str, room: str, seq: int) -> None:
    with World() as world:
        alice = world.user("alice", device="laptop")
        alice.send("hello")
        assert len(alice.seqs("@alice")) == 1
        before = world.state.digest()
        text = {"text": "hi"} if method == "comment" else {}
        assert alice.refusal(method, room=room, seq=seq, **text)["code"] == "not_found"
        assert world.state.digest() == before


def test_entry_from_before_a_newcomer_is_not_found() -> None:
    with World(limit_show_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        alice.send("two")
        bob = world.user("bob")
        assert bob.texts() == ["two"]
        assert bob.refusal("comment", room="general", seq=1, text="hi")["code"] == "not_found"
        assert bob.refusal("thread", room="general", seq=1)["code"] == "not_found"
        comment(bob, 2, "hi")


def test_entry_that_has_expired_for_the_user_is_not_found_by_who_did_not_write_it() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("bob").close()  # has a place in the room, and reads nothing
        alice, carol = world.user("alice"), world.user("carol")
        alice.send("old")
        carol.ack("general")
        world.sleep(HOUR_MS + 10 * MINUTE_MS)
        assert "general" in alice.last and world.state.general.log.get(1) is not None
        assert carol.refusal("comment", room="general", seq=1, text="hi")["code"] == "not_found"
        assert comment(alice, 1, "still mine")["seq"] == 2
        bob = world.user("bob")
        assert comment(bob, 1, "hi")["seq"] == 3


def test_quote_goes_with_what_it_quotes() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send("an old text that must go")
        world.sleep(30 * MINUTE_MS)
        comment(alice, 1, "a comment that stays")
        world.sleep(40 * MINUTE_MS)
        assert world.state.general.log.first_seq == 2
        (entry,) = alice.call("history", room="general")["entries"]
        assert (entry["text"], entry["quoted_author"]) == ("a comment that stays", "alice")
        assert "quoted_text" not in entry
        log = world.state.general.log
        assert log.byte_count == sum(map(len, log.frames))
        world.stop()
        assert world.on_disk("a comment that stays")
        assert not world.on_disk("an old text that must go")
        world.restart()
