"""What a device hears after `sync`, and what its acknowledgements do."""

import pytest

from tests.simulation.peer import Peer
from tests.simulation.world import World


def say(peer: Peer, *texts: str) -> None:
    for text in texts:
        peer.send(text)


def numbered(count: int) -> list[str]:
    return [f"text {number}" for number in range(1, count + 1)]


# -- newcomers -------------------------------------------------------------------------------


def test_newcomer_hears_the_last_messages_and_nothing_before() -> None:
    with World(limit_show_messages=20, limit_messages=0) as world:
        alice = world.user("alice")
        say(alice, *numbered(21))
        bob = world.user("bob")
        assert bob.texts() == numbered(21)[1:]
        assert bob.told("gap") == []


def test_newcomer_hears_all_when_there_are_no_more_than_shown() -> None:
    with World(limit_show_messages=20) as world:
        say(world.user("alice"), *numbered(20))
        assert world.user("bob").texts() == numbered(20)


def test_newcomer_to_a_server_that_shows_none_hears_what_follows_only() -> None:
    with World(limit_show_messages=0) as world:
        alice = world.user("alice")
        say(alice, "before")
        bob = world.user("bob")
        say(alice, "after")
        assert bob.texts() == ["after"]


def test_newcomer_with_made_up_positions_is_shown_nothing_older() -> None:
    with World(limit_show_messages=2) as world:
        alice = world.user("alice")
        say(alice, *numbered(5))
        bob = world.login("bob")
        bob.sync(positions={"general": 0}, epoch=alice.epoch)
        assert bob.told("gap") == [{"room": "general", "from": 1, "to": 3}]
        assert bob.texts() == numbered(5)[3:]


def test_newcomer_reads_no_older_history() -> None:
    with World(limit_show_messages=2) as world:
        say(world.user("alice"), *numbered(5))
        bob = world.user("bob")
        for where in ({}, {"before": 4}, {"after": 0}, {"around": 2}):
            page = bob.call("history", room="general", **where)
            assert all(entry["seq"] > 3 for entry in page["entries"]), where
            assert page["next"] is None


# -- coming back -----------------------------------------------------------------------------


def test_returning_user_hears_all_unread_of_every_room() -> None:
    with World(limit_show_messages=1, limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "read")
        bob.ack("general")
        bob.close()
        say(alice, *numbered(40))
        alice.send_to("bob", "in private")
        bob = world.user("bob")
        assert bob.texts() == numbered(40)
        assert bob.texts("alice,bob") == ["in private"]
        assert [method for method, _ in bob.notices] == ["live"]


def test_unread_comes_again_until_it_is_acknowledged() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "one", "two")
        for _ in range(2):
            bob = world.user("bob")
            assert bob.texts() == ["one", "two"]
            bob.close()
        bob = world.user("bob")
        bob.ack("general", 1)
        bob.close()
        assert world.user("bob").texts() == ["two"]


def test_entries_of_an_earlier_room_come_before_those_of_a_later_one() -> None:
    with World() as world:
        alice, carol = world.user("alice"), world.user("carol")
        world.user("bob").close()
        carol.send_to("bob", "first")
        world.sleep(10)
        alice.send_to("bob", "second")
        world.sleep(10)
        say(alice, "third")
        bob = world.user("bob")
        assert [entry["text"] for entry in bob.entries] == ["first", "second", "third"]


def test_user_without_sync_hears_nothing() -> None:
    with World() as world:
        bob = world.login("bob")
        say(world.user("alice"), "hello")
        assert bob.entries == [] and bob.notices == []


def test_second_sync_on_a_connection_is_a_conflict() -> None:
    with World() as world:
        assert world.user("alice").refusal("sync")["code"] == "conflict"


def test_synced_counts_what_will_come() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "one", "two")
        bob = world.login("bob")
        synced = bob.sync()
        assert (synced["name"], synced["rooms"], synced["unread"]) == ("bob", 2, 2)
        assert len(bob.entries) == 2


# -- resuming --------------------------------------------------------------------------------


def test_resume_goes_on_behind_the_positions_though_nothing_was_acknowledged() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        bob.reset()
        say(alice, "three")
        alice.send_to("bob", "private")
        again = world.resume(bob)
        assert [entry["text"] for entry in again.entries] == ["three", "private"]
        assert again.told("gap") == again.told("reset") == []


