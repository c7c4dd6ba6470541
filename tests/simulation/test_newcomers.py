"""What a newcomer sees: from a floor on that the first thing fixes, and nothing before it.

What a user said stays in that user's reach, wherever the floor is.
"""

from typing import Any

import pytest

from chatd.wire.http.attachment import file_path
from tests.simulation.peer import Map, Peer
from tests.simulation.test_files import CONTENT, share
from tests.simulation.world import World

SHOWN = 3


def crowd(world: World, count: int = 30) -> Peer:
    """Let somebody say so much that nothing before it is shown to a newcomer."""
    other = world.user("other")
    for number in range(count):
        other.send(f"text {number}")
    return other


def quiet(**options: Any) -> World:
    return World(limit_show_messages=SHOWN, limit_messages=0, **options)


def test_deleted_messages_take_no_place_among_the_last_that_a_newcomer_sees() -> None:
    with quiet() as world:
        other = crowd(world, 10)
        for seq in (7, 9, 10):
            other.call("delete", room="general", seq=seq)
        newcomer = world.user("newcomer")
        shown = [entry["text"] for entry in newcomer.entries if entry.get("text")]
        assert shown == ["text 4", "text 5", "text 7"]


# -- the first thing fixes the floor ---------------------------------------------------------


def test_user_who_only_posts_reaches_what_was_said_however_much_follows() -> None:
    with quiet() as world:
        bot = world.login("bot")
        mine = bot.send("from a bot")["seq"]
        crowd(world)
        place: Map = {"room": "general", "seq": mine}
        assert bot.call("edit", **place, text="edited")["room"] == "general"
        assert bot.call("comment", **place, text="more")["room"] == "general"
        assert [e["text"] for e in bot.call("thread", **place)["entries"]] == ["edited", "more"]
        around = bot.call("history", room="general", around=mine, limit=5)["entries"]
        assert mine in [entry["seq"] for entry in around]
        assert bot.call("delete", **place)["room"] == "general"


def test_answers_behind_what_a_user_posted_are_all_in_the_history() -> None:
    with quiet() as world:
        bot = world.login("bot")
        mine = bot.send("question")["seq"]
        crowd(world)
        page = bot.call("history", room="general", after=mine, limit=100)
        assert [entry["seq"] for entry in page["entries"]] == list(range(mine + 1, mine + 31))


@pytest.mark.parametrize(
    "method, params",
    [
        ("history", {"room": "general"}),
        ("thread", {"room": "general", "seq": 8}),
        ("search", {"words": "text"}),
        ("search", {"words": "nothing", "room": "general"}),
        ("send", {"text": "hi"}),
        ("comment", {"room": "general", "seq": 8, "text": "hi"}),
        ("post", {"room": "general", "text": "hi"}),
    ],
)
def test_reading_and_posting_fix_the_floor(method: str, params: Map) -> None:
    with quiet() as world:
        other = crowd(world, 10)
        bot = world.login("bot")
        bot.call(method, **params)
        for number in range(10):
            other.send(f"later {number}")
        bot.sync()
        assert bot.seqs()[:SHOWN] == [8, 9, 10]


def test_floor_is_fixed_across_restarts_and_goes_over_to_the_place_of_a_follower() -> None:
    with quiet() as world:
        crowd(world, 10)
        bot = world.login("bot")
        bot.call("history", room="general")
        world.stop()
        world.restart()
        for number in range(10):
            world.login("other").send(f"later {number}")
        assert world.state.general.newcomers == {"bot": 7}
        bot = world.user("bot")
        assert bot.seqs()[0] == 8
        assert world.state.general.newcomers == {}


def test_refused_post_and_a_glance_at_the_status_fix_nothing() -> None:
    with quiet() as world:
        crowd(world, 10)
        bot = world.login("bot")
        bot.call("status")
        assert bot.refusal("send", text=" ")["code"] == "bad_request"
        assert bot.refusal("edit", room="general", seq=1, text="x")["code"] == "not_found"
        assert world.state.general.newcomers == {}


