"""What requests and timers cost, in steps: nobody's turn grows with what others have piled up.

Twice the users, rooms or entries that lie about do not change what one turn does; what has to
grow is cut into slices, and one slice is bounded.
"""

import hashlib
from collections.abc import Callable
from itertools import pairwise

import pytest

from chatd.core import events as e
from chatd.core.copies import QUOTING_MAX
from chatd.core.group import JoinRequest
from chatd.core.model import Credentials
from chatd.core.state import ENDED_AT_ONCE_MAX
from chatd.core.tick import TickChanges
from chatd.handlers.files import HASH_BYTES_PER_SLICE
from chatd.handlers.search import ROOMS_PER_SLICE
from chatd.handlers.status import ROOMS_LOOKED_AT
from chatd.net import notice_queue
from chatd.wire.commands import CHUNK_BYTES_MAX
from tests.simulation.peer import Map, Peer
from tests.simulation.world import AT_ONCE, World
from tests.work import counted

LINES_PER_TURN = 6_000
"""Of what a peer may ask for at once, about a millisecond."""
LINES_PER_TICK = 100_000
"""Of all that happens in a tick, about 20 ms: the clock, which stands here, allows half of that."""


def turn_of(world: World, peer: Peer, method: str, **params: object) -> int:
    """Return how many lines of the server a request takes, until it is answered."""
    peer.request(method, **params)
    with counted("/chatd/") as work:
        world.settle()
    return work.lines


def longest_tick(world: World, until: Callable[[], bool], ticks_max: int = 2_000) -> int:
    """Let the server go on until something is so; return the lines of its longest tick."""
    longest = 0
    for _ in range(ticks_max):
        with counted("/chatd/") as work:
            world.tick()
        world._turn()
        longest = max(longest, work.lines)
        if until():
            return longest
        world.clock.advance(10)
    raise AssertionError("it never came to that")


# -- a store that is full of what others did -------------------------------------------------


def fill_room(world: World, room: str, author: str, count: int, mentions: list[str]) -> None:
    """Let a user post into a room, as if by so many requests."""
    log = world.state.rooms[room].log
    for seq in range(log.last_seq + 1, log.last_seq + 1 + count):
        head = (world.now_ms, room, seq, author, 0, 0, "", b"")
        world.state.apply(e.MessagePosted(*head, "text", mentions), TickChanges())


def add_users(world: World, count: int) -> list[str]:
    """Let so many users register."""
    made = len(world.state.users)
    names = [f"user{number:04d}" for number in range(made, made + count)]
    for name in names:
        world.state.apply(
            e.UserRegistered(world.now_ms, name, Credentials(b"", 4096, b"", b"")), TickChanges()
        )
    return names


def add_rooms(world: World, name: str, count: int, entries: int) -> None:
    """Let so many users write to one, who has read nothing of it."""
    for other in add_users(world, count):
        room = ",".join(sorted((name, other)))
        world.state.apply(e.DirectRoomOpened(world.now_ms, room, other, name), TickChanges())
        fill_room(world, room, other, entries, [name])


@pytest.mark.parametrize("method", ["rooms", "unread", "status"])
def test_counts_of_unread_entries_are_not_walked_for(method: str) -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        add_rooms(world, "alice", 100, 50)
        few = turn_of(world, alice, method)
        for room in world.state.users["alice"].rooms[1:]:
            fill_room(world, room, room.replace("alice", "").strip(","), 950, ["alice"])
        many = turn_of(world, alice, method)
        assert many <= few < LINES_PER_TURN
        (shown, *_) = [r for r in alice.call("unread")["rooms"] if r["room"] != "general"]
        assert (shown["unread"], shown["mentions"]) == (1_000, 1_000)


@pytest.mark.parametrize("method", ["rooms", "unread", "status"])
def test_rooms_of_a_user_with_very_many_are_looked_at_in_slices(method: str) -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        add_rooms(world, "alice", 2 * ROOMS_LOOKED_AT, 1)
        few = turn_of(world, alice, method)
        add_rooms(world, "alice", 2 * ROOMS_LOOKED_AT, 1)
        assert turn_of(world, alice, method) <= 1.1 * few < 1.1 * LINES_PER_TURN


