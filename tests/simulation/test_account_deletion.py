"""The end of an account: who ends it, what ends with it, and what of it stays."""

import json
import signal
from typing import Any

import pytest

from chatd import maintenance
from chatd.errors import NotFound
from chatd.handlers import account_deletion, young
from chatd.wire.entries import Delete, decode_entry
from tests.simulation.account import client_final, client_first, password_of, registration
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.world import World

JSON = "application/json"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def end(world: World, name: str, **params: object) -> None:
    """Let a user end the own account."""
    peer = world.login(name)
    peer.call("delete-account", **params)
    assert peer.ended


def group_of(world: World, room: str) -> Any:
    return world.state.rooms[room].group


def code(peer: Peer, method: str, **params: object) -> str:
    return str(peer.refusal(method, **params)["code"])


def texts(peer: Peer, room: str = "general") -> list[str]:
    return [e.get("text", "") for e in peer.call("history", room=room)["entries"]]


# -- who may ---------------------------------------------------------------------------------


def test_account_ends_right_after_a_proof_and_is_told_why() -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.call("delete-account") == {}
        assert alice.ended and alice.told("bye")[-1] == {
            "reason": "this account was deleted", "logged_out": True
        }  # fmt: skip


@pytest.mark.parametrize("posts", [False, True])
def test_account_does_not_end_without_a_fresh_proof(posts: bool) -> None:
    with World() as world:
        token = world.login("alice", device="phone").token
        phone, late = world.guest(), world.user("alice")
        phone.enter(token)
        assert world.refusal(phone, "delete-account", posts=posts)["code"] == "forbidden"
        world.sleep(5 * MINUTE_MS + 1)
        assert world.refusal(late, "delete-account", posts=posts)["code"] == "forbidden"
        late.prove("alice")
        late.call("delete-account", posts=posts)


def test_account_does_not_end_over_http() -> None:
    with World() as world:
        web = world.web(world.token("alice"))
        assert web.call("delete-account").status == 404
        assert not world.state.users["alice"].has_ended


def test_administrator_ends_the_account_of_a_user_also_over_http() -> None:
    with World(admins=("root", "toor")) as world:
        eve, dan = world.user("eve"), world.user("dan")
        root, toor = world.user("root"), world.user("toor")
        root.call("delete-user", user="Eve")
        assert eve.ended and eve.told("bye")[-1]["reason"] == "this account was deleted"
        assert world.web(world.token("root")).call("delete-user", user="dan").status == 200
        assert dan.ended
        for admin in (root, toor):
            told = [(e["action"], e["user"], e["by"]) for e in admin.of_kind("moderated")]
            assert told == [("deleted", "eve", "root"), ("deleted", "dan", "root")]


@pytest.mark.parametrize(
    ("who", "whom", "expected"),
    [
        ("eve", "dan", "forbidden"),
        ("eve", "root", "forbidden"),
        ("eve", "nobody", "forbidden"),
        ("root", "root", "bad_request"),
        ("root", "toor", "forbidden"),
        ("root", "nobody", "not_found"),
        ("root", "gone", "not_found"),
    ],
)
def test_who_may_not_ends_no_account(who: str, whom: str, expected: str) -> None:
    with World(admins=("root", "toor")) as world:
        for name in ("eve", "dan", "root", "toor", "gone"):
            world.register(name)
        end(world, "gone")
        assert world.refusal(world.user(who), "delete-user", user=whom)["code"] == expected


def test_administrator_may_end_the_own_account_and_the_name_is_nobodys() -> None:
    with World(admins=("root",)) as world:
        end(world, "root")
        error = world.refusal(world.guest(), "register", name="root", **registration("x"))
        assert error["code"] == "conflict"
        world.user("eve").call("report", user=world.user("dan").name, reason="spam")


def test_account_that_nobody_logged_in_to_is_ended_for_good_and_its_name_stays_reserved() -> None:
    with World(admins=("root",)) as world:
        root = world.user("root")
        world.register("eve")
        root.call("delete-user", user="eve")
        world.sleep(3 * 24 * HOUR_MS)
        assert world.state.users["eve"].has_ended
        error = world.guest().refusal("register", name="eve", **registration("x"))
        assert error["code"] == "conflict"


