"""Time: what is over."""

from chatd.core.events.base import Event


class LimitsReset(Event, frozen=True, tag="LimitsReset"):
    """The periods of a user that had ended by `ts` are over."""

    name: str


class NoncesForgotten(Event, frozen=True, tag="NoncesForgotten"):
    """The oldest nonces of a user, as many as go at once, that were over by `ts` are forgotten."""

    name: str


class EntriesExpired(Event, frozen=True, tag="EntriesExpired"):
    """The entries of a room up to `up_to` are gone for everyone."""

    room: str
    up_to: int


class RulesChanged(Event, frozen=True, tag="RulesChanged"):
    """From now on dates are made by these settings, and those that were made are made again.

    lifetime_ms: 0 is never.
    """

    lifetime_ms: int
    update_period_ms: int
