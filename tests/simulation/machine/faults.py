"""Faults: time goes by, clocks are set, the server stops, is killed, loses power."""

from random import Random

from chatd.timers import RETRY_MS
from chatd.upkeep import ROOM_MS
from tests.simulation.account import registration
from tests.simulation.disk import Survives, by_chance
from tests.simulation.machine.day import (
    DAY_MS,
    LATE_MS,
    MINUTE_MS,
    NAMES,
    NEVER_MS,
    SECOND_MS,
    TAILS,
    TAILS_OFTEN,
)
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.outages import FILES, JOURNAL, SNAPSHOT
from tests.simulation.machine.reading import Reading
from tests.simulation.machine.table import ROWS
from tests.simulation.model import HOUR_MS

SLEEPS_MS = (
    *(1, 400, 1_200, MINUTE_MS, 5 * MINUTE_MS, 20 * MINUTE_MS),
    *(HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS),
)
FAULTS = [
    *(f"{operation} {JOURNAL}" for operation in ("write", "datasync", "sync")),
    *(f"{operation} {SNAPSHOT}" for operation in ("create", "write", "sync")),
    f"write {FILES}",
]
"""What may fail once. Only of the journal is that the end; a snapshot is tried again."""
FILLING = 14
"""So many long texts fill a small segment."""
SURVIVORS = (0.0, 0.0, 1.0, 0.5, 0.95)
"""Which part of what was not synced survives a power failure."""
GUESTS_MAX = 3


class Faults(Reading):
    """What happens to everybody. guests: how many have come."""

    guests = 0

    @step()
    def sleep(self, draw: Draw) -> None:
        self.rest(draw.one(SLEEPS_MS))

    @step(when=lambda day: day.clock_is_set)
    def set_the_clock(self, draw: Draw) -> None:
        by_ms = draw.one([-3 * DAY_MS, -HOUR_MS, HOUR_MS, 3 * DAY_MS])
        self.world.mend()  # what fails then would be at two times
        self.world.note(f"the clock is set by {by_ms} ms")
        self.world.clock.set_wall(by_ms)
        self.clock_was_set = True
        self.model.lax_until_ms = NEVER_MS * 10  # timers are late while server time catches up

    @step()
    def restart(self, draw: Draw) -> None:
        """Start the server again, after a rest or not, and maybe lose power as soon as it runs."""
        how, survives = draw.one(["stop", "kill", "crash", "crash"]), self.survives(draw)
        down_ms = draw.one([0, 1_000, 2 * HOUR_MS, 3 * DAY_MS, 8 * DAY_MS])
        cut_start_at = draw.one([0, 0, 0, 0, *range(3, 34, 3)])
        cut_stop_at = draw.one([0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 10, 15])
        self.rest(draw.one([0, 0, 90 * SECOND_MS]))
        self.listen_for_the_last_time()
        before_ms, first = self.world.now_ms, self.first_seqs()
        is_clean = how == "stop" and not cut_stop_at
        if is_clean:
            self.model.settled(is_stop=True)
        self.world.end(how, survives, down_ms, cut_start_at, cut_stop_at)
        if self.is_over:
            return
        if is_clean and not cut_start_at:
            self.check_disk()
        self.hold(before_ms, None if self.world.is_rewound else first)
        if draw.number(1):
            self.world.end("crash", survives)

    @step(when=lambda day: not day.clock_was_set)
    def let_fail(self, draw: Draw) -> None:
        """Let the power or the disk fail in the middle of what comes next, or of what it is for."""
        fault, is_kill = draw.one(["power"] * 5 + FAULTS), draw.number(2) == 2
        self.world.fail(fault, 1 + draw.number(24), is_kill, self.survives(draw))
        if SNAPSHOT in fault:
            self.rest(self.world.settings.snapshot_interval_ms)
        elif FILES in fault:
            self.send_files(draw)

    def survives(self, draw: Draw) -> Survives:
        """Return what of unsynced writes survives a power failure."""
        return by_chance(Random(draw.number(10**6)), draw.one(SURVIVORS))

    @step(when=lambda day: not day.clock_was_set)
    def run_out_of_room(self, draw: Draw) -> None:
        """Ask for this and that on a full disk: it is done or refused, and later there is room."""
        self.world.mend()
        for name in NAMES:
            self.hand(name)
        self.rest(SECOND_MS)
        self.world.fill_disk()
        try:
            names = [NAMES[number % 3] for number in range(draw.number(FILLING))]
            self.say_at_once(  # the journal's segment has some room
                [(self.hand(name), draw.one(["", *NAMES]), TAILS[2]) for name in names]
            )
            for _ in range(1 + draw.number(7)):
                rows = [row for row in ROWS if row.when(self.model)]
                self.ask_row(draw.one(rows), draw)
            self.look_up(draw)
        finally:
            self.world.make_room()
            self.punctual_ms = self.world.now_ms + ROOM_MS + RETRY_MS
            self.model.lax_until_ms = max(self.model.lax_until_ms, self.punctual_ms)
            self.rest(ROOM_MS + LATE_MS)

    @step(when=lambda day: len(day.model.over) < GUESTS_MAX)
    def pass_through(self, draw: Draw) -> None:
        """A guest talks to everyone and to a host, may make a room with them, and goes for good."""
        host, tail, posts = draw.one(NAMES), draw.one(TAILS_OFTEN), draw.number(1) > 0
        self.world.mend()  # too much goes together here to be taken apart
        self.guests += 1  # whatever of the last one was lost
        name = f"guest{self.guests}"
        self.world.register(name)
        self.model.register(name)
        guest = self.world.login(name)
        for to in ("", host, ""):
            self.say(guest, to, tail)
        if draw.number(1):
            made = self.ask(guest, "create", title=f"of-{name}")
            assert made is not None
            self.invite_one(guest, made["room"], host, comes=True)
            self.say(guest, made["room"], tail)
        guest.request("delete-account", posts=posts)
        self.world.settle()
        assert guest.ended
        for peer in [peer for peer in self.peers if peer.name == name]:
            assert peer.ended or not peer.reads
            self.part(peer)
            self.left.remove(peer)
        self.model.end_account(name, posts)
        self.watch()
        if posts:
            self.reach("account over with posts")
        peer = self.hand(host)
        self.attempt(peer, "send-to", {"not_found"}, to=name, text=self.text())
        self.ask(peer, "block", user=name)
        taken = self.world.guest().refusal("register", name=name, **registration("x"))
        assert taken["code"] == "conflict"

    # -- after a start -----------------------------------------------------------------------

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

    def first_seqs(self) -> dict[str, int]:
        """Return where the logs begin."""
        return {name: room.log.first_seq for name, room in self.world.state.rooms.items()}

    def hold(self, before_ms: int, first: dict[str, int] | None) -> None:
        """A start far from the last stamp deletes nothing for an hour.

        first: where the logs began before that; None if that may have been lost.
        """
        now_ms = self.world.now_ms
        is_far = now_ms - before_ms > DAY_MS and not self.world.is_rewound
        self.held_until_ms = now_ms + HOUR_MS if is_far else self.held_until_ms
        self.held_first = self.first_seqs() if first is None else first
        may_be_far = now_ms - max(self.model.last_ms, self.started_ms) > DAY_MS
        if is_far or may_be_far:  # a power failure may leave that in the store, or not
            self.may_hold_until_ms = now_ms + HOUR_MS
        lax_until_ms = SECOND_MS + max(now_ms, self.may_hold_until_ms)
        self.model.lax_until_ms = max(self.model.lax_until_ms, lax_until_ms)
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