@pytest.mark.parametrize("after", ["", " 1790000000001:1:~"], ids=["first page", "later page"])
def test_search_in_very_many_rooms_begins_with_some_of_them(after: str) -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        add_rooms(world, "alice", 2 * ROOMS_PER_SLICE, 20)
        few = turn_of(world, alice, "search", words="nothing", after=after)
        add_rooms(world, "alice", 2 * ROOMS_PER_SLICE, 20)
        assert turn_of(world, alice, "search", words="nothing", after=after) <= 1.1 * few
        assert few < LINES_PER_TURN


def test_unread_rooms_behind_very_many_read_ones_are_found_page_by_page() -> None:
    with World(is_followed=False, late=AT_ONCE, requests_per_second=0) as world:
        alice = world.user("alice")
        add_rooms(world, "alice", 2 * ROOMS_LOOKED_AT, 0)
        (last,) = [room for room in world.state.users["alice"].rooms if "user1000" in room]
        fill_room(world, last, "user1000", 3, [])
        found: list[Map] = []
        after, pages = "", 0
        while after is not None:
            page = alice.call("unread", after=after)
            after, pages, found = page["next"], pages + 1, found + page["rooms"]
        assert [(room["room"], room["unread"]) for room in found] == [(last, 3)]
        assert pages == 3
        assert alice.call("status")["rooms_more"]


def test_a_start_from_the_end_takes_the_same_however_much_is_unread() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.user("alice")
        add_rooms(world, "alice", 5, 10)
        few, many = world.login("alice"), world.login("alice")

        def lines_of(peer: Peer) -> int:
            peer.request("sync", start="end")
            with counted("/chatd/") as work:
                world.settle()
            assert peer.told("live") == [{}] and peer.entries == []
            return work.lines

        at_first = lines_of(few)
        for room in world.state.users["alice"].rooms[2:]:
            fill_room(world, room, room.replace("alice", "").strip(","), 9_990, ["alice"])
        fill_room(world, "general", "user0001", 10_000, [])
        alice.forget()
        assert lines_of(many) <= 1.1 * at_first < LINES_PER_TURN


# -- threads and quotes ----------------------------------------------------------------------


def add_comments(
    world: World, author: str, reply_to: int, count: int, room: str = "general"
) -> None:
    """Let a user comment on an entry, as if by so many requests."""
    log = world.state.rooms[room].log
    for seq in range(log.last_seq + 1, log.last_seq + 1 + count):
        head = (world.now_ms, room, seq, author, 0, 0, "", b"")
        world.state.apply(e.CommentPosted(*head, "text", reply_to), TickChanges())


def test_a_page_of_a_thread_takes_the_same_however_long_the_thread_is() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        alice.send("first")
        add_comments(world, "alice", 1, 200)
        few = turn_of(world, alice, "thread", room="general", seq=150, after=100)
        add_comments(world, "alice", 1, 2_000)
        for reply_to in range(2_000, 2_200):
            add_comments(world, "alice", reply_to, 1)
        assert turn_of(world, alice, "thread", room="general", seq=150, after=100) <= few
        # Only the latest quote, and of each it is looked whether the quote is to be hidden.
        many = few + 100 + 3 * QUOTING_MAX
        assert turn_of(world, alice, "thread", room="general", seq=2_300, after=2_200) <= many
        assert few < LINES_PER_TURN


@pytest.mark.parametrize("method", ["edit", "delete"])
def test_a_revision_takes_the_same_however_many_comments_quote_the_post(method: str) -> None:
    fields = {"text": "other"} if method == "edit" else {}
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        alice.send("first")
        alice.send("second")
        add_comments(world, "alice", 1, QUOTING_MAX)
        add_comments(world, "alice", 2, 20 * QUOTING_MAX)
        few = turn_of(world, alice, method, room="general", seq=1, **fields)
        many = turn_of(world, alice, method, room="general", seq=2, **fields)
        assert many <= few < LINES_PER_TURN


