"""Where newcomers begin, against a walk over every entry; and that long runs are walked once."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chatd.core.history_floor import ROOMS_MAX, RUN_MIN, HistoryFloorCache
from chatd.core.log import Log
from chatd.core.model import Room
from chatd.wire.entries import Edit, Entry, Message, Post, decode_entry, encode_entry

SAID = Message("general", 1, 1, "alice", "hello")
SAID_FRAME = encode_entry(SAID)
DELETED = replace(SAID, text="", deleted=True)
EDITED = Edit("general", 2, 1, "alice", 1, "hullo")


class CountingLog(Log):
    """A log that knows how often it was asked for an entry."""

    asked: int = 0

    def frame(self, seq: int) -> bytes:
        self.asked += 1
        return super().frame(seq)


def add(room: Room, entry: Entry, count: int = 1) -> None:
    for _ in range(count):
        room.log.append(encode_entry(entry))


def floor_by_all(room: Room, posts: int) -> int:
    """Return the floor as its definition has it."""
    entries = enumerate(map(decode_entry, room.log.frames), room.log.first_seq)
    living = [seq for seq, e in entries if isinstance(e, Post) and not e.deleted]
    if not posts:
        return room.log.last_seq
    return living[-posts] - 1 if len(living) >= posts else room.log.first_seq - 1


def test_a_long_run_of_edits_is_walked_once() -> None:
    log = CountingLog()
    room, silences = Room("general", log=log), HistoryFloorCache()
    add(room, SAID, 3)
    add(room, EDITED, 5_000)
    assert silences.floor(room, 2) == 1
    walked = log.asked
    add(room, EDITED, 2)
    assert silences.floor(room, 2) == 1
    assert (walked, log.asked - walked) == (5_002, 4)


def test_runs_of_so_many_rooms_are_remembered_and_no_more() -> None:
    silences, logs = HistoryFloorCache(), [CountingLog() for _ in range(ROOMS_MAX + 1)]
    rooms = [Room(f"+{number}", log=log) for number, log in enumerate(logs)]
    for room in rooms:
        add(room, EDITED, RUN_MIN)
        silences.floor(room, 1)
    for room in (rooms[0], rooms[-1]):
        silences.floor(room, 1)
    assert (logs[0].asked, logs[-1].asked) == (2 * RUN_MIN, RUN_MIN)


CHANGES = st.one_of(
    st.tuples(st.just("say"), st.integers(1, 3)),
    st.tuples(st.just("edit"), st.integers(1, 3 * RUN_MIN)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("trim"), st.integers(1, 5 * RUN_MIN)),
)


@given(st.lists(CHANGES, max_size=12), st.integers(0, 4))
def test_the_floor_is_where_all_entries_tell(changes: list[tuple[str, int]], posts: int) -> None:
    room, silences = Room("general"), HistoryFloorCache()
    for what, number in changes:
        if what == "say":
            add(room, SAID, number)
        elif what == "edit":
            add(room, EDITED, number)
        elif what == "trim":
            room.log.trim(number)
        elif said := [at for at, frame in enumerate(room.log.frames) if frame == SAID_FRAME]:
            seq = room.log.first_seq + said[number % len(said)]
            room.log.replace(seq, encode_entry(DELETED))
        assert silences.floor(room, posts) == floor_by_all(room, posts)