def test_answer_to_a_post_waits_for_no_entry_and_entries_come_in_order_all_the_same() -> None:
    with World(limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.close()
        say(alice, *(text.ljust(8_000, "x") for text in numbered(40)))
        again = world.login("bob", kernel_bytes=10_000)
        again.request("sync", positions=bob.last, epoch=bob.epoch)
        asked = again.request("send", text="I am back")
        while not again.answered(asked):
            world.tick()
            again.turn()
        assert again.result(asked)["seq"] == 41
        assert again.last.get("general", 0) < 40
        world.settle()
        assert again.seqs() == list(range(1, 42)) and again.texts()[-1] == "I am back"


def test_position_before_the_own_entry_survives_a_line_lost_behind_the_answer() -> None:
    with World(limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.close()
        say(alice, *(text.ljust(8_000, "x") for text in numbered(40)))
        again = world.login("bob", kernel_bytes=10_000)
        synced = again.request("sync", positions=bob.last, epoch=bob.epoch)
        asked = again.request("send", text="I am back", nonce="once")
        while not again.answered(asked):
            world.tick()
            again.turn()
        again.epoch = again.result(synced)["epoch"]
        again.reset()
        resumed = world.resume(again)
        assert again.seqs() + resumed.seqs() == list(range(1, 42))
        assert resumed.send("I am back", nonce="once")["seq"] == 41


def test_resume_behind_what_was_read_repeats_it() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        bob.ack("general")
        again = world.login("bob")
        again.sync(positions={"general": 0}, epoch=bob.epoch)
        assert again.texts() == ["one", "two"]


def test_positions_of_another_epoch_are_reset_and_unread_comes() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        bob.ack("general", 1)
        again = world.login("bob")
        again.sync(positions={"general": 2}, epoch="another")
        assert again.told("reset") == [{"room": "general"}]
        assert again.texts() == ["two"]


@pytest.mark.parametrize(("position", "resets"), [(2, 0), (3, 1)])
def test_position_past_the_end_is_reset_and_at_the_end_is_not(position: int, resets: int) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        again = world.login("bob")
        again.sync(positions={"general": position}, epoch=bob.epoch)
        assert len(again.told("reset")) == resets
        assert again.texts() == (["one", "two"] if resets else [])


def test_positions_of_rooms_that_are_not_ones_own_mean_nothing() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send_to("bob", "secret")
        eve = world.login("eve")
        eve.sync(positions={"alice,bob": 0, "@bob": 0, "none": 7}, epoch=bob.epoch)
        assert eve.entries == [] and eve.told("reset") == []


# -- gaps ------------------------------------------------------------------------------------


def test_entries_over_the_memory_of_a_room_leave_with_a_gap() -> None:
    with World(limit_messages=0, log_bytes_max=2_000, lifetime_ms=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "first")
        bob.close()
        say(alice, *["x" * 400] * 10)
        assert world.state.general.log.byte_count <= 2_000
        again = world.resume(bob)
        (gap,) = again.told("gap")
        assert gap == {"room": "general", "from": 2, "to": 11 - len(again.entries)}
        assert again.seqs()[-1] == 11


def test_log_exactly_at_its_bound_loses_nothing() -> None:
    with World(limit_messages=0) as world:
        alice = world.user("alice")
        say(alice, "one", "two")
        size = world.state.general.log.byte_count
        world.kill()
        world.restart(log_bytes_max=size)
        world.sleep(5_000)
        assert world.state.general.log.first_seq == 1
        world.kill()
        world.restart(log_bytes_max=size - 1)
        world.sleep(5_000)
        assert world.state.general.log.first_seq == 2


def test_what_expired_while_a_device_was_away_is_a_gap() -> None:
    with World(lifetime_ms=3_600_000) as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        other = world.user("bob")
        other.ack("general")
        bob.reset()
        world.sleep(3 * 3_600_000)
        say(alice, "three")
        again = world.resume(bob)
        assert again.texts() == ["three"]
        assert again.told("gap") == []  # it had heard both before it went
        fresh = world.login("bob")
        fresh.sync(positions={"general": 0}, epoch=bob.epoch)
        assert fresh.told("gap") == [{"room": "general", "from": 1, "to": 2}]
        assert fresh.texts() == ["three"]


# -- devices ---------------------------------------------------------------------------------


def test_own_messages_show_on_all_own_devices() -> None:
    with World() as world:
        world.register("bob")
        one, two = world.user("alice"), world.user("alice")
        one.send("to all")
        one.send_to("bob", "to one")
        for peer in (one, two):
            assert [entry["text"] for entry in peer.entries] == ["to all", "to one"]


def test_own_messages_are_never_unread() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        assert world.user("alice").entries == []
        say(bob, "three")
        say(alice, "four")
        alice.close()
        assert world.user("alice").texts() == ["three", "four"]  # something unread lay before
        status = world.login("alice").call("status")
        assert status["rooms"][0]["unread"] == 1


def test_reading_up_to_ones_own_entries_reads_those_too() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(bob, "one")
        say(alice, "two", "three")
        alice.ack("general", 1)
        world.sleep(2_000)
        assert world.state.general.members["alice"].read_seq == 3


def test_other_device_hears_what_was_read_and_the_reader_does_not() -> None:
    with World() as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        say(alice, "one", "two")
        one.ack("general", 2)
        world.sleep(2_000)
        assert two.told("read") == [{"room": "general", "seq": 2}]
        assert one.told("read") == [] and alice.told("read") == []


def test_read_is_told_only_once_it_is_durable() -> None:
    with World() as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        say(alice, "one")
        one.ack("general")
        while not two.told("read"):
            world.sleep(100)
        world.crash()
        world.restart()
        assert world.state.general.members["bob"].read_seq == 1


def test_acknowledgements_of_a_second_become_one_event() -> None:
    with World(limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, *numbered(10))
        before = world.database.transaction.commits
        for seq in range(1, 11):
            bob.ack("general", seq)
        assert world.database.transaction.commits == before
        world.sleep(2_000)
        assert world.database.transaction.commits == before + 1


def test_ack_never_moves_back() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        bob.ack("general", 2)
        world.sleep(2_000)
        bob.ack("general", 1)
        world.sleep(2_000)
        assert world.state.general.members["bob"].read_seq == 2
        assert bob.told("error") == []


def test_ack_above_what_was_queued_changes_nothing_and_is_an_error() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        bob.ack("general", 3)
        world.sleep(2_000)
        assert [error["code"] for error in bob.told("error")] == ["bad_request"]
        assert world.state.general.members["bob"].read_seq == 0
        bob.ack("general", 2)
        world.sleep(2_000)
        assert world.state.general.members["bob"].read_seq == 2


def test_ack_of_an_entry_of_the_same_tick_is_above_what_was_queued() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.request("send", text="just now")
        bob.tell("ack", room="general", seq=1)
        world.sleep(2_000)
        assert [error["code"] for error in bob.told("error")] == ["bad_request"]


@pytest.mark.parametrize("room", ["alice,carol", "@alice", "nothing"])
def test_ack_in_a_room_that_one_can_not_see_is_not_found(room: str) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.register("carol")
        alice.send_to("carol", "secret")
        bob.ack(room, 0)
        assert [error["code"] for error in bob.told("error")] == ["not_found"]


def test_peek_hears_everything_and_can_not_acknowledge() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "one")
        bob = world.user("bob", peek=True)
        say(alice, "two")
        assert bob.texts() == ["one", "two"]
        bob.ack("general", 2)
        world.sleep(2_000)
        assert [error["code"] for error in bob.told("error")] == ["bad_request"]
        assert world.state.general.members["bob"].read_seq == 0


def test_start_now_counts_everything_before_as_read() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "before")
        alice.send_to("bob", "private before")
        other = world.user("bob")
        bob = world.user("bob", start="now")
        say(alice, "after")
        assert [entry["text"] for entry in bob.entries] == ["after"]
        world.sleep(2_000)
        assert {"room": "general", "seq": 1} in other.told("read")
        assert {"room": "alice,bob", "seq": 1} in other.told("read")
        bob.close()
        assert world.user("bob").texts() == ["after"]


