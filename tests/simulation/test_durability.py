"""What left the server is durable: power cuts at any call to the disk, disks that fill or fail."""

import errno
import logging
from collections import Counter
from random import Random
from typing import NamedTuple

import pytest

from chatd.config import Fsync
from chatd.errors import StoreError
from chatd.wire.entries import Message, decode_entry
from tests.simulation.account import registration
from tests.simulation.disk import PowerCut, by_chance
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.world import World

HOUR_MS = 3_600_000
SECOND_MS = 1_000
MINUTE_MS = 60_000
SNAPSHOT_MS = 10 * MINUTE_MS
CALLS_MAX = 1_000
TEXT = "x" * 8_000


class Said(NamedTuple):
    """What somebody asked to be posted; to: nobody is everybody."""

    author: str
    to: str
    text: str


class Conversation:
    """Three users who do all that writes, and a ledger of what they were told.

    said: by nonce. answers: the result by nonce, of those that were answered.
    """

    def __init__(self, seed: int = 0) -> None:
        self.world = World(seed, snapshot_interval_ms=SNAPSHOT_MS, limit_messages=0)
        self.said: dict[str, Said] = {}
        self.answers: dict[str, Map] = {}
        self._asked: dict[tuple[Peer, int], str] = {}
        self.peers = [self.world.user(name) for name in ("alice", "bob", "carol")]
        self.heard = list(self.peers)

    def post(self, peer: Peer, to: str = "") -> None:
        """Ask for a post with a nonce, and do not wait."""
        nonce = f"nonce {len(self.said)}"
        said = self.said[nonce] = Said(peer.name, to, f"text {len(self.said)}")
        self._asked[peer, self._ask(peer, said, nonce)] = nonce

    def run(self) -> None:
        """Talk, read, come and go, over a snapshot and past a lifetime."""
        alice, bob, carol = self.peers
        for _ in range(2):
            for peer in self.peers:
                self.post(peer)
            self.post(alice, "bob")
            self.world.settle()
            bob.ack("general")
            alice.ack("general")
        self.world.sleep(2 * SECOND_MS)
        self.world.login("alice", device="phone")
        self.world.sleep(SNAPSHOT_MS)
        self.post(carol, "alice")
        self.heard.append(self.world.user("dora"))
        carol.ack("general")
        self.world.sleep(2 * SNAPSHOT_MS)
        self.post(alice)
        self.world.sleep(70 * MINUTE_MS)

    def _ask(self, peer: Peer, said: Said, nonce: str) -> int:
        if said.to:
            return peer.request("send-to", to=said.to, text=said.text, nonce=nonce)
        return peer.request("send", text=said.text, nonce=nonce)

    def note_answers(self) -> None:
        for (peer, request_id), nonce in self._asked.items():
            if peer.answered(request_id):
                self.answers[nonce] = peer.result(request_id)
        self._asked.clear()

    def check(self) -> None:
        """Hold what the store has against what anybody was told."""
        for nonce, posted in self.answers.items():
            assert self.text_at(posted["room"], posted["seq"]) in (self.said[nonce].text, None)
        for peer in self.heard:
            for entry in peer.entries:
                if entry["kind"] == "message":
                    assert self.text_at(entry["room"], entry["seq"]) in (entry["text"], None)

    def text_at(self, room: str, seq: int) -> str | None:
        """Return a message's text, None if it has expired."""
        log = self.world.state.rooms[room].log
        assert seq <= log.last_seq, f"{room}#{seq} was told of and is lost"
        frame = log.get(seq)
        if frame is None:
            return None
        entry = decode_entry(frame)
        assert isinstance(entry, Message)
        return entry.text

    def say_again(self) -> None:
        """Repeat what was not answered, as clients do; then everything must be there once."""
        again = {name: self.world.user(name) for name in ("alice", "bob", "carol")}
        for nonce, said in self.said.items():
            if nonce not in self.answers:
                request_id = self._ask(again[said.author], said, nonce)
                self.world.settle()
                self.answers[nonce] = again[said.author].result(request_id)
        self.check()
        places = Counter((posted["room"], posted["seq"]) for posted in self.answers.values())
        assert set(places.values()) <= {1}
        last = {room.room: room.log.last_seq for room in self.world.state.rooms.values()}
        assert len(places) == sum(seq for room, seq in last.items() if not room.startswith("@"))


def calls_of_a_run() -> int:
    conversation = Conversation()
    with conversation.world as world:
        world.disk.calls.clear()
        conversation.run()
        return len(world.disk.calls)


