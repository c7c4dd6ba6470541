"""Snapshots that fail, hang and are tried again, for days if need be, beside the server."""

import errno
import logging
from collections.abc import Callable, Collection
from random import Random

import pytest

from chatd.config import Fsync
from chatd.disk import Child
from chatd.disk.journal import DiskJournal
from chatd.disk.snapshotter import STALL_S
from tests.simulation.disk import PowerCut, by_chance, run_inline
from tests.simulation.peer import Peer
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
INTERVAL_MS = 10 * MINUTE_MS
TEXT = "x" * 8_000

Work = Callable[[], object]


class Ended:
    """A child that came to an end of which it could not tell."""

    def __init__(self, error: str) -> None:
        self._error = error

    def poll(self) -> str:
        return self._error

    def end(self) -> None: ...

    def kill(self) -> None: ...


class Hanging:
    """A child that does nothing until it is ended."""

    def __init__(self) -> None:
        self.ended = False

    def poll(self) -> str | None:
        return "the child ended with status -9" if self.ended else None

    def end(self) -> None:
        self.ended = True

    def kill(self) -> None:
        self.ended = True


def is_killed(work: Work, keep: Collection[int]) -> Child:
    return Ended("the child ended with status -9")


def has_no_room(work: Work, keep: Collection[int]) -> Child:
    return Ended("OSError: [Errno 28] No space left on device")


def has_no_process(work: Work, keep: Collection[int]) -> Child:
    raise OSError(errno.EAGAIN, "Resource temporarily unavailable")


def has_no_memory(work: Work, keep: Collection[int]) -> Child:
    raise OSError(errno.ENOMEM, "Cannot allocate memory")


FAILURES = [is_killed, has_no_room, has_no_process, has_no_memory]


def new_world() -> World:
    return World(
        snapshot_interval_ms=INTERVAL_MS, limit_messages=0, requests_per_second=0, lifetime_ms=0
    )


def segments(world: World) -> list[str]:
    return [path for path in world.disk.files() if "journal" in path]


@pytest.mark.parametrize("spawn", FAILURES)
def test_snapshots_that_fail_for_days_pile_up_neither_segments_nor_log_lines(
    spawn: Callable[[Work, Collection[int]], Child], caplog: pytest.LogCaptureFixture
) -> None:
    with new_world() as world, caplog.at_level(logging.INFO, "chatd.database"):
        alice = world.user("alice")
        world.spawn = spawn
        for hour in range(49):
            alice.send(f"hour {hour}")
            world.sleep(HOUR_MS)
        assert len(segments(world)) == 2
        assert caplog.text.count("snapshot failed") == 3  # at first, and once a day
        world.spawn = run_inline
        world.sleep(INTERVAL_MS + MINUTE_MS)
        assert caplog.text.count("snapshot of tick") == 1
        alice.send("one more")
        world.sleep(INTERVAL_MS + MINUTE_MS)
        assert len(segments(world)) == 1
        world.crash()
        world.restart()


def test_snapshot_that_failed_is_tried_again_after_a_minute_and_then_less_often() -> None:
    with new_world() as world:
        tried_ms: list[int] = []

        def spawn(work: Work, keep: Collection[int]) -> Child:
            tried_ms.append(world.now_ms)
            return Ended("no")

        alice = world.user("alice")
        world.spawn = spawn
        for _ in range(60):
            alice.send("goes on")
            world.sleep(MINUTE_MS)
        minutes = [
            round((later - sooner) / MINUTE_MS)
            for sooner, later in zip(tried_ms, tried_ms[1:], strict=False)
        ]
        assert minutes[:6] == [1, 2, 4, 8, 10, 10]


def test_journal_that_grew_does_not_hurry_snapshots_that_fail() -> None:
    with World(limit_messages=0, requests_per_second=0, snapshot_growth_bytes=50_000) as world:
        tries = 0

        def spawn(work: Work, keep: Collection[int]) -> Child:
            nonlocal tries
            tries += 1
            return Ended("no")

        alice = world.user("alice")
        world.spawn = spawn
        for _ in range(100):
            alice.send(TEXT)
            world.sleep(100)
        assert tries == 1
        world.spawn = run_inline
        world.sleep(2 * MINUTE_MS)
        assert world.database.snapshot_failures == 0


def test_other_reason_is_logged_at_once(caplog: pytest.LogCaptureFixture) -> None:
    with new_world() as world, caplog.at_level(logging.ERROR, "chatd.database"):
        world.user("alice")
        world.spawn = is_killed
        world.sleep(INTERVAL_MS + MINUTE_MS)
        world.spawn = has_no_process
        world.sleep(HOUR_MS)
        assert "status -9" in caplog.text and "Resource temporarily unavailable" in caplog.text


