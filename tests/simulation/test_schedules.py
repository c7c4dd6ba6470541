"""Scheduled texts: posted once, never early; held, or failed, by what is allowed when due."""

import pytest

from chatd.handlers.schedules import AHEAD_MS_MAX, SCHEDULED_MAX, TICK_BYTES_MAX
from chatd.wire.commands import PAGE_BYTES_MAX, TEXT_BYTES_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
BAN_MS = 4 * HOUR_MS


def schedule(peer: Peer, world: World, in_ms: int, text: str = "later", **params: object) -> Map:
    """Schedule a text so long from now; return what waits."""
    return peer.call("send-at", at=world.now_ms + in_ms, text=text, **params)


def told(peer: Peer, kind: str) -> list[Map]:
    """Return what a user's self log said of a kind, without place and stamp."""
    dropped = ("room", "seq", "ts", "kind")
    entries = [entry for entry in peer.entries if entry["kind"] == kind]
    return [{k: v for k, v in entry.items() if k not in dropped} for entry in entries]


def waiting(peer: Peer) -> list[str]:
    """Return the texts that wait."""
    return [post["text"] for post in peer.call("scheduled")["posts"] if not post["failed"]]


def failed_ones(peer: Peer) -> list[str]:
    """Return the texts that can't be posted, and wait for their author."""
    return [post["text"] for post in peer.call("scheduled")["posts"] if post["failed"]]


def ban(world: World, user: str) -> int:
    """Let three users, whom one has said something to, ban that one; return until when."""
    for giver in ("ann", "ben", "cat"):
        if giver not in world.state.users:
            world.register(giver)
            world.login(user).send_to(giver, "cheap watches")
        world.login(giver).call("report", user=user, reason="spam")
    return world.state.users[user].banned_until_ms


# -- on time, once ---------------------------------------------------------------------------


def test_text_is_posted_when_it_is_due_and_not_before() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        at = world.now_ms + HOUR_MS
        expected = {"id": 1, "at": at, "room": "general", "text": "later"}
        undecided = {"held_until": None, "held_by": "", "failed": "", "reason": ""}
        assert schedule(alice, world, HOUR_MS) == {**expected, **undecided}
        world.sleep(HOUR_MS - 1)
        assert bob.entries == [] and waiting(alice) == ["later"]
        world.sleep(1)
        (entry,) = bob.entries
        assert (entry["text"], entry["author"], entry["ts"]) == ("later", "alice", at)
        assert waiting(alice) == []
        assert alice.call("status")["general"]["left"] == 19


def test_text_to_a_user_opens_the_room_when_it_is_due() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        assert schedule(alice, world, HOUR_MS, to="BOB")["room"] == "alice,bob"
        assert "alice,bob" not in world.state.rooms
        world.sleep(HOUR_MS)
        assert bob.texts("alice,bob") == alice.texts("alice,bob") == ["later"]


