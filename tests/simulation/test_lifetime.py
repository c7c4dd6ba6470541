"""How long entries live, on the whole server: for each reader, in memory, on the disk."""

import pytest

from chatd.maintenance import add_user
from tests.simulation.peer import Peer
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
STEP_MS = HOUR_MS // 12
SECRET = "a text that is nowhere else"


def history(peer: Peer, room: str = "general") -> list[str]:
    return [entry["text"] for entry in peer.call("history", room=room)["entries"]]


def in_memory(world: World, text: str) -> bool:
    return any(
        text.encode() in frame for room in world.state.rooms.values() for frame in room.log.frames
    )


def test_message_is_gone_a_lifetime_after_everyone_has_read_it_and_not_before() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send(SECRET)
        bob.ack("general")
        world.sleep(HOUR_MS - 1)
        assert history(bob) == history(alice) == [SECRET]
        world.sleep(STEP_MS + 2_000)  # the checkpoint, and the second that is gathered
        assert history(bob) == history(alice) == []
        assert not in_memory(world, SECRET)


def test_gone_message_leaves_the_disk_with_the_next_snapshot() -> None:
    with World(lifetime_ms=HOUR_MS, snapshot_interval_ms=10 * MINUTE_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send(SECRET)
        bob.ack("general")
        assert world.on_disk(SECRET)
        world.sleep(30 * MINUTE_MS)
        assert world.on_disk(SECRET)
        world.sleep(HOUR_MS)
        assert not in_memory(world, SECRET)
        assert not world.on_disk(SECRET)
        world.crash()
        assert not world.on_disk(SECRET)
        world.restart()
        assert not in_memory(world, SECRET)


def test_gone_message_leaves_the_disk_with_a_graceful_stop_too() -> None:
    with World(lifetime_ms=HOUR_MS, snapshot_interval_ms=100 * DAY_MS) as world:
        alice = world.user("alice")
        alice.send(SECRET)
        world.sleep(HOUR_MS + STEP_MS)
        assert not in_memory(world, SECRET) and world.on_disk(SECRET)
        world.stop()
        assert not world.on_disk(SECRET)


def test_message_that_one_has_not_read_is_gone_for_the_reader_only() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        alice.send(SECRET)
        bob.ack("general")
        carol.close()
        world.sleep(10 * HOUR_MS)
        assert history(bob) == history(alice) == []
        assert bob.call("status")["rooms"][0]["unread"] == 0
        carol = world.user("carol")
        assert carol.texts() == [SECRET]
        carol.ack("general")
        world.sleep(HOUR_MS + STEP_MS + 2_000)
        assert history(carol) == [] and not in_memory(world, SECRET)


def test_one_reading_device_is_enough() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice, phone, laptop = world.user("alice"), world.user("bob"), world.user("bob")
        alice.send(SECRET)
        phone.ack("general")
        world.sleep(HOUR_MS + STEP_MS + 2_000)
        assert history(laptop) == [] and not in_memory(world, SECRET)


def test_who_registered_and_never_synced_holds_nothing_back() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice, _ = world.user("alice"), world.login("eve")
        alice.send(SECRET)
        world.sleep(HOUR_MS + STEP_MS)
        assert not in_memory(world, SECRET)


def test_newer_messages_stay_when_older_ones_go() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send("old")
        world.sleep(40 * MINUTE_MS)
        alice.send("new")
        world.sleep(30 * MINUTE_MS)
        assert history(alice) == ["new"]
        assert world.state.general.log.first_seq == 2
        world.sleep(40 * MINUTE_MS)
        assert history(alice) == []


def test_front_goes_by_its_timer_though_nobody_is_there() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        alice.send(SECRET)
        alice.close()
        world.sleep(HOUR_MS + STEP_MS)
        assert not in_memory(world, SECRET)
        assert world.app.wheel.deadline_ms("front", "general") is None


@pytest.mark.parametrize("how", ["stop", "kill", "crash"])
def test_lifetime_goes_on_across_a_restart(how: str) -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("alice").send(SECRET)
        world.sleep(30 * MINUTE_MS)
        getattr(world, how)()
        world.clock.advance(10 * MINUTE_MS)
        world.restart()
        world.sleep(MINUTE_MS)
        assert in_memory(world, SECRET)
        world.sleep(20 * MINUTE_MS + STEP_MS)
        assert not in_memory(world, SECRET)


def test_message_that_was_over_while_the_server_was_down_goes_at_once() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("alice").send(SECRET)
        world.stop()
        world.clock.advance(2 * HOUR_MS)
        world.restart()
        world.settle()
        assert not in_memory(world, SECRET)


def test_lifetime_0_keeps_everything() -> None:
    with World(lifetime_ms=0, keep_unread_ms=DAY_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send(SECRET)
        bob.ack("general")
        world.sleep(3 * DAY_MS)
        assert history(bob) == [SECRET]


def test_self_log_expires_like_any_other() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice", device="phone")
        world.sleep(2_000)
        alice.ack("@alice")
        world.sleep(HOUR_MS + STEP_MS + 2_000)
        assert world.state.rooms["@alice"].log.frames == []


# -- unread ----------------------------------------------------------------------------------


def test_unread_message_to_everyone_goes_when_it_is_too_old_with_a_gap() -> None:
    with World(lifetime_ms=HOUR_MS, keep_unread_ms=DAY_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.close()
        alice.send(SECRET)
        world.sleep(DAY_MS - MINUTE_MS)
        assert in_memory(world, SECRET)
        world.sleep(2 * MINUTE_MS)
        assert not in_memory(world, SECRET)
        alice.send("new")
        bob = world.user("bob")
        assert bob.told("gap") == [{"room": "general", "from": 1, "to": 1}]
        assert bob.texts() == ["new"]


def test_unread_private_message_waits_without_limit() -> None:
    with World(lifetime_ms=HOUR_MS, keep_unread_ms=DAY_MS) as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.close()
        alice.send_to("bob", SECRET)
        world.sleep(40 * DAY_MS)
        bob = world.user("bob")
        assert bob.texts("alice,bob") == [SECRET]
        bob.ack("alice,bob")
        world.sleep(HOUR_MS + STEP_MS + 2_000)
        assert not in_memory(world, SECRET)


def test_peek_leaves_a_message_unread() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        alice = world.user("alice")
        world.user("bob").close()
        alice.send(SECRET)
        world.user("bob", peek=True)
        world.sleep(10 * HOUR_MS)
        assert in_memory(world, SECRET)


# -- the memory of a room --------------------------------------------------------------------


def test_unread_private_messages_over_the_memory_of_a_room_leave_with_a_gap() -> None:
    with World(log_bytes_max=3_000) as world:
        alice = world.user("alice")
        world.user("bob").close()
        for number in range(10):
            alice.send_to("bob", f"{number} " + "x" * 500)
        assert world.state.rooms["alice,bob"].log.byte_count <= 3_000
        bob = world.user("bob")
        (gap,) = bob.told("gap")
        assert gap == {"room": "alice,bob", "from": 1, "to": 10 - len(bob.texts("alice,bob"))}
        assert bob.texts("alice,bob")[-1].startswith("9 ")


def test_message_that_alone_is_over_the_memory_of_a_room_is_told_as_a_gap_at_once() -> None:
    with World(log_bytes_max=100) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("x" * 500)
        alice.send("short")
        world.sleep(1_000)
        assert world.state.general.log.byte_count <= 100
        assert bob.last["general"] == 2
        assert len(bob.texts()) + sum(gap["to"] - gap["from"] + 1 for gap in bob.told("gap")) == 2


# -- clocks ----------------------------------------------------------------------------------


def test_start_long_after_the_last_stamp_deletes_nothing_for_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("alice").send(SECRET)
        world.stop()
        world.clock.advance(2 * DAY_MS)
        world.restart()
        assert "2.0 days away from the last stamp" in caplog.text
        world.sleep(HOUR_MS - 1_000)
        assert in_memory(world, SECRET)
        world.sleep(2_000)
        assert not in_memory(world, SECRET)


def test_starts_after_a_doubtful_one_hold_for_what_is_left_of_its_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("alice").send(SECRET)
        world.stop()
        world.clock.advance(2 * DAY_MS)
        world.restart()
        for leave in (world.stop, world.kill, world.crash):
            world.sleep(15 * MINUTE_MS)
            leave()
            caplog.clear()
            world.restart()
            assert "an earlier start was more than a day away" in caplog.text
        world.reload(limit_messages=1)
        world.sleep(15 * MINUTE_MS - 1_000)
        assert in_memory(world, SECRET)
        world.sleep(2_000)
        assert not in_memory(world, SECRET)
        world.stop()
        caplog.clear()
        world.restart()
        assert "an earlier start" not in caplog.text


def test_work_on_a_stopped_store_does_not_use_up_the_hour_of_the_next_start() -> None:
    with World(lifetime_ms=HOUR_MS) as world:
        world.user("alice").send(SECRET)
        world.stop()
        world.clock.advance(2 * DAY_MS)
        world.maintain(add_user, "bob", "secret")
        world.restart()
        world.sleep(HOUR_MS - 1_000)
        assert in_memory(world, SECRET)
        world.sleep(2_000)
        assert not in_memory(world, SECRET)


def test_room_that_grows_too_large_in_that_hour_loses_what_is_too_much_only() -> None:
    with World(lifetime_ms=HOUR_MS, log_bytes_max=1_000) as world:
        alice = world.user("alice")
        for number in range(3):
            alice.send(f"{number} " + "x" * 200)
        size = world.state.general.log.byte_count
        world.stop()
        world.clock.advance(300 * DAY_MS)
        world.restart()
        alice = world.user("alice")
        alice.send("x" * (1_000 - size))
        world.sleep(10 * MINUTE_MS)
        assert world.state.general.log.first_seq == 2


def test_wall_clock_that_jumps_a_year_expires_nothing_and_ends_no_period() -> None:
    with World(lifetime_ms=HOUR_MS, limit_messages=1) as world:
        alice = world.user("alice")
        alice.send(SECRET)
        world.clock.set_wall(365 * DAY_MS)
        world.sleep(20 * MINUTE_MS)
        assert history(alice) == [SECRET]
        assert alice.refusal("send", text="early")["code"] == "rate_limited"
        world.sleep(12 * MINUTE_MS)  # server time goes at double speed
        alice.send("on time")


def test_wall_clock_that_is_set_back_a_year_never_moves_a_stamp_back() -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        stamps = [alice.send("one")["ts"]]
        world.clock.set_wall(-365 * DAY_MS)
        world.sleep(10_000)
        stamps.append(alice.send("two")["ts"])
        world.crash()
        world.restart()
        again = world.user("alice")
        world.sleep(10_000)
        assert again.refusal("send", text="three")["code"] == "rate_limited"
        world.sleep(2 * HOUR_MS)  # at half speed
        stamps.append(again.send("three")["ts"])
        assert stamps == sorted(stamps)
        assert stamps[1] - stamps[0] == 5_000
