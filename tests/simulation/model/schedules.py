"""Schedules: texts that are posted later, held, or fail; judged by what the server did."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.model.groups import Groups
from tests.simulation.model.judging import Judged, Refusal, refuse
from tests.simulation.model.messages import whom_to_reach
from tests.simulation.model.rooms import DONE, Map, Rules, mark, marks

YEAR_MS = 366 * 86_400_000
WAITING_MAX = 100
FAILED_KEPT_MS = 30 * 86_400_000


@dataclass
class Waiting:
    """A text that is to be posted. held_by: why it was not when it was due, "" before that.

    failed, reason: why it can't be posted at all; failed_ms: since when.
    """

    number: int
    author: str
    at_ms: int
    room: str
    text: str
    held_by: str = ""
    held_until_ms: int | None = None
    failed: str = ""
    reason: str = ""
    failed_ms: int = 0

    @property
    def fields(self) -> Map:
        """How it is shown to its author."""
        return {
            "id": self.number,
            "at": self.at_ms,
            "room": self.room,
            "text": self.text,
            "held_until": self.held_until_ms,
            "held_by": self.held_by,
            "failed": self.failed,
            "reason": self.reason,
        }

    @property
    def turn(self) -> tuple[int, int]:
        """Of what is held, the first of these goes first."""
        return self.at_ms, self.number


class Schedules(Groups):
    """What waits for its time. waiting: in the order in which it was scheduled.

    failed: what can't be posted, and waits for its author to take it out.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.waiting: list[Waiting] = []
        self.failed: list[Waiting] = []
        self._schedules_made: dict[str, int] = {}

    def waiting_of(self, name: str) -> list[Waiting]:
        return [post for post in self.waiting if post.author == name]

    def listed_of(self, name: str) -> list[Waiting]:
        """Return what a user has scheduled, what failed included."""
        mine = self.waiting_of(name) + [post for post in self.failed if post.author == name]
        return sorted(mine, key=lambda post: post.number)

    def do_send_at(self, author: str, at: int, text: str, to: str) -> Judged:
        """A ban is all that is asked now: what else is allowed is decided when it is due."""
        room = self.room_for(author, to.removeprefix("general"))
        refuse("not_found", not self.can_reach(author, room))
        self.check_ban(author)
        refuse("bad_request", not self.now_ms < at <= self.now_ms + YEAR_MS)
        refuse("conflict", len(self.listed_of(author)) >= WAITING_MAX)
        yield ()
        number = self._schedules_made[author] = self._schedules_made.get(author, 0) + 1
        post = Waiting(number, author, at, room, text)
        self.waiting.append(post)
        self.tell(author, "scheduled", id=number, at=at, to=room)
        return post.fields

    def do_scheduled(self, author: str) -> Judged:
        """All devices of a user list the same, held ones with why and until when."""
        yield ()
        return {"posts": [post.fields for post in self.listed_of(author)], "next": None}

    def do_cancel(self, author: str, id: int) -> Judged:
        mine = {post.number: post for post in self.listed_of(author)}
        refuse("not_found", id not in mine)
        yield ()
        shown = mine[id].fields
        self.cancel(mine[id])
        return shown

    def cancel(self, post: Waiting) -> None:
        (self.failed if post.failed else self.waiting).remove(post)
        self.withdrawn.add(mark(post.text))
        self.tell(post.author, "cancelled", id=post.number, to=post.room)

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
        """Hold what came by itself, all of one time, against the rules."""
        said = [entry for entry in entries if entry["kind"] == "message"]
        others = [entry for entry in entries if entry["kind"] != "message"]
        if said:
            self._sent(said)
        for entry in others:
            name = entry["room"].removeprefix("@")
            if entry["kind"] == "held":
                self._held(name, entry)
            elif entry["kind"] == "failed":
                self._failed(name, entry)
            elif entry["kind"] == "cancelled":
                self._let_go(name, entry)
            else:
                assert entry["kind"] == "unbanned", entry
                self.ban_is_over(name)

    def _sent(self, entries: Sequence[Map]) -> None:
        """Scheduled texts were posted."""
        released = []
        for entry in sorted(entries, key=lambda entry: (entry["room"], entry["seq"])):
            post = self._found(entry)
            self._check_due(post)
            assert self.why_not(post) == (DONE, None), (post, self.why_not(post))
            self.waiting.remove(post)
            self.post(post.author, whom_to_reach(post.author, post.room), post.text)
            if post.held_by:
                self.spent_held(post.author, post.room)
                released.append(post)
        for post in released:
            self._check_turn(post)

    def _found(self, entry: Map) -> Waiting:
        for post in self.waiting:
            said = (post.author, post.room, post.text)
            if said == (entry["author"], entry["room"], entry["text"]):
                return post
        raise AssertionError(f"nobody has scheduled this, or it was posted before: {entry}")

    def _check_due(self, post: Waiting) -> None:
        """By both clocks; what was held has been due before, whatever the wall clock says now."""
        reached_ms = self.now_ms if post.held_by else min(self.now_ms, self.wall_ms)
        assert post.at_ms <= reached_ms, ("early", post, self.now_ms, self.wall_ms)

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
            reset_at = self.reset_at(author, room)
            refuse("rate_limited", is_over_share, reset_at=reset_at)
            self.check_post(author, room)
        except Refusal as refusal:
            return refusal.code, refusal.fields.get("until") or refusal.fields.get("reset_at")
        return DONE, None

    def _held(self, name: str, entry: Map) -> None:
        """Texts were due, and may not be posted yet."""
        by, until_ms, ids = entry["by"], entry["until"], entry["ids"]
        posts = [post for post in self.waiting_of(name) if post.number in ids]
        assert [post.number for post in sorted(posts, key=lambda post: post.turn)] == ids, entry
        for post in posts:
            self._check_due(post)
            assert self.why_not(post) == (by, until_ms), (post, entry)
            assert (post.held_by, post.held_until_ms) != (by, until_ms), "said twice"
            post.held_by, post.held_until_ms = by, until_ms
        self.tell(name, "held", ids=ids, until=until_ms, by=by)

    def _failed(self, name: str, entry: Map) -> None:
        """A text was due, and can't be posted."""
        (post,) = [post for post in self.waiting_of(name) if post.number == entry["id"]]
        self._check_due(post)
        assert self.fails(post) == entry["code"], (post, entry)
        assert entry["reason"], entry
        self.waiting.remove(post)
        self.failed.append(post)
        post.failed, post.reason, post.failed_ms = entry["code"], entry["reason"], entry["ts"]
        post.held_by, post.held_until_ms = "", None
        self.tell(
            name,
            "failed",
            id=post.number,
            to=post.room,
            code=entry["code"],
            reason=entry["reason"],
            text=post.text,
        )

    def _let_go(self, name: str, entry: Map) -> None:
        """What failed was there for its author for long enough."""
        (post,) = [post for post in self.listed_of(name) if post.number == entry["id"]]
        assert post.failed and entry["ts"] >= post.failed_ms + FAILED_KEPT_MS, (post, entry)
        self.cancel(post)

    def check_nothing_is_late(self, late_ms: int) -> None:
        """What was due so long ago is posted, or is held by what holds now."""
        for post in self.waiting:
            if post.at_ms <= self.now_ms - late_ms:
                assert post.held_by and post.held_until_ms, ("late", post, self.now_ms)
                assert self.now_ms < post.held_until_ms + late_ms, (
                    "held too long",
                    post,
                    self.now_ms,
                )
                is_judged = self.now_ms < self.judged_ms.get(post.author, 0) + late_ms
                is_over = self.now_ms >= post.held_until_ms or is_judged  # and may go any moment
                assert is_over or self.why_not(post)[0], ("held for nothing", post)
        for name, until_ms in self.bans.items():
            assert self.now_ms < until_ms + late_ms, ("not told that the ban is over", name)
