"""Sending: once only, within limits that end on time."""

import pytest

from chatd.core.idempotency import (
    FORGOTTEN_AT_ONCE,
    NONCE_KEPT_MS,
    NONCES_MAX,
    IdempotencyRecord,
    IdempotencyRecords,
)
from tests.simulation.peer import Peer
from tests.simulation.test_files import begin
from tests.simulation.test_files import fill as send_bytes
from tests.simulation.world import World

HOUR_MS = 3_600_000
SEVEN_DAYS_MS = 7 * 86_400_000


# -- nonces ----------------------------------------------------------------------------------


def test_same_nonce_and_text_returns_the_first_result_and_posts_nothing() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        first = alice.send("hello", nonce="n")
        world.sleep(1_000)
        assert alice.send("hello", nonce="n") == first
        assert world.user("alice").call("send", text="hello", nonce="n") == first
        assert bob.texts() == ["hello"]


def test_same_nonce_twice_in_one_tick_posts_once() -> None:
    with World() as world:
        alice = world.user("alice")
        ids = [alice.request("send", text="hello", nonce="n") for _ in range(2)]
        world.settle()
        assert alice.result(ids[0]) == alice.result(ids[1])
        assert alice.texts() == ["hello"]


@pytest.mark.parametrize("other", ["another text", "another room"])
def test_same_nonce_with_other_content_is_a_conflict(other: str) -> None:
    with World() as world:
        world.register("bob")
        alice = world.user("alice")
        alice.send("hello", nonce="n")
        if other == "another text":
            error = alice.refusal("send", text="other", nonce="n")
        else:
            error = alice.refusal("send-to", to="bob", text="hello", nonce="n")
        assert error["code"] == "conflict"
        assert alice.texts() == ["hello"]


def test_same_nonce_and_fields_of_another_command_is_a_conflict() -> None:
    """A comment on an entry and an edit of it have the same fields."""
    with World() as world:
        alice = world.user("alice")
        fields = {"room": "general", "seq": alice.send("said")["seq"], "text": "more"}
        alice.call("comment", **fields, nonce="once")
        assert alice.refusal("edit", **fields, nonce="once")["code"] == "conflict"
        alice.call("edit", **fields, nonce="another")
        assert alice.refusal("comment", **fields, nonce="another")["code"] == "conflict"


