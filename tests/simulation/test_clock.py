"""The machine's clock, wrong at a start: what is refused, what is held, and the way back."""

import dataclasses
import logging
from pathlib import Path

import pytest

from chatd.core.clock import EARLIEST_MS
from chatd.errors import StoreError, StoreLocked
from chatd.maintenance import add_user, check_store, renew_epoch, repair_clock, reset_user
from tests.simulation.disk import PowerCut
from tests.simulation.peer import Peer
from tests.simulation.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
YEAR_MS = 365 * DAY_MS


def history(peer: Peer, room: str = "general") -> list[str]:
    return [entry["text"] for entry in peer.call("history", room=room)["entries"]]


def stopped(by_ms: int) -> World:
    """Return a world with a message in its store, and a wall clock that was set since."""
    world = World()
    world.user("alice").send("hello")
    world.stop()
    world.clock.set_wall(by_ms)
    return world


def repair(world: World) -> str:
    report = repair_clock(world.settings, world.machine)
    world._states_left = None  # it is another state than was left
    return report


# -- ahead -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_ms", [YEAR_MS + DAY_MS, 30 * YEAR_MS])
def test_start_more_than_a_year_ahead_is_refused_and_changes_nothing(by_ms: int) -> None:
    with stopped(by_ms) as world:
        before = dict(world.disk.files())
        with pytest.raises(StoreError, match="more than a year after the last stamp") as refused:
            world.restart()
        assert str(refused.value).count("UTC") == 2 and "--accept-clock" in str(refused.value)
        assert _store(before) == _store(world.disk.files())
        world.clock.set_wall(-by_ms)
        world.restart()
        assert history(world.user("alice")) == ["hello"]


def _store(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if not path.endswith("-lock")}


def test_work_on_a_stopped_store_is_refused_by_the_same_clock() -> None:
    with stopped(30 * YEAR_MS) as world:
        before = _store(world.disk.files())
        for work in (
            lambda: add_user(world.settings, world.machine, "bob", "secret"),
            lambda: reset_user(world.settings, world.machine, "alice", "secret"),
            lambda: renew_epoch(world.settings, world.machine),
        ):
            with pytest.raises(StoreError, match="more than a year after"):
                work()
        assert _store(world.disk.files()) == before


def test_start_a_year_ahead_goes_on_and_deletes_nothing_for_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with stopped(YEAR_MS - DAY_MS) as world:
        world.restart()
        assert "364.0 days away from the last stamp" in caplog.text
        world.sleep(59 * MINUTE_MS)
        assert world.state.general.log.frames
        world.sleep(2 * MINUTE_MS)
        assert not world.state.general.log.frames


def test_start_with_a_clock_that_somebody_vouches_for_goes_on_at_that_time() -> None:
    with stopped(30 * YEAR_MS) as world:
        world.clock_is_right = True
        world.restart()
        assert world.now_ms == world.clock.wall_ms
        assert world.state.general.log.frames, "nothing is deleted for an hour"


def test_new_store_is_not_begun_by_a_clock_before_all_time() -> None:
    with World() as world:
        world.stop()
        world.clock.set_wall(EARLIEST_MS - 1 - world.clock.wall_ms)
        settings = dataclasses.replace(world.settings, db_path=Path("new/chat.db"))
        with pytest.raises(StoreError, match="2019-12-31 23:59:59 UTC, which can't be right"):
            add_user(settings, world.machine, "alice", "secret")
        assert "new/chat.db" not in world.disk.files()


# -- the way back ----------------------------------------------------------------------------


def stamped_ahead(by_ms: int = 30 * YEAR_MS) -> World:
    """Return a world whose store was used with a clock ahead, which is right again."""
    world = stopped(by_ms)
    world.clock_is_right = True
    world.restart(limit_messages=2, lifetime_ms=100 * DAY_MS)
    world.clock_is_right = False
    alice = world.user("alice")
    alice.send("from the future")
    world.sleep(10 * MINUTE_MS)
    alice.send("and more of it")
    world.stop()
    world.clock.set_wall(-by_ms)
    return world


