"""Hooks: addresses that users make, and give up."""

from chatd.core.events.base import Event


class HookMade(Event, frozen=True, tag="HookMade"):
    """A user has one more hook. token_hash: SHA-256 of its token."""

    name: str
    number: int
    room: str
    label: str
    token_hash: bytes


class HookRevoked(Event, frozen=True, tag="HookRevoked"):
    """Nothing comes by a hook any more."""

    name: str
    number: int
