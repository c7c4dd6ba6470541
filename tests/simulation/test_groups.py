"""Groups: who is in, who sees what, who may do what."""

import pytest

from tests.simulation.peer import Peer
from tests.simulation.world import World

HOUR_MS = 3_600_000
NOWHERE = {"code": "not_found", "message": "there is no room with that name"}


def changes(peer: Peer, room: str) -> list[tuple[str, str, str]]:
    """Return what a peer heard of the members of a room: author, name, change."""
    heard = [entry for entry in peer.of_kind("member") if entry["room"] == room]
    return [(entry["author"], entry["name"], entry["change"]) for entry in heard]


def rooms_of(peer: Peer) -> list[str]:
    return [room["room"] for room in peer.call("rooms")["rooms"]]


def roles(peer: Peer, room: str) -> dict[str, str]:
    return {m["name"]: m["role"] for m in peer.call("members", room=room)["members"]}


# -- making one ------------------------------------------------------------------------------


def test_created_room_is_its_owners_alone_and_shows_on_all_own_devices() -> None:
    with World() as world:
        one, two, bob = world.user("alice"), world.user("alice"), world.user("bob")
        room = one.create("ops")
        assert room.startswith("+ops:")
        for peer in (one, two):
            assert changes(peer, room) == [("alice", "alice", "joined")]
            assert roles(peer, "+ops") == {"alice": "owner"}
        assert bob.entries == []
        assert room in rooms_of(one) and room not in rooms_of(bob)


def test_title_is_mapped_like_a_name_and_may_be_typed_with_its_mark() -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.create("+Ops").startswith("+ops:")
        for text in ("+ops", "+OPS", "ops"):
            assert roles(alice, text) == {"alice": "owner"}, text


@pytest.mark.parametrize("title", ["", "+", "two words", "a,b", "a:b", "@x", "general", "x" * 33])
def test_impossible_title_is_refused(title: str) -> None:
    with World() as world:
        alice = world.user("alice")
        assert world.refusal(alice, "create", title=title)["code"] == "bad_request"


def test_second_room_of_ones_own_with_the_same_title_is_a_conflict() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        first = alice.create("ops")
        assert world.refusal(alice, "create", title="OPS")["code"] == "conflict"
        assert bob.create("ops") != first


def test_two_rooms_of_one_title_are_told_apart_by_their_ids() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        mine, other = alice.create("ops"), bob.create("ops", alice)
        error = world.refusal(alice, "post", room="+ops", text="where?")
        assert error["code"] == "conflict"
        assert mine in error["message"] and other in error["message"]
        alice.post(mine, "here")
        alice.post(other, "there")
        assert alice.texts(mine) == ["here"] and bob.texts(other) == ["there"]
        assert bob.texts(mine) == []


# -- talking ---------------------------------------------------------------------------------


def test_members_hear_what_is_posted_and_nobody_else_does() -> None:
    with World() as world:
        alice, bob, eve = world.user("alice"), world.user("bob"), world.user("eve")
        room = alice.create("ops", bob)
        posted = alice.post("+ops", "secret")
        bob.post(room, "indeed")
        for peer in (alice, bob):
            assert peer.texts(room) == ["secret", "indeed"]
        assert posted["room"] == room
        assert eve.entries == []


def test_post_goes_wherever_the_author_may_write() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.post("general", "to all")
        alice.post("bob", "to one")
        assert bob.texts() == ["to all"] and bob.texts("alice,bob") == ["to one"]
        assert alice.refusal("post", room="@alice", text="to me")["code"] == "forbidden"
        assert alice.refusal("post", room="@bob", text="hi")["code"] == "not_found"
        assert alice.refusal("post", room="+ops", text="hi") == NOWHERE


def test_same_nonce_posts_into_a_room_once() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        first = alice.post(room, "hello", nonce="n")
        assert alice.post(room, "hello", nonce="n") == first
        assert bob.texts(room) == ["hello"]


