"""What a group has besides a log and members: an owner, and who may come or wants to."""

import msgspec
from msgspec import field

FORMER_MAX = 1_000
"""How many former members of a group are remembered, those who left last."""


class Invitation(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A user may join without asking."""

    by: str
    ts: int


class JoinLink(msgspec.Struct, forbid_unknown_fields=True):
    """A link by which users may ask to join. Only the SHA-256 of its token is kept.

    expires_ms: 0 is never. uses_left: None is without bound.
    """

    number: int
    token_hash: bytes
    created_ms: int
    expires_ms: int
    uses_left: int | None

    def opens(self, now_ms: int) -> bool:
        """Whether somebody may ask by it now."""
        return self.uses_left != 0 and not 0 < self.expires_ms <= now_ms


class JoinRequest(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A user waits for the owner's answer. number: among that user's own requests."""

    number: int
    ts: int


class Group(msgspec.Struct, forbid_unknown_fields=True):
    """The group's side of a room.

    invited, requests: by user name, oldest first; nobody is in both, and no member in either.
    links: by number, oldest first; some may open nothing any more.
    former: who was a member before, who left last at the end, and after which entry that one saw
    the room.
    """

    title: str
    owner: str
    invited: dict[str, Invitation] = field(default_factory=dict)
    requests: dict[str, JoinRequest] = field(default_factory=dict)
    links: dict[int, JoinLink] = field(default_factory=dict)
    links_made: int = 0
    former: dict[str, int] = field(default_factory=dict)

    def left_by(self, name: str, first_floor: int) -> None:
        """Remember that somebody was a member who was shown nothing up to `first_floor`."""
        self.former[name] = first_floor
        if len(self.former) > FORMER_MAX:
            del self.former[next(iter(self.former))]

    def back(self, name: str, floor: int) -> int:
        """Return up to where a user who joins after `floor` was never shown anything."""
        return min(self.former.pop(name, floor), floor)