def test_only_the_latest_comments_on_an_entry_quote_it_and_no_quote_outlives_it() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.user("alice")
        alice.send("first")
        add_comments(world, "alice", 1, QUOTING_MAX + 1)
        page = alice.call("thread", room="general", seq=1, limit=200)["entries"]
        assert [e.get("quoted_text", "") for e in page[1:]] == ["", *["first"] * QUOTING_MAX]
        alice.call("delete", room="general", seq=1)
        page = alice.call("thread", room="general", seq=2, limit=200)["entries"]
        assert not any(e.get("quoted_text") for e in page)


# -- files -----------------------------------------------------------------------------------


def start_upload(alice: Peer, data: bytes, sha256: bytes) -> int:
    state = alice.call("upload", room="general", name="a", size=len(data), sha256=sha256)
    for offset in range(0, len(data), CHUNK_BYTES_MAX):
        chunk = data[offset : offset + CHUNK_BYTES_MAX]
        alice.call("upload-chunk", upload=state["upload"], offset=offset, data=chunk)
    number: int = state["upload"]
    return number


def test_a_wrong_hash_is_refused_without_reading_the_file_again() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        number = start_upload(alice, b"x" * 300_000, b"0" * 32)
        world.disk.calls.clear()
        for _ in range(3):
            assert alice.refusal("upload-finish", upload=number)["code"] == "bad_request"
        assert "read" not in world.disk.calls


def test_behind_a_restart_a_large_upload_is_read_in_slices_and_finished() -> None:
    data = b"x" * (2 * HASH_BYTES_PER_SLICE + 1)
    with World(is_followed=False, late=AT_ONCE, requests_per_second=0) as world:
        number = start_upload(world.login("alice"), data, hashlib.sha256(data).digest())
        world.crash()
        world.restart()
        world.app.wheel.cancel("hash", number)  # it has not come to this one yet
        alice = world.guest()
        alice.prove("alice")
        world.disk.calls.clear()
        assert alice.refusal("upload-finish", upload=number)["code"] == "overloaded"
        assert world.disk.calls.count("read") == 3
        assert alice.call("upload-finish", upload=number)["seq"] == 1
        assert world.disk.calls.count("read") == 3 + 1, "its head alone, to see what it is"


def test_what_has_come_of_uploads_is_read_behind_a_restart_before_anybody_asks() -> None:
    data = b"x" * (2 * HASH_BYTES_PER_SLICE + 1)
    with World(is_followed=False, late=AT_ONCE, requests_per_second=0) as world:
        number = start_upload(world.login("alice"), data, hashlib.sha256(data).digest())
        world.crash()
        world.restart()
        world.sleep(100)
        alice = world.guest()
        alice.prove("alice")
        world.disk.calls.clear()
        assert alice.call("upload-finish", upload=number)["seq"] == 1
        assert world.disk.calls.count("read") == 1, "its head alone, to see what it is"


# -- timers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_old", [False, True])
def test_a_thousand_texts_that_name_many_and_are_due_at_once_stop_no_tick(is_old: bool) -> None:
    """is_old: they were scheduled by a version that looked for names when they were due."""
    with World(is_followed=False, late=AT_ONCE, limit_messages=0) as world:
        names = add_users(world, 60)
        due_ms = world.now_ms + 5_000
        named = names[:20]
        text = " ".join(f"@{name}" for name in named)
        for name in names[:50]:
            for number in range(1, 21):
                mentions = None if is_old else named
                world.state.apply(
                    e.PostScheduled(
                        world.now_ms, name, number, due_ms, "general", text, "", b"", mentions
                    ),
                    TickChanges(),
                )
                world.app.wheel.set("scheduled", (name, number), due_ms)
        world.clock.advance(5_000)
        log = world.state.general.log
        longest = longest_tick(world, lambda: log.last_seq == 1_000)
        assert longest < LINES_PER_TICK


def test_timers_of_very_many_users_are_spread_over_ticks() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        for name in add_users(world, 5_000):
            world.state.users[name].private.spend(world.now_ms + 1_000)
            world.app.wheel.set("limits", name, world.now_ms + 1_000)
        world.clock.advance(2_000)
        left = world.state.users.values()
        longest = longest_tick(world, lambda: not any(user.private.count for user in left))
        assert longest < LINES_PER_TICK