# -- what ends with it -----------------------------------------------------------------------


def test_every_connection_of_the_user_ends_in_that_tick() -> None:
    with World() as world:
        token = world.token("alice")
        here, there, phone = world.user("alice"), world.user("alice"), world.guest()
        phone.enter(token)
        stream, socket = world.stream(token), world.socket()
        socket.enter(token)
        world.settle()
        here.request("delete-account")
        world.tick()
        for peer in (here, there, phone, stream, socket):
            assert peer.sock.is_over
        world.settle()
        assert phone.told("bye")[-1]["logged_out"]
        assert world.app.delivery.of_user("alice") == []


def test_what_is_asked_behind_the_end_in_the_same_tick_is_refused() -> None:
    with World() as world:
        alice, other = world.user("alice"), world.user("alice")
        watcher = world.user("bob")
        alice.request("delete-account")
        asked = [(alice, alice.request("send", text="late"))]
        asked.append((other, other.request("token-create", label="late")))
        world.settle()
        for peer, request in asked:
            if peer.answered(request):
                with pytest.raises(Refused) as refused:
                    peer.result(request)
                assert refused.value.code == "unauthenticated"
        assert watcher.texts() == [] and not world.state.users["alice"].devices


def test_neither_password_nor_token_nor_hook_opens_anything_more() -> None:
    with World() as world:
        alice = world.login("alice", device="phone")
        hook = alice.call("hook", room="general", label="ci")["token"]
        begun = world.guest()
        challenge = begun.call("login-start", message=client_first("alice"))["message"]
        end(world, "alice")
        final = client_final("alice", password_of("alice"), challenge)
        assert code(begun, "login-finish", message=final) == "auth_failed"
        for how in (world.crash, world.stop):
            how()
            world.restart()
            assert code(world.guest(), "login-token", token=alice.token) == "auth_failed"
            with pytest.raises(Refused, match="auth_failed"):
                world.guest().prove("alice")
            posted = world.web().ask("POST", f"/hooks/{hook}", b'{"text": "x"}', content_type=JSON)
            assert posted.status == 404


def test_challenge_of_an_ended_account_looks_like_that_of_an_unknown_name() -> None:
    with World() as world:
        world.register("alice")
        end(world, "alice")
        message = world.guest().call("login-start", message=client_first("alice"))["message"]
        assert message.split(",i=")[1] == "4096"  # as the only account had it
        other = world.guest().call("login-start", message=client_first("nobody"))["message"]
        assert len(other) == len(message)


@pytest.mark.parametrize("name", ["alice", "ALICE", "a1ice", "аlісе"])
def test_name_stays_reserved_and_so_does_what_looks_like_it(name: str) -> None:
    with World() as world:
        end(world, "alice")
        for _ in range(2):
            error = world.guest().refusal("register", name=name, **registration("x"))
            assert error["code"] in ("conflict", "bad_request")
            world.crash()
            world.restart()


def test_reset_of_an_ended_account_is_refused_and_its_name_is_taken() -> None:
    with World() as world:
        end(world, "alice")
        world.stop()
        with pytest.raises(NotFound, match="alice no longer has an account"):
            world.maintain(maintenance.reset_user, "alice", "new")
        world.restart()


def test_what_was_scheduled_is_never_posted() -> None:
    with World() as world:
        bob, alice = world.user("bob"), world.login("alice")
        alice.call("send-at", at=world.now_ms + MINUTE_MS, text="later", to="general")
        end(world, "alice")
        assert world.state.users["alice"].scheduled == {}
        world.sleep(2 * MINUTE_MS)
        assert bob.texts() == []


def test_what_was_held_by_a_ban_is_never_posted() -> None:
    with World(admins=("root",)) as world:
        root, alice = world.user("root"), world.login("alice")
        alice.call("send-at", at=world.now_ms + MINUTE_MS, text="later", to="general")
        root.call("ban", user="alice", hours=1)
        world.sleep(2 * MINUTE_MS)
        assert world.state.users["alice"].held_until_ms
        end(world, "alice")
        world.sleep(2 * HOUR_MS)
        assert root.texts() == []


