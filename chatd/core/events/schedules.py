"""Schedules: what is to be posted later, and what became of it. number: of the user's own."""

from chatd.core.events.base import Event
from chatd.core.events.messages import arm_limits, keep_idempotency_record
from chatd.core.idempotency import IdempotencyRecord
from chatd.core.model import Scheduled, User
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class PostScheduled(Event, frozen=True, tag="PostScheduled"):
    """A text is to be posted. nonce, digest: what makes that happen once only, or empty.

    mentions: the users whom it names; None if that is to be found out when it is due.
    """

    name: str
    number: int
    at: int
    room: str
    text: str
    nonce: str
    digest: bytes
    mentions: list[str] | None = None

    def apply(self, state: State, changes: TickChanges) -> None:
        author = state.users[self.name]
        author.schedules_made = self.number
        post = Scheduled(self.number, self.at, self.room, self.text, mentions=self.mentions)
        author.scheduled[self.number] = post
        arm_post(author, post, changes)
        if self.nonce:
            record = IdempotencyRecord(self.digest, self.room, self.number, self.ts)
            keep_idempotency_record(author, self.nonce, record, changes)
        state.append_to_self(
            changes, self.name, entries.Scheduled, self.ts, id=self.number, at=self.at, to=self.room
        )


class ScheduleCancelled(Event, frozen=True, tag="ScheduleCancelled"):
    """Its author wants a text not to be posted."""

    name: str
    number: int

    def apply(self, state: State, changes: TickChanges) -> None:
        post = state.users[self.name].scheduled.pop(self.number)
        changes.timers["scheduled", (self.name, self.number)] = None
        state.append_to_self(
            changes, self.name, entries.Cancelled, self.ts, id=post.number, to=post.room
        )


class ScheduleSent(Event, frozen=True, tag="ScheduleSent"):
    """A scheduled text is posted, by the post that comes with this event.

    held: whether it had been held, which counts in the period that ends at `reset_at`.
    """

    name: str
    number: int
    held: bool
    reset_at: int

    def apply(self, state: State, changes: TickChanges) -> None:
        author = state.users[self.name]
        post = author.scheduled.pop(self.number)
        if self.held:
            author.window_for(post.room).spend_held(self.reset_at)
            arm_limits(author, changes)


class SchedulesHeld(Event, frozen=True, tag="SchedulesHeld"):
    """Texts were due and can't be posted before `until`. by: the code of the refusal."""

    name: str
    numbers: list[int]
    until: int
    by: str

    def apply(self, state: State, changes: TickChanges) -> None:
        author = state.users[self.name]
        for number in self.numbers:
            author.scheduled[number].held_until_ms = self.until
            author.scheduled[number].held_by = self.by
        changes.timers["held", author.name] = author.held_until_ms
        state.append_to_self(
            changes,
            self.name,
            entries.Held,
            self.ts,
            ids=self.numbers,
            until=self.until,
            by=self.by,
        )


class ScheduleFailed(Event, frozen=True, tag="ScheduleFailed"):
    """A text was due and can't be posted at all. code, reason: of the refusal.

    kept: it stays in the list until its author takes it out; before, the self log alone had it.
    """

    name: str
    number: int
    code: str
    reason: str
    kept: bool = False

    def apply(self, state: State, changes: TickChanges) -> None:
        author = state.users[self.name]
        post = author.scheduled[self.number]
        if self.kept:
            post.held_until_ms, post.held_by = 0, ""
            post.failed_by, post.reason, post.failed_ms = self.code, self.reason, self.ts
            arm_post(author, post, changes)
        else:
            del author.scheduled[self.number]
        state.append_to_self(
            changes,
            self.name,
            entries.Failed,
            self.ts,
            id=post.number,
            to=post.room,
            code=self.code,
            reason=self.reason,
            text=post.text,
        )


def arm_post(author: User, post: Scheduled, changes: TickChanges) -> None:
    """Set the timer of a text that waits for its time, or that failed and is yet to be dropped."""
    if not post.is_held:
        changes.timers["scheduled", (author.name, post.number)] = post.at_ms


def retry_held(author: User, now_ms: int, changes: TickChanges) -> None:
    """Look at once at what is held of a user: what held it may have ended."""
    if author.held_until_ms is not None:
        changes.timers["held", author.name] = now_ms
