"""What a handler is given besides its request: who asks, when, chance, and a place for effects.

A handler validates, commits its events once and last, and returns a result. It never writes
to a connection: what others must receive follows from the events, and what concerns only the
connection that asks goes into `Effects`, which the tick carries out when the events are durable.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec
from scramp.core import ScramServer

from chatd.core.model import Credentials, User
from chatd.errors import ChatError
from chatd.wire.commands import Notice, Phase, TypingNotice


class Link(Protocol):
    """A connection as far as handlers may know it."""

    @property
    def address(self) -> str:
        """The peer's IP address."""

    def queued_seq(self, room: str) -> int:
        """Return the number of the last entry of a room that was queued to this connection."""

    def follow(self, positions: dict[str, int]) -> None:
        """Send every entry of the user's rooms after `positions` from now on.

        Rooms that `positions` does not name start where the user has read.
        """

    def check_login(self, name: str) -> None:
        """Raise ChatError if a user may have no more connections; a login goes on after it."""

    def login(self, name: str) -> None:
        """Allow what is allowed after login: larger frames, no deadline for logging in."""


class Refusal(NamedTuple):
    """What was answered to a request that was not done.

    The fields of the error, since the error itself holds on to the frames that it went through.
    """

    method: str
    ts: int
    error: type[ChatError]
    message: str
    detail: dict[str, int | str]


class Proof(NamedTuple):
    """A login that has begun. credentials: those that it was begun with."""

    server: ScramServer
    credentials: Credentials


class Session:
    """One connection's conversation with the handlers.

    name: who is logged in, or before that who tries to be.
    device: the number of the token it logged in with; 0 for a password alone.
    credentials: the user's when it logged in, by which each request is checked again; None
    before that, and for what is done even if the login has ended.
    proved_ms: when the password was last proved here; 0 for never.
    tries: attempts to get in since the last success.
    refusal: what was refused here last.
    """

    __slots__ = (
        "link", "phase", "name", "device", "credentials", "peek", "synced", "proof", "proved_ms",
        "tries", "refusal",
    )  # fmt: skip

    def __init__(self, link: Link) -> None:
        self.link = link
        self.phase = Phase.NEW
        self.name = ""
        self.device = 0
        self.credentials: Credentials | None = None
        self.peek = False
        self.synced = False
        self.proof: Proof | None = None
        self.proved_ms = 0
        self.tries = 0
        self.refusal: Refusal | None = None


@dataclass(slots=True)
class Effects:
    """What a tick has to do for the connections that asked: all else follows from its events.

    to_link: notices for one connection. ends: connections to end, and why.
    logouts: connections that asked for the end of their own session. asking: by user, the one that
    goes on when all others end.
    readers: by (user, room), the connection that has read it, which needs no notice.
    posters: by (user, nonce), the connection that has posted with it, which needs no notice.
    typing: who is writing where, for the others there.
    to_hash: uploads of which the bytes have to be read again.
    timed_bytes: the texts that timers have posted in this tick. timed_work: what timers have
    cost, in units of `chatd.handlers.timed`.
    """

    to_link: list[tuple[Link, Notice]] = field(default_factory=list)
    ends: list[tuple[Link, str]] = field(default_factory=list)
    logouts: set[Link] = field(default_factory=set)
    readers: dict[tuple[str, str], object] = field(default_factory=dict)
    posters: dict[tuple[str, str], object] = field(default_factory=dict)
    asking: dict[str, Link] = field(default_factory=dict)
    typing: list[TypingNotice] = field(default_factory=list)
    to_hash: list[int] = field(default_factory=list)
    timed_bytes: int = 0
    timed_work: int = 0


class Turn(msgspec.Struct):
    """The surroundings of whatever happens in a tick, a timer too."""

    now_ms: int
    effects: Effects


class Context(Turn):
    """The surroundings of one request.

    random: as many random bytes as asked for. user: who asks, set by the dispatcher; a session
    that has not logged in has none.
    """

    session: Session
    random: Callable[[int], bytes]
    user: User = None  # type: ignore[assignment]  # no handler runs that could meet it