def test_posts_into_rooms_count_as_private_ones() -> None:
    with World(limit_messages=1, limit_private=2) as world:
        alice = world.user("alice")
        room = alice.create("ops")
        alice.post(room, "one")
        alice.post(room, "two")
        error = alice.refusal("post", room=room, text="three")
        assert (error["code"], error["limit"]) == ("rate_limited", 2)
        alice.send("to all")
        world.sleep(HOUR_MS)
        alice.post(room, "three")


def test_members_read_and_count_unread_like_everywhere() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        bob.ack(room)
        bob.close()
        alice.post(room, "one")
        alice.post(room, "two")
        (status,) = [r for r in world.login("bob").call("rooms")["rooms"] if r["room"] == room]
        assert status["unread"] == 2
        one, two = world.user("bob"), world.user("bob")
        assert one.texts(room) == ["one", "two"]
        one.ack(room)
        world.sleep(2_000)
        assert {"room": room, "seq": 4} in two.told("read")
        assert world.user("bob").texts(room) == []


def test_who_joins_and_leaves_is_no_message_that_waits() -> None:
    with World() as world:
        alice, bob, carol = (world.user(name) for name in ("alice", "bob", "carol"))
        room = alice.create("ops", bob, carol)
        alice.call("kick", room=room, user="bob")
        for peer in (alice, carol):
            assert peer.seqs(room)  # it comes, though
            assert peer.call("unread")["rooms"] == []


# -- inviting --------------------------------------------------------------------------------


def test_invited_user_joins_without_asking_and_everybody_hears_it() -> None:
    with World() as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops")
        alice.call("invite", room="+ops", user="BOB")
        for peer in (one, two):
            (invited,) = peer.of_kind("invited")
            assert (invited["group"], invited["by"]) == (room, "alice")
        assert one.call("invitations")["invitations"][0]["room"] == room
        assert one.call("status")["invitations"] == 1
        assert two.call("join", room="+ops") == {"room": room, "request": None}
        for peer in (alice, one, two):
            assert changes(peer, room)[-1] == ("bob", "bob", "joined")
        assert one.call("invitations")["invitations"] == []
        assert roles(one, room) == {"alice": "owner", "bob": "member"}


def test_join_twice_is_done_once() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        before = world.state.digest()
        assert bob.call("join", room=room) == {"room": room, "request": None}
        assert world.state.digest() == before


def test_invited_user_sees_nothing_of_the_room_before_joining() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        alice.call("invite", room=room, user="bob")
        bob.forget()
        alice.post(room, "secret")
        assert bob.entries == []
        for method, params in (
            ("history", {}), ("members", {}), ("post", {"text": "hi"}), ("links", {}),
            ("requests", {}), ("invite", {"user": "bob"}), ("kick", {"user": "alice"}),
        ):  # fmt: skip
            assert world.refusal(bob, method, room=room, **params) == NOWHERE, method
        bob.tell("ack", room=room, seq=1)
        world.settle()
        assert [error["code"] for error in bob.told("error")] == ["not_found"]


def test_only_the_owner_sees_who_is_invited() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.register("carol")
        room = alice.create("ops", bob)
        alice.call("invite", room=room, user="carol")
        assert roles(alice, room) == {"alice": "owner", "bob": "member", "carol": "invited"}
        assert roles(bob, room) == {"alice": "owner", "bob": "member"}
        assert alice.call("members", room=room)["count"] == 2


def test_declined_invitation_is_gone_and_both_sides_may_begin_again() -> None:
    with World() as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops")
        alice.call("invite", room=room, user="bob")
        one.call("leave", room="+ops")
        assert [entry["by"] for entry in two.of_kind("removed")] == ["bob"]
        assert two.refusal("join", room=room) == NOWHERE
        alice.call("invite", room=room, user="bob")
        two.call("join", room=room)


def test_invitation_that_was_taken_back_opens_nothing() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        alice.call("invite", room=room, user="bob")
        alice.call("kick", room=room, user="bob")
        assert [entry["by"] for entry in bob.of_kind("removed")] == ["alice"]
        assert bob.refusal("join", room=room) == NOWHERE
        assert changes(alice, room) == [("alice", "alice", "joined")]