def test_upload_leaves_the_disk() -> None:
    with World() as world:
        alice = world.login("alice")
        upload = alice.call("upload", room="general", name="a.txt", size=8)["upload"]
        alice.call("upload-chunk", upload=upload, offset=0, data=b"half")
        assert any("files" in path for path in world.disk.files())
        end(world, "alice")
        assert world.state.uploads == {}
        world.settle()
        assert not any("files/" in path for path in world.disk.files())


def test_invitations_and_requests_of_the_user_end_and_others_are_told() -> None:
    with World() as world:
        bob, alice, carol = world.user("bob"), world.user("alice"), world.user("carol")
        ops, dev = bob.create("ops"), carol.create("dev")
        bob.call("invite", room=ops, user="alice")
        link = carol.call("link", room=dev)["link"]
        alice.call("join", link=link)
        end(world, "alice")
        assert group_of(world, ops).invited == group_of(world, dev).requests == {}
        assert [e["name"] for e in carol.of_kind("request_settled")] == ["alice"]
        assert code(bob, "invite", room=ops, user="alice") == "not_found"


# -- rooms -----------------------------------------------------------------------------------


def test_owned_room_passes_to_its_longest_member() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops", bob)
        world.sleep(1_000)
        alice.call("invite", room=room, user="carol")
        carol.call("join", room=room)
        bob.call("leave", room=room)
        alice.call("invite", room=room, user="bob")
        world.sleep(1_000)
        bob.call("join", room=room)  # back, but not for as long as carol
        alice.post(room, "still mine")
        alice.forget()
        bob.forget()
        carol.forget()
        end(world, "alice")
        assert group_of(world, room).owner == "carol"
        assert list(world.state.rooms[room].members) == ["carol", "bob"]
        for peer in (bob, carol):
            said = [(e["name"], e["change"]) for e in peer.of_kind("member")]
            assert said == [("carol", "owner"), ("alice", "left")]
        assert "still mine" in texts(bob, room)
        carol.call("kick", room=room, user="bob")


def test_links_and_invitations_of_the_owner_end_and_requests_go_to_the_heir() -> None:
    with World() as world:
        alice, bob, dan = world.user("alice"), world.user("bob"), world.user("dan")
        eve, fay = world.user("eve"), world.user("fay")
        room = alice.create("ops", bob)
        link = alice.call("link", room=room)["link"]
        dan.call("join", link=link)
        alice.call("invite", room=room, user="eve")
        end(world, "alice")
        assert code(fay, "join", link=link) == "not_found"
        assert code(eve, "join", room=room) == "not_found"
        assert group_of(world, room).invited == {} and group_of(world, room).links == {}
        assert [e["name"] for e in bob.of_kind("join_requested")] == ["dan"]
        bob.call("approve", room=room, user="dan")
        assert "dan" in world.state.rooms[room].members


def test_room_that_the_user_is_alone_in_ends() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        alice.call("invite", room=room, user="bob")
        end(world, "alice")
        assert room not in world.state.rooms
        assert world.state.users["bob"].invitations == []
        assert [e["group"] for e in bob.of_kind("removed")] == [room]


def test_member_leaves_the_rooms_of_others() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = bob.create("ops", alice)
        end(world, "alice")
        assert list(world.state.rooms[room].members) == ["bob"]
        assert [(e["name"], e["change"]) for e in bob.of_kind("member")][-1] == ("alice", "left")