def test_full_disk_keeps_no_newcomer_from_reading() -> None:
    with quiet() as world:
        crowd(world, 10)
        bot = world.login("bot")
        world.disk.capacity = 0
        world.settle()
        page = bot.call("history", room="general")
        assert [entry["seq"] for entry in page["entries"]] == [8, 9, 10]


def test_scheduled_post_fixes_the_floor_when_it_goes_out() -> None:
    with quiet() as world:
        bot = world.login("bot")
        bot.call("send-at", at=world.now_ms + 1_000, text="later", to="general")
        world.sleep(2_000)
        crowd(world)
        assert bot.call("edit", room="general", seq=1, text="edited")["room"] == "general"


def test_user_who_only_posts_holds_nothing_back_that_all_others_have_read() -> None:
    with quiet(lifetime_ms=3_600_000) as world:
        world.login("bot").send("from a bot")
        other = world.user("other")
        other.ack("general")
        world.sleep(2 * 3_600_000)
        assert not world.state.general.log.frames


# -- own entries -----------------------------------------------------------------------------


def rejoined(world: World) -> tuple[Peer, Peer, str, int]:
    """Return an owner, a member who left and came back, the group, and what that one said."""
    owner, member = world.user("owner"), world.user("member")
    room = owner.create("ops", member)
    mine = member.post(room, "mine")["seq"]
    file = share(member, room=room)["seq"]
    assert file == mine + 1
    member.call("leave", room=room)
    for number in range(5):
        owner.post(room, f"text {number}")
    owner.call("invite", room=room, user="member")
    member.call("join", room=room)
    return owner, member, room, mine


def test_member_who_comes_back_reaches_the_own_entries_from_before_and_no_others() -> None:
    with quiet() as world:
        owner, member, room, mine = rejoined(world)
        others = owner.call("history", room=room)["entries"]
        hidden = next(entry for entry in others if entry.get("text") == "text 0")["seq"]
        assert member.refusal("thread", room=room, seq=hidden)["code"] == "not_found"
        entries = member.call("history", room=room, around=mine, limit=3)["entries"]
        assert entries[0]["seq"] == mine
        assert all(entry["seq"] == mine or entry["seq"] > hidden for entry in entries)
        assert member.call("thread", room=room, seq=mine)["entries"][0]["text"] == "mine"
        data = member.call("download", room=room, seq=mine + 1, offset=0)["data"]
        assert data == CONTENT[: len(data)]
        assert member.call("edit", room=room, seq=mine, text="edited")["room"] == room
        assert member.call("delete", room=room, seq=mine)["room"] == room


def test_own_file_is_at_its_address_for_who_never_followed_and_for_who_came_back() -> None:
    with quiet() as world:
        web = world.web(world.token("bot"))
        sent = web.ask("POST", "/api/v1/files?room=general&name=a.bin", CONTENT)
        crowd(world)
        reply = web.ask("GET", sent.fields["location"])
        assert (reply.status, reply.body) == (200, CONTENT)
        _, _, room, mine = rejoined(world)
        web = world.web(world.token("member"))
        reply = web.ask("GET", file_path(room, mine + 1, "a.bin"))
        assert (reply.status, reply.body) == (200, CONTENT)


# -- quotes and edits ------------------------------------------------------------------------


def says_old(world: World) -> tuple[Peer, Peer]:
    """Let a text be said, and then so much that a newcomer does not see it."""
    writer = world.user("writer")
    writer.send("SECRET one")
    return writer, crowd(world, 5)


def copies_of_old(writer: Peer, other: Peer) -> None:
    """Answer the old text, and give it another."""
    other.call("comment", room="general", seq=1, text="quoting")
    writer.call("edit", room="general", seq=1, text="SECRET two")


