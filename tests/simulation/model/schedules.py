"""Schedules: texts that are posted later, held, or fail; judged by what the server did."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.model.groups import Groups
from tests.simulation.model.judging import Judged, Refusal, refuse, view
from tests.simulation.model.messages import whom_to_reach
from tests.simulation.model.moderation import DAY_MS
from tests.simulation.model.rooms import DONE, Map, Rules, mark, marks

YEAR_MS = 366 * DAY_MS
WAITING_MAX = 100
FAILED_KEPT_MS = 30 * DAY_MS
SHOWN = ("id", "at", "room", "text", "held_until", "held_by", "failed", "reason")
"""What the author is shown of a text."""


@dataclass
class Waiting:
    """A text that is to be posted. named: whom it named when it was scheduled.

    held_by: why it was not posted when it was due, "" before that.
    failed, reason: why it can't be posted at all; failed_ms: since when.
    """

    id: int
    author: str
    at: int
    room: str
    text: str
    named: tuple[str, ...]
    held_by: str = ""
    held_until: int | None = None
    failed: str = ""
    reason: str = ""
    failed_ms: int = 0

    @property
    def shown(self) -> Map:
        return view(self, *SHOWN)

    @property
    def turn(self) -> tuple[int, int]:
        """Of what is held, the first of these goes first."""
        return self.at, self.id


class Schedules(Groups):
    """What waits for its time. waiting: in the order in which it was scheduled.

    failed: what can't be posted, and waits for its author to take it out.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.waiting: list[Waiting] = []
        self.failed: list[Waiting] = []

    def waiting_of(self, name: str) -> list[Waiting]:
        return [post for post in self.waiting if post.author == name]

    def listed_of(self, name: str) -> list[Waiting]:
        """Return what a user has scheduled, what failed included."""
        mine = self.waiting_of(name) + [post for post in self.failed if post.author == name]
        return sorted(mine, key=lambda post: post.id)

    def do_send_at(self, author: str, at: int, text: str, to: str) -> Judged:
        """A ban is all that is asked now: what else is allowed is decided when it is due."""
        room = self.room_for(author, to.removeprefix("general"))
        refuse("not_found", not self.can_reach(author, room))
        self.check_ban(author)
        refuse("bad_request", not self.now_ms < at <= self.now_ms + YEAR_MS)
        refuse("conflict", len(self.listed_of(author)) >= WAITING_MAX)
        yield ()
        number = self.number("schedule", author)
        post = Waiting(number, author, at, room, text, self.marked(author, room, text))
        self.waiting.append(post)
        self.tell(author, "scheduled", id=number, at=at, to=room)
        return post.shown

    def do_cancel(self, author: str, id: int) -> Judged:
        mine = {post.id: post for post in self.listed_of(author)}
        refuse("not_found", id not in mine)
        yield ()
        shown = mine[id].shown
        self.cancel(mine[id])
        return shown

    def cancel(self, post: Waiting) -> None:
        (self.failed if post.failed else self.waiting).remove(post)
        self.withdrawn.add(mark(post.text))
        self.tell(post.author, "cancelled", id=post.id, to=post.room)

    def texts_over(self) -> set[str]:
        """Return the beginnings of the texts that must be nowhere any more."""
        over, there = set(self.withdrawn), set(self.kept_by_admins)
        there |= {mark(post.text) for post in self.waiting + self.failed}
        there |= {mark for report in self.reports.values() for mark in report.marks}
        for room in self.rooms.values():
            over |= marks(room.items[: room.gone])
            there |= marks(room.items[room.gone :])
        return over - there  # what is said again, a nonce being forgotten, is there again

    # -- what the server did by itself -------------------------------------------------------

    def watch(self, entries: Sequence[Map]) -> None:
        """Hold what came by itself, all of one time, against the rules: first what was said."""
        released = []
        for entry in sorted(entries, key=lambda e: (e["room"][0] == "@", e["room"], e["seq"])):
            post = self.see(entry)
            if post and post.held_by:
                released.append(post)
        for post in released:
            self._check_turn(post)

    def see(self, entry: Map) -> Waiting | None:
        """Hold an entry against the rules; return what was posted with it."""
        name = entry["room"].removeprefix("@")
        if entry["kind"] == "message":
            return self._sent(entry)
        if entry["kind"] == "held":
            self._held(name, entry)
        elif entry["kind"] == "failed":
            self._failed(name, entry)
        elif entry["kind"] == "cancelled":
            self._let_go(name, entry)
        else:
            assert entry["kind"] == "unbanned", entry
            self.ban_is_over(name)
        return None

    def _sent(self, entry: Map) -> Waiting:
        """A scheduled text was posted: nobody has scheduled this if it was posted before."""
        said = entry["author"], entry["room"], entry["text"]
        post = next(post for post in self.waiting if said == (post.author, post.room, post.text))
        self._check_due(post)
        assert self.why_not(post) == (DONE, None), (post, self.why_not(post))
        self.waiting.remove(post)
        self.post(post.author, whom_to_reach(post.author, post.room), post.text, post.named)
        if post.held_by:
            self.period(post.author, post.room).held += 1
        return post

    def _check_due(self, post: Waiting) -> None:
        """By both clocks; what was held has been due before, whatever the wall clock says now."""
        reached_ms = self.now_ms if post.held_by else min(self.now_ms, self.wall_ms)
        assert post.at <= reached_ms, ("early", post, self.now_ms, self.wall_ms)

    def _check_turn(self, post: Waiting) -> None:
        """What is held of a user and counts in the same limit goes in its order, or fails."""
        for other in self.waiting_of(post.author):
            is_alike = (other.room == "general") == (post.room == "general")
            is_before = bool(other.held_by) and is_alike and other.turn < post.turn
            assert not is_before or self.fails(other), (post, other)

    def fails(self, post: Waiting) -> str:
        """Return why a text can never be posted, "" if it is only held or can be.

        It failed in its turn, before those behind it took what may go in a period.
        """
        if not self.can_reach(post.author, post.room):
            return "not_found"
        is_held = self.is_banned(post.author)
        return "forbidden" if self.is_blocked(post.author, post.room) and not is_held else ""

    def why_not(self, post: Waiting) -> tuple[str, int | None]:
        """Return why a text can't be posted now, and until when if it is held."""
        author, room = post.author, post.room
        try:
            refuse("not_found", not self.can_reach(author, room))
            is_over_share = bool(post.held_by) and not self.share_left(author, room)
            refuse("rate_limited", is_over_share, reset_at=self.reset_at(author, room))
            self.check_post(author, room)
        except Refusal as refusal:
            fields = refusal.expected.fields
            return refusal.code, fields.get("until") or fields.get("reset_at")
        return DONE, None

    def _held(self, name: str, entry: Map) -> None:
        """Texts were due, and may not be posted yet."""
        by, until_ms, ids = entry["by"], entry["until"], entry["ids"]
        posts = [post for post in self.waiting_of(name) if post.id in ids]
        assert [post.id for post in sorted(posts, key=lambda post: post.turn)] == ids, entry
        for post in posts:
            self._check_due(post)
            assert self.why_not(post) == (by, until_ms), (post, entry)
            assert (post.held_by, post.held_until) != (by, until_ms), "said twice"
            post.held_by, post.held_until = by, until_ms
        self.tell(name, "held", ids=ids, until=until_ms, by=by)

    def _failed(self, name: str, entry: Map) -> None:
        """A text was due, and can't be posted."""
        (post,) = [post for post in self.waiting_of(name) if post.id == entry["id"]]
        self._check_due(post)
        assert self.fails(post) == entry["code"], (post, entry)
        assert entry["reason"], entry
        self.waiting.remove(post)
        self.failed.append(post)
        post.failed, post.reason, post.failed_ms = entry["code"], entry["reason"], entry["ts"]
        post.held_by, post.held_until = "", None
        why = {"code": post.failed, "reason": post.reason}
        self.tell(name, "failed", id=post.id, to=post.room, text=post.text, **why)

    def _let_go(self, name: str, entry: Map) -> None:
        """What failed was there for its author for long enough."""
        (post,) = [post for post in self.listed_of(name) if post.id == entry["id"]]
        assert post.failed and entry["ts"] >= post.failed_ms + FAILED_KEPT_MS, (post, entry)
        self.cancel(post)

    def check_nothing_is_late(self, late_ms: int) -> None:
        """What was due so long ago is posted, or is held by what holds now."""
        for post in self.waiting:
            if post.at <= self.now_ms - late_ms:
                assert post.held_by and post.held_until, ("late", post, self.now_ms)
                assert self.now_ms < post.held_until + late_ms, ("too long", post, self.now_ms)
                is_judged = self.now_ms < self.judged_ms.get(post.author, 0) + late_ms
                is_over = self.now_ms >= post.held_until or is_judged  # and may go any moment
                assert is_over or self.why_not(post)[0], ("held for nothing", post)
        for name, until_ms in self.bans.items():
            assert self.now_ms < until_ms + late_ms, ("not told that the ban is over", name)
