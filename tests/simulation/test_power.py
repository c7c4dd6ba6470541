"""Power cuts in every mode, and clients that come back with their positions.

What was told may be lost where the journal is not synced with each tick. Then numbers are given
out again, and a client that keeps positions must be told so: nobody silently misses an entry.
"""

import hashlib
from collections.abc import Iterator
from random import Random

import pytest

from chatd.config import Fsync
from chatd.core.state import State
from chatd.disk.snapshot import load_snapshot
from chatd.wire.entries import Message, decode_entry
from tests.simulation.disk import PowerCut, Survives, by_chance
from tests.simulation.peer import Peer
from tests.simulation.world import DB_NAME, World

SECOND_MS = 1_000
SNAPSHOT_MS = 10 * 60_000
POSTS_BEHIND = 25
"""More than any client has heard and lost: numbers are given out again up to all positions."""
LAZY = [Fsync.EVERYSEC, Fsync.NEVER]


def chances(call: int) -> Survives:
    """Return what becomes of unsynced bytes and names: nothing, everything or half survives."""
    return [lambda: False, lambda: True, by_chance(Random(call))][call % 3]


def new_world(mode: Fsync, seed: int = 0) -> World:
    return World(seed, fsync=mode, limit_messages=0, snapshot_interval_ms=SNAPSHOT_MS)


def talk(world: World, peers: list[Peer]) -> None:
    """Post, read, and let time go by: past syncs, over two snapshots, through a restart."""
    alice, bob, carol = peers
    for text in ("one", "two", "three"):
        alice.send(text)
        bob.send_to("alice", f"{text} for alice")
    carol.ack("general")
    world.sleep(SECOND_MS + 10)
    bob.send("four")
    world.sleep(SNAPSHOT_MS)
    carol.send("behind the snapshot")
    alice.send_to("bob", "behind it, too")
    world.sleep(SNAPSHOT_MS + SECOND_MS)
    for number in range(5):
        bob.send(f"right behind a snapshot {number}")


def calls_of_a_talk(mode: Fsync) -> int:
    with new_world(mode) as world:
        peers = [world.user(name) for name in ("alice", "bob", "carol")]
        world.disk.calls.clear()
        talk(world, peers)
        return len(world.disk.calls)


def post_anew(world: World) -> None:
    """Have somebody post as much as may have been lost, so that every number is taken again."""
    dora = world.user("dora")
    for number in range(POSTS_BEHIND):
        dora.send(f"anew {number}")
        if "alice" in world.state.users:
            dora.send_to("alice", f"anew {number}")


def messages(world: World, name: str) -> Iterator[tuple[str, int, str]]:
    """Yield room, number and text of every message of others that a user may see."""
    for room_id in world.state.users[name].rooms:
        room = world.state.rooms[room_id]
        for frame in room.log.frames:
            entry = decode_entry(frame)
            if not isinstance(entry, Message) or entry.author == name:
                continue  # own entries are known by their answers, or by their nonces
            if entry.seq > room.members[name].floor:
                yield room_id, entry.seq, entry.text