def test_direct_room_stays_for_the_other_who_can_write_there_no_more() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "keep this")
        bob.send_to("alice", "and this")
        at = world.now_ms + MINUTE_MS
        scheduled = bob.call("send-at", at=at, text="later", to="alice")["id"]
        end(world, "alice")
        assert texts(bob, "alice") == ["keep this", "and this"]
        for method, params in (
            ("send-to", {"to": "alice", "text": "x"}),
            ("post", {"room": "alice", "text": "x"}),
            ("post", {"room": "alice,bob", "text": "x"}),
            ("comment", {"room": "alice", "seq": 1, "text": "x"}),
            ("edit", {"room": "alice", "seq": 2, "text": "x"}),
            ("upload", {"room": "alice", "name": "a", "size": 1}),
            ("send-at", {"at": at, "to": "alice", "text": "x"}),
            ("block", {"user": "alice"}),
            ("report", {"user": "alice", "reason": "x"}),
        ):
            error = world.refusal(bob, method, **params)
            assert error["code"] == "not_found", method
            assert error["message"] == "alice no longer has an account", method
        bob.call("delete", room="alice", seq=2)
        world.sleep(MINUTE_MS)
        assert [e["id"] for e in bob.of_kind("failed")] == [scheduled]


def test_young_account_writes_to_others_though_one_of_them_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(young, "UNREAD_BYTES_IN_ALL_MAX", 1_000)
    with World() as world:
        bob = world.login("bob")
        for name in ("alice", "carol"):
            world.login(name).close()
            bob.send_to(name, "x" * 500)
        end(world, "alice")
        bob.send_to("carol", "y" * 500)  # what alice has not read counts no more
        assert code(bob, "send-to", to="carol", text="too much") == "rate_limited"


def test_newcomer_can_not_write_to_an_account_that_is_over() -> None:
    with World() as world:
        end(world, "alice")
        error = world.refusal(world.user("bob"), "send-to", to="alice", text="hello")
        assert (error["code"], error["message"]) == ("not_found", "alice no longer has an account")


def test_direct_room_of_two_who_are_gone_is_forgotten() -> None:
    with World() as world:
        world.register("bob")
        alice = world.user("alice")
        alice.send_to("bob", "to you")
        alice.send_to("alice", "to myself")
        end(world, "alice")
        assert "alice,bob" in world.state.rooms and "alice,alice" not in world.state.rooms
        end(world, "bob")
        assert set(world.state.rooms) == {"general"}


def test_unread_of_the_user_holds_nothing_back_any_more() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        bob = world.user("bob")
        world.user("alice").close()
        bob.send("to everyone")
        bob.send_to("alice", "to you")
        end(world, "alice")
        world.sleep(2 * HOUR_MS)
        assert world.state.rooms["general"].log.frames == []
        assert world.state.rooms["alice,bob"].log.frames == []


def test_block_of_an_account_that_is_over_can_be_taken_back() -> None:
    with World() as world:
        bob = world.user("bob")
        world.register("alice")
        bob.call("block", user="alice")
        end(world, "alice")
        bob.call("unblock", user="alice")
        assert bob.call("blocked")["names"] == []


def test_mention_of_an_account_that_is_over_names_nobody() -> None:
    with World() as world:
        bob = world.user("bob")
        end(world, "alice")
        bob.send("@alice hello")
        assert not bob.entries[-1].get("mentions")


def test_ban_timer_of_an_account_that_is_over_says_nothing() -> None:
    with World(admins=("root",)) as world:
        root = world.user("root")
        world.register("eve")
        root.call("ban", user="eve", hours=1)
        root.call("delete-user", user="eve")
        world.sleep(2 * HOUR_MS)
        assert [e["action"] for e in root.of_kind("moderated")] == ["banned", "deleted"]


# -- posts -----------------------------------------------------------------------------------


def test_posts_stay_under_the_name() -> None:
    with World() as world:
        alice, bob = world.login("alice"), world.user("bob")
        alice.send("one")
        end(world, "alice")
        (entry,) = bob.call("history", room="general")["entries"]
        assert (entry["author"], entry["text"]) == ("alice", "one")
        bob.call("comment", room="general", seq=1, text="so true")


