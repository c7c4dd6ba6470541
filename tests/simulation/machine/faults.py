"""Faults: time goes by, clocks are set, the server stops, is killed, loses power."""

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.simulation.disk import by_chance
from tests.simulation.machine.connections import (
    DAY_MS,
    MINUTE_MS,
    NAMES,
    NEVER_MS,
    SECOND_MS,
    picks,
)
from tests.simulation.machine.history import History
from tests.simulation.model import HOUR_MS

sleeps_ms = st.sampled_from(
    [
        1,
        400,
        1_200,
        MINUTE_MS,
        5 * MINUTE_MS,
        20 * MINUTE_MS,
        HOUR_MS - 1,
        HOUR_MS,
        2 * HOUR_MS,
        4 * HOUR_MS,
    ]
)


class Faults(History):
    """What happens to everybody."""

    @rule(ms=sleeps_ms)
    def sleep(self, ms: int) -> None:
        self.rest(ms)

    @precondition(lambda self: self.clock_is_set)
    @rule(by_ms=st.sampled_from([-3 * DAY_MS, -HOUR_MS, HOUR_MS, 3 * DAY_MS]))
    def set_the_clock(self, by_ms: int) -> None:
        self.world.clock.set_wall(by_ms)
        self.clock_was_set = True
        self.model.lax_until_ms = NEVER_MS * 10  # timers are late while server time catches up

    @rule(
        how=st.sampled_from(["stop", "kill", "crash"]),
        down_ms=st.sampled_from([0, 1_000, 2 * HOUR_MS, 3 * DAY_MS, 8 * DAY_MS]),
        pick=picks,
    )
    def restart(self, how: str, down_ms: int, pick: int) -> None:
        random = Random(pick)
        self.listen_for_the_last_time()
        if how == "stop":
            self.world.stop()
            self.model.stopped(self.world.now_ms)
            self.check_disk()
        elif how == "kill":
            self.world.kill()
        else:
            self.world.crash(by_chance(random))
        first = {name: room.log.first_seq for name, room in self.world.state.rooms.items()}
        before_ms = self.world.now_ms
        self.world.clock.advance(down_ms)
        self.world.restart()
        self.model.forget_refusals()
        self.hold(before_ms, first)
        # Server time may begin anew anywhere behind the last stamp, if the wall clock was set.
        self.now_ms = self.model.last_ms
        for peer in list(self.peers):
            assert peer.ended
            self.part(peer)
        self.world.settle()
        self.watch()
        self.see_how_far_all_have_read()

    def listen_for_the_last_time(self) -> None:
        self.calm = False
        for peer in self.peers:
            peer.reads = True
        self.world.settle()
        self.check_all_heard()

    def hold(self, before_ms: int, first: dict[str, int]) -> None:
        """A start far from the last stamp deletes nothing for an hour."""
        now_ms = self.world.now_ms
        is_far = now_ms - before_ms > DAY_MS
        self.held_until_ms = now_ms + HOUR_MS if is_far else self.held_until_ms
        self.held_first = first
        may_be_far = now_ms - max(self.model.last_ms, self.started_ms) > DAY_MS
        lax_ms = SECOND_MS + (HOUR_MS if is_far or may_be_far else 0)
        self.model.lax_until_ms = max(self.model.lax_until_ms, now_ms + lax_ms)
        self.started_ms = now_ms

    def see_how_far_all_have_read(self) -> None:
        for name in NAMES:
            peer = self.world.login(name)
            for shown in peer.call("rooms")["rooms"]:
                room = self.model.rooms[shown["room"]]
                if name in room.readers:
                    self.model.observed(name, room, shown["read_seq"])
            peer.close()
        self.world.settle()

    def check_disk(self) -> None:
        """What must be gone is in no file after the last snapshot."""
        files = b"".join(self.world.disk.files().values())
        for text in self.model.texts_over():
            assert text.encode() not in files, text