def test_store_that_was_stamped_ahead_starts_and_says_how_it_is_mended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with stamped_ahead() as world:
        caplog.set_level(logging.WARNING)
        caplog.clear()
        world.restart()
        assert "10950.0 days ahead of the clock" in caplog.text and "repair-clock" in caplog.text


def test_repaired_store_goes_on_by_the_clock_with_all_that_was_in_it() -> None:
    with stamped_ahead() as world:
        report = repair(world)
        assert "10950.0 days ahead" in report and "moved the times of" in report
        world.restart()
        assert world.now_ms == world.clock.wall_ms
        alice = world.user("alice", start="now")
        assert history(alice) == ["from the future", "and more of it"], "hello was over by then"
        stamps = [entry["ts"] for entry in alice.call("history", room="general")["entries"]]
        assert stamps == sorted(stamps) and stamps[-1] <= world.now_ms
        assert stamps[1] - stamps[0] == 10 * MINUTE_MS, "as far apart as they were"
        general = alice.call("status")["general"]
        assert world.now_ms < general["reset_at"] <= world.now_ms + HOUR_MS
        assert alice.refusal("send", text="one too many")["code"] == "rate_limited"
        world.sleep(HOUR_MS)
        alice.send("hello again")
        world.kill()
        world.restart()
        assert history(world.user("alice"))[-1] == "hello again"


def test_repair_makes_positions_void_and_nobody_misses_what_comes() -> None:
    with stamped_ahead() as world:
        epoch = world.state.epoch
        repair(world)
        world.restart()
        assert world.state.epoch != epoch


def test_repair_puts_the_store_aside_as_it_was() -> None:
    with stamped_ahead() as world:
        before = _store(world.disk.files())
        report = repair(world)
        folder = report.rpartition(": ")[2].strip("/")
        assert folder.startswith("data/chat.db-before-repair-")
        copies = {p: c for p, c in world.disk.files().items() if p.startswith(f"{folder}/")}
        assert {p.replace(f"{folder}/", "data/"): c for p, c in copies.items()} == before
        world.clock.set_wall(30 * YEAR_MS)
        copy = dataclasses.replace(world.settings, db_path=Path(folder) / "chat.db")
        assert "last tick" in check_store(copy, world.disk)


def test_second_repair_has_nothing_to_do() -> None:
    with stamped_ahead() as world:
        repair(world)
        before = world.disk.files()["data/chat.db"]
        assert "nothing to do" in repair(world)
        assert world.disk.files()["data/chat.db"] == before


def test_repair_of_a_good_store_has_nothing_to_do() -> None:
    with stopped(0) as world:
        assert "nothing to do" in repair(world)
        world.restart()
        assert history(world.user("alice")) == ["hello"]


def test_repair_refuses_a_store_in_use_one_that_is_not_there_and_a_clock_that_can_not_be() -> None:
    with World() as world:
        with pytest.raises(StoreLocked, match="in use by process"):
            repair_clock(world.settings, world.machine)
    with stamped_ahead() as world:
        missing = dataclasses.replace(world.settings, db_path=Path("data/mistyped.db"))
        with pytest.raises(StoreError, match="there is no store"):
            repair_clock(missing, world.machine)
        assert not any("mistyped" in path for path in world.disk.files())
        world.clock.set_wall(EARLIEST_MS - DAY_MS - world.clock.wall_ms)
        with pytest.raises(StoreError, match="set it right first"):
            repair_clock(world.settings, world.machine)


def test_repair_that_loses_power_at_any_call_is_done_or_can_be_done_again() -> None:
    call = 0
    while True:
        with stamped_ahead() as world:
            world.disk.calls.clear()
            world.disk.cut_power_at(call)
            try:
                repair(world)
            except PowerCut:
                world.disk.crash(lambda: False)
            else:
                break
            world.clock.advance(1)  # another folder for the copy
            repair(world)
            world.restart()
            assert world.now_ms == world.clock.wall_ms
            assert len(world.state.general.log.frames) == 3
        call += 7
    assert call > 7