def busy(world: World, posts: int = 3) -> tuple[Peer, str]:
    """Let alice post everywhere, and bob between; return bob and their group."""
    alice, bob = world.login("alice"), world.user("bob")
    group, left = alice.create("ops", bob), alice.create("old", bob)
    for number in range(posts):
        alice.send(f"hushed {number}")
        bob.send(f"bob's {number}")
        alice.post(group, f"hushed {number} in a group")
        alice.post(left, f"hushed {number} in a group that she leaves")
        alice.send_to("bob", f"hushed {number} for bob")
    bob.call("comment", room="general", seq=1, text="what she said")
    alice.call("edit", room="general", seq=1, text="hushed edit")
    alice.call("comment", room="general", seq=2, text="hushed comment")
    alice.call("transfer", room=left, user="bob")
    alice.call("leave", room=left)
    alice.close()
    return bob, group


def left_of(world: World) -> list[bytes]:
    """Return the frames in which a text of alice's still stands."""
    return [
        frame
        for room in world.state.rooms.values()
        for frame in room.log.frames
        if b"hushed" in frame
    ]


def test_posts_go_from_every_room_and_every_device_hears_it() -> None:
    with World() as world:
        bob, group = busy(world)
        assert left_of(world)
        end(world, "alice", posts=True)
        world.settle()
        assert left_of(world) == []
        assert not world.state.erasing and not world.state.users["alice"].erases_posts
        deletes = [e for e in bob.of_kind("delete") if e["author"] == "alice"]
        assert len(deletes) == 4 * 3 + 1
        assert [t for t in texts(bob) if t] == ["bob's 0", "bob's 1", "bob's 2", "what she said"]
        world.stop()
        assert not world.on_disk("hushed")


def test_files_go_with_the_posts() -> None:
    with World() as world:
        alice, bob = world.login("alice"), world.user("bob")
        upload = alice.call("upload", room="general", name="hushed.txt", size=6)["upload"]
        alice.call("upload-chunk", upload=upload, offset=0, data=b"hushed")
        alice.call("upload-finish", upload=upload)
        assert any("files/" in path for path in world.disk.files())
        end(world, "alice", posts=True)
        world.settle()
        assert left_of(world) == [] and not world.state.blobs
        assert not any("files/" in path for path in world.disk.files())
        assert world.state.users["alice"].file_bytes == 0
        assert code(bob, "download", room="general", seq=1, offset=0) == "not_found"


def test_administrator_deletes_the_posts_too() -> None:
    with World(admins=("root",)) as world:
        busy(world)
        world.user("root").call("delete-user", user="alice", posts=True)
        world.settle()
        assert left_of(world) == []


def test_many_posts_go_over_many_ticks_a_few_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(limit_messages=0) as world:
        alice = world.login("alice")
        for number in range(70):
            alice.send(f"hushed {number}")
        alice.request("delete-account", posts=True)
        world.tick()
        before, ticks = len(left_of(world)), 0
        while world.state.erasing:
            left = len(left_of(world))
            world.tick()
            assert left - len(left_of(world)) <= account_deletion.DELETED_PER_SLICE
            ticks += 1
        assert before >= 50 and ticks >= 70 // account_deletion.DELETED_PER_SLICE
        assert left_of(world) == []


def test_entries_that_a_slice_looks_at_are_bounded() -> None:
    with World(limit_messages=0, limit_private=0) as world:
        bob = world.login("bob")
        for number in range(account_deletion.LOOKED_AT_PER_SLICE + 50):
            bob.request("send", text=f"{number}")
        world.settle()
        world.login("alice").request("delete-account", posts=True)
        world.tick()
        assert world.state.erasing  # not all was looked at in the tick that began it
        world.settle()
        assert not world.state.erasing


@pytest.mark.parametrize("how", ["crash", "stop", "reload"])
def test_posts_that_were_not_deleted_yet_go_after_a_restart(how: str) -> None:
    with World(limit_messages=0) as world:
        alice = world.login("alice")
        for number in range(70):
            alice.send(f"hushed {number}")
        alice.request("delete-account", posts=True)
        world.tick()
        world.tick()
        assert 0 < len(left_of(world)) < 70 or how == "stop"
        if how == "reload":
            world.signals.send(signal.SIGHUP)
        else:
            getattr(world, how)()
            world.restart()
        world.settle()
        assert left_of(world) == [] and not world.state.erasing
        entries = map(decode_entry, world.state.rooms["general"].log.frames)
        assert sum(isinstance(entry, Delete) for entry in entries) == 70  # each once