def test_invite_of_whom_it_makes_no_sense_for_is_a_conflict() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.register("carol")
        room = alice.create("ops", bob)
        alice.call("invite", room=room, user="carol")
        for name in ("alice", "bob", "carol"):
            error = world.refusal(alice, "invite", room=room, user=name)
            assert error["code"] == "conflict", name
        assert alice.refusal("invite", room=room, user="nobody")["code"] == "not_found"


def test_invitations_count_as_private_messages_so_nobody_is_flooded() -> None:
    with World(limit_private=2) as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        for _ in range(2):
            alice.call("invite", room=room, user="bob")
            bob.call("leave", room=room)
        error = world.refusal(alice, "invite", room=room, user="bob")
        assert error["code"] == "rate_limited"
        world.sleep(HOUR_MS)
        alice.call("invite", room=room, user="bob")


# -- leaving ---------------------------------------------------------------------------------


def test_who_left_sees_nothing_after_it_nor_before() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.post(room, "before")
        bob.call("leave", room="+ops")
        alice.post(room, "after")
        assert bob.texts(room) == ["before"]
        assert changes(alice, room)[-1] == ("bob", "bob", "left")
        assert room not in rooms_of(bob)
        assert bob.refusal("history", room=room) == NOWHERE
        assert bob.refusal("post", room=room, text="hi") == NOWHERE
        bob.close()
        back = world.login("bob")
        back.sync(positions={room: 1}, epoch=alice.epoch)
        assert back.texts(room) == [] and back.told("reset") == []


def test_all_devices_hear_that_one_of_them_left() -> None:
    with World() as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops", one)
        one.call("leave", room=room)
        for peer in (one, two):
            assert [(e["group"], e["by"]) for e in peer.of_kind("removed")] == [(room, "bob")]
            assert changes(peer, room)[-1] == ("bob", "bob", "joined")


def test_kicked_member_hears_who_did_it_and_the_others_too() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops", bob, carol)
        alice.call("kick", room=room, user="bob")
        assert [(e["group"], e["by"]) for e in bob.of_kind("removed")] == [(room, "alice")]
        for peer in (alice, carol):
            assert changes(peer, room)[-1] == ("alice", "bob", "removed")
        alice.post(room, "among us")
        assert bob.texts(room) == []
        assert world.refusal(bob, "join", room=room) == NOWHERE
        assert carol.texts(room) == ["among us"]


def test_member_who_comes_back_starts_as_a_newcomer() -> None:
    with World(limit_show_messages=2) as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.post(room, "one")
        alice.call("kick", room=room, user="bob")
        for text in ("two", "three", "four"):
            alice.post(room, text)
        bob.forget()
        alice.call("invite", room=room, user="bob")
        bob.call("join", room=room)
        alice.post(room, "five")
        assert bob.texts(room) == ["three", "four", "five"]
        page = bob.call("history", room=room)["entries"]
        assert [e["text"] for e in page if e["kind"] == "message"] == ["three", "four", "five"]


def test_newcomer_sees_the_last_messages_and_reads_no_older_history() -> None:
    with World(limit_show_messages=3) as world:
        alice = world.user("alice")
        room = alice.create("ops")
        for number in range(10):
            alice.post(room, f"text {number}")
        bob = world.user("bob")
        alice.call("invite", room=room, user="bob")
        bob.call("join", room=room)
        assert bob.texts(room) == ["text 7", "text 8", "text 9"]
        assert bob.told("gap") == []
        page = bob.call("history", room=room, after=0)
        assert page["entries"][0]["text"] == "text 7"
        again = world.login("bob")
        again.sync(positions={room: 0}, epoch=bob.epoch)
        assert again.texts(room) == ["text 7", "text 8", "text 9"]
        assert [gap["room"] for gap in again.told("gap")] == [room]


def test_owner_of_a_room_with_others_can_not_leave_it_and_hands_it_over_first() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        assert world.refusal(alice, "leave", room=room)["code"] == "forbidden"
        alice.call("transfer", room=room, user="bob")
        alice.call("leave", room=room)
        assert roles(bob, room) == {"bob": "owner"}
        assert changes(bob, room)[-2:] == [("alice", "bob", "owner"), ("alice", "alice", "left")]


