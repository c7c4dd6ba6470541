"""Hooks: programs post into a room as who made the hook, under all that holds for that user."""

import json
import logging

import pytest

from chatd.handlers.hooks import HOOKS_MAX
from chatd.wire.http.codec import BODY_BYTES_MAX, BODY_CHUNK_BYTES
from tests.simulation.account import registration
from tests.simulation.peer import Peer
from tests.simulation.web import Reply, replies, request
from tests.simulation.world import World


def made(peer: Peer, room: str = "general", label: str = "ci") -> str:
    token: str = peer.call("hook", room=room, label=label)["token"]
    return token


def post(world: World, token: str, text: str = "deployed", **fields: str) -> Reply:
    body = json.dumps({"text": text}).encode()
    fields.setdefault("content_type", "application/json")
    return world.web().ask("POST", f"/hooks/{token}", body, **fields)


def test_what_comes_by_a_hook_is_posted_as_its_maker_and_says_so() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        reply = post(world, made(alice), "deployed @bob")
        assert (reply.status, reply.body) == (200, b"ok")
        entry = bob.entries[-1]
        assert (entry["author"], entry["text"], entry["via"]) == ("alice", "deployed @bob", "ci")
        assert entry["mentions"] == ["bob"]


def test_a_hook_posts_into_its_own_room_only() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "hi")
        assert post(world, made(alice, "bob")).status == 200
        assert bob.texts("alice,bob") == ["hi", "deployed"]
        assert bob.texts() == []


def test_a_hook_works_after_a_restart_and_until_it_is_revoked() -> None:
    with World() as world:
        alice = world.user("alice")
        token = made(alice)
        world.crash()
        world.restart()
        assert post(world, token).status == 200
        alice = world.resume(alice)
        assert alice.call("hooks")["hooks"][0]["label"] == "ci"
        alice.call("unhook", hook=1)
        assert post(world, token).status == 404
        assert alice.call("hooks")["hooks"] == []
        assert alice.refusal("unhook", hook=1)["code"] == "not_found"


def test_a_new_password_leaves_hooks_as_they_are() -> None:
    with World() as world:
        alice = world.user("alice")
        token = made(alice)
        alice.prove("alice")
        alice.call("password", **registration("new"), device="laptop")
        assert post(world, token).status == 200


def test_all_devices_hear_of_hooks() -> None:
    with World() as world:
        alice, other = world.user("alice"), world.user("alice")
        made(alice)
        alice.call("unhook", hook=1)
        kinds = [e["kind"] for e in other.entries if e["kind"].startswith("hook")]
        assert kinds == ["hook_made", "hook_revoked"]


def test_a_hook_spends_its_makers_messages() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        token = made(alice)
        assert post(world, token).status == 200
        reply = post(world, token)
        assert (reply.status, reply.json["code"]) == (429, "rate_limited")
        assert int(reply.fields["retry-after"]) == 3600
        assert alice.refusal("send", text="more")["code"] == "rate_limited"


