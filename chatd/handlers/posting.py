"""Posting: what holds for every entry that a user puts into a room, whatever its kind.

A text is posted by `say`; what makes entries of another kind goes the same steps.

    check = posting.check_idempotency(author, request, now_ms)
    if check.posted is not None:
        return check.posted                      # said before: a nonce wins over every refusal
    ...                                          # check what the request means
    header = posting.header(author, destinations.inside(author, room), check, now_ms)
    mentions = posting.mentions(header, request.text)
    return posting.commit(context, e.MessagePosted(*fields_of(header), request.text, mentions))
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import astuple, replace

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.idempotency import DIGEST_BYTES, NONCES_MAX, IdempotencyRecord
from chatd.core.lifetime import Lifetime
from chatd.core.model import Room, User
from chatd.core.parts import PARTS_MAX, parts_of
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Banned, Conflict, RateLimited, TooLarge
from chatd.handlers.blocking import check_blocks
from chatd.handlers.context import Context, Turn
from chatd.handlers.destinations import Destination, Find
from chatd.handlers.mentions import mentions_in, who_see
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.rate_limit import RateLimit
from chatd.handlers.young import YoungAccounts
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL


class Nonced(Protocol):
    """The parameters of a command that may be sent twice and is done once."""

    @property
    def nonce(self) -> str | None:
        """What tells this post from the author's others."""


class Said(Nonced, Protocol):
    """The parameters of a command that says a text."""

    @property
    def text(self) -> str:
        """What is said."""


class IdempotencyCheck(NamedTuple):
    """What makes a post happen once only; posted: the result if it has happened already."""

    nonce: str
    digest: bytes
    posted: c.Posted | None


NO_KEY = IdempotencyCheck("", b"", None)


class PostHeader(msgspec.Struct, frozen=True, gc=False):
    """The fields that every `Post` begins with, in their order."""

    ts: int
    room: str
    seq: int
    author: str
    reset_at: int
    due: int
    nonce: str
    digest: bytes


fields_of: Callable[[PostHeader], tuple[int, str, int, str, int, int, str, bytes]] = astuple
"""Return the fields of a header, in their order."""


