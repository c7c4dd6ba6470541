"""The index of what is unread, held against a walk of the whole log, whatever happens."""

from collections.abc import Iterator
from random import Random

import pytest

from chatd.core import events as e
from chatd.core import unread
from chatd.core.model import Credentials, Room
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.core.unread import UnreadIndex
from chatd.wire.entries import Edit, Post, decode_entry, mentioned_in
from chatd.wire.rooms import GENERAL

NAMES = ("ann", "bob", "cay")
GROUP = "+ops:x"
ROOMS = (GENERAL, GROUP, "ann,bob")
COUNTED_MAX = 7

WHAT = "say say say say edit edit delete read start join leave expire".split()
STEPS = 150
Step = tuple[str, str, str, list[str], int]


@pytest.fixture(autouse=True)
def few_are_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(unread, "COUNTED_MAX", COUNTED_MAX)
    yield


class Life:
    """A state in which things happen, as handlers let them."""

    def __init__(self) -> None:
        self.state = State()
        for name in NAMES:
            self.state.apply(
                e.UserRegistered(0, name, Credentials(b"", 4096, b"", b"")), TickChanges()
            )
        self.state.apply(e.GroupCreated(0, GROUP, "ops", "ann", 0), TickChanges())
        self.state.apply(e.DirectRoomOpened(0, "ann,bob", "ann", "bob"), TickChanges())

    def do(self, what: str, room_id: str, name: str, named: list[str], back: int) -> None:
        room = self.state.rooms[room_id]
        seq = room.log.last_seq + 1
        head = (0, room_id, seq, name, 0, 0, "", b"")
        is_there = name in room.members or room_id == GENERAL
        target = self._own_post(room, name, back)
        if what == "say" and is_there:
            self.state.apply(e.MessagePosted(*head, "text", named), TickChanges())
        elif what == "edit" and target:
            self.state.apply(e.PostEdited(*head, target, "edited", named), TickChanges())
        elif what == "delete" and target:
            self.state.apply(e.PostDeleted(*head, target), TickChanges())
        elif what == "read" and name in room.members:
            seq = max(room.members[name].read_seq, seq - 1 - back)
            self.state.apply(e.CursorsMoved(0, 0, [(name, room_id, seq)]), TickChanges())
        elif what == "start" and name not in self.state.general.members:
            self.state.apply(
                e.MemberStarted(0, GENERAL, name, max(0, seq - 1 - back)), TickChanges()
            )
        elif what == "join" and room_id == GROUP and not is_there:
            floor = max(room.log.first_seq - 1, seq - 1 - back)
            self.state.apply(e.MemberJoined(0, room_id, seq, name, name, floor, 0), TickChanges())
        elif what == "leave" and room_id == GROUP and is_there and name != "ann":
            self.state.apply(
                e.MemberLeft(0, room_id, seq, name, named[0] if named else name, 0), TickChanges()
            )
        elif what == "expire" and room.log.frames:
            up_to = max(room.log.first_seq, seq - 1 - back)
            self.state.apply(e.EntriesExpired(0, room_id, up_to), TickChanges())

    def _own_post(self, room: Room, name: str, back: int) -> int:
        """Return the number of a post of a user that is there, 0 for none."""
        found = [
            entry.seq
            for entry in map(decode_entry, room.log.frames)
            if isinstance(entry, Post) and entry.author == name and not entry.deleted
        ]
        return found[-1 - back % len(found)] if found else 0


def walked(room: Room, name: str, after: int) -> tuple[int, int]:
    """Return how many posts stand behind a number, and how many of the latest name the user.

    The latest posts that are the user's own don't count.
    """
    posts = [
        entry
        for entry in map(decode_entry, room.log.after(after))
        if isinstance(entry, Post) and not entry.deleted
    ]
    latest = room.log.last_seq - COUNTED_MAX
    own = sum(post.author == name and post.seq > latest for post in posts)
    entries = list(map(decode_entry, room.log.after(max(after, latest))))
    targets = {
        entry.target if isinstance(entry, Edit) else entry.seq
        for entry in entries
        if name in mentioned_in(entry)
    }
    return len(posts) - own, len(targets)


def latest(room: Room) -> int:
    """Return the number of the latest post that is not deleted, 0 for none."""
    entries = map(decode_entry, reversed(room.log.frames))
    posts = (entry for entry in entries if isinstance(entry, Post) and not entry.deleted)
    return next((post.seq for post in posts), 0)


def told(index: UnreadIndex, room: Room, name: str, after: int) -> tuple[int, int]:
    after = max(after, room.log.first_seq - 1)
    return index.posts(room, name, after), index.mentions(room, name, after)


def steps(seed: int) -> Iterator[Step]:
    random = Random(seed)
    for _ in range(STEPS):
        named = random.sample(NAMES, random.choice((0, 1, 2)))
        back = random.choice((0, 0, 1, 2, 5, 12))
        yield random.choice(WHAT), random.choice(ROOMS), random.choice(NAMES), named, back


@pytest.mark.parametrize("seed", range(30))
def test_the_index_counts_what_a_walk_counts_live_and_made_again(seed: int) -> None:
    life = Life()
    for day in steps(seed):
        life.do(*day)
        room = life.state.rooms[day[1]]
        again = UnreadIndex(life.state.rooms)
        for index in (life.state.unread, again):
            assert index.latest_post(room) == latest(room), day
        for name in NAMES:
            member = room.members.get(name)
            if member is None and room.room != GENERAL:
                continue
            read = 0 if member is None else max(member.read_seq, member.floor)
            for after in range(read, room.log.last_seq + 1):
                expected = walked(room, name, after)
                assert told(life.state.unread, room, name, after) == expected, (day, name, after)
                assert told(again, room, name, after) == expected, (day, name, after)


@pytest.mark.parametrize("seed", range(10))
def test_the_rooms_of_a_user_stand_in_their_order(seed: int) -> None:
    life = Life()
    for day in steps(seed):
        life.do(*day)
    for name in NAMES:
        assert life.state.rooms_by_name[name] == sorted(life.state.users[name].rooms)


def test_of_a_user_who_never_reads_only_what_may_count_is_kept() -> None:
    life = Life()
    life.do("say", "ann,bob", "ann", [], 0)
    for _ in range(10 * COUNTED_MAX):
        life.do("say", "ann,bob", "bob", ["ann"], 0)
    kept = [
        numbers
        for rooms in (life.state.unread._own, life.state.unread._mentions)
        for by_name in rooms.values()
        for numbers in by_name.values()
    ]
    assert kept and all(len(numbers) < 2 * COUNTED_MAX for numbers in kept)


def test_of_who_has_read_everything_nothing_is_kept() -> None:
    life = Life()
    life.do("say", "ann,bob", "ann", ["bob"], 0)
    life.do("say", "ann,bob", "bob", ["ann"], 0)
    for name in ("ann", "bob"):
        life.do("read", "ann,bob", name, [], 0)
    assert not any(life.state.unread._own.get("ann,bob", {}))
    assert not any(life.state.unread._mentions.get("ann,bob", {}))
