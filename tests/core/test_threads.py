"""The index of threads, held against a walk of the whole log, whatever happens."""

from random import Random
from typing import Any

import msgspec
import pytest

from chatd.core import events as e
from chatd.core.migrations import migrated
from chatd.core.model import Credentials, Room
from chatd.core.state import State
from chatd.core.threads import Threads
from chatd.core.tick import TickChanges
from chatd.wire.entries import (
    Comment,
    Delete,
    File,
    Message,
    decode_entry,
    encode_entry,
)
from chatd.wire.rooms import GENERAL

NAMES = ("ann", "bob", "cay")
WHAT = "say say comment comment comment comment delete remove expire".split()
STEPS = 120
SEEDS = range(15)
OF_FORMAT_3 = ("root", "comments", "last_comment")


def state_without_posts() -> State:
    state = State()
    for name in NAMES:
        registered = e.UserRegistered(0, name, Credentials(b"", 4096, b"", b""))
        state.apply(registered, TickChanges())
    return state


def post_of(room: Room, chance: Random) -> int:
    """Return the number of any post that is not deleted, 0 if there is none."""
    entries = map(decode_entry, room.log.frames)
    posts = [x.seq for x in entries if isinstance(x, Message | Comment) and not x.deleted]
    return chance.choice(posts) if posts else 0


def step(state: State, chance: Random, what: str) -> None:
    """Let something happen, if it can."""
    room = state.general
    target, name = post_of(room, chance), chance.choice(NAMES)
    head = (0, GENERAL, room.log.last_seq + 1, name, 0, 0, "", b"")
    event: e.Event
    if what == "say":
        event = e.MessagePosted(*head, "text")
    elif what == "expire":
        event = e.EntriesExpired(0, GENERAL, room.log.first_seq + chance.randrange(4))
        if event.up_to > room.log.last_seq:
            return
    elif not target:
        return
    elif what == "comment":
        event = e.CommentPosted(*head, "text", target)
    elif what == "delete":
        event = e.PostDeleted(*head, target)
    else:
        event = e.PostRemoved(*head, target, "why", [])
    state.apply(event, TickChanges())


def lived(seed: int, what: list[str] = WHAT) -> State:
    state, chance = state_without_posts(), Random(seed)
    for _ in range(STEPS):
        step(state, chance, chance.choice(what))
    return state


def check(room: Room, threads: Threads) -> None:
    """Hold what is known of the threads of a room against its log."""
    entries = {entry.seq: entry for entry in map(decode_entry, room.log.frames)}
    by_root: dict[int, list[Comment]] = {}
    for entry in entries.values():
        if isinstance(entry, Comment):
            by_root.setdefault(entry.root, []).append(entry)
            above = entries.get(entry.reply_to)
            expected = above.root if isinstance(above, Comment) else entry.reply_to
            assert entry.root == expected or above is None
            assert room.threads[entry.seq] == entry.root
    assert len(room.threads) == sum(map(len, by_root.values()))
    for root, comments in by_root.items():
        thread = threads.of(room, root)
        living = [comment for comment in comments if not comment.deleted]
        assert list(thread.seqs) == [comment.seq for comment in comments]
        assert (thread.living, thread.last) == (len(living), comments[-1].seq)
        began = entries.get(root)
        if began is not None:
            assert isinstance(began, Message | File)
            assert (began.comments, began.last_comment) == (thread.living, thread.last)
        for name in NAMES:
            for after in (0, comments[0].seq, comments[-1].seq - 1):
                unread = [c for c in living if c.seq > after and c.author != name]
                assert threads.unread(thread, name, after) == len(unread)
    ends = sorted((comments[-1].seq for comments in by_root.values()), reverse=True)
    end = room.log.last_seq + 1
    assert [thread.last for thread in threads.latest(room, end, 0)] == ends
    for place in ends[:3]:
        shown = [thread.last for thread in threads.latest(room, place, ends[-1])]
        assert shown == [last for last in ends if ends[-1] < last < place]


@pytest.mark.parametrize("seed", SEEDS)
def test_threads_are_what_a_walk_of_the_log_says_live_and_after_a_start(seed: int) -> None:
    state, chance = state_without_posts(), Random(seed)
    for number in range(STEPS):
        step(state, chance, chance.choice(WHAT))
        if number % 5 == 0:
            check(state.general, state.threads)
    check(state.general, state.threads)
    check(state.general, State.load(state.dump()).threads)


def as_of_format_2(state: State, *, threads: bool) -> Any:
    """Return the tree that a program would have written which knew no more.

    threads: whether it knew to which thread a comment belongs.
    """
    tree = state.dump()
    room = tree["rooms"][GENERAL]
    log = state.general.log
    for index, frame in enumerate(log.frames):
        entry = decode_entry(frame)
        known = {name: 0 for name in OF_FORMAT_3 if hasattr(entry, name)}
        room["log"]["frames"][index] = encode_entry(msgspec.structs.replace(entry, **known))
    room["log"]["byte_count"] = sum(map(len, room["log"]["frames"]))
    if not threads:
        room["threads"] = {}
    return tree


@pytest.mark.parametrize("threads", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_store_of_format_2_shows_its_threads_as_if_it_always_had(seed: int, threads: bool) -> None:
    state = lived(seed, [what for what in WHAT if what != "expire"])
    tree = as_of_format_2(state, threads=threads)
    assert State.load(migrated(tree, 2)).digest() == state.digest()


@pytest.mark.parametrize("seed", SEEDS)
def test_threads_of_a_store_of_format_2_whose_beginnings_have_gone_are_counted(seed: int) -> None:
    state = lived(seed)
    again = State.load(migrated(as_of_format_2(state, threads=True), 2))
    check(again.general, again.threads)
    for frame, taken_over in zip(state.general.log.frames, again.general.log.frames, strict=True):
        entry, other = decode_entry(frame), decode_entry(taken_over)
        if isinstance(entry, Comment | Delete):  # what had gone before is not known any more
            entry = msgspec.structs.replace(entry, comments=0)
            other = msgspec.structs.replace(other, comments=0)
        if isinstance(entry, Delete) and entry.target < state.general.log.first_seq:
            entry = msgspec.structs.replace(entry, root=0)
        assert entry == other


def test_comment_that_a_thread_once_began_with_belongs_to_what_it_answers() -> None:
    """A program that began to know of threads did not know this of comments whose root was gone."""
    state = state_without_posts()
    head = [(0, GENERAL, seq, "ann", 0, 0, "", b"") for seq in range(5)]
    for event in (
        e.MessagePosted(*head[1], "text"),
        e.CommentPosted(*head[2], "text", 1),
        e.CommentPosted(*head[3], "text", 2),
        e.CommentPosted(*head[4], "text", 3),
        e.EntriesExpired(0, GENERAL, 1),
    ):
        state.apply(event, TickChanges())
    tree = as_of_format_2(state, threads=True)
    tree["rooms"][GENERAL]["threads"] = {3: 2, 4: 2}
    again = State.load(migrated(tree, 2))
    assert again.general.threads == state.general.threads == {2: 1, 3: 1, 4: 1}
    check(again.general, again.threads)
