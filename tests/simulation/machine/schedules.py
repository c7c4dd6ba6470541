"""Schedules: what is to be said later, cancelled."""

from tests.simulation.machine.asking import TIMES
from tests.simulation.machine.day import DAY_MS, MINUTE_MS, SECOND_MS, TAILS_OFTEN
from tests.simulation.machine.drawing import Draw, step
from tests.simulation.machine.groups import Groups
from tests.simulation.machine.messages import DESTINATIONS
from tests.simulation.model import HOUR_MS
from tests.simulation.model.schedules import Waiting

SOON_MS = (1, SECOND_MS, 5 * MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS)
NEVER_MS = (0, 400 * DAY_MS)


class Schedules(Groups):
    """What waits for its time."""

    @step(when=lambda day: day.peers)
    def schedule(self, draw: Draw) -> None:
        """Schedule a text, or so many that they are over a limit when they are due.

        Whoever parts is out of where the text goes before that; then it is waited for, maybe.
        """
        peer = self.reader(draw.number(5))
        to = self.destination(peer.name, draw.one(DESTINATIONS), draw.number(20))
        delay_ms, tail = draw.mostly(SOON_MS, NEVER_MS), draw.one(TAILS_OFTEN)
        times = draw.one(TIMES)
        numbers = list(range(draw.one([1, 1, 2, 7])))
        for number in numbers[:: draw.one([1, -1])]:  # in any order, but due in this one
            at_ms = self.world.now_ms + delay_ms + number
            text, nonce = self.text(tail), self.nonce(times > 0)
            for device in self.devices(peer, draw.number(3), times):
                self.ask_once(device, "send-at", nonce, at=at_ms, text=text, to=to or "general")
        if draw.number(1):
            self.part_from(peer, to)
        for post in self.model.waiting_of(peer.name)[-1:] * draw.number(2):
            if post in self.model.waiting:
                self.wait_for(post, SECOND_MS)

    def wait_for(self, post: Waiting, more_ms: int) -> None:
        """Let time go by until a text may be posted, and a bit more; not for days."""
        left_ms = (post.held_until or post.at) - self.world.now_ms
        if left_ms <= 5 * HOUR_MS:
            self.rest(max(1, left_ms + more_ms))

    @step(when=lambda day: day.model.waiting)
    def wait(self, draw: Draw) -> None:
        """Wait for something that was scheduled, or is held; or not quite so long."""
        self.wait_for(draw.one(self.model.waiting), draw.one([-1, SECOND_MS]))