# -- what leaves -----------------------------------------------------------------------------


def add_files(world: World, room: str, owner: str, count: int) -> None:
    """Let a user put files into a room, as if by so many requests."""
    log = world.state.rooms[room].log
    for seq in range(log.last_seq + 1, log.last_seq + 1 + count):
        number, sha256 = world.state.files_made + 1, seq.to_bytes(32, "big")
        started = e.UploadStarted(world.now_ms, number, owner, room, "a", 1, sha256, "", 0)
        world.state.apply(started, TickChanges())
        head = (world.now_ms, room, seq, owner, 0, 0, "", b"")
        world.state.apply(e.FilePosted(*head, number), TickChanges())


@pytest.mark.parametrize("what", ["entries", "comments", "files"])
def test_a_room_that_ends_leaves_in_slices_and_nobody_sees_it_meanwhile(what: str) -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        room = alice.create("ops")
        fill_room(world, room, "alice", 1_000, [])
        if what == "files":
            add_files(world, room, "alice", 1_000)
        else:
            fill_room(world, room, "alice", 9_000, [])
        for seq in range(2, 102 if what == "comments" else 0):
            add_comments(world, "alice", seq, QUOTING_MAX, room)
        alice.request("leave", room=room)
        longest = longest_tick(world, lambda: room not in world.state.rooms)
        assert longest < LINES_PER_TICK
        assert room not in alice.call("rooms")["rooms"]
        assert world.state.users["alice"].file_bytes == 0
        alice.create("ops")


def test_nobody_finds_a_room_that_is_leaving() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        room = alice.create("ops")
        hook = alice.call("hook", room=room, label="ci")["token"]
        link = alice.call("link", room=room)["link"]
        fill_room(world, room, "alice", 10_000, [])
        world.state.apply(e.GroupEnded(world.now_ms, room), TickChanges())
        assert room in world.state.rooms
        for method, params in {
            "post": {"room": room, "text": "hi"},
            "history": {"room": room},
            "members": {"room": room},
            "join": {"link": link},
            "hook-post": {"token": hook, "text": "hi"},
        }.items():
            assert alice.refusal(method, **params)["code"] == "not_found", method


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_a_room_that_was_leaving_goes_on_behind_a_restart(how: str) -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        room = alice.create("ops")
        for number in range(2 * ENDED_AT_ONCE_MAX):
            alice.post(room, f"text {number}")
        world.database.transaction.commit(e.GroupEnded(world.now_ms, room))
        world.tick()
        getattr(world, how)()
        world.restart()
        world.sleep(100)
        assert room not in world.state.rooms


def test_what_has_expired_of_a_large_log_leaves_in_slices() -> None:
    with World(is_followed=False, late=AT_ONCE, lifetime_ms=60_000, limit_messages=0) as world:
        alice = world.user("alice")
        fill_room(world, "general", "alice", 10_000, [])
        for seq in range(1, 101):
            add_comments(world, "alice", seq, QUOTING_MAX)
        log = world.state.general.log
        world.state.general.members["alice"].floor = log.last_seq
        world.app.wheel.set("front", "general", world.now_ms)
        assert longest_tick(world, lambda: not log.frames) < LINES_PER_TICK
        assert alice.call("ping") == {}


@pytest.mark.parametrize("log_bytes_max", [64, 1 << 30])
def test_a_post_takes_the_same_however_many_members_the_room_has(log_bytes_max: int) -> None:
    """log_bytes_max: with a log that is too large its front is looked at with each post."""
    with World(
        is_followed=False, late=AT_ONCE, log_bytes_max=log_bytes_max, limit_messages=0
    ) as world:
        alice = world.user("alice")
        for name in add_users(world, 50):
            world.state.apply(e.MemberStarted(world.now_ms, "general", name, 0), TickChanges())
        alice.send("first")
        few = turn_of(world, alice, "send", text="second")
        for name in add_users(world, 2_000):
            world.state.apply(e.MemberStarted(world.now_ms, "general", name, 0), TickChanges())
        alice.send("third")  # behind it is known who is the slowest
        assert turn_of(world, alice, "send", text="fourth") <= 1.1 * few