def test_a_hook_of_a_banned_user_posts_nothing() -> None:
    with World(admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        token = made(alice)
        root.call("ban", user="alice")
        reply = post(world, token)
        assert (reply.status, reply.json["code"]) == (403, "banned")
        assert world.state.general.log.last_seq == 0


def test_the_maker_is_told_why_the_last_post_of_a_hook_was_refused_until_one_is_taken() -> None:
    with World(admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        builds, alarms = made(alice), made(alice, label="alarms")
        root.call("ban", user="alice")
        assert post(world, builds).status == 403
        refused_at = world.now_ms
        first, second = alice.call("hooks")["hooks"]
        assert first["refused"] == "you are banned and may send nothing"
        assert 0 <= refused_at - first["refused_at"] <= 1_000
        assert (second["refused"], second["refused_at"]) == ("", None)
        root.call("unban", user="alice")
        assert post(world, builds).status == post(world, alarms).status == 200
        assert [hook["refused_at"] for hook in alice.call("hooks")["hooks"]] == [None, None]


def test_a_hook_into_a_room_that_its_maker_left_opens_nothing() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.call("create", title="ops")["room"]
        alice.call("invite", room=room, user="bob")
        bob.call("join", room=room)
        token = made(bob, room)
        assert post(world, token).status == 200
        alice.call("kick", room=room, user="bob")
        assert post(world, token).status == 404


def test_an_idempotency_key_lets_a_hook_post_once() -> None:
    with World() as world:
        token = made(world.user("alice"))
        for _ in range(2):
            assert post(world, token, idempotency_key="build-7").status == 200
        assert world.state.general.log.last_seq == 1
        assert post(world, token, "other", idempotency_key="build-7").status == 409


def test_an_edited_post_still_says_by_which_hook_it_came() -> None:
    with World() as world:
        alice = world.user("alice")
        post(world, made(alice))
        alice.call("edit", room="general", seq=1, text="deployed twice")
        (entry,) = [e for e in alice.call("history", room="general")["entries"] if e["seq"] == 1]
        assert (entry["text"], entry["via"]) == ("deployed twice", "ci")


def test_a_hook_into_a_direct_room_is_stopped_by_a_block() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        token = made(alice, "bob")
        bob.call("block", user="alice")
        reply = post(world, token)
        assert (reply.status, reply.json["code"]) == (403, "forbidden")
        assert bob.texts("alice,bob") == []


def test_a_hook_opens_a_direct_room_with_its_first_post_and_not_before() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        token = made(alice, "bob")
        world.crash()
        world.restart()
        assert "alice,bob" not in world.state.rooms
        bob = world.resume(bob)
        assert post(world, token).status == 200
        assert bob.texts("alice,bob") == ["deployed"]


def test_who_is_blocked_opens_no_room_by_a_hook() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.call("block", user="alice")
        reply = post(world, made(alice, "bob"))
        assert (reply.status, reply.json["code"]) == (403, "forbidden")
        assert "alice,bob" not in world.state.rooms


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"content_type": "text/plain"}, 200),
        ({"content_type": "nonsense"}, 200),
        ({"content_encoding": "gzip"}, 415),
        ({"content_type": "application/json; charset=utf-8"}, 200),
        ({"accept": "application/json"}, 200),
    ],
)
def test_what_a_hook_takes(fields: dict[str, str], status: int) -> None:
    with World() as world:
        assert post(world, made(world.user("alice")), **fields).status == status


def test_a_post_without_a_body_is_asked_for_one() -> None:
    with World() as world:
        token = made(world.user("alice"))
        assert world.web().ask("POST", f"/hooks/{token}").status == 411


def test_an_unknown_address_is_refused_before_anything_of_the_body_is_taken() -> None:
    with World() as world:
        heard = world.raw().say(request("POST", "/hooks/nonsense", None, content_length="90000"))
        (reply,) = replies(heard, "POST")
        assert (reply.status, reply.json["code"]) == (404, "not_found")
        assert reply.fields["connection"] == "close"