def test_newcomer_is_sent_no_quote_and_no_edit_of_what_was_before() -> None:
    with quiet() as world:
        writer, other = says_old(world)
        live = world.user("live")
        copies_of_old(writer, other)
        late = world.user("late")
        for newcomer in (live, late):
            assert "SECRET" not in repr(newcomer.entries)
            comment = newcomer.of_kind("comment")[0]
            assert (comment["text"], comment["reply_to"]) == ("quoting", 1)
            assert newcomer.of_kind("edit")[0]["target"] == 1
        assert "SECRET one" in repr(other.of_kind("comment"))
        assert other.of_kind("edit")[0]["text"] == "SECRET two"


def test_newcomer_who_lags_is_sent_no_quote_either() -> None:
    with quiet() as world:
        writer, other = says_old(world)
        phone = world.user("live")
        phone.close()
        copies_of_old(writer, other)
        assert "SECRET" not in repr(world.user("live").entries)


def test_newcomer_reads_no_quote_in_history_threads_and_searches() -> None:
    with quiet() as world:
        writer, other = says_old(world)
        reader = world.login("reader")
        reader.call("history", room="general")
        copies_of_old(writer, other)
        page = reader.call("history", room="general", limit=50)
        found = reader.call("search", words="quoting")
        thread = reader.call("thread", room="general", seq=7)
        assert found["entries"] and thread["entries"]
        assert "SECRET" not in repr([page, found, thread])
        assert "SECRET" in repr(other.call("history", room="general", limit=50))


def test_newcomer_hears_no_quote_over_streams_and_sockets() -> None:
    with quiet() as world:
        writer, other = says_old(world)
        token, own = world.token("reader"), world.token("writer")
        stream, mine = world.stream(token), world.stream(own)
        socket = world.socket().enter(token)
        socket.call("sync")
        copies_of_old(writer, other)
        world.settle()
        assert [e["kind"] for e in stream.entries[-2:]] == ["comment", "edit"]
        assert [e["kind"] for e in socket.entries[-2:]] == ["comment", "edit"]
        assert "SECRET" not in repr([stream.entries, socket.entries])
        assert "SECRET two" in repr(mine.entries)


def test_author_is_sent_the_own_words_again_though_a_newcomer() -> None:
    with quiet() as world:
        owner, member, room, mine = rejoined(world)
        member.forget()
        owner.call("comment", room=room, seq=mine, text="quoting")
        member.call("edit", room=room, seq=mine, text="edited")
        assert member.of_kind("comment")[-1]["quoted_text"] == "mine"
        assert member.of_kind("edit")[-1]["text"] == "edited"


def test_member_who_comes_back_is_sent_no_quote_of_what_was_said_meanwhile() -> None:
    with quiet() as world:
        owner, member, room, mine = rejoined(world)
        entries = owner.call("history", room=room)["entries"]
        hidden = next(entry for entry in entries if entry.get("text") == "text 0")["seq"]
        owner.call("comment", room=room, seq=hidden, text="quoting")
        owner.call("edit", room=room, seq=hidden, text="SECRET")
        assert member.of_kind("comment")[-1].get("quoted_text", "") == ""
        assert member.of_kind("edit")[-1].get("text", "") == ""


def test_member_who_leaves_in_the_same_tick_is_sent_no_quote() -> None:
    with quiet() as world:
        owner, member, room, mine = rejoined(world)
        entries = owner.call("history", room=room)["entries"]
        hidden = next(entry for entry in entries if entry.get("text") == "text 0")["seq"]
        owner.request("edit", room=room, seq=hidden, text="SECRET")
        owner.request("kick", room=room, user="member")
        world.settle()
        assert member.of_kind("edit") and "SECRET" not in repr(member.entries)


def test_account_that_ends_leaves_no_floor_behind() -> None:
    with quiet() as world:
        bot = world.login("bot")
        bot.send("hi")
        assert world.state.general.newcomers == {"bot": 0}
        bot.call("delete-account")
        assert world.state.general.newcomers == {}