def test_mention_in_a_scheduled_text_is_marked() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        schedule(alice, world, 1_000, "hello @bob")
        world.sleep(1_000)
        assert bob.entries[0]["mentions"] == ["bob"]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_text_survives_a_restart_and_is_posted_on_time(how: str) -> None:
    with World() as world:
        schedule(world.user("alice"), world, HOUR_MS)
        getattr(world, how)()
        world.clock.advance(HOUR_MS // 2)
        world.restart()
        bob = world.user("bob")
        world.sleep(HOUR_MS // 2 - 1)
        assert bob.texts() == []
        world.sleep(1)
        assert bob.texts() == ["later"]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_text_that_fell_due_while_the_server_was_down_goes_out_at_once(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        schedule(alice, world, 2 * HOUR_MS, "second")
        schedule(alice, world, HOUR_MS, "first")
        getattr(world, how)()
        world.clock.advance(3 * DAY_MS)
        world.restart()
        assert world.user("bob").texts() == ["first", "second"]


def test_texts_of_several_users_go_out_in_the_order_of_their_times() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        for peer, minutes in ((bob, 3), (alice, 2), (bob, 1), (alice, 4)):
            schedule(peer, world, minutes * MINUTE_MS, str(minutes))
        world.oversleep(HOUR_MS)
        assert alice.texts() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("how", ["kill", "crash", "stop"])
def test_posted_text_is_not_posted_again_after_a_restart(how: str) -> None:
    with World() as world:
        schedule(world.user("alice"), world, 1_000)
        world.sleep(1_000)
        getattr(world, how)()
        world.restart()
        world.sleep(1_000)
        assert world.user("bob").texts() == ["later"]


def test_full_disk_puts_a_text_off() -> None:
    with World() as world:
        alice = world.user("alice")
        schedule(alice, world, 1_000)
        world.database.transaction.writable = False
        world.sleep(10_000)
        assert alice.texts() == []
        world.database.transaction.writable = True
        world.sleep(1_000)
        assert alice.texts() == ["later"]


def test_mass_of_due_texts_is_posted_a_bounded_part_in_each_tick_and_in_order() -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alices = [world.user(f"alice{number}") for number in range(2)]
        for number in range(SCHEDULED_MAX):
            for peer in alices:
                text = f"{number} {peer.name} ".ljust(TEXT_BYTES_MAX, "x")
                schedule(peer, world, 1_000 + number, text)
        world.clock.advance(10_000)
        log, sizes = world.state.general.log, []
        while len(log.frames) < 2 * SCHEDULED_MAX:
            before = log.byte_count
            world.tick()
            sizes.append(log.byte_count - before)
        assert len(sizes) == 2 and max(sizes) <= TICK_BYTES_MAX + 32 * 1024
        world.settle()
        posted = [text.split(" ", 2)[:2] for text in alices[0].texts()]
        expected = [[str(n), peer.name] for n in range(SCHEDULED_MAX) for peer in alices]
        assert posted == expected


# -- the clocks ------------------------------------------------------------------------------


@pytest.mark.parametrize(("in_ms", "back_ms"), [(HOUR_MS, 90 * MINUTE_MS), (10_000, 15_000)])
def test_text_waits_for_a_wall_clock_that_was_set_back(in_ms: int, back_ms: int) -> None:
    with World() as world:
        alice = world.user("alice")
        at = world.clock.wall_ms + in_ms
        alice.call("send-at", at=at, text="later")
        world.clock.set_wall(-back_ms)
        world.sleep(at - world.clock.wall_ms - 1)
        assert world.clock.wall_ms == at - 1 and alice.texts() == []
        world.sleep(100)
        assert alice.texts() == ["later"]


def test_text_waits_for_server_time_when_the_wall_clock_was_set_forward() -> None:
    with World() as world:
        alice = world.user("alice")
        at = world.clock.wall_ms + HOUR_MS
        alice.call("send-at", at=at, text="later")
        world.clock.set_wall(2 * HOUR_MS)
        while not alice.texts():
            assert world.now_ms < at
            world.sleep(1_000)
        assert world.now_ms >= at


def test_text_goes_out_soon_after_the_wall_clock_was_set_back_and_mended() -> None:
    with World() as world:
        alice = world.user("alice")
        schedule(alice, world, HOUR_MS)
        world.clock.set_wall(-DAY_MS)
        world.sleep(3 * HOUR_MS)
        assert alice.texts() == []
        world.clock.set_wall(DAY_MS)
        world.sleep(2 * MINUTE_MS)
        assert alice.texts() == ["later"]


# -- all devices -----------------------------------------------------------------------------


def test_all_devices_hear_what_is_scheduled_and_cancelled_and_nobody_else_does() -> None:
    with World() as world:
        one, two, bob = world.user("alice"), world.user("alice"), world.user("bob")
        post = schedule(one, world, HOUR_MS, to="bob")
        assert waiting(two) == ["later"]
        assert two.call("cancel", id=post["id"]) == post
        for peer in (one, two):
            assert told(peer, "scheduled") == [{"id": 1, "at": post["at"], "to": "alice,bob"}]
            assert told(peer, "cancelled") == [{"id": 1, "to": "alice,bob"}]
        assert bob.entries == []
        world.sleep(HOUR_MS)
        assert one.texts("alice,bob") == [] and waiting(one) == []


def test_nobody_lists_or_cancels_what_another_has_scheduled() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        schedule(alice, world, HOUR_MS)
        assert waiting(bob) == []
        assert bob.refusal("cancel", id=1)["code"] == "not_found"
        assert waiting(alice) == ["later"]


def test_cancelled_text_leaves_no_timer_behind() -> None:
    with World() as world:
        alice = world.user("alice")
        armed = len(world.app.wheel)
        for _ in range(10):
            alice.call("cancel", id=schedule(alice, world, DAY_MS)["id"])
        world.settle()
        assert len(world.app.wheel) <= armed + 2  # of the self log and the limits


def test_status_tells_how_much_waits_and_is_held() -> None:
    with World() as world:
        alice = world.user("alice")
        schedule(alice, world, HOUR_MS)
        schedule(alice, world, DAY_MS)
        ban(world, "alice")
        world.sleep(HOUR_MS)
        status = alice.call("status")
        assert (status["scheduled"], status["held"]) == (2, 1)


def test_long_list_comes_in_pages_that_fit() -> None:
    with World() as world:
        alice = world.user("alice")
        for number in range(20):
            schedule(alice, world, HOUR_MS, str(number).ljust(TEXT_BYTES_MAX, "x"))
        texts: list[str] = []
        page = alice.call("scheduled")
        while True:
            size = sum(len(post["text"]) for post in page["posts"])
            assert size <= PAGE_BYTES_MAX
            texts += [post["text"].rstrip("x") for post in page["posts"]]
            if page["next"] is None:
                break
            page = alice.call("scheduled", after=page["next"])
        assert texts == [str(number) for number in range(20)]


# -- what is refused -------------------------------------------------------------------------


def test_time_at_the_bounds_is_taken_and_one_beyond_is_refused() -> None:
    with World() as world:
        alice = world.user("alice")
        for in_ms in (0, -1, AHEAD_MS_MAX + 1):
            error = alice.refusal("send-at", at=world.now_ms + in_ms, text="no")
            assert error["code"] == "bad_request"
        schedule(alice, world, 1)
        schedule(alice, world, AHEAD_MS_MAX)


def test_text_at_the_bound_is_taken_and_one_over_is_refused_until_one_is_cancelled() -> None:
    with World() as world:
        alice = world.user("alice")
        for _ in range(SCHEDULED_MAX):
            schedule(alice, world, HOUR_MS)
        error = alice.refusal("send-at", at=world.now_ms + HOUR_MS, text="over")
        assert (error["code"], error["limit"]) == ("conflict", SCHEDULED_MAX)
        alice.call("cancel", id=50)
        assert schedule(alice, world, HOUR_MS)["id"] == SCHEDULED_MAX + 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"text": " "}, "bad_request"),
        ({"text": "é" * (TEXT_BYTES_MAX // 2) + "x"}, "too_large"),
        ({"text": "hi", "to": "nobody"}, "not_found"),
        ({"text": "hi", "to": "bob,carol"}, "not_found"),
        ({"text": "hi", "to": "+ops"}, "not_found"),
        ({"text": "hi", "to": "@alice"}, "forbidden"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(params: Map, code: str) -> None:
    with World() as world:
        for name in ("bob", "carol"):
            world.register(name)
        alice = world.user("alice")
        before = world.state.digest()
        assert alice.refusal("send-at", at=world.now_ms + 1_000, **params)["code"] == code
        assert world.state.digest() == before


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_same_nonce_schedules_once_across_a_restart_and_after_it_was_posted(how: str) -> None:
    with World() as world:
        alice = world.user("alice")
        params = {"at": world.now_ms + 60_000, "text": "later", "nonce": "n"}
        first = alice.call("send-at", **params)
        getattr(world, how)()
        world.restart()
        alice = world.user("alice")
        assert alice.call("send-at", **params) == first
        assert waiting(alice) == ["later"]
        world.sleep(60_000)
        assert alice.call("send-at", **params) == first
        assert alice.refusal("send-at", **{**params, "text": "other"})["code"] == "conflict"
        assert alice.refusal("send", text="later", nonce="n")["code"] == "conflict"
        assert world.user("bob").texts() == ["later"]


# -- held ------------------------------------------------------------------------------------


def test_text_of_a_banned_author_is_held_until_the_ban_ends() -> None:
    with World() as world:
        one, two = world.user("alice"), world.user("alice")
        schedule(one, world, HOUR_MS)
        until = ban(world, "alice")
        world.sleep(HOUR_MS)
        for peer in (one, two):
            assert told(peer, "held") == [{"ids": [1], "until": until, "by": "banned"}]
        (post,) = one.call("scheduled")["posts"]
        assert (post["held_until"], post["held_by"]) == (until, "banned")
        world.sleep(until - world.now_ms - 1)
        assert one.texts() == []
        world.sleep(1)
        assert one.texts() == ["later"]
        assert waiting(one) == []


def test_banned_author_schedules_nothing_and_what_is_due_after_the_ban_goes_on_time() -> None:
    with World() as world:
        alice = world.user("alice")
        schedule(alice, world, BAN_MS + MINUTE_MS)
        until = ban(world, "alice")
        error = world.refusal(alice, "send-at", at=until + 1, text="more")
        assert (error["code"], error["until"]) == ("banned", until)
        world.sleep(BAN_MS + MINUTE_MS)
        assert alice.texts() == ["later"]
        assert told(alice, "held") == []


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_held_text_survives_a_restart_and_goes_when_the_ban_ends(how: str) -> None:
    with World() as world:
        schedule(world.user("alice"), world, HOUR_MS)
        until = ban(world, "alice")
        world.sleep(HOUR_MS)
        getattr(world, how)()
        world.restart()
        alice = world.user("alice")
        assert alice.texts() == []
        world.sleep(until - world.now_ms)
        assert alice.texts() == ["later"]


def held_by_a_ban(world: World) -> tuple[Peer, Peer]:
    """Return an administrator, and a banned user of whom a text is held."""
    root, alice = world.user("root"), world.user("alice")
    schedule(alice, world, HOUR_MS)
    ban(world, "alice")
    world.sleep(HOUR_MS)
    return root, alice


def test_unban_lets_go_what_is_held_at_once() -> None:
    with World(admins=("root",)) as world:
        root, alice = held_by_a_ban(world)
        root.call("unban", user="alice")
        assert alice.texts() == ["later"]


def test_held_text_goes_at_the_start_of_a_server_that_was_killed_right_behind_the_unban() -> None:
    with World(admins=("root",)) as world:
        root, alice = held_by_a_ban(world)
        root.request("unban", user="alice")
        world.tick()
        assert alice.texts() == []
        world.kill()
        world.restart()
        world.settle()
        assert world.user("bob").texts() == ["later"]


def test_other_ban_holds_until_its_own_end_and_says_so() -> None:
    with World(admins=("root",)) as world:
        root, alice = world.user("root"), world.user("alice")
        schedule(alice, world, HOUR_MS)
        first = ban(world, "alice")
        world.sleep(HOUR_MS)
        second = root.call("ban", user="alice", hours=9)["until"]
        assert [held["until"] for held in told(alice, "held")] == [first, second]
        third = root.call("ban", user="alice", hours=1)["until"]
        world.sleep(third - world.now_ms)
        assert alice.texts() == ["later"]


def test_held_text_can_be_cancelled() -> None:
    with World() as world:
        alice = world.user("alice")
        schedule(alice, world, HOUR_MS)
        ban(world, "alice")
        world.sleep(HOUR_MS)
        assert alice.call("cancel", id=1)["held_by"] == "banned"
        world.sleep(BAN_MS)
        assert alice.texts() == []


def test_text_over_the_limit_is_held_until_the_period_ends() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        schedule(alice, world, 1_000)
        alice.send("one")
        alice.send("two")
        reset_at = world.now_ms + HOUR_MS
        world.sleep(1_000)
        assert told(alice, "held") == [{"ids": [1], "until": reset_at, "by": "rate_limited"}]
        world.sleep(HOUR_MS - 1_001)
        assert alice.texts() == ["one", "two"]
        world.sleep(1)
        assert alice.texts() == ["one", "two", "later"]


def test_limit_of_one_room_kind_holds_nothing_of_the_other() -> None:
    with World(limit_messages=1) as world:
        world.register("bob")
        alice = world.user("alice")
        alice.send("one")
        schedule(alice, world, 1_000, "general")
        schedule(alice, world, 2_000, "private", to="bob")
        world.sleep(2_000)
        assert alice.texts() == ["one"] and alice.texts("alice,bob") == ["private"]


def test_held_texts_go_in_order_and_take_half_of_a_period() -> None:
    with World(limit_messages=4) as world:
        alice = world.user("alice")
        for minutes in (5, 3, 1, 2, 4):
            schedule(alice, world, minutes * MINUTE_MS, str(minutes))
        ban(world, "alice")
        world.sleep(BAN_MS)
        assert alice.texts() == ["1", "2"]
        assert alice.call("status")["general"]["left"] == 2
        assert told(alice, "held")[-1] == {
            "ids": [2, 5, 1],
            "until": world.now_ms + HOUR_MS,
            "by": "rate_limited",
        }
        alice.send("my own")
        alice.send("more")
        world.sleep(HOUR_MS)
        assert alice.texts() == ["1", "2", "my own", "more", "3", "4"]
        world.sleep(HOUR_MS)
        assert alice.texts()[-1] == "5"
        assert waiting(alice) == []


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_half_of_a_period_is_remembered_across_a_restart(how: str) -> None:
    with World(limit_messages=4, admins=("root",)) as world:
        alice, root = world.user("alice"), world.user("root")
        for number in range(3):
            schedule(alice, world, MINUTE_MS, str(number))
        ban(world, "alice")
        world.sleep(BAN_MS)
        assert alice.texts() == ["0", "1"]
        getattr(world, how)()
        world.restart()
        alice, root = world.user("alice"), world.user("root")
        root.call("ban", user="alice", hours=1)
        root.call("unban", user="alice")
        assert world.state.general.log.last_seq == 2
        world.sleep(HOUR_MS)
        assert world.state.general.log.last_seq == 3


def test_limit_of_one_lets_one_held_text_go_in_each_period() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        for number in range(2):
            schedule(alice, world, MINUTE_MS, str(number))
        ban(world, "alice")
        world.sleep(BAN_MS)
        assert alice.texts() == ["0"]
        world.sleep(HOUR_MS)
        assert alice.texts() == ["0", "1"]


def test_text_that_is_due_on_time_is_not_held_by_those_that_are() -> None:
    with World(limit_messages=4) as world:
        alice = world.user("alice")
        for number in range(3):
            schedule(alice, world, MINUTE_MS, f"held {number}")
        schedule(alice, world, BAN_MS + MINUTE_MS, "on time")
        ban(world, "alice")
        world.sleep(BAN_MS + MINUTE_MS)
        assert alice.texts() == ["held 0", "held 1", "on time"]


# -- failed ----------------------------------------------------------------------------------


def test_text_to_a_group_that_its_author_has_left_fails_and_is_given_back() -> None:
    with World() as world:
        owner, one, two = world.user("owner"), world.user("alice"), world.user("alice")
        room = owner.call("create", title="ops")["room"]
        owner.call("invite", room=room, user="alice")
        one.call("join", room=room)
        schedule(one, world, HOUR_MS, to=room)
        one.call("leave", room=room)
        world.sleep(HOUR_MS)
        for peer in (one, two):
            (failed,) = told(peer, "failed")
            assert failed["reason"]
            del failed["reason"]
            assert failed == {"id": 1, "to": room, "code": "not_found", "text": "later"}
        assert owner.texts(room) == [] and waiting(one) == []
        assert failed_ones(one) == failed_ones(two) == ["later"]


def test_text_to_a_group_reaches_its_members() -> None:
    with World() as world:
        owner, bob = world.user("owner"), world.user("bob")
        room = owner.call("create", title="ops")["room"]
        schedule(owner, world, HOUR_MS, to="+ops")
        world.sleep(HOUR_MS)
        assert owner.texts(room) == ["later"] and bob.entries == []


def test_text_to_a_user_who_has_blocked_its_author_meanwhile_fails() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        schedule(alice, world, HOUR_MS, to="bob")
        bob.call("block", user="alice")
        world.sleep(HOUR_MS)
        (failed,) = told(alice, "failed")
        assert (failed["code"], failed["text"]) == ("forbidden", "later")
        assert bob.texts("alice,bob") == [] and waiting(alice) == []
        assert failed_ones(alice) == ["later"]