def assert_nobody_missed_anything(world: World, peers: list[Peer]) -> None:
    """Hold what resuming clients have heard, before and after, against what is there."""
    for peer in peers:
        again = world.resume(peer)
        told = {params["room"] for params in again.told("reset") + again.told("gap")}
        heard = {
            (entry["room"], entry["seq"], entry["text"])
            for entry in peer.entries + again.entries
            if entry["kind"] == "message"
        }
        missed = [m for m in messages(world, peer.name) if m[0] not in told and m not in heard]
        assert not missed, f"{peer.name} was not told of {missed}"


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("mode", list(Fsync))
def test_power_cut_at_any_call_lets_no_resuming_client_miss_anything_silently(
    mode: Fsync, part: int
) -> None:
    calls = calls_of_a_talk(mode)
    assert calls > 25
    for call in range(1 + part, calls + 2, 3):
        with new_world(mode, seed=call) as world:
            peers = [world.user(name) for name in ("alice", "bob", "carol")]
            world.cut_power_at(call)
            try:
                talk(world, peers)
            except PowerCut:
                pass
            world.crash(chances(call // 3))
            world.restart()
            post_anew(world)
            assert_nobody_missed_anything(world, peers)


@pytest.mark.parametrize("mode", LAZY)
def test_power_cut_right_behind_a_snapshot_renews_the_epoch(mode: Fsync) -> None:
    with new_world(mode) as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("in the snapshot")
        world.sleep(SNAPSHOT_MS + 2 * SECOND_MS)
        for number in range(POSTS_BEHIND):
            alice.send(f"lost {number}")
        world.crash()
        world.restart()
        assert world.state.epoch != bob.epoch
        post_anew(world)
        assert {"room": "general"} in world.resume(bob).told("reset")


@pytest.mark.parametrize("mode", LAZY)
def test_power_cut_right_behind_a_start_renews_the_epoch(mode: Fsync) -> None:
    with new_world(mode) as world:
        world.user("alice")
        world.stop()
        world.restart()
        alice, bob = world.user("alice"), world.user("bob")
        alice.send("lost")
        world.crash()
        world.restart()
        assert world.state.epoch != bob.epoch
        post_anew(world)
        assert_nobody_missed_anything(world, [alice, bob])


@pytest.mark.parametrize("mode", LAZY)
def test_start_behind_a_power_cut_that_is_cut_itself_still_renews_the_epoch(mode: Fsync) -> None:
    for call in range(1, 200):
        with new_world(mode, seed=call) as world:
            alice, bob = world.user("alice"), world.user("bob")
            world.sleep(SNAPSHOT_MS + 2 * SECOND_MS)
            alice.send("lost")
            world.crash()
            world.disk.cut_power_at(call)
            try:
                world.restart()
            except PowerCut:
                if world._runs:
                    world.crash(chances(call))
                else:
                    world.disk.crash(chances(call))
                world.restart()
            else:
                world.disk._cut_at = None
                return
            assert world.state.epoch != bob.epoch
            post_anew(world)
            assert_nobody_missed_anything(world, [alice, bob])
    raise AssertionError("a start never ends")


@pytest.mark.parametrize("mode", LAZY)
def test_torn_tail_behind_the_last_snapshot_of_a_stop_renews_the_epoch(mode: Fsync) -> None:
    """Nobody stopped a server cleanly that has begun to write again."""
    with new_world(mode) as world:
        bob = world.user("bob")
        world.stop()
        (journal,) = [path for path in world.disk.files() if "journal" in path]
        content = world.disk.take(journal)
        world.disk.put(journal, content[:60] + b"torn" + content[64:])
        world.restart()
        assert world.state.epoch != bob.epoch


def test_store_counts_as_stopped_from_a_stop_to_the_next_start() -> None:
    with World() as world:
        world.stop()
        snapshot = load_snapshot(world.disk, DB_NAME)
        assert snapshot is not None and State.load(snapshot.tree).stopped
        world.restart()
        assert not world.state.stopped
        world.kill()


@pytest.mark.parametrize("mode", list(Fsync))
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_only_a_stop_keeps_the_epoch_of_a_store_that_is_not_always_synced(
    mode: Fsync, how: str
) -> None:
    with new_world(mode) as world:
        bob = world.user("bob")
        world.sleep(SNAPSHOT_MS + 2 * SECOND_MS)  # a snapshot with nothing behind it
        assert not world.database.journal_bytes
        getattr(world, how)()
        world.restart()
        keeps = how == "stop" or mode is Fsync.ALWAYS
        assert (world.state.epoch == bob.epoch) == keeps


# -- the bytes of files ----------------------------------------------------------------------

DATA = bytes(range(256)) * 8


def send_file(peer: Peer, data: bytes = DATA) -> int:
    sha256 = hashlib.sha256(data).digest()
    upload = peer.call("upload", room="general", name="f", size=len(data), sha256=sha256)["upload"]
    half = len(data) // 2
    for offset, piece in ((0, data[:half]), (half, data[half:])):
        peer.call("upload-chunk", upload=upload, offset=offset, data=piece)
    seq: int = peer.call("upload-finish", upload=upload)["seq"]
    return seq


def assert_files_are_whole(world: World) -> None:
    """Every file of an entry has its bytes, every upload what the state says has come."""
    blobs = world.database.blobs
    for sha256, blob in world.state.blobs.items():
        assert blobs.catch_up(blob.number, blob.size, blob.size)
        assert blobs.sha256(blob.number) == sha256
    for upload in world.state.uploads.values():
        assert blobs.read(upload.number, upload.offset, 0) == DATA[: upload.offset]


def files_come_and_go(world: World) -> None:
    alice = world.user("alice")
    seq = send_file(alice)
    fields = {"room": "general", "name": "half", "size": len(DATA), "sha256": bytes(32)}
    half = alice.call("upload", **fields)["upload"]
    alice.call("upload-chunk", upload=half, offset=0, data=DATA[:1000])
    world.sleep(SECOND_MS + 10)
    alice.call("upload-chunk", upload=half, offset=1000, data=DATA[1000:1500])
    alice.call("delete", room="general", seq=seq)
    send_file(alice, DATA[:100])
    world.sleep(SNAPSHOT_MS)
    alice.call("delete", room="general", seq=3)


@pytest.mark.parametrize("mode", list(Fsync))
def test_power_cut_at_any_call_leaves_no_record_without_the_bytes_that_it_tells_of(
    mode: Fsync,
) -> None:
    for call in range(1, 1_000):
        with new_world(mode, seed=call) as world:
            world.user("alice")
            world.cut_power_at(call)
            try:
                files_come_and_go(world)
            except PowerCut:
                world.crash(chances(call))
                world.restart()
                assert_files_are_whole(world)
            else:
                world.disk._cut_at = None
                return
    raise AssertionError("the files never stop coming")


@pytest.mark.parametrize("mode", list(Fsync))
def test_file_leaves_the_disk_when_the_record_that_gives_it_up_is_durable_and_not_before(
    mode: Fsync,
) -> None:
    with new_world(mode) as world:
        alice = world.user("alice")
        seq = send_file(alice)
        world.sleep(SNAPSHOT_MS + 2 * SECOND_MS)  # durable in every mode
        alice.request("delete", room="general", seq=seq)
        world.disk.calls.clear()
        world.settle()
        path = "data/chat.db-files/00000001"
        if mode is Fsync.ALWAYS:
            assert world.disk.calls.index("unlink") > world.disk.calls.index("datasync")
        else:
            assert path in world.disk.files(), "a power cut would bring its entry back without it"
        world.sleep(SNAPSHOT_MS + 2 * SECOND_MS)
        assert path not in world.disk.files()


def test_chunk_is_durable_before_the_record_that_tells_of_it_in_every_mode() -> None:
    for mode in Fsync:
        with new_world(mode) as world:
            alice = world.user("alice")
            fields = {"room": "general", "name": "f", "size": len(DATA), "sha256": bytes(32)}
            upload = alice.call("upload", **fields)["upload"]
            alice.request("upload-chunk", upload=upload, offset=0, data=DATA[:100])
            world.disk.calls.clear()
            world.settle()
            assert world.disk.calls[:3] == ["write", "datasync", "write"], mode