def test_nonce_of_another_user_is_another_nonce() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        assert alice.send("hello", nonce="n")["seq"] == 1
        assert bob.send("hello", nonce="n")["seq"] == 2


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_nonce_is_known_across_a_restart(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        first = alice.send("hello", nonce="n")
        getattr(world, how)()
        world.restart()
        again = world.user("alice")
        assert again.send("hello", nonce="n") == first
        assert again.refusal("send", text="other", nonce="n")["code"] == "conflict"


@pytest.mark.parametrize(("after_ms", "seq"), [(SEVEN_DAYS_MS - 1, 1), (SEVEN_DAYS_MS, 2)])
def test_nonce_counts_for_seven_days(after_ms: int, seq: int) -> None:
    with World(lifetime_ms=0) as world:
        alice = world.user("alice")
        alice.send("hello", nonce="n")
        alice.close()
        world.sleep(after_ms)
        assert world.login("alice").send("hello", nonce="n")["seq"] == seq


def use_nonces(world: World, name: str, count: int, ts: int) -> None:
    """Let a user have used so many nonces at a time."""
    user = world.state.users[name]
    user.nonces = user.nonces or IdempotencyRecords()
    for number in range(count):
        user.nonces.add(f"old {number}", IdempotencyRecord(b"content.", "general", number + 1, ts))


def test_over_the_bound_of_nonces_a_new_one_is_refused_and_none_is_forgotten() -> None:
    with World(limit_messages=0, is_followed=False) as world:
        alice = world.user("alice")
        use_nonces(world, "alice", NONCES_MAX - 1, world.now_ms)
        first = alice.send("hello", nonce="n")
        error = world.refusal(alice, "send", text="more", nonce="another")
        assert (error["code"], error["limit"]) == ("rate_limited", NONCES_MAX)
        assert error["reset_at"] == world.now_ms + NONCE_KEPT_MS
        assert alice.send("hello", nonce="n") == first
        assert alice.send("more")["seq"] == 2, "without a nonce it goes"
        for method, params in (
            ("send-at", {"at": world.now_ms + 1_000, "text": "later"}),
            ("delete", {"room": "general", "seq": 1}),
        ):
            assert alice.refusal(method, **params, nonce="m")["code"] == "rate_limited"
        used = {quota["what"]: quota for quota in alice.call("status")["quotas"]}["nonces"]
        assert (used["used"], used["limit"]) == (NONCES_MAX, NONCES_MAX)
        alice.close()
        world.clock.advance(error["reset_at"] - world.now_ms)
        assert world.login("alice").send("more", nonce="another")["seq"] == 3


def test_nonces_of_somebody_who_stays_away_are_forgotten_across_a_restart() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("hello", nonce="n")
        use_nonces(world, "alice", 2 * FORGOTTEN_AT_ONCE, world.now_ms)
        world.stop()
        world.restart()
        world.sleep(NONCE_KEPT_MS)
        assert world.state.users["alice"].nonces is None


def test_one_nonce_after_another_is_forgotten_by_the_timer_alone() -> None:
    with World() as world:
        alice = world.user("alice")
        for number in range(3):
            alice.send("hello", nonce=f"n{number}")
            world.sleep(HOUR_MS)
        alice.close()
        world.sleep(NONCE_KEPT_MS)
        assert world.state.users["alice"].nonces is None


def test_nonce_is_looked_up_before_the_limit() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        first = alice.send("hello", nonce="n")
        assert alice.refusal("send", text="more")["code"] == "rate_limited"
        assert alice.send("hello", nonce="n") == first
        assert alice.refusal("send", text="other", nonce="n")["code"] == "conflict"


def test_refused_post_leaves_no_nonce_behind() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        alice.refusal("send", text="two", nonce="n")
        world.sleep(HOUR_MS)
        assert alice.send("another two", nonce="n")["seq"] == 2


# -- what own devices hear of own posts -------------------------------------------------------


def test_own_post_with_a_nonce_is_told_to_other_devices_that_follow_and_to_nobody_else() -> None:
    with World() as world:
        laptop, phone, idle = world.user("alice"), world.user("alice"), world.login("alice")
        bob = world.user("bob")
        laptop.send("to all", nonce="a")
        laptop.send_to("bob", "to one", nonce="b")
        laptop.send("not told")
        assert phone.told("posted") == [
            {"room": "general", "seq": 1, "nonce": "a"},
            {"room": "alice,bob", "seq": 1, "nonce": "b"},
        ]
        phone.send("from the phone", nonce="c")
        assert laptop.told("posted") == [{"room": "general", "seq": 3, "nonce": "c"}]
        assert len(phone.told("posted")) == 2
        assert idle.told("posted") == bob.told("posted") == []


@pytest.mark.parametrize("room", ["general", "alice,bob"])
def test_own_post_is_told_before_its_entry_comes(room: str) -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").send_to("alice", "hello")
        stream = world.stream(world.token("alice"))
        alice.post(room, "the text", nonce="n")
        assert 0 < stream.heard.index(b"event: posted") < stream.heard.index(b"the text")
        assert stream.texts(room)[-1] == "the text"


def test_own_post_over_http_and_a_websocket_is_told_to_streams_and_sockets() -> None:
    with World() as world:
        token = world.token("alice")
        stream, other = world.stream(token), world.socket("chatd.v1.json")
        for peer in (other, asking := world.socket("chatd.v1.msgpack")):
            peer.enter(token)
            peer.call("sync")
        world.web(token).call("send", text="one", nonce="a")
        asking.call("send", text="two", nonce="b")
        posted = [{"room": "general", "seq": n, "nonce": "ab"[n - 1]} for n in (1, 2)]
        assert stream.told("posted") == other.told("posted") == posted
        assert asking.told("posted") == posted[:1]


def test_all_that_a_nonce_posts_is_told_and_only_once() -> None:
    with World() as world:
        laptop, phone = world.user("alice"), world.user("alice")
        laptop.send("text", nonce="a")
        laptop.call("comment", room="general", seq=1, text="comment", nonce="b")
        laptop.call("edit", room="general", seq=1, text="other", nonce="c")
        laptop.call("delete", room="general", seq=2, nonce="d")
        upload = begin(laptop, b"content")["upload"]
        send_bytes(laptop, upload, b"content")
        laptop.call("upload-finish", upload=upload, nonce="e")
        laptop.send("text", nonce="a")
        told = [(posted["seq"], posted["nonce"]) for posted in phone.told("posted")]
        assert told == list(enumerate("abcde", 1))


def test_own_text_that_was_posted_later_has_no_nonce_to_tell() -> None:
    with World() as world:
        laptop, phone = world.user("alice"), world.user("alice")
        laptop.call("send-at", at=world.now_ms + 60_000, text="later", nonce="n")
        world.sleep(61_000)
        assert phone.texts() == ["later"] and phone.told("posted") == []


def test_own_post_is_not_told_to_a_device_that_has_enough_to_take() -> None:
    """Or many small posts would fill its queue, over any bound."""
    with World(high_water_bytes=4_096, limit_messages=0, requests_per_second=0) as world:
        laptop, phone = world.user("alice"), world.user("alice")
        phone.reads = False
        for number in range(500):
            laptop.send("x" * 1_000, nonce=f"{number}")
        (connection,) = (c for c in world.app.delivery.of_user("alice") if c.queued_bytes)
        assert connection.queued_bytes < 2 * 4_096
        phone.reads = True
        world.settle()
        told = [posted["seq"] for posted in phone.told("posted")]
        assert told == sorted(told) and 0 < len(told) < 500
        assert phone.seqs() == list(range(1, 501))


# -- the limit in general --------------------------------------------------------------------


def fill(peer: Peer, count: int) -> None:
    for number in range(count):
        peer.send(f"text {number}")


def test_message_at_the_limit_is_posted_and_one_over_is_refused() -> None:
    with World(limit_messages=20) as world:
        alice, bob = world.user("alice"), world.user("bob")
        started_ms = world.now_ms
        fill(alice, 20)
        error = alice.refusal("send", text="over")
        assert (error["code"], error["limit"]) == ("rate_limited", 20)
        assert error["reset_at"] == started_ms + HOUR_MS
        assert len(bob.texts()) == 20


def test_limit_belongs_to_the_user_and_not_to_the_connection() -> None:
    with World(limit_messages=2) as world:
        one, two, bob = world.user("alice"), world.user("alice"), world.user("bob")
        one.send("one")
        two.send("two")
        for peer in (one, two, world.user("alice")):
            assert peer.refusal("send", text="over")["code"] == "rate_limited"
        bob.send("somebody else")


def test_limit_resets_when_the_period_ends_and_not_before() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        world.sleep(500)
        alice.send("one")
        world.sleep(HOUR_MS - 1)
        assert alice.refusal("send", text="early")["code"] == "rate_limited"
        world.sleep(1)
        assert alice.send("on time")["seq"] == 2


def test_period_starts_with_the_first_message() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        alice.send("one")
        world.sleep(HOUR_MS - 1_000)
        alice.send("two")
        world.sleep(1_000)
        alice.send("three")
        alice.send("four")
        assert alice.refusal("send", text="five")["code"] == "rate_limited"


def test_limit_ends_on_time_though_its_timer_is_late() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        alice.request("send", text="two")  # handled before the timers of its tick
        world.oversleep(HOUR_MS)
        assert alice.texts() == ["one", "two"]
        assert alice.refusal("send", text="three")["code"] == "rate_limited"


def test_message_in_the_very_tick_of_the_reset_is_posted() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        world.sleep(HOUR_MS - 1)
        world.clock.advance(1)
        request_id = alice.request("send", text="two")
        world.settle()
        assert alice.result(request_id)["seq"] == 2
        assert alice.refusal("send", text="three")["code"] == "rate_limited"


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_limit_is_kept_across_a_restart_and_still_ends_on_time(how: str) -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        alice.send("one")
        getattr(world, how)()
        world.clock.advance(60_000)
        world.restart()
        alice = world.user("alice")
        assert alice.refusal("send", text="over")["code"] == "rate_limited"
        world.sleep(HOUR_MS - 60_000)
        assert alice.told("limits")[-1]["general"]["left"] == 1
        alice.send("two")


def test_all_devices_of_the_user_hear_what_is_left_and_nobody_else_does() -> None:
    with World(limit_messages=3) as world:
        one, two, bob = world.user("alice"), world.user("alice"), world.user("bob")
        one.send("one")
        for peer in (one, two):
            assert [limits["general"]["left"] for limits in peer.told("limits")] == [2]
        assert bob.told("limits") == []


def test_user_who_had_reached_the_limit_is_told_at_the_reset() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        fill(alice, 2)
        alice.forget()
        world.sleep(HOUR_MS)
        (limits,) = alice.told("limits")
        assert limits["general"] == {"limit": 2, "left": 2, "reset_at": None}


def test_no_limit_is_no_limit() -> None:
    with World(limit_messages=0, limit_private=0) as world:
        world.register("bob")
        alice = world.user("alice")
        fill(alice, 100)
        assert len(alice.texts()) == 100
        assert alice.call("status")["general"]["limit"] == 0


# -- the limit elsewhere ---------------------------------------------------------------------


def test_private_messages_have_a_limit_of_their_own() -> None:
    with World(limit_messages=1, limit_private=2) as world:
        world.register("bob")
        alice = world.user("alice")
        alice.send_to("bob", "one")
        alice.send("to all")
        alice.send_to("bob", "two")
        error = alice.refusal("send-to", to="bob", text="three")
        assert (error["code"], error["limit"]) == ("rate_limited", 2)
        assert alice.texts("alice,bob") == ["one", "two"]
        world.sleep(HOUR_MS)
        alice.send_to("bob", "three")


def test_refused_first_private_message_opens_no_room() -> None:
    with World(limit_private=1) as world:
        world.register("bob")
        world.register("carol")
        alice = world.user("alice")
        alice.send_to("bob", "one")
        before = world.state.digest()
        alice.refusal("send-to", to="carol", text="two")
        assert world.state.digest() == before
        assert "alice,carol" not in world.state.rooms


def test_private_messages_are_seen_by_the_two_only() -> None:
    with World() as world:
        alice, bob, eve = world.user("alice"), world.user("bob"), world.user("eve")
        alice.send_to("BOB", "secret")
        assert alice.texts("alice,bob") == bob.texts("alice,bob") == ["secret"]
        assert eve.entries == []
        assert eve.refusal("history", room="alice,bob")["code"] == "not_found"
        assert eve.refusal("history", room="bob,alice")["code"] == "not_found"
        assert bob.call("history", room="alice")["entries"][0]["text"] == "secret"


# -- texts -----------------------------------------------------------------------------------


def test_text_of_8_kib_is_posted_and_one_byte_more_is_refused() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("é" * 4096)
        assert bob.texts() == ["é" * 4096]
        assert alice.refusal("send", text="é" * 4096 + "x")["code"] == "too_large"
        alice.send("x" * 8192)
        assert alice.refusal("send", text="x" * 8193)["code"] == "bad_request"


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
def test_text_that_says_nothing_is_refused(text: str) -> None:
    with World() as world:
        alice = world.user("alice")
        assert alice.refusal("send", text=text)["code"] == "bad_request"
        assert alice.entries == []


def test_message_to_nobody_is_not_found() -> None:
    with World() as world:
        alice = world.user("alice")
        for name in ("nobody", "general", "@alice", "no one", "x" * 256):
            assert alice.refusal("send-to", to=name, text="hi")["code"] == "not_found", name