def test_start_now_with_peek_reads_nothing() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "before")
        assert world.user("bob", start="now", peek=True).entries == []
        world.sleep(2_000)
        assert world.user("bob").texts() == ["before"]


def test_start_at_the_end_brings_nothing_and_leaves_unread_what_is_unread() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "before")
        bob = world.user("bob", start="end")
        say(alice, "after")
        assert bob.texts() == ["after"] and bob.told("live") == [{}]
        world.sleep(2_000)
        assert [room["unread"] for room in bob.call("unread")["rooms"]] == [2]
        assert world.user("bob").texts() == ["before", "after"]


def test_from_the_end_an_entry_from_before_can_be_acknowledged_and_none_that_did_not_come() -> None:
    with World() as world:
        alice = world.user("alice")
        world.user("bob").close()
        say(alice, "one", "two")
        bob = world.user("bob", start="end")
        bob.ack("general", 1)
        assert [room["unread"] for room in bob.call("unread")["rooms"]] == [1]
        bob.ack("general", 2)
        assert bob.call("unread")["rooms"] == []
        bob.ack("general", 3)
        assert [error["code"] for error in bob.told("error")] == ["bad_request"]
        say(alice, "three")
        bob.ack("general", 3)
        assert bob.call("unread")["rooms"] == []


def test_from_the_end_only_rooms_without_a_position_start_there() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one", "two")
        alice.send_to("bob", "private")
        bob.close()
        bob = world.login("bob")
        bob.sync(start="end", positions={"general": 1, "alice,bob": 5}, epoch=alice.epoch)
        assert bob.texts() == ["two"]
        assert bob.told("reset") == [
            {"room": "alice,bob"}
        ]  # it never says nothing of what it omits
        assert bob.texts("alice,bob") == ["private"]


def test_acknowledgement_survives_a_graceful_stop_at_once() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        say(alice, "one")
        bob.ack("general")
        world.stop()
        world.restart()
        assert world.user("bob").texts() == []
