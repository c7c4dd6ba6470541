"""Schedules: what is to be posted later, and what became of it. number: of the user's own."""

from chatd.core.events.base import Event


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


class ScheduleCancelled(Event, frozen=True, tag="ScheduleCancelled"):
    """Its author wants a text not to be posted."""

    name: str
    number: int


class ScheduleSent(Event, frozen=True, tag="ScheduleSent"):
    """A scheduled text is posted, by the post that comes with this event.

    held: whether it had been held, which counts in the period that ends at `reset_at`.
    """

    name: str
    number: int
    held: bool
    reset_at: int


class SchedulesHeld(Event, frozen=True, tag="SchedulesHeld"):
    """Texts were due and can't be posted before `until`. by: the code of the refusal."""

    name: str
    numbers: list[int]
    until: int
    by: str


class ScheduleFailed(Event, frozen=True, tag="ScheduleFailed"):
    """A text was due and can't be posted at all. code, reason: of the refusal.

    kept: it stays in the list until its author takes it out; before, the self log alone had it.
    """

    name: str
    number: int
    code: str
    reason: str
    kept: bool = False