# -- power cuts ------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_power_cut_at_any_call_loses_nothing_that_was_told(part: int) -> None:
    calls = calls_of_a_run()
    assert calls > 60
    for call in range(1 + part, calls + 1, 4):
        random = Random(call)
        conversation = Conversation(seed=call)
        with conversation.world as world:
            world.cut_power_at(call)
            with pytest.raises(PowerCut):
                conversation.run()
            conversation.note_answers()
            world.crash(by_chance(random))
            world.restart()  # compares the states
            conversation.check()
            conversation.say_again()


def test_kill_at_any_call_loses_nothing_that_was_told() -> None:
    for call in range(1, calls_of_a_run() + 1, 5):
        conversation = Conversation(seed=call)
        with conversation.world as world:
            world.cut_power_at(call)
            with pytest.raises(PowerCut):
                conversation.run()
            conversation.note_answers()
            world.kill()
            world.restart()
            conversation.check()
            conversation.say_again()


def test_power_cut_at_any_call_of_the_next_start_loses_nothing_either() -> None:
    for call in range(1, CALLS_MAX):
        random = Random(call)
        conversation = Conversation(seed=call)
        with conversation.world as world:
            conversation.run()
            conversation.note_answers()
            left = world.state.dump()["rooms"]
            world.crash(by_chance(random))
            world.disk.cut_power_at(call)
            try:
                world.restart()
            except PowerCut:
                world.disk.crash(by_chance(random))
                if world._runs:
                    world.crash()
                world.restart()
            else:
                world.disk._cut_at = None
                return
            assert world.state.dump()["rooms"] == left
            conversation.check()
    raise AssertionError("a start never ends")


def test_power_cut_in_a_graceful_stop_loses_nothing() -> None:
    for call in range(1, CALLS_MAX):
        conversation = Conversation(seed=call)
        with conversation.world as world:
            for peer in conversation.peers:
                conversation.post(peer)
            world.settle()
            conversation.note_answers()
            world.cut_power_at(call)
            try:
                world.stop()
            except PowerCut:
                world.crash()
                world.restart()
                conversation.check()
                conversation.say_again()
            else:
                return
    raise AssertionError("a stop never ends")


# -- modes that sync later -------------------------------------------------------------------


@pytest.mark.parametrize("set_back_ms", [0, HOUR_MS])
def test_everysec_loses_a_second_at_most_and_says_so_by_a_new_epoch(set_back_ms: int) -> None:
    """Of real time, not of server time, which is slow after the clock was set back."""
    with World(fsync=Fsync.EVERYSEC) as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.clock.set_wall(-set_back_ms)
        alice.send("old enough")
        world.sleep(SECOND_MS + 10)
        alice.send("too young")
        assert bob.texts() == ["old enough", "too young"]
        world.crash()
        world.restart()
        again = world.resume(bob)
        assert world.state.epoch != bob.epoch
        assert {"room": "general"} in again.told("reset")
        assert again.texts() == ["old enough"]


@pytest.mark.parametrize("mode", list(Fsync))
def test_idle_server_sleeps_until_the_next_snapshot(mode: Fsync) -> None:
    with World(fsync=mode, snapshot_interval_ms=SNAPSHOT_MS) as world:
        world.user("alice").send("the last one")
        world.sleep(MINUTE_MS)
        assert world.waits_s == (SNAPSHOT_MS - MINUTE_MS) // SECOND_MS


@pytest.mark.parametrize("mode", [Fsync.EVERYSEC, Fsync.NEVER])
@pytest.mark.parametrize(("how", "renews"), [("stop", False), ("kill", True), ("crash", True)])
def test_unclean_start_of_a_store_that_is_not_always_synced_has_a_new_epoch(
    mode: Fsync, how: str, renews: bool
) -> None:
    with World(fsync=mode) as world:
        world.user("alice").send("hello")
        before = world.state.epoch
        getattr(world, how)()
        world.restart(fsync=Fsync.ALWAYS)  # what counts is how it was left
        assert (world.state.epoch != before) == renews


@pytest.mark.parametrize("how", ["stop", "kill", "crash"])
def test_store_that_is_always_synced_keeps_its_epoch(how: str) -> None:
    with World() as world:
        world.user("alice").send("hello")
        before = world.state.epoch
        getattr(world, how)()
        world.restart(fsync=Fsync.NEVER)
        assert world.state.epoch == before


def test_new_epoch_survives_a_crash_right_after_the_start() -> None:
    with World(fsync=Fsync.NEVER) as world:
        world.user("alice")
        world.crash()
        world.restart()
        renewed = world.state.epoch
        world.crash()
        world.restart(fsync=Fsync.ALWAYS)
        again = world.state.epoch
        assert again != renewed
        world.crash()
        world.restart()
        assert world.state.epoch == again


