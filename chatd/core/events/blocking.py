"""Blocking: who wants nothing from whom."""

from chatd.core.events.base import Event


class UserBlocked(Event, frozen=True, tag="UserBlocked"):
    """A user wants no direct messages or invitations from another."""

    name: str
    other: str


class UserUnblocked(Event, frozen=True, tag="UserUnblocked"):
    """A user wants them again."""

    name: str
    other: str
