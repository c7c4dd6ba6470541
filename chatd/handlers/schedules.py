"""Schedules: what users want posted later, and posting it when it is due.

Once only: the post and the end of its schedule are one commit. Never early: it is due when
both server time and the wall clock have reached it, since a person set it to a time of day.
What its author may post is decided then: it is posted, held until that is allowed, or it fails.
"""

from collections.abc import Callable

from chatd.core import events as e
from chatd.core.lifetime import Lifetime
from chatd.core.model import Scheduled, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, Banned, ChatError, Conflict, NotFound, RateLimited
from chatd.handlers.context import Context, Turn
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import (
    NO_KEY,
    PostHeader,
    Posting,
    check_may_send,
    check_text,
    fields_of,
)
from chatd.handlers.timed import WORK_PER_TICK, on_timer
from chatd.wire import commands as c

SCHEDULED_MAX = 100
"""The most texts of one user that may wait, failed ones included."""
FAILED_KEPT_MS = 30 * 86_400_000
"""How long after it failed a text is dropped, if its author does not cancel it."""
AHEAD_MS_MAX = 366 * 86_400_000
TICK_BYTES_MAX = 1024 * 1024
"""A tick that has posted this many bytes of scheduled texts leaves the rest to the next."""
WORK_OF_A_TEXT = 2
CHARACTERS_PER_WORK = 2 * 1024
MENTIONS_PER_WORK = 4
WORK_OF_A_LOOK_UP = 50
"""Units of work (`chatd.handlers.timed`)."""
LOOK_AGAIN_MS_MAX = 60_000
"""How often a wall clock that is slow against server time is checked."""
POST_BYTES_BESIDE = 400
"""What a text takes besides itself in a page of the list, at most."""


