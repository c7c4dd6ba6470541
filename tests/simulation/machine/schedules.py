"""Schedules: what is to be said later, listed, cancelled."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.simulation.machine.connections import (
    DAY_MS,
    MINUTE_MS,
    NAMES,
    SECOND_MS,
    Tail,
    picks,
    rule,
    tails,
)
from tests.simulation.machine.groups import Groups
from tests.simulation.machine.idempotency import times
from tests.simulation.model import HOUR_MS
from tests.simulation.model.schedules import Waiting
from tests.simulation.peer import Map, Peer

soon_ms = st.sampled_from([1, SECOND_MS, 5 * MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS])
never_ms = st.sampled_from([0, 400 * DAY_MS])


class Schedules(Groups):
    """What waits for its time."""

    @precondition(lambda self: self.peers)
    @rule(
        pick=picks,
        to=st.sampled_from(["", "", *NAMES, "+", "+"]),
        delay_ms=st.one_of(soon_ms, soon_ms, soon_ms, never_ms),
        count=st.sampled_from([1, 1, 2, 7]),
        tail=tails,
        parts=st.booleans(),
        waits=st.sampled_from([0, 1, 2]),
        times=times,
    )
    def schedule(
        self,
        pick: int,
        to: str,
        delay_ms: int,
        count: int,
        tail: Tail,
        parts: bool,
        waits: int,
        times: int,
    ) -> None:
        """Schedule a text, or so many that they are over a limit when they are due.

        Whoever parts is out of where the text goes before that. waits: until it is due, and
        until what was held then may go.
        """
        peer = self.reader(pick)
        to = self.destination(peer.name, to, pick)
        for number in range(count):
            at_ms = self.world.now_ms + delay_ms + number
            text, nonce = self.text(tail), self.nonce(times > 0)
            for device in self.devices(peer, pick, times):
                self.schedule_one(device, text, nonce, to, at_ms)
        if parts and to.startswith("+"):
            self.leave_one(peer, to)
        elif parts and to:
            self.block_one(peer, to)
        for post in self.model.waiting_of(peer.name)[-1:] * waits:
            if post in self.model.waiting:
                self.wait_for(post, SECOND_MS)

    def wait_for(self, post: Waiting, more_ms: int) -> None:
        """Let time go by until a text may be posted, and a bit more; not for days."""
        left_ms = (post.held_until_ms or post.at_ms) - self.world.now_ms
        if left_ms <= 5 * HOUR_MS:
            self.rest(max(1, left_ms + more_ms))

    @precondition(lambda self: self.model.waiting)
    @rule(pick=picks, more_ms=st.sampled_from([-1, SECOND_MS]))
    def wait(self, pick: int, more_ms: int) -> None:
        """Wait for something that was scheduled, or is held; or not quite so long."""
        self.wait_for(self.model.waiting[pick % len(self.model.waiting)], more_ms)

    def schedule_one(self, peer: Peer, text: str, nonce: str, to: str, at_ms: int) -> None:
        now_ms = self.world.now_ms
        allowed = {self.model.may_schedule(peer.name, to, at_ms, now_ms)}
        params: Map = {"at": at_ms, "text": text, "to": to or "general"}
        again = partial(self.schedule_one, to=to, at_ms=at_ms)
        answer = self.once(peer, "send-at", allowed, again, nonce, **params)
        if answer is not None:
            post = self.model.schedule(peer.name, to, at_ms, text, now_ms)
            assert answer == _shown(post)

    @precondition(lambda self: self.model.waiting or self.model.failed)
    @rule(pick=picks, is_own=st.sampled_from([True, True, False]))
    def cancel(self, pick: int, is_own: bool) -> None:
        """Cancel something that waits or failed, or try what somebody else has scheduled."""
        posts = self.model.waiting + self.model.failed
        post = posts[pick % len(posts)]
        others = [name for name in NAMES if name != post.author]
        peer = self.hand(post.author if is_own else others[pick % 2])
        mine = {post.number: post for post in self.model.listed_of(peer.name)}
        allowed = {"" if post.number in mine else "not_found"}
        if self.attempt(peer, "cancel", allowed, id=post.number) is not None:
            self.model.cancel(mine[post.number], self.world.now_ms)

    def check_scheduled(self, peer: Peer) -> None:
        """All devices of a user list the same, held ones with why and until when."""
        listed, page = [], peer.call("scheduled")
        while page["next"] is not None:
            listed += page["posts"]
            page = peer.call("scheduled", after=page["next"])
        assert listed + page["posts"] == list(map(_shown, self.model.listed_of(peer.name)))


def _shown(post: Waiting) -> Map:
    return {
        "id": post.number,
        "at": post.at_ms,
        "room": post.room,
        "text": post.text,
        "held_until": post.held_until_ms,
        "held_by": post.held_by,
        "failed": post.failed,
        "reason": post.reason,
    }