def test_room_that_its_owner_leaves_alone_ends_with_all_that_hung_on_it() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        other = world.user("alice")
        room = alice.create("ops")
        alice.post(room, "nobody reads this")
        alice.call("invite", room=room, user="bob")
        link = alice.call("link", room=room)["link"]
        carol.call("join", link=link)
        alice.call("leave", room=room)
        assert room not in world.state.rooms
        for peer in (alice, other, bob):
            assert [e["group"] for e in peer.of_kind("removed")] == [room]
        assert [e["request"] for e in carol.of_kind("join_denied")] == [1]
        assert bob.refusal("join", room=room) == NOWHERE
        assert carol.refusal("join", link=link)["code"] == "not_found"
        assert carol.call("invitations") == {"invitations": [], "next": None, "asked": []}
        assert alice.refusal("history", room=room) == NOWHERE
        assert alice.create("ops") != room
        world.sleep(3 * HOUR_MS)  # the timers of what is gone find nothing


def test_ended_room_leaves_the_disk_with_the_next_snapshot() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.post(alice.create("ops"), "a secret text")
        assert world.on_disk("a secret text")
        alice.call("leave", room="+ops")
        world.stop()
        assert not world.on_disk("a secret text")


# -- the owner -------------------------------------------------------------------------------


def test_what_only_owners_may_is_forbidden_to_members() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.register("carol")
        room = alice.create("ops", bob)
        for method, params in (
            ("invite", {"user": "carol"}), ("kick", {"user": "alice"}), ("link", {}),
            ("links", {}), ("unlink", {"number": 1}), ("requests", {}),
            ("approve", {"user": "carol"}), ("deny", {"user": "carol"}),
            ("transfer", {"user": "bob"}),
        ):  # fmt: skip
            error = world.refusal(bob, method, room=room, **params)
            assert error["code"] == "forbidden", method


def test_what_strangers_ask_of_a_room_is_answered_as_if_there_were_none() -> None:
    with World() as world:
        alice, eve = world.user("alice"), world.user("eve")
        room = alice.create("ops")
        alice.call("invite", room=room, user="eve")
        alice.call("kick", room=room, user="eve")
        for method, params in (
            ("invite", {"user": "eve"}), ("kick", {"user": "alice"}), ("link", {}),
            ("links", {}), ("unlink", {"number": 1}), ("requests", {}),
            ("approve", {"user": "eve"}), ("deny", {"user": "eve"}), ("leave", {}),
            ("transfer", {"user": "eve"}), ("members", {}), ("join", {}), ("history", {}),
            ("post", {"text": "hi"}),
        ):  # fmt: skip
            for text in (room, "+ops", "+nothing", "+", "+x:y", room.upper(), room + "x"):
                error = world.refusal(eve, method, room=text, **params)
                assert error == NOWHERE, (method, text)


def test_new_owner_may_what_the_old_one_may_no_longer() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.register("carol")
        room = alice.create("ops", bob)
        alice.call("transfer", room=room, user="bob")
        assert world.refusal(alice, "invite", room=room, user="carol")["code"] == "forbidden"
        bob.call("invite", room=room, user="carol")
        bob.call("kick", room=room, user="alice")
        assert roles(bob, room) == {"bob": "owner", "carol": "invited"}


@pytest.mark.parametrize(
    ("user", "code"), [("alice", "bad_request"), ("carol", "not_found"), ("nobody", "not_found")]
)
def test_room_is_handed_to_members_only(user: str, code: str) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.register("carol")
        room = alice.create("ops", bob)
        alice.call("invite", room=room, user="carol")
        assert world.refusal(alice, "transfer", room=room, user=user)["code"] == code


@pytest.mark.parametrize(
    ("user", "code"), [("alice", "bad_request"), ("carol", "not_found"), ("nobody", "not_found")]
)
def test_only_who_is_in_or_invited_is_kicked(user: str, code: str) -> None:
    with World() as world:
        alice = world.user("alice")
        world.register("carol")
        room = alice.create("ops")
        assert world.refusal(alice, "kick", room=room, user=user)["code"] == code