def test_full_disk_puts_the_deleting_off_and_loses_none() -> None:
    with World(limit_messages=0) as world:
        alice = world.login("alice")
        for number in range(50):
            alice.send(f"hushed {number}")
        alice.request("delete-account", posts=True)
        world.tick()
        world.database.transaction.writable = False
        world.sleep(5_000)
        assert left_of(world)
        world.database.transaction.writable = True
        world.sleep(2_000)
        assert left_of(world) == []


def test_several_accounts_are_deleted_with_their_posts_at_a_time() -> None:
    with World(admins=("root",), limit_messages=0) as world:
        names = [f"spammer{number}" for number in range(5)]
        for name in names:
            peer = world.login(name)
            for number in range(10):
                peer.send(f"hushed {number}")
        root = world.user("root")
        for name in names:
            root.request("delete-user", user=name, posts=True)
        world.settle()
        assert left_of(world) == [] and not world.state.erasing


def test_banned_user_takes_nothing_along_that_was_reported() -> None:
    with World(admins=("root",)) as world:
        root, eve, dan = world.user("root"), world.login("eve"), world.user("dan")
        eve.send("evidence")
        dan.call("report", user="eve", reason="spam", room="general", seq=1)
        root.call("ban", user="eve")
        error = world.refusal(eve, "delete-account", posts=True)
        assert error["code"] == "banned" and "was reported" in error["message"]
        eve.call("delete-account")
        assert "evidence" in texts(root)


def test_banned_user_ends_no_room_in_which_something_was_reported() -> None:
    with World(admins=("root",)) as world:
        root, eve, dan = world.user("root"), world.login("eve"), world.user("dan")
        room = eve.create("ops", dan)
        eve.post(room, "evidence")
        dan.call("report", user="eve", reason="spam", room=room, seq=3)
        dan.call("leave", room=room)
        root.call("ban", user="eve")
        assert world.refusal(eve, "delete-account")["code"] == "banned"
        root.call("dismiss", report=root.of_kind("reported")[0]["report"])
        eve.call("delete-account", posts=True)


@pytest.mark.parametrize("by_admin", [False, True])
def test_what_was_reported_goes_where_nobody_is_banned_or_an_administrator_says_so(
    by_admin: bool,
) -> None:
    with World(admins=("root",)) as world:
        root, eve, dan = world.user("root"), world.login("eve"), world.user("dan")
        eve.send("evidence")
        dan.call("report", user="eve", reason="spam", room="general", seq=1)
        if by_admin:
            root.call("ban", user="eve")
            root.call("delete-user", user="eve", posts=True)
        else:
            eve.call("delete-account", posts=True)
        world.settle()
        assert "evidence" not in texts(root)
        assert root.call("reports")["reports"][0]["quote"] == "evidence"


def test_banned_administrator_ends_nobodys_account() -> None:
    with World(admins=("root", "toor")) as world:
        root, eve = world.user("root"), world.user("eve")
        world.user("toor").call("ban", user="root")
        assert world.refusal(root, "delete-user", user="eve")["code"] == "banned"
        assert not eve.ended


def test_store_with_an_ended_account_is_the_same_after_every_way_to_stop() -> None:
    with World() as world:
        busy(world)
        end(world, "alice", posts=True)
        for how in (world.crash, world.kill, world.stop, world.stop):
            how()
            world.restart()  # which compares the state with the one that was left
        assert world.state.users["alice"].has_ended


def test_ended_account_is_counted_among_nobody_online() -> None:
    with World() as world:
        bob = world.user("bob")
        world.user("alice")
        world.settle()
        end(world, "alice")
        assert bob.call("who")["names"] == ["bob"]


def test_body_of_a_refusal_over_http_says_that_the_account_is_over() -> None:
    with World() as world:
        web = world.web(world.token("bob"))
        end(world, "alice")
        reply = web.call("send-to", to="alice", text="x")
        problem: Map = json.loads(reply.body)
        assert reply.status == 404 and problem["detail"] == "alice no longer has an account"