@pytest.mark.parametrize("seed", range(10))
def test_never_synced_store_comes_back_as_it_was_at_some_tick(seed: int) -> None:
    random = Random(seed)
    with World(fsync=Fsync.NEVER, limit_messages=0) as world:
        alice = world.user("alice")
        texts = [f"text {number}" for number in range(20)]
        for text in texts:
            alice.send(text)
        world.crash(by_chance(random, 0.95))
        world.restart()
        left = [decode_entry(frame) for frame in world.state.general.log.frames]
        assert [entry.text for entry in left if isinstance(entry, Message)] == texts[: len(left)]


# -- snapshots -------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["create", "sync", "rename", "sync_folder"])
def test_failed_snapshot_costs_a_log_line_and_the_next_one_succeeds(
    operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    with World(snapshot_interval_ms=SNAPSHOT_MS) as world:
        alice = world.user("alice")
        alice.send("before")
        world.sleep(SNAPSHOT_MS - MINUTE_MS)
        world.database._journal.rotate()  # so that the next calls are the snapshot's own
        world.disk.fail_on(operation, errno.EIO)
        with caplog.at_level(logging.ERROR):
            world.sleep(2 * MINUTE_MS)
        assert "snapshot failed" in caplog.text
        alice.send("behind")
        world.sleep(SNAPSHOT_MS)
        assert "data/chat.db-snapshot.tmp" not in world.disk.files()
        world.crash()
        world.restart()
        assert world.user("bob").texts() == ["before", "behind"]


def test_snapshot_replaces_the_journal_before_it() -> None:
    with World(snapshot_interval_ms=SNAPSHOT_MS) as world:
        alice = world.user("alice")
        alice.send("in the snapshot")
        world.sleep(SNAPSHOT_MS + SECOND_MS)
        alice.send("in the journal")
        journals = [name for name in world.disk.files() if "journal" in name]
        assert journals == ["data/chat.db-journal-000002"]
        assert b"in the snapshot" in world.disk.files()["data/chat.db"]
        world.crash()
        world.restart()


def test_snapshot_that_is_due_in_the_tick_of_a_request_holds_the_request_once() -> None:
    with World(snapshot_interval_ms=SNAPSHOT_MS) as world:
        alice = world.user("alice")
        alice.send("before")
        world.clock.advance(SNAPSHOT_MS)
        alice.request("send", text="in that tick")
        world.sleep(2 * SECOND_MS)  # until the snapshot is in its place
        assert b"in that tick" in world.disk.files()["data/chat.db"]
        world.crash()
        world.restart()
        assert world.user("bob").texts() == ["before", "in that tick"]


def test_snapshot_that_is_due_with_a_scheduled_text_holds_the_text_once() -> None:
    with World(snapshot_interval_ms=SNAPSHOT_MS) as world:
        due_ms = world.now_ms + SNAPSHOT_MS
        world.user("alice").call("send-at", at=due_ms - 1, to="general", text="now")
        world.clock.advance(due_ms + SECOND_MS - world.now_ms)  # both are due when it wakes
        world.sleep(2 * SECOND_MS)
        assert b"now" in world.disk.files()["data/chat.db"]
        world.crash()
        world.restart()
        assert world.user("bob").texts() == ["now"]


def test_store_that_did_not_change_gets_no_snapshot() -> None:
    with World(snapshot_interval_ms=SNAPSHOT_MS) as world:
        world.user("alice")
        world.sleep(2 * SNAPSHOT_MS)
        world.disk.calls.clear()
        world.sleep(5 * SNAPSHOT_MS)
        assert "rename" not in world.disk.calls


def test_journal_that_grew_is_replaced_sooner() -> None:
    with World(snapshot_growth_bytes=100_000, limit_messages=0) as world:
        alice = world.user("alice")
        for _ in range(20):
            alice.send(TEXT)
        world.sleep(SECOND_MS)
        assert world.database.journal_bytes < 100_000
        world.crash()
        world.restart()


# -- a disk that is full ---------------------------------------------------------------------


def fill(world: World, peer: Peer) -> int:
    """Post until the disk, which gives no more from now on, is full; return the posts."""
    world.disk.capacity = sum(map(len, world.disk.files().values()))
    for count in range(1_000):
        try:
            peer.send(TEXT)
        except Refused as refused:
            assert refused.code == "storage_full"
            return count
    raise AssertionError("the disk is never full")


def test_full_disk_refuses_what_writes_and_changes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        phone = world.login("alice", device="phone")
        with caplog.at_level(logging.ERROR):
            count = fill(world, alice)
            before = world.state.digest()
            world.sleep(20 * SECOND_MS)
        assert caplog.text.count("the disk is full") == 1
        refused: list[tuple[str, dict[str, object]]] = [
            ("send", {"text": "more"}),
            ("send-to", {"to": "bob", "text": "more"}),
            ("revoke", {"device": phone.device}),
            ("password", registration("new")),
        ]
        for method, params in refused:
            assert alice.refusal(method, **params)["code"] == "storage_full", method
        register = world.guest().refusal("register", name="carol", **registration("x"))
        assert register["code"] == "storage_full"
        with pytest.raises(Refused, match="storage_full"):
            world.login("alice", device="tablet")
        assert world.state.digest() == before
        assert len(bob.texts()) == count


def test_full_disk_goes_on_reading_and_puts_off_what_was_read_and_what_is_over() -> None:
    with World(limit_messages=0, limit_private=1, requests_per_second=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.send_to("alice", "the only one")
        fill(world, alice)
        bob.ack("general")
        world.sleep(5 * SECOND_MS)
        read_seq = world.state.general.members["bob"].read_seq
        assert read_seq < bob.last["general"]
        assert bob.call("status")["rooms"][0]["unread"] == 0  # it is remembered
        assert bob.call("history", room="general", limit=1)["entries"]
        again = world.resume(bob)
        assert not again.ended
        world.sleep(2 * 60 * MINUTE_MS)
        assert world.state.users["bob"].private.count == 1
        assert bob.call("status")["private"]["left"] == 1  # over all the same
        world.disk.capacity = None
        world.sleep(3 * SECOND_MS)
        assert world.state.general.members["bob"].read_seq == bob.last["general"]
        assert world.state.users["bob"].private.count == 0
        alice.send("room again")
        assert bob.texts()[-1] == "room again"
        world.crash()
        world.restart()


def test_newcomer_to_a_full_disk_is_refused_and_comes_later() -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alice, carol = world.user("alice"), world.login("carol")
        fill(world, alice)
        assert carol.refusal("sync")["code"] == "storage_full"
        world.disk.capacity = None
        world.sleep(2 * SECOND_MS)
        carol.sync()
        assert carol.texts()[-1] == TEXT


def test_full_disk_can_be_stopped_and_started_and_loses_nothing() -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        count = fill(world, alice)
        bob.ack("general")
        world.stop()
        world.restart()
        again = world.user("alice")
        assert world.state.general.log.last_seq == count
        world.disk.capacity = None
        world.sleep(2 * SECOND_MS)
        again.send("room again")


# -- a disk that fails -----------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["write", "datasync"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("how", ["kill", "crash"])
def test_failed_write_ends_the_process_and_nobody_was_told(
    operation: str, number: int, how: str
) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        request_id = alice.request("send", text="never told")
        world.tells_left_states = True
        world.disk.fail_on(operation, number)
        with pytest.raises(StoreError, match="the journal can't be written"):
            world.settle()
        for peer in (alice, bob):
            peer.turn()
        assert not alice.answered(request_id) and bob.texts() == []
        getattr(world, how)()
        world.restart()


@pytest.mark.parametrize("operation", ["datasync", "sync"])
def test_sync_that_failed_takes_nothing_from_the_start_behind_it(operation: str) -> None:
    """The system holds for durable what it failed to write, and the machine goes on."""
    with World(snapshot_interval_ms=10 * SECOND_MS) as world:
        alice = world.user("alice")
        alice.send("kept")
        world.disk.fail_on(operation, errno.EIO, "-journal-")
        alice.request("send", text="never answered")
        with pytest.raises(StoreError, match="the journal can't be written"):
            world.sleep(20 * SECOND_MS)
        world.kill()
        world.restart()
        alice = world.user("alice")
        alice.send("behind it")
        told = [entry["text"] for entry in alice.call("history", room="general")["entries"]]
        world.crash()
        world.restart()
        alice = world.user("alice")
        assert [e["text"] for e in alice.call("history", room="general")["entries"]] == told
        assert told == ["kept", "never answered", "behind it"]


@pytest.mark.parametrize("operation", ["create", "allocate", "sync_folder", "write"])
@pytest.mark.parametrize("stops", [False, True])
def test_segment_that_can_not_be_begun_ends_the_process_with_the_name_of_the_store(
    operation: str, stops: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World(snapshot_interval_ms=10 * SECOND_MS) as world:
        world.user("alice").send("kept")
        rotate = world.database._journal.rotate

        def fail() -> int:
            world.disk.fail_on(operation, errno.EIO)
            return rotate()

        monkeypatch.setattr(world.database._journal, "rotate", fail)
        with pytest.raises(StoreError, match="^data/chat.db: the journal can't be written"):
            if stops:
                world.stop()
            else:
                world.sleep(20 * SECOND_MS)
        world.kill()
        world.restart()
        (kept,) = world.user("alice").call("history", room="general")["entries"]
        assert kept["text"] == "kept"