# -- bounds ----------------------------------------------------------------------------------


def test_user_may_be_in_so_many_rooms_and_not_in_one_more() -> None:
    with World(groups_max=2) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.create("one")
        bob.create("two", alice)
        error = world.refusal(alice, "create", title="three")
        assert (error["code"], error["limit"]) == ("conflict", 2)
        room = bob.create("three")
        bob.call("invite", room=room, user="alice")
        assert world.refusal(alice, "join", room=room)["code"] == "conflict"
        alice.call("leave", room="+one")
        alice.call("join", room=room)


def test_room_has_so_many_members_and_not_one_more() -> None:
    with World(members_max=2) as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops", bob)
        alice.call("invite", room=room, user="carol")
        error = world.refusal(carol, "join", room=room)
        assert (error["code"], error["limit"]) == ("conflict", 2)
        bob.call("leave", room=room)
        carol.call("join", room=room)


def test_members_come_in_pages() -> None:
    with World() as world:
        alice = world.user("alice")
        names = [f"user{number}" for number in range(5)]
        room = alice.create("ops", *(world.login(name) for name in names))
        seen: list[str] = []
        after: str | None = ""
        while after is not None:
            page = alice.call("members", room=room, after=after, limit=2)
            assert len(page["members"]) <= 2 and page["count"] == 6
            seen += [member["name"] for member in page["members"]]
            after = page["next"]
        assert seen == sorted(["alice", *names])


# -- time, restarts --------------------------------------------------------------------------


def test_entries_live_as_long_as_any_member_has_not_read_them() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.post(room, "a text")
        alice.ack(room)
        bob.close()
        world.sleep(5 * HOUR_MS)
        assert alice.call("history", room=room)["entries"] == []
        bob = world.user("bob")
        assert bob.texts(room) == ["a text"]
        bob.ack(room)
        world.sleep(3 * HOUR_MS)
        assert world.state.rooms[room].log.frames == []


def test_member_who_left_holds_nothing_back() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.post(room, "a text")
        alice.ack(room)
        bob.call("leave", room=room)
        alice.ack(room)
        world.sleep(3 * HOUR_MS)
        assert world.state.rooms[room].log.frames == []


def test_unread_entries_of_a_room_go_after_keep_unread() -> None:
    day_ms = 24 * HOUR_MS
    with World(lifetime_ms=HOUR_MS, keep_unread_ms=2 * day_ms) as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.post(room, "a text")
        bob.close()
        world.sleep(2 * day_ms - HOUR_MS)
        assert world.state.rooms[room].log.frames
        world.sleep(2 * HOUR_MS)
        assert world.state.rooms[room].log.frames == []


def test_acknowledgement_of_who_left_meanwhile_is_dropped() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        mine = bob.create("mine")
        alice.post(room, "a text")
        bob.ack(room)
        bob.ack(mine, 1)
        bob.call("leave", room=room)
        bob.call("leave", room=mine)
        world.sleep(2_000)
        bob.send("still here")


@pytest.mark.parametrize("how", ["stop", "kill", "crash"])
def test_everything_about_a_room_survives_a_restart(how: str) -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        world.register("dave")
        room = alice.create("ops", bob)
        gone = bob.create("gone")
        bob.call("leave", room=gone)
        alice.call("invite", room=room, user="dave")
        link = alice.call("link", room=room, uses=2)["link"]
        carol.call("join", link=link)
        alice.call("transfer", room=room, user="bob")
        alice.post(room, "a text")
        getattr(world, how)()
        world.restart()
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        dave = world.user("dave")
        assert roles(bob, room) == {"alice": "member", "bob": "owner", "dave": "invited"}
        assert [r["name"] for r in bob.call("requests")["requests"]] == ["carol"]
        assert "a text" in bob.texts(room)
        bob.call("approve", room=room, user="carol")
        dave.call("join", room=room)
        assert world.user("eve").call("join", link=link) == {"room": None, "request": 1}
        assert world.user("frank").refusal("join", link=link)["code"] == "not_found"