def test_age_of_the_snapshot_is_that_of_the_last_good_one() -> None:
    with new_world() as world:
        world.user("alice")
        before = world.database.last_snapshot_ms
        world.spawn = is_killed
        world.sleep(HOUR_MS)
        assert world.database.last_snapshot_ms == before


def test_child_that_hangs_is_ended_and_logged_and_the_snapshot_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with new_world() as world, caplog.at_level(logging.ERROR, "chatd.database"):
        alice = world.user("alice")
        alice.send("before")
        children = [Hanging(), Hanging()]
        hanging = iter(children)
        world.spawn = lambda work, keep: next(hanging)
        world.sleep(INTERVAL_MS + STALL_S * 1000 - MINUTE_MS)
        assert not children[0].ended
        alice.send("while it hangs")
        world.spawn = run_inline
        world.sleep(2 * MINUTE_MS)
        assert children[0].ended and not children[1].ended
        assert f"ended after {STALL_S} s in which it wrote nothing" in caplog.text
        world.sleep(2 * MINUTE_MS)
        assert b"while it hangs" in world.disk.files()["data/chat.db"]
        world.crash()
        world.restart()


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.EPERM])
def test_segment_that_can_not_be_deleted_stays_and_nothing_else_happens(
    number: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_world() as world, caplog.at_level(logging.WARNING, "chatd.database"):
        alice = world.user("alice")
        world.sleep(INTERVAL_MS - MINUTE_MS)
        unlink = world.disk.unlink

        def unlink_no_segment(path: str) -> None:
            if "journal" in path and not caplog.text:
                raise OSError(number, "no")
            unlink(path)

        monkeypatch.setattr(world.disk, "unlink", unlink_no_segment)
        world.sleep(2 * MINUTE_MS)
        assert "a segment of the journal stays until the next snapshot" in caplog.text
        assert len(segments(world)) == 2
        alice.send("goes on")
        world.sleep(INTERVAL_MS + MINUTE_MS)
        assert len(segments(world)) == 1
        world.stop()
        world.restart()


def test_full_disk_without_room_for_a_segment_is_relieved_by_a_snapshot() -> None:
    with new_world() as world:
        alice = world.user("alice")
        journal = world.journal.disk
        assert isinstance(journal, DiskJournal)
        while len(segments(world)) < 2 or journal._spare is not None:
            seq = alice.send(TEXT)["seq"]
            alice.call("delete", room="general", seq=seq)
        before = segments(world)
        world.disk.capacity = sum(map(len, world.disk.files().values())) + 1_000_000
        world.sleep(INTERVAL_MS + MINUTE_MS)
        assert len(segments(world)) < len(before)
        alice.send("there is room")
        world.crash()
        world.restart()


def test_stop_without_a_last_snapshot_leaves_no_further_segment() -> None:
    with new_world() as world:
        for _ in range(5):
            world.user("alice").send("again")
            before = segments(world)
            world.disk.fail_on("rename", errno.EIO)
            world.stop()
            assert segments(world) == before
            world.restart()


def fail_and_recover(world: World, alice: Peer) -> None:
    """Have a snapshot fail, be written without a segment of its own, and then with one."""
    alice.send("in the first segment")
    world.spawn = is_killed
    world.sleep(INTERVAL_MS + 2_000)
    alice.send("behind the one that failed")
    world.spawn = run_inline
    world.sleep(2 * MINUTE_MS)
    alice.send("in the same segment as what the snapshot holds")
    world.sleep(INTERVAL_MS)
    alice.send("at last")


@pytest.mark.parametrize("mode", list(Fsync))
def test_power_cut_at_any_call_around_snapshots_that_fail_loses_nothing_that_was_durable(
    mode: Fsync,
) -> None:
    for call in range(1, 1_000):
        random = Random(call)
        with World(seed=call, snapshot_interval_ms=INTERVAL_MS, fsync=mode) as world:
            alice = world.user("alice")
            world.cut_power_at(call)
            try:
                fail_and_recover(world, alice)
            except PowerCut:
                epoch, texts = world.state.epoch, alice.entries
                world.crash(by_chance(random))
                world.restart()  # compares the states where all is synced
                assert world.state.epoch != epoch or mode is Fsync.ALWAYS
                assert world.state.general.log.last_seq >= len(texts) or mode is not Fsync.ALWAYS
            else:
                world.disk._cut_at = None
                return
    raise AssertionError("it never ends")
