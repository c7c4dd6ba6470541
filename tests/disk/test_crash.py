"""Power fails at every single call to the disk, in the journal's work and in recovery.

A run is a server's life: recover, append, take snapshots, stop. Whatever survives of what
was not synced, the next start has every tick that was acknowledged, once and in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.config import Fsync
from chatd.disk import DiskJournal, Snapshotter, recover, write_snapshot
from chatd.errors import StoreCorrupt
from tests.disk.store import FULL_BODY, PATH, create, new_disk, open_journal
from tests.simulation.disk import PowerCut, SimDisk, Survives, by_chance, run_inline

APPEND, SYNC, IN_CHILD, IN_PROCESS, RESTART = "append sync child process restart".split()
LIFE = [APPEND] * 3 + [SYNC, IN_CHILD] + [APPEND] * 5 + [RESTART] + [APPEND] * 2
LIFE += [IN_PROCESS, RESTART, APPEND, SYNC, APPEND, IN_CHILD, IN_CHILD, APPEND]


def nothing() -> bool:
    return False


def everything() -> bool:
    return True


def chances() -> Iterator[Survives]:
    """Yield what may become of unsynced bytes and names."""
    yield nothing
    yield everything
    for seed in range(6):
        yield by_chance(Random(seed))


@dataclass
class Server:
    """Writes ticks whose bodies tell them apart, and knows which it may not lose."""

    disk: SimDisk
    fsync: Fsync = Fsync.ALWAYS
    written: list[bytes] = field(default_factory=list)
    acknowledged: int = 0
    journal: DiskJournal | None = None

    def start(self) -> None:
        """Recover, and hold what was recovered against what was acknowledged."""
        recovered = recover(self.disk, PATH)
        if recovered is None:
            assert not self.acknowledged
            self.written = [b"first"]
            self.journal = create(self.disk, self.written[:], self.fsync)
            self.acknowledged = 1
            return
        state = [*(recovered.snapshot or []), *recovered.bodies]
        assert state == self.written[: len(state)], "not a prefix"
        assert len(state) >= self.acknowledged, "an acknowledged tick is lost"
        assert recovered.last_tick == len(state)
        self.written = state
        self.acknowledged = len(state)  # a restart promises what it has recovered
        self.journal = open_journal(self.disk, recovered, self.fsync)

    def do(self, step: str) -> None:
        assert self.journal is not None
        if step == APPEND:
            self._append(self.journal)
        elif step == SYNC:
            self.journal.sync()
            self.acknowledged = len(self.written)
        elif step == RESTART:
            self.journal.close()
            self.acknowledged = len(self.written)
            self.start()
        else:
            self._snapshot(self.journal, step)

    def live(self, steps: list[str]) -> None:
        self.start()
        for step in steps:
            self.do(step)

    def _append(self, journal: DiskJournal) -> None:
        assert journal.reserve()
        number = len(self.written) + 1
        body = b"%d " % number * (1 + number * 7 % 11)
        self.written.append(body[: len(FULL_BODY)])
        assert journal.append(self.written[-1]) == number
        if self.fsync is Fsync.ALWAYS:
            self.acknowledged = number

    def _snapshot(self, journal: DiskJournal, step: str) -> None:
        last_tick = journal.rotate()
        tree = list(self.written)
        assert last_tick == len(tree)
        if step == IN_PROCESS:
            write_snapshot(self.disk, PATH, tree, last_tick, journal.mark)
        else:
            snapshotter = Snapshotter(self.disk, PATH, run_inline)
            snapshotter.start(lambda: tree, last_tick, journal.mark)
            result = snapshotter.poll()
            assert result is not None and result.ok, result
        journal.drop_through(last_tick)


def calls_of(steps: list[str], fsync: Fsync) -> int:
    server = Server(new_disk(), fsync)
    server.live(steps)
    return len(server.disk.calls)


def live_until(server: Server, call: int, steps: list[str]) -> None:
    """Live until this call to the disk, which is never made, or to the end."""
    server.disk.cut_power_at(call)
    try:
        server.live(steps)
    except PowerCut:
        pass


def crashed(steps: list[str], fsync: Fsync, call: int, survives: Survives) -> Server:
    """Live until power fails at this call, and crash."""
    server = Server(new_disk(), fsync)
    live_until(server, call, steps)
    server.disk.crash(survives)
    return server


def killed(steps: list[str], fsync: Fsync, call: int) -> Server:
    """Live until the process dies at this call; the page cache stays."""
    server = Server(new_disk(), fsync)
    live_until(server, call, steps)
    server.disk.end_process()
    return server


@pytest.mark.parametrize("fsync", list(Fsync))
def test_power_cut_at_any_call_loses_nothing_acknowledged(fsync: Fsync) -> None:
    for call in range(1, calls_of(LIFE, fsync) + 2):
        for survives in chances():
            server = crashed(LIFE, fsync, call, survives)
            server.live([APPEND, APPEND, IN_CHILD, APPEND])
            server.disk.end_process()
            server.start()


def test_power_cut_in_recovery_too_loses_nothing_acknowledged() -> None:
    for call in range(1, calls_of(LIFE, Fsync.EVERYSEC) + 2, 3):
        for again in range(1, 30, 2):
            survives = by_chance(Random(call * again), 0.6)
            server = crashed(LIFE, Fsync.EVERYSEC, call, survives)
            live_until(server, again, [APPEND] * 10)
            server.disk.crash(survives)
            server.live([APPEND])


def test_killed_process_at_any_call_loses_nothing_written() -> None:
    for call in range(1, calls_of(LIFE, Fsync.NEVER) + 2):
        server = killed(LIFE, Fsync.NEVER, call)
        server.acknowledged = max(0, len(server.written) - 1)  # the last append may not have begun
        server.start()


def test_power_cut_after_a_killed_process_loses_nothing_that_recovery_returned() -> None:
    """What the killed one left in the page cache is made durable before it is relied on."""
    for call in range(1, calls_of(LIFE, Fsync.ALWAYS) + 2):
        for seed in range(12):
            server = killed(LIFE, Fsync.ALWAYS, call)
            live_until(server, 10 + 3 * seed, [APPEND, APPEND, IN_CHILD])
            server.disk.crash(by_chance(Random(seed)))
            server.start()


@given(
    steps=st.lists(st.sampled_from([APPEND, APPEND, SYNC, IN_CHILD, RESTART]), max_size=25),
    fsync=st.sampled_from(Fsync),
    data=st.data(),
)
def test_power_cut_in_any_life_loses_nothing_acknowledged(
    steps: list[str], fsync: Fsync, data: st.DataObject
) -> None:
    random = Random(data.draw(st.integers(0, 1000)))
    call = data.draw(st.integers(1, calls_of(steps, fsync) + 1))
    server = crashed(steps, fsync, call, by_chance(random))
    server.live([APPEND, IN_CHILD, APPEND])
    server.disk.crash(nothing)
    server.start()


def test_backup_of_a_running_server_is_whole_or_refused() -> None:
    """The snapshot is copied first, and the journal later, by when another may have come."""
    server = Server(new_disk())
    server.start()
    moments = [(server.disk.files(), list(server.written))]
    for step in LIFE:
        server.do(step)
        moments.append((server.disk.files(), list(server.written)))
    refused = 0
    for at, (first, _) in enumerate(moments):
        for later, written in moments[at:]:
            backup = new_disk()
            for path, content in {**later, PATH: first[PATH]}.items():
                backup.put(path, content)
            try:
                recovered = recover(backup, PATH)
            except StoreCorrupt:
                assert first[PATH] != later[PATH], "nothing has come between"
                refused += 1
            else:
                assert recovered is not None
                assert [*recovered.snapshot, *recovered.bodies] == written
    assert refused, "snapshots have removed what the first ones needed"