class Posting:
    """Nonces, bans, limits and places, for all handlers that post."""

    def __init__(
        self, transaction: Transaction, settings: Settings, lifetime: Lifetime, newcomers: Newcomers
    ) -> None:
        self._transaction = transaction
        self._newcomers = newcomers
        self._state = transaction.state
        self._lifetime = lifetime
        self._young = YoungAccounts(transaction.state, settings)
        period_ms = settings.update_period_ms
        self._private_limit = RateLimit(
            settings.limit_private, period_ms, "LIMIT_PRIVATE", attrgetter("private")
        )
        self._limits = {  # of rooms that have one of their own
            GENERAL: RateLimit(
                settings.limit_messages, period_ms, "LIMIT_MESSAGES", attrgetter("general")
            )
        }

    def say(self, turn: Turn, author: User, request: Said, find: Find, address: str) -> c.Posted:
        """Post a text to where `find` says that `address` is."""
        check = NO_KEY
        if request.nonce is not None:
            check = self.check_idempotency(author, request, turn.now_ms)
        if check.posted is not None:
            return check.posted
        to = find(author, address, turn.now_ms)
        check_text(request.text)
        header = self.header(author, to, check, turn.now_ms)
        mentions = mentions_in(self._state, request.text, author.name, to.room_id)
        return self.commit(
            turn, e.MessagePosted(*fields_of(header), request.text, mentions), *to.before
        )

    def say_in_parts(
        self,
        turn: Turn,
        author: User,
        request: Said,
        find: Find,
        address: str,
        via: str,
    ) -> c.Posted:
        """Post a text that may be long, as several messages: all of them, or none.

        It is cut off where a whole period would be used up. via: the label of the hook that it
        came by. Returns where the first is.
        """
        check = self.check_idempotency(author, request, turn.now_ms)
        if check.posted is not None:
            return check.posted
        to = find(author, address, turn.now_ms)
        limit = self._limits.get(to.room_id, self._private_limit)
        parts_max = min(PARTS_MAX, limit.maximum or PARTS_MAX)
        texts = parts_of(request.text, c.TEXT_BYTES_MAX, parts_max)
        if not texts:
            raise BadRequest("the text is empty")
        header = self.header(author, to, check, turn.now_ms, len(texts))
        headers = [header]
        for seq in range(header.seq + 1, header.seq + len(texts)):
            headers.append(replace(header, seq=seq, nonce="", digest=b""))
        first, *more = (
            e.MessagePosted(*fields_of(header), text, self.mentions(header, text), via)
            for header, text in zip(headers, texts, strict=True)
        )
        return self.commit(turn, first, *to.before, more=more)

    def check_idempotency(self, author: User, request: Nonced, now_ms: int) -> IdempotencyCheck:
        """Look the nonce of a request up.

        Raises Conflict if it was used for something else, RateLimited if no new one can be kept.
        """
        if request.nonce is None:
            return NO_KEY
        record = record_of(author, request.nonce, now_ms)
        if record is None:
            check_new_nonce(author, now_ms)
        posted = None if record is None else replayed_result(record, request)
        return IdempotencyCheck(request.nonce, _digest(request), posted)

    def header(
        self,
        author: User,
        to: Destination,
        check: IdempotencyCheck,
        now_ms: int,
        count: int = 1,
        limit: RateLimit | None = None,
    ) -> PostHeader:
        """Return what a post begins with that may be made now.

        count: of the posts that begin alike, this one included. limit: what they count in, if not
        in that of their room.
        Raises Banned, RateLimited; Forbidden where one has blocked the other.
        """
        if author.banned_until_ms:
            check_may_send(author, now_ms)
        if to.other is not None:
            if author.blocked or to.other.blocked:
                check_blocks(author, to.other)
            if now_ms < author.created_ms + self._young.young_ms:
                self._young.check(author, to.room)
        limit = limit or self._limits.get(to.room_id, self._private_limit)
        reset_at = limit.check(author, count, now_ms)
        seq = 1 if to.room is None else to.room.log.last_seq + 1
        due = self._lifetime.due_ms(now_ms)
        return PostHeader(
            now_ms, to.room_id, seq, author.name, reset_at, due, check.nonce, check.digest
        )

    def check_share_of_held(self, author: User, room_id: str, now_ms: int) -> None:
        """Refuse what was held when the like has taken half of the running period.

        Raises RateLimited.
        """
        self._limits.get(room_id, self._private_limit).check_share_of_held(author, now_ms)

    def check_may_take_back(self, author: User, room: str, seq: int, now_ms: int) -> None:
        """Refuse what a banned user would hide before an administrator has decided on it."""
        if author.is_banned(now_ms) and self._state.reports_on(room, seq):
            raise _banned(author, "you are banned, and it was reported: it has to stay for now")

    def check_may_end(self, owner: User, room: Room, now_ms: int) -> None:
        """Refuse to end a room in which there is something of that kind."""
        reported = (report.room for report in self._state.tables.reports.values())
        if owner.is_banned(now_ms) and room.room in reported:
            raise _banned(owner, "you are banned, and something in there was reported")

    def uncounted_header(
        self, author: User, room: Room, check: IdempotencyCheck, now_ms: int
    ) -> PostHeader:
        """Return what a post begins with that counts in no limit."""
        seq, due = room.log.last_seq + 1, self._lifetime.due_ms(now_ms)
        return PostHeader(now_ms, room.room, seq, author.name, 0, due, check.nonce, check.digest)

    def mentions(self, header: PostHeader, text: str) -> list[str]:
        """Return the users whom the text of a post names."""
        return mentions_in(self._state, text, header.author, header.room)

    def mentions_in(self, text: str, author: str, room_id: str) -> list[str]:
        """Return the users whom a text names that an author says in a room."""
        return mentions_in(self._state, text, author, room_id)

    def who_see(self, header: PostHeader, names: Iterable[str]) -> list[str]:
        """Return those of some users who see where a post goes."""
        return who_see(self._state, names, header.author, header.room)

    def commit(
        self, turn: Turn, post: e.Post, *before: e.Event, more: Sequence[e.Post] = ()
    ) -> c.Posted:
        """Commit a post behind the events `before`.

        more: posts of the same author into the same room, behind it.
        """
        if post.room == GENERAL:
            before = (*before, *self._newcomers.arrival(post.author, turn.now_ms))
        if post.nonce and isinstance(turn, Context):
            turn.effects.posters[post.author, post.nonce] = turn.session.link
        self._transaction.commit(*before, post, *more)
        return c.Posted(post.room, post.seq, post.ts)

    def spend_private(self, user: User, now_ms: int) -> int:
        """Return when the period ends in which something counts that reaches others, but no room.

        Raises RateLimited.
        """
        return self._private_limit.check(user, 1, now_ms)


def record_of(author: User, nonce: str, now_ms: int) -> IdempotencyRecord | None:
    """Return what came of a nonce, None if it is a new one."""
    return None if author.nonces is None else author.nonces.get(nonce, now_ms)


def check_new_nonce(author: User, now_ms: int) -> None:
    """Refuse a new nonce of a user who has used too many: none is forgotten early."""
    until_ms = None if author.nonces is None else author.nonces.full_until_ms(now_ms)
    if until_ms is not None:
        raise RateLimited(
            "you have used too many nonces; post without one, or later",
            limit=NONCES_MAX,
            reset_at=until_ms,
        )


def replayed_result(record: IdempotencyRecord, request: Nonced) -> c.Posted:
    """Return the first result of a request that comes again. Raises Conflict if it is another."""
    if record.digest != _digest(request):
        raise Conflict("this nonce was used for something else")
    return c.Posted(record.room, record.seq, record.ts)


def check_may_send(user: User, now_ms: int) -> None:
    """Refuse anything that a user wants to say while banned."""
    if user.is_banned(now_ms):
        raise _banned(user, "you are banned and may send nothing")


def _banned(user: User, message: str) -> Banned:
    rule = {} if user.banned_by else {"setting": "WARNINGS_LIMIT"}
    return Banned(message, until=user.banned_until_ms, **rule)


def check_text(text: str) -> None:
    """Refuse a text that is too long in UTF-8, or says nothing."""
    if len(text) * 4 > c.TEXT_BYTES_MAX and len(text.encode()) > c.TEXT_BYTES_MAX:
        raise TooLarge("the text is too long", limit=c.TEXT_BYTES_MAX)
    if text.isspace():
        raise BadRequest("the text is empty")


def _digest(request: Nonced) -> bytes:
    """Return a digest of a request, its nonce aside."""
    fields = msgspec.to_builtins(request)
    del fields["nonce"]
    content = msgspec.msgpack.encode([type(request).__name__, fields])
    return blake2b(content, digest_size=DIGEST_BYTES).digest()