def test_acknowledgements_of_very_many_are_written_in_slices() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.user("alice")
        names = add_users(world, 3_000)
        acks = world.app.acks
        fill_room(world, "general", "alice", 1, [])
        for name in names:
            world.state.apply(e.MemberStarted(world.now_ms, "general", name, 0), TickChanges())
            acks.add(name, {"general": 1}, None)
        world.app.wheel.set("cursors", "", world.now_ms)
        assert longest_tick(world, lambda: not acks) < LINES_PER_TICK
        members = world.state.general.members
        assert all(members[name].read_seq == 1 for name in names)
        assert alice.call("ping") == {}


def test_very_many_entries_of_ones_own_are_passed_over_in_slices() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice, bob = world.user("alice"), world.user("bob")
        bob.send("hi")
        fill_room(world, "general", "alice", 10_000, [])
        acks = world.app.acks
        acks.add("alice", {"general": 1}, None)
        world.app.wheel.set("cursors", "", world.now_ms)
        assert longest_tick(world, lambda: not acks) < LINES_PER_TICK
        assert world.state.general.members["alice"].read_seq == 10_001
        assert alice.call("unread")["rooms"] == []


# -- delivery --------------------------------------------------------------------------------


def test_who_follows_very_many_rooms_is_taken_up_in_slices_and_misses_nothing() -> None:
    with World(is_followed=False, late=AT_ONCE) as world:
        alice = world.login("alice")
        add_rooms(world, "alice", 1_000, 0)
        rooms = world.state.users["alice"].rooms
        unread = [room for room in rooms if room.endswith(("0", "alice,user0999"))]
        for room in unread:
            fill_room(world, room, room.removeprefix("alice,"), 2, [])
        alice.request("sync")
        late = rooms[-1]

        def all_came() -> bool:
            if len(alice.entries) == 2 * len(unread):  # meanwhile something more comes
                fill_room(world, late, late.removeprefix("alice,"), 1, [])
            return bool(alice.told("live"))

        longest = longest_tick(world, all_came)
        assert longest < LINES_PER_TICK
        world.settle()
        heard = {room: [e["seq"] for e in alice.entries if e["room"] == room] for room in unread}
        assert {room for room, seqs in heard.items() if seqs[:2] != [1, 2]} == set()
        assert alice.seqs(late)[-1] == world.state.rooms[late].log.last_seq


def test_who_is_online_is_told_to_very_many_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_queue, "SENDS_PER_TICK", 5)
    with World(is_followed=False, late=AT_ONCE) as world:
        peers = [world.user(f"user{number}") for number in range(20)]
        world.sleep(3_000)
        for peer in peers:
            peer.forget()
        world.login("late")
        world.clock.advance(2_000)
        told: list[int] = []
        while not told or told[-1] < len(peers):
            world.tick()
            world._turn()
            told.append(sum(len(peer.told("presence")) for peer in peers))
        assert [b - a for a, b in pairwise([0, *filter(None, told)])] == [5, 5, 5, 5]


# -- searching -------------------------------------------------------------------------------


def test_a_slice_of_a_search_is_short_whatever_stands_in_the_log() -> None:
    with World(is_followed=False, late=AT_ONCE, requests_per_second=0) as world:
        alice = world.user("alice")
        fill_room(world, "general", "alice", 5_000, [])
        assert turn_of(world, alice, "search", words="nothing") < 2 * LINES_PER_TURN


@pytest.mark.parametrize("pages", [0, 50])
def test_a_page_of_requests_takes_the_same_wherever_it_stands(pages: int) -> None:
    with World(is_followed=False, late=AT_ONCE, requests_per_second=0) as world:
        alice = world.user("alice")
        names = add_users(world, 40)
        for number in range(40):
            room = alice.create(f"room{number:02d}")
            group = world.state.rooms[room].group
            assert group is not None
            for name in names:
                group.requests[name] = JoinRequest(1, world.now_ms)
        after = f"{sorted(world.state.groups_of('alice'))[pages * 39 // 50]} a" if pages else ""
        lines = turn_of(world, alice, "requests", after=after, limit=10)
        assert lines < 2_500