class ScheduleHandlers:
    """`send-at`, `scheduled`, `cancel`, and what happens when it is time.

    wall_ms: the wall clock, ms UTC.
    """

    def __init__(
        self,
        transaction: Transaction,
        posting: Posting,
        destinations: Destinations,
        lifetime: Lifetime,
        wall_ms: Callable[[], int],
    ) -> None:
        self._transaction = transaction
        self._users = transaction.state.users
        self._posting = posting
        self._destinations = destinations
        self._lifetime = lifetime
        self._wall_ms = wall_ms

    @handles(c.SendAt)
    def send_at(self, context: Context, request: c.SendAt) -> c.ScheduledPost:
        author, now_ms = context.user, context.now_ms
        check = self._posting.check_idempotency(author, request, now_ms)
        if check.posted is not None:
            return c.ScheduledPost(check.posted.seq, request.at, check.posted.room, request.text)
        room = self._destinations.named(author, request.to, now_ms).room_id
        check_text(request.text)
        check_may_send(author, now_ms)
        if request.at <= now_ms:
            raise BadRequest("that time is past")
        if request.at > now_ms + AHEAD_MS_MAX:
            raise BadRequest("that is more than a year ahead")
        if len(author.scheduled) >= SCHEDULED_MAX:
            raise Conflict("too many texts are scheduled; cancel some", limit=SCHEDULED_MAX)
        number = author.schedules_made + 1
        self._transaction.commit(
            e.PostScheduled(
                now_ms,
                author.name,
                number,
                request.at,
                room,
                request.text,
                check.nonce,
                check.digest,
                self._posting.mentions_in(request.text, author.name, room),
            )
        )
        return _shown(author.scheduled[number])

    @handles(c.ListScheduled)
    def scheduled(self, context: Context, request: c.ListScheduled) -> c.ScheduledPosts:
        author = context.user
        after = [post for post in author.scheduled.values() if post.number > request.after]
        page = _page(after)
        next_after = page[-1].number if len(page) < len(after) else None
        return c.ScheduledPosts([_shown(post) for post in page], next_after)

    @handles(c.CancelScheduled)
    def cancel(self, context: Context, request: c.CancelScheduled) -> c.ScheduledPost:
        author = context.user
        post = author.scheduled.get(request.id)
        if post is None:
            raise NotFound("you have nothing scheduled with that id")
        self._transaction.commit(e.ScheduleCancelled(context.now_ms, author.name, post.number))
        return _shown(post)

    # -- time --------------------------------------------------------------------------------

    @on_timer("scheduled")
    def is_due(self, turn: Turn, key: tuple[str, int]) -> int | None:
        """Post a text whose time has come, hold it or let it fail."""
        author = self._users[key[0]]
        post = author.scheduled.get(key[1])
        if post is None or post.is_held:
            return None
        if post.failed_by:
            return self._let_go(turn, author, post)
        if turn.now_ms < post.at_ms or _is_full(turn):
            return post.at_ms
        early_ms = post.at_ms - self._wall_ms()
        if early_ms > 0:
            # Server time goes at half speed at least, so half of it can't be too late.
            return turn.now_ms + max(1, min(early_ms // 2, LOOK_AGAIN_MS_MAX))
        refusal = self._try(turn, author, post)
        if refusal is not None:
            self._hold(turn, author, refusal, [post])
        return None

    @on_timer("held")
    def release(self, turn: Turn, name: str) -> int | None:
        """Post what was held and may go now, in order; return when to try the rest."""
        author = self._users[name]
        held = [post for post in author.scheduled.values() if post.is_held]
        kept: dict[tuple[str, int], list[Scheduled]] = {}
        for post in sorted(held, key=lambda post: (post.at_ms, post.number)):
            if _is_full(turn):
                return turn.now_ms
            refusal = self._try(turn, author, post)
            if refusal is not None and refusal != (post.held_by, post.held_until_ms):
                kept.setdefault(refusal, []).append(post)
        for refusal, posts in kept.items():
            self._hold(turn, author, refusal, posts)
        return author.held_until_ms

    def _try(self, turn: Turn, author: User, post: Scheduled) -> tuple[str, int] | None:
        """Post a text or let it fail; return by what it is held, and until when, if it is."""
        now_ms = turn.now_ms
        try:
            to = self._destinations.again(author, post.room, now_ms)
            if post.is_held:
                self._posting.check_share_of_held(author, to.room_id, now_ms)
            header = self._posting.header(author, to, NO_KEY, now_ms)
        except (Banned, RateLimited) as refusal:
            until = refusal.detail.get("until", refusal.detail.get("reset_at"))
            if isinstance(until, int):
                return refusal.code, until
            self._fail(turn, author, post, refusal)
        except ChatError as refusal:
            self._fail(turn, author, post, refusal)
        else:
            mentions = self._mentions(turn, header, post)
            sent = e.ScheduleSent(now_ms, author.name, post.number, post.is_held, header.reset_at)
            posted = e.MessagePosted(*fields_of(header), post.text, mentions)
            self._posting.commit(turn, posted, *to.before, sent)
            turn.effects.timed_bytes += len(post.text.encode())
            turn.effects.timed_work += WORK_OF_A_TEXT + len(post.text) // CHARACTERS_PER_WORK
            turn.effects.timed_work += len(mentions) // MENTIONS_PER_WORK
        return None

    def _mentions(self, turn: Turn, header: PostHeader, post: Scheduled) -> list[str]:
        """Return whom a text names: of those whom it did when it was scheduled, who see it."""
        if post.mentions is not None:
            return self._posting.who_see(header, post.mentions)
        turn.effects.timed_work += WORK_OF_A_LOOK_UP
        return self._posting.mentions(header, post.text)

    def _hold(
        self, turn: Turn, author: User, refusal: tuple[str, int], posts: list[Scheduled]
    ) -> None:
        by, until = refusal
        numbers = [post.number for post in posts]
        self._transaction.commit(e.SchedulesHeld(turn.now_ms, author.name, numbers, until, by))

    def _fail(self, turn: Turn, author: User, post: Scheduled, refusal: ChatError) -> None:
        self._transaction.commit(
            e.ScheduleFailed(
                turn.now_ms, author.name, post.number, refusal.code, refusal.message, kept=True
            )
        )

    def _let_go(self, turn: Turn, author: User, post: Scheduled) -> int | None:
        """Drop a text that failed long ago; return when that may be."""
        due_ms = max(post.failed_ms + FAILED_KEPT_MS, self._lifetime.held_until_ms)
        if turn.now_ms < due_ms:
            return due_ms
        self._transaction.commit(e.ScheduleCancelled(turn.now_ms, author.name, post.number))
        return None


def _is_full(turn: Turn) -> bool:
    """Whether this tick has posted enough: its record has to fit what the journal has room for."""
    return turn.effects.timed_bytes >= TICK_BYTES_MAX or turn.effects.timed_work >= WORK_PER_TICK


def _page(posts: list[Scheduled]) -> list[Scheduled]:
    """Return the first of them that fit a page, at least one if there is any."""
    size = 0
    for count, post in enumerate(posts):
        size += len(post.text.encode()) + POST_BYTES_BESIDE
        if size > c.PAGE_BYTES_MAX:
            return posts[:count]
    return posts


def _shown(post: Scheduled) -> c.ScheduledPost:
    return c.ScheduledPost(
        post.number,
        post.at_ms,
        post.room,
        post.text,
        post.held_until_ms or None,
        post.held_by,
        post.failed_by,
        post.reason,
    )