def test_a_body_that_comes_by_bytes_or_in_chunks_is_posted_as_one() -> None:
    with World(requests_per_second=0) as world:
        alice = world.user("alice")
        token, text = made(alice), "x" * 60_000
        kind = "application/json"
        body = b'{"text": "one", "padding": "%b"}' % text.encode()
        peer = world.raw()
        peer.say_by_bytes(request("POST", f"/hooks/{token}", b'{"text": "two"}', content_type=kind))
        peer.say(request("POST", f"/hooks/{token}", body, content_type=kind))
        coded = {"transfer_encoding": "chunked", "content_type": kind}
        head = request("POST", f"/hooks/{token}", None, **coded)
        peer.say(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        assert [reply.status for reply in replies(peer.heard, *["POST"] * 3)] == [200] * 3
        assert alice.texts() == ["two", "one", "one"]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_body_over_the_bound_is_refused_however_it_comes(is_told: bool) -> None:
    with World() as world:
        token, size = made(world.user("alice")), BODY_BYTES_MAX + BODY_CHUNK_BYTES
        if is_told:
            data = request("POST", f"/hooks/{token}", None, content_length=str(size))
        else:
            data = request("POST", f"/hooks/{token}", None, transfer_encoding="chunked")
            data += b"%x\r\n" % size + b"x" * size
        (reply,) = replies(world.raw().say(data), "POST")
        assert reply.status == 413


def test_a_post_that_is_broken_off_leaves_nothing_behind() -> None:
    with World() as world:
        alice = world.user("alice")
        peer = world.raw()
        peer.say(request("POST", f"/hooks/{made(alice)}", None, content_length="9") + b"{")
        peer.close()
        world.settle()
        assert not world.app.http_api._takers
        assert alice.texts() == []


@pytest.mark.parametrize("path", ["/hooks/", "/hooks/nonsense", "/hooks/%00", "/hooks/a/b"])
def test_a_path_that_opens_nothing_is_not_found(path: str) -> None:
    with World() as world:
        reply = world.web().ask("POST", path, b'{"text": "x"}', content_type="application/json")
        assert reply.status in (400, 404)
        assert world.web().ask("GET", path).status == 405


def said(count: int) -> str:
    """Return a text of so many lines, of which eight fit one message."""
    return "\n".join(f"{n} " + "x" * 1_000 for n in range(count))


@pytest.mark.parametrize(("lines", "parts"), [(8, 1), (9, 2), (40, 5)])
def test_a_long_text_is_posted_in_parts(lines: int, parts: int) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        assert post(world, made(alice), said(lines)).status == 200
        assert len(bob.texts()) == parts
        assert "\n".join(bob.texts()) == said(lines)
        assert {entry["via"] for entry in bob.entries if entry["kind"] == "message"} == {"ci"}


def test_a_text_that_is_longer_than_five_parts_is_cut_off_with_a_mark() -> None:
    with World() as world:
        alice = world.user("alice")
        assert post(world, made(alice), said(90)).status == 200
        assert len(alice.texts()) == 5
        assert "… cut off, " in alice.texts()[-1]
        assert all(len(text.encode()) <= 8_192 for text in alice.texts())


def test_each_part_names_whom_it_names() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        post(world, made(alice), "x" * 8_190 + "\n@bob")
        first, second = (entry for entry in bob.entries if entry["kind"] == "message")
        assert (first.get("mentions"), second.get("mentions")) == (None, ["bob"])


def test_a_long_text_opens_a_direct_room_with_its_first_part() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        assert post(world, made(alice, "bob"), said(9)).status == 200
        assert "\n".join(bob.texts("alice,bob")) == said(9)


def test_the_parts_of_a_long_text_are_posted_once_under_a_key_after_a_crash_too() -> None:
    with World() as world:
        alice = world.user("alice")
        token = made(alice)
        for _ in range(2):
            assert post(world, token, said(12), idempotency_key="alert-7").status == 200
        world.crash()
        world.restart()
        assert post(world, token, said(12), idempotency_key="alert-7").status == 200
        assert world.state.general.log.last_seq == 2
        assert post(world, token, said(13), idempotency_key="alert-7").status == 409


def test_each_part_counts_and_a_text_that_does_not_fit_the_limit_is_not_posted_at_all() -> None:
    with World(limit_messages=4) as world:
        alice = world.user("alice")
        token = made(alice)
        assert post(world, token, said(16)).status == 200
        reply = post(world, token, said(24))
        assert (reply.status, reply.json["code"]) == (429, "rate_limited")
        assert len(alice.texts()) == 2
        assert post(world, token, said(12)).status == 200
        assert alice.refusal("send", text="more")["code"] == "rate_limited"
        for _ in range(2):
            world.sleep(3_600_000)
            assert alice.told("limits")[-1]["general"]["left"] == 4
            assert post(world, token, said(32)).status == 200
            assert alice.refusal("send", text="more")["code"] == "rate_limited"


def test_a_text_with_more_parts_than_a_period_has_messages_is_cut_off_at_these() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        assert post(world, made(alice), said(30)).status == 200
        assert len(alice.texts()) == 2
        assert "… cut off, " in alice.texts()[-1]


def test_who_may_not_post_posts_no_part() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        token = made(alice, "bob")
        bob.call("block", user="alice")
        assert post(world, token, said(20)).status == 403
        assert bob.texts("alice,bob") == []


@pytest.mark.parametrize(
    ("method", "body", "fields", "status", "why"),
    [
        ("POST", b"hello", {"content_type": "text/plain"}, 415, "application/json"),
        ("POST", b"{}", {"content_encoding": "gzip"}, 415, "compressed"),
        ("POST", b"{", {}, 400, "line 1, column 2"),
        ("POST", b'{"content": "x"}', {}, 400, "`content`"),
        ("POST", b'{"text": "x"}', {"idempotency_key": "a b"}, 400, "Idempotency-Key"),
        ("POST", b"x" * (BODY_BYTES_MAX + 1), {}, 413, "96 KiB"),
        ("POST", None, {"content_length": "200000"}, 413, "96 KiB"),
        ("POST", None, {}, 411, "body"),
        ("PUT", b'{"text": "x"}', {}, 405, "PUT"),
        ("POST", b'{"text": "x"}', {"host": "elsewhere.example"}, 421, "ALLOWED_HOSTS"),
    ],
)
def test_the_maker_is_told_of_every_kind_of_refusal(
    method: str, body: bytes | None, fields: dict[str, str], status: int, why: str
) -> None:
    with World() as world:
        alice = world.user("alice")
        token = made(alice)
        heard = world.raw().say(request(method, f"/hooks/{token}", body, **fields))
        (reply,) = replies(heard, method)
        assert reply.status == status
        (hook,) = alice.call("hooks")["hooks"]
        assert why in hook["refused"]
        assert hook["refused"] == reply.json["detail"]
        assert hook["refused_at"] is not None
        assert post(world, token).status == 200
        assert alice.call("hooks")["hooks"][0]["refused"] == ""


def test_the_maker_is_told_of_a_limit_that_is_reached() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        token = made(alice)
        assert [post(world, token).status for _ in range(2)] == [200, 429]
        assert alice.call("hooks")["hooks"][0]["refused"] == (
            "you have used up your messages for this period"
        )


def test_a_user_has_so_many_hooks_and_no_more() -> None:
    with World() as world:
        alice = world.user("alice")
        for _ in range(HOOKS_MAX):
            made(alice)
        assert alice.refusal("hook", room="general", label="ci")["code"] == "conflict"


@pytest.mark.parametrize(
    ("room", "label", "code"),
    [
        ("nobody", "ci", "not_found"),
        ("@alice", "ci", "forbidden"),
        ("general", " ", "bad_request"),
        ("general", "x" * 65, "bad_request"),
    ],
)
def test_a_hook_that_can_not_be_is_refused(room: str, label: str, code: str) -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.refusal("hook", room=room, label=label)["code"] == code
        assert world.state.users["alice"].hooks == {}


def test_tokens_of_hooks_are_in_no_log_and_no_file(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with World() as world:
        token = made(world.user("alice"))
        post(world, token)
        post(world, token, " ")
        world.web().ask("GET", f"/hooks/{token}")
        for mistaken in (f"/api/v1/hooks/{token}", f"/{token}", f"/hooks/{token}?{token}"):
            world.web().ask("POST", mistaken, b"{}", content_type="application/json")
        world.stop()
        told = [str(record.__dict__) for record in caplog.records]
        assert any("hook-post" in line for line in told)
        assert not any(token in line for line in told)
        assert not world.on_disk(token)
