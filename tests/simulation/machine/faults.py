"""Faults: time goes by, clocks are set, the server stops, is killed, loses power."""

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from chatd.timers import RETRY_MS
from chatd.upkeep import ROOM_MS
from tests.simulation.disk import by_chance
from tests.simulation.machine.connections import (
    DAY_MS,
    LATE_MS,
    MINUTE_MS,
    NAMES,
    NEVER_MS,
    SECOND_MS,
    TAILS,
    picks,
    rule,
)
from tests.simulation.machine.drawing import ROWS, Draw, step
from tests.simulation.machine.history import History
from tests.simulation.machine.outages import FILES, JOURNAL, SNAPSHOT
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


FAULTS = [
    *(f"{operation} {JOURNAL}" for operation in ("write", "datasync", "sync")),
    *(f"{operation} {SNAPSHOT}" for operation in ("create", "write", "sync")),
    f"write {FILES}",
]
"""What may fail once. Only of the journal is that the end; a snapshot is tried again."""
FILLING = 14
"""So many long texts fill a small segment."""
survivors = st.sampled_from([0.0, 0.0, 1.0, 0.5, 0.95])
"""Which part of what was not synced survives a power failure."""


class Faults(History):
    """What happens to everybody."""

    @rule(ms=sleeps_ms)
    def sleep(self, ms: int) -> None:
        self.rest(ms)

    @precondition(lambda self: self.clock_is_set)
    @rule(by_ms=st.sampled_from([-3 * DAY_MS, -HOUR_MS, HOUR_MS, 3 * DAY_MS]))
    def set_the_clock(self, by_ms: int) -> None:
        self.world.mend()  # what fails then would be at two times
        self.world.clock.set_wall(by_ms)
        self.clock_was_set = True
        self.model.lax_until_ms = NEVER_MS * 10  # timers are late while server time catches up

    @rule(
        how=st.sampled_from(["stop", "kill", "crash", "crash"]),
        down_ms=st.sampled_from([0, 1_000, 2 * HOUR_MS, 3 * DAY_MS, 8 * DAY_MS]),
        part=survivors,
        pick=picks,
        cut_start_at=st.sampled_from([0, 0, 0, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33]),
        again=st.booleans(),
        rest_ms=st.sampled_from([0, 0, 90 * SECOND_MS]),
        cut_stop_at=st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 10, 15]),
    )
    def restart(
        self,
        how: str,
        down_ms: int,
        part: float,
        pick: int,
        cut_start_at: int,
        again: bool,
        rest_ms: int,
        cut_stop_at: int,
    ) -> None:
        """Start the server again, after a rest or not, and maybe lose power as soon as it runs."""
        self.rest(rest_ms)
        self.listen_for_the_last_time()
        before_ms = self.world.now_ms
        first = {name: room.log.first_seq for name, room in self.world.state.rooms.items()}
        survives = by_chance(Random(pick), part)
        if how == "stop" and not cut_stop_at:
            self.model.stopped(self.world.now_ms)
        self.world.end(how, survives, down_ms, cut_start_at, cut_stop_at)
        if self.is_over:
            return
        if how == "stop" and not cut_start_at and not cut_stop_at:
            self.check_disk()
        self.hold(before_ms, None if self.world.is_rewound else first)
        if again:
            self.world.end("crash", survives)

    @precondition(lambda self: not self.clock_was_set)
    @rule(
        fault=st.sampled_from(["power"] * 5 + FAULTS),
        call=st.integers(1, 25),
        is_kill=st.sampled_from([False, False, True]),
        part=survivors,
        pick=picks,
    )
    def let_fail(self, fault: str, call: int, is_kill: bool, part: float, pick: int) -> None:
        """Let the power or the disk fail in the middle of what comes next."""
        self.world.fail(fault, call, is_kill, by_chance(Random(pick), part))

    @step(when=lambda day: not day.clock_was_set)
    def run_out_of_room(self, draw: Draw) -> None:
        """Ask for this and that on a full disk: it is done or refused, and later there is room."""
        self.world.mend()
        for name in NAMES:
            self.hand(name)
        self.rest(SECOND_MS)
        self.world.fill_disk()
        try:
            for number in range(draw.number(FILLING)):  # the journal's segment has some room
                self.say(self.hand(NAMES[number % 3]), draw.one(["", *NAMES]), TAILS[2])
            for _ in range(1 + draw.number(7)):
                draw.one([row for row in ROWS if row.when is None or row.when(self)]).ask(
                    self, draw
                )
            self.look_up(draw)
        finally:
            self.world.make_room()
            self.punctual_ms = self.world.now_ms + ROOM_MS + RETRY_MS
            self.model.lax_until_ms = max(self.model.lax_until_ms, self.punctual_ms)
            self.rest(ROOM_MS + LATE_MS)

    def look_what_is_left(self) -> None:
        if self.world.is_rewound or self.started_ms != self.world.now_ms:
            self.hold(self.world.now_ms, None)
        self.model.forget_refusals()
        # Server time may begin anew anywhere behind the last stamp, if the wall clock was set.
        self.now_ms = self.model.last_ms
        self.world.settle()
        self.watch()
        self.see_how_far_all_have_read()

    def listen_for_the_last_time(self) -> None:
        self.calm = False
        for peer in self.peers:
            peer.reads = True
        self.world.settle()
        self.check_all_heard()

    def hold(self, before_ms: int, first: dict[str, int] | None) -> None:
        """A start far from the last stamp deletes nothing for an hour.

        first: where the logs began before that; None if that may have been lost.
        """
        now_ms = self.world.now_ms
        is_far = now_ms - before_ms > DAY_MS and not self.world.is_rewound
        self.held_until_ms = now_ms + HOUR_MS if is_far else self.held_until_ms
        if first is None:
            rooms = self.world.state.rooms.items()
            first = {name: room.log.first_seq for name, room in rooms}
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
